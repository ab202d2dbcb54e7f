//! The daycare's own time: it goes on through restarts and outages, and nobody can set it.
//!
//! It began as the time of day of the first start. While the daycare runs it follows the monotonic clock; from the
//! end of one run to the start of the next it advances by what the time of day says has passed. So a clock that is
//! set right while the daycare runs makes no pet older. [`Anchor`]s are told in it.
//!
//! Outages are kept in a list instead of being written into every toy's row: a start with many toys is one write.

use super::clock::{Clock, whole_millis};
use crate::id::Millis;
use crate::store::{Anchor, Store, StoreError};
use eggtooth_toy::{LONGEST, Reading, Timekeeper, ticks};
use std::time::Duration;

/// The setting that says when the daycare was alive: its own time, then the time of day, 8 bytes each.
pub(super) const ALIVE: &str = "alive";
/// The setting with all outages that some toy's anchor is older than: from, to, 8 bytes each.
pub(super) const OUTAGES: &str = "outages";
/// From this many outages on, every toy gets a new anchor, so that they can be forgotten.
pub(super) const MANY: usize = 1024;

/// A time in which the daycare was not there, in its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    pub from: Millis,
    pub to: Millis,
}

impl Outage {
    /// How long it was for a toy that was anchored at `since`, in milliseconds.
    fn after(&self, since: Millis) -> Millis {
        self.to.saturating_sub(self.from.max(since))
    }
}

/// Of an outage, how much a toy with so many hours of mercy stood still.
pub(super) fn held(outage: Millis, mercy_hours: u16) -> Millis {
    outage.saturating_sub(u64::from(mercy_hours) * 3_600_000)
}

/// Ticks in milliseconds.
pub(super) fn ticks_in(millis: Millis) -> u64 {
    ticks(Duration::from_millis(millis))
}

/// The daycare's time.
#[derive(Debug)]
pub(super) struct Hours {
    now: Duration,
    keeper: Timekeeper,
    pub outages: Vec<Outage>,
}

impl Hours {
    /// Goes on from what the store says; the outage since then is the last of the list.
    pub fn open(store: &dyn Store, clock: &dyn Clock) -> Result<Hours, StoreError> {
        let wall = clock.wall();
        let mut outages = list(&store.setting(OUTAGES)?.unwrap_or_default());
        let mut now = wall;
        if let [house, then] = numbers(&store.setting(ALIVE)?.unwrap_or_default())[..] {
            let longest = whole_millis(LONGEST);
            now = house.saturating_add(wall.saturating_sub(then).min(longest));
            // A start that was broken off has already written this one, as far as it went.
            outages.retain(|outage| outage.from < house && outage.to <= house);
            if now > house {
                outages.push(Outage { from: house, to: now });
            }
        }
        let mut keeper = Timekeeper::default();
        keeper.pass(reading(clock));
        Ok(Hours { now: Duration::from_millis(now), keeper, outages })
    }

    /// Forgets the outages that no toy's anchor is older than, and writes the rest; then toys may live.
    pub fn write(&mut self, store: &dyn Store, clock: &dyn Clock, oldest: Option<Millis>) -> Result<(), StoreError> {
        self.outages.retain(|outage| oldest.is_some_and(|oldest| outage.to > oldest));
        store.set_setting(OUTAGES, &self.outages_bytes())?;
        store.set_setting(ALIVE, &self.alive_bytes(clock))
    }

    /// What [`OUTAGES`] is to be.
    pub fn outages_bytes(&self) -> Vec<u8> {
        self.outages.iter().flat_map(|outage| [outage.from, outage.to]).flat_map(u64::to_le_bytes).collect()
    }

    /// What [`ALIVE`] is to be.
    pub fn alive_bytes(&self, clock: &dyn Clock) -> Vec<u8> {
        [self.millis(), clock.wall()].into_iter().flat_map(u64::to_le_bytes).collect()
    }

    /// Looks at the clock. An outage if the computer was suspended, or kept this program from running for long.
    pub fn pass(&mut self, clock: &dyn Clock) -> Option<Outage> {
        let passed = self.keeper.pass(reading(clock));
        let from = self.now + passed.stall();
        self.now = from + passed.away();
        if passed.away().is_zero() {
            return None;
        }
        let outage = Outage { from: whole_millis(from), to: self.millis() };
        self.outages.push(outage);
        Some(outage)
    }

    /// Now.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Now, in whole milliseconds.
    pub fn millis(&self) -> Millis {
        whole_millis(self.now)
    }

    /// Now, in ticks.
    pub fn ticks(&self) -> u64 {
        ticks(self.now)
    }

    /// What a running toy's tick lies behind [`Hours::ticks`]: constant until the next outage.
    pub fn behind(&self, anchor: Anchor, mercy_hours: u16) -> i64 {
        let outages = self.outages.iter().map(|outage| ticks_in(held(outage.after(anchor.at), mercy_hours)));
        let still: u64 = outages.fold(0, u64::saturating_add);
        signed(ticks_in(anchor.at).saturating_add(still)).saturating_sub(signed(anchor.tick))
    }
}

/// Ticks that may be counted down from.
pub(super) fn signed(ticks: u64) -> i64 {
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

fn reading(clock: &dyn Clock) -> Reading {
    Reading { run: clock.monotonic(), real: clock.real() }
}

fn numbers(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(8).filter_map(|chunk| chunk.try_into().ok()).map(u64::from_le_bytes).collect()
}

fn list(bytes: &[u8]) -> Vec<Outage> {
    let pair = |pair: &[u64]| match *pair {
        [from, to] if from <= to => Some(Outage { from, to }),
        _ => None,
    };
    numbers(bytes).chunks_exact(2).filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SteppedClock;

    const HOUR: u64 = 3_600_000;
    const START: u64 = 1_800_000_000_000;

    fn hours(now: Millis, outages: Vec<Outage>) -> Hours {
        let mut keeper = Timekeeper::default();
        keeper.pass(Reading::default());
        Hours { now: Duration::from_millis(now), keeper, outages }
    }

    #[test]
    fn a_toy_is_as_old_as_the_time_it_was_there() {
        let anchor = Anchor { tick: 1000, at: START, running: true };
        let tick = |hours: &Hours, mercy| hours.ticks() as i64 - hours.behind(anchor, mercy);
        let second = 32_768;
        assert_eq!(tick(&hours(START + 5000, vec![]), 0), 1000 + 5 * second);
        let outage = Outage { from: START + 1000, to: START + 1000 + 3 * HOUR };
        let after = hours(outage.to + 1000, vec![outage]);
        assert_eq!(tick(&after, 0), 1000 + 2 * second);
        assert_eq!(tick(&after, 1), 1000 + (2 + 3600) * second);
        assert_eq!(tick(&after, 12), 1000 + (2 + 3 * 3600) * second);
        // Anchored within the outage, as seen from its beginning: only the rest of it counts.
        let within = Anchor { tick: 0, at: START + 1000 + HOUR, running: true };
        assert_eq!(after.ticks() as i64 - after.behind(within, 0), second);
        // Anchored after it.
        let later = Anchor { tick: 0, at: outage.to, running: true };
        assert_eq!(after.ticks() as i64 - after.behind(later, 0), second);
    }

    #[test]
    fn the_time_of_day_ages_nobody() {
        let clock = SteppedClock::at(START);
        let mut hours = hours(START, vec![]);
        clock.step(Duration::from_secs(1));
        assert_eq!(hours.pass(&clock), None);
        clock.set_wall(START + 1000 * HOUR);
        clock.step(Duration::from_secs(1));
        assert_eq!((hours.pass(&clock), hours.millis()), (None, START + 2000));
        clock.suspend(Duration::from_secs(100));
        clock.step(Duration::from_secs(1));
        let outage = Outage { from: START + 3000, to: START + 103_000 };
        assert_eq!((hours.pass(&clock), hours.millis()), (Some(outage), START + 103_000));
    }

    #[test]
    fn settings_are_read_whatever_they_say() {
        assert_eq!(list(&[1, 2, 3]), []);
        assert_eq!(list(&[7; 17]), [Outage { from: 0x0707_0707_0707_0707, to: 0x0707_0707_0707_0707 }]);
        let falls: Vec<u8> = [5_u64, 4].into_iter().flat_map(u64::to_le_bytes).collect();
        assert_eq!(list(&falls), []);
        let wide = hours(START, vec![Outage { from: 0, to: u64::MAX }]);
        let anchor = Anchor { tick: u64::MAX, at: u64::MAX, running: true };
        assert_eq!(wide.behind(anchor, 0), 0);
    }
}
