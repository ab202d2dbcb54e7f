//! The thread that drives a table, those that wait for lines and streams, and the handle.

mod dial;
mod doing;
mod driver;
mod handle;
mod pipe;
mod plug;
mod socket;
mod wires;

pub use handle::PlaydateHandle;
pub use plug::{OpenToy, RealToy};

use std::time::Duration;

use eggtooth_peer::{Friends, Identity, Limits};
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
