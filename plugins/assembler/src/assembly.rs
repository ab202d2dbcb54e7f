//! What assembling gives: the ROM, the names and the listing.

use crate::{ROM_WORDS, UNUSED, session::Session, symbols::Meaning};
use std::{fmt::Write, sync::Arc};

/// What a name in a program stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// A place in RAM.
    Ram {
        /// Nibble address, 0 to 0FFFH.
        address: u16,
        /// Nibbles, 0 to 1000H.
        length: u16,
    },
    /// A place in the ROM.
    Code {
        /// Word address, 0 to 1FFFH.
        address: u16,
    },
    /// A number given by `EQU`, or the last one given by `SET`.
    Constant {
        /// 13 bits.
        value: u16,
    },
}

/// A name in a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// What it stands for.
    pub kind: SymbolKind,
    /// The name; local labels as `parent.name`.
    pub name: String,
}

/// One source line in the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingLine {
    /// Name of the source.
    pub file: Arc<str>,
    /// Line from 1.
    pub line: u32,
    /// Where its first word or its label is; `None` for lines without.
    pub address: Option<u16>,
    /// Its words, from `address` up.
    pub words: Vec<u16>,
    /// Whether a macro or a repetition wrote it.
    pub expanded: bool,
    /// The source text.
    pub text: Arc<str>,
}

/// A program, assembled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Assembly {
    /// The words by address, [`ADDRESS_SPACE`](crate::ADDRESS_SPACE) of them; `None` is unused.
    pub words: Vec<Option<u16>>,
    /// The names, sorted: RAM by address, code by address, numbers by value.
    pub symbols: Vec<Symbol>,
    /// The source lines in the order of reading.
    pub listing: Vec<ListingLine>,
}

impl Assembly {
    /// The results of a session without errors.
    pub(crate) fn new(session: &Session) -> Self {
        let mut symbols: Vec<_> = session
            .symbols
            .iter()
            // Names made up for LOCAL mean nothing to people.
            .filter(|(name, _)| !name.contains('?'))
            .filter_map(|(name, entry)| {
                let kind = match &entry.meaning {
                    Meaning::Ram(address, length) => SymbolKind::Ram { address: *address, length: *length },
                    Meaning::Label(address) => SymbolKind::Code { address: *address },
                    Meaning::Constant(value) | Meaning::Variable(value) => SymbolKind::Constant { value: value.number },
                    Meaning::Later(_) | Meaning::Busy | Meaning::Broken => return None,
                };
                let name = name.to_string();
                Some(Symbol { kind, name })
            })
            .collect();
        symbols.sort();
        let listing = session
            .listing
            .iter()
            .map(|listed| {
                let start = listed.address.map_or(0, usize::from);
                let words = session.words.iter().skip(start).map(|word| word.unwrap_or(UNUSED));
                ListingLine {
                    file: session.sources.name(listed.line.file),
                    line: listed.line.number,
                    address: listed.address,
                    words: words.take(usize::from(listed.words)).collect(),
                    expanded: listed.expanded,
                    text: listed.line.text.clone(),
                }
            })
            .collect();
        Self { words: session.words.clone(), symbols, listing }
    }

    /// The whole ROM with unused words filled in: [`ROM_WORDS`] words, or
    /// [`ADDRESS_SPACE`](crate::ADDRESS_SPACE) if anything lies above them.
    pub fn image(&self) -> Vec<u16> {
        let beyond = self.words.iter().skip(ROM_WORDS).any(Option::is_some);
        let length = if beyond { crate::ADDRESS_SPACE } else { ROM_WORDS };
        let words = self.words.iter().map(|word| word.unwrap_or(UNUSED));
        words.take(length).collect()
    }

    /// The ROM file: each word as two bytes, the high one first; 12,288 or 16,384 bytes.
    pub fn rom_bytes(&self) -> Vec<u8> {
        self.image().into_iter().flat_map(u16::to_be_bytes).collect()
    }

    /// The symbol file: a name a line, as `ram  HHH LEN name`, `code HHHH name` or
    /// `const HHHH name`, in hexadecimal.
    pub fn symbols_text(&self) -> String {
        let mut text = String::from("# ram address length name | code address name | const value name\n");
        for Symbol { kind, name } in &self.symbols {
            // Writing to a String cannot fail.
            let _ = match kind {
                SymbolKind::Ram { address, length } => {
                    writeln!(text, "ram  {address:03X} {length:X} {name}")
                }
                SymbolKind::Code { address } => writeln!(text, "code {address:04X} {name}"),
                SymbolKind::Constant { value } => writeln!(text, "const {value:04X} {name}"),
            };
        }
        text
    }

    /// The listing: address, words, line number and source text; `+` marks lines that macros and
    /// repetitions wrote.
    pub fn listing_text(&self) -> String {
        let mut text = String::new();
        let mut file: Option<&str> = None;
        for line in &self.listing {
            // Writing to a String cannot fail.
            if file != Some(&line.file) {
                let _ = writeln!(text, "; {}", line.file);
                file = Some(&line.file);
            }
            let address = line.address.map_or_else(String::new, |a| format!("{a:04X}"));
            let mut rows = line.words.chunks(4);
            let row = hexadecimal(rows.next().unwrap_or(&[]));
            let mark = if line.expanded { '+' } else { ' ' };
            let source = format!("{address:4}  {row:15} {:>5}{mark} {}", line.line, line.text);
            let _ = writeln!(text, "{}", source.trim_end());
            let mut next = line.address.unwrap_or(0);
            for row in rows {
                next += 4;
                let _ = writeln!(text, "{next:04X}  {}", hexadecimal(row));
            }
        }
        text
    }
}

/// Words as three digits each.
fn hexadecimal(words: &[u16]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("{word:03X}")).collect();
    words.join(" ")
}
