//! Requests, in the order in which they come; those of one toy wait for each other.

use super::keeper::{Job, Shelves};
use super::presses::{self, Asked};
use super::request::{Request, answer};
use super::restore::{Restored, restore};
use super::room::{Closing, PHASES, Room};
use super::stage::Stage;
use super::toy::{FAR, Mode, Pace, Toy};
use super::{Counted, HostError, lives, moves, setting};
use crate::id::ToyId;
use crate::store::{NewDiary, StoreError, ToyRow, ToyState};
use bevy_ecs::prelude::*;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a toy's row, changes it and writes it. Others change other parts of it, so it is read each time.
pub(super) fn change_row(
    shelves: &Shelves,
    toy: ToyId,
    change: impl FnOnce(ToyRow) -> ToyRow,
) -> Result<(), StoreError> {
    let row = shelves.store.toy(toy)?;
    let changed = change(row.clone());
    if changed == row { Ok(()) } else { shelves.store.update_toy(&changed) }
}

/// What a restored toy becomes in the app.
pub(super) fn bundle(room: &mut Room, restored: Restored) -> (Toy, Pace) {
    let id = restored.row.id;
    if restored.hands.as_ref().is_some_and(|hands| hands.plan.is_down()) {
        room.inbox.push_back(Request::Release { toy: id });
    }
    for (kind, text) in &restored.notes {
        let (life, tick, at) = (restored.row.life, restored.row.anchor.tick, room.moment.wall);
        room.out.diary.push(NewDiary { toy: id, life, tick, kind: *kind, at, text: text.clone() });
    }
    let mut toy = restored.into_toy(&room.hours);
    // All in one second would be a rush fifteen minutes later.
    toy.snap_due = toy.later(600_000, &room.moment);
    let phase = (room.born % PHASES) as u8;
    room.born += 1;
    let mode = toy.mode(&room.moment);
    (toy, Pace { mode, phase })
}

/// A toy that was fetched begins to live.
pub(super) fn settle_in(room: &mut Room, commands: &mut Commands, restored: Restored) {
    let id = restored.row.id;
    let bundle = bundle(room, restored);
    room.index.insert(id, commands.spawn(bundle).id());
}

/// Serves what has come.
pub(super) fn serve(mut room: ResMut<Room>, mut toys: Query<(&mut Toy, &mut Pace)>, mut commands: Commands) {
    let room = &mut *room;
    setting::go_on(room, &mut toys);
    while let Some(request) = room.inbox.pop_front() {
        if !matches!(room.closing, Closing::Not) && !is_ending(&request) {
            request.refuse(HostError::Closing);
            continue;
        }
        let Some(id) = request.toy() else {
            of_the_house(room, request, &toys);
            continue;
        };
        if let Request::Add { toy, reply } = request {
            add(room, toy, reply);
            continue;
        }
        let entity = room.index.get(&id).copied();
        let Some((mut toy, mut pace)) = entity.and_then(|entity| toys.get_mut(entity).ok()) else {
            request.refuse(HostError::NoSuchToy);
            continue;
        };
        if toy.busy && !request.is_look() {
            toy.wait(request);
            continue;
        }
        if let Request::Remove { reply, .. } = request {
            room.index.remove(&id);
            room.setters.remove(&id);
            commands.entity(entity.unwrap_or(Entity::PLACEHOLDER)).despawn();
            answer(reply, Ok(()));
            continue;
        }
        // A fault in one toy is its own; who asked hears that nobody answers.
        let served = catch_unwind(AssertUnwindSafe(|| of_a_toy(room, &mut toy, request)));
        if served.is_err() {
            toy.fall(&room.moment, &mut room.out);
        }
        pace.mode = toy.mode(&room.moment);
    }
}

/// What is still served while the room is being closed.
fn is_ending(request: &Request) -> bool {
    matches!(request, Request::Wake | Request::Unwatch { .. } | Request::Fares { .. } | Request::Drain { .. })
}

/// The presses of the same toy that come before anything else of it.
fn more_presses(inbox: &mut VecDeque<Request>, id: ToyId) -> Vec<Asked> {
    let (mut asked, mut at) = (Vec::new(), 0);
    while let Some(request) = inbox.get(at) {
        match request {
            Request::Press { toy, .. } if *toy == id => {
                if let Some(Request::Press { press, arrived, reply, .. }) = inbox.remove(at) {
                    asked.push(Asked { press, arrived, reply });
                }
            }
            other if other.toy() == Some(id) => break,
            _ => at += 1,
        }
    }
    asked
}

fn of_the_house(room: &mut Room, request: Request, toys: &Query<(&mut Toy, &mut Pace)>) {
    match request {
        Request::Fares { reply } => {
            let mut fares = room.figures.fares();
            for (toy, pace) in toys {
                let watchers = toy.stage.as_ref().map_or(0, |stage| stage.watchers());
                fares.toys += 1;
                fares.watched += usize::from(watchers > 0);
                fares.watchers += watchers;
                fares.catching_up += usize::from(pace.mode == Mode::Behind);
                fares.broken += usize::from(toy.body.is_none());
            }
            answer(reply, Ok(fares));
        }
        Request::Settle { reply } => room.settling.push(reply),
        Request::Drain { reply } if matches!(room.closing, Closing::Not) => {
            room.closing = Closing::Ending(Some(reply));
            room.settling.drain(..).for_each(|reply| answer(reply, Err(HostError::Closing)));
        }
        other => other.refuse(HostError::Closing),
    }
}

fn add(room: &mut Room, toy: ToyId, reply: super::Reply<()>) {
    if room.index.contains_key(&toy) {
        answer(reply, Ok(()));
        return;
    }
    if !room.arriving.insert(toy) {
        answer(reply, Err(HostError::Busy));
        return;
    }
    // It lives from now on, whenever its row was written; the row says so before it does.
    let (wall, at) = (room.moment.wall, room.moment.millis);
    room.keeper.read(Job::Add(
        toy,
        Box::new(move |shelves| {
            let mut restored = restore(shelves, shelves.store.toy(toy)?, wall)?;
            if let Some(body) = &restored.body {
                restored.row.anchor.tick = body.machine.tick().max(restored.row.anchor.tick);
                restored.row.anchor.at = at;
            }
            let (anchor, state) = (restored.row.anchor, restored.row.state);
            change_row(shelves, toy, |row| ToyRow { anchor, state, ..row })?;
            Ok(Box::new(restored))
        }),
        reply,
    ));
}

fn of_a_toy(room: &mut Room, toy: &mut Toy, request: Request) {
    let moment = room.moment;
    let beside = matches!(request, Request::LetGo { .. } | Request::Refresh { .. } | Request::SetClock { .. });
    if !request.is_look() && !request.only_reads() && !beside {
        setting::interrupt(toy);
    }
    match request {
        Request::Press { press, arrived, reply, .. } => {
            let mut asked = vec![Asked { press, arrived, reply }];
            asked.extend(more_presses(&mut room.inbox, toy.id));
            room.figures.presses += asked.len() as u64;
            presses::press(toy, asked, &mut room.tools());
        }
        Request::LetGo { client, by, .. } => presses::let_go(toy, Some((client, by)), &mut room.tools()),
        Request::Release { .. } => presses::let_go(toy, None, &mut room.tools()),
        Request::Watch { reply, .. } => match room.requests.upgrade() {
            Some(requests) => {
                let counted = Counted { toy: toy.id, requests: (*requests).clone() };
                let stage = toy.stage.get_or_insert_with(|| Box::new(Stage::new()));
                let watching = stage.join(counted);
                catch_up_to_now(toy, room);
                toy.show(&moment);
                answer(reply, Ok(watching));
            }
            None => answer(reply, Err(HostError::Closing)),
        },
        Request::Unwatch { .. } => {
            if let Some(stage) = &mut toy.stage {
                stage.leave();
                if stage.watchers() == 0 {
                    toy.stage = None;
                }
            }
            toy.show(&moment);
        }
        Request::Look { reply, .. } => {
            catch_up_to_now(toy, room);
            answer(reply, Ok((toy.picture(), toy.condition(&moment))));
        }
        Request::Run { running, reply, .. } => lives::run(toy, running, reply, &mut room.tools()),
        Request::Reset { reply, .. } => lives::reset(toy, reply, room),
        Request::Load { envelope, reply, .. } => lives::load(toy, envelope, reply, room),
        Request::SwapRom { rom, reply, .. } => lives::swap_rom(toy, rom, reply, room),
        Request::Undo { to, reply, .. } => lives::undo(toy, to, reply, room),
        Request::Save { keep, reply, .. } => lives::save(toy, keep, reply, room),
        Request::Refresh { reply, .. } => lives::refresh(toy, reply, &mut room.tools()),
        Request::SetClock { reply, .. } => setting::begin(toy, reply, room),
        Request::Leave { id, account, reply, .. } => moves::leave(toy, id, account, reply, room),
        Request::Return { id, reply, .. } => moves::come_back(toy, id, reply, room),
        other => other.refuse(HostError::Busy),
    }
}

/// A toy that is a second behind is brought to now; one that missed more takes its time.
pub(super) fn catch_up_to_now(toy: &mut Toy, room: &mut Room) {
    if toy.state == ToyState::Alive && toy.owes(&room.moment) <= FAR {
        toy.live(toy.target(&room.moment), &room.moment, &mut room.out);
    }
}
