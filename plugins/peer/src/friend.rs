//! Whom one knows.

use std::net::SocketAddr;

use crate::{Name, PeerKey};

/// Somebody one knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friend {
    /// Who they are.
    pub key: PeerKey,
    /// What they are called here.
    pub name: Name,
    /// What they called themselves when last heard.
    pub their_name: Name,
    /// When they became a friend, in seconds since 1970 UTC. `None`: never, they were only blocked.
    pub added: Option<u64>,
    /// When they were last at a table with us, in seconds since 1970 UTC.
    pub last_seen: Option<u64>,
    /// Where they were reached, the latest first, at most 4.
    pub addresses: Vec<SocketAddr>,
    /// Whether they are kept out.
    pub blocked: bool,
}

/// A friend on the same network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Who shows the sign. Nothing proves it before a call does.
    pub key: PeerKey,
    /// Where they say they are, the likeliest first, at most 4.
    pub addresses: Vec<SocketAddr>,
}
