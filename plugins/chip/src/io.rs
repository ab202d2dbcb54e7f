//! The I/O registers F00–F7E (TM table 2.3.1) and what stands behind them.

use crate::TICKS_PER_SECOND;
use crate::buzzer::Buzzer;
use crate::clock::ClockTimer;
use crate::input::InputPort;
use crate::model::{Model, Pins, R33};
use crate::output::{Edge, Group, SerialLines, Sink, TimerClock};
use crate::serial::Serial;
use crate::stopwatch::Stopwatch;
use crate::timer::ProgrammableTimer;
use serde::{Deserialize, Serialize};

/// Supply-check thresholds SVC 0–3 in millivolts (TM 12).
const THRESHOLDS_MV: [u16; 4] = [2200, 2500, 3100, 4200];
/// R43 in F54, R33 in F53, PTCOUT in F79: the highest bit.
const TOP: u8 = 8;
/// Ticks for which RESET must be low: 2 ms pass the noise filter (TM 4.1.1).
const RESET_TICKS: u64 = 66;
/// Ticks for which a key combination must be held: 2 s (TM 4.1.2).
const KEYS_TICKS: u64 = 2 * TICKS_PER_SECOND;

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
    };
}

/// What the ports and their special functions put on the pins.
#[derive(PartialEq, Eq)]
pub(crate) struct Lines {
    pub r: [Group; 5],
    pub p: [Group; 4],
    pub serial: SerialLines,
    pub timer_clock: Option<TimerClock>,
}

/// What holds a chip in reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Hold {
    /// RESET.
    Pin,
    /// The key combination.
    Keys,
}

/// The register file and the peripherals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Io {
    pub clock: ClockTimer,
    pub stopwatch: Stopwatch,
    pub timer: ProgrammableTimer,
    pub buzzer: Buzzer,
    pub serial: Serial,
    pub k0: InputPort,
    pub k1: InputPort,
    latches: Latches,
    /// What the world drives onto P0x–P3x.
    driven: [Group; 4],
    battery_mv: u16,
    /// RESET is low, or the key combination is held, since this tick; or never.
    low_since: u64,
    keys_since: u64,
    /// What holds the chip in reset.
    held: Option<Hold>,
    /// Everything up to and including this tick has happened.
    synced: u64,
    /// What was raised at `fresh_at` itself, as bits of [`Io::raised`]: a running CPU samples it
    /// one clock too late for the boundary there.
    fresh: u8,
    fresh_at: u64,
}

impl Io {
    pub const POWER_ON: Io = Io {
        clock: ClockTimer::POWER_ON,
        stopwatch: Stopwatch::POWER_ON,
        timer: ProgrammableTimer::POWER_ON,
        buzzer: Buzzer::POWER_ON,
        serial: Serial::POWER_ON,
        k0: InputPort::POWER_ON,
        k1: InputPort::POWER_ON,
        latches: Latches::RESET,
        driven: Pins::IDLE.p,
        battery_mv: Pins::IDLE.battery_mv,
        low_since: u64::MAX,
        keys_since: u64::MAX,
        held: None,
        synced: 0,
        fresh: 0,
        fresh_at: 0,
    };

    /// Every reset source leads here (TM 4.1); pins and the divider are the world's.
    pub fn reset(&mut self, tick: u64, model: &Model, sink: &mut dyn Sink) {
        self.sync(tick, model, sink);
        (self.fresh, self.fresh_at) = (0, 0);
        let before = self.lines(model);
        self.clock.reset(tick);
        self.stopwatch.reset();
        self.timer.reset();
        self.serial.reset();
        self.k0.reset();
        self.k1.reset();
        self.latches = Latches::RESET;
        self.tell(&before, tick, model, sink);
        self.buzzer.reset(tick, sink);
    }

    /// Brings every peripheral up to and including `tick`; nothing happens when they are there.
    pub fn sync(&mut self, tick: u64, model: &Model, sink: &mut dyn Sink) {
        if tick <= self.synced {
            return;
        }
        self.synced = tick;
        self.timer.sync(tick);
        self.stopwatch.sync(tick);
        self.buzzer.sync(tick, sink);
        self.sync_serial(tick, model, sink);
        self.clock.sync(tick);
    }

    #[inline]
    fn sync_serial(&mut self, tick: u64, model: &Model, sink: &mut dyn Sink) {
        self.serial.sync(tick, model.options.serial_msb_first, |at, old, new| {
            let (old, new) = (shown(old, model), shown(new, model));
            if old != new {
                sink.edge(at, Edge::Serial(new));
            }
        });
    }

    /// Brings every peripheral up to and including `tick`, the boundary that the CPU stands at, and
    /// notes what came up at that very tick.
    pub fn settle(&mut self, tick: u64, model: &Model, sink: &mut dyn Sink) {
        // What is past is of no account, and is not left in snapshots.
        if self.fresh_at < tick {
            (self.fresh, self.fresh_at) = (0, 0);
        }
        self.sync(tick.saturating_sub(1), model, sink);
        let before = self.raised();
        self.sync(tick, model, sink);
        self.note_fresh(before, tick);
    }

    fn note_fresh(&mut self, before: u8, tick: u64) {
        let new = self.raised() & !before;
        if new != 0 {
            self.fresh = new | if self.fresh_at == tick { self.fresh } else { 0 };
            self.fresh_at = tick;
        }
    }

    /// What waits for the CPU, but for the input ports: a bit each for the watchdog, the clock
    /// timer, the stopwatch, the serial interface and the programmable timer.
    fn raised(&self) -> u8 {
        u8::from(self.clock.expired())
            | u8::from(self.clock.request()) << 1
            | u8::from(self.stopwatch.request()) << 2
            | u8::from(self.serial.request()) << 3
            | u8::from(self.timer.request()) << 4
    }

    /// What the CPU is aware of when it has sampled up to tick `seen`.
    fn sampled(&self, seen: u64) -> u8 {
        self.raised() & !if self.fresh_at > seen { self.fresh } else { 0 }
    }

    /// Whether the watchdog ran out at tick `seen` or before.
    pub fn watchdog_expired(&self, seen: u64) -> bool {
        self.sampled(seen) & 1 != 0
    }

    /// The tick of the next thing that happens without the program's doing and that it, or the
    /// world, could notice at once.
    /// `seen` is the last tick whose events the CPU has sampled.
    pub fn next_event(&self, seen: u64) -> u64 {
        let fresh = if self.fresh_at > seen { self.fresh_at } else { u64::MAX };
        fresh
            .min(self.clock.next_event())
            .min(self.k0.next_event(seen))
            .min(self.k1.next_event(seen))
            .min(self.stopwatch.next_event())
            .min(self.timer.next_event())
            .min(self.buzzer.next_event())
            .min(self.serial.next_event())
            .min(self.reset_due())
    }

    /// The first tick at which a register may read differently, if no pin changes and nothing is
    /// written. Synced to now.
    pub fn next_change(&self, register: u8) -> u64 {
        match register {
            0x00 => self.clock.next_count(8),
            0x20 => self.clock.next_count(1),
            0x21 => self.clock.next_count(16),
            0x01 | 0x22 | 0x23 => self.stopwatch.next_change(),
            0x02 | 0x24 | 0x25 => self.timer.next_change(),
            0x03 | 0x30 | 0x31 => self.serial.next_event(),
            0x75 => self.buzzer.next_event(),
            _ => u64::MAX,
        }
    }

    /// The vector of the most urgent request raised up to tick `seen`, if there is one: factor AND
    /// mask, as levels.
    pub fn request(&self, seen: u64) -> Option<u8> {
        let sampled = self.sampled(seen);
        if sampled & 0b10000 != 0 {
            Some(vector::PROGRAMMABLE_TIMER)
        } else if sampled & 0b01000 != 0 {
            Some(vector::SERIAL)
        } else if self.k1.request(seen) {
            Some(vector::K1)
        } else if self.k0.request(seen) {
            Some(vector::K0)
        } else if sampled & 0b00100 != 0 {
            Some(vector::STOPWATCH)
        } else if sampled & 0b00010 != 0 {
            Some(vector::CLOCK)
        } else {
            None
        }
    }

    /// The tick at which a pin resets the chip, unless it is let go before; or never.
    pub fn reset_due(&self) -> u64 {
        if self.held.is_some() {
            return u64::MAX;
        }
        self.low_since.saturating_add(RESET_TICKS).min(self.keys_since.saturating_add(KEYS_TICKS))
    }

    /// A pin has reset the chip, having been due at tick `seen`: it stands still until that is
    /// let go.
    pub fn hold(&mut self, seen: u64) {
        let pin = self.low_since.saturating_add(RESET_TICKS) <= seen;
        self.held = Some(if pin { Hold::Pin } else { Hold::Keys });
    }

    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Pins change at the boundary `tick`; everything is settled there. Returns whether this ends
    /// a reset.
    pub fn set_pins(&mut self, pins: &Pins, tick: u64, model: &Model) -> bool {
        let before = self.raised();
        self.timer.set_pin(pins.k0 & 8 != 0);
        self.k0.pins = pins.k0 & 15;
        self.k1.pins = pins.k1 & 15;
        self.k0.update(tick);
        self.k1.update(tick);
        self.driven = pins.p.map(|group| Group::new(group.levels, group.driven));
        self.battery_mv = pins.battery_mv;
        self.serial.set_pins(pins.serial_in, pins.serial_clock, model.options.serial_msb_first);
        self.note_fresh(before, tick);
        let since = |low: bool, since: u64| if low { since.min(tick) } else { u64::MAX };
        self.low_since = since(!pins.reset, self.low_since);
        let keys = model.options.reset_keys;
        self.keys_since = since(keys != 0 && pins.k0 & keys == 0, self.keys_since);
        let free = match self.held {
            None => false,
            Some(Hold::Pin) => self.low_since == u64::MAX,
            Some(Hold::Keys) => self.keys_since == u64::MAX,
        };
        if free {
            self.held = None;
        }
        free
    }

    /// The levels last given.
    pub fn pins(&self) -> Pins {
        let (serial_in, serial_clock) = self.serial.pins();
        Pins {
            k0: self.k0.pins,
            k1: self.k1.pins,
            p: self.driven,
            serial_in,
            serial_clock,
            reset: self.low_since == u64::MAX,
            battery_mv: self.battery_mv,
        }
    }

    /// The CPU clock in hertz: OSC3 where CLKCHG and OSCC ask for it and it is fitted.
    pub fn hz(&self, model: &Model) -> u32 {
        let asked = self.latches.clock & 12 == 12;
        model.osc3_hz.filter(|hz| asked && *hz > 0).unwrap_or(TICKS_PER_SECOND as u32)
    }

    /// F71: ALOFF ALON LDUTY HLMOD.
    pub fn lcd_control(&self) -> u8 {
        self.latches.lcd
    }

    pub fn contrast(&self) -> u8 {
        self.latches.contrast
    }

    /// What was written to F60–F63, which reading them need not show.
    pub fn port_latches(&self) -> [u8; 4] {
        self.latches.ports
    }

    /// What the ports put on the pins.
    pub fn lines(&self, model: &Model) -> Lines {
        let latches = &self.latches;
        let r = [0, 1, 2, 3, 4].map(|n: usize| {
            let mut driven = if n == 4 || latches.drive >> n & 1 != 0 { 15 } else { 0 };
            if n == 4 || n == 3 && model.options.r33 != R33::Port {
                driven &= !TOP;
            }
            Group::new(latches.outputs[n], driven)
        });
        let p = [0, 1, 2, 3].map(|n: usize| {
            let driven = if latches.direction >> n & 1 != 0 { 15 } else { 0 };
            Group::new(latches.ports[n], driven)
        });
        let gate = model.options.r33 == R33::TimerClock
            && self.timer.select & TOP != 0
            && latches.outputs[3] & TOP == 0
            && latches.drive & TOP != 0;
        let timer_clock = gate.then(|| self.timer.output());
        Lines { r, p, serial: shown(self.serial.lines(), model), timer_clock }
    }

    /// Reports what has changed on the pins.
    fn tell(&self, before: &Lines, tick: u64, model: &Model, sink: &mut dyn Sink) {
        let now = self.lines(model);
        if now == *before {
            return;
        }
        for (n, group) in now.r.into_iter().enumerate().filter(|(n, group)| before.r[*n] != *group) {
            sink.edge(tick, Edge::R(n as u8, group));
        }
        for (n, group) in now.p.into_iter().enumerate().filter(|(n, group)| before.p[*n] != *group) {
            sink.edge(tick, Edge::P(n as u8, group));
        }
        if now.serial != before.serial {
            sink.edge(tick, Edge::Serial(now.serial));
        }
        if now.timer_clock != before.timer_clock {
            sink.edge(tick, Edge::TimerClock(now.timer_clock));
        }
    }

    /// What a read returns, without its side effect. Synced to now.
    pub fn peek(&self, register: u8) -> u8 {
        let latches = &self.latches;
        match register {
            0x00 => self.clock.factor,
            0x01 => self.stopwatch.factor,
            0x02 => self.timer.factor,
            0x03 => self.serial.factor,
            0x04 => self.k0.factor,
            0x05 => self.k1.factor,
            0x10 => self.clock.mask,
            0x11 => self.stopwatch.mask,
            0x12 => self.timer.mask,
            0x13 => self.serial.mask,
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
            0x30 => self.serial.data & 15,
            0x31 => self.serial.data >> 4,
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
            0x7A => self.serial.control,
            0x7B => latches.drive,
            0x7D => latches.direction,
            0x7E => latches.pull_up,
            _ => 0,
        }
    }

    /// An instruction reads a register at `tick`: factor flags are cleared by it, serial data
    /// accessed. Synced to now.
    pub fn read(&mut self, register: u8, tick: u64, model: &Model, sink: &mut dyn Sink) -> u8 {
        match register {
            0x00 => self.clock.take_factor(),
            0x01 => self.stopwatch.take_factor(),
            0x02 => self.timer.take_factor(),
            0x03 => core::mem::take(&mut self.serial.factor),
            0x04 => self.k0.take_factor(),
            0x05 => self.k1.take_factor(),
            0x30 | 0x31 => {
                let before = self.lines(model);
                self.serial.access(register == 0x31);
                self.tell(&before, tick, model, sink);
                self.peek(register)
            }
            _ => self.peek(register),
        }
    }

    /// An instruction writes a register at `tick`. Synced to now.
    pub fn write(&mut self, register: u8, value: u8, tick: u64, model: &Model, sink: &mut dyn Sink) {
        match register {
            0x30 | 0x31 | 0x50..=0x53 | 0x60..=0x63 | 0x70 | 0x79..=0x7D => {
                let before = self.lines(model);
                self.write_line(register, value, tick, model);
                self.tell(&before, tick, model, sink);
                // On OSC3 several edges of SCLK fall into one tick.
                let raised = self.raised();
                self.sync_serial(tick, model, sink);
                self.note_fresh(raised, tick);
            }
            0x54 => {
                let before = self.lines(model);
                self.latches.outputs[4] = value;
                self.tell(&before, tick, model, sink);
                self.buzzer.set_r43(value & TOP != 0, tick, sink);
            }
            0x10 => self.clock.mask = value,
            0x11 => self.stopwatch.mask = value & 3,
            0x12 => self.timer.mask = value & 1,
            0x13 => self.serial.mask = value & 1,
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
            0x41 => {
                self.k0.relation = value;
                self.k0.update(tick);
            }
            0x71 => self.latches.lcd = value,
            0x72 => self.latches.contrast = value,
            0x73 => self.latches.supply = value & 7,
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
            0x7E => self.latches.pull_up = value,
            _ => {}
        }
    }

    /// Puts counters in a state that is told from outside; everything is synced to `tick`.
    pub fn set_counters(&mut self, tick: u64, clock: u8, stopwatch: [u8; 3], timer: u8) {
        self.clock.set_count(tick, clock);
        [self.stopwatch.low, self.stopwatch.high, self.stopwatch.sub] = stopwatch;
        self.timer.set_value(timer);
    }

    /// Puts the factor flags F00–F05.
    pub fn set_factors(&mut self, factors: [u8; 6]) {
        let [clock, stopwatch, timer, serial, k0, k1] = factors;
        self.clock.factor = clock;
        self.stopwatch.factor = stopwatch;
        self.timer.factor = timer;
        self.serial.factor = serial;
        self.k0.factor = k0;
        self.k1.factor = k1;
    }

    /// The registers that may change a pin.
    fn write_line(&mut self, register: u8, value: u8, tick: u64, model: &Model) {
        match register {
            0x30 => {
                self.serial.data = self.serial.data & 0xF0 | value;
                self.serial.access(false);
            }
            0x31 => {
                self.serial.data = self.serial.data & 15 | value << 4;
                self.serial.access(true);
            }
            0x50..=0x53 => self.latches.outputs[usize::from(register & 3)] = value,
            0x60..=0x63 => self.latches.ports[usize::from(register & 3)] = value,
            0x70 => {
                self.latches.clock = value;
                self.serial.set_clock(tick, self.hz(model));
            }
            0x79 => self.timer.select(value),
            0x7A => self.serial.control(value, tick, self.hz(model)),
            0x7B => self.latches.drive = value,
            0x7D => self.latches.direction = value,
            _ => {}
        }
    }

    /// The pins of a P group (TM 6.3): the latch where it is an output, else what drives them from
    /// outside, else the pull-ups, else low.
    fn port_level(&self, group: usize) -> u8 {
        if self.latches.direction >> group & 1 != 0 {
            return self.latches.ports[group];
        }
        let open = if self.latches.pull_up >> group & 1 == 0 { 15 } else { 0 };
        let world = self.driven[group];
        world.levels | open & !world.driven
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
        let past = |since: u64| since <= tick || since == u64::MAX;
        self.synced <= tick
            && tick < 1 << 62
            && self.clock.is_valid(self.synced)
            && self.stopwatch.is_valid(self.synced)
            && self.timer.is_valid(self.synced)
            && self.buzzer.is_valid(self.synced)
            && self.serial.is_valid(self.synced)
            && self.k0.is_valid()
            && self.k1.is_valid()
            && self.fresh < 32
            && self.fresh_at <= self.synced
            && past(self.low_since)
            && past(self.keys_since)
            && narrow(&l.outputs)
            && narrow(&l.ports)
            && narrow(&[l.clock, l.lcd, l.contrast, l.supply, l.drive, l.direction, l.pull_up])
            && self.driven.iter().all(|group| *group == Group::new(group.levels, group.driven))
    }
}

/// The serial lines that have a pin: SRDY only where R33 is it.
fn shown(lines: SerialLines, model: &Model) -> SerialLines {
    SerialLines { ready: lines.ready || model.options.r33 != R33::SerialReady, ..lines }
}
