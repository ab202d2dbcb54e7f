//! Makes invites.

use std::net::SocketAddr;

use crate::secret::Secret;
use crate::{Invite, InviteError, PeerKey};

impl Invite {
    /// A new one with a secret of its own, for a host who is reached at `addresses` (1 to 4; the first is tried
    /// first), from `now` (seconds since 1970 UTC) for `lifetime` seconds.
    ///
    /// # Errors
    /// [`InviteError::Addresses`], [`InviteError::Lifetime`], [`InviteError::NoRandom`].
    pub fn new(host: PeerKey, addresses: &[SocketAddr], now: u64, lifetime: u64) -> Result<Self, InviteError> {
        if !(1..=Self::LONGEST_LIFE).contains(&lifetime) {
            return Err(InviteError::Lifetime(lifetime));
        }
        let secret = Secret::generate().ok_or(InviteError::NoRandom)?;
        Self::of(host, secret, now.saturating_add(lifetime), addresses).ok_or(InviteError::Addresses)
    }
}
