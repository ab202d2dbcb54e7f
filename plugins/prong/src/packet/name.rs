//! Names as a toy keeps them: nine languages, twelve letters each.

use std::fmt;

use super::bytes::{put, u16_at};

/// Languages of a toy.
pub const LANGUAGES: usize = 9;
/// Letters of a name.
pub const LETTERS: usize = 12;
/// Letters and the zero after them.
const UNITS: usize = LETTERS + 1;

/// A name in nine languages, each of twelve letters and a zero. What letter a number is, only the toy's own text
/// system knows; between virtual pets they are UTF-16.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name([[u16; UNITS]; LANGUAGES]);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// More than [`LETTERS`].
    #[error("a name has at most 12 letters, not {0}: give a shorter one")]
    TooLong(usize),
    /// It would end the name.
    #[error("a name cannot hold the letter zero: leave it out")]
    Zero,
}

impl Name {
    /// Bytes of a name.
    pub const SIZE: usize = 2 * UNITS * LANGUAGES;

    /// The same name in every language, in UTF-16.
    ///
    /// # Errors
    /// More than twelve units, or a zero among them.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let length = text.encode_utf16().count();
        if length > LETTERS {
            return Err(NameError::TooLong(length));
        }
        let mut units = [0; UNITS];
        for (unit, letter) in units.iter_mut().zip(text.encode_utf16()) {
            *unit = letter;
        }
        if units.iter().take(length).any(|unit| *unit == 0) {
            return Err(NameError::Zero);
        }
        Ok(Self([units; LANGUAGES]))
    }

    /// The letters in one language, 0 to 8, up to the first zero; at most thirteen, as a stranger may leave out the
    /// zero. Empty for other numbers.
    pub fn letters(&self, language: usize) -> &[u16] {
        let units = self.0.get(language).map_or(&[][..], |units| units.as_slice());
        let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
        units.get(..end).unwrap_or_default()
    }

    /// The letters in one language taken for UTF-16; what is none, and control characters, become U+FFFD.
    pub fn text(&self, language: usize) -> String {
        char::decode_utf16(self.letters(language).iter().copied())
            .map(|letter| letter.ok().filter(|letter| !letter.is_control()).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    }

    /// Reads the bytes from `at` on, which must be there.
    pub(super) fn read(bytes: &[u8], at: usize) -> Self {
        let mut name = [[0; UNITS]; LANGUAGES];
        for (i, unit) in name.iter_mut().flatten().enumerate() {
            *unit = u16_at(bytes, at + 2 * i);
        }
        Self(name)
    }

    pub(super) fn write(&self, bytes: &mut [u8], at: usize) {
        for (i, unit) in self.0.iter().flatten().enumerate() {
            put(bytes, at + 2 * i, &unit.to_le_bytes());
        }
    }
}

impl Default for Name {
    /// No letters.
    fn default() -> Self {
        Self([[0; UNITS]; LANGUAGES])
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({:?})", self.text(0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn twelve_letters_fit() {
        assert_eq!(Name::new("twelveletter").unwrap().text(8), "twelveletter");
        assert_eq!(Name::new("thirteenlette"), Err(NameError::TooLong(13)));
        assert_eq!(Name::new("a\0b"), Err(NameError::Zero));
        assert_eq!(Name::new("").unwrap(), Name::default());
        assert_eq!(Name::new("🐣").unwrap().letters(0).len(), 2);
        assert!(Name::default().letters(9).is_empty());
    }

    #[test]
    fn any_units_are_shown_somehow() {
        let mut name = Name([[0xD800; UNITS]; LANGUAGES]);
        assert_eq!(name.letters(0).len(), UNITS);
        assert_eq!(name.text(0), "\u{FFFD}".repeat(UNITS));
        name.0[1] = [7, 65, 0, 66, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(name.text(1), "\u{FFFD}A");
        let mut bytes = [0; Name::SIZE + 3];
        name.write(&mut bytes, 3);
        assert_eq!(Name::read(&bytes, 3), name);
    }
}
