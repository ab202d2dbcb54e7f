//! Intel HEX and Motorola S-records, and Epson's way of splitting words over two such files: one
//! with bits 7–0 of every word, one with bits 11–8 in the low nibble, unused words FF (fact sheet
//! §3, format D).

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::error::RomError;
use crate::format::Format;
use crate::raw::{self, Image, WORDS_S46, WORDS_S48};

/// Bytes by address. Addresses stay below [`MAX_ADDRESS`], so this is bounded.
pub(crate) type Memory = BTreeMap<usize, u8>;

/// Enough for a whole image of word pairs in one file.
const MAX_ADDRESS: usize = 0x4000;
/// Data bytes in each record that is written.
const ROW: usize = 16;

/// What the records of one file are.
#[derive(Debug)]
pub(crate) enum Records {
    /// A whole image.
    Image(Image),
    /// One half of a pair.
    Half(Half),
}

/// One half of a pair: its bytes, and whether they can be bits 11–8.
#[derive(Debug)]
pub(crate) struct Half {
    memory: Memory,
    pub(crate) looks_high: bool,
}

impl Half {
    fn new(memory: Memory) -> Self {
        let looks_high = memory.values().all(|byte| *byte <= 0x0f || *byte == 0xff);
        Self { memory, looks_high }
    }

    /// `low` or `high`.
    pub(crate) fn name(&self) -> &'static str {
        if self.looks_high { "high" } else { "low" }
    }
}

/// True if a text begins like one of the two record formats.
pub(crate) fn is_records(text: &str) -> bool {
    let mut start = text.trim_start().bytes();
    match (start.next(), start.next()) {
        (Some(b':'), Some(next)) => next.is_ascii_hexdigit(),
        (Some(b'S' | b's'), Some(next)) => next.is_ascii_digit(),
        _ => false,
    }
}

/// Reads the records of one file. Two complete sets one after the other are a pair in one file.
pub(crate) fn read(text: &str) -> Result<Records, RomError> {
    let mut sets = Vec::new();
    let mut now = Memory::new();
    let mut base = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let error = |what: String| RomError::Text { line: number + 1, what };
        let record = match line.as_bytes() {
            [b':', ..] => intel(line).map_err(error)?,
            [b'S' | b's', ..] => motorola(line).map_err(error)?,
            _ => return Err(error("it is no record".to_owned())),
        };
        match record {
            Record::Data(address, bytes) => {
                for (n, byte) in bytes.into_iter().enumerate() {
                    let at = base + address + n;
                    if at >= MAX_ADDRESS {
                        return Err(error(format!("address {at:X}h is outside of any ROM")));
                    }
                    if now.insert(at, byte).is_some() {
                        return Err(error(format!("address {at:X}h is there twice")));
                    }
                }
            }
            Record::Base(address) => base = address,
            Record::End if sets.len() == 2 => return Err(error("a third set of records".to_owned())),
            Record::End => {
                base = 0;
                sets.push(std::mem::take(&mut now));
            }
            Record::Other => {}
        }
    }
    if !now.is_empty() {
        // The end record is missing: the text breaks off.
        return Err(RomError::Text { line: text.lines().count(), what: "the last record is missing".to_owned() });
    }
    sets.retain(|set| !set.is_empty());
    let mut sets = sets.into_iter();
    match (sets.next(), sets.next()) {
        (None, _) => Err(RomError::Empty),
        (Some(only), None) if only.keys().next_back().is_some_and(|last| *last >= WORDS_S48) => {
            // Unused words at the end may be missing.
            let length = match only.keys().next_back().map_or(0, |last| last + 1) {
                length if length <= 3 * WORDS_S46 / 2 => 3 * WORDS_S46 / 2,
                length if length <= 2 * WORDS_S46 => 2 * WORDS_S46,
                _ => 2 * WORDS_S48,
            };
            // What is not given is word 0FFFh, as in padded images.
            let unused = |at: usize| if at.is_multiple_of(2) { 0x0f } else { 0xff };
            let bytes: Vec<u8> = (0..length).map(|at| only.get(&at).copied().unwrap_or(unused(at))).collect();
            let mut image = raw::read(&bytes)?;
            image.spelt = true;
            let motorola = text.trim_start().starts_with(['S', 's']);
            let kind = if motorola { "Motorola S-records" } else { "Intel HEX" };
            image.notes.push(format!("it came as a whole image in {kind}"));
            Ok(Records::Image(image))
        }
        (Some(only), None) => Ok(Records::Half(Half::new(only))),
        (Some(first), Some(second)) => join(Half::new(first), Half::new(second)).map(Records::Image),
    }
}

/// Puts two halves together; the first is the low one if both could be either.
pub(crate) fn join(first: Half, second: Half) -> Result<Image, RomError> {
    let (low, high) = match (first.looks_high, second.looks_high) {
        (_, true) => (first, second),
        (true, false) => (second, first),
        (false, false) => {
            return Err(RomError::Implausible {
                reason: "both files of the pair hold bits 7-0, none bits 11-8".to_owned(),
            });
        }
    };
    let word = |at: usize| {
        let low = low.memory.get(&at).copied().unwrap_or(0xff);
        let high = high.memory.get(&at).copied().unwrap_or(0xff);
        u16::from(high & 0x0f) << 8 | u16::from(low)
    };
    let last = low.memory.keys().chain(high.memory.keys()).max().copied().unwrap_or(0);
    if last >= WORDS_S48 {
        return Err(RomError::Implausible { reason: format!("its last address is {last:X}h") });
    }
    let length = if last < WORDS_S46 { WORDS_S46 } else { WORDS_S48 };
    Image::new((0..length).map(word).collect(), Format::Epson)
}

/// The two texts of a pair in Intel HEX: bits 7–0, then bits 11–8.
pub(crate) fn write(words: &[u16]) -> (String, String) {
    let half = |shift: u32| {
        let mut text = String::new();
        for (n, row) in words.chunks(ROW).enumerate() {
            let address = (n * ROW).to_be_bytes();
            let mut record = vec![row.len() as u8, address[address.len() - 2], address[address.len() - 1], 0];
            record.extend(row.iter().map(|word| (word >> shift) as u8));
            let sum = record.iter().fold(0u8, |sum, byte| sum.wrapping_sub(*byte));
            record.push(sum);
            text.push(':');
            for byte in record {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02X}");
            }
            text.push('\n');
        }
        text.push_str(":00000001FF\n");
        text
    };
    (half(0), half(8))
}

enum Record {
    Data(usize, Vec<u8>),
    /// Added to the addresses that follow.
    Base(usize),
    End,
    Other,
}

fn hex_bytes(text: &str) -> Result<Vec<u8>, String> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.as_bytes().as_chunks::<2>();
    if !pairs.1.is_empty() {
        return Err("an odd number of digits".to_owned());
    }
    let byte = |[a, b]: &[u8; 2]| Some(digit(*a)? << 4 | digit(*b)?);
    pairs
        .0
        .iter()
        .map(byte)
        .collect::<Option<_>>()
        .ok_or_else(|| "it has a character that is no hexadecimal digit".to_owned())
}

fn intel(line: &str) -> Result<Record, String> {
    let bytes = hex_bytes(&line[1..])?;
    let [length, high, low, kind, data @ .., _] = &bytes[..] else {
        return Err("the record is too short".to_owned());
    };
    if data.len() != usize::from(*length) {
        return Err("the record's length is wrong".to_owned());
    }
    if bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) != 0 {
        return Err("the record's checksum is wrong".to_owned());
    }
    let long = |data: &[u8]| data.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    Ok(match kind {
        0 => Record::Data(long(&[*high, *low]), data.to_vec()),
        1 => Record::End,
        2 if data.len() == 2 => Record::Base(long(data) << 4),
        4 if data.len() == 2 => Record::Base(long(data) << 16),
        3 | 5 => Record::Other,
        _ => return Err(format!("record type {kind:02X} is unknown")),
    })
}

fn motorola(line: &str) -> Result<Record, String> {
    let kind = line.as_bytes().get(1).copied().unwrap_or_default();
    let bytes = hex_bytes(line.get(2..).unwrap_or_default())?;
    let [length, rest @ .., _] = &bytes[..] else {
        return Err("the record is too short".to_owned());
    };
    if rest.len() + 1 != usize::from(*length) {
        return Err("the record's length is wrong".to_owned());
    }
    if bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) != 0xff {
        return Err("the record's checksum is wrong".to_owned());
    }
    let width = match kind {
        b'1' => 2,
        b'2' => 3,
        b'3' => 4,
        b'7'..=b'9' => return Ok(Record::End),
        b'0' | b'5' | b'6' => return Ok(Record::Other),
        _ => return Err("the record's type is unknown".to_owned()),
    };
    let (Some(address), Some(data)) = (rest.get(..width), rest.get(width..)) else {
        return Err("the record is too short".to_owned());
    };
    let address = address.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    Ok(Record::Data(address, data.to_vec()))
}
