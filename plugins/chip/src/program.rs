//! A ROM, decoded once into a table that all toys with it share.

use crate::decode::{Kind, Op, address, slot};
use alloc::{boxed::Box, sync::Arc, vec};

/// Words in the program address space: two banks of sixteen pages of 256 steps.
pub(crate) const SPACE: usize = 8192;
/// Slots in the table: a power of two, so that any index can be brought inside by a mask.
pub(crate) const SLOTS: usize = 16384;
/// The longest loop that is looked at as a polling loop, in words.
const IDLE_WORDS: u16 = 32;

/// A ROM, decoded. Cheap to share: every toy with this ROM holds one [`Arc`].
#[derive(Debug)]
pub struct Program {
    pub(crate) ops: Box<[Op; SLOTS]>,
    words: Box<[u16]>,
}

impl Program {
    /// Decodes `words` (12 bits each, higher bits ignored), placed from address 0. Addresses
    /// beyond them, and beyond 8192, hold the word 000 as on the unpopulated part of the chip.
    #[must_use]
    pub fn new(words: &[u16]) -> Arc<Program> {
        let words: Box<[u16]> = words.iter().take(SPACE).map(|word| word & 0xFFF).collect();
        let wrap = Op { kind: Kind::Wrap, operand: 0, clocks: 0 };
        let mut ops = vec![wrap; SLOTS].into_boxed_slice();
        for pc in 0..SPACE as u16 {
            ops[usize::from(slot(pc))] = fused(&words, pc);
        }
        for pc in 0..SPACE as u16 {
            let op = ops[usize::from(slot(pc))];
            if !closes_idle_loop(&words, pc, op.operand) {
                continue;
            }
            ops[usize::from(slot(pc))].kind = idle(op.kind);
            for inner in address(op.operand)..pc {
                let op = &mut ops[usize::from(slot(inner))];
                if is_jump(word_at(&words, inner)) && address(op.operand) > pc {
                    op.kind = leave(op.kind);
                }
            }
        }
        // The slice was made with exactly SLOTS elements; the fallback never runs.
        let ops = ops.try_into().unwrap_or_else(|_| Box::new([wrap; SLOTS]));
        Arc::new(Program { ops, words })
    }

    /// The words as given.
    #[must_use]
    pub fn words(&self) -> &[u16] {
        &self.words
    }

    /// The instruction at `pc` when a PSET with operand `np` has just been executed.
    pub(crate) fn after_pset(&self, pc: u16, np: u8) -> Op {
        Op::decode(word_at(&self.words, pc), pc, np)
    }
}

fn word_at(words: &[u16], pc: u16) -> u16 {
    words.get(usize::from(pc)).copied().unwrap_or(0)
}

/// The word at `pc`; a PSET is joined with the branch that it is for, and some other pairs are one.
fn fused(words: &[u16], pc: u16) -> Op {
    let op = Op::decode(word_at(words, pc), pc, (pc >> 8) as u8);
    if op.kind != Kind::Pset {
        return pair(words, pc, op);
    }
    if pc & 0xFFF >= 0xFFE {
        // What follows is in slots that are not neighbours.
        return Op { kind: Kind::PsetLast, ..op };
    }
    let second = Op::decode(word_at(words, pc + 1), pc + 1, op.a());
    let kind = match second.kind {
        Kind::Jp => Kind::PsetJp,
        Kind::JpC => Kind::PsetJpC,
        Kind::JpNc => Kind::PsetJpNc,
        Kind::JpZ => Kind::PsetJpZ,
        Kind::JpNz => Kind::PsetJpNz,
        Kind::Jpba => Kind::PsetJpba,
        // The bank, which CALL ignores, would be lost.
        Kind::Call if u16::from(op.a()) >> 4 == pc >> 12 => Kind::PsetCall,
        Kind::Call => Kind::PsetLast,
        Kind::Calz => Kind::Pset,
        _ => return op,
    };
    let operand = if kind == Kind::Pset || kind == Kind::PsetLast { op.operand } else { second.operand };
    Op { kind, operand, ..op }
}

/// `op`, which is at `pc`, joined with the instruction behind it where that is worth while.
fn pair(words: &[u16], pc: u16, op: Op) -> Op {
    if pc & 0xFFF == 0xFFF {
        return op;
    }
    let next = Op::decode(word_at(words, pc + 1), pc + 1, (pc >> 8) as u8);
    match (op.kind, next.kind) {
        (Kind::LdpyYX, Kind::LdpxAA) => Op { kind: Kind::LdpyIncX, operand: copies(words, pc), ..op },
        (Kind::LdX, Kind::LdpyYX) => Op { kind: Kind::LdXLdpy, ..op },
        (Kind::Lbpx, Kind::Lbpx) => Op { kind: Kind::LbpxLbpx, operand: op.operand & 0xFF | next.operand << 8, ..op },
        _ => op,
    }
}

/// How many pairs of LDPY MY,MX and INC X (LDPX A,A) follow from `pc` on in its page, at most 16.
fn copies(words: &[u16], pc: u16) -> u16 {
    let is_pair = |at: u16| {
        let inside = at >> 8 == pc >> 8 && (at + 1) >> 8 == pc >> 8;
        inside && word_at(words, at) == 0xEFE && word_at(words, at + 1) == 0xEE0
    };
    (0..16).take_while(|n| is_pair(pc + 2 * n)).count().max(1) as u16
}

fn idle(kind: Kind) -> Kind {
    match kind {
        Kind::Jp => Kind::JpIdle,
        Kind::JpC => Kind::JpIdleC,
        Kind::JpNc => Kind::JpIdleNc,
        Kind::JpZ => Kind::JpIdleZ,
        Kind::JpNz => Kind::JpIdleNz,
        other => other,
    }
}

fn leave(kind: Kind) -> Kind {
    match kind {
        Kind::Jp => Kind::JpLeave,
        Kind::JpC => Kind::JpLeaveC,
        Kind::JpNc => Kind::JpLeaveNc,
        Kind::JpZ => Kind::JpLeaveZ,
        Kind::JpNz => Kind::JpLeaveNz,
        other => other,
    }
}

/// Whether the jump at `pc` to slot `to` closes a short loop whose instructions change nothing but
/// registers and flags other than I, and in which no other jump goes back.
fn closes_idle_loop(words: &[u16], pc: u16, to: u16) -> bool {
    let head = address(to);
    let back = head <= pc && pc - head < IDLE_WORDS && (head ^ pc) & 0x1000 == 0;
    back && is_jump(word_at(words, pc)) && (head..pc).all(|at| only_reads(words, at))
}

fn is_jump(word: u16) -> bool {
    matches!(word >> 8, 0 | 2 | 3 | 6 | 7)
}

/// Whether the word at `pc` only reads, or jumps forward.
fn only_reads(words: &[u16], pc: u16) -> bool {
    use Kind::*;
    let word = word_at(words, pc);
    let op = Op::decode(word, pc, (pc >> 8) as u8);
    match op.kind {
        Jp | JpC | JpNc | JpZ | JpNz => address(op.operand) > pc,
        Nop | LdX | LdY | AdcIndex | CpIndex | LdAMn | LdBMn | LdAIndex | LdBIndex => true,
        LdIndexA | LdIndexB | LdIndexX | LdIndexY | LdASp | LdBSp => true,
        LdAi | LdBi | AddAi | AddBi | AdcAi | AdcBi | SbcAi | SbcBi | AndAi | AndBi | OrAi | OrBi | XorAi | XorBi => {
            true
        }
        CpAi | CpBi | CpXi | CpYi | FanAi | FanBi | FanXi | FanYi | RlcA | RlcB | RrcA | RrcB => true,
        // I stays as it is.
        SetF => op.a() & 8 == 0,
        RstF => op.a() & 8 != 0,
        // Pairs: comparisons always, the others where the destination is A or B.
        kind => {
            let pair = matches!(word >> 4, 0xA8..=0xAE | 0xEC | 0xEE | 0xEF) && kind != Undefined;
            matches!(word >> 4, 0xF0 | 0xF1) || pair && word & 8 == 0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polling_loop_is_recognised_and_one_that_writes_is_not() {
        // LD A,MX; FAN A,1; JP Z,-2
        let closes = |program: &[u16]| {
            let mut words = vec![0xFFB; 0x200];
            words[0x110..0x110 + program.len()].copy_from_slice(program);
            let kinds: alloc::vec::Vec<Kind> =
                Program::new(&words).ops[0x110..0x118].iter().map(|op| op.kind).collect();
            kinds.contains(&Kind::JpIdleZ)
        };
        assert!(closes(&[0xEC2, 0xD81, 0x610]));
        assert!(!closes(&[0xEC8, 0xD81, 0x610]), "LD MX,A writes");
        assert!(!closes(&[0xEC2, 0xF48, 0x610]), "EI");
        assert!(!closes(&[0xEC2, 0xD81, 0x620]), "forward");
    }
}
