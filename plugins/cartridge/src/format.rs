//! The ways in which a program lies in a file (fact sheet §3).

use std::fmt;
use std::str::FromStr;

/// How the words of a program are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Two bytes a word, high byte first: what most emulators take.
    BigEndian,
    /// Two bytes a word, low byte first.
    LittleEndian,
    /// Two words in three bytes, highest bits first.
    Packed,
    /// Epson's pair of texts in Intel HEX (or Motorola S-records): bits 7–0 and bits 11–8 apart.
    Epson,
    /// An array in C source, of words or of the bytes of one of the formats above.
    CArray,
    /// Plain hexadecimal text, of words or of bytes.
    Hex,
}

impl Format {
    /// All formats, in the order of `rom convert --format`.
    pub const ALL: [Self; 6] =
        [Self::BigEndian, Self::LittleEndian, Self::Packed, Self::Epson, Self::CArray, Self::Hex];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::BigEndian => "be16",
            Self::LittleEndian => "le16",
            Self::Packed => "packed",
            Self::Epson => "epson",
            Self::CArray => "c",
            Self::Hex => "hex",
        }
    }

    /// What it is, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::BigEndian => "big-endian word pairs",
            Self::LittleEndian => "little-endian word pairs",
            Self::Packed => "packed 12-bit words",
            Self::Epson => "an Epson HEX pair",
            Self::CArray => "a C array",
            Self::Hex => "hexadecimal text",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|f| f.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no format \"{}\"; choose one of {names}", text.escape_debug())
        })
    }
}
