//! What a host shows on its network.

use std::fmt;

use ring::rand::{SecureRandom, SystemRandom};

use super::SERVICE;
use crate::PeerKey;

/// What is shown instead of a key: a random number, and a hash of it with the key. Only who knows the key sees whose
/// it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sign {
    nonce: u64,
    tag: u64,
}

impl Sign {
    pub(crate) fn new(key: PeerKey, nonce: u64) -> Self {
        let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
        [&b"eggtooth nearby"[..], &nonce.to_be_bytes(), &key.0].iter().for_each(|part| hash.update(part));
        let tag = hash.finish().as_ref().first_chunk().copied().map_or(0, u64::from_be_bytes);
        Self { nonce, tag }
    }

    /// `None`: the operating system gives no random numbers.
    pub(crate) fn random(key: PeerKey) -> Option<Self> {
        let mut nonce = [0; 8];
        SystemRandom::new().fill(&mut nonce).ok()?;
        Some(Self::new(key, u64::from_be_bytes(nonce)))
    }

    /// `None`: somebody else's name, or of another version.
    pub(crate) fn parse(full: &str) -> Option<Self> {
        let (name, service) = full.split_once('.')?;
        let good = name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
        if !good || !service.eq_ignore_ascii_case(SERVICE) {
            return None;
        }
        let (nonce, tag) = name.split_at_checked(16)?;
        Some(Self { nonce: u64::from_str_radix(nonce, 16).ok()?, tag: u64::from_str_radix(tag, 16).ok()? })
    }

    pub(crate) fn is_of(self, key: PeerKey) -> bool {
        Self::new(key, self.nonce) == self
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.nonce, self.tag)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_sign_says_whose_it_is_to_those_who_know() {
        let (one, other) = (PeerKey([1; 32]), PeerKey([2; 32]));
        let sign = Sign::new(one, 5);
        assert!(sign.is_of(one) && !sign.is_of(other));
        assert_ne!(Sign::random(one).unwrap(), Sign::random(one).unwrap());
        let full = format!("{sign}.{SERVICE}");
        assert_eq!(Sign::parse(&full), Some(sign));
        assert_eq!(Sign::parse(&full.to_uppercase()), Some(sign));
        for bad in ["", ".", "x", &full[1..], &full[..full.len() - 1], &full.replacen('0', "+", 1), &format!("é{full}")]
        {
            assert_eq!(Sign::parse(bad), None, "{bad}");
        }
    }
}
