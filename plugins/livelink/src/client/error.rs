//! Why a daycare did not do it, each in one sentence for the player.

use std::time::Duration;

use super::Fingerprint;
use crate::Close;

/// Why a text is no address of a daycare.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAddress {
    /// It has parts that an address has not, or lacks some.
    #[error("this is no address of a daycare; it looks like https://egg.example:8443")]
    Shape,
    /// Passwords would go over the network in the clear.
    #[error("a daycare on another machine is reached by https:// only; http:// is for this machine")]
    Clear,
    /// What follows the `#` is no fingerprint.
    #[error("what follows the # is no fingerprint; it has 64 hexadecimal digits")]
    Fingerprint,
    /// A page reaches the daycare that it came from, and no other.
    #[error("this page reaches only the daycare that it came from; open {url}/play/ to go to that one")]
    Elsewhere {
        /// The other daycare.
        url: String,
    },
}

/// Why a daycare did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The address.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The player has not confirmed this daycare yet.
    #[error("{url} is new to this computer; look at its fingerprint and confirm it first")]
    Unconfirmed {
        /// Where.
        url: String,
    },
    /// No answer, or only a part of one. Whether the daycare did what was asked is not known.
    #[error("{url} does not answer ({reason}); check the address, and that the daycare runs")]
    Unreachable {
        /// Where.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// A certificate that the confirmed authority has not made.
    #[error(
        "{url} shows another certificate than the one you confirmed ({pinned}): if it was set up anew, forget it and \
         confirm its new fingerprint; else somebody stands between"
    )]
    Stranger {
        /// Where.
        url: String,
        /// What was confirmed.
        pinned: Fingerprint,
    },
    /// A certificate of the right authority for other names or another time.
    #[error("{url} shows a certificate that is not good for it ({reason}); check the address and both clocks")]
    Certificate {
        /// Where.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The fingerprint in the address is not the one that the daycare shows.
    #[error("{url} has the fingerprint {shown}, and not {expected}; ask whoever gave you the address")]
    Fingerprint {
        /// Where.
        url: String,
        /// In the address.
        expected: Fingerprint,
        /// What is shown.
        shown: Fingerprint,
    },
    /// The daycare has none of its own.
    #[error("{url} has no certificate authority of its own to be confirmed; this program cannot go there yet")]
    NoAuthority {
        /// Where.
        url: String,
    },
    /// Nobody is signed in there.
    #[error("you are not signed in at {url}; sign in again")]
    SignedOut {
        /// Where.
        url: String,
    },
    /// The daycare wants the password once more: [`super::Daycare::sign_in_again`], then the same request again.
    #[error("{detail}")]
    Again {
        /// A sentence.
        detail: String,
    },
    /// The daycare refuses, and says why.
    #[error("{detail}")]
    Refused {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// A sentence.
        detail: String,
        /// When to try again.
        after: Option<Duration>,
    },
    /// The answer is none.
    #[error("{url} answers something that this program does not understand: update the older of the two")]
    Answer {
        /// Where.
        url: String,
    },
    /// The file of pins.
    #[error("{0}")]
    File(String),
    /// The operating system lacks something.
    #[error("this computer cannot do it ({0}); try again")]
    System(String),
}

impl ClientError {
    /// The HTTP status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            ClientError::SignedOut { .. } => Some(401),
            ClientError::Again { .. } => Some(403),
            ClientError::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the daycare may have done what was asked for all the same: ask it before asking again.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            ClientError::Unreachable { .. } | ClientError::Answer { .. } => true,
            ClientError::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// As which close code a live link takes it.
    pub(super) fn code(&self) -> Option<u16> {
        match self.status()? {
            401 => Some(Close::SessionEnded.code()),
            403 => Some(Close::Revoked.code()),
            404 => Some(Close::Gone.code()),
            429 => Some(Close::TooMany.code()),
            _ => None,
        }
    }
}
