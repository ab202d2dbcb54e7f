//! The CPU while it runs: registers spread out for speed, and what each kind of instruction does
//! to them. The loop that picks the instructions is in `execute`.

use crate::TICKS_PER_SECOND;
use crate::bus::{Memory, RAM};
use crate::decode::{Op, address, place, slot};
use crate::io::Io;
use crate::model::Model;
use crate::output::{Edge, Sink};
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

const COUNT: u32 = 24;
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
    fn clocks(self) -> i64 {
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
    a: u8,
    b: u8,
    /// C: 0 or 1.
    c: u8,
    /// Z is set when this is 0.
    z: u8,
    /// I and D in their places.
    di: u8,
    sp: u8,
    x: u32,
    y: u32,
    pub pc: u16,
    pub pset: u8,
    pub halted: bool,
    pub ei_shadow: bool,

    pub memory: &'a mut Memory,
    ram_nibbles: u32,
    pub io: &'a mut Io,
    pub model: &'static Model,
    pub sink: &'a mut dyn Sink,

    /// The tick at which the run began, the part of a tick spent before it, and the CPU clock in
    /// hertz.
    pub base: u64,
    pub phase: u32,
    pub hz: u32,
    /// Clocks of the run.
    budget: i64,
    /// An interrupt was requested when the run began, so that setting I lets it in.
    pub pending: bool,
    /// The picture may have changed.
    pub drawn: bool,
    /// A read cleared a flag.
    pub touched: bool,
    /// The first tick at which something that was read may read differently.
    pub horizon: u64,
    probe: Probe,
}

/// What the CPU was like at the end of a turn of a loop.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    ip: usize,
    x: u32,
    y: u32,
    registers: [u8; 6],
}

/// A [`Place`], and when the CPU was there.
#[derive(Clone, Copy)]
struct Probe {
    place: Place,
    clocks: i64,
    count: i64,
}

impl Probe {
    const NONE: Probe = Probe { place: Place { ip: usize::MAX, x: 0, y: 0, registers: [0; 6] }, clocks: 0, count: 0 };
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
    fn load(&mut self, at: u32, left: Left) -> u8 {
        match self.memory.ram.get(at as usize) {
            Some(cell) => *cell,
            None => self.read_far(at as u16, self.elapsed(left)),
        }
    }

    #[inline(always)]
    fn store(&mut self, at: u32, value: u8, left: &mut Left) {
        if at < self.ram_nibbles {
            self.memory.ram[at as usize] = value;
        } else if self.write_far(at as u16, value, self.elapsed(*left)) {
            self.stop(left);
        }
    }

    #[inline(always)]
    fn get<const R: u8>(&mut self, left: Left) -> u8 {
        match R {
            A => self.a,
            B => self.b,
            X => self.load(self.x, left),
            _ => self.load(self.y, left),
        }
    }

    #[inline(always)]
    fn set<const R: u8>(&mut self, value: u8, left: &mut Left) {
        match R {
            A => self.a = value,
            B => self.b = value,
            X => self.store(self.x, value, left),
            _ => self.store(self.y, value, left),
        }
    }

    /// Sum with decimal correction where D is set (CM 2.2.4).
    #[inline(always)]
    fn sum(&mut self, v: u8, other: u8, carry: u8) -> u8 {
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
    fn difference(&mut self, v: u8, other: u8, borrow: u8) -> u8 {
        let difference = v.wrapping_sub(other).wrapping_sub(borrow);
        self.c = difference >> 7;
        let correction = if self.di & flag::D != 0 { 6 * self.c } else { 0 };
        self.z = difference.wrapping_sub(correction) & 15;
        self.z
    }

    #[inline(always)]
    fn compare(&mut self, v: u8, other: u8) {
        let difference = v.wrapping_sub(other);
        (self.c, self.z) = (difference >> 7, difference & 15);
    }

    #[inline(always)]
    fn flags(&self) -> u8 {
        self.di | u8::from(self.z == 0) << 1 | self.c
    }

    #[inline(always)]
    fn set_flags(&mut self, value: u8) {
        self.di = value & (flag::D | flag::I);
        self.z = u8::from(value & flag::Z == 0);
        self.c = value & flag::C;
    }

    #[inline(always)]
    fn push(&mut self, value: u8) {
        self.sp = self.sp.wrapping_sub(1);
        self.memory.ram[usize::from(self.sp)] = value;
    }

    #[inline(always)]
    fn pop(&mut self) -> u8 {
        let value = self.memory.ram[usize::from(self.sp)];
        self.sp = self.sp.wrapping_add(1);
        value
    }

    /// The nibble of X or Y at a [`place`].
    #[inline(always)]
    fn index(&self, op: Op) -> u8 {
        let register = if op.b() & place::Y == 0 { self.x } else { self.y };
        (register >> (op.b() & 15) & 15) as u8
    }

    #[inline(always)]
    fn set_index(&mut self, op: Op, value: u8) {
        let shift = op.b() & 15;
        let register = if op.b() & place::Y == 0 { &mut self.x } else { &mut self.y };
        *register = *register & !(15 << shift) | u32::from(value) << shift;
    }

    /// LBPX and RETD: the low nibble goes to X, the high one to X+1.
    #[inline(always)]
    fn store_byte(&mut self, byte: u8, left: &mut Left) {
        self.store(self.x, byte & 15, left);
        self.x = bump(self.x);
        self.store(self.x, byte >> 4, left);
        self.x = bump(self.x);
    }
}

/// X or Y plus 1: the low eight bits wrap without carry into XP or YP.
#[inline(always)]
fn bump(index: u32) -> u32 {
    index & 0xF00 | (index + 1) & 0xFF
}

/// Instructions with operands r and q.
impl Core<'_> {
    #[inline(always)]
    pub fn ld<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        let value = self.get::<Q>(*left);
        self.set::<R>(value, left);
    }

    #[inline(always)]
    pub fn ldpx<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.ld::<R, Q>(left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn ldpy<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.ld::<R, Q>(left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    fn modify<const R: u8, const Q: u8>(&mut self, left: &mut Left, f: impl FnOnce(&mut Self, u8, u8) -> u8) {
        let value = self.get::<R>(*left);
        let other = self.get::<Q>(*left);
        let result = f(self, value, other);
        self.set::<R>(result, left);
    }

    #[inline(always)]
    pub fn add<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.sum(v, q, 0));
    }

    #[inline(always)]
    pub fn adc<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.sum(v, q, core.c));
    }

    #[inline(always)]
    pub fn sub<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.difference(v, q, 0));
    }

    #[inline(always)]
    pub fn sbc<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.difference(v, q, core.c));
    }

    #[inline(always)]
    pub fn and<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.logic(v & q));
    }

    #[inline(always)]
    pub fn or<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.logic(v | q));
    }

    #[inline(always)]
    pub fn xor<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.logic(v ^ q));
    }

    #[inline(always)]
    fn logic(&mut self, result: u8) -> u8 {
        self.z = result;
        result
    }

    #[inline(always)]
    pub fn cp<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        let value = self.get::<R>(*left);
        let other = self.get::<Q>(*left);
        self.compare(value, other);
    }

    #[inline(always)]
    pub fn fan<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.z = value & self.get::<Q>(*left);
    }
}

/// Instructions with operand r, most with an immediate.
impl Core<'_> {
    #[inline(always)]
    pub fn ld_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.set::<R>(op.a(), left);
    }

    #[inline(always)]
    fn modify_i<const R: u8>(&mut self, left: &mut Left, f: impl FnOnce(&mut Self, u8) -> u8) {
        let value = self.get::<R>(*left);
        let result = f(self, value);
        self.set::<R>(result, left);
    }

    #[inline(always)]
    pub fn add_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.sum(v, op.a(), 0));
    }

    #[inline(always)]
    pub fn adc_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.sum(v, op.a(), core.c));
    }

    #[inline(always)]
    pub fn sbc_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.difference(v, op.a(), core.c));
    }

    #[inline(always)]
    pub fn and_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.logic(v & op.a()));
    }

    #[inline(always)]
    pub fn or_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.logic(v | op.a()));
    }

    #[inline(always)]
    pub fn xor_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.logic(v ^ op.a()));
    }

    #[inline(always)]
    pub fn cp_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.compare(value, op.a());
    }

    #[inline(always)]
    pub fn fan_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.z = self.get::<R>(*left) & op.a();
    }

    #[inline(always)]
    pub fn rlc<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| {
            (core.z, core.c) = (v << 1 & 15 | core.c, v >> 3);
            core.z
        });
    }

    #[inline(always)]
    pub fn rrc<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| {
            (core.z, core.c) = (v >> 1 | core.c << 3, v & 1);
            core.z
        });
    }

    #[inline(always)]
    fn add_to<const R: u8>(&mut self, at: u32, left: &mut Left) {
        let value = self.load(at, *left);
        let other = self.get::<R>(*left);
        let sum = self.sum(value, other, self.c);
        self.store(at, sum, left);
    }

    #[inline(always)]
    fn take_from<const R: u8>(&mut self, at: u32, left: &mut Left) {
        let value = self.load(at, *left);
        let other = self.get::<R>(*left);
        let difference = self.difference(value, other, self.c);
        self.store(at, difference, left);
    }

    #[inline(always)]
    pub fn acpx<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.add_to::<R>(self.x, left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn acpy<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.add_to::<R>(self.y, left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    pub fn scpx<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.take_from::<R>(self.x, left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn scpy<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.take_from::<R>(self.y, left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    pub fn push_r<const R: u8>(&mut self, _: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.push(value);
    }

    #[inline(always)]
    pub fn pop_r<const R: u8>(&mut self, _: Op, left: &mut Left) {
        let value = self.pop();
        self.set::<R>(value, left);
    }

    /// LD XP…YL,r.
    #[inline(always)]
    pub fn index_ld<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.set_index(op, value);
    }

    /// LD r,XP…YL.
    #[inline(always)]
    pub fn ld_index<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.set::<R>(self.index(op), left);
    }

    /// LD SPH,r and LD SPL,r.
    #[inline(always)]
    pub fn sp_ld<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.sp = self.sp & !(15 << op.b()) | value << op.b();
    }

    /// LD r,SPH and LD r,SPL.
    #[inline(always)]
    pub fn ld_sp<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.set::<R>(self.sp >> op.b() & 15, left);
    }
}

/// Branches; `ip` is the slot of the next instruction.
impl Core<'_> {
    #[inline(always)]
    pub fn carry(&self) -> bool {
        self.c != 0
    }

    #[inline(always)]
    pub fn zero(&self) -> bool {
        self.z == 0
    }

    #[inline(always)]
    pub fn branch(&mut self, op: Op, taken: bool, ip: &mut usize) {
        *ip = if taken { usize::from(op.operand) } else { *ip };
    }

    /// A jump out of a loop that only reads.
    #[inline(always)]
    pub fn branch_leaving(&mut self, op: Op, taken: bool, ip: &mut usize) {
        if taken {
            self.probe = Probe::NONE;
        }
        self.branch(op, taken, ip);
    }

    /// The jump at the end of a loop that only reads. When a turn left everything as it was, the
    /// turns up to the next change of anything that it reads are the same, and are taken at once.
    #[inline(always)]
    pub fn branch_idle(&mut self, op: Op, taken: bool, ip: &mut usize, left: &mut Left) {
        if !taken {
            self.probe = Probe::NONE;
            return;
        }
        let registers = [self.a, self.b, self.c, self.z, self.di, self.sp];
        let place = Place { ip: *ip, x: self.x, y: self.y, registers };
        let mut after = left.after(op.clocks);
        if place == self.probe.place && !self.touched && !after.is_over() {
            let now = self.elapsed(after);
            let turn = now - self.probe.clocks;
            let until = self.clocks_until(self.horizon.saturating_sub(1));
            let turns = (until - now).min(after.clocks()).max(0) / turn;
            let skipped = turns * ((turn << COUNT) - (after.count() - self.probe.count));
            after.0 -= skipped;
            left.0 -= skipped;
        }
        self.probe = Probe { place, clocks: self.elapsed(after), count: after.count() };
        self.touched = false;
        self.horizon = u64::MAX;
        *ip = usize::from(op.operand);
    }

    /// PSET and a jump; PSET alone where the run ends between them.
    #[inline(always)]
    pub fn branch_far(&mut self, op: Op, taken: bool, ip: &mut usize, left: &mut Left) {
        let after = left.after(5);
        if after.is_over() {
            self.pset = (address(op.operand) >> 8) as u8;
        } else {
            *left = after;
            *ip = if taken { usize::from(op.operand) } else { *ip + 1 };
        }
    }

    #[inline(always)]
    pub fn jpba(&mut self, op: Op, ip: &mut usize) {
        *ip = usize::from(slot(u16::from(op.a()) << 8 | u16::from(self.b) << 4 | u16::from(self.a)));
    }

    #[inline(always)]
    pub fn jpba_far(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        let after = left.after(5);
        if after.is_over() {
            self.pset = op.a();
        } else {
            *left = after;
            self.jpba(op, ip);
        }
    }

    #[inline(always)]
    pub fn call(&mut self, op: Op, ip: &mut usize) {
        self.push((*ip >> 8 & 15) as u8);
        self.push((*ip >> 4 & 15) as u8);
        self.push((*ip & 15) as u8);
        *ip = usize::from(op.operand);
    }

    #[inline(always)]
    pub fn call_far(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        // The order of the two makes no difference to the sum.
        let after = left.after(5);
        if after.is_over() {
            self.pset = (address(op.operand) >> 8) as u8;
        } else {
            *left = left.after(7);
            *ip += 1;
            self.call(op, ip);
        }
    }

    /// Pops a return address; the bank stays.
    #[inline(always)]
    fn pop_ip(&mut self, ip: &mut usize) {
        let low = usize::from(self.pop());
        let high = usize::from(self.pop());
        let page = usize::from(self.pop());
        *ip = *ip & 0x2000 | page << 8 | high << 4 | low;
    }

    #[inline(always)]
    pub fn ret(&mut self, ip: &mut usize) {
        self.pop_ip(ip);
    }

    #[inline(always)]
    pub fn rets(&mut self, ip: &mut usize) {
        self.pop_ip(ip);
        *ip = *ip & 0x2000 | (*ip + 1) & 0xFFF;
    }

    #[inline(always)]
    pub fn retd(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        self.pop_ip(ip);
        self.store_byte(op.a(), left);
    }
}

/// The rest.
impl Core<'_> {
    /// PSET before something that it does not matter to.
    #[inline(always)]
    pub fn pset(&mut self, op: Op, left: &mut Left) {
        if left.after(op.clocks).is_over() {
            self.pset = op.a();
        }
    }

    /// PSET that leaves its branch to the next run.
    #[inline(always)]
    pub fn pset_last(&mut self, op: Op, left: &mut Left) {
        self.stop(left);
        self.pset = op.a();
    }

    #[inline(always)]
    pub fn halt(&mut self, left: &mut Left) {
        self.halted = true;
        self.stop(left);
    }

    #[inline(always)]
    pub fn ld_x(&mut self, op: Op) {
        self.x = self.x & 0xF00 | u32::from(op.a());
    }

    #[inline(always)]
    pub fn ld_y(&mut self, op: Op) {
        self.y = self.y & 0xF00 | u32::from(op.a());
    }

    #[inline(always)]
    pub fn adc_index(&mut self, op: Op) {
        let sum = self.index(op) + op.a() + self.c;
        (self.c, self.z) = (sum >> 4, sum & 15);
        self.set_index(op, self.z);
    }

    #[inline(always)]
    pub fn cp_index(&mut self, op: Op) {
        self.compare(self.index(op), op.a());
    }

    #[inline(always)]
    pub fn ld_mn<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.memory.ram[usize::from(op.a())];
        self.set::<R>(value, left);
    }

    #[inline(always)]
    pub fn mn_ld<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.memory.ram[usize::from(op.a())] = self.get::<R>(*left);
    }

    #[inline(always)]
    pub fn ldpx_i(&mut self, op: Op, left: &mut Left) {
        self.store(self.x, op.a(), left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn ldpy_i(&mut self, op: Op, left: &mut Left) {
        self.store(self.y, op.a(), left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    pub fn lbpx(&mut self, op: Op, left: &mut Left) {
        self.store_byte(op.a(), left);
    }

    #[inline(always)]
    pub fn set_f(&mut self, op: Op, left: &mut Left) {
        self.set_flags(self.flags() | op.a());
        let enables = op.a() & flag::I != 0;
        if enables && self.pending {
            self.stop(left);
        }
        self.ei_shadow = enables && left.after(op.clocks).is_over();
    }

    #[inline(always)]
    pub fn rst_f(&mut self, op: Op) {
        self.set_flags(self.flags() & op.a());
    }

    #[inline(always)]
    pub fn inc_sp(&mut self, by: u8) {
        self.sp = self.sp.wrapping_add(by);
    }

    #[inline(always)]
    pub fn push_index(&mut self, op: Op) {
        self.push(self.index(op));
    }

    #[inline(always)]
    pub fn pop_index(&mut self, op: Op) {
        let value = self.pop();
        self.set_index(op, value);
    }

    #[inline(always)]
    pub fn push_f(&mut self) {
        self.push(self.flags());
    }

    #[inline(always)]
    pub fn pop_f(&mut self, left: &mut Left) {
        let value = self.pop();
        self.set_flags(value);
        if self.pending {
            self.stop(left);
        }
    }

    #[inline(always)]
    pub fn inc_mn(&mut self, op: Op) {
        let cell = &mut self.memory.ram[usize::from(op.a())];
        let sum = *cell + 1;
        *cell = sum & 15;
        (self.c, self.z) = (sum >> 4, sum & 15);
    }

    #[inline(always)]
    pub fn dec_mn(&mut self, op: Op) {
        let cell = &mut self.memory.ram[usize::from(op.a())];
        let difference = cell.wrapping_sub(1);
        *cell = difference & 15;
        (self.c, self.z) = (difference >> 7, difference & 15);
    }

    #[inline(always)]
    pub fn undefined(&mut self, ip: usize, left: Left) {
        self.report(ip - 1, self.elapsed(left));
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, ip: usize, clocks: i64) {
        self.sink.edge(self.time(clocks).0, Edge::UndefinedOpcode(address(ip as u16)));
    }
}
