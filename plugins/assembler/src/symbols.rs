//! What names mean.

use crate::{
    expression::{Expression, Value},
    source::{Checked, Fault, Span},
};
use std::{collections::HashMap, sync::Arc};

/// How deep one `EQU` may lean on others that are not worked out yet.
const MAX_DEPTH: u32 = 100;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// A place in the ROM.
    Label(u16),
    /// A place in RAM and its size in nibbles.
    Ram(u16, u16),
    /// `EQU`, worked out.
    Constant(Value),
    /// `EQU` of something that is defined later.
    Later(Expression),
    /// `EQU` being worked out right now.
    Busy,
    /// `EQU` that could not be worked out and was complained about.
    Broken,
    /// `SET`: the value of the last one so far.
    Variable(Value),
}

/// A name's meaning and where it was given.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub meaning: Meaning,
    pub span: Span,
}

/// All names but those of macros.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    entries: HashMap<Arc<str>, Entry>,
}

impl Symbols {
    /// The entry of `name`.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// All entries, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.entries.iter()
    }

    /// Gives `name` a meaning, or changes it; the caller has checked that this is allowed.
    pub fn insert(&mut self, name: Arc<str>, meaning: Meaning, span: Span) {
        self.entries.insert(name, Entry { meaning, span });
    }

    /// The value of `name` if it is known at this point of the text.
    pub fn known(&self, name: &str, span: Span) -> Checked<Value> {
        match self.get(name).map(|entry| &entry.meaning) {
            Some(Meaning::Label(address)) => Ok(Value::label(*address)),
            Some(Meaning::Ram(address, _)) => Ok(Value::plain(*address)),
            Some(Meaning::Constant(value) | Meaning::Variable(value)) => Ok(*value),
            Some(Meaning::Broken) => Ok(Value::plain(0)),
            Some(Meaning::Later(_) | Meaning::Busy) | None => {
                Err(Fault::new(span, format!("`{name}` must be defined above this line")))
            }
        }
    }

    /// The value of `name` when the whole text has been read.
    pub fn resolve(&mut self, name: &str, span: Span, depth: u32) -> Checked<Value> {
        let Some(entry) = self.entries.get_mut(name) else {
            return Err(Fault::new(span, format!("`{name}` is not defined")));
        };
        match &entry.meaning {
            // A variable in use is replaced by its value when its line is read, so here it was
            // used too early.
            Meaning::Variable(_) => Err(Fault::new(span, format!("`{name}` is used above its first SET"))),
            Meaning::Busy => Err(Fault::new(span, format!("`{name}` is defined by itself; break the circle"))),
            Meaning::Later(_) if depth >= MAX_DEPTH => Err(Fault::new(
                span,
                "this EQU leans on more than 100 others that are not known yet; define what they need above them",
            )),
            Meaning::Later(_) => {
                let Meaning::Later(expression) = std::mem::replace(&mut entry.meaning, Meaning::Busy) else {
                    return Ok(Value::plain(0));
                };
                let result = expression.resolve(self, depth + 1);
                if let Some(entry) = self.entries.get_mut(name) {
                    entry.meaning = match &result {
                        Ok(value) => Meaning::Constant(*value),
                        Err(_) => Meaning::Broken,
                    };
                }
                result
            }
            _ => self.known(name, span),
        }
    }

    /// The names that [`Symbols::resolve`] still has to work out, last defined first.
    pub fn unresolved(&self) -> Vec<(Arc<str>, Span)> {
        let mut names: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.meaning, Meaning::Later(_)))
            .map(|(name, entry)| (name.clone(), entry.span))
            .collect();
        names.sort_by_key(|(name, span)| std::cmp::Reverse((span.file, span.line, span.column, name.clone())));
        names
    }
}
