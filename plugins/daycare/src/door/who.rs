//! Who asks, and from where.

use super::limit::network;
use super::{DoorError, Standing};
use crate::id::{AccountId, Millis};
use crate::store::AccountRole;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Whose account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// What it may do in the house, as of this request.
    pub role: AccountRole,
    /// SHA-256 of the cookie.
    pub session: [u8; 32],
    /// The password was given within the last minutes.
    pub strong: bool,
    /// Since when they are signed in.
    pub since: Millis,
}

impl Who {
    /// How they stand towards something of `owner`.
    #[must_use]
    pub fn towards(&self, owner: AccountId) -> Standing {
        if self.account == owner { Standing::Owner } else { Standing::Stranger }
    }
}

/// Who makes a request. An extractor: the layer [`super::guard`] finds it out once a request; without that layer
/// nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who is signed in.
    pub who: Option<Who>,
    /// The address at the other end.
    pub ip: IpAddr,
    /// The same truncated to /24 or /64, for lists.
    pub from: String,
}

impl Caller {
    /// Somebody at an address.
    #[must_use]
    pub fn at(ip: IpAddr, who: Option<Who>) -> Caller {
        let ip = ip.to_canonical();
        Caller { who, ip, from: truncated(ip) }
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`DoorError::SignIn`] when nobody is.
    pub fn signed_in(&self) -> Result<&Who, DoorError> {
        self.who.as_ref().ok_or(DoorError::SignIn)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Infallible> {
        let known = parts.extensions.get::<Caller>().cloned();
        Ok(known.unwrap_or_else(|| Caller::at(Ipv4Addr::LOCALHOST.into(), None)))
    }
}

/// An address without what tells one person from another: `203.0.113.0/24`, `2001:db8:1:2::/64`.
#[must_use]
pub fn truncated(ip: IpAddr) -> String {
    match network(ip) {
        IpAddr::V4(ip) => format!("{}/24", Ipv4Addr::from_bits(ip.to_bits() & !0xff)),
        IpAddr::V6(ip) => format!("{ip}/64"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn addresses_are_truncated() {
        for (whole, short) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(truncated(whole.parse().unwrap()), short);
        }
    }
}
