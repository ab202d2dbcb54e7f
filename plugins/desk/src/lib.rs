//! Menus, shelf, settings, keys and first start: everything on the desk beside the toy.
//!
//! [`DeskPlugin`] turns keys and gamepads into presses of the shown toy, and what a player asks for in
//! the menu into [`model::Action`]s and obeys them. What can be seen is drawn by pure functions,
//! [`panel::panel`] and [`view::draw`], from a [`model::Model`]: they know no engine, and tests draw
//! them without a window. The desk runs no chip and renders no egg; it asks `toy`, `shell` and
//! `buzzer` to.

pub mod cards;
pub mod clock;
pub mod daycare;
mod face;
pub mod friends;
pub mod intake;
pub mod keys;
pub mod link;
pub mod look;
pub mod model;
#[cfg(target_family = "wasm")]
pub mod page;
pub mod panel;
pub mod settings;
pub mod table;
pub mod toasts;
pub mod view;

pub use face::{DaycareHere, DaycareStart, DeskFriends, DeskPlugin, DeskSystems, logic};
