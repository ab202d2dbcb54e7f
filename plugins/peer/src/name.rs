//! What players are called.

use std::fmt;
use std::str::FromStr;

/// A name that may be shown anywhere: 1 to 32 characters, none that moves a cursor, turns the text around or hides,
/// no blank at either end, and at least one that is seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing, or nothing that is seen.
    #[error("a name needs a letter: type one")]
    Empty,
    /// Too many characters.
    #[error("a name has at most {most} characters, this has {0}: shorten it", most = Name::LONGEST)]
    Long(usize),
    /// A character, counted from 1, that is not for names.
    #[error("character {0} of the name cannot be shown: leave it out")]
    Character(usize),
    /// A blank at the beginning or the end.
    #[error("a name neither begins nor ends with a blank: leave it out")]
    Blank,
}

impl Name {
    /// Characters of the longest.
    pub const LONGEST: usize = 32;
    /// Bytes of the longest.
    pub(crate) const LONGEST_BYTES: usize = 4 * Self::LONGEST;

    /// The text, if it is a name as it stands.
    ///
    /// # Errors
    /// It is none; nothing is mended here, for what is mended is no longer what the other side said.
    pub fn new(text: &str) -> Result<Self, NameError> {
        // The bytes are looked at first: a text of any length costs nothing.
        if text.len() > Self::LONGEST_BYTES || text.chars().count() > Self::LONGEST {
            return Err(NameError::Long(text.chars().take(1000).count()));
        }
        if let Some(at) = text.chars().position(|character| !is_shown(character)) {
            return Err(NameError::Character(at + 1));
        }
        if !text.chars().any(|character| !character.is_whitespace() && !is_joint(character)) {
            return Err(NameError::Empty);
        }
        if text.trim() != text {
            return Err(NameError::Blank);
        }
        Ok(Self(text.into()))
    }

    /// What was typed, made a name: what cannot be shown is left out, the rest shortened. `None`: nothing is left.
    pub fn mended(text: &str) -> Option<Self> {
        let shown: String = text.chars().filter(|&character| is_shown(character)).collect();
        let short: String = shown.trim().chars().take(Self::LONGEST).collect();
        Self::new(short.trim()).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

/// Whether a stranger's character may be shown: none that moves a cursor, breaks the line, turns the text around, or
/// is not seen and yet makes two texts differ.
pub(crate) fn is_shown(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180E}' | '\u{200B}'
            | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Joins or varies its neighbours, and is nothing alone.
fn is_joint(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new(" \u{A0}"), Err(NameError::Empty));
        assert_eq!(Name::new("\u{200D}"), Err(NameError::Empty));
        for blank in ['\u{2800}', '\u{3164}', '\u{34F}', '\u{17B5}'] {
            assert_eq!(Name::new(&format!("a{blank}b")), Err(NameError::Character(2)));
        }
        assert_eq!(Name::new(&"é".repeat(33)), Err(NameError::Long(33)));
        assert_eq!(Name::new(&"x".repeat(100_000)), Err(NameError::Long(1000)));
        assert_eq!(Name::new("a\nb"), Err(NameError::Character(2)));
        assert_eq!(Name::new("ab\u{202E}"), Err(NameError::Character(3)));
        assert_eq!(Name::new("ab "), Err(NameError::Blank));
        assert_eq!(Name::new(&"𝄞".repeat(32)).unwrap().as_str().len(), Name::LONGEST_BYTES);
        assert_eq!(Name::new("Åsa & 李 👩‍👧").unwrap().to_string(), "Åsa & 李 👩‍👧");
    }

    #[test]
    fn mends_what_was_typed() {
        assert_eq!(Name::mended(" \tAnna\u{7}  "), Name::new("Anna").ok());
        assert_eq!(Name::mended(&"ab ".repeat(20)).unwrap().as_str().len(), 32);
        assert_eq!(Name::mended("\u{200B}\n"), None);
    }

    proptest! {
        #[test]
        fn what_is_mended_is_a_name(text in ".{0,80}") {
            if let Some(name) = Name::mended(&text) {
                prop_assert_eq!(Name::new(name.as_str()), Ok(name));
            }
            if let Ok(name) = Name::new(&text) {
                prop_assert_eq!(Name::mended(&text), Some(name));
            }
        }
    }
}
