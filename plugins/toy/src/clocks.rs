//! Two clocks, one that stops while the computer is suspended and one that does not: together they
//! tell a suspended computer from a slow frame.

use crate::absence::{LONGEST_STALL, SHORTEST};
use std::time::Duration;
use web_time::{Instant, SystemTime, UNIX_EPOCH};

/// A suspension shorter than this cannot be told from two clocks that were not read at the same instant.
const LEAST: i128 = 10_000_000;
/// A clock that falls behind by more than this was set back.
const SET_BACK: i128 = 1_000_000_000;

/// Both clocks at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Time since some start, without suspensions.
    pub run: Duration,
    /// Time since some start, with them.
    pub real: Duration,
}

/// What happened between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Time in which this program ran, or could have.
    pub ran: Duration,
    /// Time in which the computer was suspended.
    pub slept: Duration,
}

impl Passed {
    /// What is lived without a question: all but absences.
    #[must_use]
    pub fn stall(&self) -> Duration {
        let ran = if self.ran > LONGEST_STALL { Duration::ZERO } else { self.ran };
        let slept = if self.slept >= SHORTEST { Duration::ZERO } else { self.slept };
        ran + slept
    }

    /// The rest: the computer slept, or something kept the program from running for so long that
    /// nobody can have played.
    #[must_use]
    pub fn away(&self) -> Duration {
        self.ran + self.slept - self.stall()
    }
}

/// Turns readings into what happened between them; nothing is counted twice or lost.
#[derive(Clone, Debug, Default)]
pub struct Timekeeper {
    last: Option<Reading>,
    /// How far `real` is ahead of `run` beyond what was told, in nanoseconds.
    ahead: i128,
}

impl Timekeeper {
    /// What happened since the last call; nothing at the first.
    pub fn pass(&mut self, now: Reading) -> Passed {
        let Some(last) = self.last.replace(now) else { return Passed::default() };
        let ran = now.run.saturating_sub(last.run);
        self.ahead += now.real.as_nanos() as i128 - last.real.as_nanos() as i128 - ran.as_nanos() as i128;
        if self.ahead < -SET_BACK {
            self.ahead = 0;
        }
        let mut slept = Duration::ZERO;
        if self.ahead >= LEAST {
            slept = Duration::from_nanos(u64::try_from(self.ahead).unwrap_or(u64::MAX));
            self.ahead = 0;
        }
        Passed { ran, slept }
    }
}

/// This computer's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClocks {
    start: Instant,
}

impl Default for SystemClocks {
    fn default() -> SystemClocks {
        SystemClocks { start: Instant::now() }
    }
}

impl SystemClocks {
    /// Reads both.
    #[must_use]
    pub fn read(&self) -> Reading {
        Reading { run: self.start.elapsed(), real: real() }
    }
}

/// Linux counts suspensions in a clock that nobody can set.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn real() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Elsewhere the time of day has to do; setting it forward is an absence then.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn real() -> Duration {
    wall()
}

/// Time since 1970-01-01 UTC by this computer's clock; 0 before that.
pub(crate) fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn reading(run: Duration, real: Duration) -> Reading {
        Reading { run, real }
    }

    #[test]
    fn a_slow_frame_is_no_suspension() {
        let mut keeper = Timekeeper::default();
        assert_eq!(keeper.pass(reading(S, 9 * S)), Passed::default());
        let passed = keeper.pass(reading(11 * S, 19 * S));
        assert_eq!((passed.ran, passed.slept), (10 * S, Duration::ZERO));
        assert_eq!((passed.stall(), passed.away()), (10 * S, Duration::ZERO));
    }

    #[test]
    fn a_suspension_is_an_absence_unless_it_is_short() {
        let mut keeper = Timekeeper::default();
        keeper.pass(reading(S, S));
        let passed = keeper.pass(reading(2 * S, 3602 * S));
        assert_eq!((passed.stall(), passed.away()), (S, 3600 * S));
        let passed = keeper.pass(reading(3 * S, 3605 * S));
        assert_eq!((passed.stall(), passed.away()), (3 * S, Duration::ZERO));
    }

    #[test]
    fn a_program_that_was_stopped_for_long_was_away() {
        let mut keeper = Timekeeper::default();
        keeper.pass(reading(S, S));
        let passed = keeper.pass(reading(3601 * S, 3601 * S));
        assert_eq!((passed.stall(), passed.away()), (Duration::ZERO, 3600 * S));
    }

    #[test]
    fn clocks_that_are_not_read_at_once_add_up_to_nothing() {
        let mut keeper = Timekeeper::default();
        let (mut run, mut real) = (S, S);
        let mut slept = Duration::ZERO;
        for n in 0..10_000u32 {
            run += Duration::from_millis(16);
            // Between the two readings something else ran, for up to 40 ms, and in the end nothing did.
            real = run + Duration::from_millis(if n == 9_999 { 0 } else { u64::from(n * 7919 % 41) });
            slept += keeper.pass(reading(run, real)).slept;
        }
        assert!(slept <= Duration::from_millis(50), "{slept:?}");
        assert_eq!(run, real);
    }

    #[test]
    fn a_clock_set_back_takes_nothing_away() {
        let mut keeper = Timekeeper::default();
        keeper.pass(reading(S, 9000 * S));
        assert_eq!(keeper.pass(reading(2 * S, 4000 * S)), Passed { ran: S, slept: Duration::ZERO });
        assert_eq!(keeper.pass(reading(3 * S, 4101 * S)), Passed { ran: S, slept: 100 * S });
    }

    #[test]
    fn the_clocks_of_this_computer_go_together() {
        let clocks = SystemClocks::default();
        let mut keeper = Timekeeper::default();
        keeper.pass(clocks.read());
        let passed = keeper.pass(clocks.read());
        assert!(passed.slept < S && passed.ran < 10 * S);
    }
}
