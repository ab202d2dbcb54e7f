//! The I/O registers F00–F7E (TM table 2.3.1) and what stands behind them.

use crate::buzzer::Buzzer;
use crate::clock::ClockTimer;
use crate::input::InputPort;
use crate::model::Pins;
use crate::output::Sink;
use crate::stopwatch::Stopwatch;
use crate::timer::ProgrammableTimer;
use serde::{Deserialize, Serialize};

/// Supply-check thresholds SVC 0–3 in millivolts (TM 12).
const THRESHOLDS_MV: [u16; 4] = [2200, 2500, 3100, 4200];
/// R43 in F54.
const R43: u8 = 8;

/// All populated register addresses, low byte, in order.
pub(crate) const POPULATED: [u8; 48] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26,
    0x27, 0x30, 0x31, 0x40, 0x41, 0x42, 0x50, 0x51, 0x52, 0x53, 0x54, 0x60, 0x61, 0x62, 0x63, 0x70, 0x71, 0x72, 0x73,
    0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7D, 0x7E,
];

/// Interrupt vectors, highest priority first (TM table 11.2.1).
mod vector {
    pub const PROGRAMMABLE_TIMER: u8 = 0x0C;
    pub const SERIAL: u8 = 0x0A;
    pub const K1: u8 = 0x08;
    pub const K0: u8 = 0x06;
    pub const STOPWATCH: u8 = 0x04;
    pub const CLOCK: u8 = 0x02;
}

/// Plain latches: registers without behaviour of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Latches {
    /// R0x–R4x, F50–F54.
    outputs: [u8; 5],
    /// P0x–P3x, F60–F63.
    ports: [u8; 4],
    /// F70 CLKCHG OSCC VSC1 VSC0.
    clock: u8,
    /// F71 ALOFF ALON LDUTY HLMOD.
    lcd: u8,
    /// F72.
    contrast: u8,
    /// F73 without SVDDT.
    supply: u8,
    /// F7B: 1 drives.
    drive: u8,
    /// F7D: 1 is output.
    direction: u8,
    /// F7E: 0 pulls up.
    pull_up: u8,
    /// F30, F31, F7A without SCTRG, F13, F03.
    serial_data: [u8; 2],
    serial_control: u8,
    serial_mask: u8,
    serial_factor: u8,
}

impl Latches {
    const RESET: Latches = Latches {
        outputs: [0, 0, 0, 0, 15],
        ports: [0; 4],
        clock: 0,
        lcd: 8,
        contrast: 0,
        supply: 0,
        drive: 0,
        direction: 0,
        pull_up: 0,
        serial_data: [0; 2],
        serial_control: 0,
        serial_mask: 0,
        serial_factor: 0,
    };
}

/// The register file and the peripherals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Io {
    pub clock: ClockTimer,
    pub stopwatch: Stopwatch,
    pub timer: ProgrammableTimer,
    pub buzzer: Buzzer,
    pub k0: InputPort,
    pub k1: InputPort,
    latches: Latches,
    /// What the world drives onto P0x–P3x.
    driven: [Option<u8>; 4],
    battery_mv: u16,
    /// Everything up to and including this tick has happened.
    synced: u64,
}

impl Io {
    pub const POWER_ON: Io = Io {
        clock: ClockTimer::POWER_ON,
        stopwatch: Stopwatch::POWER_ON,
        timer: ProgrammableTimer::POWER_ON,
        buzzer: Buzzer::POWER_ON,
        k0: InputPort::POWER_ON,
        k1: InputPort::POWER_ON,
        latches: Latches::RESET,
        driven: Pins::IDLE.p,
        battery_mv: Pins::IDLE.battery_mv,
        synced: 0,
    };

    /// Every reset source leads here (TM 4.1); pins and the divider are the world's.
    pub fn reset<S: Sink + ?Sized>(&mut self, tick: u64, sink: &mut S) {
        self.sync(tick, sink);
        self.clock.reset(tick);
        self.stopwatch.reset();
        self.timer.reset();
        self.k0.reset();
        self.k1.reset();
        self.latches = Latches::RESET;
        self.buzzer.reset(tick, sink);
    }

    /// Brings every peripheral up to and including `tick`; nothing happens when they are there.
    pub fn sync<S: Sink + ?Sized>(&mut self, tick: u64, sink: &mut S) {
        if tick <= self.synced {
            return;
        }
        self.synced = tick;
        self.timer.sync(tick);
        self.stopwatch.sync(tick);
        self.buzzer.sync(tick, sink);
        self.clock.sync(tick);
    }

    /// The tick of the next thing that happens without the program's doing and that it, or the
    /// world, could notice at once.
    /// `seen` is the last tick whose events the CPU has sampled.
    pub fn next_event(&self, seen: u64) -> u64 {
        self.clock
            .next_event()
            .min(self.k0.next_event(seen))
            .min(self.k1.next_event(seen))
            .min(self.stopwatch.next_event())
            .min(self.timer.next_event())
            .min(self.buzzer.next_event())
    }

    /// The vector of the most urgent request raised up to tick `seen`, if there is one: factor AND
    /// mask, as levels.
    pub fn request(&self, seen: u64) -> Option<u8> {
        if self.timer.request() {
            Some(vector::PROGRAMMABLE_TIMER)
        } else if self.latches.serial_factor & self.latches.serial_mask != 0 {
            Some(vector::SERIAL)
        } else if self.k1.request(seen) {
            Some(vector::K1)
        } else if self.k0.request(seen) {
            Some(vector::K0)
        } else if self.stopwatch.request() {
            Some(vector::STOPWATCH)
        } else if self.clock.request() {
            Some(vector::CLOCK)
        } else {
            None
        }
    }

    /// Pins change between two instructions; everything has been synced to now.
    pub fn set_pins(&mut self, pins: Pins, tick: u64) {
        self.timer.set_pin(pins.k0 & 8 != 0);
        self.k0.pins = pins.k0 & 15;
        self.k1.pins = pins.k1 & 15;
        self.k0.update(tick);
        self.k1.update(tick);
        self.driven = pins.p.map(|level| level.map(|level| level & 15));
        self.battery_mv = pins.battery_mv;
    }

    /// The levels last given.
    pub fn pins(&self) -> Pins {
        Pins { k0: self.k0.pins, k1: self.k1.pins, p: self.driven, battery_mv: self.battery_mv }
    }

    /// CLKCHG and OSCC: the program asked for OSC3 and switched it on.
    pub fn on_osc3(&self) -> bool {
        self.latches.clock & 12 == 12
    }

    /// F71: ALOFF ALON LDUTY HLMOD.
    pub fn lcd_control(&self) -> u8 {
        self.latches.lcd
    }

    pub fn contrast(&self) -> u8 {
        self.latches.contrast
    }

    /// What a read returns, without its side effect. Synced to now.
    pub fn peek(&self, register: u8) -> u8 {
        let latches = &self.latches;
        match register {
            0x00 => self.clock.factor,
            0x01 => self.stopwatch.factor,
            0x02 => self.timer.factor,
            0x03 => latches.serial_factor,
            0x04 => self.k0.factor,
            0x05 => self.k1.factor,
            0x10 => self.clock.mask,
            0x11 => self.stopwatch.mask,
            0x12 => self.timer.mask,
            0x13 => latches.serial_mask,
            0x14 => self.k0.mask,
            0x15 => self.k1.mask,
            0x20 => self.clock.low(),
            0x21 => self.clock.high(),
            0x22 => self.stopwatch.low,
            0x23 => self.stopwatch.high,
            0x24 => self.timer.value() & 15,
            0x25 => self.timer.value() >> 4,
            0x26 => self.timer.reload & 15,
            0x27 => self.timer.reload >> 4,
            0x30 | 0x31 => latches.serial_data[usize::from(register & 1)],
            0x40 => self.k0.pins,
            0x41 => self.k0.relation,
            0x42 => self.k1.pins,
            0x50..=0x54 => latches.outputs[usize::from(register & 7)],
            0x60..=0x63 => self.port_level(usize::from(register & 3)),
            0x70 => latches.clock,
            0x71 => latches.lcd,
            0x72 => latches.contrast,
            0x73 => self.supply_low() << 3 | latches.supply,
            0x74 => self.buzzer.tone,
            0x75 => self.buzzer.status(),
            0x77 => u8::from(self.stopwatch.running),
            0x78 => u8::from(self.timer.running),
            0x79 => self.timer.select,
            0x7A => latches.serial_control,
            0x7B => latches.drive,
            0x7D => latches.direction,
            0x7E => latches.pull_up,
            _ => 0,
        }
    }

    /// An instruction reads a register: factor flags are cleared by it. Synced to now.
    pub fn read(&mut self, register: u8) -> u8 {
        match register {
            0x00 => self.clock.take_factor(),
            0x01 => self.stopwatch.take_factor(),
            0x02 => self.timer.take_factor(),
            0x03 => core::mem::take(&mut self.latches.serial_factor),
            0x04 => self.k0.take_factor(),
            0x05 => self.k1.take_factor(),
            _ => self.peek(register),
        }
    }

    /// An instruction writes a register at `tick`. Synced to now.
    pub fn write<S: Sink + ?Sized>(&mut self, register: u8, value: u8, tick: u64, sink: &mut S) {
        let latches = &mut self.latches;
        match register {
            0x10 => self.clock.mask = value,
            0x11 => self.stopwatch.mask = value & 3,
            0x12 => self.timer.mask = value & 1,
            0x13 => latches.serial_mask = value & 1,
            0x14 => {
                self.k0.mask = value;
                self.k0.update(tick);
            }
            0x15 => {
                self.k1.mask = value;
                self.k1.update(tick);
            }
            0x26 => self.timer.reload = self.timer.reload & 0xF0 | value,
            0x27 => self.timer.reload = self.timer.reload & 15 | value << 4,
            0x30 | 0x31 => latches.serial_data[usize::from(register & 1)] = value,
            0x41 => {
                self.k0.relation = value;
                self.k0.update(tick);
            }
            0x50..=0x53 => latches.outputs[usize::from(register & 7)] = value,
            0x54 => {
                latches.outputs[4] = value;
                self.buzzer.set_r43(value & R43 != 0, tick, sink);
            }
            0x60..=0x63 => latches.ports[usize::from(register & 3)] = value,
            0x70 => latches.clock = value,
            0x71 => latches.lcd = value,
            0x72 => latches.contrast = value,
            0x73 => latches.supply = value & 7,
            0x74 => self.buzzer.set_tone(value, tick, sink),
            0x75 => self.buzzer.control(value, tick, sink),
            0x76 => {
                if value & 2 != 0 {
                    self.clock.clear_counter(tick);
                }
                if value & 1 != 0 {
                    self.clock.serve_watchdog();
                }
            }
            0x77 => self.stopwatch.control(value),
            0x78 => self.timer.control(value),
            0x79 => self.timer.select = value,
            0x7A => latches.serial_control = value & 7,
            0x7B => latches.drive = value,
            0x7D => latches.direction = value,
            0x7E => latches.pull_up = value,
            _ => {}
        }
    }

    /// The pins of a P group (TM 6.3): the latch where it is an output, else what drives them from
    /// outside, else the pull-ups, else low.
    fn port_level(&self, group: usize) -> u8 {
        if self.latches.direction >> group & 1 != 0 {
            self.latches.ports[group]
        } else {
            let open = if self.latches.pull_up >> group & 1 == 0 { 15 } else { 0 };
            self.driven[group].unwrap_or(open)
        }
    }

    /// SVDDT: 1 while the check is off, else 1 below the threshold.
    fn supply_low(&self) -> u8 {
        let on = self.latches.supply & 4 != 0;
        let threshold = THRESHOLDS_MV[usize::from(self.latches.supply & 3)];
        u8::from(!on || self.battery_mv < threshold)
    }

    /// Whether a chip at `tick` can hold these values; snapshots come from outside.
    pub fn is_valid(&self, tick: u64) -> bool {
        let l = &self.latches;
        let narrow = |nibbles: &[u8]| nibbles.iter().all(|nibble| *nibble < 16);
        self.synced <= tick
            && tick < 1 << 62
            && self.clock.is_valid(self.synced)
            && self.stopwatch.is_valid(self.synced)
            && self.timer.is_valid(self.synced)
            && self.buzzer.is_valid()
            && self.k0.is_valid()
            && self.k1.is_valid()
            && narrow(&l.outputs)
            && narrow(&l.ports)
            && narrow(&[l.clock, l.lcd, l.contrast, l.supply, l.drive, l.direction, l.pull_up, l.serial_control])
            && narrow(&l.serial_data)
            && l.serial_mask < 2
            && l.serial_factor < 2
            && self.driven.iter().flatten().all(|level| *level < 16)
    }
}
