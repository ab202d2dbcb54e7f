//! The E0C6200 instruction set as a table: names, operands, codes and clocks.
//!
//! Source: Epson's core manual and the E0C6S46 technical manual, summary tables. The assembler and
//! the disassembler are driven by this table; it knows nothing about what an instruction does.

use Operand::{Byte, Memory, Nibble, Page, Q, R, Step, Word};

#[cfg(test)]
mod tests;

/// The names of the 2-bit operand `r` or `q`, by code.
pub const REGISTERS: [&str; 4] = ["A", "B", "MX", "MY"];

/// One operand of an instruction: what is written and which bits of the word hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A fixed word, upper case: a register such as `XP` or `F`, or a condition such as `NC`. It
    /// takes no bits of its own.
    Word(&'static str),
    /// First or only register operand `r`, one of [`REGISTERS`], two bits from this bit up (0, 2
    /// or 4).
    R(u8),
    /// Second register operand `q`, one of [`REGISTERS`], bits 1–0.
    Q,
    /// 4-bit immediate `i`, bits 3–0.
    Nibble,
    /// 8-bit immediate `e`, bits 7–0.
    Byte,
    /// 8-bit step address `s` within a page, bits 7–0.
    Step,
    /// 5-bit bank and page `p`, bits 4–0.
    Page,
    /// Memory operand `Mn`: a RAM address 0–15 in bits 3–0.
    Memory,
}

impl Operand {
    /// The bits of the word this operand occupies; 0 for a fixed word.
    pub const fn mask(self) -> u16 {
        match self {
            Word(_) => 0,
            R(shift) => 3 << shift,
            Q => 3,
            Nibble | Memory => 0x00F,
            Byte | Step => 0x0FF,
            Page => 0x01F,
        }
    }

    /// The lowest bit of the word this operand occupies.
    pub const fn shift(self) -> u8 {
        match self {
            R(shift) => shift,
            _ => 0,
        }
    }

    /// This operand's value in `word`, moved down to bit 0.
    pub const fn value(self, word: u16) -> u16 {
        (word & self.mask()) >> self.shift()
    }
}

/// A row of the instruction table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Upper-case name.
    pub mnemonic: &'static str,
    /// The operands as written, from left to right; none to two.
    pub operands: &'static [Operand],
    /// The bits of a word that belong to the instruction, not to an operand.
    pub mask: u16,
    /// The value of those bits.
    pub code: u16,
    /// Clocks: 5, 7 or 12.
    pub clocks: u8,
}

impl Instruction {
    /// Whether `word` (12 bits) is this instruction with some operands.
    pub const fn matches(&self, word: u16) -> bool {
        word & self.mask == self.code && word <= 0xFFF
    }
}

/// A row whose mask is everything that its operands leave over.
const fn row(mnemonic: &'static str, operands: &'static [Operand], code: u16, clocks: u8) -> Instruction {
    let mut mask = 0xFFF;
    let mut n = 0;
    while n < operands.len() {
        mask &= !operands[n].mask();
        n += 1;
    }
    Instruction { mnemonic, operands, mask, code, clocks }
}

/// Every instruction of the core, in order of code; no word matches two. `RLC` has a row for each
/// register, for its two register fields must be equal. `SLP` belongs to the core but not to the
/// E0C6S46.
pub static INSTRUCTIONS: [Instruction; 101] = [
    row("JP", &[Step], 0x000, 5),
    row("RETD", &[Byte], 0x100, 12),
    row("JP", &[Word("C"), Step], 0x200, 5),
    row("JP", &[Word("NC"), Step], 0x300, 5),
    row("CALL", &[Step], 0x400, 7),
    row("CALZ", &[Step], 0x500, 7),
    row("JP", &[Word("Z"), Step], 0x600, 5),
    row("JP", &[Word("NZ"), Step], 0x700, 5),
    row("LD", &[Word("Y"), Byte], 0x800, 5),
    row("LBPX", &[Word("MX"), Byte], 0x900, 5),
    row("ADC", &[Word("XH"), Nibble], 0xA00, 7),
    row("ADC", &[Word("XL"), Nibble], 0xA10, 7),
    row("ADC", &[Word("YH"), Nibble], 0xA20, 7),
    row("ADC", &[Word("YL"), Nibble], 0xA30, 7),
    row("CP", &[Word("XH"), Nibble], 0xA40, 7),
    row("CP", &[Word("XL"), Nibble], 0xA50, 7),
    row("CP", &[Word("YH"), Nibble], 0xA60, 7),
    row("CP", &[Word("YL"), Nibble], 0xA70, 7),
    row("ADD", &[R(2), Q], 0xA80, 7),
    row("ADC", &[R(2), Q], 0xA90, 7),
    row("SUB", &[R(2), Q], 0xAA0, 7),
    row("SBC", &[R(2), Q], 0xAB0, 7),
    row("AND", &[R(2), Q], 0xAC0, 7),
    row("OR", &[R(2), Q], 0xAD0, 7),
    row("XOR", &[R(2), Q], 0xAE0, 7),
    row("RLC", &[Word("A")], 0xAF0, 7),
    row("RLC", &[Word("B")], 0xAF5, 7),
    row("RLC", &[Word("MX")], 0xAFA, 7),
    row("RLC", &[Word("MY")], 0xAFF, 7),
    row("LD", &[Word("X"), Byte], 0xB00, 5),
    row("ADD", &[R(4), Nibble], 0xC00, 7),
    row("ADC", &[R(4), Nibble], 0xC40, 7),
    row("AND", &[R(4), Nibble], 0xC80, 7),
    row("OR", &[R(4), Nibble], 0xCC0, 7),
    row("XOR", &[R(4), Nibble], 0xD00, 7),
    row("SBC", &[R(4), Nibble], 0xD40, 7),
    row("FAN", &[R(4), Nibble], 0xD80, 7),
    row("CP", &[R(4), Nibble], 0xDC0, 7),
    row("LD", &[R(4), Nibble], 0xE00, 5),
    row("PSET", &[Page], 0xE40, 5),
    row("LDPX", &[Word("MX"), Nibble], 0xE60, 5),
    row("LDPY", &[Word("MY"), Nibble], 0xE70, 5),
    row("LD", &[Word("XP"), R(0)], 0xE80, 5),
    row("LD", &[Word("XH"), R(0)], 0xE84, 5),
    row("LD", &[Word("XL"), R(0)], 0xE88, 5),
    row("RRC", &[R(0)], 0xE8C, 5),
    row("LD", &[Word("YP"), R(0)], 0xE90, 5),
    row("LD", &[Word("YH"), R(0)], 0xE94, 5),
    row("LD", &[Word("YL"), R(0)], 0xE98, 5),
    row("LD", &[R(0), Word("XP")], 0xEA0, 5),
    row("LD", &[R(0), Word("XH")], 0xEA4, 5),
    row("LD", &[R(0), Word("XL")], 0xEA8, 5),
    row("LD", &[R(0), Word("YP")], 0xEB0, 5),
    row("LD", &[R(0), Word("YH")], 0xEB4, 5),
    row("LD", &[R(0), Word("YL")], 0xEB8, 5),
    row("LD", &[R(2), Q], 0xEC0, 5),
    row("LDPX", &[R(2), Q], 0xEE0, 5),
    row("LDPY", &[R(2), Q], 0xEF0, 5),
    row("CP", &[R(2), Q], 0xF00, 7),
    row("FAN", &[R(2), Q], 0xF10, 7),
    row("ACPX", &[Word("MX"), R(0)], 0xF28, 7),
    row("ACPY", &[Word("MY"), R(0)], 0xF2C, 7),
    row("SCPX", &[Word("MX"), R(0)], 0xF38, 7),
    row("SCPY", &[Word("MY"), R(0)], 0xF3C, 7),
    row("SET", &[Word("F"), Nibble], 0xF40, 7),
    row("RST", &[Word("F"), Nibble], 0xF50, 7),
    row("INC", &[Memory], 0xF60, 7),
    row("DEC", &[Memory], 0xF70, 7),
    row("LD", &[Memory, Word("A")], 0xF80, 5),
    row("LD", &[Memory, Word("B")], 0xF90, 5),
    row("LD", &[Word("A"), Memory], 0xFA0, 5),
    row("LD", &[Word("B"), Memory], 0xFB0, 5),
    row("PUSH", &[R(0)], 0xFC0, 5),
    row("PUSH", &[Word("XP")], 0xFC4, 5),
    row("PUSH", &[Word("XH")], 0xFC5, 5),
    row("PUSH", &[Word("XL")], 0xFC6, 5),
    row("PUSH", &[Word("YP")], 0xFC7, 5),
    row("PUSH", &[Word("YH")], 0xFC8, 5),
    row("PUSH", &[Word("YL")], 0xFC9, 5),
    row("PUSH", &[Word("F")], 0xFCA, 5),
    row("DEC", &[Word("SP")], 0xFCB, 5),
    row("POP", &[R(0)], 0xFD0, 5),
    row("POP", &[Word("XP")], 0xFD4, 5),
    row("POP", &[Word("XH")], 0xFD5, 5),
    row("POP", &[Word("XL")], 0xFD6, 5),
    row("POP", &[Word("YP")], 0xFD7, 5),
    row("POP", &[Word("YH")], 0xFD8, 5),
    row("POP", &[Word("YL")], 0xFD9, 5),
    row("POP", &[Word("F")], 0xFDA, 5),
    row("INC", &[Word("SP")], 0xFDB, 5),
    row("RETS", &[], 0xFDE, 12),
    row("RET", &[], 0xFDF, 7),
    row("LD", &[Word("SPH"), R(0)], 0xFE0, 5),
    row("LD", &[R(0), Word("SPH")], 0xFE4, 5),
    row("JPBA", &[], 0xFE8, 5),
    row("LD", &[Word("SPL"), R(0)], 0xFF0, 5),
    row("LD", &[R(0), Word("SPL")], 0xFF4, 5),
    row("HALT", &[], 0xFF8, 5),
    row("SLP", &[], 0xFF9, 5),
    row("NOP5", &[], 0xFFB, 5),
    row("NOP7", &[], 0xFFF, 7),
];

/// Second spellings: each names words that [`INSTRUCTIONS`] has under another name.
pub static ALIASES: [Instruction; 11] = [
    row("INC", &[Word("X")], 0xEE0, 5),
    row("INC", &[Word("Y")], 0xEF0, 5),
    row("NOT", &[R(4)], 0xD0F, 7),
    row("SCF", &[], 0xF41, 7),
    row("SZF", &[], 0xF42, 7),
    row("SDF", &[], 0xF44, 7),
    row("EI", &[], 0xF48, 7),
    row("DI", &[], 0xF57, 7),
    row("RDF", &[], 0xF5B, 7),
    row("RZF", &[], 0xF5D, 7),
    row("RCF", &[], 0xF5E, 7),
];

/// The row of each word, `NONE` where there is none.
static ROW_OF_WORD: [u8; 4096] = rows_of_words();

/// No row has this number.
const NONE: u8 = u8::MAX;

/// Writes each row's number at every word that it matches.
const fn rows_of_words() -> [u8; 4096] {
    let mut rows = [NONE; 4096];
    let mut n = 0;
    while n < INSTRUCTIONS.len() {
        let free = !INSTRUCTIONS[n].mask & 0xFFF;
        // Counts through the subsets of the free bits, from all of them down to none.
        let mut bits = free;
        loop {
            rows[(INSTRUCTIONS[n].code | bits) as usize] = n as u8;
            if bits == 0 {
                break;
            }
            bits = (bits - 1) & free;
        }
        n += 1;
    }
    rows
}

/// The instruction that `word` encodes; `None` for the 73 undefined words and for anything above
/// FFFH.
pub fn find(word: u16) -> Option<&'static Instruction> {
    let row = *ROW_OF_WORD.get(usize::from(word))?;
    INSTRUCTIONS.get(usize::from(row))
}

/// The second spelling of `word`, if it has one.
pub fn find_alias(word: u16) -> Option<&'static Instruction> {
    ALIASES.iter().find(|alias| alias.matches(word))
}
