//! Keys and QUIC: who a friend is, and a stream of bytes to them.
//!
//! An [`Identity`] is an Ed25519 key pair in a file; its public half, a [`PeerKey`], is all that others know of a
//! player. An [`Endpoint`] is one UDP socket that dials and accepts at the same time. Both sides show their raw public
//! key (RFC 7250) inside TLS 1.3 and prove it; whoever dials names the key that must answer, whoever listens says by
//! [`Allow`] whose keys may come in. What comes out is a [`Stream`], split into blocking halves for plain threads:
//! the rest of the house is not asynchronous.
//!
//! Not here: what the bytes mean (`prong`), and finding others. The browser has no raw QUIC, so there this crate is
//! empty.
//!
//! # On the wire
//! QUIC version 1, ALPN [`ALPN`], no 0-RTT, no resumption, and every new address must answer a Retry. The side that
//! dialled opens one bidirectional stream and says [`HELLO`] on it, because QUIC shows a stream to the other side only
//! with its first byte; the listener answers [`HELLO`], and from there on the bytes are the users'.
//!
//! | close code | meaning |
//! |---|---|
//! | 0 | done: everything was dropped, or [`Closer::close`] with the reason of its user |
//! | 1 | the hello was not one of this version |
//! | 2 | busy: no room for another call |
//! | 3 | silent: no stream, or no whole hello, in time |
//! | 4 | the endpoint goes away |

#![cfg(not(target_family = "wasm"))]

mod core;
mod dial;
mod endpoint;
mod error;
mod goodbye;
mod hello;
mod identity;
mod key;
mod limits;
mod listen;
mod quic;
mod stream;
mod tls;

pub use endpoint::Endpoint;
pub use error::PeerError;
pub use hello::HELLO;
pub use identity::{Identity, IdentityError};
pub use key::{KeyTextError, PeerKey};
pub use limits::Limits;
pub use listen::Refusal;
pub use stream::{Closer, Reader, Stream, Writer};
pub use tls::{ALPN, Allow};
