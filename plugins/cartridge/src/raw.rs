//! Binary images: which of the formats, and the words in them.

mod sizes;

use eggtooth_chip::isa;

use crate::error::{RomError, group};
use crate::format::Format;

/// Words of an E0C6S46.
pub(crate) const WORDS_S46: usize = 6144;
/// Words of an E0C6S48.
pub(crate) const WORDS_S48: usize = 8192;
/// Where the chip starts: bank 0, page 1, step 00.
const RESET: usize = 0x100;
/// All lengths a binary image can have.
const SIZES: [usize; 3] = [9216, 12_288, 16_384];
/// A length this near to a right one is a damaged copy, not another kind of file.
const NEAR: usize = 64;

/// The words of an image, 6,144 or 8,192 of 12 bits, and how they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) words: Vec<u16>,
    pub(crate) format: Format,
    pub(crate) notes: Vec<String>,
    /// The bytes of a binary image, but written as text.
    pub(crate) spelt: bool,
}

impl Image {
    /// Checks that the words may be a program; drops the padding of an E0C6S46 image.
    pub(crate) fn new(mut words: Vec<u16>, format: Format) -> Result<Self, RomError> {
        if words.len() != WORDS_S46 && words.len() != WORDS_S48 {
            return Err(RomError::WordCount { what: format.describe(), have: words.len() });
        }
        if let Some(first) = words.first()
            && words.iter().all(|word| word == first)
        {
            return Err(RomError::Blank { unit: "word", value: *first });
        }
        // 000h at 100h jumps to itself.
        if words.get(RESET) == Some(&0) && words.iter().filter(|word| **word != 0).count() * 50 < words.len() {
            return Err(RomError::Implausible {
                reason: "nearly all of it is 00h, and nothing begins at 100h".to_owned(),
            });
        }
        let mut notes = Vec::new();
        if let Some(padding) = words.get(WORDS_S46..)
            && !padding.is_empty()
            && (padding.iter().all(|w| *w == 0xfff) || padding.iter().all(|w| *w == 0))
        {
            words.truncate(WORDS_S46);
            notes.push("it was padded to 8,192 words: the empty end was dropped".to_owned());
        }
        if let Some(word) = words.get(RESET)
            && isa::find(*word).is_none()
        {
            return Err(RomError::Implausible {
                reason: format!("its first instruction, at 100h, would be {word:03X}h, which does not exist"),
            });
        }
        Ok(Self { words, format, notes, spelt: false })
    }
}

/// True for the lengths that a binary image can have.
pub(crate) fn is_size(length: usize) -> bool {
    SIZES.contains(&length)
}

/// Reads a binary image.
pub(crate) fn read(bytes: &[u8]) -> Result<Image, RomError> {
    if let Some(first) = bytes.first()
        && is_size(bytes.len())
        && bytes.iter().all(|byte| byte == first)
    {
        return Err(RomError::Blank { unit: "byte", value: u16::from(*first) });
    }
    match bytes.len() {
        9216 => packed(bytes),
        12_288 => pairs_or_packed(bytes),
        16_384 => padded_with_bytes(bytes).unwrap_or_else(|| pairs_or_packed(bytes)),
        _ => Err(sizes::refuse(bytes)),
    }
}

/// An image of the smaller chip whose padding is FF bytes, no words that the chip has.
fn padded_with_bytes(bytes: &[u8]) -> Option<Result<Image, RomError>> {
    let (program, padding) = bytes.split_at_checked(WORDS_S46 * 2)?;
    (padding.iter().all(|byte| *byte == 0xff) && program.iter().any(|byte| *byte != 0xff)).then(|| {
        let mut image = pairs_or_packed(program)?;
        image.notes.push("it was padded to 16,384 bytes: the empty end was dropped".to_owned());
        Ok(image)
    })
}

fn pairs_or_packed(bytes: &[u8]) -> Result<Image, RomError> {
    let (even, odd) = (large(bytes, 0), large(bytes, 1));
    let big = || Image::new(words(bytes, u16::from_be_bytes), Format::BigEndian);
    let little = || {
        let mut image = Image::new(words(bytes, u16::from_le_bytes), Format::LittleEndian)?;
        image.notes.push("its bytes were swapped: converted".to_owned());
        Ok(image)
    };
    match (even, odd) {
        // Both orders are possible only if no byte is above 0F: then the entry decides.
        (0, 0) => big().or_else(|e| little().map_err(|_: RomError| e)),
        (0, _) => big(),
        (_, 0) => little(),
        // Some dumps carry rubbish in the four bits that the chip does not have. Packed words cannot
        // look like this: their bytes of even and odd place are of the same kinds.
        (few, many) if few <= bytes.len() / 200 && many > bytes.len() / 8 => masked(big(), few),
        (many, few) if few <= bytes.len() / 200 && many > bytes.len() / 8 => masked(little(), few),
        _ if bytes.len() == 12_288 => packed(bytes),
        _ => Err(RomError::Implausible { reason: "its bytes are no word pairs in either order".to_owned() }),
    }
}

/// Notes that bits were cleared in so many words.
fn masked(found: Result<Image, RomError>, count: usize) -> Result<Image, RomError> {
    let mut image = found?;
    let count = group(count as u64);
    image.notes.push(format!("bits that the chip does not have were set in {count} words: cleared"));
    Ok(image)
}

/// How many bytes at this parity are above 0F.
fn large(bytes: &[u8], parity: usize) -> usize {
    bytes.iter().skip(parity).step_by(2).filter(|byte| **byte > 0x0f).count()
}

fn words(bytes: &[u8], join: fn([u8; 2]) -> u16) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|pair| join(*pair) & 0xfff).collect()
}

/// Two words in three bytes. Any bytes can be read so; what is no program shows by the share of
/// words that are no instructions: 1.8 % in random data, next to none in a program, where even
/// pictures and tables are made of instructions.
fn packed(bytes: &[u8]) -> Result<Image, RomError> {
    // Text makes instructions too; a program has no more than half of its bytes there.
    let text = bytes.iter().filter(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e)).count();
    if text * 10 > bytes.len() * 9 {
        return Err(RomError::Implausible { reason: "nearly all of it is text".to_owned() });
    }
    let mut words = Vec::with_capacity(bytes.len() / 3 * 2);
    for [a, b, c] in bytes.as_chunks::<3>().0 {
        let (a, b, c) = (u16::from(*a), u16::from(*b), u16::from(*c));
        words.push(a << 4 | b >> 4);
        words.push((b & 15) << 8 | c);
    }
    let undefined = words.iter().filter(|word| isa::find(**word).is_none()).count();
    if undefined * 125 > words.len() {
        return Err(RomError::Implausible {
            reason: format!("{} of {} words are no instructions", group(undefined as u64), group(words.len() as u64)),
        });
    }
    Image::new(words, Format::Packed)
}
