//! The chip as a whole: time passes here and nowhere else.

use crate::bus::{Bus, Memory, display_index};
use crate::cpu::{NO_PSET, Registers, flag};
use crate::decode::Program;
use crate::io::{Io, POPULATED};
use crate::model::{Model, Pins};
use crate::output::{Edge, Frame, Sink, Tone};
use crate::{TICKS_PER_SECOND, bus};
use alloc::sync::Arc;
use core::fmt;
use serde::{Deserialize, Serialize};

/// CPU clocks from an accepted request to the first instruction of its handler (TM 11.2).
const INTERRUPT_CLOCKS: u32 = 12;
/// CPU clocks from the request to the interrupt sequence when the CPU was halted (CM 2.5.3).
const WAKE_CLOCKS: u32 = 2;

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
        Chip { model, program, state }
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
            && narrow(&state.memory.display)
            && state.io.is_valid(state.tick)
            && u64::from(state.phase) < TICKS_PER_SECOND.max(u64::from(model.osc3_hz.unwrap_or(0)));
        if valid { Ok(Chip { model, program, state }) } else { Err(InvalidState) }
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
    pub fn set_pins<S: Sink + ?Sized>(&mut self, pins: Pins, sink: &mut S) {
        self.state.io.sync(self.state.tick, sink);
        self.state.io.set_pins(pins, self.state.tick);
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
            io.sync(self.state.tick, &mut ());
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
        }
    }

    /// RAM, one nibble a byte: 640 or 768 of them.
    #[must_use]
    pub fn ram(&self) -> &[u8] {
        &self.state.memory.ram[..usize::from(self.model.ram_nibbles)]
    }

    /// Display RAM, one nibble a byte: the block from E00, then the one from E80.
    pub fn display(&self) -> impl Iterator<Item = u8> + '_ {
        let block = 2 * self.model.segments;
        let memory = &self.state.memory.display;
        memory[..block].iter().chain(&memory[bus::DISPLAY_BLOCK..bus::DISPLAY_BLOCK + block]).copied()
    }

    /// Every populated I/O register with its address, read without side effects.
    pub fn io(&self) -> impl Iterator<Item = (u16, u8)> + 'static {
        let mut io = self.state.io.clone();
        io.sync(self.state.tick, &mut ());
        POPULATED.into_iter().map(move |register| (0xF00 | u16::from(register), io.peek(register)))
    }

    /// Whether the dot at a SEG and COM crossing is driven (TM 9.2): ALON over ALOFF over
    /// display RAM; COM8–15 rest at 1/8 duty.
    #[must_use]
    pub fn is_lit(&self, segment: usize, com: usize) -> bool {
        let control = self.state.io.lcd_control();
        let (all_off, all_on, eighth) = (control & 8 != 0, control & 4 != 0, control & 2 != 0);
        if segment >= self.model.segments || com >= 16 || eighth && com >= 8 {
            return false;
        }
        if all_on || all_off {
            return all_on;
        }
        let at = 2 * segment + (com & 7) / 4 + if com < 8 { 0 } else { bus::DISPLAY_BLOCK };
        self.state.memory.display[at] >> (com & 3) & 1 != 0
    }

    /// What the LCD shows through the model's wiring.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let mut frame = Frame { contrast: self.state.io.contrast(), ..Frame::default() };
        for (y, row) in frame.rows.iter_mut().enumerate() {
            for (x, segment) in self.model.columns.iter().enumerate() {
                *row |= u32::from(self.is_lit(usize::from(*segment), y)) << x;
            }
        }
        for (n, (segment, com)) in self.model.icons.iter().enumerate() {
            frame.icons |= u8::from(self.is_lit(usize::from(*segment), usize::from(*com))) << n;
        }
        frame
    }

    /// What the buzzer sounds now.
    #[must_use]
    pub fn tone(&self) -> Option<Tone> {
        self.state.io.buzzer.sounding()
    }

    /// A reset by the RESET pin: registers and peripherals as at power-on, RAM untouched.
    pub fn reset<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        self.state.registers.reset();
        self.state.phase = 0;
        self.state.io.reset(self.state.tick, sink);
    }

    /// Runs until the tick counter reaches `tick`: exactly there when the CPU is halted, else at the
    /// end of the instruction that reaches it (at most 24 ticks later). Does nothing when it is past.
    /// Returns the number of instructions executed.
    pub fn run_until<S: Sink + ?Sized>(&mut self, tick: u64, sink: &mut S) -> u64 {
        self.run(tick, u64::MAX, sink).1
    }

    /// Executes one instruction or enters one interrupt; a halted CPU sleeps until it is woken, at
    /// most until tick `by`.
    pub fn step<S: Sink + ?Sized>(&mut self, by: u64, sink: &mut S) -> Step {
        self.run(by, 1, sink).0
    }

    /// The loop behind both: at most `steps` steps. Returns what the last one was, and how many of
    /// them were instructions.
    fn run<S: Sink + ?Sized>(&mut self, target: u64, steps: u64, sink: &mut S) -> (Step, u64) {
        let State { tick: now, phase, registers, memory, io, watchdog_on } = &mut self.state;
        let ops = &*self.program.ops;
        let osc3 = self.model.osc3_hz;
        let mut cpu = *registers;
        let mut tick = *now;
        let mut bus = Bus { ram: &mut memory.ram, display: &mut memory.display, io, model: self.model, sink, limit: 0 };
        let mut left = steps;
        let mut last = Step::Nothing;
        let mut interrupts = 0;
        while tick < target && left > 0 {
            // An instruction boundary. Requests are sampled one clock before the end of an
            // instruction (CM 2.5.3), so an event at this very tick waits for the next boundary;
            // a stopped CPU sees it at once.
            let seen = if cpu.halted { tick } else { tick.saturating_sub(1) };
            bus.io.sync(seen, bus.sink);
            if bus.io.clock.expired() {
                bus.io.clock.serve_watchdog();
                if *watchdog_on {
                    cpu.reset();
                    *phase = 0;
                    bus.io.reset(tick, bus.sink);
                    bus.sink.edge(tick, Edge::WatchdogReset);
                }
            }
            let open = cpu.flags & flag::I != 0 && cpu.pset == NO_PSET && !cpu.ei_shadow;
            if open && let Some(vector) = bus.io.request(seen) {
                let clocks = INTERRUPT_CLOCKS + if cpu.halted { WAKE_CLOCKS } else { 0 };
                cpu.interrupt(vector, &mut bus);
                tick += ticks(clocks, bus.io.on_osc3().then_some(osc3).flatten(), phase);
                left -= 1;
                interrupts += 1;
                last = Step::Interrupt(vector);
                continue;
            }
            let event = bus.io.next_event(seen);
            if cpu.halted {
                tick = event.max(tick).min(target);
                continue;
            }
            bus.limit = if cpu.pset != NO_PSET || cpu.ei_shadow { 0 } else { target.min(event.saturating_add(1)) };
            cpu.ei_shadow = false;
            last = Step::Instruction;
            let clock = bus.io.on_osc3().then_some(osc3).flatten();
            loop {
                let op = ops[usize::from(cpu.pc & 0x1FFF)];
                cpu.execute(op, &mut bus, tick);
                tick += match clock {
                    None => u64::from(op.clocks),
                    Some(_) => ticks(u32::from(op.clocks), clock, phase),
                };
                left -= 1;
                if tick >= bus.limit || left == 0 {
                    break;
                }
            }
        }
        // However a span is cut into runs, the state at its end is the same.
        bus.io.sync(if cpu.halted { tick } else { tick.saturating_sub(1) }, bus.sink);
        *registers = cpu;
        *now = tick;
        (last, steps - left - interrupts)
    }
}

/// Ticks that `clocks` CPU clocks take: as many on OSC1; on OSC3 the fraction is carried in `phase`.
fn ticks(clocks: u32, osc3: Option<u32>, phase: &mut u32) -> u64 {
    let Some(hz) = osc3 else {
        return u64::from(clocks);
    };
    let hz = u64::from(hz.max(1));
    let sum = u64::from(*phase) + u64::from(clocks) * TICKS_PER_SECOND;
    *phase = (sum % hz) as u32;
    sum / hz
}
