//! Real time: where the pet's time should be, without drift.

use eggtooth_toy::{Passed, Reading, Timekeeper, ticks};
use std::time::Duration;

/// Pictures a second: as often as toys look at their buttons and change their picture.
const PICTURES: u64 = 32;

/// Ties the pet's ticks to the computer's clocks.
#[derive(Clone, Debug)]
pub struct Pace {
    keeper: Timekeeper,
    tick: u64,
    /// What is to be lived since `tick`.
    time: Duration,
}

impl Pace {
    /// From `now` on, when the pet's time is `tick`.
    pub fn new(tick: u64, now: Reading) -> Pace {
        let mut keeper = Timekeeper::default();
        keeper.pass(now);
        Pace { keeper, tick, time: Duration::ZERO }
    }

    /// What happened since the last call; none of it is to be lived until [`Pace::add`] says so.
    pub fn pass(&mut self, now: Reading) -> Passed {
        self.keeper.pass(now)
    }

    /// So much more is to be lived.
    pub fn add(&mut self, time: Duration) {
        self.time += time;
    }

    /// Goes on from this tick, whatever was to be lived before.
    pub fn hold(&mut self, tick: u64) {
        (self.tick, self.time) = (tick, Duration::ZERO);
    }

    /// The tick that the pet should reach by now.
    pub fn due(&self) -> u64 {
        self.tick.saturating_add(ticks(self.time))
    }

    /// How long to sleep until the next picture.
    pub fn until_next(&self, now: Reading) -> Duration {
        let picture = Duration::from_secs(1).as_nanos() / u128::from(PICTURES);
        let passed = now.run.as_nanos() % picture;
        Duration::from_nanos(u64::try_from(picture - passed).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eggtooth_toy::TICKS_PER_SECOND;

    fn at(time: Duration) -> Reading {
        Reading { run: time, real: time }
    }

    #[test]
    fn an_hour_of_uneven_pictures_is_an_hour() {
        let mut pace = Pace::new(1000, at(Duration::ZERO));
        let mut now = Duration::ZERO;
        for n in 0u64.. {
            now += Duration::from_nanos(31_250_000 + n * 7919 % 1_000_003);
            if now >= Duration::from_secs(3600) {
                break;
            }
            let passed = pace.pass(at(now));
            assert_eq!(passed.away(), Duration::ZERO);
            pace.add(passed.stall());
        }
        let passed = pace.pass(at(Duration::from_secs(3600)));
        pace.add(passed.stall());
        assert_eq!(pace.due(), 1000 + 3600 * TICKS_PER_SECOND);
    }

    #[test]
    fn a_long_stall_is_an_absence() {
        let mut pace = Pace::new(500, at(Duration::ZERO));
        let day = Duration::from_secs(86_400);
        let passed = pace.pass(at(day));
        assert_eq!((passed.stall(), passed.away()), (Duration::ZERO, day));
        assert_eq!(pace.due(), 500);
        pace.add(passed.away());
        assert_eq!(pace.due(), 500 + 86_400 * TICKS_PER_SECOND);
        pace.hold(700);
        assert_eq!(pace.due(), 700);
    }

    #[test]
    fn pictures_come_on_the_beat() {
        let start = at(Duration::ZERO);
        let pace = Pace::new(0, start);
        assert_eq!(pace.until_next(start), Duration::from_micros(31_250));
        assert_eq!(pace.until_next(at(Duration::from_millis(31))), Duration::from_micros(250));
        assert_eq!(pace.until_next(at(Duration::from_micros(31_250))), Duration::from_micros(31_250));
    }
}
