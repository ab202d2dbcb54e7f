//! The chip a second time, slow and plain, to judge the fast one by: every peripheral is a counter
//! that is looked at on every tick of OSC1, nothing is scheduled, cached or skipped.
//!
//! Sources: the manuals by way of the fact sheet, and the project's conventions on time:
//! - A tick is one OSC1 period, counted from power-on. What happens at a tick is seen by everything
//!   that happens at that tick or later.
//! - An instruction that starts at tick `t` reads and writes wholly at `t`, after the events of `t`,
//!   and ends at the boundary its clocks lead to.
//! - At the boundary at tick `T` the CPU sees requests raised before `T`, and when halted those
//!   raised at `T` too.

mod boundary;
mod buzzer;
mod clock;
mod coverage;
mod cpu;
mod input;
mod instructions;
mod lcd;
mod memory;
mod observe;
mod pieces;
mod ports;
pub mod program;
pub mod random;
mod serial;
pub mod stimulus;
mod stopwatch;
mod table;
mod time;
mod timer;

pub use coverage::Coverage;
pub use observe::Observation;

use boundary::Hold;
use buzzer::Buzzer;
use clock::Clock;
use cpu::Registers;
use eggtooth_chip::{Edge, Model, Pins};
use input::Inputs;
use ports::{Outside, Ports};
use serial::Serial;
use std::collections::VecDeque;
use std::sync::Arc;
use stopwatch::Stopwatch;
use timer::Timer;

/// A factor flag: the tick at which it was set, while it is set.
#[derive(Clone, Copy, Default)]
pub struct Factor(Option<u64>);

impl Factor {
    fn raise(&mut self, now: u64) {
        self.0 = self.0.or(Some(now));
    }

    fn clear(&mut self) {
        self.0 = None;
    }

    fn bit(self) -> u8 {
        u8::from(self.0.is_some())
    }

    /// Whether the boundary at `now` counts it.
    fn counts(self, now: u64, halted: bool) -> bool {
        self.0.is_some_and(|at| counts(at, now, halted))
    }
}

/// Whether the boundary at `now` sees what happened at `at`: one clock too late is too late, unless
/// the CPU is asleep and has no clock to miss it by (CM 2.5.3).
fn counts(at: u64, now: u64, halted: bool) -> bool {
    at < now || halted && at == now
}

/// What a step was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// One instruction.
    Instruction,
    /// The entry into the handler at this step of page 1.
    Interrupt(u8),
    /// The CPU stood still until the tick it was allowed to.
    Nothing,
}

/// One chip with its program.
#[derive(Clone)]
pub struct Slow {
    model: &'static Model,
    words: Arc<[u16]>,
    tick: u64,
    /// OSC3 clocks times 32,768 not yet a whole tick.
    phase: u64,
    r: Registers,
    ram: Vec<u8>,
    /// The half from E00, then the half from E80.
    display: Vec<u8>,
    clock: Clock,
    stopwatch: Stopwatch,
    timer: Timer,
    buzzer: Buzzer,
    inputs: Inputs,
    ports: Ports,
    serial: Serial,
    /// F70: CLKCHG OSCC VSC1 VSC0.
    oscillators: u8,
    /// F71: ALOFF ALON LDUTY HLMOD.
    lcd: u8,
    /// F72.
    contrast: u8,
    /// F73 without SVDDT.
    supply: u8,
    pins: Pins,
    reset_low_since: Option<u64>,
    keys_low_since: Option<u64>,
    hold: Option<Hold>,
    watchdog_on: bool,
    outside: Outside,
    /// The last steps: when, and the registers before.
    history: VecDeque<(u64, Registers)>,
    /// Every edge since somebody took them.
    pub edges: Vec<(u64, Edge)>,
    /// What has happened.
    pub seen: Coverage,
}

impl Slow {
    /// A chip at power-on, with `words` from address 0 and 000 above them.
    pub fn new(model: &'static Model, words: &[u16]) -> Slow {
        Slow {
            model,
            words: words.into(),
            tick: 0,
            phase: 0,
            r: Registers::default(),
            ram: vec![0; usize::from(model.ram_nibbles)],
            display: vec![0; 4 * usize::from(model.segments)],
            clock: Clock::default(),
            stopwatch: Stopwatch::default(),
            timer: Timer::default(),
            buzzer: Buzzer::default(),
            inputs: Inputs::default(),
            ports: Ports::default(),
            serial: Serial::default(),
            oscillators: 0,
            lcd: 0b1000,
            contrast: 0,
            supply: 0,
            pins: Pins::IDLE,
            reset_low_since: None,
            keys_low_since: None,
            hold: None,
            watchdog_on: true,
            outside: Outside::at_power_on(),
            history: VecDeque::new(),
            edges: Vec::new(),
            seen: Coverage::default(),
        }
    }

    /// Ticks since power-on.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// Switches the watchdog on or off.
    pub fn set_watchdog(&mut self, on: bool) {
        self.watchdog_on = on;
    }

    /// Pin levels from this boundary on.
    pub fn set_pins(&mut self, pins: Pins) {
        let old = std::mem::replace(&mut self.pins, pins);
        self.look_at_inputs();
        let k03 = pins.k0 & 8 != 0;
        let count = self.timer.count;
        self.timer.pin(k03, old.k0 & 8 != 0 && !k03, self.tick);
        self.seen.timer_counts[1] += u64::from(self.timer.count != count);
        if pins.serial_clock != old.serial_clock {
            let busy = self.serial.busy();
            self.serial.external_clock(pins.serial_clock, pins.serial_in, self.model.options, self.tick);
            self.seen.transfers[1] += u64::from(busy && !self.serial.busy());
        }
        let low = |is, since: Option<u64>| if is { since.or(Some(self.tick)) } else { None };
        let keys = self.model.options.reset_keys;
        self.reset_low_since = low(!pins.reset, self.reset_low_since);
        self.keys_low_since = low(keys != 0 && pins.k0 & keys == 0, self.keys_low_since);
        let over = match self.hold {
            None => false,
            Some(Hold::Pin) => self.reset_low_since.is_none(),
            Some(Hold::Keys) => self.keys_low_since.is_none(),
        };
        if over {
            self.hold = None;
            self.reset();
        }
        self.show();
    }

    /// Whole steps while the tick is below `target`; a CPU that stands still stops exactly there.
    pub fn run_until(&mut self, target: u64) {
        while self.tick < target {
            self.step(target);
        }
    }

    /// One instruction or one interrupt entry; a CPU that stands still waits for it, at most until
    /// tick `by`.
    pub fn step(&mut self, by: u64) -> Stepped {
        loop {
            self.resets();
            if self.hold.is_none() {
                if let Some(vector) = self.accepted() {
                    self.enter(vector);
                    return Stepped::Interrupt(vector);
                }
                if !self.r.halted {
                    self.instruction();
                    return Stepped::Instruction;
                }
            }
            self.advance();
            if self.tick >= by {
                return Stepped::Nothing;
            }
        }
    }
}
