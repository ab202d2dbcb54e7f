//! Short texts, clean and never longer than the wire takes.

use std::fmt;
use std::ops::Deref;

/// UTF-8 without control characters, at most `MOST` bytes (255 or fewer).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MOST: usize>(String);

/// What a toy is called.
pub type Name = Text<160>;
/// What a player is told.
pub type Sentence = Text<255>;

impl<const MOST: usize> Text<MOST> {
    /// As much of a text as fits, in whole characters; control characters become spaces.
    #[must_use]
    pub fn new(text: &str) -> Text<MOST> {
        let mut kept = String::new();
        for character in text.chars().map(|character| if character.is_control() { ' ' } else { character }) {
            if kept.len() + character.len_utf8() > MOST.min(255) {
                break;
            }
            kept.push(character);
        }
        Text(kept)
    }

    /// Bytes of the wire; `None` where [`Text::new`] would change something.
    pub(super) fn checked(bytes: &[u8]) -> Option<Text<MOST>> {
        let text = std::str::from_utf8(bytes).ok()?;
        (text.len() <= MOST.min(255) && !text.contains(char::is_control)).then(|| Text(text.to_owned()))
    }
}

/// A theme's identifier: visible ASCII characters, at most 32.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Theme(Text<{ Theme::MOST }>);

impl Theme {
    /// The longest one, in bytes.
    pub const MOST: usize = 32;

    /// As much of an identifier as fits, without characters that may not be there.
    #[must_use]
    pub fn new(text: &str) -> Theme {
        Theme(Text(text.chars().filter(char::is_ascii_graphic).take(Theme::MOST).collect()))
    }

    pub(super) fn checked(bytes: &[u8]) -> Option<Theme> {
        bytes.iter().all(u8::is_ascii_graphic).then(|| Text::checked(bytes).map(Theme))?
    }
}

impl<const MOST: usize> Deref for Text<MOST> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Deref for Theme {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Debug for Text<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MOST: usize> fmt::Display for Text<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_cleaned() {
        assert_eq!(&*Text::<4>::new("äöü"), "äö");
        assert_eq!(&*Text::<3>::new("äöü"), "ä");
        assert_eq!(&*Name::new("Pip\u{1B}[2J\n"), "Pip [2J ");
        assert_eq!(Name::new(&"x".repeat(500)).len(), 160);
        assert_eq!(Sentence::new(&"x".repeat(500)).len(), 255);
        assert_eq!(&*Theme::new("dés ert\n2"), "dsert2");
        assert_eq!(Theme::new(&"x".repeat(500)).len(), 32);
    }
}
