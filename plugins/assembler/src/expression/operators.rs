//! What the operators do to 13-bit numbers.

use super::{MASK, Value};

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Plus,
    Minus,
    Not,
    /// Bits 12–8: bank and page.
    High,
    /// Bits 7–0.
    Low,
    /// Bits 11–8, for `XP`.
    NibbleP,
    /// Bits 7–4, for `XH`.
    NibbleH,
    /// Bits 3–0, for `XL`.
    NibbleL,
}

impl Unary {
    pub fn apply(self, value: Value) -> Value {
        let number = value.number;
        match self {
            Unary::Plus => value,
            Unary::Minus => Value::plain(0u16.wrapping_sub(number) & MASK),
            Unary::Not => Value::plain(!number & MASK),
            Unary::High => Value::plain(number >> 8),
            Unary::Low => Value::plain(number & 0xFF),
            Unary::NibbleP => Value::plain(number >> 8 & 0xF),
            Unary::NibbleH => Value::plain(number >> 4 & 0xF),
            Unary::NibbleL => Value::plain(number & 0xF),
        }
    }
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    Xor,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    ShiftLeft,
    ShiftRight,
}

/// Every spelling, with how strongly it binds.
const SPELLINGS: [(&str, Binary, u8); 28] = [
    ("OR", Binary::Or, 1),
    ("|", Binary::Or, 1),
    ("XOR", Binary::Xor, 1),
    ("^", Binary::Xor, 1),
    ("AND", Binary::And, 2),
    ("&", Binary::And, 2),
    ("EQ", Binary::Equal, 3),
    ("==", Binary::Equal, 3),
    ("NE", Binary::NotEqual, 3),
    ("!=", Binary::NotEqual, 3),
    ("LT", Binary::Less, 3),
    ("<", Binary::Less, 3),
    ("LE", Binary::LessOrEqual, 3),
    ("<=", Binary::LessOrEqual, 3),
    ("GT", Binary::Greater, 3),
    (">", Binary::Greater, 3),
    ("GE", Binary::GreaterOrEqual, 3),
    (">=", Binary::GreaterOrEqual, 3),
    ("+", Binary::Add, 4),
    ("-", Binary::Subtract, 4),
    ("*", Binary::Multiply, 5),
    ("/", Binary::Divide, 5),
    ("MOD", Binary::Modulo, 5),
    ("%", Binary::Modulo, 5),
    ("SHL", Binary::ShiftLeft, 5),
    ("<<", Binary::ShiftLeft, 5),
    ("SHR", Binary::ShiftRight, 5),
    (">>", Binary::ShiftRight, 5),
];

impl Binary {
    /// The operator spelt `text` in any case, and how strongly it binds: 1 weakest, 5 strongest.
    pub fn spelt(text: &str) -> Option<(Self, u8)> {
        SPELLINGS
            .iter()
            .find(|(spelling, ..)| spelling.eq_ignore_ascii_case(text))
            .map(|(_, operator, strength)| (*operator, *strength))
    }

    /// The result; `None` for a division by zero.
    pub fn apply(self, left: Value, right: Value) -> Option<Value> {
        let (a, b) = (left.number, right.number);
        let truth = |holds: bool| if holds { MASK } else { 0 };
        let shift = u32::from(b);
        let number = match self {
            Binary::Or => a | b,
            Binary::Xor => a ^ b,
            Binary::And => a & b,
            Binary::Equal => truth(a == b),
            Binary::NotEqual => truth(a != b),
            Binary::Less => truth(a < b),
            Binary::LessOrEqual => truth(a <= b),
            Binary::Greater => truth(a > b),
            Binary::GreaterOrEqual => truth(a >= b),
            Binary::Add => a.wrapping_add(b),
            Binary::Subtract => a.wrapping_sub(b),
            Binary::Multiply => a.wrapping_mul(b),
            Binary::Divide => a.checked_div(b)?,
            Binary::Modulo => a.checked_rem(b)?,
            Binary::ShiftLeft => a.checked_shl(shift).unwrap_or(0),
            Binary::ShiftRight => a.checked_shr(shift).unwrap_or(0),
        };
        // The distance of two labels is no place, nor is whether they are equal.
        let label = match self {
            Binary::Subtract => left.label && !right.label,
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Greater
            | Binary::GreaterOrEqual => false,
            _ => left.label || right.label,
        };
        Some(Value { number: number & MASK, label })
    }
}
