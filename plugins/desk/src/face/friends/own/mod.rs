//! The player's own friends, and tables of this computer: there are some where there are lines to other computers, and
//! none on a page.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod page;
#[cfg(not(target_family = "wasm"))]
mod sit;

#[cfg(not(target_family = "wasm"))]
pub(super) use native::{Own, OwnTable, cable, portray};
#[cfg(target_family = "wasm")]
pub(super) use page::{Own, OwnTable, cable, portray};

use eggtooth_peer::{Invite, PeerKey};

/// Where one sits down.
pub(super) enum Way {
    /// At the own table.
    Open,
    /// Where an invite leads.
    Invite(Box<Invite>),
    /// At this friend's.
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "there are no friends on a page"))]
    Friend(PeerKey),
}
