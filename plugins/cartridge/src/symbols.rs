//! Symbol files: names for RAM, code and constants of a ROM.
//!
//! A text, one symbol a line, numbers in hexadecimal, `#` starts a comment:
//!
//! ```text
//! ram   01C 2 hunger        RAM: address of the first nibble, number of nibbles
//! code  0100  reset         program: address, 13 bits (bank, page, step)
//! const 0003  max_hearts    any other value
//! ```
//!
//! Shipped for the embedded pet; anybody can write one for another ROM. `eggtooth asm --symbols`
//! writes this format. `SYMBOLS.md` in this crate describes it for users.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
pub const MAX_FILE: usize = 1024 * 1024;
/// Most symbols of one file.
pub const MAX_SYMBOLS: usize = 16_384;
/// Longest name, in bytes.
pub const MAX_NAME: usize = 64;
/// Most faults that are reported; more of the same help nobody.
const MAX_FAULTS: usize = 100;
/// RAM of the larger chip, in nibbles.
const RAM: u16 = 768;

/// A named place in RAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RamSymbol {
    /// First nibble, 0–2FFh.
    pub address: u16,
    /// Nibbles, at least 1.
    pub length: u16,
}

/// The names of one ROM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols {
    /// RAM, by name.
    pub ram: BTreeMap<String, RamSymbol>,
    /// Program addresses (13 bits), by name.
    pub code: BTreeMap<String, u16>,
    /// Other values, by name.
    pub consts: BTreeMap<String, u16>,
}

/// A line that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the symbol file was left out: {what}")]
pub struct SymbolFault {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// Where the symbol file of a ROM may lie, first choice first: beside the ROM file with the ending
/// `.sym`; in the data folder under `symbols/`, named by the first twelve digits of the ROM's identity.
#[must_use]
pub fn candidates(rom: Option<&Path>, data: Option<&Path>, identity: &[u8; 32]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    if let Some(rom) = rom.filter(|rom| rom.file_name().is_some()) {
        let beside = rom.with_extension("sym");
        // A file of that name is taken for symbols only by those who call it so.
        if beside != rom {
            out.push(beside);
        }
    }
    if let Some(data) = data {
        let mut name = String::with_capacity(16);
        for byte in identity.iter().take(6) {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        out.push(data.join("symbols").join(name + ".sym"));
    }
    out
}

/// A symbol file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where, of the [`candidates`].
    pub path: PathBuf,
    /// The names in it.
    pub symbols: Symbols,
    /// Lines that were left out.
    pub faults: Vec<SymbolFault>,
}

/// The first of the `candidates` that `read` gives bytes for. `read` gives `None` for a file that does
/// not exist or cannot be read; it need not give more than [`MAX_FILE`] + 1 bytes.
pub fn lookup(candidates: Vec<PathBuf>, mut read: impl FnMut(&Path) -> Option<Vec<u8>>) -> Option<Found> {
    candidates.into_iter().find_map(|path| {
        let (symbols, faults) = Symbols::parse(&read(&path)?);
        Some(Found { path, symbols, faults })
    })
}

impl Symbols {
    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ram.len() + self.code.len() + self.consts.len()
    }

    /// True if there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads a symbol file. Lines that cannot be understood are left out and reported (the first
    /// hundred); it never fails as a whole. At most [`MAX_FILE`] bytes and [`MAX_SYMBOLS`] names
    /// are taken.
    pub fn parse(bytes: &[u8]) -> (Self, Vec<SymbolFault>) {
        let mut symbols = Self::default();
        let mut faults = Vec::new();
        let (bytes, cut) = match bytes.get(..MAX_FILE) {
            Some(head) if bytes.len() > MAX_FILE => (head, true),
            _ => (bytes, false),
        };
        let text = String::from_utf8_lossy(bytes);
        let mut count = 0;
        for (number, line) in text.lines().enumerate() {
            let result =
                if count < MAX_SYMBOLS { symbols.line(line) } else { Err(format!("more than {MAX_SYMBOLS} symbols")) };
            match result {
                Ok(added) => count += usize::from(added),
                Err(what) if faults.len() < MAX_FAULTS => faults.push(SymbolFault { line: number + 1, what }),
                Err(_) => {}
            }
        }
        if cut {
            let line = text.lines().count();
            faults.push(SymbolFault { line, what: "the file is longer than 1 MiB, the rest is not read".to_owned() });
        }
        (symbols, faults)
    }

    /// Takes one line in; true if it held a symbol.
    fn line(&mut self, line: &str) -> Result<bool, String> {
        let line = line.split('#').next().unwrap_or_default();
        let mut parts = line.split_whitespace();
        let Some(kind) = parts.next() else {
            return Ok(false);
        };
        let mut number = |what: &str| {
            let digits = parts.next().ok_or_else(|| format!("the {what} is missing"))?;
            let hex = digits.len() <= 8 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            u16::from_str_radix(if hex { digits } else { "" }, 16)
                .map_err(|_| format!("the {what} is no hexadecimal number"))
        };
        let address = match kind {
            "ram" | "code" => number("address")?,
            "const" => number("value")?,
            _ => return Err("it begins neither with ram, code nor const".to_owned()),
        };
        let length = if kind == "ram" { number("length")? } else { 1 };
        if kind == "ram" && (length == 0 || address.checked_add(length).is_none_or(|end| end > RAM)) {
            return Err(format!("RAM ends at {:03X}", RAM - 1));
        }
        if kind == "code" && address > 0x1fff {
            return Err("program memory ends at 1FFF".to_owned());
        }
        let name = parts.next().ok_or("the name is missing")?;
        if name.len() > MAX_NAME || !name.chars().all(|c| c.is_alphanumeric() || "_.$?@".contains(c)) {
            return Err("the name is too long or has a strange character".to_owned());
        }
        if parts.next().is_some() {
            return Err("there is more after the name".to_owned());
        }
        if self.ram.contains_key(name) || self.code.contains_key(name) || self.consts.contains_key(name) {
            return Err("the name is there already".to_owned());
        }
        let name = name.to_owned();
        match kind {
            "ram" => _ = self.ram.insert(name, RamSymbol { address, length }),
            "code" => _ = self.code.insert(name, address),
            _ => _ = self.consts.insert(name, address),
        }
        Ok(true)
    }

    /// The name of the RAM area that a nibble lies in (the shortest, if several), and the nibble's
    /// number in it.
    pub fn ram_at(&self, address: u16) -> Option<(&str, u16)> {
        let inside = |s: &RamSymbol| s.address <= address && address - s.address < s.length;
        let (name, symbol) = self.ram.iter().filter(|(_, s)| inside(s)).min_by_key(|(_, s)| s.length)?;
        Some((name, address - symbol.address))
    }

    /// A name of a program address.
    pub fn code_at(&self, address: u16) -> Option<&str> {
        self.code.iter().find(|(_, at)| **at == address).map(|(name, _)| name.as_str())
    }
}

/// The file's text, sorted by kind, address and name.
impl fmt::Display for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ram: Vec<_> = self.ram.iter().map(|(name, s)| (s, name)).collect();
        ram.sort();
        for (symbol, name) in ram {
            writeln!(f, "ram {:03X} {:X} {name}", symbol.address, symbol.length)?;
        }
        for (kind, all) in [("code", &self.code), ("const", &self.consts)] {
            let mut all: Vec<_> = all.iter().map(|(name, value)| (value, name)).collect();
            all.sort();
            for (value, name) in all {
                writeln!(f, "{kind} {value:04X} {name}")?;
            }
        }
        Ok(())
    }
}
