//! How the desk gets to a daycare: from a computer to any, from a page to the one that the page came from.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod page;

#[cfg(not(target_family = "wasm"))]
pub(super) use native::{Gate, start};
#[cfg(target_family = "wasm")]
pub(super) use page::{Gate, start};

use eggtooth_livelink::client::Daycare;

/// A daycare that is gone to.
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "what a page goes to is confirmed by the browser"))]
pub(super) enum Met {
    /// The player has not confirmed it.
    New { url: String, name: String, fingerprint: String },
    /// It may be opened.
    Known(Daycare),
}
