//! The client of a desktop and of the page in a browser: requests to a daycare and live links.
//!
//! [`Daycare`] is what requests go to: futures, of which an answer comes within 10 s where nothing else is said, and
//! [`Daycare::live`] opens a live link. Both are the same on both sides; how they get there is not.
//!
//! On a desktop, they go over TLS from the daycare's own certificate authority, whose fingerprint the player has
//! confirmed once. `Address` is what the player typed. A daycare that is new is met by `first_contact`; what the player
//! confirmed is kept in `Pins`. Certificates of public authorities are not looked at: a pin is what says which authority
//! is right, and another kind of pin would be the place for them. The futures block and are ready at once, so they
//! belong on a thread of their own, driven by any executor; a live link has a thread itself. A program that installs a
//! logger keeps `ureq_proto` and `tungstenite` above the level "trace", at which they print the bytes of requests and
//! messages, with passwords, sessions and tickets in them; at "debug" they do not.
//!
//! In a browser, the only daycare is the one that the page came from (`Daycare::here`); the browser has looked at its
//! certificate, and keeps the session's cookie where no program reads it.

mod ask;
mod daycare;
mod error;
mod fingerprint;
mod live;
mod moves;
mod table;
mod types;

#[cfg(not(target_family = "wasm"))]
#[path = "native/mod.rs"]
mod platform;
#[cfg(target_family = "wasm")]
#[path = "web/mod.rs"]
mod platform;

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;

pub use daycare::Daycare;
pub use error::{BadAddress, ClientError};
pub use fingerprint::{BadFingerprint, Fingerprint};
pub use live::LiveHandle;
pub use platform::*;
pub use table::{LONGEST_FROM_TABLE, TableEnd, TableLine, TableTicket};
pub use types::{
    Arrival, BadId, Change, Condition, Hello, Id, Left, MoveState, MoveWord, NewToy, Rom, RomOfToy, Session, Toy,
};

use platform::Web;
