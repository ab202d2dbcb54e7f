//! Programmable timer (TM 8.3).

use super::Factor;

/// Ticks between two looks of the noise filter at K03.
const LOOK: u64 = 64;

#[derive(Clone, Copy)]
pub struct Timer {
    /// PT7–PT0.
    pub count: u8,
    /// RD7–RD0.
    pub reload: u8,
    pub running: bool,
    /// F79: PTCOUT PTC2 PTC1 PTC0.
    pub control: u8,
    pub factor: Factor,
    /// EIPT.
    pub mask: u8,
    /// K03 as the noise filter last saw it.
    seen: bool,
    /// What the noise filter puts out.
    filtered: bool,
}

impl Default for Timer {
    fn default() -> Timer {
        Timer {
            count: 0,
            reload: 0,
            running: false,
            control: 0,
            factor: Factor::default(),
            mask: 0,
            seen: true,
            filtered: true,
        }
    }
}

/// Ticks in a period of the input that PTC2–PTC0 select; `None` for K03, filtered and direct.
pub fn period(select: u8) -> Option<u64> {
    match select {
        0 | 1 => None,
        _ => Some(128 >> (select - 2)),
    }
}

impl Timer {
    fn select(&self) -> u8 {
        self.control & 7
    }

    /// Counts falling edges of the divider, or lets the filter look at K03.
    pub fn tick(&mut self, now: u64, k03: bool) {
        if period(self.select()).is_some_and(|ticks| now.is_multiple_of(ticks)) {
            self.falls(now);
        }
        if self.select() == 0 && now.is_multiple_of(LOOK) {
            let agreed = if k03 == self.seen { k03 } else { self.filtered };
            if self.filtered && !agreed {
                self.falls(now);
            }
            self.filtered = agreed;
            self.seen = k03;
        }
    }

    /// K03 is at this level from now on; `fell` when it was high before.
    pub fn pin(&mut self, k03: bool, fell: bool, now: u64) {
        if fell && self.select() == 1 {
            self.falls(now);
        }
        self.rest_filter(k03);
    }

    /// While another input is selected the filter has nothing to filter.
    fn rest_filter(&mut self, k03: bool) {
        if self.select() != 0 {
            self.seen = k03;
            self.filtered = k03;
        }
    }

    /// A falling edge of the input.
    fn falls(&mut self, now: u64) {
        if !self.running {
            return;
        }
        self.count = self.count.wrapping_sub(1);
        if self.count == 0 {
            self.count = self.reload;
            self.factor.raise(now);
        }
    }

    /// F78: PTRST and PTRUN.
    pub fn start(&mut self, value: u8) {
        if value & 2 != 0 {
            self.count = self.reload;
        }
        self.running = value & 1 != 0;
    }

    /// F79.
    pub fn set_control(&mut self, value: u8, k03: bool) {
        self.rest_filter(k03);
        self.control = value;
        self.rest_filter(k03);
    }

    /// Counter and reload survive, and the filter goes on.
    pub fn reset(&mut self) {
        let Timer { count, reload, seen, filtered, .. } = *self;
        *self = Timer { count, reload, seen, filtered, ..Timer::default() };
    }

    pub fn requests(&self, now: u64, halted: bool) -> bool {
        self.mask != 0 && self.factor.counts(now, halted)
    }
}
