//! The time, as the door is told it.

use crate::id::{Millis, now};
use std::fmt;
use std::time::{Duration, Instant};

/// A clock that tests can step.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Time that never jumps, since some moment.
    fn monotonic(&self) -> Duration;
    /// The time of day.
    fn wall(&self) -> Millis;
}

/// This computer's.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock(Instant::now())
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> Millis {
        now()
    }
}
