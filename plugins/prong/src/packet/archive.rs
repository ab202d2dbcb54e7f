//! Downloads: items, which are ARC2 archives, and patches (§3.3).

use std::fmt;
use std::ops::Range;

use super::bytes::{put, u32_at};
use crate::guard::STAGED;

const HEADER: usize = 16;
const ENTRY: usize = 16;
/// Data, sprites, strings.
const FILES: usize = 3;
/// Bytes the sum starts behind.
const SUMMED: usize = 8;

/// An item to download: a whole ARC2 archive of three files, at most 0x4000 bytes. What is in the files is not checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Item(Vec<u8>);

/// Why bytes are no item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// Larger than the place a toy has for it.
    #[error("an item has at most 16,384 bytes, not {0}: this may be a patch")]
    TooLarge(usize),
    /// Shorter than a header.
    #[error("{0} bytes are too few for an item: it is cut off")]
    TooShort(usize),
    /// The first word.
    #[error("the item does not begin with ARC2: it is no item")]
    Magic,
    /// The length field.
    #[error("the item says that {0} bytes follow its header, which is not so: it is cut off or damaged")]
    Length(u32),
    /// The byte sum.
    #[error("the item's sum is wrong: it is damaged")]
    Sum,
    /// The count.
    #[error("an item has three files, not {0}: this is another archive")]
    Files(u32),
    /// Toys have no compression.
    #[error("file {0} of the item is compressed, which no toy understands: build it without")]
    Compressed(u8),
    /// Alignment, lengths or place of a file.
    #[error("file {0} of the item lies outside of it, or its lengths disagree: build it anew")]
    Place(u8),
    /// Two files share bytes.
    #[error("files of the item lie over each other: build it anew")]
    Overlap,
}

impl Item {
    /// Takes an archive that [`check`](Self::check) lets through, byte for byte.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn parse(bytes: &[u8]) -> Result<Self, ItemError> {
        Self::check(bytes)?;
        Ok(Self(bytes.to_vec()))
    }

    /// Judges an archive: size, magic, length, sum, and where its files lie.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(bytes: &[u8]) -> Result<(), ItemError> {
        let size = bytes.len();
        if size > STAGED {
            return Err(ItemError::TooLarge(size));
        }
        if size < HEADER {
            return Err(ItemError::TooShort(size));
        }
        if !bytes.starts_with(b"ARC2") {
            return Err(ItemError::Magic);
        }
        let length = u32_at(bytes, 8);
        if usize::try_from(length).ok().and_then(|length| length.checked_add(HEADER)) != Some(size) {
            return Err(ItemError::Length(length));
        }
        if u32_at(bytes, 4) != byte_sum(bytes) {
            return Err(ItemError::Sum);
        }
        let count = u32_at(bytes, 12);
        if count != FILES as u32 {
            return Err(ItemError::Files(count));
        }
        let mut places = [(0, 0); FILES];
        for (index, place) in (0_u8..).zip(&mut places) {
            let at = HEADER + ENTRY * usize::from(index);
            if u32_at(bytes, at) != 0 {
                return Err(ItemError::Compressed(index));
            }
            let field = |at: usize| usize::try_from(u32_at(bytes, at)).map_err(|_| ItemError::Place(index));
            let (start, aligned, actual) = (field(at + 4)?, field(at + 8)?, field(at + 12)?);
            let end = start.checked_add(aligned).ok_or(ItemError::Place(index))?;
            let right = start % 4 == 0 && actual.checked_next_multiple_of(4) == Some(aligned);
            if !right || start < HEADER + FILES * ENTRY || end > size {
                return Err(ItemError::Place(index));
            }
            *place = (start, end);
        }
        places.sort_unstable();
        let apart = places.iter().zip(places.iter().skip(1)).all(|(one, next)| one.1 <= next.0);
        if apart { Ok(()) } else { Err(ItemError::Overlap) }
    }

    /// Makes an archive of the three files.
    ///
    /// # Errors
    /// Together they are too large.
    pub fn build(data: &[u8], sprites: &[u8], strings: &[u8]) -> Result<Self, ItemError> {
        let mut bytes = vec![0; HEADER + FILES * ENTRY];
        for (index, file) in [data, sprites, strings].into_iter().enumerate() {
            let start = bytes.len();
            let aligned = file.len().next_multiple_of(4);
            if start + aligned > STAGED {
                return Err(ItemError::TooLarge(start + aligned));
            }
            bytes.extend_from_slice(file);
            bytes.resize(start + aligned, 0);
            for (field, value) in [(4, start), (8, aligned), (12, file.len())] {
                put(&mut bytes, HEADER + ENTRY * index + field, &(value as u32).to_le_bytes());
            }
        }
        let length = (bytes.len() - HEADER) as u32;
        put(&mut bytes, 0, b"ARC2");
        put(&mut bytes, 8, &length.to_le_bytes());
        put(&mut bytes, 12, &(FILES as u32).to_le_bytes());
        let sum = byte_sum(&bytes);
        put(&mut bytes, 4, &sum.to_le_bytes());
        Self::parse(&bytes)
    }

    /// The archive, 64 to 0x4000 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The archive itself.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A file: 0 data, 1 sprites, 2 strings.
    pub fn file(&self, index: usize) -> Option<&[u8]> {
        self.0.get(self.place(index)?)
    }

    fn place(&self, index: usize) -> Option<Range<usize>> {
        let at = HEADER + ENTRY * (index < FILES).then_some(index)?;
        let start = usize::try_from(u32_at(&self.0, at + 4)).ok()?;
        let length = usize::try_from(u32_at(&self.0, at + 12)).ok()?;
        Some(start..start.checked_add(length)?)
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({} bytes)", self.0.len())
    }
}

/// A patch of a toy's program: 0x4001 to 0x10000 bytes, which are what they are. A toy writes it to its flash, and a
/// wrong one can end it.
#[derive(Clone, PartialEq, Eq)]
pub struct Patch(Vec<u8>);

/// Bytes that are no patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a patch has 16,385 to 65,536 bytes, not {0}: what is smaller is an item, what is larger fits no toy")]
pub struct PatchError(pub usize);

impl Patch {
    /// Bytes of the largest patch.
    pub const MAX: usize = 0x1_0000;

    /// Takes any bytes of the right number.
    ///
    /// # Errors
    /// Too few or too many.
    pub fn new(bytes: Vec<u8>) -> Result<Self, PatchError> {
        if (STAGED + 1..=Self::MAX).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(PatchError(bytes.len())) }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes themselves.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patch({} bytes)", self.0.len())
    }
}

fn byte_sum(bytes: &[u8]) -> u32 {
    let summed = bytes.get(SUMMED..).unwrap_or_default();
    summed.iter().fold(0, |sum: u32, byte| sum.wrapping_add(u32::from(*byte)))
}
