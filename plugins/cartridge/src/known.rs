//! Which known toy a program is from.

use crc::{CRC_32_ISO_HDLC, Crc};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::Write;

use crate::cartridge::{ChipKind, big_endian};
use crate::toys::{Kind, TOYS, Toy};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Words 178h–1FFh: inside page 1, code and no pictures (`e0c6s46.md` §13.3).
const REGION: std::ops::Range<usize> = 0x178..0x200;

/// A match in [`TOYS`].
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The entry.
    pub toy: &'static Toy,
    /// True if the whole image matches; false if only a part does.
    pub exact: bool,
    /// What matches.
    pub by: By,
}

/// What of a program matches, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum By {
    /// The whole image.
    Image,
    /// The whole image of a published copy that differs from what was sold; this is how.
    Patched(&'static str),
    /// The code on page 1: pictures or data differ.
    Code,
    /// Only the first word and the size: a guess.
    FirstWord,
}

impl By {
    /// One word for programs: `image`, `patched`, `code` or `guess`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Patched(_) => "patched",
            Self::Code => "code",
            Self::FirstWord => "guess",
        }
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.toy.id == other.toy.id && self.exact == other.exact && self.by == other.by
    }
}

impl Eq for Known {}

/// Checksums of a whole image as big-endian word pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksums {
    /// As in zip.
    pub crc32: u32,
    /// Forty lower-case hexadecimal digits.
    pub sha1: String,
    /// Sixty-four lower-case hexadecimal digits.
    pub sha256: String,
}

/// The checksums of words.
pub(crate) fn checksums(words: &[u16]) -> Checksums {
    let bytes = big_endian(words);
    let hex = |digest: &[u8]| {
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    };
    Checksums { crc32: CRC.checksum(&bytes), sha1: hex(&Sha1::digest(&bytes)), sha256: hex(&Sha256::digest(&bytes)) }
}

/// Looks a program up by its checksums, then by that of its code, then by its first word (`toys.md`
/// §2.2).
pub(crate) fn find(words: &[u16]) -> Option<Known> {
    let chip = ChipKind::of_words(words.len())?;
    let toys = || TOYS.iter().filter(|toy| toy.chip == chip);
    let whole = checksums(words);
    let same = |toy: &&Toy| {
        let image = &toy.image;
        image.crc32 == Some(whole.crc32)
            || image.sha1 == Some(whole.sha1.as_str())
            || image.sha256 == Some(whole.sha256.as_str())
    };
    if let Some(toy) = toys().find(same) {
        return Some(Known { toy, exact: true, by: By::Image });
    }
    for toy in toys() {
        if let Some((_, how)) = toy.patched.iter().find(|(sha256, _)| *sha256 == whole.sha256) {
            return Some(Known { toy, exact: false, by: By::Patched(how) });
        }
    }
    let code: Vec<u8> = words.get(REGION)?.iter().flat_map(|word| word.to_le_bytes()).collect();
    let code = CRC.checksum(&code);
    if let Some(toy) = toys().find(|toy| toy.region == Some(code)) {
        return Some(Known { toy, exact: false, by: By::Code });
    }
    let first = words.first().copied();
    let toy = toys().find(|toy| toy.kind == Kind::Pet && toy.first_word.is_some() && toy.first_word == first)?;
    Some(Known { toy, exact: false, by: By::FirstWord })
}
