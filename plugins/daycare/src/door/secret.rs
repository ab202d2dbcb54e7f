//! Secrets that are handed out once and kept only as hashes.

use super::DoorError;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// The alphabet of tokens: RFC 4648 base32, in which nothing looks like anything else when read from a terminal.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Characters of a token: 26 of 5 bits carry 128.
pub const TOKEN_LENGTH: usize = 26;

/// SHA-256, as secrets are kept.
#[must_use]
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], DoorError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!("the operating system has no randomness: {error}");
        DoorError::Inside
    })?;
    Ok(bytes)
}

/// A token that a person carries: 128 random bits, shown as 26 characters, wiped when dropped, never in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<[u8; 16]>);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn random() -> Result<Token, DoorError> {
        Ok(Token(Zeroizing::new(random()?)))
    }

    /// Reads what [`Token::text`] writes; letters of either size, spaces and hyphens between them do not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Token> {
        let mut value: u128 = 0;
        let mut count = 0;
        for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let digit = BASE32.iter().position(|known| *known == byte.to_ascii_uppercase())?;
            count += 1;
            // The first character carries the three highest bits.
            if count > TOKEN_LENGTH || (count == 1 && digit > 7) {
                return None;
            }
            value = (value << 5) | digit as u128;
        }
        (count == TOKEN_LENGTH).then(|| Token(Zeroizing::new(value.to_be_bytes())))
    }

    /// Its 26 characters.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let value = u128::from_be_bytes(*self.0);
        let digit = |place: usize| BASE32.get(((value >> (5 * place)) & 31) as usize).copied().unwrap_or(b'A');
        Zeroizing::new((0..TOKEN_LENGTH).rev().map(|place| char::from(digit(place))).collect())
    }

    /// What is kept of it.
    #[must_use]
    pub(crate) fn digest(&self) -> [u8; 32] {
        digest(&*self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_token_is_read_as_it_is_written() {
        for _ in 0..100 {
            let token = Token::random().unwrap();
            let text = token.text();
            assert_eq!(text.len(), TOKEN_LENGTH);
            assert_eq!(Token::parse(&text), Some(token.clone()));
            let loose = format!(" {}-{} ", text[..10].to_lowercase(), &text[10..]);
            assert_eq!(Token::parse(&loose), Some(token));
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let zeros = "A".repeat(TOKEN_LENGTH);
        assert_eq!(Token::parse(&zeros), Some(Token(Zeroizing::new([0; 16]))));
        let ones = format!("H{}", "7".repeat(25));
        assert_eq!(Token::parse(&ones), Some(Token(Zeroizing::new([255; 16]))));
        for bad in [
            "",
            "A",
            &zeros[1..],
            &format!("{zeros}A"),
            &zeros.replacen('A', "1", 1),
            &zeros.replacen('A', "I", 1),
            "ä",
        ] {
            assert_eq!(Token::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_does_not_show_itself() {
        let token = Token::random().unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
