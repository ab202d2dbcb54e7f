//! The clocks that the engine room looks at; tests step their own.

use crate::id::{Millis, now};
use eggtooth_toy::SystemClocks;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the time is.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// Time since some start, without the time in which the computer was suspended. Never falls.
    fn monotonic(&self) -> Duration;

    /// Time since some start, suspensions included. Where this cannot be told: [`Clock::monotonic`].
    fn real(&self) -> Duration {
        self.monotonic()
    }

    /// The time of day, which somebody may set.
    fn wall(&self) -> Millis;
}

/// This computer's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock(SystemClocks);

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.0.read().run
    }

    fn real(&self) -> Duration {
        self.0.read().real
    }

    fn wall(&self) -> Millis {
        now()
    }
}

/// A clock that goes when it is told to.
#[derive(Debug)]
pub struct SteppedClock(Mutex<Stepped>);

#[derive(Clone, Copy, Debug)]
struct Stepped {
    run: Duration,
    slept: Duration,
    wall: Millis,
}

impl SteppedClock {
    /// One that says that it is `wall`.
    #[must_use]
    pub fn at(wall: Millis) -> SteppedClock {
        SteppedClock(Mutex::new(Stepped { run: Duration::ZERO, slept: Duration::ZERO, wall }))
    }

    fn with<T>(&self, change: impl FnOnce(&mut Stepped) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Time passes.
    pub fn step(&self, time: Duration) {
        self.with(|now| {
            now.run += time;
            now.wall += whole_millis(time);
        });
    }

    /// The computer is suspended for so long.
    pub fn suspend(&self, time: Duration) {
        self.with(|now| {
            now.slept += time;
            now.wall += whole_millis(time);
        });
    }

    /// Somebody sets the time of day.
    pub fn set_wall(&self, wall: Millis) {
        self.with(|now| now.wall = wall);
    }
}

impl Clock for SteppedClock {
    fn monotonic(&self) -> Duration {
        self.with(|now| now.run)
    }

    fn real(&self) -> Duration {
        self.with(|now| now.run + now.slept)
    }

    fn wall(&self) -> Millis {
        self.with(|now| now.wall)
    }
}

/// A length of time in whole milliseconds.
pub(super) fn whole_millis(time: Duration) -> Millis {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
