//! The chip as a whole: time passes here and nowhere else.

use crate::bus::{Memory, display_index};
use crate::cpu::Core;
use crate::io::{Io, POPULATED};
use crate::model::{Model, Pins};
use crate::output::{Edge, Frame, Outputs, Sink, Tone};
use crate::program::Program;
use crate::registers::{NO_PSET, Registers};
use crate::{TICKS_PER_SECOND, bus};
use alloc::sync::Arc;
use core::fmt;
use serde::{Deserialize, Serialize};

/// CPU clocks from an accepted request to the first instruction of its handler (TM 11.2).
const INTERRUPT_CLOCKS: i64 = 12;
/// CPU clocks from the request to the interrupt sequence when the CPU was halted (CM 2.5.3).
const WAKE_CLOCKS: i64 = 2;

/// Everything that changes: the snapshot of a chip. Under 2 KiB, plain data.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct State {
    tick: u64,
    /// Part of a tick already spent, in CPU clocks of OSC3 times 32,768; 0 on OSC1.
    phase: u32,
    registers: Registers,
    memory: Memory,
    io: Io,
    watchdog_on: bool,
}

/// A snapshot that no chip can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidState;

impl fmt::Display for InvalidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the snapshot holds values that the chip cannot hold; use an older save")
    }
}

impl core::error::Error for InvalidState {}

/// What [`Chip::step`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One instruction.
    Instruction,
    /// The entry into the handler at this step of page 1.
    Interrupt(u8),
    /// The CPU is halted, and nothing woke it in time.
    Nothing,
}

/// One chip with its program.
#[derive(Clone, Debug)]
pub struct Chip {
    model: &'static Model,
    program: Arc<Program>,
    state: State,
    /// Counts runs that changed the picture.
    drawings: u64,
}

impl Chip {
    /// A chip at power-on: tick 0, RAM cleared, about to execute page 1 step 0.
    #[must_use]
    pub fn new(model: &'static Model, program: Arc<Program>) -> Chip {
        let state = State {
            tick: 0,
            phase: 0,
            registers: Registers::POWER_ON,
            memory: Memory::EMPTY,
            io: Io::POWER_ON,
            watchdog_on: true,
        };
        Chip { model, program, state, drawings: 0 }
    }

    /// A chip as it was when the snapshot was taken.
    ///
    /// # Errors
    /// [`InvalidState`] when a value is out of its width, which no snapshot of ours is.
    pub fn restore(model: &'static Model, program: Arc<Program>, state: State) -> Result<Chip, InvalidState> {
        let r = &state.registers;
        let narrow = |nibbles: &[u8]| nibbles.iter().all(|nibble| *nibble < 16);
        let valid = r.pc < 0x2000
            && (r.pset < 32 || r.pset == NO_PSET)
            && narrow(&[r.a, r.b, r.flags])
            && r.x < 0x1000
            && r.y < 0x1000
            && narrow(&state.memory.ram)
            && state.memory.ram[usize::from(model.ram_nibbles)..].iter().all(|nibble| *nibble == 0)
            && narrow(&state.memory.display)
            && state.io.is_valid(state.tick)
            && u64::from(state.phase) < TICKS_PER_SECOND.max(u64::from(model.osc3_hz.unwrap_or(0)));
        if valid { Ok(Chip { model, program, state, drawings: 0 }) } else { Err(InvalidState) }
    }

    pub(crate) fn from_state(
        model: &'static Model,
        program: Arc<Program>,
        tick: u64,
        registers: Registers,
        (ram, display): ([u8; bus::RAM], [u8; 2 * bus::DISPLAY_BLOCK]),
        io: Io,
    ) -> Result<Chip, InvalidState> {
        let memory = Memory { ram, display };
        Chip::restore(model, program, State { tick, phase: 0, registers, memory, io, watchdog_on: true })
    }

    /// What was written to F60–F63.
    pub(crate) fn port_latches(&self) -> [u8; 4] {
        self.state.io.port_latches()
    }

    /// 256 Hz periods spent in the present step of the stopwatch.
    pub(crate) fn stopwatch_step(&self) -> u8 {
        self.state.io.stopwatch.sub
    }

    /// The snapshot.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The wiring.
    #[must_use]
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Ticks since power-on.
    #[must_use]
    pub fn tick(&self) -> u64 {
        self.state.tick
    }

    /// The CPU's registers.
    #[must_use]
    pub fn registers(&self) -> &Registers {
        &self.state.registers
    }

    /// Sets the CPU's registers; values are cut to their widths. For tests and debuggers.
    pub fn set_registers(&mut self, r: Registers) {
        self.state.registers = Registers {
            pc: r.pc & 0x1FFF,
            pset: if r.pset == NO_PSET { NO_PSET } else { r.pset & 31 },
            a: r.a & 15,
            b: r.b & 15,
            x: r.x & 0xFFF,
            y: r.y & 0xFFF,
            flags: r.flags & 15,
            ..r
        };
    }

    /// Switches the watchdog on or off; it is on at power-on (TM 4.2 has no such option: for tests
    /// of programs that do not serve it).
    pub fn set_watchdog(&mut self, on: bool) {
        self.state.watchdog_on = on;
    }

    /// Pin levels from now on.
    pub fn set_pins(&mut self, pins: Pins, sink: &mut dyn Sink) {
        if pins == self.state.io.pins() {
            return;
        }
        let tick = self.state.tick;
        self.state.io.settle(tick, self.model, sink);
        let before = self.state.io.lines(self.model).serial;
        let released = self.state.io.set_pins(&pins, tick, self.model);
        let serial = self.state.io.lines(self.model).serial;
        if serial != before {
            sink.edge(tick, Edge::Serial(serial));
        }
        if released {
            self.reset(sink);
        }
    }

    /// The pin levels last given.
    #[must_use]
    pub fn pins(&self) -> Pins {
        self.state.io.pins()
    }

    /// A nibble of data memory as the program would read it now, without side effects.
    #[must_use]
    pub fn peek(&self, address: u16) -> u8 {
        if address < self.model.ram_nibbles {
            self.state.memory.ram[usize::from(address)]
        } else if let Some(at) = display_index(address, self.model) {
            self.state.memory.display[at]
        } else if address & 0xF80 == 0xF00 {
            let mut io = self.state.io.clone();
            io.sync(self.state.tick, self.model, &mut ());
            io.peek(address as u8)
        } else {
            0
        }
    }

    /// Writes a nibble of RAM or display RAM; other addresses are ignored. For tests and debuggers.
    pub fn poke(&mut self, address: u16, value: u8) {
        if address < self.model.ram_nibbles {
            self.state.memory.ram[usize::from(address)] = value & 15;
        } else if let Some(at) = display_index(address, self.model) {
            self.state.memory.display[at] = value & 15;
            self.drawings += 1;
        }
    }

    /// RAM, one nibble a byte: 640 or 768 of them.
    #[must_use]
    pub fn ram(&self) -> &[u8] {
        &self.state.memory.ram[..usize::from(self.model.ram_nibbles)]
    }

    /// Display RAM, one nibble a byte: the block from E00, then the one from E80.
    pub fn display(&self) -> impl Iterator<Item = u8> + '_ {
        let block = 2 * usize::from(self.model.segments);
        let memory = &self.state.memory.display;
        memory[..block].iter().chain(&memory[bus::DISPLAY_BLOCK..bus::DISPLAY_BLOCK + block]).copied()
    }

    /// Every populated I/O register with its address, read without side effects.
    pub fn io(&self) -> impl Iterator<Item = (u16, u8)> + 'static {
        let mut io = self.state.io.clone();
        io.sync(self.state.tick, self.model, &mut ());
        POPULATED.into_iter().map(move |register| (0xF00 | u16::from(register), io.peek(register)))
    }

    /// Whether the dot at a SEG and COM crossing is driven.
    #[must_use]
    pub fn is_lit(&self, segment: usize, com: usize) -> bool {
        com < Frame::HEIGHT && self.column(segment) >> com & 1 != 0
    }

    /// The dots of one SEG line, bit n for COM n (TM 9.2): ALON over ALOFF over display RAM;
    /// COM8–15 rest at 1/8 duty.
    #[inline]
    fn column(&self, segment: usize) -> u16 {
        if segment >= usize::from(self.model.segments) {
            return 0;
        }
        let control = self.state.io.lcd_control();
        let driven = if control & 2 != 0 { 0x00FF } else { 0xFFFF };
        match control & 12 {
            0 => {
                let cell = |at: usize| u16::from(self.state.memory.display[at]);
                let (low, high) = (2 * segment, 2 * segment + bus::DISPLAY_BLOCK);
                (cell(low) | cell(low + 1) << 4 | cell(high) << 8 | cell(high + 1) << 12) & driven
            }
            8 => 0,
            _ => driven,
        }
    }

    /// What the LCD shows through the model's wiring.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let mut frame = Frame { contrast: self.state.io.contrast(), ..Frame::default() };
        for (x, segment) in self.model.columns.iter().enumerate() {
            let mut dots = self.column(usize::from(*segment));
            while dots != 0 {
                let com = dots.trailing_zeros() as usize;
                let y = if self.model.flipped { Frame::HEIGHT - 1 - com } else { com };
                frame.rows[y] |= 1 << x;
                dots &= dots - 1;
            }
        }
        for (n, (segment, com)) in self.model.icons.iter().enumerate().filter_map(|(n, at)| Some((n, (*at)?))) {
            frame.icons |= u8::from(self.is_lit(usize::from(segment), usize::from(com))) << n;
        }
        frame
    }

    /// Grows whenever the picture may have changed: while it stays the same, so does
    /// [`Chip::frame`]. No part of the state.
    #[must_use]
    pub fn drawings(&self) -> u64 {
        self.drawings
    }

    /// Everything on the output pins now.
    #[must_use]
    pub fn outputs(&self) -> Outputs {
        let lines = self.state.io.lines(self.model);
        Outputs {
            lcd: self.frame(),
            tone: self.tone(),
            r: lines.r,
            p: lines.p,
            serial: lines.serial,
            timer_clock: lines.timer_clock,
        }
    }

    /// What the buzzer sounds now.
    #[must_use]
    pub fn tone(&self) -> Option<Tone> {
        self.state.io.buzzer.sounding()
    }

    /// A reset by the RESET pin: registers and peripherals as at power-on, RAM untouched.
    pub fn reset(&mut self, sink: &mut dyn Sink) {
        let State { tick, phase, registers, memory, io, .. } = &mut self.state;
        let mut core = Core::new(registers, memory, io, self.model, sink, (*tick, *phase));
        core.reset();
        core.io.reset(*tick, self.model, core.sink);
        *registers = core.registers();
        *phase = 0;
        self.drawings += 1;
    }

    /// Runs until the tick counter reaches `tick`: exactly there when the CPU is halted, else at the
    /// end of the instruction that reaches it (at most 24 ticks later). Does nothing when it is past.
    /// Returns the number of instructions executed.
    pub fn run_until(&mut self, tick: u64, sink: &mut dyn Sink) -> u64 {
        self.run(tick, false, sink).1
    }

    /// Executes one instruction or enters one interrupt; a halted CPU sleeps until it is woken, at
    /// most until tick `by`.
    pub fn step(&mut self, by: u64, sink: &mut dyn Sink) -> Step {
        self.run(by, true, sink).0
    }

    /// The loop behind both; `once` ends it after one instruction or interrupt. Returns what the
    /// last one was, and how many of them were instructions.
    fn run(&mut self, target: u64, once: bool, sink: &mut dyn Sink) -> (Step, u64) {
        let State { tick: now, phase, registers, memory, io, watchdog_on } = &mut self.state;
        let model = self.model;
        let mut core = Core::new(registers, memory, io, model, sink, (*now, *phase));
        let mut last = Step::Nothing;
        let mut instructions = 0;
        while core.base < target {
            // An instruction boundary. Requests are sampled one clock before the end of an
            // instruction (CM 2.5.3), so an event at this very tick waits for the next boundary;
            // a stopped CPU sees it at once.
            let tick = core.base;
            let seen = if core.halted { tick } else { tick.saturating_sub(1) };
            core.io.sync(seen, model, core.sink);
            let pin = core.io.reset_due() <= seen;
            if pin || core.io.watchdog_expired(seen) {
                core.io.clock.serve_watchdog();
                if pin || *watchdog_on && !core.io.is_held() {
                    core.sink.edge(tick, if pin { Edge::PinReset } else { Edge::WatchdogReset });
                    core.reset();
                    core.io.reset(tick, model, core.sink);
                    core.drawn = true;
                }
                if pin {
                    core.io.hold(seen);
                }
            }
            if core.io.is_held() {
                core.base = target;
                break;
            }
            core.hz = core.io.hz(model);
            let request = core.io.request(seen);
            core.pending = request.is_some();
            if let (true, Some(vector)) = (core.is_open(), request) {
                let clocks = INTERRUPT_CLOCKS + if core.halted { WAKE_CLOCKS } else { 0 };
                core.interrupt(vector);
                (core.base, core.phase) = core.time(clocks);
                last = Step::Interrupt(vector);
            } else {
                let event = core.io.next_event(seen);
                if core.halted {
                    core.base = event.max(tick).min(target);
                    continue;
                }
                let alone = once || core.pset != NO_PSET || core.ei_shadow;
                let budget = if alone { 1 } else { core.clocks_until(target.min(event.saturating_add(1))) };
                let (clocks, count) = core.execute(&self.program, budget);
                (core.base, core.phase) = core.time(clocks);
                instructions += count;
                last = Step::Instruction;
            }
            if once {
                break;
            }
        }
        // However a span is cut into runs, the state at its end is the same.
        core.io.settle(core.base, model, core.sink);
        (*now, *phase) = (core.base, core.phase);
        *registers = core.registers();
        self.drawings += u64::from(core.drawn);
        (last, instructions)
    }
}
