//! Blocks of lines: conditions, repetitions and macros.

use crate::{
    lexer::{Kind, Token, keyword},
    session::{FrameKind, OpenIf, Session, Substitutes},
    source::{Checked, Fault, Line, Span},
    statement::{nothing_more, split},
};
use std::sync::Arc;

/// A macro.
#[derive(Debug)]
pub(crate) struct Macro {
    /// Where its name stands.
    pub span: Span,
    parameters: Vec<Arc<str>>,
    lines: Arc<[Line]>,
}

/// A block's lines, and the line that ended it.
pub(crate) struct Block {
    pub lines: Vec<Line>,
    /// The ending line's directive, in upper case.
    pub end: &'static str,
    pub end_line: Line,
}

impl Session<'_> {
    /// Takes lines up to one whose directive is in `ends`, which is taken too. A directive in
    /// `openers` starts a block inside this one, which the last of `ends` closes. `None` if there
    /// is no such line; then all the rest is taken.
    pub(crate) fn take_block(&mut self, openers: &[&str], ends: &[&str]) -> Option<Block> {
        let mut lines = Vec::new();
        let mut depth = 0u32;
        loop {
            let frame = self.frames.last_mut()?;
            let line = frame.lines.get(frame.at)?.clone();
            frame.at += 1;
            if matches!(frame.kind, FrameKind::Source(_)) {
                self.list(&line);
            }
            if !self.spend_line(line.span()) {
                return None;
            }
            let word = keyword(&line.text);
            if openers.contains(&word) {
                depth += 1;
            } else if depth == 0 && ends.contains(&word) {
                return Some(Block { lines, end: word, end_line: line });
            } else if ends.last() == Some(&word) {
                depth -= 1;
            }
            lines.push(line);
        }
    }

    pub(crate) fn start_if(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        // A condition that cannot be worked out is complained about once and taken as true.
        let value = self.value(rest, span);
        let holds = value.as_ref().map_or(true, |value| value.number != 0);
        let after_else = if holds {
            false
        } else {
            let block =
                self.take_block(&["IF"], &["ELSE", "ENDIF"]).ok_or_else(|| Fault::new(span, "this IF has no ENDIF"))?;
            if block.end == "ENDIF" {
                return Ok(());
            }
            true
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.open_ifs.push(OpenIf { span, after_else });
        }
        value.map(|_| ())
    }

    /// `ELSE` after lines that were read: what follows is passed over.
    pub(crate) fn start_else(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        nothing_more(rest)?;
        let open = self.frames.last_mut().and_then(|f| f.open_ifs.pop());
        match open {
            None => Err(Fault::new(span, "this ELSE belongs to no IF")),
            Some(open) if open.after_else => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.open_ifs.push(open);
                }
                Err(Fault::new(span, "this IF already has an ELSE"))
            }
            Some(open) => {
                let block = self
                    .take_block(&["IF"], &["ELSE", "ENDIF"])
                    .ok_or_else(|| Fault::new(open.span, "this IF has no ENDIF"))?;
                if block.end == "ENDIF" {
                    return Ok(());
                }
                if let Some(frame) = self.frames.last_mut() {
                    frame.open_ifs.push(OpenIf { after_else: true, ..open });
                }
                Err(Fault::new(block.end_line.span(), "this IF already has an ELSE"))
            }
        }
    }

    pub(crate) fn end_if(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        nothing_more(rest)?;
        match self.frames.last_mut().and_then(|f| f.open_ifs.pop()) {
            Some(_) => Ok(()),
            None => Err(Fault::new(span, "this ENDIF belongs to no IF")),
        }
    }

    pub(crate) fn repeat(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let times = self.number(rest, span, crate::expression::MASK);
        let block =
            self.take_block(&["MACRO", "REPT"], &["ENDM"]).ok_or_else(|| Fault::new(span, "this REPT has no ENDM"))?;
        let times = times?;
        if times == 0 || block.lines.is_empty() {
            return Ok(());
        }
        let start = self.frames.last().map(|frame| frame.substitutes.clone()).unwrap_or_default();
        let kind = FrameKind::Repeat { left: u32::from(times) - 1, start: start.clone() };
        self.open(block.lines.into(), kind, start, "the REPT", span)
    }

    pub(crate) fn define_macro(&mut self, name: &Arc<str>, span: Span, rest: &[Token], line: &Line) -> Checked<()> {
        let block = self
            .take_block(&["MACRO", "REPT"], &["ENDM"])
            .ok_or_else(|| Fault::new(span, format!("the macro `{name}` has no ENDM")))?;
        let at_top = |kind: &FrameKind| matches!(kind, FrameKind::Source(_));
        if !self.frames.iter().all(|frame| at_top(&frame.kind)) {
            return Err(Fault::new(line.span(), "a macro cannot be defined inside a macro or a repetition"));
        }
        let mut parameters: Vec<Arc<str>> = Vec::new();
        for part in split(rest) {
            match part {
                [Token { kind: Kind::Name(name), span }] => {
                    if parameters.contains(name) {
                        return Err(Fault::new(*span, format!("the macro has two parameters `{name}`")));
                    }
                    parameters.push(name.clone());
                }
                _ => {
                    let place = part.first().map_or(span, |token| token.span);
                    return Err(Fault::new(place, "a parameter is one name"));
                }
            }
        }
        if name.contains('.') {
            return Err(Fault::new(span, "a macro's name has no point"));
        }
        self.check_free(name, span)?;
        self.macros.insert(name.clone(), Arc::new(Macro { span, parameters, lines: block.lines.into() }));
        Ok(())
    }

    pub(crate) fn call_macro(&mut self, called: &Macro, name: &str, span: Span, rest: &[Token]) -> Checked<()> {
        let arguments = split(rest);
        let wanted = called.parameters.len();
        if arguments.len() != wanted {
            let place = rest.first().map_or(span, |token| token.span);
            return Err(Fault::new(
                place,
                format!("wrong number of arguments for the macro `{name}`: {} instead of {wanted}", arguments.len()),
            ));
        }
        let substitutes = called.parameters.iter().cloned().zip(arguments.into_iter().map(Arc::from)).collect();
        let what = format!("the macro `{name}` called");
        let lines = called.lines.clone();
        self.open(lines, FrameKind::Macro, substitutes, &what, span)
    }

    /// `LOCAL x,y`: names of their own in this call of the macro.
    pub(crate) fn make_local(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let mut made = Substitutes::new();
        for part in split(rest) {
            let [token] = part else {
                return Err(Fault::new(span, "LOCAL takes names between commas"));
            };
            let Some(name) = token.name().filter(|name| !name.contains(['.', '?'])) else {
                return Err(Fault::new(token.span, "LOCAL takes names without a point"));
            };
            // No name in a source has a question mark.
            let unique = Token { kind: Kind::Name(format!("{name}?{}", self.made_up).into()), span: token.span };
            made.insert(name.clone(), [unique].into());
        }
        self.made_up += 1;
        match self.frames.last_mut() {
            Some(frame) if !matches!(frame.kind, FrameKind::Source(_)) => {
                frame.substitutes.extend(made);
                Ok(())
            }
            _ => Err(Fault::new(span, "LOCAL belongs in a macro or a repetition")),
        }
    }
}
