//! Living what was missed: as much at a time as a frame allows, to the same last bit.

use crate::absence::time;
use crate::account::{Account, Watcher};
use crate::machine::Machine;
use crate::watch::Watch;
use eggtooth_chip::TICKS_PER_SECOND;
use std::time::Duration;

/// Ticks between two looks at the pet, counted from tick 0 so that they do not depend on the chunks.
const LOOK: u64 = TICKS_PER_SECOND / 2;
/// A chunk that takes any chip less than a few milliseconds.
pub const CHUNK: u64 = 4 * TICKS_PER_SECOND;

/// How far a [`CatchUp`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Ticks lived.
    pub lived: u64,
    /// Ticks to live in all.
    pub total: u64,
}

impl Progress {
    /// From 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f32 {
        if self.total == 0 { 1.0 } else { (self.lived as f64 / self.total as f64) as f32 }
    }

    /// How long the rest takes if it goes on as it went in the time since the start; `None` while that
    /// cannot be said.
    #[must_use]
    pub fn left(&self, since_start: Duration) -> Option<Duration> {
        if self.lived == 0 || since_start < Duration::from_millis(500) {
            return None;
        }
        let rest = (self.total - self.lived.min(self.total)) as f64 / self.lived as f64;
        Some(Duration::from_secs_f64((since_start.as_secs_f64() * rest).min(1e9)))
    }
}

/// An absence that is being lived.
#[derive(Clone, Debug)]
pub struct CatchUp {
    start: u64,
    now: u64,
    end: u64,
    watcher: Watcher,
}

impl CatchUp {
    /// From tick `start`, which the pet's time has reached, `ticks` long.
    #[must_use]
    pub fn new(machine: &Machine, start: u64, ticks: u64, watch: Watch) -> CatchUp {
        CatchUp { start, now: start, end: start.saturating_add(ticks), watcher: Watcher::new(machine, watch) }
    }

    /// More time has passed.
    pub fn owe(&mut self, ticks: u64) {
        self.end = self.end.saturating_add(ticks);
    }

    /// Lives up to `budget` ticks more. Whether it is done then. However it is cut, the pet is the same
    /// at the end, and so is the account.
    pub fn advance(&mut self, machine: &mut Machine, budget: u64) -> bool {
        let end = self.end.min(self.now.saturating_add(budget));
        while self.now < end {
            let look = (self.now / LOOK + 1) * LOOK;
            self.now = end.min(look);
            machine.advance(self.now, &mut self.watcher);
            if self.now == look {
                self.watcher.look(machine, self.now);
            }
        }
        self.now == self.end
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress { lived: self.now - self.start, total: self.end - self.start }
    }

    /// The tick that the pet's time has reached.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// The tick that it will have reached when it is done.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// What is not lived yet.
    #[must_use]
    pub fn rest(&self) -> Duration {
        time(self.end - self.now)
    }

    /// Ends it here, done or not: what happened, and the sentences that say so.
    #[must_use]
    pub fn finish(mut self, machine: &Machine, name: &str) -> (Account, Vec<String>) {
        self.watcher.look(machine, self.now);
        let account = self.watcher.account();
        let sentences = account.sentences(name, self.watcher.watch());
        (account, sentences)
    }
}
