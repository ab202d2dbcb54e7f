//! The E0C6200 core: registers and the effect of every instruction.

use crate::bus::Bus;
use crate::decode::{Kind, Op, index};
use crate::output::Sink;
use serde::{Deserialize, Serialize};

/// Flag bits in the order of PUSH F: D3 = I, D2 = D, D1 = Z, D0 = C.
pub mod flag {
    /// Carry or borrow.
    pub const C: u8 = 1;
    /// Zero.
    pub const Z: u8 = 2;
    /// Decimal mode.
    pub const D: u8 = 4;
    /// Interrupts enabled.
    pub const I: u8 = 8;
}

/// No PSET is waiting for its branch.
pub(crate) const NO_PSET: u8 = 0xFF;

/// The CPU's registers (CM 2). Plain data; every field within its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Registers {
    /// Program counter, 13 bits: bank, page, step.
    pub pc: u16,
    /// What PSET left for the next instruction: bank and page, 5 bits; 0xFF when the last
    /// instruction was not a PSET (then the latch holds the program counter's own page).
    pub pset: u8,
    /// Accumulator A, 4 bits.
    pub a: u8,
    /// Accumulator B, 4 bits.
    pub b: u8,
    /// Index register X, 12 bits.
    pub x: u16,
    /// Index register Y, 12 bits.
    pub y: u16,
    /// Stack pointer, 8 bits; points into data page 0.
    pub sp: u8,
    /// Flags I D Z C in bits 3–0.
    pub flags: u8,
    /// HALT was executed and nothing has woken the CPU yet.
    pub halted: bool,
    /// EI or SET F with I was the last instruction: interrupts wait for one more (CM 2.5.2).
    pub ei_shadow: bool,
}

impl Registers {
    /// After a power-on reset (TM 4.1): page 1 step 0, interrupts off; what the manual leaves
    /// undefined is 0.
    pub(crate) const POWER_ON: Registers = Registers {
        pc: 0x100,
        pset: NO_PSET,
        a: 0,
        b: 0,
        x: 0,
        y: 0,
        sp: 0,
        flags: 0,
        halted: false,
        ei_shadow: false,
    };

    /// The bank and page latch as the next instruction sees it, 5 bits.
    #[must_use]
    pub fn np(&self) -> u8 {
        if self.pset == NO_PSET { (self.pc >> 8) as u8 } else { self.pset }
    }

    /// A reset that is not a power-on: RAM and registers survive but for PC, latch, I and D.
    pub(crate) fn reset(&mut self) {
        *self = Registers {
            a: self.a,
            b: self.b,
            x: self.x,
            y: self.y,
            sp: self.sp,
            flags: self.flags & (flag::C | flag::Z),
            ..Registers::POWER_ON
        };
    }

    /// Enters the handler at `vector` of page 1 in the current bank (CM 2.5.3).
    pub(crate) fn interrupt<S: Sink + ?Sized>(&mut self, vector: u8, bus: &mut Bus<'_, S>) {
        self.push_pc(self.pc, bus);
        self.flags &= !flag::I;
        self.pc = self.pc & 0x1000 | 0x100 | u16::from(vector);
        self.halted = false;
    }

    /// Executes one decoded instruction; `tick` is when it starts.
    #[inline(always)]
    pub(crate) fn execute<S: Sink + ?Sized>(&mut self, op: Op, bus: &mut Bus<'_, S>, tick: u64) {
        let here = self.pc;
        let next = here & 0x1000 | (here + 1) & 0xFFF;
        let np = if self.pset == NO_PSET { here >> 8 } else { u16::from(self.pset) };
        self.pset = NO_PSET;
        self.pc = next;
        let step = u16::from(op.a);
        match op.kind {
            Kind::Jp => self.pc = np << 8 | step,
            Kind::JpC => self.branch(self.flags & flag::C != 0, np, step),
            Kind::JpNc => self.branch(self.flags & flag::C == 0, np, step),
            Kind::JpZ => self.branch(self.flags & flag::Z != 0, np, step),
            Kind::JpNz => self.branch(self.flags & flag::Z == 0, np, step),
            Kind::Jpba => self.pc = np << 8 | u16::from(self.b) << 4 | u16::from(self.a),
            Kind::Call => {
                self.push_pc(next, bus);
                self.pc = here & 0x1000 | (np & 15) << 8 | step;
            }
            Kind::Calz => {
                self.push_pc(next, bus);
                self.pc = here & 0x1000 | step;
            }
            Kind::Ret => self.pc = self.pop_pc(here, bus),
            Kind::Rets => {
                let to = self.pop_pc(here, bus);
                self.pc = to & 0x1000 | (to + 1) & 0xFFF;
            }
            Kind::Retd => {
                self.pc = self.pop_pc(here, bus);
                self.store_byte(op.a, bus, tick);
            }
            Kind::Pset => self.pset = op.a,
            Kind::Nop => {}
            Kind::Halt => {
                self.halted = true;
                bus.recheck();
            }
            Kind::LdX => self.x = self.x & 0xF00 | step,
            Kind::LdY => self.y = self.y & 0xF00 | step,
            Kind::LdIndexR => {
                let value = self.get(op.a, bus, tick);
                self.set_index(op.b, value);
            }
            Kind::LdRIndex => self.set(op.a, self.index(op.b), bus, tick),
            Kind::AdcIndex => {
                let sum = self.index(op.a) + op.b + (self.flags & flag::C);
                self.set_index(op.a, sum & 15);
                self.set_zc(sum & 15, sum > 15);
            }
            Kind::CpIndex => self.compare(self.index(op.a), op.b),
            Kind::LdRi => self.set(op.a, op.b, bus, tick),
            Kind::LdRq => {
                let value = self.get(op.b, bus, tick);
                self.set(op.a, value, bus, tick);
            }
            Kind::LdRMn => {
                let value = bus.ram[usize::from(op.b)];
                self.set(op.a, value, bus, tick);
            }
            Kind::LdMnR => bus.ram[usize::from(op.b)] = if op.a == 0 { self.a } else { self.b },
            Kind::LdpxI => {
                bus.write(self.x, op.a, tick);
                self.x = bump(self.x, 1);
            }
            Kind::LdpxRq => {
                let value = self.get(op.b, bus, tick);
                self.set(op.a, value, bus, tick);
                self.x = bump(self.x, 1);
            }
            Kind::LdpyI => {
                bus.write(self.y, op.a, tick);
                self.y = bump(self.y, 1);
            }
            Kind::LdpyRq => {
                let value = self.get(op.b, bus, tick);
                self.set(op.a, value, bus, tick);
                self.y = bump(self.y, 1);
            }
            Kind::Lbpx => self.store_byte(op.a, bus, tick),
            Kind::SetF => {
                self.flags |= op.a;
                if op.a & flag::I != 0 {
                    self.ei_shadow = true;
                    bus.recheck();
                }
            }
            Kind::RstF => self.flags &= op.a,
            Kind::IncSp => self.sp = self.sp.wrapping_add(1),
            Kind::DecSp => self.sp = self.sp.wrapping_sub(1),
            Kind::PushR => {
                let value = self.get(op.a, bus, tick);
                self.push(value, bus);
            }
            Kind::PushIndex => self.push(self.index(op.a), bus),
            Kind::PushF => self.push(self.flags, bus),
            Kind::PopR => {
                let value = self.pop(bus);
                self.set(op.a, value, bus, tick);
            }
            Kind::PopIndex => {
                let value = self.pop(bus);
                self.set_index(op.a, value);
            }
            Kind::PopF => {
                self.flags = self.pop(bus);
                bus.recheck();
            }
            Kind::LdSphR => self.sp = self.sp & 15 | self.get(op.a, bus, tick) << 4,
            Kind::LdSplR => self.sp = self.sp & 0xF0 | self.get(op.a, bus, tick),
            Kind::LdRSph => self.set(op.a, self.sp >> 4, bus, tick),
            Kind::LdRSpl => self.set(op.a, self.sp & 15, bus, tick),
            Kind::AddRi => self.modify(op.a, bus, tick, |s, v| s.add(v, op.b, 0)),
            Kind::AddRq => self.combine(op, bus, tick, |s, v, q| s.add(v, q, 0)),
            Kind::AdcRi => self.modify(op.a, bus, tick, |s, v| s.add(v, op.b, s.flags & flag::C)),
            Kind::AdcRq => self.combine(op, bus, tick, |s, v, q| s.add(v, q, s.flags & flag::C)),
            Kind::SubRq => self.combine(op, bus, tick, |s, v, q| s.sub(v, q, 0)),
            Kind::SbcRi => self.modify(op.a, bus, tick, |s, v| s.sub(v, op.b, s.flags & flag::C)),
            Kind::SbcRq => self.combine(op, bus, tick, |s, v, q| s.sub(v, q, s.flags & flag::C)),
            Kind::AndRi => self.modify(op.a, bus, tick, |s, v| s.logic(v & op.b)),
            Kind::AndRq => self.combine(op, bus, tick, |s, v, q| s.logic(v & q)),
            Kind::OrRi => self.modify(op.a, bus, tick, |s, v| s.logic(v | op.b)),
            Kind::OrRq => self.combine(op, bus, tick, |s, v, q| s.logic(v | q)),
            Kind::XorRi => self.modify(op.a, bus, tick, |s, v| s.logic(v ^ op.b)),
            Kind::XorRq => self.combine(op, bus, tick, |s, v, q| s.logic(v ^ q)),
            Kind::CpRi => {
                let value = self.get(op.a, bus, tick);
                self.compare(value, op.b);
            }
            Kind::CpRq => {
                let value = self.get(op.a, bus, tick);
                let other = self.get(op.b, bus, tick);
                self.compare(value, other);
            }
            Kind::FanRi => {
                let value = self.get(op.a, bus, tick);
                self.logic(value & op.b);
            }
            Kind::FanRq => {
                let value = self.get(op.a, bus, tick);
                let other = self.get(op.b, bus, tick);
                self.logic(value & other);
            }
            Kind::Rlc => self.modify(op.a, bus, tick, |s, v| {
                let result = v << 1 & 15 | s.flags & flag::C;
                s.set_zc(result, v & 8 != 0);
                result
            }),
            Kind::Rrc => self.modify(op.a, bus, tick, |s, v| {
                let result = v >> 1 | (s.flags & flag::C) << 3;
                s.set_zc(result, v & 1 != 0);
                result
            }),
            Kind::IncMn => {
                let cell = &mut bus.ram[usize::from(op.a)];
                *cell = (*cell + 1) & 15;
                let value = *cell;
                self.set_zc(value, value == 0);
            }
            Kind::DecMn => {
                let cell = &mut bus.ram[usize::from(op.a)];
                *cell = cell.wrapping_sub(1) & 15;
                let value = *cell;
                self.set_zc(value, value == 15);
            }
            Kind::Acpx => {
                let sum = self.memory_sum(self.x, op.a, bus, tick);
                bus.write(self.x, sum, tick);
                self.x = bump(self.x, 1);
            }
            Kind::Acpy => {
                let sum = self.memory_sum(self.y, op.a, bus, tick);
                bus.write(self.y, sum, tick);
                self.y = bump(self.y, 1);
            }
            Kind::Scpx => {
                let difference = self.memory_difference(self.x, op.a, bus, tick);
                bus.write(self.x, difference, tick);
                self.x = bump(self.x, 1);
            }
            Kind::Scpy => {
                let difference = self.memory_difference(self.y, op.a, bus, tick);
                bus.write(self.y, difference, tick);
                self.y = bump(self.y, 1);
            }
            Kind::Undefined => bus.undefined(here, tick),
        }
    }

    #[inline(always)]
    fn branch(&mut self, taken: bool, np: u16, step: u16) {
        if taken {
            self.pc = np << 8 | step;
        }
    }

    /// Operand r or q: A, B, MX or MY.
    #[inline(always)]
    fn get<S: Sink + ?Sized>(&self, r: u8, bus: &mut Bus<'_, S>, tick: u64) -> u8 {
        match r & 3 {
            0 => self.a,
            1 => self.b,
            2 => bus.read(self.x, tick),
            _ => bus.read(self.y, tick),
        }
    }

    #[inline(always)]
    fn set<S: Sink + ?Sized>(&mut self, r: u8, value: u8, bus: &mut Bus<'_, S>, tick: u64) {
        match r & 3 {
            0 => self.a = value,
            1 => self.b = value,
            2 => bus.write(self.x, value, tick),
            _ => bus.write(self.y, value, tick),
        }
    }

    #[inline(always)]
    fn modify<S: Sink + ?Sized>(
        &mut self,
        r: u8,
        bus: &mut Bus<'_, S>,
        tick: u64,
        f: impl FnOnce(&mut Self, u8) -> u8,
    ) {
        let value = self.get(r, bus, tick);
        let result = f(self, value);
        self.set(r, result, bus, tick);
    }

    #[inline(always)]
    fn combine<S: Sink + ?Sized>(
        &mut self,
        op: Op,
        bus: &mut Bus<'_, S>,
        tick: u64,
        f: impl FnOnce(&mut Self, u8, u8) -> u8,
    ) {
        let value = self.get(op.a, bus, tick);
        let other = self.get(op.b, bus, tick);
        let result = f(self, value, other);
        self.set(op.a, result, bus, tick);
    }

    #[inline(always)]
    fn memory_sum<S: Sink + ?Sized>(&mut self, at: u16, r: u8, bus: &mut Bus<'_, S>, tick: u64) -> u8 {
        let value = bus.read(at, tick);
        let other = self.get(r, bus, tick);
        self.add(value, other, self.flags & flag::C)
    }

    #[inline(always)]
    fn memory_difference<S: Sink + ?Sized>(&mut self, at: u16, r: u8, bus: &mut Bus<'_, S>, tick: u64) -> u8 {
        let value = bus.read(at, tick);
        let other = self.get(r, bus, tick);
        self.sub(value, other, self.flags & flag::C)
    }

    #[inline(always)]
    fn set_zc(&mut self, result: u8, carry: bool) {
        self.flags = self.flags & (flag::I | flag::D) | u8::from(result == 0) << 1 | u8::from(carry);
    }

    /// Sum with decimal correction where D is set (CM 2.2.4).
    #[inline(always)]
    fn add(&mut self, v: u8, other: u8, carry: u8) -> u8 {
        let sum = v + other + carry;
        let (result, carry) = if self.flags & flag::D == 0 {
            (sum & 15, sum > 15)
        } else if sum >= 10 {
            ((sum - 10) & 15, true)
        } else {
            (sum, false)
        };
        self.set_zc(result, carry);
        result
    }

    /// Difference with decimal correction where D is set.
    #[inline(always)]
    fn sub(&mut self, v: u8, other: u8, borrow: u8) -> u8 {
        let difference = v.wrapping_sub(other).wrapping_sub(borrow);
        let borrow = difference & 0x80 != 0;
        let corrected = if borrow && self.flags & flag::D != 0 { difference.wrapping_sub(6) } else { difference };
        self.set_zc(corrected & 15, borrow);
        corrected & 15
    }

    #[inline(always)]
    fn compare(&mut self, v: u8, other: u8) {
        self.set_zc(v.wrapping_sub(other) & 15, v < other);
    }

    #[inline(always)]
    fn logic(&mut self, result: u8) -> u8 {
        self.flags = self.flags & !flag::Z | u8::from(result == 0) << 1;
        result
    }

    #[inline(always)]
    fn index(&self, nibble: u8) -> u8 {
        let (register, shift) = locate(nibble, self.x, self.y);
        (register >> shift & 15) as u8
    }

    #[inline(always)]
    fn set_index(&mut self, nibble: u8, value: u8) {
        let (_, shift) = locate(nibble, 0, 0);
        let register = if nibble < index::YP { &mut self.x } else { &mut self.y };
        *register = *register & !(15 << shift) | u16::from(value) << shift;
    }

    /// LBPX and RETD: the low nibble goes to X, the high one to X+1.
    #[inline(always)]
    fn store_byte<S: Sink + ?Sized>(&mut self, byte: u8, bus: &mut Bus<'_, S>, tick: u64) {
        bus.write(self.x, byte & 15, tick);
        bus.write(bump(self.x, 1), byte >> 4, tick);
        self.x = bump(self.x, 2);
    }

    #[inline(always)]
    fn push<S: Sink + ?Sized>(&mut self, value: u8, bus: &mut Bus<'_, S>) {
        self.sp = self.sp.wrapping_sub(1);
        bus.ram[usize::from(self.sp)] = value;
    }

    #[inline(always)]
    fn pop<S: Sink + ?Sized>(&mut self, bus: &mut Bus<'_, S>) -> u8 {
        let value = bus.ram[usize::from(self.sp)];
        self.sp = self.sp.wrapping_add(1);
        value
    }

    #[inline(always)]
    fn push_pc<S: Sink + ?Sized>(&mut self, pc: u16, bus: &mut Bus<'_, S>) {
        self.push((pc >> 8 & 15) as u8, bus);
        self.push((pc >> 4 & 15) as u8, bus);
        self.push((pc & 15) as u8, bus);
    }

    #[inline(always)]
    fn pop_pc<S: Sink + ?Sized>(&mut self, here: u16, bus: &mut Bus<'_, S>) -> u16 {
        let low = u16::from(self.pop(bus));
        let high = u16::from(self.pop(bus));
        let page = u16::from(self.pop(bus));
        here & 0x1000 | page << 8 | high << 4 | low
    }
}

/// X or Y plus `n`: the low eight bits wrap without carry into XP or YP.
#[inline(always)]
fn bump(index: u16, n: u16) -> u16 {
    index & 0xF00 | (index + n) & 0xFF
}

#[inline(always)]
fn locate(nibble: u8, x: u16, y: u16) -> (u16, u16) {
    match nibble {
        index::XP => (x, 8),
        index::XH => (x, 4),
        index::XL => (x, 0),
        index::YP => (y, 8),
        index::YH => (y, 4),
        _ => (y, 0),
    }
}
