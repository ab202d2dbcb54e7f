//! Instruction words decoded for the run loop: what to do, with which operands.

/// Makes the enum of everything the run loop can do, and rows of it by operand for the decoder.
macro_rules! kinds {
    (
        pairs { $($pairs:ident: $($p:ident)+;)+ }
        singles { $($singles:ident: $($s:ident)+;)+ }
        others { $($(#[$meta:meta])* $other:ident)+ }
    ) => {
        /// What an instruction does. A suffix names operands: A, B, X for MX, Y for MY; the
        /// destination comes first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        pub(crate) enum Kind {
            $($($p,)+)+
            $($($s,)+)+
            $($(#[$meta])* $other,)+
        }
        $(
            /// By `r << 2 | q`.
            const $pairs: [Kind; 16] = [$(Kind::$p),+];
        )+
        $(
            /// By r.
            const $singles: [Kind; 4] = [$(Kind::$s),+];
        )+
    };
}

kinds! {
    pairs {
        LD_RQ: LdAA LdAB LdAX LdAY LdBA LdBB LdBX LdBY LdXA LdXB LdXX LdXY LdYA LdYB LdYX LdYY;
        LDPX_RQ: LdpxAA LdpxAB LdpxAX LdpxAY LdpxBA LdpxBB LdpxBX LdpxBY LdpxXA LdpxXB LdpxXX LdpxXY LdpxYA LdpxYB LdpxYX LdpxYY;
        LDPY_RQ: LdpyAA LdpyAB LdpyAX LdpyAY LdpyBA LdpyBB LdpyBX LdpyBY LdpyXA LdpyXB LdpyXX LdpyXY LdpyYA LdpyYB LdpyYX LdpyYY;
        ADD_RQ: AddAA AddAB AddAX AddAY AddBA AddBB AddBX AddBY AddXA AddXB AddXX AddXY AddYA AddYB AddYX AddYY;
        ADC_RQ: AdcAA AdcAB AdcAX AdcAY AdcBA AdcBB AdcBX AdcBY AdcXA AdcXB AdcXX AdcXY AdcYA AdcYB AdcYX AdcYY;
        SUB_RQ: SubAA SubAB SubAX SubAY SubBA SubBB SubBX SubBY SubXA SubXB SubXX SubXY SubYA SubYB SubYX SubYY;
        SBC_RQ: SbcAA SbcAB SbcAX SbcAY SbcBA SbcBB SbcBX SbcBY SbcXA SbcXB SbcXX SbcXY SbcYA SbcYB SbcYX SbcYY;
        AND_RQ: AndAA AndAB AndAX AndAY AndBA AndBB AndBX AndBY AndXA AndXB AndXX AndXY AndYA AndYB AndYX AndYY;
        OR_RQ: OrAA OrAB OrAX OrAY OrBA OrBB OrBX OrBY OrXA OrXB OrXX OrXY OrYA OrYB OrYX OrYY;
        XOR_RQ: XorAA XorAB XorAX XorAY XorBA XorBB XorBX XorBY XorXA XorXB XorXX XorXY XorYA XorYB XorYX XorYY;
        CP_RQ: CpAA CpAB CpAX CpAY CpBA CpBB CpBX CpBY CpXA CpXB CpXX CpXY CpYA CpYB CpYX CpYY;
        FAN_RQ: FanAA FanAB FanAX FanAY FanBA FanBB FanBX FanBY FanXA FanXB FanXX FanXY FanYA FanYB FanYX FanYY;
    }
    singles {
        LD_RI: LdAi LdBi LdXi LdYi;
        ADD_RI: AddAi AddBi AddXi AddYi;
        ADC_RI: AdcAi AdcBi AdcXi AdcYi;
        SBC_RI: SbcAi SbcBi SbcXi SbcYi;
        AND_RI: AndAi AndBi AndXi AndYi;
        OR_RI: OrAi OrBi OrXi OrYi;
        XOR_RI: XorAi XorBi XorXi XorYi;
        CP_RI: CpAi CpBi CpXi CpYi;
        FAN_RI: FanAi FanBi FanXi FanYi;
        RLC_R: RlcA RlcB RlcX RlcY;
        RRC_R: RrcA RrcB RrcX RrcY;
        ACPX_R: AcpxA AcpxB AcpxX AcpxY;
        ACPY_R: AcpyA AcpyB AcpyX AcpyY;
        SCPX_R: ScpxA ScpxB ScpxX ScpxY;
        SCPY_R: ScpyA ScpyB ScpyX ScpyY;
        PUSH_R: PushA PushB PushX PushY;
        POP_R: PopA PopB PopX PopY;
        LD_INDEX_R: LdIndexA LdIndexB LdIndexX LdIndexY;
        LD_R_INDEX: LdAIndex LdBIndex LdXIndex LdYIndex;
        LD_SP_R: LdSpA LdSpB LdSpX LdSpY;
        LD_R_SP: LdASp LdBSp LdXSp LdYSp;
    }
    others {
        Jp
        JpC
        JpNc
        JpZ
        JpNz
        /// The same where they close a loop that only reads.
        JpIdle
        JpIdleC
        JpIdleNc
        JpIdleZ
        JpIdleNz
        /// The same inside such a loop where they leave it.
        JpLeave
        JpLeaveC
        JpLeaveNc
        JpLeaveZ
        JpLeaveNz
        Jpba
        Call
        Calz
        Ret
        Rets
        Retd
        /// PSET before an instruction that it does not matter to; `a` is the operand.
        Pset
        /// PSET with the branch after it, as one; the operand of PSET is in the branch's target, or
        /// for JPBA all there is.
        PsetJp
        PsetJpC
        PsetJpNc
        PsetJpZ
        PsetJpNz
        PsetJpba
        PsetCall
        /// PSET at the end of a bank.
        PsetLast
        Nop
        Halt
        LdX
        LdY
        /// ADC XH/XL/YH/YL,i: `b` is the place of the nibble, `a` the immediate.
        AdcIndex
        CpIndex
        LdAMn
        LdBMn
        LdMnA
        LdMnB
        LdpxI
        LdpyI
        Lbpx
        SetF
        RstF
        IncSp
        DecSp
        PushIndex
        PushF
        PopIndex
        PopF
        IncMn
        DecMn
        Undefined
        /// What copies and clears pictures, as one: LDPY MY,MX and INC X up to sixteen times; LD X,e
        /// with LDPY MY,MX; LBPX twice.
        LdpyIncX
        LdXLdpy
        LbpxLbpx
        /// No instruction: beyond the last word of a bank its first one follows.
        Wrap
    }
}

/// One decoded word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub(crate) struct Op {
    pub kind: Kind,
    /// Where a branch goes, as a slot of the table; or the operands `a` in the low byte and `b`.
    pub operand: u16,
    /// CPU clocks: 5, 7 or 12.
    pub clocks: u32,
}

impl Op {
    const fn new(kind: Kind, a: u8, b: u8) -> Op {
        Op { kind, operand: a as u16 | (b as u16) << 8, clocks: 0 }
    }

    /// An immediate, or the operand of a PSET.
    #[inline(always)]
    pub fn a(self) -> u8 {
        self.operand as u8
    }

    /// Place of an index nibble: see [`place`]; or 4 for SPH, 0 for SPL.
    #[inline(always)]
    pub fn b(self) -> u8 {
        (self.operand >> 8) as u8
    }
}

/// CPU clocks of a word (e0c6200_isa.csv).
fn clocks(word: u16) -> u32 {
    match (word >> 8, word & 0xFF) {
        (1, _) | (0xF, 0xDE) => 12,
        (4 | 5 | 0xC | 0xD, _) => 7,
        (0xA, 0xF1..=0xF4 | 0xF6..=0xF9 | 0xFB..=0xFE) => 5,
        (0xA, _) => 7,
        (0xF, 0x20..=0x27 | 0x30..=0x37) => 5,
        (0xF, 0..0x80 | 0xDF | 0xFF) => 7,
        _ => 5,
    }
}

/// Places of index nibbles: bit 4 tells Y from X, the rest is the shift.
pub(crate) mod place {
    pub const Y: u8 = 16;
    /// Of XP, XH, XL, YP, YH, YL.
    pub const ALL: [u8; 6] = [8, 4, 0, Y | 8, Y | 4, Y];
}

/// The slot of a 13-bit program address in the table: each bank is followed by a [`Kind::Wrap`].
#[inline(always)]
pub(crate) fn slot(pc: u16) -> u16 {
    (pc & 0x1000) << 1 | pc & 0xFFF
}

/// The address of a slot.
#[inline(always)]
pub(crate) fn address(slot: u16) -> u16 {
    slot >> 1 & 0x1000 | slot & 0xFFF
}

impl Op {
    /// Decodes a 12-bit word (CM, instruction tables; e0c6200_isa.csv) at address `pc` with the
    /// bank and page latch `np`. Undefined words, and SLP, which the chip lacks, become 5-clock
    /// [`Kind::Undefined`].
    pub fn decode(word: u16, pc: u16, np: u8) -> Op {
        Op { clocks: clocks(word), ..Op::effect(word, pc, np) }
    }

    fn effect(word: u16, pc: u16, np: u8) -> Op {
        use Kind::*;
        let (r, q) = (usize::from(word >> 2 & 3), usize::from(word & 3));
        let pair = usize::from(word & 15);
        let (i, e) = ((word & 15) as u8, (word & 255) as u8);
        let wide = usize::from(word >> 4 & 3);
        let np = u16::from(np);
        let jump = slot(np << 8 | word & 255);
        let call = slot(pc & 0x1000 | (np & 15) << 8 | word & 255);
        let calz = slot(pc & 0x1000 | word & 255);
        let op = Op::new;
        let branch = |kind, to| Op { kind, operand: to, clocks: 0 };
        let undefined = op(Undefined, 0, 0);
        match word >> 8 & 15 {
            0x0 => branch(Jp, jump),
            0x1 => op(Retd, e, 0),
            0x2 => branch(JpC, jump),
            0x3 => branch(JpNc, jump),
            0x4 => branch(Call, call),
            0x5 => branch(Calz, calz),
            0x6 => branch(JpZ, jump),
            0x7 => branch(JpNz, jump),
            0x8 => op(LdY, e, 0),
            0x9 => op(Lbpx, e, 0),
            0xA => {
                let nibble = [place::ALL[1], place::ALL[2], place::ALL[4], place::ALL[5]][wide];
                match word >> 4 & 15 {
                    0..=3 => op(AdcIndex, i, nibble),
                    4..=7 => op(CpIndex, i, nibble),
                    0xF if r == q => op(RLC_R[r], 0, 0),
                    0xF => undefined,
                    n => op([ADD_RQ, ADC_RQ, SUB_RQ, SBC_RQ, AND_RQ, OR_RQ, XOR_RQ][usize::from(n) - 8][pair], 0, 0),
                }
            }
            0xB => op(LdX, e, 0),
            0xC => op([ADD_RI, ADC_RI, AND_RI, OR_RI][usize::from(word >> 6 & 3)][wide], i, 0),
            0xD => op([XOR_RI, SBC_RI, FAN_RI, CP_RI][usize::from(word >> 6 & 3)][wide], i, 0),
            0xE => match word >> 4 & 15 {
                0..=3 => op(LD_RI[wide], i, 0),
                4 | 5 => op(Pset, (word & 31) as u8, 0),
                6 => op(LdpxI, i, 0),
                7 => op(LdpyI, i, 0),
                8 if r < 3 => op(LD_INDEX_R[q], 0, place::ALL[r]),
                8 => op(RRC_R[q], 0, 0),
                9 if r < 3 => op(LD_INDEX_R[q], 0, place::ALL[r + 3]),
                0xA if r < 3 => op(LD_R_INDEX[q], 0, place::ALL[r]),
                0xB if r < 3 => op(LD_R_INDEX[q], 0, place::ALL[r + 3]),
                0xC => op(LD_RQ[pair], 0, 0),
                0xE => op(LDPX_RQ[pair], 0, 0),
                0xF => op(LDPY_RQ[pair], 0, 0),
                _ => undefined,
            },
            _ => match word >> 4 & 15 {
                0 => op(CP_RQ[pair], 0, 0),
                1 => op(FAN_RQ[pair], 0, 0),
                2 if r == 2 => op(ACPX_R[q], 0, 0),
                2 if r == 3 => op(ACPY_R[q], 0, 0),
                3 if r == 2 => op(SCPX_R[q], 0, 0),
                3 if r == 3 => op(SCPY_R[q], 0, 0),
                4 => op(SetF, i, 0),
                5 => op(RstF, i, 0),
                6 => op(IncMn, i, 0),
                7 => op(DecMn, i, 0),
                8 => op(LdMnA, i, 0),
                9 => op(LdMnB, i, 0),
                0xA => op(LdAMn, i, 0),
                0xB => op(LdBMn, i, 0),
                0xC => match i {
                    0..=3 => op(PUSH_R[q], 0, 0),
                    4..=9 => op(PushIndex, 0, place::ALL[usize::from(i) - 4]),
                    0xA => op(PushF, 0, 0),
                    0xB => op(DecSp, 0, 0),
                    _ => undefined,
                },
                0xD => match i {
                    0..=3 => op(POP_R[q], 0, 0),
                    4..=9 => op(PopIndex, 0, place::ALL[usize::from(i) - 4]),
                    0xA => op(PopF, 0, 0),
                    0xB => op(IncSp, 0, 0),
                    0xE => op(Rets, 0, 0),
                    0xF => op(Ret, 0, 0),
                    _ => undefined,
                },
                0xE => match r {
                    0 => op(LD_SP_R[q], 0, 4),
                    1 => op(LD_R_SP[q], 0, 4),
                    2 if q == 0 => op(Jpba, np as u8, 0),
                    _ => undefined,
                },
                0xF => match i {
                    0..=3 => op(LD_SP_R[q], 0, 0),
                    4..=7 => op(LD_R_SP[q], 0, 0),
                    8 => op(Halt, 0, 0),
                    0xB => op(Nop, 0, 0),
                    0xF => op(Nop, 0, 0),
                    _ => undefined,
                },
                _ => undefined,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_gaps_agree_with_the_table() {
        for word in 0..4096u16 {
            let op = Op::decode(word, 0x100, 1);
            let row = crate::isa::find(word).filter(|_| word != 0xFF9);
            assert_eq!(op.kind != Kind::Undefined, row.is_some(), "{word:03X}");
            assert_eq!(op.clocks, row.map_or(5, |row| row.clocks.into()), "{word:03X}");
        }
    }

    #[test]
    fn slots_and_addresses_are_inverse() {
        for pc in 0..0x2000 {
            assert_eq!(address(slot(pc)), pc);
        }
    }
}
