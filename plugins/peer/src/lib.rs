//! Keys and QUIC: who a friend is, how they are let in, and lines and streams of bytes to them.
//!
//! An [`Identity`] is an Ed25519 key pair in a file; its public half, a [`PeerKey`], is all that others know of a
//! player. Both sides of every connection show their raw public key (RFC 7250) inside TLS 1.3 and prove it; whoever
//! dials names the key that must answer. One UDP socket dials and accepts at the same time, and everything is made of
//! blocking halves for plain threads: the rest of the house is not asynchronous.
//!
//! - An [`Endpoint`] carries one [`Stream`] a connection, between two programs; [`Allow`] says whose keys may come in.
//! - A [`Meeting`] is one's place at tables. A host's [`Guests`] are its [`Friends`], a file, and whoever has an
//!   [`Invite`], a text that is good once. What comes out is a [`Line`]: a control stream, further streams of kinds,
//!   and datagrams. It survives a change of address.
//!
//! Not here: what the bytes mean (`prong`, `playdate`). The browser has no raw QUIC: there this crate has what is
//! written and shown alone ([`PeerKey`], [`Name`], [`Invite`], [`Friend`]), and a daycare has the lines.
//!
//! # On the wire
//! QUIC version 1, no 0-RTT, no resumption, and every new address must answer a Retry. An endpoint's ALPN is [`ALPN`]:
//! the side that dialled opens one bidirectional stream and says [`HELLO`] on it, because QUIC shows a stream to the
//! other side only with its first byte; the listener answers [`HELLO`], and from there on the bytes are the users'. A
//! meeting's is [`MEETING_ALPN`]; `MEETING.md` has its bytes, and those of an invite.
//!
//! | close code | meaning |
//! |---|---|
//! | 0 | done: everything was dropped, or [`Closer::close`] with the reason of its user |
//! | 1 | the hello was not one of this version |
//! | 2 | busy: no room for another call |
//! | 3 | silent: no stream, or no whole hello, in time |
//! | 4 | the endpoint goes away |
//! | 5 | a stranger without an invite |
//! | 6 | an invite that the host does not know |
//! | 7 | an invite that is over |
//! | 256… | [`Line::close`] with the code of its user |

mod friend;
mod invite;
mod key;
mod name;
#[cfg(not(target_family = "wasm"))]
mod net;
mod secret;

pub use friend::{Friend, Neighbour};
pub use invite::{Invite, InviteError};
pub use key::{KeyTextError, PeerKey};
pub use name::{Name, NameError};
#[cfg(not(target_family = "wasm"))]
pub use net::*;
