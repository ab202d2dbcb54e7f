//! The stopwatch (TM 8.2): two BCD digits fed by 256 Hz through an uneven divider.

use crate::clock::PERIOD_256;
use serde::{Deserialize, Serialize};

/// 256 Hz periods in a full cycle of both digits: exactly one second.
const CYCLE: u64 = 256;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Stopwatch {
    /// 256 Hz edges since power-on, as of the last sync.
    edges: u64,
    /// SWL, 1/100 s.
    pub low: u8,
    /// SWH, 1/10 s.
    pub high: u8,
    /// 256 Hz periods spent in the present SWL step.
    pub sub: u8,
    pub running: bool,
    /// ISW1 ISW0.
    pub factor: u8,
    /// EISW1 EISW0.
    pub mask: u8,
}

impl Stopwatch {
    pub const POWER_ON: Stopwatch = Stopwatch { edges: 0, low: 0, high: 0, sub: 0, running: false, factor: 0, mask: 0 };

    pub fn reset(&mut self) {
        *self = Stopwatch { edges: self.edges, ..Stopwatch::POWER_ON };
    }

    /// 256 Hz periods the present SWL step lasts (fact sheet §10.3, count-up chart of TM 8.2.2).
    fn step_length(low: u8, high: u8) -> u8 {
        if low & 1 == 0 || low == 1 && high & 2 == 0 { 3 } else { 2 }
    }

    fn count_edge(&mut self) {
        self.sub += 1;
        if self.sub < Self::step_length(self.low, self.high) {
            return;
        }
        self.sub = 0;
        self.low = (self.low + 1) % 10;
        if self.low == 0 {
            self.factor |= 1;
            self.high = (self.high + 1) % 10;
            if self.high == 0 {
                self.factor |= 2;
            }
        }
    }

    /// Counts the edges up to and including `tick`.
    #[inline]
    pub fn sync(&mut self, tick: u64) {
        let now = tick / PERIOD_256;
        if self.running && now != self.edges {
            let mut due = now - self.edges;
            if due >= CYCLE {
                self.factor |= 3;
                due %= CYCLE;
            }
            for _ in 0..due {
                self.count_edge();
            }
        }
        self.edges = now;
    }

    /// The tick at which the flag of an enabled interrupt is set next, or never.
    #[inline]
    pub fn next_event(&self) -> u64 {
        if !self.running || self.mask == 0 { u64::MAX } else { self.next_flag() }
    }

    fn next_flag(&self) -> u64 {
        let mut probe = Stopwatch { factor: 0, ..self.clone() };
        for ahead in 1..=CYCLE {
            probe.count_edge();
            if probe.factor & self.mask != 0 {
                return (self.edges + ahead) * PERIOD_256;
            }
        }
        u64::MAX
    }

    /// The first tick at which digits or flags may differ.
    pub fn next_change(&self) -> u64 {
        if self.running { (self.edges + 1) * PERIOD_256 } else { u64::MAX }
    }

    pub fn request(&self) -> bool {
        self.factor & self.mask != 0
    }

    /// F77: SWRST clears the digits, in run or stop, and leaves the factor flags (TM 8.2.4).
    pub fn control(&mut self, value: u8) {
        if value & 2 != 0 {
            (self.low, self.high, self.sub) = (0, 0, 0);
        }
        self.running = value & 1 != 0;
    }

    pub fn take_factor(&mut self) -> u8 {
        core::mem::take(&mut self.factor)
    }

    pub fn is_valid(&self, synced: u64) -> bool {
        self.edges == synced / PERIOD_256
            && self.low < 10
            && self.high < 10
            && self.sub < 3
            && self.factor < 4
            && self.mask < 4
    }
}
