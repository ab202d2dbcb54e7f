//! Real time: where the pet's time should be, without drift.

use eggtooth_toy::TICKS_PER_SECOND;
use std::time::{Duration, Instant};

/// Pictures a second: as often as toys look at their buttons and change their picture.
const PICTURES: u64 = 32;
/// The longest stall that is paid back, in ticks; a longer one is an absence, for which time stood
/// still.
const MOST_OWED: u64 = 60 * TICKS_PER_SECOND;

/// Ties the pet's ticks to the computer's monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    tick: u64,
    at: Instant,
}

impl Pace {
    /// From `at` on, when the pet's time is `tick`.
    pub fn new(tick: u64, at: Instant) -> Pace {
        Pace { tick, at }
    }

    /// The tick that a pet at tick `reached` should reach by `now`.
    pub fn due(&mut self, reached: u64, now: Instant) -> u64 {
        let ticks = now.saturating_duration_since(self.at).as_nanos() * u128::from(TICKS_PER_SECOND) / 1_000_000_000;
        let due = self.tick.saturating_add(u64::try_from(ticks).unwrap_or(u64::MAX));
        let most = reached.saturating_add(MOST_OWED);
        if due > most {
            *self = Pace::new(most, now);
        }
        due.min(most)
    }

    /// How long to sleep until the next picture.
    pub fn until_next(&self, now: Instant) -> Duration {
        let picture = Duration::from_secs(1).as_nanos() / u128::from(PICTURES);
        let passed = now.saturating_duration_since(self.at).as_nanos() % picture;
        Duration::from_nanos(u64::try_from(picture - passed).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_uneven_pictures_is_an_hour() {
        let start = Instant::now();
        let mut pace = Pace::new(1000, start);
        let (mut reached, mut at) = (1000, Duration::ZERO);
        for n in 0u64.. {
            at += Duration::from_nanos(31_250_000 + n * 7919 % 1_000_003);
            if at >= Duration::from_secs(3600) {
                break;
            }
            // Instructions overshoot by some ticks.
            reached = pace.due(reached, start + at) + n % 13;
        }
        assert!((3599 * TICKS_PER_SECOND..3600 * TICKS_PER_SECOND + 1012).contains(&reached), "{reached}");
        assert_eq!(pace.due(reached, start + Duration::from_secs(3600)), 1000 + 3600 * TICKS_PER_SECOND);
    }

    #[test]
    fn a_long_stall_is_an_absence() {
        let start = Instant::now();
        let mut pace = Pace::new(0, start);
        let later = start + Duration::from_secs(86_400);
        assert_eq!(pace.due(500, later), 500 + MOST_OWED);
        assert_eq!(pace.due(500 + MOST_OWED, later + Duration::from_secs(1)), 500 + MOST_OWED + TICKS_PER_SECOND);
    }

    #[test]
    fn pictures_come_on_the_beat() {
        let start = Instant::now();
        let pace = Pace::new(0, start);
        assert_eq!(pace.until_next(start), Duration::from_micros(31_250));
        assert_eq!(pace.until_next(start + Duration::from_millis(31)), Duration::from_micros(250));
        assert_eq!(pace.until_next(start + Duration::from_micros(31_250)), Duration::from_micros(31_250));
    }
}
