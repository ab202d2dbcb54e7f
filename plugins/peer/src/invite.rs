//! Invites: where a host is, who it is, and a secret that lets one guest in once (service §3.2).

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use zeroize::Zeroizing;

use crate::PeerKey;
use crate::name::is_shown;
use crate::secret::Secret;

/// What every invite begins with, before the 1 that separates it from the data (BIP 350).
const PREFIX: Hrp = Hrp::parse_unchecked("egg");
/// The version of the bytes.
const VERSION: u8 = 1;
/// Signs that may be around an invite.
const AROUND: usize = 16;
/// Before an IPv4 address, and before an IPv6 one.
const V4: u8 = 4;
const V6: u8 = 6;

/// An invite to a table, good once and for ten minutes at most. Whoever has its text may come: it is given to one
/// friend and to nobody else. No `Debug` shows its secret, and it is wiped when dropped.
#[derive(Clone)]
pub struct Invite {
    host: PeerKey,
    pub(crate) secret: Secret,
    expires: u64,
    addresses: Vec<SocketAddr>,
}

/// Why there is no invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// It does not begin as one.
    #[error("this is no invite: one begins with egg1, or is a link with egg1 behind its #")]
    Other,
    /// Longer than any.
    #[error("an invite has at most {} characters, this has more: copy nothing but the invite", Invite::LONGEST)]
    Long,
    /// Its check does not fit, or something is missing.
    #[error("the invite is not whole: copy all of it again, to the last character")]
    Damaged,
    /// A later program made it.
    #[error("the invite is of version {0}, which this program does not know: update it")]
    Version(u8),
    /// What is in it cannot be.
    #[error("the invite says what cannot be: ask your friend for another")]
    Impossible,
    /// None, more than four, or one that nobody can call.
    #[error("an invite needs one to four addresses that others can call: say where this computer is reached")]
    Addresses,
    /// Not at all, or too long.
    #[error("an invite is good for 1 to {most} seconds, not {0}: choose another time", most = Invite::LONGEST_LIFE)]
    Lifetime(u64),
    /// The address of the page leaves no room.
    #[error("the link's page has too long an address: shorten it by {0} characters")]
    Base(usize),
    /// The operating system gives no random numbers.
    #[error("no invite can be made: the operating system gives no random numbers")]
    NoRandom,
}

impl Invite {
    /// Characters of the longest, as text or as link.
    pub const LONGEST: usize = 320;
    /// Addresses at most.
    pub const ADDRESSES: usize = 4;
    /// Seconds of the longest life.
    pub const LONGEST_LIFE: u64 = 600;

    /// `None`: the addresses are no good.
    pub(crate) fn of(host: PeerKey, secret: Secret, expires: u64, addresses: &[SocketAddr]) -> Option<Self> {
        let addresses: Vec<_> = addresses.iter().map(|&addr| plain(addr)).collect();
        let good = (1..=Self::ADDRESSES).contains(&addresses.len()) && addresses.iter().all(|&addr| is_callable(addr));
        good.then_some(Self { host, secret, expires, addresses })
    }

    /// Who invites.
    pub fn host(&self) -> PeerKey {
        self.host
    }

    /// When it ends, in seconds since 1970 UTC by the host's clock.
    pub fn expires(&self) -> u64 {
        self.expires
    }

    /// Where the host is, 1 to 4, the likeliest first.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// `egg1` and small letters and digits, at most 223 characters: BIP 350's Bech32m, whose check notices every
    /// wrong character, and up to three of them.
    pub fn to_text(&self) -> String {
        // It refuses only what has more than 1,023 characters.
        bech32::encode::<Bech32m>(PREFIX, &self.to_bytes()).unwrap_or_default()
    }

    /// The same as a link to `base`, for example `https://eggtooth.invalid/`: behind its `#`, which browsers keep to
    /// themselves.
    ///
    /// # Errors
    /// [`InviteError::Base`]: it would have more than 320 characters.
    pub fn to_link(&self, base: &str) -> Result<String, InviteError> {
        let link = format!("{base}#{}", self.to_text());
        match link.chars().count().checked_sub(Self::LONGEST) {
            None | Some(0) => Ok(link),
            Some(over) => Err(InviteError::Base(over)),
        }
    }

    /// Reads a text or a link. Capitals do not matter, nor blanks, line breaks and what is not seen anywhere inside, nor
    /// quotes, brackets and other signs around it, as chat programs put them. Nothing says here whether the invite is
    /// still good: only its host knows.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InviteError> {
        let mut whole = Zeroizing::new(String::with_capacity(Self::LONGEST + AROUND));
        for character in text.chars().filter(|&character| is_seen(character)) {
            if whole.len() >= Self::LONGEST + AROUND {
                return Err(InviteError::Long);
            }
            // A link's page may have any characters; the invite behind it has none but these.
            whole.push(if character.is_ascii() { character.to_ascii_lowercase() } else { '?' });
        }
        // Letters and digits are never around it, so that nothing of an invite is lost.
        let sign = |character: char| !character.is_ascii_alphanumeric();
        let text = whole.trim_matches(sign);
        if text.len() > Self::LONGEST {
            return Err(InviteError::Long);
        }
        let text = text.rsplit('#').next().unwrap_or_default().trim_start_matches(sign);
        if !text.starts_with("egg1") {
            return Err(InviteError::Other);
        }
        let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|_| InviteError::Damaged)?;
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(checked.byte_iter().collect());
        let invite = Self::from_bytes(&bytes)?;
        // Bits that fill the last character are zero: of each invite there is one text.
        if Zeroizing::new(invite.to_text()).as_str() == text { Ok(invite) } else { Err(InviteError::Damaged) }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // As long as the longest, so that it is not moved, which would leave the secret behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(160));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.host.0);
        bytes.extend_from_slice(&*self.secret.0);
        bytes.extend_from_slice(&self.expires.to_le_bytes());
        for addr in &self.addresses {
            match addr.ip() {
                IpAddr::V4(ip) => {
                    bytes.push(V4);
                    bytes.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    bytes.push(V6);
                    bytes.extend_from_slice(&ip.octets());
                }
            }
            bytes.extend_from_slice(&addr.port().to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, InviteError> {
        let mut rest = Rest(bytes);
        match rest.byte()? {
            VERSION => {}
            other => return Err(InviteError::Version(other)),
        }
        let host = PeerKey(rest.take()?);
        let secret = Secret(Zeroizing::new(rest.take()?));
        let expires = u64::from_le_bytes(rest.take()?);
        let mut addresses = Vec::new();
        while !rest.0.is_empty() && addresses.len() <= Self::ADDRESSES {
            let ip: IpAddr = match rest.byte()? {
                V4 => rest.take::<4>()?.into(),
                V6 => rest.take::<16>()?.into(),
                _ => return Err(InviteError::Impossible),
            };
            addresses.push(SocketAddr::new(ip, u16::from_le_bytes(rest.take()?)));
        }
        Self::of(host, secret, expires, &addresses).ok_or(InviteError::Impossible)
    }
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], InviteError> {
        let (first, rest) = self.0.split_first_chunk().ok_or(InviteError::Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    fn byte(&mut self) -> Result<u8, InviteError> {
        self.take().map(|[byte]| byte)
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Invite");
        f.field("host", &self.host).field("expires", &self.expires).field("addresses", &self.addresses);
        f.finish_non_exhaustive()
    }
}

/// Whether it counts when an invite is read.
fn is_seen(character: char) -> bool {
    !character.is_whitespace() && is_shown(character) && !matches!(character, '\u{200C}' | '\u{200D}')
}

/// Without what means something on one computer alone, and IPv4 as what it is.
fn plain(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}

/// Whether somebody else may be there. A link-local IPv6 address means nothing without the name of a network card.
pub(crate) fn is_callable(addr: SocketAddr) -> bool {
    let link_local = |ip: Ipv6Addr| ip.is_unicast_link_local();
    let nobody = match addr.ip() {
        IpAddr::V4(ip) => ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unspecified() || ip.is_multicast() || link_local(ip) || ip.to_ipv4_mapped().is_some(),
    };
    addr.port() != 0 && !nobody
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    fn addr() -> impl Strategy<Value = SocketAddr> {
        (any::<IpAddr>(), 1..u16::MAX).prop_map(|(ip, port)| SocketAddr::new(ip, port))
    }

    proptest! {
        #[test]
        fn text_and_back(
            host: [u8; 32],
            secret: [u8; 16],
            expires: u64,
            addresses in proptest::collection::vec(addr(), 0..6),
        ) {
            let made = Invite::of(PeerKey(host), Secret(Zeroizing::new(secret)), expires, &addresses);
            let good = addresses.iter().all(|&addr| is_callable(plain(addr)));
            prop_assert_eq!(made.is_some(), good && (1..=4).contains(&addresses.len()));
            let Some(invite) = made else { return Ok(()) };
            let text = invite.to_text();
            prop_assert!(text.len() <= 223 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
            let read = Invite::parse(&text).unwrap();
            prop_assert_eq!(read.to_bytes(), invite.to_bytes());
            prop_assert_eq!(&read.addresses, &invite.addresses);
            prop_assert_eq!((read.host, read.expires, &*read.secret.0), (PeerKey(host), expires, &secret));
        }

        #[test]
        fn what_is_read_has_one_text(bytes in proptest::collection::vec(any::<u8>(), 0..140)) {
            let bytes = [&[VERSION][..], &bytes].concat();
            let text = bech32::encode::<Bech32m>(PREFIX, &bytes).unwrap();
            if let Ok(invite) = Invite::parse(&text) {
                prop_assert_eq!(invite.to_text(), text);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(egg1)?.{0,400}") {
            let _ = Invite::parse(&text);
        }
    }
}
