//! A program that was taken in: its words, its identity and where they came from.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::archive;
use crate::error::RomError;
use crate::format::Format;
use crate::intake::LIMIT;
use crate::known::{self, By, Checksums, Known};
use crate::magic;
use crate::models;
use crate::raw::{self, Image, WORDS_S46, WORDS_S48};
use crate::records::Records;
use crate::text;

/// Which of the two chips a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChipKind {
    /// E0C6S46: 6,144 words.
    S46,
    /// E0C6S48: 8,192 words.
    S48,
}

impl ChipKind {
    /// Words of its program memory.
    pub fn words(self) -> usize {
        match self {
            Self::S46 => WORDS_S46,
            Self::S48 => WORDS_S48,
        }
    }

    /// The chip with this many words.
    pub fn of_words(words: usize) -> Option<Self> {
        [Self::S46, Self::S48].into_iter().find(|chip| chip.words() == words)
    }
}

impl fmt::Display for ChipKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S46 => "E0C6S46",
            Self::S48 => "E0C6S48",
        })
    }
}

/// What a program was wrapped in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Container {
    /// Nothing: the file is the image.
    Plain,
    /// A zip; the name of the entry (of both, for an Epson pair).
    Zip(String),
    /// A gzip file.
    Gzip,
    /// Two files side by side; the name of the other.
    Beside(String),
}

/// A program ready to run: 6,144 or 8,192 words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cartridge {
    /// The words, normalised: 12 bits each, 6,144 for an E0C6S46, 8,192 for an E0C6S48.
    pub words: Arc<[u16]>,
    /// SHA-256 of the words as big-endian pairs: the same for every format. Saves are bound to it.
    pub identity: [u8; 32],
    /// The format it came in.
    pub format: Format,
    /// What that was wrapped in.
    pub container: Container,
    /// The chip it is for, by its size.
    pub chip: ChipKind,
    /// The toy it is from, if that is known.
    pub known: Option<Known>,
    /// What was done to it or is odd about it, in plain words without a full stop.
    pub notes: Vec<String>,
}

impl Cartridge {
    /// Takes in the bytes of a file; `name` is its name, used only to explain. At most
    /// [`LIMIT`] bytes; zip and gzip are unpacked. Never panics, whatever the bytes.
    pub fn from_bytes(name: Option<&str>, bytes: &[u8]) -> Result<Self, RomError> {
        match read(bytes)? {
            (Records::Image(image), container) => Ok(Self::new(image, container, name)),
            (Records::Half(half), _) => Err(RomError::HalfPair { half: half.name() }),
        }
    }

    /// Takes words as they are, for example from the assembler: 6,144 or 8,192 of 12 bits.
    pub fn from_words(words: &[u16]) -> Result<Self, RomError> {
        if let Some(word) = words.iter().find(|word| **word > 0xfff) {
            return Err(RomError::Implausible { reason: format!("it has a word {word:X}h, above FFFh") });
        }
        Ok(Self::new(Image::new(words.to_vec(), Format::BigEndian)?, Container::Plain, None))
    }

    pub(crate) fn new(image: Image, container: Container, name: Option<&str>) -> Self {
        let Image { words, format, mut notes, spelt } = image;
        let known = known::find(&words);
        let chip = if words.len() == WORDS_S46 { ChipKind::S46 } else { ChipKind::S48 };
        notes.extend(known_notes(known, chip));
        let text_name = name.is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            [".h", ".c", ".txt", ".hex"].iter().any(|end| name.ends_with(end))
        });
        let binary = !spelt && matches!(format, Format::BigEndian | Format::LittleEndian | Format::Packed);
        if text_name && binary && container == Container::Plain {
            notes.push("the file's name promises a text, but it is a binary image".to_owned());
        }
        let mut identity = [0; 32];
        identity.copy_from_slice(&Sha256::digest(big_endian(&words)));
        Self { words: words.into(), identity, format, container, chip, known, notes }
    }

    /// The words as big-endian pairs: 12,288 or 16,384 bytes. [`Cartridge::identity`] is the
    /// SHA-256 of these; the vault keeps them.
    pub fn normalised(&self) -> Vec<u8> {
        big_endian(&self.words)
    }

    /// Checksums of the normalised words, as other programs and lists give them.
    pub fn checksums(&self) -> Checksums {
        known::checksums(&self.words)
    }

    /// The name of the wiring model to run it with ([`models::model_for`]): that of the known toy, else
    /// the common one of its chip. Never `None`.
    pub fn model(&self) -> Option<&'static str> {
        Some(models::model_for(self).name)
    }

    /// What this program assumes of the toy although only one source says so, or sources disagree; for
    /// people. Of an unknown toy, all of its wiring.
    pub fn unverified(&self) -> Vec<&'static str> {
        let Some(known) = self.known else {
            return vec!["wiring"];
        };
        let found_by = match known.by {
            By::Image => "image checksums",
            By::Patched(_) => "patched copies",
            By::Code => "code checksum",
            By::FirstWord => "first word",
        };
        let matters = |group: &str| group == found_by || known.toy.wiring.proofs.iter().any(|p| p.group == group);
        let doubts = known.toy.proofs().filter(|proof| proof.unverified);
        doubts.map(|proof| proof.group).filter(|group| *group == "chip" || matters(group)).collect()
    }

    /// One sentence that says what the file is, without a full stop.
    pub fn explain(&self) -> String {
        let kib = self.words.len() / 512;
        let mut out = format!("a {kib} KiB image for an {} toy ({}", self.chip, self.format.describe());
        match &self.container {
            Container::Plain => {}
            Container::Zip(entry) => out.push_str(&format!(", {entry} inside a ZIP")),
            Container::Gzip => out.push_str(", inside a gzip file"),
            Container::Beside(other) => out.push_str(&format!(", with {other} beside it")),
        }
        out.push(')');
        match &self.known {
            Some(Known { toy, by: By::Image, .. }) => out.push_str(&format!(": {}", toy.name)),
            Some(Known { toy, by: By::FirstWord, .. }) => out.push_str(&format!(": perhaps {}", toy.name)),
            Some(Known { toy, .. }) => out.push_str(&format!(": {}, changed", toy.name)),
            None => out.push_str(": not in the list of known toys"),
        }
        for note in &self.notes {
            out.push_str("; ");
            out.push_str(note);
        }
        out
    }
}

/// What is to be said of how a program was recognised, and of its toy.
fn known_notes(known: Option<Known>, chip: ChipKind) -> Vec<String> {
    let mut notes = Vec::new();
    match known.map(|known| known.by) {
        Some(By::Image) => {}
        Some(By::Patched(how)) => notes.push(how.to_owned()),
        Some(By::Code) => notes.push("its pictures or data differ from the original: a patched copy".to_owned()),
        Some(By::FirstWord) => {
            notes.push("guessed from its first word alone; `--model` takes another wiring".to_owned());
        }
        None if chip == ChipKind::S48 => {
            notes.push("wired like the Angel toy as a guess; `--model` takes another wiring".to_owned());
        }
        None => {}
    }
    notes.extend(known.and_then(|known| known.toy.wiring.lcd_note).map(str::to_owned));
    notes
}

/// Words as big-endian pairs.
pub(crate) fn big_endian(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Reads a whole file, unpacking it if it is an archive.
pub(crate) fn read(bytes: &[u8]) -> Result<(Records, Container), RomError> {
    if bytes.len() as u64 > LIMIT {
        return Err(too_large(bytes, bytes.len() as u64));
    }
    if archive::is_gzip(bytes) {
        return Ok((read_plain(&archive::gunzip(bytes)?)?, Container::Gzip));
    }
    if archive::is_zip(bytes) {
        let (image, name) = archive::unzip(bytes)?;
        return Ok((Records::Image(image), Container::Zip(name)));
    }
    Ok((read_plain(bytes)?, Container::Plain))
}

/// Why a file of `length` bytes that begins with `start` is not read: a photograph is called one.
pub(crate) fn too_large(start: &[u8], length: u64) -> RomError {
    magic::refuse_others(start).err().unwrap_or(RomError::TooLarge { bytes: length })
}

/// Reads a file that is no archive.
pub(crate) fn read_plain(bytes: &[u8]) -> Result<Records, RomError> {
    if bytes.is_empty() {
        return Err(RomError::Empty);
    }
    magic::refuse_others(bytes)?;
    match text::as_text(bytes) {
        Some(text) => text::read(text),
        None => raw::read(bytes).map(Records::Image),
    }
}
