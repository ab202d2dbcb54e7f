//! The end of a round: what it has made is written down, and what is to end ends.

use super::keeper::{Job, Keeper};
use super::request::answer;
use super::room::{Closing, Room};
use super::serve;
use super::toy::{Mode, Pace, Toy, Yield};
use crate::store::{DiaryKind, ToyRow, ToyState};
use bevy_ecs::prelude::*;

/// Snapshots or lines of a batch: who presses meanwhile waits for one of them at most.
const BATCH: usize = 256;
/// Jobs that may be on their way; more lines of diaries wait here.
const JOBS: usize = 1024;

/// Hands on what the round has made, and ends what is to end.
pub(super) fn hand_over(mut room: ResMut<Room>, mut toys: Query<(&mut Pace, &mut Toy)>) {
    let room = &mut *room;
    for id in std::mem::take(&mut room.out.fallen) {
        let Some((mut pace, toy)) = room.index.get(&id).and_then(|entity| toys.get_mut(*entity).ok()) else { continue };
        pace.mode = Mode::Still;
        let text = "Its machine has failed; load a save, undo or reset it.";
        room.out.diary.push(toy.line(&room.moment, DiaryKind::Broken, text.into()));
        let (anchor, state) = (toy.anchor, ToyState::Broken);
        let change = move |row: ToyRow| ToyRow { anchor, state, ..row };
        room.keeper.write(Job::Quiet(Box::new(move |shelves| serve::change_row(shelves, id, change))));
    }
    // Lines first: what a snapshot has behind it is told.
    if room.keeper.outstanding() < JOBS {
        in_batches(&mut room.out.diary, |batch| room.keeper.write(Job::Diary(batch)));
    } else {
        let lines = std::mem::take(&mut room.out.diary);
        room.keep_lines(lines);
    }
    in_batches(&mut room.out.snapshots, |batch| room.keeper.write(Job::Snapshots(batch)));
    let quiet = room.keeper.is_idle() && room.inbox.is_empty() && room.retry.is_empty();
    let settled = |toys: &Query<(&mut Pace, &mut Toy)>| {
        let moment = &room.moment;
        quiet && toys.iter().all(|(pace, toy)| !toy.busy && (pace.mode == Mode::Still || toy.owes(moment) == 0))
    };
    if !room.settling.is_empty() && settled(&toys) {
        room.settling.drain(..).for_each(|reply| answer(reply, Ok(())));
    }
    room.closing = match std::mem::take(&mut room.closing) {
        Closing::Ending(reply) if quiet && toys.iter().all(|(_, toy)| !toy.busy) => {
            room.failed = None;
            let mut last = Yield { diary: room.unwritten.drain(..).collect(), ..Yield::default() };
            for (_, mut toy) in &mut toys {
                if toy.state == ToyState::Alive {
                    let made =
                        toy.guarded(&room.moment, &mut last, |toy, out| toy.snapshot(&room.moment, &mut out.diary));
                    last.snapshots.extend(made.flatten());
                }
                if last.snapshots.len() >= BATCH {
                    hand_on(&mut room.keeper, &mut last);
                }
            }
            hand_on(&mut room.keeper, &mut last);
            room.say_alive();
            Closing::Writing(reply)
        }
        Closing::Writing(reply) if room.keeper.is_idle() => {
            let result = room.failed.take().map_or(Ok(()), |error| Err(error.into()));
            if let Some(reply) = reply {
                answer(reply, result);
            }
            Closing::Closed
        }
        other => other,
    };
}

/// Has lines and snapshots written.
fn hand_on(keeper: &mut Keeper, out: &mut Yield) {
    in_batches(&mut out.diary, |batch| keeper.write(Job::Diary(batch)));
    in_batches(&mut out.snapshots, |batch| keeper.write(Job::Snapshots(batch)));
}

fn in_batches<T>(rows: &mut Vec<T>, mut give: impl FnMut(Vec<T>)) {
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(BATCH));
        give(std::mem::replace(rows, rest));
    }
}
