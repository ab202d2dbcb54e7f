//! What a player compares before a daycare is trusted.

use std::fmt;
use std::str::FromStr;

/// SHA-256 of an authority's certificate (DER): 64 hexadecimal digits, written in pairs with colons between.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 hexadecimal digits; copy it whole")]
pub struct BadFingerprint;

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    /// Colons and spaces between the digits do not matter.
    fn from_str(text: &str) -> Result<Fingerprint, BadFingerprint> {
        let digits = text.chars().filter(|character| !matches!(character, ':' | ' '));
        let digits: Option<Vec<u8>> = digits.take(65).map(|digit| Some(digit.to_digit(16)? as u8)).collect();
        let digits: [u8; 64] = digits.and_then(|digits| digits.try_into().ok()).ok_or(BadFingerprint)?;
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
            *byte = high << 4 | low;
        }
        Ok(Fingerprint(bytes))
    }
}
