//! The CPU while it runs: registers spread out for speed, time, and the operations that instructions
//! are made of. What each instruction does is in `instructions`, the loop that picks them in `execute`.

use crate::TICKS_PER_SECOND;
use crate::bus::{Memory, RAM};
use crate::decode::{Op, place};
use crate::io::Io;
use crate::model::Model;
use crate::output::Sink;
use crate::registers::{NO_PSET, Registers, flag};

/// Operands r and q, as constants of the instructions below.
pub(crate) const A: u8 = 0;
pub(crate) const B: u8 = 1;
pub(crate) const X: u8 = 2;
pub(crate) const Y: u8 = 3;

/// What is left of a run: the clocks left, less one, above [`COUNT`] bits that count instructions.
/// One subtraction does both, and a negative sign ends the run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left(pub i64);

pub(crate) const COUNT: u32 = 24;
/// The most CPU clocks of one run, so that the count fits.
const MOST_CLOCKS: i64 = 1 << 25;

impl Left {
    /// What is left after one more instruction of so many clocks.
    #[inline(always)]
    pub fn after(self, clocks: u32) -> Left {
        Left(self.0 - (i64::from(clocks) << COUNT) + 1)
    }

    #[inline(always)]
    pub fn is_over(self) -> bool {
        self.0 < 0
    }

    #[inline(always)]
    pub fn clocks(self) -> i64 {
        self.0 >> COUNT
    }

    /// Instructions executed.
    #[inline(always)]
    pub fn count(self) -> i64 {
        self.0 & ((1 << COUNT) - 1)
    }
}

/// A chip that runs. Everything is in memory on purpose: with the registers in local variables the
/// loop spends its time moving them about.
pub(crate) struct Core<'a> {
    pub a: u8,
    pub b: u8,
    /// C: 0 or 1.
    pub c: u8,
    /// Z is set when this is 0.
    pub z: u8,
    /// I and D in their places.
    pub di: u8,
    pub sp: u8,
    pub x: u32,
    pub y: u32,
    pub pc: u16,
    pub pset: u8,
    pub halted: bool,
    pub ei_shadow: bool,

    pub memory: &'a mut Memory,
    pub ram_nibbles: u32,
    pub io: &'a mut Io,
    pub model: &'static Model,
    pub sink: &'a mut dyn Sink,

    /// The tick at which the run began, the part of a tick spent before it, and the CPU clock in
    /// hertz.
    pub base: u64,
    pub phase: u32,
    pub hz: u32,
    /// Clocks of the run.
    pub budget: i64,
    /// An interrupt was requested when the run began, so that setting I lets it in.
    pub pending: bool,
    /// The picture may have changed.
    pub drawn: bool,
    /// A read cleared a flag.
    pub touched: bool,
    /// The first tick at which something that was read may read differently.
    pub horizon: u64,
    pub probe: Probe,
}

/// What the CPU was like at the end of a turn of a loop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub ip: usize,
    pub x: u32,
    pub y: u32,
    pub registers: [u8; 6],
}

/// A [`Place`], and when the CPU was there.
#[derive(Clone, Copy)]
pub(crate) struct Probe {
    pub place: Place,
    pub clocks: i64,
    pub count: i64,
}

impl Probe {
    pub const NONE: Probe =
        Probe { place: Place { ip: usize::MAX, x: 0, y: 0, registers: [0; 6] }, clocks: 0, count: 0 };
}

impl<'a> Core<'a> {
    pub fn new(
        registers: &Registers,
        memory: &'a mut Memory,
        io: &'a mut Io,
        model: &'static Model,
        sink: &'a mut dyn Sink,
        (base, phase): (u64, u32),
    ) -> Self {
        let r = registers;
        Core {
            a: r.a,
            b: r.b,
            c: r.flags & flag::C,
            z: u8::from(r.flags & flag::Z == 0),
            di: r.flags & (flag::D | flag::I),
            sp: r.sp,
            x: u32::from(r.x),
            y: u32::from(r.y),
            pc: r.pc,
            pset: r.pset,
            halted: r.halted,
            ei_shadow: r.ei_shadow,
            memory,
            ram_nibbles: u32::from(model.ram_nibbles).min(RAM as u32),
            io,
            model,
            sink,
            base,
            phase,
            hz: TICKS_PER_SECOND as u32,
            budget: 0,
            pending: false,
            drawn: false,
            touched: false,
            horizon: u64::MAX,
            probe: Probe::NONE,
        }
    }

    pub fn registers(&self) -> Registers {
        Registers {
            pc: self.pc,
            pset: self.pset,
            a: self.a,
            b: self.b,
            x: self.x as u16,
            y: self.y as u16,
            sp: self.sp,
            flags: self.flags(),
            halted: self.halted,
            ei_shadow: self.ei_shadow,
        }
    }

    /// Whether an interrupt would be taken now.
    pub fn is_open(&self) -> bool {
        self.di & flag::I != 0 && self.pset == NO_PSET && !self.ei_shadow
    }

    /// A reset that is not a power-on: RAM and registers survive but for PC, latch, I and D.
    pub fn reset(&mut self) {
        self.di = 0;
        self.phase = 0;
        (self.pc, self.pset) = (Registers::POWER_ON.pc, NO_PSET);
        (self.halted, self.ei_shadow) = (false, false);
    }

    /// Enters the handler at `vector` of page 1 in the current bank (CM 2.5.3).
    pub fn interrupt(&mut self, vector: u8) {
        for shift in [8, 4, 0] {
            self.push((self.pc >> shift & 15) as u8);
        }
        self.di &= !flag::I;
        self.pc = self.pc & 0x1000 | 0x100 | u16::from(vector);
        self.halted = false;
    }

    /// The tick when so many CPU clocks have passed, and the part of one left over, in CPU clocks
    /// times 32,768.
    #[inline(always)]
    pub fn time(&self, clocks: i64) -> (u64, u32) {
        let clocks = clocks as u64;
        if u64::from(self.hz) == TICKS_PER_SECOND {
            return (self.base + clocks, self.phase);
        }
        let (hz, sum) = (u64::from(self.hz), u64::from(self.phase) + clocks * TICKS_PER_SECOND);
        (self.base + sum / hz, (sum % hz) as u32)
    }

    /// The least number of CPU clocks after which `tick` is reached.
    pub fn clocks_until(&self, tick: u64) -> i64 {
        let ticks = tick.saturating_sub(self.base);
        if u64::from(self.hz) == TICKS_PER_SECOND {
            return i64::try_from(ticks).unwrap_or(i64::MAX);
        }
        // A day is more than any run takes at a time.
        let spans = ticks.min(86_400 * TICKS_PER_SECOND) * u64::from(self.hz);
        spans.saturating_sub(u64::from(self.phase)).div_ceil(TICKS_PER_SECOND) as i64
    }

    /// Begins a run of `budget` clocks.
    pub fn begin(&mut self, budget: i64) -> Left {
        self.budget = budget.clamp(1, MOST_CLOCKS);
        self.probe = Probe::NONE;
        (self.pset, self.ei_shadow) = (NO_PSET, false);
        Left((self.budget - 1) << COUNT)
    }

    /// Clocks since the run began.
    #[inline(always)]
    pub fn elapsed(&self, left: Left) -> i64 {
        self.budget - 1 - left.clocks()
    }

    /// Makes the instruction at hand the last one of the run.
    #[inline(always)]
    pub fn stop(&mut self, left: &mut Left) {
        self.budget -= left.clocks();
        left.0 = left.count();
    }

    /// What lies between the end of the smaller chip's RAM and that of the larger one is always 0,
    /// as it has to read.
    #[inline(always)]
    pub fn load(&mut self, at: u32, left: Left) -> u8 {
        match self.memory.ram.get(at as usize) {
            Some(cell) => *cell,
            None => self.read_far(at as u16, self.elapsed(left)),
        }
    }

    #[inline(always)]
    pub fn store(&mut self, at: u32, value: u8, left: &mut Left) {
        if at < self.ram_nibbles {
            self.memory.ram[at as usize] = value;
        } else if self.write_far(at as u16, value, self.elapsed(*left)) {
            self.stop(left);
        }
    }

    #[inline(always)]
    pub fn get<const R: u8>(&mut self, left: Left) -> u8 {
        match R {
            A => self.a,
            B => self.b,
            X => self.load(self.x, left),
            _ => self.load(self.y, left),
        }
    }

    #[inline(always)]
    pub fn set<const R: u8>(&mut self, value: u8, left: &mut Left) {
        match R {
            A => self.a = value,
            B => self.b = value,
            X => self.store(self.x, value, left),
            _ => self.store(self.y, value, left),
        }
    }

    /// Sum with decimal correction where D is set (CM 2.2.4).
    #[inline(always)]
    pub fn sum(&mut self, v: u8, other: u8, carry: u8) -> u8 {
        let sum = v + other + carry;
        (self.c, self.z) = match sum {
            _ if self.di & flag::D == 0 => (sum >> 4, sum & 15),
            10.. => (1, (sum - 10) & 15),
            _ => (0, sum),
        };
        self.z
    }

    /// Difference with decimal correction where D is set.
    #[inline(always)]
    pub fn difference(&mut self, v: u8, other: u8, borrow: u8) -> u8 {
        let difference = v.wrapping_sub(other).wrapping_sub(borrow);
        self.c = difference >> 7;
        let correction = if self.di & flag::D != 0 { 6 * self.c } else { 0 };
        self.z = difference.wrapping_sub(correction) & 15;
        self.z
    }

    #[inline(always)]
    pub fn compare(&mut self, v: u8, other: u8) {
        let difference = v.wrapping_sub(other);
        (self.c, self.z) = (difference >> 7, difference & 15);
    }

    #[inline(always)]
    pub fn flags(&self) -> u8 {
        self.di | u8::from(self.z == 0) << 1 | self.c
    }

    #[inline(always)]
    pub fn set_flags(&mut self, value: u8) {
        self.di = value & (flag::D | flag::I);
        self.z = u8::from(value & flag::Z == 0);
        self.c = value & flag::C;
    }

    #[inline(always)]
    pub fn push(&mut self, value: u8) {
        self.sp = self.sp.wrapping_sub(1);
        self.memory.ram[usize::from(self.sp)] = value;
    }

    #[inline(always)]
    pub fn pop(&mut self) -> u8 {
        let value = self.memory.ram[usize::from(self.sp)];
        self.sp = self.sp.wrapping_add(1);
        value
    }

    /// The nibble of X or Y at a [`place`].
    #[inline(always)]
    pub fn index(&self, op: Op) -> u8 {
        let register = if op.b() & place::Y == 0 { self.x } else { self.y };
        (register >> (op.b() & 15) & 15) as u8
    }

    #[inline(always)]
    pub fn set_index(&mut self, op: Op, value: u8) {
        let shift = op.b() & 15;
        let register = if op.b() & place::Y == 0 { &mut self.x } else { &mut self.y };
        *register = *register & !(15 << shift) | u32::from(value) << shift;
    }

    /// LBPX and RETD: the low nibble goes to X, the high one to X+1.
    #[inline(always)]
    pub fn store_byte(&mut self, byte: u8, left: &mut Left) {
        self.store(self.x, byte & 15, left);
        self.x = bump(self.x);
        self.store(self.x, byte >> 4, left);
        self.x = bump(self.x);
    }
}

/// X or Y plus 1: the low eight bits wrap without carry into XP or YP.
#[inline(always)]
pub(crate) fn bump(index: u32) -> u32 {
    index & 0xF00 | (index + 1) & 0xFF
}
