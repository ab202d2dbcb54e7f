//! Stopwatch (TM 8.2).

use super::Factor;

#[derive(Clone, Copy, Default)]
pub struct Stopwatch {
    pub running: bool,
    /// SWL, hundredths.
    pub low: u8,
    /// SWH, tenths.
    pub high: u8,
    /// Periods of 256 Hz since SWL changed.
    periods: u8,
    /// ISW0 (10 Hz), ISW1 (1 Hz).
    pub factor: [Factor; 2],
    /// EISW1 EISW0.
    pub mask: u8,
}

impl Stopwatch {
    /// Counts falling edges of 256 Hz while it runs.
    pub fn tick(&mut self, now: u64) {
        if !self.running || !now.is_multiple_of(128) {
            return;
        }
        self.periods += 1;
        if self.periods < self.length() {
            return;
        }
        self.periods = 0;
        self.low += 1;
        if self.low == 10 {
            self.low = 0;
            self.factor[0].raise(now);
            self.high += 1;
        }
        if self.high == 10 {
            self.high = 0;
            self.factor[1].raise(now);
        }
    }

    /// Periods of 256 Hz that the present hundredth lasts (TM 8.2.2).
    fn length(&self) -> u8 {
        let long = match self.high {
            2 | 3 | 6 | 7 => [3, 2, 3, 2, 3, 2, 3, 2, 3, 2],
            _ => [3, 3, 3, 2, 3, 2, 3, 2, 3, 2],
        };
        long[usize::from(self.low)]
    }

    /// SWRST: the count, not the flags.
    pub fn clear(&mut self) {
        self.low = 0;
        self.high = 0;
        self.periods = 0;
    }

    pub fn requests(&self, now: u64, halted: bool) -> bool {
        (0..2).any(|bit| self.mask >> bit & 1 != 0 && self.factor[bit].counts(now, halted))
    }
}
