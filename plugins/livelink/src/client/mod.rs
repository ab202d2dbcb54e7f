//! The client of a desktop: requests to a daycare and live links, over TLS from the daycare's own certificate
//! authority, whose fingerprint the player has confirmed once.
//!
//! [`Address`] is what the player typed. A daycare that is new is met by [`first_contact`]; what the player confirmed is
//! kept in [`Pins`]. [`Daycare`] is what requests go to; they block, for 10 s at most, so they belong on a thread of
//! their own. [`Daycare::live`] opens a live link, which has a thread itself.
//!
//! A program that installs a logger keeps `ureq_proto` and `tungstenite` above the level "trace", at which they print the
//! bytes of requests and messages, with passwords, sessions and tickets in them; at "debug" they do not.
//!
//! Certificates of public authorities are not looked at: a pin is what says which authority is right, and another kind
//! of pin would be the place for them.

mod address;
mod daycare;
mod error;
mod live;
mod moves;
mod pins;
mod socket;
mod types;
mod web;

#[cfg(test)]
mod tests;

pub use address::{Address, BadAddress};
pub use daycare::Daycare;
pub use error::ClientError;
pub use live::LiveHandle;
pub use pins::{Authority, Fingerprint, Pins};
pub use types::{
    Arrival, BadId, Change, Condition, Hello, Id, Left, MoveState, MoveWord, NewToy, Rom, RomOfToy, Session, Toy,
};
pub use web::{FirstContact, first_contact};
