//! The programmable timer (TM 8.3): an 8-bit down-counter with reload and eight inputs.

use crate::output::TimerClock;
use serde::{Deserialize, Serialize};

/// Ticks between two looks of the K03 noise filter: both edges of 256 Hz. A level passes once two
/// looks in a row agree, so that 4 ms always pass and 2 ms never do (fact sheet §10.4).
const FILTER_TICKS: u64 = 64;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct ProgrammableTimer {
    /// The tick of the last sync.
    at: u64,
    /// PT7–PT0; 0 stands for 256.
    value: u8,
    /// RD7–RD0.
    pub reload: u8,
    pub running: bool,
    /// PTCOUT PTC2–PTC0.
    pub select: u8,
    pub factor: u8,
    pub mask: u8,
    /// K03 as the filter lets it through, and as it looked last.
    filtered: bool,
    looked: bool,
    /// K03 now.
    pin: bool,
}

impl ProgrammableTimer {
    pub const POWER_ON: ProgrammableTimer = ProgrammableTimer {
        at: 0,
        value: 0,
        reload: 0,
        running: false,
        select: 0,
        factor: 0,
        mask: 0,
        filtered: true,
        looked: true,
        pin: true,
    };

    pub fn reset(&mut self) {
        *self = ProgrammableTimer {
            at: self.at,
            value: self.value,
            reload: self.reload,
            filtered: self.filtered,
            looked: self.looked,
            pin: self.pin,
            ..ProgrammableTimer::POWER_ON
        };
    }

    /// Ticks in a period of the selected divider output, if the input is one: 256 Hz to 8192 Hz.
    fn divider(&self) -> Option<u64> {
        match self.select & 7 {
            0 | 1 => None,
            n => Some(128 >> (n - 2)),
        }
    }

    fn counts_left(&self) -> u64 {
        if self.value == 0 { 256 } else { u64::from(self.value) }
    }

    /// What PTCOUT puts out.
    pub fn output(&self) -> TimerClock {
        self.divider().map_or(TimerClock::K03, |period| TimerClock::Divided(period as u8))
    }

    /// F79: another input counts from now on.
    pub fn select(&mut self, value: u8) {
        if value & 7 != 0 {
            (self.filtered, self.looked) = (self.pin, self.pin);
        }
        self.select = value;
    }

    /// The first tick at which count or flag may differ, without pin changes.
    pub fn next_change(&self) -> u64 {
        match self.divider() {
            Some(period) if self.running => (self.at / period + 1) * period,
            _ if self.is_unsettled() => (self.at / FILTER_TICKS + 1) * FILTER_TICKS,
            _ => u64::MAX,
        }
    }

    /// The noise filter has yet to let K03 through.
    fn is_unsettled(&self) -> bool {
        self.select & 7 == 0 && (self.looked != self.pin || self.filtered != self.pin)
    }

    /// Counts `edges` falling edges of the input.
    fn count(&mut self, edges: u64) {
        let left = self.counts_left();
        if edges < left {
            self.value = (left - edges) as u8;
            return;
        }
        self.factor = 1;
        let period = if self.reload == 0 { 256 } else { u64::from(self.reload) };
        self.value = (period - (edges - left) % period) as u8;
    }

    /// Counts the edges up to and including `tick`.
    #[inline]
    pub fn sync(&mut self, tick: u64) {
        if self.running && self.select & 7 > 1 || self.is_unsettled() {
            self.pass(tick);
        } else {
            self.at = tick;
        }
    }

    fn pass(&mut self, tick: u64) {
        if self.select & 7 == 0 {
            self.filter(tick);
        } else if let (true, Some(period)) = (self.running, self.divider()) {
            self.count(tick / period - self.at / period);
        }
        self.at = tick;
    }

    /// Runs the noise filter; after two looks at a steady pin nothing more can change.
    fn filter(&mut self, tick: u64) {
        let looks = tick / FILTER_TICKS - self.at / FILTER_TICKS;
        for _ in 0..looks.min(2) {
            if self.looked == self.pin && self.filtered != self.pin {
                self.filtered = self.pin;
                if !self.pin && self.running {
                    self.count(1);
                }
            }
            self.looked = self.pin;
        }
    }

    /// K03 changes; the timer has been synced to now.
    pub fn set_pin(&mut self, high: bool) {
        if self.select & 7 == 1 && self.running && self.pin && !high {
            self.count(1);
        }
        self.pin = high;
        if self.select & 7 != 0 {
            (self.filtered, self.looked) = (high, high);
        }
    }

    /// The tick at which the flag of an enabled interrupt is set next, or never.
    #[inline]
    pub fn next_event(&self) -> u64 {
        if self.mask == 0 || !self.running {
            return u64::MAX;
        }
        match self.divider() {
            Some(period) => (self.at / period + self.counts_left()) * period,
            None if self.is_unsettled() => (self.at / FILTER_TICKS + 1) * FILTER_TICKS,
            None => u64::MAX,
        }
    }

    pub fn request(&self) -> bool {
        self.factor & self.mask != 0
    }

    pub fn set_value(&mut self, value: u8) {
        self.value = value;
    }

    /// F24 and F25.
    pub fn value(&self) -> u8 {
        self.value
    }

    /// F78: PTRST loads the reload value at once, without a flag.
    pub fn control(&mut self, value: u8) {
        if value & 2 != 0 {
            self.value = self.reload;
        }
        self.running = value & 1 != 0;
    }

    pub fn take_factor(&mut self) -> u8 {
        core::mem::take(&mut self.factor)
    }

    pub fn is_valid(&self, synced: u64) -> bool {
        self.at == synced && self.select < 16 && self.factor < 2 && self.mask < 2
    }
}
