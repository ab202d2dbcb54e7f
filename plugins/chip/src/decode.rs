//! Instruction words decoded once per ROM into a table all toys with that ROM share.

use alloc::{boxed::Box, sync::Arc, vec};

/// What an instruction does; operands are in [`Op`]. Groups follow CM's instruction tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Jp,
    JpC,
    JpNc,
    JpZ,
    JpNz,
    Jpba,
    Call,
    Calz,
    Ret,
    Rets,
    Retd,
    Pset,
    Nop,
    Halt,
    LdX,
    LdY,
    /// LD XP/XH/XL/YP/YH/YL,r: `a` is r, `b` the index nibble 0–5.
    LdIndexR,
    /// LD r,XP…YL.
    LdRIndex,
    /// ADC XH/XL/YH/YL,i: `a` is the index nibble, `b` the immediate.
    AdcIndex,
    CpIndex,
    LdRi,
    LdRq,
    LdRMn,
    LdMnR,
    LdpxI,
    LdpxRq,
    LdpyI,
    LdpyRq,
    Lbpx,
    SetF,
    RstF,
    IncSp,
    DecSp,
    PushR,
    PushIndex,
    PushF,
    PopR,
    PopIndex,
    PopF,
    LdSphR,
    LdSplR,
    LdRSph,
    LdRSpl,
    AddRi,
    AddRq,
    AdcRi,
    AdcRq,
    SubRq,
    SbcRi,
    SbcRq,
    AndRi,
    AndRq,
    OrRi,
    OrRq,
    XorRi,
    XorRq,
    CpRi,
    CpRq,
    FanRi,
    FanRq,
    Rlc,
    Rrc,
    IncMn,
    DecMn,
    Acpx,
    Acpy,
    Scpx,
    Scpy,
    Undefined,
}

/// One decoded word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub kind: Kind,
    /// First operand: a register code, an index nibble or an immediate.
    pub a: u8,
    /// Second operand.
    pub b: u8,
    /// CPU clocks: 5, 7 or 12.
    pub clocks: u8,
}

/// Index nibbles as operands of [`Kind::LdIndexR`] and its kin.
pub(crate) mod index {
    pub const XP: u8 = 0;
    pub const XH: u8 = 1;
    pub const XL: u8 = 2;
    pub const YP: u8 = 3;
    pub const YH: u8 = 4;
    pub const YL: u8 = 5;
}

impl Op {
    /// Decodes a 12-bit word (CM, instruction tables; e0c6200_isa.csv). Undefined words, and SLP,
    /// which the E0C6S46 lacks, become 5-clock [`Kind::Undefined`].
    pub fn decode(word: u16) -> Op {
        use Kind::*;
        let (r, q) = ((word >> 2 & 3) as u8, (word & 3) as u8);
        let (i, e) = ((word & 15) as u8, (word & 255) as u8);
        let r_i = (word >> 4 & 3) as u8;
        let op = |kind, a, b, clocks| Op { kind, a, b, clocks };
        match word >> 8 & 15 {
            0x0 => op(Jp, e, 0, 5),
            0x1 => op(Retd, e, 0, 12),
            0x2 => op(JpC, e, 0, 5),
            0x3 => op(JpNc, e, 0, 5),
            0x4 => op(Call, e, 0, 7),
            0x5 => op(Calz, e, 0, 7),
            0x6 => op(JpZ, e, 0, 5),
            0x7 => op(JpNz, e, 0, 5),
            0x8 => op(LdY, e, 0, 5),
            0x9 => op(Lbpx, e, 0, 5),
            0xA => match word >> 4 & 15 {
                n @ 0..=3 => op(AdcIndex, [index::XH, index::XL, index::YH, index::YL][n as usize], i, 7),
                n @ 4..=7 => op(CpIndex, [index::XH, index::XL, index::YH, index::YL][n as usize - 4], i, 7),
                8 => op(AddRq, r, q, 7),
                9 => op(AdcRq, r, q, 7),
                0xA => op(SubRq, r, q, 7),
                0xB => op(SbcRq, r, q, 7),
                0xC => op(AndRq, r, q, 7),
                0xD => op(OrRq, r, q, 7),
                0xE => op(XorRq, r, q, 7),
                _ if r == q => op(Rlc, r, 0, 7),
                _ => op(Undefined, 0, 0, 5),
            },
            0xB => op(LdX, e, 0, 5),
            0xC => op([AddRi, AdcRi, AndRi, OrRi][(word >> 6 & 3) as usize], r_i, i, 7),
            0xD => op([XorRi, SbcRi, FanRi, CpRi][(word >> 6 & 3) as usize], r_i, i, 7),
            0xE => match word >> 4 & 15 {
                0..=3 => op(LdRi, r_i, i, 5),
                4 | 5 => op(Pset, (word & 31) as u8, 0, 5),
                6 => op(LdpxI, i, 0, 5),
                7 => op(LdpyI, i, 0, 5),
                8 if r < 3 => op(LdIndexR, q, r, 5),
                8 => op(Rrc, q, 0, 5),
                9 if r < 3 => op(LdIndexR, q, r + index::YP, 5),
                0xA if r < 3 => op(LdRIndex, q, r, 5),
                0xB if r < 3 => op(LdRIndex, q, r + index::YP, 5),
                0xC => op(LdRq, r, q, 5),
                0xE => op(LdpxRq, r, q, 5),
                0xF => op(LdpyRq, r, q, 5),
                _ => op(Undefined, 0, 0, 5),
            },
            _ => match word >> 4 & 15 {
                0 => op(CpRq, r, q, 7),
                1 => op(FanRq, r, q, 7),
                2 if r == 2 => op(Acpx, q, 0, 7),
                2 if r == 3 => op(Acpy, q, 0, 7),
                3 if r == 2 => op(Scpx, q, 0, 7),
                3 if r == 3 => op(Scpy, q, 0, 7),
                4 => op(SetF, i, 0, 7),
                5 => op(RstF, i, 0, 7),
                6 => op(IncMn, i, 0, 7),
                7 => op(DecMn, i, 0, 7),
                8 => op(LdMnR, 0, i, 5),
                9 => op(LdMnR, 1, i, 5),
                0xA => op(LdRMn, 0, i, 5),
                0xB => op(LdRMn, 1, i, 5),
                0xC => match i {
                    0..=3 => op(PushR, i, 0, 5),
                    4..=9 => op(PushIndex, i - 4, 0, 5),
                    0xA => op(PushF, 0, 0, 5),
                    0xB => op(DecSp, 0, 0, 5),
                    _ => op(Undefined, 0, 0, 5),
                },
                0xD => match i {
                    0..=3 => op(PopR, i, 0, 5),
                    4..=9 => op(PopIndex, i - 4, 0, 5),
                    0xA => op(PopF, 0, 0, 5),
                    0xB => op(IncSp, 0, 0, 5),
                    0xE => op(Rets, 0, 0, 12),
                    0xF => op(Ret, 0, 0, 7),
                    _ => op(Undefined, 0, 0, 5),
                },
                0xE => match r {
                    0 => op(LdSphR, q, 0, 5),
                    1 => op(LdRSph, q, 0, 5),
                    2 if q == 0 => op(Jpba, 0, 0, 5),
                    _ => op(Undefined, 0, 0, 5),
                },
                0xF => match i {
                    0..=3 => op(LdSplR, q, 0, 5),
                    4..=7 => op(LdRSpl, q, 0, 5),
                    8 => op(Halt, 0, 0, 5),
                    0xB => op(Nop, 0, 0, 5),
                    0xF => op(Nop, 0, 0, 7),
                    _ => op(Undefined, 0, 0, 5),
                },
                _ => op(Undefined, 0, 0, 5),
            },
        }
    }
}

/// Words in the program address space: two banks of sixteen pages of 256 steps.
pub(crate) const SPACE: usize = 8192;

/// A ROM, decoded. Cheap to share: every toy with this ROM holds one [`Arc`].
#[derive(Debug)]
pub struct Program {
    pub(crate) ops: Box<[Op; SPACE]>,
    words: Box<[u16]>,
}

impl Program {
    /// Decodes `words` (12 bits each, higher bits ignored), placed from address 0. Addresses
    /// beyond them, and beyond 8192, hold the word 000 as on the unpopulated part of the chip.
    #[must_use]
    pub fn new(words: &[u16]) -> Arc<Program> {
        let words: Box<[u16]> = words.iter().take(SPACE).map(|word| word & 0xFFF).collect();
        let mut ops = vec![Op::decode(0); SPACE].into_boxed_slice();
        for (op, word) in ops.iter_mut().zip(&words) {
            *op = Op::decode(*word);
        }
        // The slice was made with exactly SPACE elements; the fallback never runs.
        let ops = ops.try_into().unwrap_or_else(|_| Box::new([Op::decode(0); SPACE]));
        Arc::new(Program { ops, words })
    }

    /// The words as given.
    #[must_use]
    pub fn words(&self) -> &[u16] {
        &self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_gaps_agree_with_the_table() {
        for word in 0..4096u16 {
            let op = Op::decode(word);
            match crate::isa::find(word) {
                Some(row) if word != 0xFF9 => {
                    assert_ne!(op.kind, Kind::Undefined, "{word:03X} is {}", row.mnemonic);
                    assert_eq!(op.clocks, row.clocks, "{word:03X} is {}", row.mnemonic);
                }
                _ => assert_eq!(op.kind, Kind::Undefined, "{word:03X}"),
            }
        }
    }
}
