//! What goes wrong between two players, each in one sentence.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use quinn::ConnectionError;

use crate::PeerKey;
use crate::name::is_shown;
use crate::net::hello::{AWAY, BUSY, NO_HELLO, NOT_INVITED, OVER, SILENT, WRONG_PROOF};

/// TLS says `access_denied` when a key is not wanted (RFC 8446 §6, 49), and QUIC adds 0x100 (RFC 9001 §4.8).
const DENIED: u64 = 0x100 + 49;
/// All TLS alerts.
const ALERTS: std::ops::RangeInclusive<u64> = 0x100..=0x1FF;

/// Why there is no stream to somebody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// The own socket.
    #[error("UDP address {addr} cannot be used: {reason}")]
    Bind {
        /// As it was asked for.
        addr: SocketAddr,
        /// One clause: what is wrong and what to do.
        reason: String,
    },
    /// The own side cannot be set up: no thread, no cryptography, a limit out of range.
    #[error("the network side cannot be set up: {0}")]
    Setup(String),
    /// No call can go there from here.
    #[error("no call can go to {addr}: {reason}")]
    Address {
        /// As it was asked for.
        addr: SocketAddr,
        /// One clause: what is wrong and what to do.
        reason: String,
    },
    /// Silence.
    #[error("nobody answers at {addr} within {waited:?}: check the address, and that the other side listens")]
    Nobody {
        /// Who was called.
        addr: SocketAddr,
        /// For how long.
        waited: Duration,
    },
    /// Somebody else than expected is there. They did not prove that the key is theirs.
    #[error("somebody else answers at {addr}: expected key {pinned}, but it shows {shown}; ask your friend for both")]
    WrongKey {
        /// Who was called.
        addr: SocketAddr,
        /// The key that should have answered.
        pinned: PeerKey,
        /// The key that was shown.
        shown: PeerKey,
    },
    /// The other side does not know us.
    #[error("the other side at {addr} does not let your key {own} in: ask its owner to allow it")]
    Refused {
        /// Who was called.
        addr: SocketAddr,
        /// Our own key.
        own: PeerKey,
    },
    /// Silence everywhere.
    #[error("nobody answers at any of {count} addresses within {waited:?}: is the other side there, on your network?")]
    NobodyAnywhere {
        /// How many were called.
        count: usize,
        /// For how long.
        waited: Duration,
    },
    /// Nowhere to call.
    #[error("no address of theirs is known: ask your friend for an invite")]
    NoAddress,
    /// One's own.
    #[error("this is your own invite: give it to a friend")]
    Myself,
    /// A stranger to the host, without a proof.
    #[error("the other side does not know you: ask your friend for an invite")]
    NotInvited,
    /// The invite is used, expired or withdrawn.
    #[error("the invite is over (used, expired or withdrawn): ask your friend for another")]
    InviteOver,
    /// The host made no such invite.
    #[error("the other side knows no such invite: copy it again, or ask your friend for another")]
    InviteWrong,
    /// The other side has no room.
    #[error("the other side at {addr} is busy with other calls: try again in a minute")]
    Busy {
        /// Who was called.
        addr: SocketAddr,
    },
    /// Something that is not us.
    #[error("what answers at {addr} is no Eggtooth of this version ({reason}): check address and versions")]
    Foreign {
        /// Who was called.
        addr: SocketAddr,
        /// What it did.
        reason: String,
    },
    /// The connection was there and is gone.
    #[error("the connection is gone: {0}")]
    Lost(String),
    /// A blocking call from an asynchronous task would stop that task's whole thread.
    #[error("this call waits: make it from a thread of its own, not from an asynchronous task")]
    Asynchronous,
}

impl PeerError {
    pub(crate) fn bind(addr: SocketAddr, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => "another program has it; end that one or choose another port".into(),
            io::ErrorKind::PermissionDenied => "it is not permitted; choose a port above 1023".into(),
            io::ErrorKind::AddrNotAvailable => "this computer has no such address; choose one of its own".into(),
            _ => error.to_string(),
        };
        Self::Bind { addr, reason }
    }

    /// A connection that ended after it was made.
    pub(crate) fn lost(error: &ConnectionError) -> Self {
        Self::Lost(reason(error))
    }

    /// A call that came to nothing. `waited` is for how long; `shown` is a key other than the pinned one.
    pub(crate) fn dial(
        addr: SocketAddr,
        own: PeerKey,
        pinned: PeerKey,
        shown: Option<PeerKey>,
        waited: Duration,
        error: &ConnectionError,
    ) -> Self {
        if let Some(shown) = shown.filter(|&shown| shown != pinned) {
            return Self::WrongKey { addr, pinned, shown };
        }
        match error {
            ConnectionError::TimedOut => Self::Nobody { addr, waited },
            ConnectionError::ConnectionClosed(close) => match u64::from(close.error_code) {
                DENIED => Self::Refused { addr, own },
                // CONNECTION_REFUSED: more handshakes than it takes.
                2 => Self::Busy { addr },
                code if ALERTS.contains(&code) => {
                    Self::Foreign { addr, reason: format!("it broke off with TLS alert {}", code - 0x100) }
                }
                _ => Self::Lost(reason(error)),
            },
            ConnectionError::ApplicationClosed(close) => match close.error_code {
                BUSY => Self::Busy { addr },
                NO_HELLO => Self::Foreign { addr, reason: "it does not know our hello".into() },
                NOT_INVITED => Self::NotInvited,
                WRONG_PROOF => Self::InviteWrong,
                OVER => Self::InviteOver,
                _ => Self::Lost(reason(error)),
            },
            ConnectionError::TransportError(fault) if ALERTS.contains(&u64::from(fault.code)) => {
                Self::Foreign { addr, reason: "it shows no key that fits".into() }
            }
            ConnectionError::VersionMismatch => Self::Foreign { addr, reason: "it speaks another QUIC".into() },
            _ => Self::Lost(reason(error)),
        }
    }

    /// For `std::io`: the error keeps the sentence.
    pub(crate) fn into_io(self, kind: io::ErrorKind) -> io::Error {
        io::Error::new(kind, self)
    }
}

/// One clause about the end of a connection.
pub(crate) fn reason(error: &ConnectionError) -> String {
    match error {
        ConnectionError::TimedOut => "the other side was not heard of for too long; check its network and yours".into(),
        ConnectionError::LocallyClosed => "it was closed here".into(),
        ConnectionError::Reset => "the other side was restarted; call it again".into(),
        ConnectionError::ApplicationClosed(close) => {
            let words = clean(&close.reason);
            match close.error_code {
                AWAY => "the other side went away".into(),
                SILENT => "the other side heard nothing from here in time".into(),
                _ if words.is_empty() => "the other side hung up".into(),
                _ => format!("the other side hung up: {words}"),
            }
        }
        ConnectionError::ConnectionClosed(close) if u64::from(close.error_code) == DENIED => {
            "the other side does not let this key in".into()
        }
        ConnectionError::ConnectionClosed(close) => {
            format!("the other side broke off with QUIC error {:#x}", u64::from(close.error_code))
        }
        ConnectionError::TransportError(fault) => format!("the other side broke a rule of QUIC ({})", fault.code),
        ConnectionError::VersionMismatch => "the other side speaks another version of QUIC".into(),
        ConnectionError::CidsExhausted => "there are too many connections here".into(),
    }
}

/// A stranger's words, fit to be shown: at most 100 characters, none that moves a cursor or turns the text around.
pub(crate) fn clean(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|&c| is_shown(c)).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_strangers_are_harmless() {
        assert_eq!(clean(b"\x1b[2Jgone\r\n"), "[2Jgone");
        assert_eq!(clean("a\u{202E}b".as_bytes()), "ab");
        assert_eq!(clean(&[0xFF; 300]).chars().count(), 100);
    }
}
