//! The friends of the desk, and the table at which their toys meet.

#[cfg(target_family = "wasm")]
mod page;
#[cfg(not(target_family = "wasm"))]
mod table;

#[cfg(target_family = "wasm")]
pub use page::{DeskFriends, plugin};
#[cfg(not(target_family = "wasm"))]
pub use table::{DeskFriends, plugin};

use eggtooth_toy::face::Toy;

/// Why one cannot sit down at a table now.
pub(super) fn refusal(toy: Option<&Toy>, elsewhere: bool, taped: bool) -> Option<&'static str> {
    match toy {
        Some(_) if cfg!(target_family = "wasm") => {
            Some("A browser cannot reach friends by itself: take the pet to a daycare, or play on a computer.")
        }
        _ if elsewhere => Some("A toy that lives in a daycare cannot sit at a table yet; take it home first."),
        _ if taped => Some("A recording is played; put the pet back first."),
        None => Some("There is no pet on the desk."),
        Some(_) => None,
    }
}
