//! Tokens to expressions.

use super::{Binary, Expression, Step, Unary, Value};
use crate::{
    lexer::{Kind, Token},
    names,
    source::{Checked, Fault, Span},
    symbols::{Meaning, Symbols},
};

/// Parentheses and operators before operands that may be open at once.
const MAX_DEPTH: u32 = 64;

/// Reads expressions at one point of the text.
pub(crate) struct Reader<'a> {
    pub symbols: &'a Symbols,
    /// What `$` is.
    pub location: u16,
    /// The label that `.local` names belong to.
    pub scope: &'a str,
}

impl Reader<'_> {
    /// The expression made of all of `tokens`; `span` is the place to name if there are none.
    pub fn read(&self, tokens: &[Token], span: Span) -> Checked<Expression> {
        let span = match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => return Err(Fault::new(span, "a value is missing here")),
        };
        let mut parse = Parse { reader: self, tokens, at: 0, steps: Vec::new(), end: span };
        parse.binary(1, 0)?;
        if let Some(token) = tokens.get(parse.at) {
            return Err(Fault::new(token.span, "an operator, a comma or the end of the line belongs here"));
        }
        Ok(Expression { steps: parse.steps, span })
    }
}

struct Parse<'a> {
    reader: &'a Reader<'a>,
    tokens: &'a [Token],
    at: usize,
    steps: Vec<Step>,
    end: Span,
}

impl Parse<'_> {
    /// An expression whose operators bind at least as strongly as `strength`.
    fn binary(&mut self, strength: u8, depth: u32) -> Checked<()> {
        self.unary(depth)?;
        while let Some(token) = self.tokens.get(self.at) {
            let spelling = match &token.kind {
                Kind::Name(name) => Binary::spelt(name),
                Kind::Mark(mark) => Binary::spelt(mark),
                _ => None,
            };
            let Some((operator, binds)) = spelling.filter(|(_, binds)| *binds >= strength) else {
                break;
            };
            let span = token.span;
            self.at += 1;
            // A right side of the same strength is left to this loop: equals go left to right.
            self.binary(binds + 1, depth + 1)?;
            self.steps.push(Step::Binary(operator, span));
        }
        Ok(())
    }

    fn unary(&mut self, depth: u32) -> Checked<()> {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(Fault::new(self.end, "this expression ends too early"));
        };
        if depth > MAX_DEPTH {
            return Err(Fault::new(token.span, "this expression is nested too deeply; split it with EQU"));
        }
        self.at += 1;
        match &token.kind {
            Kind::Number(number) => self.steps.push(Step::Value(Value::plain(*number))),
            Kind::Mark("$") => self.steps.push(Step::Value(Value::label(self.reader.location))),
            Kind::Mark("(") => {
                self.binary(1, depth + 1)?;
                self.close(token.span)?;
            }
            Kind::Mark(mark) => {
                let operator = match *mark {
                    "+" => Unary::Plus,
                    "-" => Unary::Minus,
                    "~" => Unary::Not,
                    _ => {
                        return Err(Fault::new(token.span, format!("a value belongs here, not `{mark}`")));
                    }
                };
                self.unary(depth + 1)?;
                self.steps.push(Step::Unary(operator));
            }
            Kind::Name(name) => return self.name(name, token.span, depth),
            Kind::Text(_) => {
                return Err(Fault::new(token.span, "a value belongs here, not a text"));
            }
        }
        Ok(())
    }

    /// A symbol, or an operator or function spelt as a word.
    fn name(&mut self, name: &std::sync::Arc<str>, span: Span, depth: u32) -> Checked<()> {
        let operator = match name.to_ascii_uppercase().as_str() {
            "NOT" => Some(Unary::Not),
            "HIGH" => Some(Unary::High),
            "LOW" => Some(Unary::Low),
            _ => None,
        };
        if let Some(operator) = operator {
            self.unary(depth + 1)?;
            self.steps.push(Step::Unary(operator));
            return Ok(());
        }
        let function = match name.to_ascii_uppercase().as_str() {
            "XP" => Some(Unary::NibbleP),
            "XH" => Some(Unary::NibbleH),
            "XL" => Some(Unary::NibbleL),
            _ => None,
        };
        if let (Some(function), Some(open)) = (function, self.tokens.get(self.at))
            && open.is("(")
        {
            self.at += 1;
            self.binary(1, depth + 1)?;
            self.close(open.span)?;
            self.steps.push(Step::Unary(function));
            return Ok(());
        }
        if let Some(what) = names::reserved(name) {
            return Err(Fault::new(span, format!("`{name}` is {what}; a value belongs here")));
        }
        let full = if name.starts_with('.') { format!("{}{name}", self.reader.scope).into() } else { name.clone() };
        // A variable has the value that it has on this line.
        let meaning = self.reader.symbols.get(&full).map(|entry| &entry.meaning);
        self.steps.push(match meaning {
            Some(Meaning::Variable(value)) => Step::Value(*value),
            _ => Step::Symbol(full, span),
        });
        Ok(())
    }

    /// The parenthesis that closes the one at `open`.
    fn close(&mut self, open: Span) -> Checked<()> {
        match self.tokens.get(self.at) {
            Some(token) if token.is(")") => {
                self.at += 1;
                Ok(())
            }
            _ => Err(Fault::new(open, "this parenthesis is not closed")),
        }
    }
}
