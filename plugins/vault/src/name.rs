//! Names that people give to toys, and the folder names made from them.

use std::fmt;

use crate::error::VaultError;

/// Longest name of a toy, in characters.
pub const MAX_NAME: usize = 40;

/// Longest folder name in bytes; leaves room for a number at the end.
const MAX_SLUG: usize = 48;

/// Checks a name that a person typed and returns it without spaces around it.
///
/// Any text of 1 to [`MAX_NAME`] characters, except path separators, control and invisible
/// direction characters, and a leading dot: those are refused rather than rewritten, because a
/// name like `../x` is never meant as a name.
pub fn check_name(name: &str) -> Result<String, VaultError> {
    let trimmed = name.trim();
    let refuse = |reason| Err(VaultError::BadName { name: printable(name), reason });
    if trimmed.is_empty() {
        return refuse("it is empty");
    }
    if trimmed.contains(['/', '\\']) {
        return refuse("it contains a path separator");
    }
    if trimmed.chars().any(is_invisible) {
        return refuse("it contains a control character");
    }
    if trimmed.starts_with('.') {
        return refuse("it starts with a dot");
    }
    if trimmed.chars().count() > MAX_NAME {
        return refuse("it is too long");
    }
    Ok(trimmed.to_owned())
}

/// Control characters, line separators and the marks that reverse the reading direction.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}

/// The start of a text, safe to print on a terminal.
fn printable(text: &str) -> String {
    text.chars().take(MAX_NAME).map(|c| if is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

/// The name of a toy's folder: 1 to 60 of `a-z`, `0-9` and `-`, never starting with `-`.
///
/// It stays the same when the toy is renamed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// Takes a folder name as it is, or `None` if it is not one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let ours = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let good =
            (1..=60).contains(&text.len()) && text.bytes().all(ours) && !text.starts_with('-') && !is_reserved(text);
        good.then(|| Self(text.to_owned()))
    }

    /// The folder name for a checked name: its ASCII letters and digits, the rest as dashes.
    pub(crate) fn from_name(name: &str) -> Self {
        let mut text = String::new();
        for c in name.chars() {
            if c.is_ascii_alphanumeric() {
                text.push(c.to_ascii_lowercase());
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
            if text.len() >= MAX_SLUG {
                break;
            }
        }
        let text = text.trim_end_matches('-');
        if text.is_empty() || is_reserved(text) {
            return Self(format!("toy{}{text}", if text.is_empty() { "" } else { "-" }));
        }
        Self(text.to_owned())
    }

    /// The same folder name with a number, for the second and later toys of that name.
    pub(crate) fn numbered(&self, n: u32) -> Self {
        if n < 2 {
            return self.clone();
        }
        Self(format!("{}-{n}", self.0))
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names that Windows keeps for devices, in any folder.
fn is_reserved(text: &str) -> bool {
    let numbered =
        |stem: &str| text.strip_prefix(stem).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    matches!(text, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}
