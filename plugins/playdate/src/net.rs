//! A table on real lines: one thread that drives a [`Party`](crate::party::Party) over `peer`, and a handle for
//! whoever draws it and plays.

mod dial;
mod doing;
mod driver;
mod handle;
mod pipe;
mod realtoy;
mod socket;
mod wires;

pub use handle::{Command, Event, PlaydateHandle};
pub use realtoy::{OpenToy, RealToy, RealToyEvent, RealToyState, RealToyView};

use std::net::SocketAddr;
use std::time::Duration;

use eggtooth_peer::{Friends, Identity, Invite, Limits, PeerKey};
use eggtooth_prong::packet::Exchange;

use crate::keepsakes::Keepsakes;
use crate::text::{Look, Name};

/// Who sits down, and with what.
pub struct Setup {
    /// The player's key.
    pub identity: Identity,
    /// Whom they know.
    pub friends: Friends,
    /// What they call themselves.
    pub name: eggtooth_peer::Name,
    /// What their toy is called.
    pub toy: Name,
    /// The theme of its shell.
    pub look: Look,
    /// What their pet owns; `None` where nothing can be kept.
    pub keepsakes: Option<Keepsakes>,
    /// How the pet goes to visits, until [`PlaydateHandle::set_portrait`] says otherwise.
    pub portrait: Exchange,
    /// How long the animation of a playdate takes on the side that comes.
    pub show: Duration,
    /// Limits of the lines.
    pub limits: Limits,
}

/// Whose table it is.
#[derive(Debug, Clone)]
pub enum Way {
    /// Of the host who made this invite.
    Invite(Box<Invite>),
    /// A friend's, where they were reached before, the likeliest address first.
    Friend(PeerKey, Vec<SocketAddr>),
}
