//! Reading the text once, from the root source through everything it pulls in.

use crate::{
    ADDRESS_SPACE, Assembly, Diagnostic, MAX_DIAGNOSTICS,
    blocks::Macro,
    expression::{Expression, Reader, Value},
    lexer::{self, Token},
    link::{Field, Fixup},
    source::{Checked, Fault, Line, Sources, Span},
    symbols::Symbols,
};
use std::{collections::HashMap, sync::Arc};

/// Lines that may be read in all, with every repetition and macro written out. A full ROM needs a
/// few thousand; the limit ends nested repetitions that would run for ever.
const MAX_LINES: u32 = 400_000;

/// Sources, macros and repetitions that may be open at once.
const MAX_FRAMES: usize = 64;

/// Tokens that a line may have after the arguments of macros are put in.
const MAX_TOKENS: usize = 2000;

/// Words of a macro's text that stand for others.
pub(crate) type Substitutes = HashMap<Arc<str>, Arc<[Token]>>;

/// What a frame's lines come from.
pub(crate) enum FrameKind {
    /// The source with this number.
    Source(u32),
    Macro,
    /// To be read `left` times more, each time starting with these substitutes.
    Repeat {
        left: u32,
        start: Substitutes,
    },
}

/// An `IF` without its `ENDIF` so far.
pub(crate) struct OpenIf {
    pub span: Span,
    /// Whether its `ELSE` has been passed.
    pub after_else: bool,
}

/// Lines being read, and how far.
pub(crate) struct Frame {
    pub lines: Arc<[Line]>,
    pub at: usize,
    pub kind: FrameKind,
    pub substitutes: Substitutes,
    pub open_ifs: Vec<OpenIf>,
    /// How this frame was reached, a number in [`Session::expansions`].
    pub expansion: Option<usize>,
}

/// Where a frame was opened.
struct Expansion {
    what: Arc<str>,
    span: Span,
    parent: Option<usize>,
}

/// A line of the listing in the making.
pub(crate) struct Listed {
    pub line: Line,
    pub address: Option<u16>,
    pub words: u16,
    pub expanded: bool,
}

/// The state of one run of the assembler.
pub(crate) struct Session<'a> {
    loader: &'a dyn Fn(&str) -> Result<String, String>,
    pub sources: Sources,
    pub symbols: Symbols,
    pub macros: HashMap<Arc<str>, Arc<Macro>>,
    pub frames: Vec<Frame>,
    expansions: Vec<Expansion>,
    /// Where the next word goes, up to [`ADDRESS_SPACE`].
    pub location: usize,
    /// The bank of the last word or of the last `ORG` or `BANK`.
    pub bank: usize,
    /// Where the next `RES` goes.
    pub ram: u16,
    /// The label that `.local` names belong to; empty above the first.
    pub scope: Arc<str>,
    /// The ROM so far, operands still missing.
    pub words: Vec<Option<u16>>,
    owners: Vec<Option<Span>>,
    pub fixups: Vec<Fixup>,
    pub listing: Vec<Listed>,
    pub diagnostics: Vec<Diagnostic>,
    /// Words emitted by the line being read, and the first one's address.
    emitted: (Option<u16>, u16),
    last_overlap: Option<usize>,
    full: bool,
    lines_left: u32,
    /// Names made up for `LOCAL` so far.
    pub made_up: u32,
    /// `END` was seen, or there is no point in reading on.
    pub finished: bool,
}

impl<'a> Session<'a> {
    pub fn new(loader: &'a dyn Fn(&str) -> Result<String, String>) -> Self {
        Self {
            loader,
            sources: Sources::default(),
            symbols: Symbols::default(),
            macros: HashMap::new(),
            frames: Vec::new(),
            expansions: Vec::new(),
            location: 0,
            bank: 0,
            ram: 0,
            scope: "".into(),
            words: vec![None; ADDRESS_SPACE],
            owners: vec![None; ADDRESS_SPACE],
            fixups: Vec::new(),
            listing: Vec::new(),
            diagnostics: Vec::new(),
            emitted: (None, 0),
            last_overlap: None,
            full: false,
            lines_left: MAX_LINES,
            made_up: 0,
            finished: false,
        }
    }

    /// Assembles the source called `root`.
    pub fn assemble(mut self, root: &str) -> Result<Assembly, Vec<Diagnostic>> {
        match self.sources.load(root, self.loader) {
            Ok(file) => {
                let lines = self.sources.get(file).map(|source| source.lines.clone());
                self.frames.push(Frame {
                    lines: lines.unwrap_or_else(|| [].into()),
                    at: 0,
                    kind: FrameKind::Source(file),
                    substitutes: Substitutes::new(),
                    open_ifs: Vec::new(),
                    expansion: None,
                });
            }
            Err(message) => {
                return Err(vec![Diagnostic {
                    file: root.to_string(),
                    line: 0,
                    column: 0,
                    width: 0,
                    message,
                    text: String::new(),
                    notes: Vec::new(),
                }]);
            }
        }
        while !self.finished {
            let Some(line) = self.next_line() else { break };
            self.line(&line);
        }
        self.link();
        if self.diagnostics.is_empty() { Ok(Assembly::new(&self)) } else { Err(self.diagnostics) }
    }

    /// The next line to read; frames that have ended are closed on the way.
    fn next_line(&mut self) -> Option<Line> {
        loop {
            let frame = self.frames.last_mut()?;
            if let Some(line) = frame.lines.get(frame.at).cloned() {
                frame.at += 1;
                return self.spend_line(line.span()).then_some(line);
            }
            for open in std::mem::take(&mut frame.open_ifs) {
                self.report(Fault::new(open.span, "this IF has no ENDIF"));
            }
            let frame = self.frames.last_mut()?;
            match &mut frame.kind {
                FrameKind::Repeat { left, start } if *left > 0 => {
                    *left -= 1;
                    frame.at = 0;
                    frame.substitutes = start.clone();
                    let span = frame.lines.first().map(Line::span);
                    if let Some(span) = span
                        && !self.spend_line(span)
                    {
                        return None;
                    }
                }
                _ => {
                    self.frames.pop();
                }
            }
        }
    }

    /// Counts a line that was read or passed over; false if there were too many.
    pub fn spend_line(&mut self, span: Span) -> bool {
        if self.finished {
            return false;
        }
        if self.lines_left == 0 {
            self.report(Fault::new(
                span,
                format!("macros and repetitions make more than {MAX_LINES} lines; make fewer"),
            ));
            self.finished = true;
            return false;
        }
        self.lines_left -= 1;
        true
    }

    /// Reads one line.
    fn line(&mut self, line: &Line) {
        let index = self.listing.len();
        self.list(line);
        self.emitted = (None, 0);
        let result = lexer::lex(line).and_then(|tokens| {
            let in_column_1 = tokens.first().is_some_and(|token| token.span.column == 1);
            let tokens = self.substitute(tokens)?;
            self.statement(&tokens, in_column_1, line)
        });
        if let Err(fault) = result {
            self.report(fault);
        }
        let (address, words) = self.emitted;
        if let Some(listed) = self.listing.get_mut(index) {
            listed.address = listed.address.or(address);
            listed.words = words;
        }
    }

    /// Adds a line to the listing.
    pub fn list(&mut self, line: &Line) {
        let expanded = !matches!(self.frames.last().map(|frame| &frame.kind), Some(FrameKind::Source(_)));
        self.listing.push(Listed { line: line.clone(), address: None, words: 0, expanded });
    }

    /// Puts the arguments of the macro being read in.
    fn substitute(&self, tokens: Vec<Token>) -> Checked<Vec<Token>> {
        let Some(frame) = self.frames.last() else {
            return Ok(tokens);
        };
        if frame.substitutes.is_empty() {
            return Ok(tokens);
        }
        let mut result = Vec::new();
        for token in tokens {
            let span = token.span;
            match token.name().and_then(|name| frame.substitutes.get(name)) {
                Some(substitute) => result.extend(substitute.iter().cloned()),
                None => result.push(token),
            }
            if result.len() > MAX_TOKENS {
                return Err(Fault::new(
                    span,
                    format!("with its macro's arguments this line has more than {MAX_TOKENS} words"),
                ));
            }
        }
        Ok(result)
    }

    /// Starts reading other lines; `what` and `span` say why, for messages.
    pub fn open(
        &mut self,
        lines: Arc<[Line]>,
        kind: FrameKind,
        substitutes: Substitutes,
        what: &str,
        span: Span,
    ) -> Checked<()> {
        if self.frames.len() >= MAX_FRAMES {
            return Err(Fault::new(
                span,
                format!("more than {MAX_FRAMES} macros, repetitions and includes inside each other"),
            ));
        }
        let parent = self.frames.last().and_then(|frame| frame.expansion);
        self.expansions.push(Expansion { what: what.into(), span, parent });
        self.frames.push(Frame {
            lines,
            at: 0,
            kind,
            substitutes,
            open_ifs: Vec::new(),
            expansion: Some(self.expansions.len() - 1),
        });
        Ok(())
    }

    /// Loads an included source.
    pub fn load(&mut self, name: &str) -> Result<u32, String> {
        self.sources.load(name, self.loader)
    }

    /// Notes an error on the line being read.
    pub fn report(&mut self, fault: Fault) {
        let expansion = self.frames.last().and_then(|frame| frame.expansion);
        self.report_in(fault, expansion);
    }

    /// Notes an error on a line that was reached by `expansion`.
    pub fn report_in(&mut self, fault: Fault, expansion: Option<usize>) {
        if self.diagnostics.len() >= MAX_DIAGNOSTICS {
            return;
        }
        let mut notes = Vec::new();
        let mut next = expansion;
        while let Some(expansion) = next.and_then(|n| self.expansions.get(n))
            && notes.len() < 8
        {
            let Expansion { what, span, parent } = expansion;
            let file = self.sources.name(span.file);
            notes.push(format!("in {what} at {file}:{}", span.line));
            next = *parent;
        }
        let span = fault.span;
        self.diagnostics.push(Diagnostic {
            file: self.sources.name(span.file).to_string(),
            line: span.line,
            column: span.column,
            width: span.width.max(1),
            message: fault.message,
            text: self.sources.line(span).unwrap_or("").chars().take(lexer::MAX_LINE).collect(),
            notes,
        });
        if self.diagnostics.len() >= MAX_DIAGNOSTICS {
            self.finished = true;
        }
    }

    /// Puts a word at the location counter, which moves on. False if there was no room.
    pub fn emit(&mut self, word: u16, span: Span) -> bool {
        let location = self.location;
        let (Some(slot), Some(owner)) = (self.words.get_mut(location), self.owners.get_mut(location)) else {
            if !self.full {
                self.full = true;
                self.report(Fault::new(span, "the ROM overflows: there is no address above 1FFFH"));
            }
            return false;
        };
        self.location += 1;
        self.bank = location >> 12;
        let (first, count) = self.emitted;
        self.emitted = (first.or(u16::try_from(location).ok()), count + 1);
        if slot.is_none() {
            *slot = Some(word);
            *owner = Some(span);
            return true;
        }
        // A run of overlapping words is one mistake.
        let again = location > 0 && self.last_overlap == Some(location - 1);
        self.last_overlap = Some(location);
        if !again && let Some(owner) = *owner {
            let file = self.sources.name(owner.file);
            self.report(Fault::new(
                span,
                format!("the word at {location:04X}H is already in use by {file}:{}", owner.line),
            ));
        }
        false
    }

    /// Puts a word whose operand is worked out when everything has been read.
    pub fn emit_later(&mut self, code: u16, field: Field, value: Expression, span: Span) {
        let Ok(address) = u16::try_from(self.location) else {
            return;
        };
        if self.emit(code, span) {
            self.fixups.push(Fixup {
                address,
                field,
                value,
                expansion: self.frames.last().and_then(|frame| frame.expansion),
            });
        }
    }

    /// Reads an expression; `span` is the place to name if `tokens` is empty.
    pub fn expression(&self, tokens: &[Token], span: Span) -> Checked<Expression> {
        let reader = Reader {
            symbols: &self.symbols,
            // After the last word `$` is back at 0, as the program counter would be.
            location: (self.location % ADDRESS_SPACE) as u16,
            scope: &self.scope,
        };
        reader.read(tokens, span)
    }

    /// Reads an expression that must be known by now.
    pub fn value(&self, tokens: &[Token], span: Span) -> Checked<Value> {
        self.expression(tokens, span)?.known(&self.symbols)
    }

    /// As [`Session::value`], at most `limit`.
    pub fn number(&self, tokens: &[Token], span: Span, limit: u16) -> Checked<u16> {
        let expression = self.expression(tokens, span)?;
        let value = expression.known(&self.symbols)?;
        if value.number <= limit {
            Ok(value.number)
        } else {
            Err(Fault::new(expression.span, format!("the value {} is outside 0 to {limit}", value.signed())))
        }
    }
}
