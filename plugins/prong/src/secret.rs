//! The shared secret of the cipher: given by the user, never shown, wiped when it is no longer needed.

use std::fmt;

use zeroize::Zeroizing;

/// 1 to 256 raw bytes. `Debug` does not show them, dropping wipes them.
pub struct Secret(Zeroizing<Vec<u8>>);

/// Why bytes are no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nothing to hash.
    #[error("the secret is empty: give a file with its 1 to 256 raw bytes")]
    Empty,
    /// The bound of the design, §4.
    #[error("the secret has {0} bytes, at most 256 are allowed: give the raw bytes, not a text about them")]
    TooLong(usize),
    /// `EGGTOOTH_PRONG_SECRET`.
    #[error("the secret is not written in hexadecimal: give an even number of digits 0 to 9 and a to f")]
    NotHex,
}

/// What this project's own virtual toys use among themselves. It guards nothing: on a network TLS does.
const OWN: &[u8] = b"eggtooth virtual prongs 1";

impl Secret {
    /// The secret of this project's own virtual toys, which is none of a real toy.
    pub fn own() -> Self {
        Self(Zeroizing::new(OWN.to_vec()))
    }

    /// Takes the raw bytes; the vector is wiped when the secret is dropped, or at once if it is refused.
    ///
    /// # Errors
    /// Empty, or more than 256 bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes);
        match bytes.len() {
            0 => Err(SecretError::Empty),
            1..=256 => Ok(Self(bytes)),
            len => Err(SecretError::TooLong(len)),
        }
    }

    /// Reads hexadecimal digits, two a byte, spaces around them ignored.
    ///
    /// # Errors
    /// As [`Secret::new`], and digits that are none.
    pub fn from_hex(text: &str) -> Result<Self, SecretError> {
        let digits = text.trim().as_bytes();
        if digits.len() > 512 {
            return Err(SecretError::TooLong(digits.len().div_ceil(2)));
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(SecretError::NotHex);
        // Filled in place: a vector that grows would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(256));
        for pair in digits.chunks(2) {
            let &[high, low] = pair else { return Err(SecretError::NotHex) };
            bytes.push((digit(high)? << 4 | digit(low)?) as u8);
        }
        Self::new(std::mem::take(&mut *bytes))
    }

    /// Whether the last byte is a newline, which a text editor adds and which is part of the secret.
    pub fn ends_in_newline(&self) -> bool {
        self.0.last() == Some(&b'\n')
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Not in constant time: only secrets that are here already are compared.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn has_one_to_256_bytes() {
        assert_eq!(Secret::new(vec![]).unwrap_err(), SecretError::Empty);
        assert!(Secret::new(vec![7]).is_ok());
        assert!(Secret::new(vec![7; 256]).is_ok());
        assert_eq!(Secret::new(vec![7; 257]).unwrap_err(), SecretError::TooLong(257));
    }

    #[test]
    fn reads_hexadecimal() {
        assert_eq!(Secret::from_hex(" 00fFa1\n").unwrap().bytes(), [0x00, 0xFF, 0xA1]);
        assert_eq!(Secret::from_hex("").unwrap_err(), SecretError::Empty);
        assert_eq!(Secret::from_hex("abc").unwrap_err(), SecretError::NotHex);
        assert_eq!(Secret::from_hex("zz").unwrap_err(), SecretError::NotHex);
        assert_eq!(Secret::from_hex(&"00".repeat(300)).unwrap_err(), SecretError::TooLong(300));
    }

    #[test]
    fn is_never_shown() {
        let secret = Secret::new(b"hunter2".to_vec()).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(!secret.ends_in_newline());
        assert!(Secret::new(b"hunter2\n".to_vec()).unwrap().ends_in_newline());
    }
}
