//! Random pins at random times.

use super::random::Random;
use eggtooth_chip::{Group, Pins};

/// A person, a partner on the serial line and a dying battery.
pub struct Stimulus {
    random: Random,
    pins: Pins,
    /// Changes of SCLK still to come in quick succession.
    burst: u16,
}

impl Stimulus {
    pub fn new(seed: u64) -> Stimulus {
        Stimulus { random: Random::new(!seed), pins: Pins::IDLE, burst: 0 }
    }

    /// How many ticks to let pass, and what the pins are then.
    pub fn next(&mut self) -> (u64, Pins) {
        let longest = if self.burst > 0 { 60 } else { self.random.of(&[3, 40, 300, 3000, 3000, 9000, 40_000]) };
        let longest = if self.random.percent(2) { 600_000 } else { longest };
        // Pins may change twice at one boundary.
        let mut wait = self.random.span(longest) - u64::from(longest == 3);
        if !self.pins.reset {
            wait = self.random.of(&[1, 65, 66, 67, 80, 3000]);
            self.pins.reset = true;
            return (wait, self.pins);
        }
        if self.pins.k0 == 0 && self.random.percent(60) {
            wait = self.random.of(&[65_000, 65_535, 65_536, 65_537, 65_560, 70_000]);
            self.pins.k0 = 15;
            return (wait, self.pins);
        }
        if self.burst > 0 {
            self.burst -= 1;
            self.pins.serial_clock = !self.pins.serial_clock;
            self.pins.serial_in = self.random.percent(50);
        } else {
            self.change();
        }
        (wait, self.pins)
    }

    fn change(&mut self) {
        let bits = self.random.bits();
        let nibble = bits as u8 & 15;
        match self.random.below(100) {
            0..30 => self.pins.k0 ^= 1 << (bits & 3),
            30..40 => self.pins.k0 ^= 8,
            40..52 => self.pins.k1 ^= 1 << (bits & 3),
            52..58 => (self.pins.k0, self.pins.k1) = (nibble | 2, (bits >> 4) as u8 & 15),
            58..64 => (self.pins.k0, self.pins.k1) = (15, 15),
            64..72 => self.burst = 1 + nibble as u16 + self.random.below(17),
            72..78 => self.pins.serial_in = !self.pins.serial_in,
            78..84 => self.pins.serial_clock = !self.pins.serial_clock,
            84..92 => {
                let port = usize::from(self.random.below(4));
                self.pins.p[port] = Group::new(nibble, (bits >> 4) as u8);
            }
            92..97 => self.pins.battery_mv = self.random.of(&[0, 2199, 2200, 2499, 2500, 3000, 3099, 3100, 4200]),
            97 => self.pins.reset = false,
            98 => self.pins.k0 = 0,
            _ => self.pins = Pins::IDLE,
        }
    }
}
