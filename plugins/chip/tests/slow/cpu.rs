//! Registers, operands, the stack and the course of one instruction (CM 2).

use super::Slow;
use super::table::decode;
use eggtooth_chip::Edge;

/// Flags in the order of PUSH F.
pub const C: u8 = 1;
/// Zero.
pub const Z: u8 = 2;
/// Decimal mode.
pub const D: u8 = 4;
/// Interrupts enabled.
pub const I: u8 = 8;

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    A,
    B,
    Mx,
    My,
    /// RAM 0–F.
    Mn(u8),
    /// XH:XL.
    X,
    Xp,
    Xh,
    Xl,
    /// YH:YL.
    Y,
    Yp,
    Yh,
    Yl,
    Sp,
    Sph,
    Spl,
    F,
    /// An immediate.
    Value(u8),
    /// A condition: this flag is so.
    If(u8, bool),
}

/// The registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registers {
    /// 13 bits: bank, page, step.
    pub pc: u16,
    /// The new-page latch NBP:NPP.
    pub np: u8,
    pub a: u8,
    pub b: u8,
    /// 12 bits.
    pub x: u16,
    /// 12 bits.
    pub y: u16,
    pub sp: u8,
    /// I D Z C.
    pub flags: u8,
    /// HALT was executed and nothing has ended it.
    pub halted: bool,
    /// PSET was the last instruction.
    pub after_pset: bool,
    /// SET F with bit 3 was the last instruction.
    pub after_ei: bool,
}

impl Default for Registers {
    fn default() -> Registers {
        Registers {
            pc: 0x100,
            np: 1,
            a: 0,
            b: 0,
            x: 0,
            y: 0,
            sp: 0,
            flags: 0,
            halted: false,
            after_pset: false,
            after_ei: false,
        }
    }
}

impl Registers {
    /// A reset keeps A, B, X, Y, SP, Z and C.
    pub fn reset(&mut self) {
        let Registers { a, b, x, y, sp, flags, .. } = *self;
        *self = Registers { a, b, x, y, sp, flags: flags & (C | Z), ..Registers::default() };
    }

    /// Whether a request would be taken at this boundary.
    pub fn interruptible(&self) -> bool {
        self.flags & I != 0 && !self.after_pset && !self.after_ei
    }

    /// The interrupt sequence, but for the push.
    pub fn enter(&mut self, vector: u8) {
        self.flags &= !I;
        self.halted = false;
        self.pc = self.pc & 0x1000 | 0x100 | u16::from(vector);
        self.np = (self.pc >> 8) as u8;
    }

    fn flag(&mut self, flag: u8, on: bool) {
        self.flags = if on { self.flags | flag } else { self.flags & !flag };
    }
}

/// The address after `pc`: step and page count, the bank does not.
pub fn next(pc: u16) -> u16 {
    pc & 0x1000 | (pc + 1) & 0xFFF
}

/// X or Y some nibbles on: XP and YP stay.
pub fn plus(pointer: u16, by: u16) -> u16 {
    pointer & 0xF00 | (pointer + by) & 0xFF
}

impl Slow {
    /// One instruction: everything it does happens now, then its clocks pass.
    pub fn instruction(&mut self) {
        self.remember();
        self.seen.instructions += 1;
        let at = self.r.pc;
        let clock = self.osc3();
        let word = self.words.get(usize::from(at)).copied().unwrap_or(0);
        self.r.after_pset = false;
        self.r.after_ei = false;
        self.r.pc = next(at);
        let clocks = if let Some(found) = decode(word) {
            (found.action)(self, &found.operands);
            found.clocks
        } else {
            self.seen.undefined += 1;
            self.edges.push((self.tick, Edge::UndefinedOpcode(at)));
            5
        };
        if !self.r.after_pset {
            self.r.np = (self.r.pc >> 8) as u8;
        }
        self.spend(clocks, clock);
    }

    /// The value of an operand, as the program reads it.
    pub fn get(&mut self, place: Place) -> u8 {
        let r = &self.r;
        let nibble = |pointer: u16, at: u16| (pointer >> at & 15) as u8;
        match place {
            Place::A => r.a,
            Place::B => r.b,
            Place::Mx => self.read(r.x),
            Place::My => self.read(r.y),
            Place::Mn(n) => self.read(n.into()),
            Place::X => r.x as u8,
            Place::Xp => nibble(r.x, 8),
            Place::Xh => nibble(r.x, 4),
            Place::Xl => nibble(r.x, 0),
            Place::Y => r.y as u8,
            Place::Yp => nibble(r.y, 8),
            Place::Yh => nibble(r.y, 4),
            Place::Yl => nibble(r.y, 0),
            Place::Sp => r.sp,
            Place::Sph => r.sp >> 4,
            Place::Spl => r.sp & 15,
            Place::F => r.flags,
            Place::Value(value) => value,
            Place::If(flag, set) => u8::from((r.flags & flag != 0) == set),
        }
    }

    /// Writes an operand.
    pub fn put(&mut self, place: Place, value: u8) {
        let r = &mut self.r;
        let nibble = |pointer: &mut u16, at: u16| *pointer = *pointer & !(15 << at) | u16::from(value & 15) << at;
        match place {
            Place::A => r.a = value & 15,
            Place::B => r.b = value & 15,
            Place::Mx => self.write(self.r.x, value),
            Place::My => self.write(self.r.y, value),
            Place::Mn(n) => self.write(n.into(), value),
            Place::X => r.x = r.x & 0xF00 | u16::from(value),
            Place::Xp => nibble(&mut r.x, 8),
            Place::Xh => nibble(&mut r.x, 4),
            Place::Xl => nibble(&mut r.x, 0),
            Place::Y => r.y = r.y & 0xF00 | u16::from(value),
            Place::Yp => nibble(&mut r.y, 8),
            Place::Yh => nibble(&mut r.y, 4),
            Place::Yl => nibble(&mut r.y, 0),
            Place::Sp => r.sp = value,
            Place::Sph => r.sp = r.sp & 15 | (value & 15) << 4,
            Place::Spl => r.sp = r.sp & 0xF0 | value & 15,
            Place::F => r.flags = value & 15,
            Place::Value(_) | Place::If(..) => unreachable!("the table writes no immediate"),
        }
    }

    /// Z by a result.
    pub fn zero(&mut self, result: u8) {
        self.r.flag(Z, result & 15 == 0);
    }

    /// C as given.
    pub fn carry(&mut self, on: bool) {
        self.r.flag(C, on);
    }

    /// A nibble onto the stack.
    pub fn push_nibble(&mut self, value: u8) {
        self.r.sp = self.r.sp.wrapping_sub(1);
        self.write(self.r.sp.into(), value & 15);
    }

    /// A nibble off the stack.
    pub fn pop_nibble(&mut self) -> u8 {
        let value = self.read(self.r.sp.into());
        self.r.sp = self.r.sp.wrapping_add(1);
        value
    }

    /// Page, step high, step low onto the stack.
    pub fn push_pc(&mut self, pc: u16) {
        self.push_nibble((pc >> 8) as u8);
        self.push_nibble((pc >> 4) as u8);
        self.push_nibble(pc as u8);
    }

    /// Step low, step high, page off the stack; the bank stays.
    pub fn pop_pc(&mut self) {
        let low = self.pop_nibble();
        let high = self.pop_nibble();
        let page = self.pop_nibble();
        self.r.pc = self.r.pc & 0x1000 | u16::from(page) << 8 | u16::from(high) << 4 | u16::from(low);
    }
}
