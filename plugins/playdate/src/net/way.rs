//! How a table is found.

use std::net::SocketAddr;

use eggtooth_peer::{Invite, PeerKey};

/// Whose table it is.
#[derive(Debug, Clone)]
pub enum Way {
    /// Of the host who made this invite.
    Invite(Box<Invite>),
    /// A friend's, where they were reached before, the likeliest address first.
    Friend(PeerKey, Vec<SocketAddr>),
}
