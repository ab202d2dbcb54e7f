//! The start of the engine room.

use super::clock::{Clock, SystemClock};
use super::engine::{self, outage_line};
use super::hours::{Hours, MANY, signed};
use super::keeper::{Keeper, Shelves};
use super::request::Request;
use super::restore::{Restored, Watches, restore, right_anchor};
use super::room::{Closing, Figures, Room};
use super::serve::{bundle, change_row};
use super::toy::{Moment, Yield};
use super::{Host, HostError, REQUESTS};
use crate::id::Millis;
use crate::roms::Roms;
use crate::store::{Anchor, DiaryKind, NewDiary, Store, StoreError, ToyRow, ToyState};
use bevy_app::{App, TaskPoolOptions, TaskPoolPlugin, TaskPoolThreadAssignmentPolicy};
use std::collections::{HashMap, HashSet, VecDeque};
use std::num::NonZero;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder, JoinHandle};

/// How the engine room is started.
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// Cores to use; `None` for all. The first engine room of a process decides for all of them.
    pub cores: Option<usize>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
}

impl Default for HostOptions {
    fn default() -> HostOptions {
        HostOptions { cores: None, clock: Arc::new(SystemClock::default()) }
    }
}

/// The engine room's thread.
#[derive(Debug)]
pub struct Engine(JoinHandle<()>);

impl Engine {
    /// Waits until it has ended: after [`Host::drain`], or when the last [`Host`] and the last watcher have gone.
    pub fn join(self) {
        // A panic there was printed by its thread.
        let _ = self.0.join();
    }
}

/// Restores every toy of the store and lets them live.
///
/// # Errors
/// When the store cannot be read or written. A toy that cannot be restored is no error, but broken.
pub fn start(store: Arc<dyn Store>, roms: Arc<Roms>, options: HostOptions) -> Result<(Host, Engine), HostError> {
    let shelves = Shelves { store, roms, watches: Watches::default() };
    let cores = options.cores.or_else(|| thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1).max(1);
    let clock = options.clock;
    let mut hours = Hours::open(&*shelves.store, &*clock)?;
    let moment = Moment { ticks: hours.ticks(), millis: hours.millis(), wall: clock.wall(), snapshots: true };
    let mut rows = Vec::new();
    shelves.store.each_toy(&mut |row| rows.push(row))?;
    let oldest = rows.iter().map(|row| row.anchor).filter(|anchor| anchor.running).map(|anchor| anchor.at).min();
    let many = hours.outages.len() >= MANY;
    // Once it is written, this outage is over for everybody.
    hours.write(&*shelves.store, &*clock, oldest)?;
    let outage = hours.outages.last().map(|outage| (outage.to == moment.millis, outage.to - outage.from));
    let mut restored = restore_all(&shelves, rows, &hours, moment.wall, many, cores)?;
    let mut out = Yield::default();
    for restored in restored.iter().filter(|one| one.row.anchor.running && one.row.state == ToyState::Alive) {
        if let Some((true, length)) = outage
            && let Some(text) = outage_line(&restored.row.name, length, restored.row.mercy_hours)
        {
            // Each outage has a tick of its own, however little was lived since the last one.
            let ToyRow { id: toy, life, anchor, mercy_hours, .. } = restored.row;
            let tick = signed(moment.ticks).saturating_sub(hours.behind(anchor, mercy_hours));
            let (tick, kind) = (u64::try_from(tick).unwrap_or(0), DiaryKind::Outage);
            out.diary.push(NewDiary { toy, life, tick, kind, at: moment.wall, text });
        }
    }
    let (sender, requests) = sync_channel::<Request>(REQUESTS);
    let host = Host::new(sender);
    let weak = Arc::downgrade(&host.requests);
    let failed = |error: std::io::Error| HostError::Store(StoreError::Write(format!("no thread: {error}")));
    let keeper = Keeper::start(&shelves, &weak).map_err(failed)?;
    let mut room = Room {
        step: moment.ticks / super::WATCHED_STEP,
        alive: moment.millis,
        outages: hours.outages.len(),
        clock,
        hours,
        moment,
        keeper,
        requests: weak,
        index: HashMap::new(),
        arriving: HashSet::new(),
        inbox: VecDeque::new(),
        retry: Vec::new(),
        setters: HashSet::new(),
        settling: Vec::new(),
        closing: Closing::Not,
        failed: None,
        out,
        unwritten: VecDeque::new(),
        born: 0,
        figures: Figures::default(),
    };
    let run = move || {
        let mut app = App::new();
        let threads = TaskPoolThreadAssignmentPolicy {
            min_threads: cores,
            max_threads: cores,
            percent: 1.0,
            on_thread_spawn: None,
            on_thread_destroy: None,
        };
        app.add_plugins(TaskPoolPlugin {
            task_pool_options: TaskPoolOptions { compute: threads, ..TaskPoolOptions::default() },
        });
        engine::plugin(&mut app);
        for restored in restored.drain(..) {
            let id = restored.row.id;
            let bundle = bundle(&mut room, restored);
            room.index.insert(id, app.world_mut().spawn(bundle).id());
        }
        app.insert_resource(room);
        app.finish();
        app.cleanup();
        engine::run(&mut app, &requests);
    };
    let engine = Builder::new().name("toys".into()).spawn(run).map_err(failed)?;
    Ok((host, Engine(engine)))
}

/// Restores toys on all cores; what their rows say wrongly is set right.
fn restore_all(
    shelves: &Shelves,
    rows: Vec<ToyRow>,
    hours: &Hours,
    wall: Millis,
    many: bool,
    cores: usize,
) -> Result<Vec<Restored>, StoreError> {
    let queue = Mutex::new(rows.into_iter());
    let restored = Mutex::new(Ok(Vec::new()));
    let one = |row: ToyRow| {
        let before = (row.state, row.anchor);
        let mut restored = restore(shelves, row, wall)?;
        let id = restored.row.id;
        if let Some(anchor) = right_anchor(&restored, hours) {
            restored.row.anchor = anchor;
        } else if many && restored.row.anchor.running && restored.row.state == ToyState::Alive {
            let behind = hours.behind(restored.row.anchor, restored.row.mercy_hours);
            let tick = u64::try_from(signed(hours.ticks()).saturating_sub(behind)).unwrap_or(0);
            restored.row.anchor = Anchor { tick, at: hours.millis(), running: true };
        }
        let after = (restored.row.state, restored.row.anchor);
        if after != before {
            change_row(shelves, id, |row| ToyRow { state: after.0, anchor: after.1, ..row })?;
        }
        Ok(restored)
    };
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let row = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(row) = row else { break };
                    let result = one(row);
                    let mut restored = restored.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *restored, result) {
                        (Ok(all), Ok(one)) => all.push(one),
                        (slot @ Ok(_), Err(error)) => *slot = Err(error),
                        (Err(_), _) => break,
                    }
                }
            });
        }
    });
    // The order of the threads is chance; phases must not depend on it.
    let mut restored: Vec<Restored> = restored.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    restored.sort_by_key(|restored| restored.row.id);
    Ok(restored)
}
