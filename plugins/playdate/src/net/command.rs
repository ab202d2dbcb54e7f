//! What whoever plays at a table does.

use std::net::SocketAddr;

use crate::decoration::Decoration;
use crate::message::{Emote, Seat};
use crate::text::{Look, Name};

/// What the player does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A gesture.
    Emote(Emote),
    /// The toy goes to that of a seat.
    Touch(Seat),
    /// It goes away from it.
    Part,
    /// Gives something to the toy whose prongs are held.
    Gift(Decoration),
    /// Bytes for the chip of the toy whose prongs are held; come out as [`Event::Cable`] there. Where none are held they
    /// are lost.
    Cable(Vec<u8>),
    /// The own toy is called otherwise now, or its shell looks otherwise.
    Profile(Name, Look),
    /// Asks somebody to leave; the host's.
    Kick(Seat),
    /// Goes away; a host closes the table.
    Leave,
    /// The line goes on from another address of this computer.
    Rebind(SocketAddr),
}
