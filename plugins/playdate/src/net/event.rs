//! What whoever plays at a table is told.

use std::net::SocketAddr;

use super::RealToyEvent;
use crate::message::{Emote, Farewell, Seat, Snapshot};
use crate::player;
use crate::text::Name;

/// What the player is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Who sits where has changed.
    Table(Box<Snapshot>),
    /// Somebody else makes a gesture.
    Emoted(Seat, Emote),
    /// Of the own pet.
    Pet(player::Event),
    /// Bytes for the own chip. Those that wait are one event, and of more than 256 the oldest are lost: a chip takes 32
    /// a second.
    Cable(Vec<u8>),
    /// About real toys.
    RealToy(RealToyEvent),
    /// The own line: it was lost, or is there again; in words.
    Line(String),
    /// Somebody was not let in: from where, and why.
    Refused(SocketAddr, String),
    /// Somebody is a friend from now on.
    Befriended(Name),
    /// Something could not be done, in a sentence.
    Trouble(String),
    /// It is over. The last one.
    Over(Farewell),
    /// There is no table: nobody could be called, in a sentence. The last one.
    Failed(String),
}
