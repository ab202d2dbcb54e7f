//! Directives that place, name and include.

use crate::{
    expression::MASK,
    lexer::{Kind, Token},
    link::Field,
    session::{FrameKind, Session, Substitutes},
    source::{Checked, Fault, Line, Span, join},
    statement::{nothing_more, split},
    symbols::Meaning,
};
use std::sync::Arc;

/// Nibbles that a data address can name.
const RAM_SPACE: u16 = 0x1000;

impl Session<'_> {
    /// A directive without a name before it; `name` is in upper case.
    pub(crate) fn directive(&mut self, name: &str, span: Span, rest: &[Token], line: &Line) -> Checked<()> {
        match name {
            "ORG" => {
                self.location = usize::from(self.number(rest, span, MASK)?);
                self.bank = self.location >> 12;
            }
            "BANK" => {
                self.bank = usize::from(self.number(rest, span, 1)?);
                self.location = self.bank << 12;
            }
            "PAGE" => {
                let page = usize::from(self.number(rest, span, 15)?);
                self.location = self.bank << 12 | page << 8;
            }
            "SECTION" => {
                nothing_more(rest)?;
                self.location = self.location.next_multiple_of(16);
            }
            "ALIGN" => {
                let step = usize::from(self.number(rest, span, MASK)?);
                if step == 0 {
                    return Err(Fault::new(span, "ALIGN needs 1 or more"));
                }
                self.location = self.location.next_multiple_of(step).min(self.words.len());
            }
            "FITS" => self.fits(rest, span)?,
            "DW" => self.data(rest, span)?,
            "RAM" => self.ram = self.number(rest, span, RAM_SPACE - 1)?,
            "RES" => {
                self.reserve(rest, span)?;
            }
            "INCLUDE" => self.include(rest, span)?,
            "IF" => self.start_if(rest, span)?,
            "ELSE" => self.start_else(rest, span)?,
            "ENDIF" => self.end_if(rest, span)?,
            "REPT" => self.repeat(rest, span)?,
            "LOCAL" => self.make_local(rest, span)?,
            "PIXELS" => self.pixels(rest, span)?,
            "JPM" => self.far_jump(rest, span)?,
            "CALLM" => self.far_call(rest, span)?,
            "END" => {
                nothing_more(rest)?;
                self.finished = true;
            }
            "EQU" | "SET" | "MACRO" => {
                return Err(Fault::new(span, format!("{name} needs a name before it, as in `name {name} …`")));
            }
            "ENDM" => return Err(Fault::new(span, "this ENDM ends no MACRO and no REPT")),
            "ENDP" => return Err(Fault::new(span, "this ENDP ends no PIXELS")),
            _ => {
                let written = self
                    .sources
                    .line(span)
                    .map(|text| {
                        let skip = usize::try_from(span.column.saturating_sub(1)).unwrap_or(0);
                        let take = usize::try_from(span.width).unwrap_or(0);
                        text.chars().skip(skip).take(take).collect::<String>()
                    })
                    .filter(|_| span.file == line.file)
                    .unwrap_or_else(|| name.to_string());
                return Err(Fault::new(span, format!("`{written}` is no instruction, directive or macro")));
            }
        }
        Ok(())
    }

    /// A directive with a name before it: `EQU`, `SET`, `RES`, `MACRO`.
    pub(crate) fn naming_directive(
        &mut self,
        first: &Token,
        name: &Arc<str>,
        directive: &Token,
        rest: &[Token],
        line: &Line,
    ) -> Checked<()> {
        let span = directive.span;
        if directive.is_word("MACRO") {
            return self.define_macro(name, first.span, rest, line);
        }
        if name.contains('.') {
            return Err(Fault::new(first.span, "only labels can be local; choose a name without a point"));
        }
        let meaning = if directive.is_word("EQU") {
            let expression = self.expression(rest, span)?;
            match expression.known(&self.symbols) {
                Ok(value) => Meaning::Constant(value),
                Err(_) => Meaning::Later(expression),
            }
        } else if directive.is_word("SET") {
            Meaning::Variable(self.value(rest, span)?)
        } else {
            let (address, length) = self.reserve(rest, span)?;
            Meaning::Ram(address, length)
        };
        self.define(name.clone(), meaning, first.span)
    }

    /// Takes nibbles at the RAM counter: their address and number.
    fn reserve(&mut self, rest: &[Token], span: Span) -> Checked<(u16, u16)> {
        let length = self.number(rest, span, RAM_SPACE)?;
        let address = self.ram;
        let end = address + length;
        if end > RAM_SPACE || address == RAM_SPACE {
            return Err(Fault::new(span, format!("the RAM overflows: {length} nibbles at {address:03X}H pass 0FFFH")));
        }
        self.ram = end;
        Ok((address, length))
    }

    fn data(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let parts = split(rest);
        if parts.is_empty() {
            return Err(Fault::new(span, "DW needs at least one value"));
        }
        for part in parts {
            let value = self.expression(part, span)?;
            let place = value.span;
            self.emit_later(0, Field::Word, value, place);
        }
        Ok(())
    }

    /// Checks that nothing has run over the end of a page of the current bank.
    fn fits(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let page = usize::from(self.number(rest, span, 15)?);
        let start = self.bank << 12 | page << 8;
        let end = start + 0x100;
        if self.location > end {
            return Err(Fault::new(
                span,
                format!(
                    "page {page} has overflowed: the location is {:04X}H, {} too far",
                    self.location,
                    self.location - end
                ),
            ));
        }
        if self.location < start {
            return Err(Fault::new(span, format!("the location {:04X}H is below page {page}", self.location)));
        }
        Ok(())
    }

    fn include(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let [text, more @ ..] = rest else {
            return Err(Fault::new(span, "INCLUDE needs a file name in quotes"));
        };
        nothing_more(more)?;
        let Kind::Text(name) = &text.kind else {
            return Err(Fault::new(text.span, "the file name belongs in double quotes"));
        };
        let full = join(&self.sources.name(text.span.file), name);
        let file =
            self.load(&full).map_err(|error| Fault::new(text.span, format!("`{full}` cannot be read: {error}")))?;
        let open = |kind: &FrameKind| matches!(kind, FrameKind::Source(number) if *number == file);
        if self.frames.iter().any(|frame| open(&frame.kind)) {
            return Err(Fault::new(text.span, format!("`{full}` includes itself; take one INCLUDE of the circle out")));
        }
        let lines = match self.sources.get(file) {
            Some(source) => source.lines.clone(),
            None => return Ok(()),
        };
        let kind = FrameKind::Source(file);
        self.open(lines, kind, Substitutes::new(), "the INCLUDE", span)
    }
}
