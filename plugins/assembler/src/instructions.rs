//! Instructions: operands to the row of the table that takes them.

use crate::{
    lexer::Token,
    link::Field,
    names,
    session::Session,
    source::{Checked, Fault, Span},
    statement::split,
};
use eggtooth_chip::isa::{self, Instruction, Operand};
use std::fmt::Write;

/// The code of `PSET` to page 0 of bank 0.
pub(crate) const PSET: u16 = 0xE40;
/// The code of `CALL` to step 0.
const CALL: u16 = 0x400;

/// An operand by its looks.
enum Written<'a> {
    /// A register or a condition, in upper case.
    Word(String),
    /// `Mn`.
    MemoryNumber(u16),
    /// What is between the parentheses of `M(…)`.
    Memory(&'a [Token]),
    /// Anything else: an expression.
    Value(&'a [Token]),
}

fn looks(tokens: &[Token]) -> Written<'_> {
    match tokens {
        [token] => match token.name() {
            Some(name) if names::is_operand(name) => Written::Word(name.to_ascii_uppercase()),
            Some(name) => match names::memory_operand(name) {
                Some(number) => Written::MemoryNumber(number),
                None => Written::Value(tokens),
            },
            None => Written::Value(tokens),
        },
        [m, open, inner @ .., close] if m.is_word("M") && open.is("(") && close.is(")") => Written::Memory(inner),
        _ => Written::Value(tokens),
    }
}

/// The code of a register that can be an `r` or a `q`.
fn register(written: &Written) -> Option<u16> {
    let Written::Word(word) = written else {
        return None;
    };
    (0u16..).zip(isa::REGISTERS).find(|(_, r)| r == word).map(|(code, _)| code)
}

fn accepts(operand: Operand, written: &Written) -> bool {
    match operand {
        Operand::Word(word) => matches!(written, Written::Word(w) if w == word),
        Operand::R(_) | Operand::Q => register(written).is_some(),
        Operand::Memory => matches!(written, Written::Memory(_) | Written::MemoryNumber(_)),
        Operand::Nibble | Operand::Byte | Operand::Step | Operand::Page => {
            matches!(written, Written::Value(_))
        }
    }
}

/// All rows that an instruction's name has.
fn rows(mnemonic: &str) -> impl Iterator<Item = &'static Instruction> {
    isa::ALIASES.iter().chain(&isa::INSTRUCTIONS).filter(move |row| row.mnemonic == mnemonic)
}

/// The operands that `mnemonic` takes, for messages.
fn forms(mnemonic: &str) -> String {
    let mut text = String::new();
    for row in rows(mnemonic) {
        let operands: Vec<_> = row
            .operands
            .iter()
            .map(|operand| match operand {
                Operand::Word(word) => word,
                Operand::R(_) => "r",
                Operand::Q => "q",
                Operand::Nibble => "i",
                Operand::Byte => "e",
                Operand::Step => "label",
                Operand::Page => "p",
                Operand::Memory => "Mn",
            })
            .collect();
        let separator = if text.is_empty() { "" } else { "; " };
        let operands = if operands.is_empty() { "none".to_string() } else { operands.join(",") };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{operands}");
    }
    text
}

impl Session<'_> {
    /// Assembles one instruction; `mnemonic` is in upper case.
    pub(crate) fn instruction(&mut self, mnemonic: &str, span: Span, rest: &[Token]) -> Checked<()> {
        let parts = split(rest);
        if parts.iter().any(|part| part.is_empty()) {
            return Err(Fault::new(span, "an operand is missing beside the comma"));
        }
        let written: Vec<_> = parts.iter().map(|part| looks(part)).collect();
        let row = rows(mnemonic).find(|row| {
            row.operands.len() == written.len() && row.operands.iter().zip(&written).all(|(o, w)| accepts(*o, w))
        });
        let Some(row) = row else {
            let place = match (rest.first(), rest.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => span,
            };
            return Err(Fault::new(
                place,
                format!("{mnemonic} does not take these operands; it takes {}", forms(mnemonic)),
            ));
        };
        let mut code = row.code;
        let mut later = None;
        for ((operand, written), part) in row.operands.iter().zip(&written).zip(parts) {
            let place = match (part.first(), part.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => span,
            };
            match written {
                Written::Word(_) => {
                    code |= register(written).unwrap_or(0) << operand.shift() & operand.mask();
                }
                Written::MemoryNumber(number) if *number <= 15 => code |= number,
                Written::MemoryNumber(number) => {
                    return Err(Fault::new(place, format!("the address {number} of `Mn` is outside 0 to 15")));
                }
                Written::Memory(tokens) => {
                    later = Some((Field::Memory, self.expression(tokens, place)?));
                }
                Written::Value(tokens) => {
                    let field = match (operand, mnemonic) {
                        (Operand::Page, _) => Field::Page,
                        (Operand::Byte, _) => Field::Byte,
                        (Operand::Step, "CALL") => Field::Call,
                        (Operand::Step, "CALZ") => Field::Calz,
                        (Operand::Step, _) => Field::Jump,
                        _ => Field::Nibble,
                    };
                    later = Some((field, self.expression(tokens, place)?));
                }
            }
        }
        match later {
            Some((field, value)) => self.emit_later(code, field, value, span),
            None => {
                self.emit(code, span);
            }
        }
        Ok(())
    }

    /// `JPM [cc,]label`: `PSET` and `JP`.
    pub(crate) fn far_jump(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let parts = split(rest);
        let (condition, target) = match parts.as_slice() {
            [target] => (None, *target),
            [condition, target] => (Some(*condition), *target),
            _ => return Err(Fault::new(span, "JPM takes `label` or `condition,label`")),
        };
        let row = rows("JP").find(|row| match (condition, row.operands) {
            (None, [Operand::Step]) => true,
            (Some([token]), [Operand::Word(word), Operand::Step]) => token.is_word(word),
            _ => false,
        });
        let Some(row) = row else {
            let place = condition.and_then(|c| c.first()).map_or(span, |t| t.span);
            return Err(Fault::new(place, "the condition of JPM is C, NC, Z or NZ"));
        };
        let target = self.expression(target, span)?;
        self.emit_later(PSET, Field::FarPage, target.clone(), span);
        self.emit_later(row.code, Field::FarStep, target, span);
        Ok(())
    }

    /// `CALLM label`: `PSET` and `CALL`.
    pub(crate) fn far_call(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let target = self.expression(rest, span)?;
        self.emit_later(PSET, Field::FarPage, target.clone(), span);
        self.emit_later(CALL, Field::FarCall, target, span);
        Ok(())
    }
}
