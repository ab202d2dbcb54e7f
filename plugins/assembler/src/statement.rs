//! One line: its label, and what it asks for.

use crate::{
    lexer::{Kind, Token},
    names,
    session::Session,
    source::{Checked, Fault, Line, Span},
    symbols::Meaning,
};
use std::sync::Arc;

/// The parts between the commas that are in no parentheses; none for no tokens.
pub(crate) fn split(tokens: &[Token]) -> Vec<&[Token]> {
    if tokens.is_empty() {
        return Vec::new();
    }
    let mut depth = 0u32;
    tokens
        .split(|token| {
            if token.is("(") {
                depth += 1;
            } else if token.is(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && token.is(",")
        })
        .collect()
}

/// An error unless `tokens` is empty.
pub(crate) fn nothing_more(tokens: &[Token]) -> Checked<()> {
    match tokens.first() {
        None => Ok(()),
        Some(token) => Err(Fault::new(token.span, "nothing more belongs on this line")),
    }
}

/// Whether `tokens` begin with a directive that needs a name before it.
fn names_something(tokens: &[Token]) -> bool {
    let Some(first) = tokens.first() else {
        return false;
    };
    if first.is_word("SET") {
        // `SET F,8` is an instruction.
        let flags = tokens.get(1).is_some_and(|t| t.is_word("F")) && tokens.get(2).is_some_and(|t| t.is(","));
        return !flags;
    }
    ["EQU", "RES", "MACRO"].iter().any(|word| first.is_word(word))
}

impl Session<'_> {
    /// Does what a line says. `in_column_1`: whether its first word stands in the first column.
    pub(crate) fn statement(&mut self, tokens: &[Token], in_column_1: bool, line: &Line) -> Checked<()> {
        let [first, rest @ ..] = tokens else {
            return Ok(());
        };
        let Kind::Name(name) = &first.kind else {
            return Err(Fault::new(first.span, "a label, an instruction or a directive belongs here"));
        };
        let is_word = names::is_keyword(name) || self.macros.contains_key(name);
        let after = match rest.first() {
            Some(mark) if mark.is(":") => rest.get(1..),
            // `NAME SET` after an instruction's name would be an operand; the others never are.
            Some(word) if is_word && word.is_word("SET") => None,
            _ if is_word => names_something(rest).then_some(rest),
            _ if names_something(rest) || in_column_1 || name.starts_with('.') => Some(rest),
            _ => None,
        };
        let Some(rest) = after else {
            return self.command(first, name, rest, line);
        };
        if names_something(rest)
            && let [directive, rest @ ..] = rest
        {
            return self.naming_directive(first, name, directive, rest, line);
        }
        self.label(name, first.span)?;
        let [command, rest @ ..] = rest else {
            return Ok(());
        };
        match &command.kind {
            Kind::Name(name) => self.command(command, name, rest, line),
            _ => Err(Fault::new(command.span, "an instruction or a directive belongs here")),
        }
    }

    /// A macro call, a directive or an instruction.
    fn command(&mut self, command: &Token, name: &Arc<str>, rest: &[Token], line: &Line) -> Checked<()> {
        if let Some(called) = self.macros.get(name).cloned() {
            return self.call_macro(&called, name, command.span, rest);
        }
        let upper = name.to_ascii_uppercase();
        if names::is_mnemonic(name) {
            return self.instruction(&upper, command.span, rest);
        }
        self.directive(&upper, command.span, rest, line)
    }

    /// Gives the location counter a name.
    fn label(&mut self, name: &Arc<str>, span: Span) -> Checked<()> {
        let address = u16::try_from(self.location)
            .ok()
            .filter(|_| self.location < self.words.len())
            .ok_or_else(|| Fault::new(span, "a label cannot stand above address 1FFFH"))?;
        if let Some(listed) = self.listing.last_mut() {
            listed.address = Some(address);
        }
        let full = if name.starts_with('.') {
            if self.scope.is_empty() {
                return Err(Fault::new(span, format!("the local label `{name}` needs an ordinary label above it")));
            }
            format!("{}{name}", self.scope).into()
        } else {
            name.clone()
        };
        // Names made up for LOCAL leave the caller's local labels alone.
        if !full.contains(['.', '?']) {
            self.scope = full.clone();
        }
        self.define(full, Meaning::Label(address), span)
    }

    /// Gives `name` a meaning unless it has one.
    pub(crate) fn define(&mut self, name: Arc<str>, meaning: Meaning, span: Span) -> Checked<()> {
        let is_variable = |meaning: &Meaning| matches!(meaning, Meaning::Variable(_));
        let again = is_variable(&meaning) && self.symbols.get(&name).is_some_and(|entry| is_variable(&entry.meaning));
        if !again {
            self.check_free(&name, span)?;
        }
        self.symbols.insert(name, meaning, span);
        Ok(())
    }

    /// An error if `name` already means something.
    pub(crate) fn check_free(&self, name: &str, span: Span) -> Checked<()> {
        if let Some(what) = names::reserved(name) {
            return Err(Fault::new(span, format!("`{name}` is {what} and cannot be a name; choose another")));
        }
        let symbol = self.symbols.get(name).map(|entry| entry.span);
        match symbol.or_else(|| self.macros.get(name).map(|found| found.span)) {
            None => Ok(()),
            Some(earlier) => {
                let file = self.sources.name(earlier.file);
                Err(Fault::new(span, format!("`{name}` is already defined at {file}:{}", earlier.line)))
            }
        }
    }
}
