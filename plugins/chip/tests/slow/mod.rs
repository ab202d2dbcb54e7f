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

mod buzzer;
mod clock;
mod cpu;
mod input;
mod instructions;
mod lcd;
mod memory;
mod observe;
mod ports;
mod serial;
mod stopwatch;
mod table;
mod timer;

pub use observe::Observation;

use buzzer::Buzzer;
use clock::Clock;
use cpu::Registers;
use eggtooth_chip::{Edge, Model, Pins};
use input::Inputs;
use ports::{Outside, Ports};
use serial::Serial;
use stopwatch::Stopwatch;
use timer::Timer;

/// Ticks RESET must be low: 2 ms (TM 4.1.1).
const RESET_TICKS: u64 = 66;
/// Ticks the reset keys must be held: 2 s (TM 4.1.2).
const KEYS_TICKS: u64 = 65_536;
/// CPU clocks from an accepted request to the first instruction of its handler (TM 11.2).
const ENTRY: u32 = 12;
/// CPU clocks before that when the CPU was halted (CM 2.5.3).
const WAKE: u32 = 2;

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

/// Why the chip is held in reset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    Pin,
    Keys,
}

/// One chip with its program.
pub struct Slow {
    model: &'static Model,
    words: Vec<u16>,
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
    /// Every edge so far.
    pub edges: Vec<(u64, Edge)>,
}

impl Slow {
    /// A chip at power-on, with `words` from address 0 and 000 above them.
    pub fn new(model: &'static Model, words: &[u16]) -> Slow {
        Slow {
            model,
            words: words.to_vec(),
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
            edges: Vec::new(),
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
        self.timer.pin(k03, old.k0 & 8 != 0 && !k03, self.tick);
        if pins.serial_clock != old.serial_clock {
            self.serial.external_clock(pins.serial_clock, pins.serial_in, self.model.options, self.tick);
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

    /// The resets that are due at this boundary.
    fn resets(&mut self) {
        let due = |since: Option<u64>, ticks| since.is_some_and(|t| counts(t + ticks, self.tick, self.r.halted));
        let hold = match () {
            () if self.hold.is_some() => return,
            () if due(self.reset_low_since, RESET_TICKS) => Some(Hold::Pin),
            () if due(self.keys_low_since, KEYS_TICKS) => Some(Hold::Keys),
            () => None,
        };
        if hold.is_some() {
            self.hold = hold;
            self.edges.push((self.tick, Edge::PinReset));
            self.reset();
        } else if self.watchdog_on && self.clock.watchdog_bites(self.tick, self.r.halted) {
            self.edges.push((self.tick, Edge::WatchdogReset));
            self.reset();
        }
    }

    /// Every reset but power-on: RAM and the registers the manual calls undefined survive.
    fn reset(&mut self) {
        self.phase = 0;
        self.r.reset();
        self.clock = Clock::default();
        self.stopwatch = Stopwatch::default();
        self.timer.reset(self.pins.k0 & 8 != 0);
        self.buzzer = Buzzer::default();
        self.inputs = Inputs::default();
        self.ports = Ports::default();
        self.serial.reset();
        self.oscillators = 0;
        self.lcd = 0b1000;
        self.contrast = 0;
        self.supply = 0;
        self.show();
    }

    /// The vector of the request that is taken at this boundary, in the order of priority.
    fn accepted(&self) -> Option<u8> {
        if !self.r.interruptible() {
            return None;
        }
        let (now, halted) = (self.tick, self.r.halted);
        let requests = [
            (0x0C, self.timer.requests(now, halted)),
            (0x0A, self.serial.requests(now, halted)),
            (0x08, self.inputs.factor[1].counts(now, halted)),
            (0x06, self.inputs.factor[0].counts(now, halted)),
            (0x04, self.stopwatch.requests(now, halted)),
            (0x02, self.clock.requests(now, halted)),
        ];
        requests.iter().find(|request| request.1).map(|request| request.0)
    }

    /// The interrupt sequence.
    fn enter(&mut self, vector: u8) {
        let clocks = if self.r.halted { WAKE + ENTRY } else { ENTRY };
        let clock = self.osc3();
        self.push_pc(self.r.pc);
        self.r.enter(vector);
        self.spend(clocks, clock);
    }

    /// The frequency of OSC3 while the CPU runs from it.
    fn osc3(&self) -> Option<u32> {
        self.model.osc3_hz.filter(|_| self.oscillators & 0b1100 == 0b1100)
    }

    /// The CPU clock in hertz.
    fn cpu_hz(&self) -> u64 {
        self.osc3().map_or(32_768, u64::from)
    }

    /// Lets `clocks` CPU clocks pass, of OSC3 at this frequency or else of OSC1.
    fn spend(&mut self, clocks: u32, osc3: Option<u32>) {
        let ticks = match osc3.map(u64::from) {
            None => u64::from(clocks),
            Some(hz) => {
                self.phase += u64::from(clocks) * 32_768;
                let ticks = self.phase / hz;
                self.phase %= hz;
                ticks
            }
        };
        for _ in 0..ticks {
            self.advance();
        }
    }

    /// The next tick, and everything that happens at it.
    fn advance(&mut self) {
        self.tick += 1;
        let now = self.tick;
        self.timer.tick(now, self.pins.k0 & 8 != 0);
        self.stopwatch.tick(now);
        self.buzzer.tick(now);
        self.clock.tick(now);
        self.shift();
        self.show();
    }

    /// The edges of SCLK that a master makes at this tick.
    fn shift(&mut self) {
        while self.serial.due(self.tick) {
            self.serial.edge(self.pins.serial_in, self.model.options, self.tick);
            self.show();
        }
    }
}
