//! Which local time a toy's tick is: the messages that were least delayed tell.

use std::time::Duration;

/// A toy's ticks in a second.
const TICKS: i128 = 32_768;
/// For how long the least delay counts at least; twice that at most.
const WINDOW: Duration = Duration::from_secs(5);
/// A tick later than this belongs to another stretch of the toy's life: it was paused meanwhile.
const LATE: i128 = 250_000_000;
/// What is scheduled is heard this much after the least delayed message of its tick, so that a jitter of the network
/// below it does not bend a melody (service §2.2).
pub const DELAY: Duration = Duration::from_millis(120);

/// Maps ticks to local time. All in nanoseconds; offsets are local time minus the toy's.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    least: Option<i128>,
    previous: Option<i128>,
    since: Duration,
}

fn nanoseconds(at: Duration) -> i128 {
    i128::try_from(at.as_nanos()).unwrap_or(i128::MAX / 4)
}

fn lived(tick: u64) -> i128 {
    i128::from(tick) * 1_000_000_000 / TICKS
}

impl Pace {
    /// A message of `tick` arrived.
    pub(super) fn observe(&mut self, tick: u64, now: Duration) {
        if now.saturating_sub(self.since) >= WINDOW {
            self.previous = self.least.take();
            self.since = now;
        }
        let offset = nanoseconds(now) - lived(tick);
        self.least = Some(self.least.map_or(offset, |least| least.min(offset)));
    }

    /// The toy's time stood still or ran: what was seen says nothing any more.
    pub(super) fn forget(&mut self) {
        *self = Pace::default();
    }

    /// When the toy was at `tick`, as the least delayed message tells; may lie before the beginning of local time.
    fn offset(&self) -> Option<i128> {
        match (self.least, self.previous) {
            (Some(least), Some(previous)) => Some(least.min(previous)),
            (least, previous) => least.or(previous),
        }
    }

    /// When something of `tick`, which arrived at `now`, is heard or shown: [`DELAY`] after the least delayed message of
    /// that tick; never before `now`, never later than `now` + [`DELAY`].
    pub(super) fn schedule(&mut self, tick: u64, now: Duration) -> Duration {
        self.observe(tick, now);
        let due = |pace: &Pace| pace.offset().unwrap_or_default() + lived(tick) + nanoseconds(DELAY);
        let mut at = due(self);
        if at < nanoseconds(now) - LATE {
            self.forget();
            self.observe(tick, now);
            at = due(self);
        }
        let wait = (at - nanoseconds(now)).clamp(0, nanoseconds(DELAY));
        now + Duration::from_nanos(u64::try_from(wait).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// The tick after so many milliseconds, exact for multiples of 125.
    fn tick(milliseconds: u64) -> u64 {
        milliseconds * 32_768 / 1000
    }

    #[test]
    fn jitter_below_the_delay_does_not_bend_the_rhythm() {
        let mut pace = Pace::default();
        for (index, jitter) in [0, 80, 10, 119, 55, 0, 100].into_iter().enumerate() {
            let lived = index as u64 * 125;
            let at = pace.schedule(1_000_000 * 32_768 + tick(lived), ms(7000 + lived + jitter));
            assert_eq!(at, ms(7000 + lived + 120), "{index}");
        }
    }

    #[test]
    fn a_pause_of_the_toy_is_noticed_and_a_slower_network_after_a_while() {
        let mut pace = Pace::default();
        assert_eq!(pace.schedule(0, ms(1000)), ms(1120));
        // A minute in which the toy stood still.
        assert_eq!(pace.schedule(tick(125), ms(61_125)), ms(61_245));
        // The way is 100 ms longer from now on: first within the delay, later taken for the rule.
        assert_eq!(pace.schedule(tick(250), ms(61_350)), ms(61_370));
        for second in 1..12 {
            pace.observe(tick(250 + 1000 * second), ms(61_350 + 1000 * second));
        }
        assert_eq!(pace.schedule(tick(13_250), ms(74_350)), ms(74_470));
    }

    proptest! {
        #[test]
        fn nothing_is_scheduled_before_now_or_after_the_delay(
            messages in prop::collection::vec((any::<u64>(), 0..u64::from(u32::MAX)), 1..50)
        ) {
            let mut pace = Pace::default();
            let mut now = Duration::ZERO;
            for (tick, later) in messages {
                now += ms(later);
                let at = pace.schedule(tick, now);
                prop_assert!((now..=now + DELAY).contains(&at));
            }
        }
    }
}
