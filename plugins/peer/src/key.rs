//! The public key by which a player is known.

use std::fmt;
use std::str::FromStr;

/// What precedes the key in its DER form: SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING } (RFC 8410 §4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];

/// An Ed25519 public key: who somebody is. Written as 64 lower-case hexadecimal digits; capitals are read as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey(pub [u8; 32]);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyTextError {
    /// Too short or too long.
    #[error("a key has 64 hexadecimal digits, this has {0} characters: copy all of it")]
    Length(usize),
    /// A character, counted from 1, is no digit.
    #[error("a key is made of the digits 0 to 9 and a to f, its character {0} is something else: copy it again")]
    Digit(usize),
}

impl PeerKey {
    /// Bytes of [`PeerKey::to_spki`].
    pub const SPKI_LEN: usize = 44;

    /// The key as a SubjectPublicKeyInfo in DER, as TLS sends it (RFC 7250).
    pub fn to_spki(self) -> [u8; Self::SPKI_LEN] {
        let mut spki = [0; Self::SPKI_LEN];
        let (prefix, key) = spki.split_at_mut(SPKI_PREFIX.len());
        prefix.copy_from_slice(&SPKI_PREFIX);
        key.copy_from_slice(&self.0);
        spki
    }

    /// The key in a SubjectPublicKeyInfo; `None` if that is of another kind or not exactly 44 bytes long.
    pub fn from_spki(spki: &[u8]) -> Option<Self> {
        spki.strip_prefix(&SPKI_PREFIX)?.try_into().ok().map(Self)
    }
}

impl fmt::Display for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerKey({self})")
    }
}

impl FromStr for PeerKey {
    type Err = KeyTextError;

    fn from_str(text: &str) -> Result<Self, KeyTextError> {
        let mut key = [0; 32];
        let mut len = 0;
        for (index, digit) in text.chars().enumerate() {
            len += 1;
            let Some(byte) = key.get_mut(index / 2) else { continue };
            let digit = digit.to_digit(16).ok_or(KeyTextError::Digit(len))?;
            *byte = *byte << 4 | digit as u8;
        }
        if len == 64 { Ok(Self(key)) } else { Err(KeyTextError::Length(len)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    /// The example of RFC 8410 §10.1.
    const SPKI: [u8; 44] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00, 0x19, 0xBF, 0x44, 0x09, 0x69, 0x84,
        0xCD, 0xFE, 0x85, 0x41, 0xBA, 0xC1, 0x67, 0xDC, 0x3B, 0x96, 0xC8, 0x50, 0x86, 0xAA, 0x30, 0xB6, 0xB6, 0xCB,
        0x0C, 0x5C, 0x38, 0xAD, 0x70, 0x31, 0x66, 0xE1,
    ];

    #[test]
    fn is_the_key_of_the_rfc() {
        let key = PeerKey::from_spki(&SPKI).unwrap();
        assert_eq!(key.to_string(), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
        assert_eq!(key.to_spki(), SPKI);
    }

    #[test]
    fn takes_no_other_information() {
        assert_eq!(PeerKey::from_spki(&SPKI[..43]), None);
        assert_eq!(PeerKey::from_spki(&[&SPKI[..], &[0]].concat()), None);
        // X25519 differs in one byte.
        let mut other = SPKI;
        other[8] = 0x6E;
        assert_eq!(PeerKey::from_spki(&other), None);
    }

    #[test]
    fn says_what_is_wrong_with_a_text() {
        assert_eq!("".parse::<PeerKey>(), Err(KeyTextError::Length(0)));
        assert_eq!("0".repeat(63).parse::<PeerKey>(), Err(KeyTextError::Length(63)));
        assert_eq!("0".repeat(65).parse::<PeerKey>(), Err(KeyTextError::Length(65)));
        assert_eq!(format!("0x{}", "0".repeat(62)).parse::<PeerKey>(), Err(KeyTextError::Digit(2)));
        assert_eq!("é".repeat(64).parse::<PeerKey>(), Err(KeyTextError::Digit(1)));
    }

    proptest! {
        #[test]
        fn text_and_back(bytes: [u8; 32]) {
            let text = PeerKey(bytes).to_string();
            prop_assert_eq!(text.parse(), Ok(PeerKey(bytes)));
            prop_assert_eq!(text.to_uppercase().parse(), Ok(PeerKey(bytes)));
            prop_assert!(text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        }

        #[test]
        fn only_64_digits_are_a_key(text in "[0-9a-fA-Fg ]{62,66}|.{0,70}") {
            let is_key = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
            prop_assert_eq!(text.parse::<PeerKey>().is_ok(), is_key);
        }
    }
}
