//! What the systems of the engine room share.

use super::clock::Clock;
use super::hours::Hours;
use super::keeper::{Job, Keeper};
use super::request::{Reply, Request};
use super::spread::Spread;
use super::toy::{Moment, Yield};
use super::{Fares, WATCHED_STEP};
use crate::id::ToyId;
use crate::store::NewDiary;
use bevy_ecs::entity::Entity;
use bevy_ecs::resource::Resource;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Small steps of a second: the phases that toys alone are spread over.
pub(super) const PHASES: u64 = super::STEP / WATCHED_STEP;
/// How long a window of the figures is.
const WINDOW: Duration = Duration::from_secs(15);

/// Lines of diaries that wait for a store that cannot be written.
const LINES: usize = 16_384;

/// How the closing goes.
#[derive(Debug, Default)]
pub(super) enum Closing {
    /// It is open.
    #[default]
    Not,
    /// What was begun is ended.
    Ending(Option<Reply<()>>),
    /// The last snapshots are being written.
    Writing(Option<Reply<()>>),
    /// Nothing is left to do.
    Closed,
}

/// The room.
#[derive(Resource)]
pub(super) struct Room {
    pub clock: Arc<dyn Clock>,
    pub hours: Hours,
    pub moment: Moment,
    pub keeper: Keeper,
    /// For the watchers' tickets; strong ones would keep the room open.
    pub requests: Weak<SyncSender<Request>>,
    pub index: HashMap<ToyId, Entity>,
    /// Toys that are being fetched.
    pub arriving: HashSet<ToyId>,
    pub inbox: VecDeque<Request>,
    /// Requests that are tried again at the next step.
    pub retry: Vec<Request>,
    /// Toys whose clock is being set.
    pub setters: HashSet<ToyId>,
    pub settling: Vec<Reply<()>>,
    pub closing: Closing,
    /// The last write that failed since the closing began.
    pub failed: Option<crate::store::StoreError>,
    pub out: Yield,
    /// Lines of diaries that could not be written down yet, at most [`LINES`]: of more, the oldest are forgotten.
    pub unwritten: VecDeque<NewDiary>,
    /// The last small step that was made.
    pub step: u64,
    /// When the daycare last said that it is alive.
    pub alive: u64,
    /// Outages of [`Hours::outages`] that are written down.
    pub outages: usize,
    /// Toys that have come since the start: gives each its phase.
    pub born: u64,
    pub figures: Figures,
}

/// What requests work with.
pub(super) struct Tools<'a> {
    pub keeper: &'a mut Keeper,
    pub moment: &'a Moment,
    pub out: &'a mut Yield,
    pub acknowledged: &'a Arc<Spread>,
}

impl Room {
    /// What requests work with.
    pub fn tools(&mut self) -> Tools<'_> {
        Tools {
            keeper: &mut self.keeper,
            moment: &self.moment,
            out: &mut self.out,
            acknowledged: &self.figures.acknowledged,
        }
    }

    /// To be said to the store: that the daycare is alive, and which outages it does not know.
    pub fn say_alive(&mut self) {
        let count = self.hours.outages.len();
        let outages = (count > self.outages).then(|| (count, self.hours.outages_bytes()));
        self.keeper.write(Job::Alive(self.hours.alive_bytes(&*self.clock), outages));
    }

    /// These lines could not be written; they wait.
    pub fn keep_lines(&mut self, lines: Vec<NewDiary>) {
        self.unwritten.extend(lines);
        let more = self.unwritten.len().saturating_sub(LINES);
        if more > 0 {
            self.unwritten.drain(..more);
            tracing::warn!(lines = more, "the store cannot be written, and some lines of diaries are lost");
        }
    }

    /// The small step of now.
    pub fn step_now(&self) -> u64 {
        self.moment.ticks / WATCHED_STEP
    }

    /// How long it is until the next step.
    pub fn until_step(&self) -> Duration {
        let due = eggtooth_toy::time((self.step + 1) * WATCHED_STEP);
        // A tick is no whole number of nanoseconds: rather a little late than too early.
        (due + Duration::from_nanos(1)).saturating_sub(self.hours.now())
    }

    /// Whether the closing is over.
    pub fn is_closed(&self) -> bool {
        matches!(self.closing, Closing::Closed)
    }
}

/// How it went lately.
#[derive(Debug)]
pub(super) struct Figures {
    pub watched: Spread,
    pub alone: Spread,
    pub acknowledged: Arc<Spread>,
    pub presses: u64,
    /// Work since the window began, of all threads.
    pub worked: Duration,
    window: Instant,
    /// Of the window before.
    load: Option<f64>,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures {
            watched: Spread::default(),
            alone: Spread::default(),
            acknowledged: Arc::default(),
            presses: 0,
            worked: Duration::ZERO,
            window: Instant::now(),
            load: None,
        }
    }
}

impl Figures {
    fn load(&self) -> f64 {
        self.worked.as_secs_f64() / self.window.elapsed().as_secs_f64().max(1e-3)
    }

    /// Begins another window when it is time.
    pub fn turn(&mut self) {
        if self.window.elapsed() >= WINDOW {
            self.load = Some(self.load());
            (self.worked, self.window) = (Duration::ZERO, Instant::now());
            self.watched.turn();
            self.alone.turn();
            self.acknowledged.turn();
        }
    }

    /// What can be said without looking at the toys.
    pub fn fares(&self) -> Fares {
        Fares {
            watched_late: self.watched.quantiles(),
            late: self.alone.quantiles(),
            acknowledged: self.acknowledged.quantiles(),
            load: self.load.unwrap_or_else(|| self.load()),
            presses: self.presses,
            ..Fares::default()
        }
    }
}
