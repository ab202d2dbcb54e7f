//! Why a file is refused, in one sentence that says what it is and what to try.

use std::io;
use std::path::PathBuf;

/// Why a file is no ROM.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RomError {
    /// There is no such file.
    #[error("there is no file {}; check the path", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The system does not let us read it.
    #[error("{} cannot be read ({}); check its permissions", path.display(), source)]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder, pipe, socket or device; it was not opened.
    #[error("{} is {what}, not a ROM file; {advice}", path.display())]
    NotAFile {
        /// The path as given.
        path: PathBuf,
        /// What it is, with article.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// More than the largest text form of a ROM; it was not read.
    #[error("{} is far more than any ROM for these toys (at most 16 KiB as a binary); choose the ROM file itself", size(*bytes))]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// No bytes at all.
    #[error("the file is empty; copy the ROM again from where it came")]
    Empty,
    /// Every word is the same: an erased or never filled chip.
    #[error("the file holds no program, every {unit} of it is {value:02X}h; dump the ROM again")]
    Blank {
        /// `byte` or `word`.
        unit: &'static str,
        /// What it is full of.
        value: u16,
    },
    /// Recognised as something else.
    #[error("this is {what}, not a ROM for these toys; {advice}")]
    NotARom {
        /// What it is, with article.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// A few bytes off a right size.
    #[error("the file has {} bytes, {}; {advice}", group(*have as u64), off_by(*have, *want))]
    NearlyRight {
        /// Its length.
        have: usize,
        /// The right length nearest to it.
        want: usize,
        /// What to do.
        advice: String,
    },
    /// The beginning of an image.
    #[error(
        "the file has {} bytes, the beginning of an image of {}: at least {} are missing; copy or dump it again",
        group(*have as u64),
        group(*want as u64),
        group(want.saturating_sub(*have) as u64)
    )]
    CutShort {
        /// Its length.
        have: usize,
        /// The least length that it should have.
        want: usize,
    },
    /// A length that no format has.
    #[error("{} bytes is no ROM size (12,288 or 16,384; packed 9,216 or 12,288); {advice}", group(*have as u64))]
    Size {
        /// Its length.
        have: usize,
        /// What to do.
        advice: &'static str,
    },
    /// A text with so many values, which is no size of a ROM.
    #[error("the {what} has {} words, but a ROM has 6,144 (E0C6S46) or 8,192 (E0C6S48); take the whole of it", group(*have as u64))]
    WordCount {
        /// What was read, such as `C array`.
        what: &'static str,
        /// How many words it has.
        have: usize,
    },
    /// The right size, but not a program for this chip.
    #[error("the size is right but this is no program for these toys ({reason}); choose another file")]
    Implausible {
        /// Why.
        reason: String,
    },
    /// A text that looks like a ROM but breaks off or has an error.
    #[error("line {line} of the text cannot be read ({what}); mend that line or take another copy")]
    Text {
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// Half of an Epson pair without the other.
    #[error(
        "this is the {half} half of an Epson HEX pair; put the other half beside it with the same name and low or high in it, or both in one zip"
    )]
    HalfPair {
        /// `low` (bits 7–0) or `high` (bits 11–8).
        half: &'static str,
    },
    /// A zip in which nothing is a ROM.
    #[error("this is a ZIP with no image inside ({found}); unpack it and choose the ROM file")]
    NoImageInside {
        /// What was found instead.
        found: String,
    },
    /// A zip with several different ROMs.
    #[error("this ZIP has several images inside ({names}); unpack it and choose one of them")]
    SeveralInside {
        /// Their names.
        names: String,
    },
    /// An archive that cannot be unpacked.
    #[error("this {kind} cannot be unpacked ({reason}); unpack it with another program and choose the ROM file")]
    Archive {
        /// `ZIP` or `gzip file`.
        kind: &'static str,
        /// Why.
        reason: String,
    },
}

/// A number with commas between groups of three digits.
pub(crate) fn group(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size for people: bytes, KiB, MiB or GiB.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", group(bytes >> 30)),
    }
}

fn off_by(have: usize, want: usize) -> String {
    let n = have.abs_diff(want);
    let count = if n == 1 { "one byte".to_owned() } else { format!("{} bytes", group(n as u64)) };
    let side = if have < want { "short of" } else { "more than" };
    format!("{count} {side} {}", group(want as u64))
}
