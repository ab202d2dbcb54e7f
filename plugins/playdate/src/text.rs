//! Names and looks as others may see them: short, printable, one line.

use std::fmt;

/// Characters of a [`Name`] at most.
pub const NAME: usize = 32;
/// Bytes of a [`Look`] at most.
pub const LOOK: usize = 32;

/// A name of 1 to [`NAME`] characters without control, direction or invisible ones, and without blanks around it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Takes a name as it is; `None` if it is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Name> {
        let fits = text.chars().count() <= NAME && text.trim() == text && text.chars().any(|c| !is_variation(c));
        (fits && text.chars().all(is_visible)).then(|| Name(text.to_owned()))
    }

    /// Makes a name of any text: what may not be there is left out, and of what is too long the start is taken.
    #[must_use]
    pub fn cleaned(text: &str, otherwise: &str) -> Name {
        let of = |text: &str| {
            let seen: String = text.chars().filter(|c| is_visible(*c)).collect();
            let short: String = seen.trim().chars().take(NAME).collect();
            Name::new(short.trim())
        };
        of(text).or_else(|| of(otherwise)).unwrap_or_else(|| Name("?".to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Neither control nor direction marks, separators of lines, or anything else that draws nothing.
fn is_visible(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

/// Varies the character before it, and is nothing alone.
fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

/// The identifier of a shell's theme: at most [`LOOK`] visible ASCII characters, perhaps none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Look(String);

impl Look {
    /// Takes it as it is; `None` if it is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Look> {
        (text.len() <= LOOK && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Look(text.to_owned()))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn names_are_short_and_visible() {
        for good in ["A", "Zoë Ω 🐣", &"x".repeat(32)] {
            assert_eq!(Name::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            " A",
            "A ",
            "A\n",
            "a\u{202e}b",
            "\u{200b}",
            "\u{feff}",
            "\u{fe0f}",
            "\u{3164}",
            "a\u{2800}b",
            &"x".repeat(33),
        ] {
            assert_eq!(Name::new(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn any_text_becomes_a_name() {
        assert_eq!(Name::cleaned(" a\u{202e}\u{7}b ", "x").as_str(), "ab");
        assert_eq!(Name::cleaned("\n\t", "x").as_str(), "x");
        assert_eq!(Name::cleaned("", "").as_str(), "?");
        let long = Name::cleaned(&format!("{} b", "a".repeat(31)), "x");
        assert_eq!(long.as_str(), "a".repeat(31));
        assert_eq!(Name::new(long.as_str()), Some(long));
    }

    #[test]
    fn looks_are_plain() {
        assert_eq!(Look::new("meadow-2").unwrap().as_str(), "meadow-2");
        assert_eq!(Look::new("").unwrap(), Look::default());
        assert_eq!((Look::new("a b"), Look::new("é"), Look::new(&"x".repeat(33))), (None, None, None));
    }
}
