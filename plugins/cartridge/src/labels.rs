//! Where a program keeps what people want to know of its pet: hunger, sleep, weight, the clock. Tables
//! of known toys (`toys.md` §6), and names of the same kind in symbol files (`SYMBOLS.md`).

mod encoding;
mod meaning;
mod p1;
mod tamaotch;
mod tower;
mod umino;

pub use encoding::Encoding;
pub use meaning::Meaning;

use crate::cartridge::Cartridge;
use crate::known::By;
use crate::symbols::{RamSymbol, Symbols};

/// How sure a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Two independent sources agree; or it is from the symbol file of the program itself.
    A,
    /// One source: experiments on the running program, or notes on a disassembly.
    B,
    /// Inferred from published machine states.
    C,
}

/// A named place in a pet's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// First nibble, 0–2FFh.
    pub address: u16,
    /// Nibbles, 1–4.
    pub nibbles: u8,
    /// How they are to be read.
    pub encoding: Encoding,
    /// What they say.
    pub meaning: Meaning,
    /// The value of a full meter; `None` where there is no such thing.
    pub full: Option<u8>,
    /// How sure this is.
    pub confidence: Confidence,
    /// What else is to be known; may be empty.
    pub note: &'static str,
}

impl Label {
    /// The value in `ram`, one nibble a byte; `None` where `ram` is too short or the digits are none.
    /// Yes and no are 1 and 0.
    #[must_use]
    pub fn read(&self, ram: &[u8]) -> Option<u16> {
        let from = usize::from(self.address);
        self.encoding.read(ram.get(from..from + usize::from(self.nibbles))?)
    }

    /// A meter's hearts, 0–4, from its value: with a full value of 15 one heart for every four
    /// begun, else in proportion. `None` if this is no meter.
    #[must_use]
    pub fn hearts(&self, value: u16) -> Option<u8> {
        let full = u16::from(self.full.filter(|full| *full > 0)?);
        let value = value.min(full);
        let hearts = if full == 15 { (value + 1) / 4 } else { (value * 4 + full / 2) / full };
        u8::try_from(hearts).ok()
    }

    /// The name in symbol files: the meaning, then how it is written.
    #[must_use]
    pub fn symbol(&self) -> String {
        let mut name = self.meaning.name().to_owned();
        name += &self.encoding.suffix(self.nibbles);
        match self.full {
            Some(full) if self.meaning.is_meter() && (full != 4 || self.nibbles > 1) => name += &format!(".of{full:X}"),
            _ => {}
        }
        name
    }

    /// The label that a name in a symbol file makes, if it is one of the documented names.
    #[must_use]
    pub fn from_symbol(name: &str, place: RamSymbol) -> Option<Label> {
        let nibbles = u8::try_from(place.length).ok().filter(|nibbles| (1..=4).contains(nibbles))?;
        let mut parts = name.split('.');
        let meaning = Meaning::from_name(parts.next()?)?;
        let mut encoding = Encoding::usual(nibbles);
        let mut full = (meaning.is_meter() && nibbles == 1).then_some(4);
        for suffix in parts {
            match suffix.strip_prefix("of") {
                Some(digits) if meaning.is_meter() => full = Some(full_value(digits)?),
                _ => encoding = Encoding::from_suffix(suffix, nibbles)?,
            }
        }
        let confidence = Confidence::A;
        Some(Label { address: place.address, nibbles, encoding, meaning, full, confidence, note: "" })
    }
}

fn full_value(digits: &str) -> Option<u8> {
    let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|full| plain && *full > 0)
}

/// The labels of the toy with this short name ([`crate::TOYS`]); empty where none are known.
#[must_use]
pub fn labels(toy: &str) -> &'static [Label] {
    match toy {
        "p1" | "p1-japan" => p1::P1,
        "p2" => p1::P2,
        "angel" => p1::ANGEL,
        "morino" => p1::MORINO,
        "umino" => umino::UMINO,
        "mothra" | "genjintch" => tower::TOWER,
        "digimon-1" | "digimon-2" | "digimon-3" | "digimon-4" | "digimon-1-world" => tower::DIGIMON,
        "tamaotch" => tamaotch::TAMAOTCH,
        _ => &[],
    }
}

/// The labels of one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(Vec<Label>);

impl Labels {
    /// Those of a known toy; empty where none are known.
    #[must_use]
    pub fn of_toy(toy: &str) -> Labels {
        Labels(labels(toy).to_vec())
    }

    /// Those among the names of a symbol file that say something of the pet (`SYMBOLS.md`). Where two
    /// names mean the same, the one that comes first in memory counts.
    #[must_use]
    pub fn from_symbols(symbols: &Symbols) -> Labels {
        let mut all: Vec<Label> =
            symbols.ram.iter().filter_map(|(name, place)| Label::from_symbol(name, *place)).collect();
        all.sort_by_key(|label| label.address);
        Labels(all)
    }

    /// What is known of a cartridge's memory: the names of `symbols` if there are any, then the table of
    /// the toy. A toy that was only guessed has none.
    #[must_use]
    pub fn of(cartridge: &Cartridge, symbols: Option<&Symbols>) -> Labels {
        let mut out = symbols.map(Labels::from_symbols).unwrap_or_default();
        if let Some(known) = cartridge.known.filter(|known| known.by != By::FirstWord) {
            out.0.extend(labels(known.toy.id));
        }
        out
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Label> {
        self.0.iter()
    }

    /// True if nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where something is; the first, if there are several.
    #[must_use]
    pub fn find(&self, meaning: Meaning) -> Option<&Label> {
        self.0.iter().find(|label| label.meaning == meaning)
    }

    /// What something is in `ram`, one nibble a byte.
    #[must_use]
    pub fn read(&self, meaning: Meaning, ram: &[u8]) -> Option<u16> {
        self.find(meaning)?.read(ram)
    }

    /// As names in the text format of symbol files.
    #[must_use]
    pub fn symbols(&self) -> Symbols {
        let mut symbols = Symbols::default();
        for label in &self.0 {
            let place = RamSymbol { address: label.address, length: u16::from(label.nibbles) };
            symbols.ram.entry(label.symbol()).or_insert(place);
        }
        symbols
    }
}

/// A label of the tables.
const fn place(address: u16, nibbles: u8, encoding: Encoding, meaning: Meaning, confidence: Confidence) -> Label {
    Label { address, nibbles, encoding, meaning, full: None, confidence, note: "" }
}

/// One nibble.
const fn nibble(address: u16, meaning: Meaning, confidence: Confidence) -> Label {
    place(address, 1, Encoding::Binary, meaning, confidence)
}

/// Two decimal digits, units first.
const fn digits(address: u16, meaning: Meaning, confidence: Confidence) -> Label {
    place(address, 2, Encoding::Bcd, meaning, confidence)
}

/// A meter of one nibble.
const fn meter(address: u16, meaning: Meaning, full: u8, confidence: Confidence) -> Label {
    Label { full: Some(full), ..nibble(address, meaning, confidence) }
}

/// A bit of a nibble.
const fn bit(address: u16, bit: u8, meaning: Meaning, confidence: Confidence) -> Label {
    place(address, 1, Encoding::Bit(bit), meaning, confidence)
}

/// Yes while the nibble is one of the values whose bits are set in `values`.
const fn among(address: u16, values: u16, meaning: Meaning, confidence: Confidence) -> Label {
    place(address, 1, Encoding::Among(values), meaning, confidence)
}

const fn noted(label: Label, note: &'static str) -> Label {
    Label { note, ..label }
}
