//! Whether a state can belong to a ROM (foreign_saves 2.5, 2.6).

use super::error::ForeignError;
use super::hardware::Hardware;

const HALT: u16 = 0xFF8;
/// Registers that a handler may have pushed above the return address.
const PUSHED: u8 = 9;

/// Whether the E0C6S46 knows a word (e0c6s46.md 5.6); SLP is not among them.
pub(crate) fn is_opcode(word: u16) -> bool {
    let undefined = match word {
        // RLC with unequal fields.
        0xAF0..=0xAFF => word >> 2 & 3 != word & 3,
        0xE9C..=0xE9F | 0xEAC..=0xEAF | 0xEBC..=0xEBF | 0xED0..=0xEDF | 0xF20..=0xF27 | 0xF30..=0xF37 => true,
        0xFCC..=0xFCF | 0xFDC | 0xFDD | 0xFE9..=0xFEF | 0xFF9 | 0xFFA | 0xFFC..=0xFFE => true,
        _ => false,
    };
    word < 0x1000 && !undefined
}

/// Checks a state against the ROM's words and fills in HALT where the format has no flag for it.
pub(super) fn check(hardware: &mut Hardware, words: &[u16]) -> Result<(), ForeignError> {
    let pc = hardware.cpu.pc;
    let word = |address: u16| words.get(usize::from(address)).copied();
    let bank = pc & 0x1000;
    let before = |address: u16, count: u16| bank | address.wrapping_sub(count) & 0xFFF;
    if !word(pc).is_some_and(is_opcode) {
        return Err(ForeignError::OtherRom(format!("there is no instruction at its program counter {pc:04X}")));
    }
    // What was pushed after the call lies below the return address: look a few nibbles up.
    let ram = |offset: u8| hardware.ram.get(usize::from(hardware.cpu.sp.wrapping_add(offset))).copied().unwrap_or(0);
    let is_return = |offset: u8| {
        let address = u16::from(ram(offset)) | u16::from(ram(offset + 1)) << 4 | u16::from(ram(offset + 2)) << 8;
        [1, 2].iter().all(|&count| word(before(address, count)).is_some_and(is_opcode))
    };
    if !(0..=PUSHED).any(is_return) {
        return Err(ForeignError::OtherRom("no return address on its stack leads to instructions".to_owned()));
    }
    // Also true in the instant after a handler returned; then waiting costs one timer period at most.
    hardware.cpu.halted.get_or_insert(word(before(pc, 1)) == Some(HALT));
    Ok(())
}
