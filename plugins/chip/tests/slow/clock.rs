//! Clock timer (TM 8.1) and watchdog (TM 4.2).

use super::{Factor, counts};

#[derive(Clone, Copy, Default)]
pub struct Clock {
    /// TM7–TM0.
    pub count: u8,
    /// IT32, IT8, IT2, IT1.
    pub factor: [Factor; 4],
    /// EIT1 EIT2 EIT8 EIT32.
    pub mask: u8,
    /// Falling 1 Hz edges since WDRST.
    seconds: u8,
    /// When the fourth of them was.
    fourth: Option<u64>,
}

impl Clock {
    /// Counts falling edges of 256 Hz.
    pub fn tick(&mut self, now: u64) {
        if !now.is_multiple_of(128) {
            return;
        }
        self.count = self.count.wrapping_add(1);
        for (factor, period) in self.factor.iter_mut().zip([8, 32, 128, 256]) {
            if u16::from(self.count) % period == 0 {
                factor.raise(now);
            }
        }
        if self.count == 0 {
            self.seconds = (self.seconds + 1).min(4);
            if self.seconds == 4 && self.fourth.is_none() {
                self.fourth = Some(now);
            }
        }
    }

    /// TMRST: the eight bits and nothing else.
    pub fn restart(&mut self) {
        self.count = 0;
    }

    /// WDRST.
    pub fn feed(&mut self) {
        self.seconds = 0;
        self.fourth = None;
    }

    pub fn watchdog_bites(&self, now: u64, halted: bool) -> bool {
        self.fourth.is_some_and(|at| counts(at, now, halted))
    }

    /// F00: IT1 IT2 IT8 IT32.
    pub fn factors(&self) -> u8 {
        self.factor.iter().rev().fold(0, |bits, factor| bits << 1 | factor.bit())
    }

    pub fn requests(&self, now: u64, halted: bool) -> bool {
        (0..4).any(|bit| self.mask >> bit & 1 != 0 && self.factor[bit].counts(now, halted))
    }
}
