//! Expressions of 13-bit unsigned numbers.
//!
//! From the weakest binding to the strongest: `OR XOR`; `AND`; comparisons; `+ -`; `* / MOD SHL
//! SHR`; `HIGH LOW NOT` and signs. True is 1FFFH. They are kept in postfix order, so working one
//! out needs no recursion however long it is.

mod operators;
mod parser;

use crate::{
    source::{Checked, Fault, Span},
    symbols::Symbols,
};
use operators::{Binary, Unary};
pub(crate) use parser::Reader;
use std::sync::Arc;

/// The bits of every value.
pub(crate) const MASK: u16 = 0x1FFF;

/// A value, and whether it is a place in the ROM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// 13 bits; -1 is 1FFFH.
    pub number: u16,
    /// Whether a label is in it. `PSET` and the branches take their part of a label, but plain
    /// numbers as they are.
    pub label: bool,
}

impl Value {
    pub const fn plain(number: u16) -> Self {
        Self { number, label: false }
    }

    pub const fn label(number: u16) -> Self {
        Self { number, label: true }
    }

    /// For messages: the upper half of the range as negative numbers.
    pub fn signed(self) -> i32 {
        let number = i32::from(self.number);
        if self.number > MASK / 2 { number - i32::from(MASK) - 1 } else { number }
    }
}

/// A step of working an expression out.
#[derive(Clone, Debug)]
enum Step {
    Value(Value),
    Symbol(Arc<str>, Span),
    Unary(Unary),
    Binary(Binary, Span),
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    steps: Vec<Step>,
    pub span: Span,
}

impl Expression {
    /// Its value from what is known so far.
    pub fn known(&self, symbols: &Symbols) -> Checked<Value> {
        self.run(&mut |name, span| symbols.known(name, span))
    }

    /// Its value once the whole text has been read; `depth` counts the `EQU` on the way.
    pub fn resolve(&self, symbols: &mut Symbols, depth: u32) -> Checked<Value> {
        self.run(&mut |name, span| symbols.resolve(name, span, depth))
    }

    fn run(&self, look_up: &mut dyn FnMut(&str, Span) -> Checked<Value>) -> Checked<Value> {
        let mut stack = Vec::new();
        let incomplete = || Fault::new(self.span, "this expression is not complete");
        for step in &self.steps {
            let value = match step {
                Step::Value(value) => *value,
                Step::Symbol(name, span) => look_up(name, *span)?,
                Step::Unary(operator) => operator.apply(stack.pop().ok_or_else(incomplete)?),
                Step::Binary(operator, span) => {
                    let right = stack.pop().ok_or_else(incomplete)?;
                    let left = stack.pop().ok_or_else(incomplete)?;
                    operator.apply(left, right).ok_or_else(|| Fault::new(*span, "this divides by zero"))?
                }
            };
            stack.push(value);
        }
        stack.pop().ok_or_else(incomplete)
    }
}
