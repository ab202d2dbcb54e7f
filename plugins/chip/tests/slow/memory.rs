//! Data memory: RAM, display RAM, I/O registers (fact sheet 4 and 9).

use super::Slow;

/// The populated I/O registers.
pub const REGISTERS: [u16; 48] = [
    0xF00, 0xF01, 0xF02, 0xF03, 0xF04, 0xF05, 0xF10, 0xF11, 0xF12, 0xF13, 0xF14, 0xF15, 0xF20, 0xF21, 0xF22,
    0xF23, //
    0xF24, 0xF25, 0xF26, 0xF27, 0xF30, 0xF31, 0xF40, 0xF41, 0xF42, 0xF50, 0xF51, 0xF52, 0xF53, 0xF54, 0xF60,
    0xF61, //
    0xF62, 0xF63, 0xF70, 0xF71, 0xF72, 0xF73, 0xF74, 0xF75, 0xF76, 0xF77, 0xF78, 0xF79, 0xF7A, 0xF7B, 0xF7D, 0xF7E,
];

/// Supply check thresholds in millivolts by SVC1, SVC0 (TM 11.1).
const THRESHOLDS: [u16; 4] = [2200, 2500, 3100, 4200];

impl Slow {
    /// Where an address is in display RAM.
    fn display_index(&self, address: u16) -> Option<usize> {
        let half = 2 * u16::from(self.model.segments);
        match address {
            0xE00.. if address < 0xE00 + half => Some(usize::from(address - 0xE00)),
            0xE80.. if address < 0xE80 + half => Some(usize::from(half + address - 0xE80)),
            _ => None,
        }
    }

    /// A nibble as the program would read it, without side effects.
    pub fn peek(&self, address: u16) -> u8 {
        if let Some(nibble) = self.ram.get(usize::from(address)) {
            return *nibble;
        }
        if let Some(at) = self.display_index(address) {
            return self.display[at];
        }
        match address {
            0xF00 => self.clock.factors(),
            0xF01 => self.stopwatch.factor[1].bit() << 1 | self.stopwatch.factor[0].bit(),
            0xF02 => self.timer.factor.bit(),
            0xF03 => self.serial.factor.bit(),
            0xF04 => self.inputs.factor[0].bit(),
            0xF05 => self.inputs.factor[1].bit(),
            0xF10 => self.clock.mask,
            0xF11 => self.stopwatch.mask,
            0xF12 => self.timer.mask,
            0xF13 => self.serial.mask,
            0xF14 => self.inputs.mask[0],
            0xF15 => self.inputs.mask[1],
            0xF20 => self.clock.count & 15,
            0xF21 => self.clock.count >> 4,
            0xF22 => self.stopwatch.low,
            0xF23 => self.stopwatch.high,
            0xF24 => self.timer.count & 15,
            0xF25 => self.timer.count >> 4,
            0xF26 => self.timer.reload & 15,
            0xF27 => self.timer.reload >> 4,
            0xF30 => self.serial.data & 15,
            0xF31 => self.serial.data >> 4,
            0xF40 => self.pins.k0 & 15,
            0xF41 => self.inputs.relation,
            0xF42 => self.pins.k1 & 15,
            0xF50..=0xF54 => self.ports.r[usize::from(address - 0xF50)],
            0xF60..=0xF63 => self.pin_levels(usize::from(address - 0xF60)),
            0xF70 => self.oscillators,
            0xF71 => self.lcd,
            0xF72 => self.contrast,
            0xF73 => {
                let below = self.pins.battery_mv < THRESHOLDS[usize::from(self.supply & 3)];
                let low = self.supply & 4 == 0 || below;
                u8::from(low) << 3 | self.supply
            }
            0xF74 => self.buzzer.tone,
            0xF75 => self.buzzer.status(),
            0xF77 => u8::from(self.stopwatch.running),
            0xF78 => u8::from(self.timer.running),
            0xF79 => self.timer.control,
            0xF7A => self.serial.control,
            0xF7B => self.ports.driven,
            0xF7D => self.ports.output,
            0xF7E => self.ports.no_pull_up,
            _ => 0,
        }
    }

    /// A nibble as the program reads it: factor flags are cleared, the serial interface is armed.
    pub fn read(&mut self, address: u16) -> u8 {
        let value = self.peek(address);
        match address {
            0xF00 => self.clock.factor.iter_mut().for_each(super::Factor::clear),
            0xF01 => self.stopwatch.factor.iter_mut().for_each(super::Factor::clear),
            0xF02 => self.timer.factor.clear(),
            0xF03 => self.serial.factor.clear(),
            0xF04 => self.inputs.factor[0].clear(),
            0xF05 => self.inputs.factor[1].clear(),
            0xF30 | 0xF31 => {
                self.serial.access(address == 0xF31);
                self.show();
            }
            _ => {}
        }
        value
    }

    /// A nibble as the program writes it.
    pub fn write(&mut self, address: u16, value: u8) {
        let value = value & 15;
        if let Some(nibble) = self.ram.get_mut(usize::from(address)) {
            *nibble = value;
        } else if let Some(at) = self.display_index(address) {
            self.display[at] = value;
        } else {
            self.write_register(address, value);
            self.show();
            self.shift();
        }
    }

    fn write_register(&mut self, address: u16, value: u8) {
        match address {
            0xF10 => self.clock.mask = value,
            0xF11 => self.stopwatch.mask = value & 3,
            0xF12 => self.timer.mask = value & 1,
            0xF13 => self.serial.mask = value & 1,
            0xF14 | 0xF15 => {
                self.inputs.mask[usize::from(address - 0xF14)] = value;
                self.look_at_inputs();
            }
            0xF26 => self.timer.reload = self.timer.reload & 0xF0 | value,
            0xF27 => self.timer.reload = self.timer.reload & 15 | value << 4,
            0xF30 => {
                self.serial.data = self.serial.data & 0xF0 | value;
                self.serial.access(false);
            }
            0xF31 => {
                self.serial.data = self.serial.data & 15 | value << 4;
                self.serial.access(true);
            }
            0xF41 => {
                self.inputs.relation = value;
                self.look_at_inputs();
            }
            0xF50..=0xF54 => {
                let regular = self.regular();
                self.ports.r[usize::from(address - 0xF50)] = value;
                if self.regular() != regular {
                    self.buzzer.restart();
                }
            }
            0xF60..=0xF63 => self.ports.p[usize::from(address - 0xF60)] = value,
            0xF70 => {
                let before = self.cpu_hz();
                self.oscillators = value;
                if self.cpu_hz() != before {
                    self.seen.clock_switches += 1;
                    self.serial.clock_changes(self.cpu_hz(), self.tick);
                }
            }
            0xF71 => self.lcd = value,
            0xF72 => self.contrast = value,
            0xF73 => self.supply = value & 7,
            0xF74 => self.buzzer.tone = value,
            0xF75 => {
                let before = self.buzzer.status() & 8;
                self.buzzer.control(value, self.regular());
                self.seen.shots += u64::from(self.buzzer.status() & 8 != before);
            }
            0xF76 => {
                if value & 1 != 0 {
                    self.clock.feed();
                }
                if value & 2 != 0 {
                    self.clock.restart();
                }
            }
            0xF77 => {
                if value & 2 != 0 {
                    self.stopwatch.clear();
                }
                self.stopwatch.running = value & 1 != 0;
            }
            0xF78 => self.timer.start(value),
            0xF79 => self.timer.set_control(value, self.pins.k0 & 8 != 0),
            0xF7A => self.serial.set_control(value, self.cpu_hz(), self.tick),
            0xF7B => self.ports.driven = value,
            0xF7D => self.ports.output = value,
            0xF7E => self.ports.no_pull_up = value,
            _ => {}
        }
    }
}
