//! The rounds of the engine room: what has come back, what is asked, the steps that are due, what is left of the time.

use super::hand_over;
use super::keeper::After;
use super::request::{Request, answer};
use super::restore::parts;
use super::room::{Closing, PHASES, Room};
use super::serve;
use super::toy::{Mode, Moment, Pace, Toy, Yield};
use super::{HostError, WATCHED_STEP};
use crate::store::{DiaryKind, ToyState};
use bevy_app::{App, PostUpdate, Update};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::SingleThreadedExecutor;
use bevy_tasks::ComputeTaskPool;
use eggtooth_toy::{CHUNK, span, time};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests that are taken before the next step may have to wait for them.
const ROUND: usize = 1024;
/// How often the daycare says that it is alive, in milliseconds.
const SAY_ALIVE: u64 = 5000;
/// Outages shorter than this are not told, in milliseconds.
const SHORT: u64 = 60_000;
/// What catching up leaves of a step.
const MARGIN: Duration = Duration::from_micros(500);
/// Batches of snapshots that may be on their way; more wait in the toys.
const BATCHES: usize = 16;

/// Adds the systems to an app that has a [`Room`].
pub(super) fn plugin(app: &mut App) {
    let steps = (look, complete, serve::serve, advance, catch_up).chain();
    app.add_systems(Update, steps).add_systems(PostUpdate, hand_over::hand_over);
    // Every system is short, and the toys are spread over the cores within one.
    app.edit_schedule(Update, |schedule| {
        schedule.set_executor(SingleThreadedExecutor::new());
    });
}

/// Runs until everything is closed.
pub(super) fn run(app: &mut App, requests: &Receiver<Request>) {
    let Some(room) = app.world().get_resource::<Room>() else { return };
    let mut wait = room.until_step();
    loop {
        let first = requests.recv_timeout(wait);
        let gone = matches!(first, Err(RecvTimeoutError::Disconnected));
        let start = Instant::now();
        let Some(mut room) = app.world_mut().get_resource_mut::<Room>() else { return };
        room.inbox.extend(first);
        while room.inbox.len() < ROUND
            && let Ok(request) = requests.try_recv()
        {
            room.inbox.push_back(request);
        }
        if gone && matches!(room.closing, Closing::Not) {
            room.closing = Closing::Ending(None);
        }
        app.update();
        let Some(mut room) = app.world_mut().get_resource_mut::<Room>() else { return };
        room.figures.worked += start.elapsed();
        if room.is_closed() {
            return;
        }
        // Somebody may have stepped a clock that does not go by itself.
        wait = room.until_step().min(time(WATCHED_STEP));
        // After the last handle has gone the queue does not wait any more.
        if gone {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Reads the clocks, once for the whole round. A time in which nobody was here is an outage.
fn look(mut room: ResMut<Room>, mut toys: Query<&mut Toy>) {
    let room = &mut *room;
    let outage = room.hours.pass(&*room.clock);
    room.moment = Moment {
        ticks: room.hours.ticks(),
        millis: room.hours.millis(),
        wall: room.clock.wall(),
        snapshots: room.keeper.outstanding() < BATCHES,
    };
    room.figures.turn();
    if let Some(outage) = outage {
        room.say_alive();
        for mut toy in &mut toys {
            if toy.anchor.running && toy.state == ToyState::Alive {
                let length = outage.to - outage.from;
                toy.behind = toy.behind.saturating_add_unsigned(parts(length, toy.mercy_hours).1);
                if let Some(text) = outage_line(&toy.name, length, toy.mercy_hours) {
                    let line = toy.line(&room.moment, DiaryKind::Outage, text);
                    room.out.diary.push(line);
                }
            }
        }
    }
    if room.moment.millis >= room.alive + SAY_ALIVE {
        room.alive = room.moment.millis;
        room.say_alive();
        room.out.diary.extend(room.unwritten.drain(..));
    }
}

/// What a diary says of an outage, if it says anything.
pub(super) fn outage_line(name: &str, length: u64, mercy_hours: u16) -> Option<String> {
    if length < SHORT {
        return None;
    }
    let still = super::hours::held(length, mercy_hours);
    let (away, lived) = (span(length / 1000), span((length - still) / 1000));
    Some(match still {
        0 => format!("The daycare was away for {away}; {name} lives what it missed."),
        _ if still == length => format!("The daycare was away for {away}; time stood still for {name}."),
        _ => format!("The daycare was away for {away}; {name} lives {lived} of it, for the rest time stood still."),
    })
}

/// Lets happen what has come back from the threads.
fn complete(mut room: ResMut<Room>, mut toys: Query<(&mut Toy, &mut Pace)>, mut commands: Commands) {
    let room = &mut *room;
    while let Some(after) = room.keeper.next() {
        match after {
            After::Toy(id, then) => {
                let entity = room.index.get(&id).copied();
                let Some((mut toy, mut pace)) = entity.and_then(|entity| toys.get_mut(entity).ok()) else { continue };
                toy.guarded(&room.moment, &mut room.out, |toy, _| toy.done(then, &room.moment));
                if let Some(waiting) = toy.waiting.take() {
                    for request in waiting.into_iter().rev() {
                        room.inbox.push_front(request);
                    }
                }
                toy.guarded(&room.moment, &mut room.out, |toy, _| toy.show(&room.moment));
                pace.mode = toy.mode(&room.moment);
            }
            After::Snapshots(left, result) => {
                // They are made again soon; the journal has everything.
                for id in left {
                    let entity = room.index.get(&id).copied();
                    if let Some((mut toy, _)) = entity.and_then(|entity| toys.get_mut(entity).ok()) {
                        toy.touched(&room.moment);
                    }
                }
                room.failed = result.err().or(room.failed.take());
            }
            After::Diary(left, result) => {
                room.keep_lines(left);
                room.failed = result.err().or(room.failed.take());
            }
            After::Written(result) => room.failed = result.err().or(room.failed.take()),
            After::Outages(count, result) => {
                if result.is_ok() {
                    room.outages = room.outages.max(count);
                }
                room.failed = result.err().or(room.failed.take());
            }
            After::Added(id, result, reply) => {
                room.arriving.remove(&id);
                match result {
                    Ok(restored) => {
                        let broken = restored.body.is_none();
                        serve::settle_in(room, &mut commands, *restored);
                        let why = || HostError::Untouchable("it could not be restored; its diary says why".into());
                        answer(reply, if broken { Err(why()) } else { Ok(()) });
                    }
                    Err(error) => answer(reply, Err(error)),
                }
            }
        }
    }
}

/// The steps that are due: watched toys in small ones, others when their phase has come.
fn advance(mut room: ResMut<Room>, mut toys: Query<(&mut Pace, &mut Toy)>) {
    let room = &mut *room;
    let (from, to) = (room.step, room.step_now());
    let settling = !room.settling.is_empty() || matches!(room.closing, Closing::Ending(_));
    if (to <= from && !settling) || matches!(room.closing, Closing::Writing(_) | Closing::Closed) {
        return;
    }
    room.step = to;
    room.inbox.extend(room.retry.drain(..).chain(room.out.again.drain(..)));
    let (moment, figures) = (room.moment, &room.figures);
    let (out, worked, start) = (Mutex::new(&mut room.out), AtomicU64::new(0), Instant::now());
    let one = |pace: &mut Pace, toy: &mut Toy| {
        // Phases of the steps since the last time; after a long one, all of them.
        let since = (u64::from(pace.phase) + PHASES - (from + 1) % PHASES) % PHASES;
        let due = match pace.mode {
            Mode::Watched => true,
            Mode::Alone => settling || from + 1 + since <= to,
            Mode::Behind | Mode::Still => false,
        };
        if !due {
            return;
        }
        let begun = Instant::now();
        let mut yielded = Yield::default();
        if toy.mode(&moment) == Mode::Behind {
            // It has missed more than a step may take.
            pace.mode = Mode::Behind;
            return;
        }
        let target = toy.target(&moment);
        let second = from + 1 + since <= to;
        toy.guarded(&moment, &mut yielded, |toy, yielded| step(toy, target, second, &moment, yielded));
        let mode = toy.mode(&moment);
        let step = if pace.mode == Mode::Watched { from + 1 } else { from + 1 + since };
        let late = moment.ticks.saturating_sub(step * WATCHED_STEP) + (target - toy.lived);
        let late = time(late) + start.elapsed();
        let spread = if pace.mode == Mode::Watched { &figures.watched } else { &figures.alone };
        spread.note(u64::try_from(late.as_micros()).unwrap_or(u64::MAX));
        pace.mode = mode;
        keep(&out, yielded);
        worked.fetch_add(begun.elapsed().as_nanos() as u64, Ordering::Relaxed);
    };
    // Whoever is looked at comes first, however many others have their second now. They are few and may lie side by
    // side, so they are dealt out by hand.
    let mut watched: Vec<_> = toys.iter_mut().filter(|(pace, _)| pace.mode == Mode::Watched).collect();
    let pool = ComputeTaskPool::get();
    let share = watched.len().div_ceil(4 * pool.thread_num().max(1)).max(1);
    pool.scope(|scope| {
        for share in watched.chunks_mut(share) {
            scope.spawn(async { share.iter_mut().for_each(|(pace, toy)| one(pace, toy)) });
        }
    });
    drop(watched);
    toys.par_iter_mut().for_each(|(mut pace, mut toy)| {
        if pace.mode != Mode::Watched {
            one(&mut pace, &mut toy);
        }
    });
    // This thread's own share is counted with the round.
    let own = start.elapsed();
    let worked = Duration::from_nanos(worked.into_inner());
    room.figures.worked += worked.saturating_sub(own);
}

/// A step of one toy, up to `target`; `second`: the one of a second in which it is looked after.
fn step(toy: &mut Toy, target: u64, second: bool, moment: &Moment, out: &mut Yield) {
    toy.live(target, moment, out);
    if toy.stage.as_ref().is_some_and(|stage| stage.watchers() == 0) {
        toy.stage = None;
    }
    toy.show(moment);
    if second && !toy.busy {
        out.again.extend(toy.later.take().into_iter().flat_map(|later| *later));
    }
    toy.snapshot_if_due(moment, out);
    if toy.mode(moment) == Mode::Still {
        // It was paused: this is how it stays.
        toy.snap_due = 0;
        toy.snapshot_if_due(moment, out);
    }
}

fn keep(out: &Mutex<&mut Yield>, yielded: Yield) {
    let Yield { diary, snapshots, fallen, again } = &yielded;
    if diary.is_empty() && snapshots.is_empty() && fallen.is_empty() && again.is_empty() {
        return;
    }
    let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
    out.diary.extend(yielded.diary);
    out.snapshots.extend(yielded.snapshots);
    out.fallen.extend(yielded.fallen);
    out.again.extend(yielded.again);
}

/// In what is left of the time, toys live what they missed: watched ones first.
fn catch_up(mut room: ResMut<Room>, mut toys: Query<(&mut Pace, &mut Toy)>) {
    let room = &mut *room;
    if matches!(room.closing, Closing::Writing(_) | Closing::Closed) {
        return;
    }
    let clock = &room.clock;
    // However late it is, a little is caught up.
    let left = room.until_step().saturating_sub(MARGIN).max(Duration::from_millis(1));
    let end = clock.monotonic() + left;
    let (moment, worked, start) = (room.moment, AtomicU64::new(0), Instant::now());
    let out = Mutex::new(&mut room.out);
    let mut any = false;
    for watched in [true, false] {
        let behind = toys.iter().any(|(pace, toy)| pace.mode == Mode::Behind && toy.stage.is_some() == watched);
        if !behind {
            continue;
        }
        any = true;
        toys.par_iter_mut().for_each(|(mut pace, mut toy)| {
            if pace.mode != Mode::Behind || toy.stage.is_some() != watched {
                return;
            }
            let begun = Instant::now();
            let mut yielded = Yield::default();
            while pace.mode == Mode::Behind && clock.monotonic() < end {
                let to = toy.target(&moment).min(toy.lived + CHUNK);
                toy.guarded(&moment, &mut yielded, |toy, yielded| {
                    toy.live(to, &moment, yielded);
                    toy.snapshot_if_due(&moment, yielded);
                });
                pace.mode = toy.mode(&moment);
            }
            toy.guarded(&moment, &mut yielded, |toy, _| toy.show(&moment));
            keep(&out, yielded);
            worked.fetch_add(begun.elapsed().as_nanos() as u64, Ordering::Relaxed);
        });
    }
    if any {
        room.figures.worked += Duration::from_nanos(worked.into_inner()).saturating_sub(start.elapsed());
    }
}
