//! Words that have a meaning of their own and so cannot name symbols.

use crate::lexer;
use eggtooth_chip::isa;

/// Every directive, and the two instructions that the assembler adds.
pub(crate) const DIRECTIVES: [&str; 24] = [
    "ORG", "BANK", "PAGE", "SECTION", "ALIGN", "EQU", "SET", "DW", "RAM", "RES", "INCLUDE", "MACRO", "ENDM", "LOCAL",
    "IF", "ELSE", "ENDIF", "REPT", "END", "FITS", "PIXELS", "ENDP", "JPM", "CALLM",
];

/// Registers and conditions.
const OPERANDS: [&str; 21] = [
    "A", "B", "X", "Y", "XP", "XH", "XL", "YP", "YH", "YL", "SP", "SPH", "SPL", "F", "MX", "MY", "M", "C", "NC", "Z",
    "NZ",
];

/// Operators and functions spelt as words.
const OPERATORS: [&str; 15] =
    ["AND", "OR", "XOR", "NOT", "MOD", "SHL", "SHR", "HIGH", "LOW", "EQ", "NE", "LT", "LE", "GT", "GE"];

fn any(words: &[&str], name: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Whether `name` is an instruction of the chip.
pub(crate) fn is_mnemonic(name: &str) -> bool {
    isa::INSTRUCTIONS.iter().chain(&isa::ALIASES).any(|row| row.mnemonic.eq_ignore_ascii_case(name))
}

/// Whether `name` stands where an instruction stands.
pub(crate) fn is_keyword(name: &str) -> bool {
    is_mnemonic(name) || any(&DIRECTIVES, name)
}

/// Whether `name` is a register or a condition.
pub(crate) fn is_operand(name: &str) -> bool {
    any(&OPERANDS, name)
}

/// The address in a memory operand `Mn`, such as 10 in `M0AH`; not checked to be below 16.
pub(crate) fn memory_operand(name: &str) -> Option<u16> {
    let digits = name.strip_prefix(['M', 'm'])?;
    if digits.starts_with(|c: char| c.is_ascii_digit()) { lexer::number(digits).ok() } else { None }
}

/// What `name` already means, if it cannot name a symbol.
pub(crate) fn reserved(name: &str) -> Option<&'static str> {
    if is_mnemonic(name) {
        Some("an instruction")
    } else if any(&DIRECTIVES, name) {
        Some("a directive")
    } else if is_operand(name) {
        Some("a register or a condition")
    } else if memory_operand(name).is_some() {
        Some("a memory operand")
    } else if any(&OPERATORS, name) {
        Some("an operator")
    } else {
        None
    }
}
