//! The clock timer and the watchdog (TM 8.1, 4.2), kept as arithmetic on the tick counter.

use serde::{Deserialize, Serialize};

/// Ticks in a period of the 256 Hz signal.
pub(crate) const PERIOD_256: u64 = 128;

/// Factor flags of F00, and the count at whose multiples each is set.
const FLAGS: [(u8, u64); 4] = [(1, 8), (2, 32), (4, 128), (8, 256)];
/// 1 Hz edges until the watchdog resets the chip (TM 4.2: 3 to 4 s).
const WATCHDOG_EDGES: u8 = 4;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct ClockTimer {
    /// 256 Hz falling edges since TMRST, as of the last [`ClockTimer::sync`]; the visible counter is its low byte.
    count: u64,
    /// The 256 Hz edge number, counted from power-on, at which `count` was last 0.
    origin: u64,
    /// IT1 IT2 IT8 IT32.
    pub factor: u8,
    /// EIT1 EIT2 EIT8 EIT32.
    pub mask: u8,
    /// 1 Hz edges since the last WDRST.
    watchdog: u8,
}

impl ClockTimer {
    pub const POWER_ON: ClockTimer = ClockTimer { count: 0, origin: 0, factor: 0, mask: 0, watchdog: 0 };

    /// A reset at `tick`; the divider runs on (fact sheet §8).
    pub fn reset(&mut self, tick: u64) {
        *self = ClockTimer { origin: tick / PERIOD_256, ..ClockTimer::POWER_ON };
    }

    /// Counts the edges up to and including `tick`.
    pub fn sync(&mut self, tick: u64) {
        let now = tick / PERIOD_256 - self.origin;
        if now == self.count {
            return;
        }
        for (bit, period) in FLAGS {
            if now / period != self.count / period {
                self.factor |= bit;
            }
        }
        let seconds = now / 256 - self.count / 256;
        self.watchdog = self.watchdog.saturating_add(seconds.min(255) as u8);
        self.count = now;
    }

    /// Whether the watchdog has run out.
    pub fn expired(&self) -> bool {
        self.watchdog >= WATCHDOG_EDGES
    }

    /// The tick of the next thing this timer does by itself: a flag whose interrupt is enabled,
    /// set already or not, or the watchdog's end.
    pub fn next_event(&self) -> u64 {
        let seconds = u64::from(WATCHDOG_EDGES.saturating_sub(self.watchdog).max(1));
        let period = match self.mask {
            0 => 256 * seconds,
            mask if mask & 1 != 0 => 8,
            mask if mask & 2 != 0 => 32,
            mask if mask & 4 != 0 => 128,
            _ => 256,
        };
        // Each period is a multiple of the shorter ones.
        let next = match period {
            8 => (self.count | 7) + 1,
            32 => (self.count | 31) + 1,
            128 => (self.count | 127) + 1,
            _ => (self.count | 255) + 1 + (period - 256),
        };
        (next + self.origin) * PERIOD_256
    }

    /// The next tick at which the count is a multiple of `period`.
    pub fn next_count(&self, period: u64) -> u64 {
        ((self.count / period + 1) * period + self.origin) * PERIOD_256
    }

    pub fn request(&self) -> bool {
        self.factor & self.mask != 0
    }

    /// F20: bits 3–0 of the counter.
    pub fn low(&self) -> u8 {
        (self.count & 15) as u8
    }

    /// F21: bits 7–4.
    pub fn high(&self) -> u8 {
        (self.count >> 4 & 15) as u8
    }

    /// TMRST (TM 8.1.3): the counter goes to 0; the 256 Hz divider in front runs on.
    pub fn clear_counter(&mut self, tick: u64) {
        self.origin = tick / PERIOD_256;
        self.count = 0;
    }

    /// Puts the counter; `tick` is at least 256 periods of 256 Hz.
    pub fn set_count(&mut self, tick: u64, count: u8) {
        self.count = u64::from(count);
        self.origin = (tick / PERIOD_256).saturating_sub(self.count);
        self.watchdog = 0;
    }

    /// WDRST.
    pub fn serve_watchdog(&mut self) {
        self.watchdog = 0;
    }

    /// Clears and returns the factor flags, as reading F00 does.
    pub fn take_factor(&mut self) -> u8 {
        core::mem::take(&mut self.factor)
    }

    pub fn is_valid(&self, synced: u64) -> bool {
        self.origin.checked_add(self.count) == Some(synced / PERIOD_256) && self.factor < 16 && self.mask < 16
    }
}
