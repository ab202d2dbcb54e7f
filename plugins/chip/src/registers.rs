//! The E0C6200's registers.

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
}
