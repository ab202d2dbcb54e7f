//! Words of a playdate between packets (§3.5).

use crate::line::Custom;

/// What words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// `BREED 0` or `BREED 1`: the recipient's player has chosen.
    Breed(bool),
    /// `SYNC 1` or `SYNC 2`: this side has come so far.
    Sync(Stage),
    /// Anything else, as it came.
    Other(Custom),
}

/// Where both sides wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// After the choice.
    Chosen,
    /// After the animation of breeding.
    Shown,
}

impl Words {
    /// Reads words; further parameters do not matter (L-5).
    pub fn read(words: &Custom) -> Self {
        let mut parts = words.words();
        match (parts.next(), parts.next()) {
            (Some("BREED"), Some("0")) => Self::Breed(false),
            (Some("BREED"), Some("1")) => Self::Breed(true),
            (Some("SYNC"), Some("1")) => Self::Sync(Stage::Chosen),
            (Some("SYNC"), Some("2")) => Self::Sync(Stage::Shown),
            _ => Self::Other(*words),
        }
    }

    /// The words as they are said; `None` never, as long as the words are fit for a line, which these are.
    pub fn write(&self) -> Option<Custom> {
        let text = match self {
            Self::Breed(false) => "BREED 0",
            Self::Breed(true) => "BREED 1",
            Self::Sync(Stage::Chosen) => "SYNC 1",
            Self::Sync(Stage::Shown) => "SYNC 2",
            Self::Other(words) => return Some(*words),
        };
        Custom::new(text).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn known_words_come_back() {
        for (text, words) in [
            ("BREED 0", Words::Breed(false)),
            ("BREED 1 x", Words::Breed(true)),
            (" SYNC\t1", Words::Sync(Stage::Chosen)),
            ("SYNC 2", Words::Sync(Stage::Shown)),
        ] {
            let read = Words::read(&Custom::new(text).unwrap());
            assert_eq!(read, words);
            assert_eq!(Words::read(&read.write().unwrap()), words);
        }
        for text in ["BREED", "BREED 2", "BREED 01", "sync 1", "SYNC 3", "SYNC1", "HELLO"] {
            let custom = Custom::new(text).unwrap();
            assert_eq!(Words::read(&custom), Words::Other(custom));
            assert_eq!(Words::Other(custom).write(), Some(custom));
        }
    }
}
