//! The table: up to four friends' toys side by side, who visit each other and give each other small things.
//!
//! Everything here is without I/O: [`host`] and [`guest`] are the two ends of a table, [`player`] is one player's pet at
//! it, with its [`visit`]s over the prongs and its [`keepsakes`]. Time, chance and bytes are given to them; what is to
//! be done comes out. [`party`] joins them, and [`bridge`] joins two real toys whose virtual ones touch. `TABLE.md` has
//! the bytes. With the feature `net`, [`net`] drives a party over real lines; what is played and told there is in a
//! browser, too.

pub mod bridge;
mod budget;
pub mod decoration;
pub mod frame;
pub mod ghost;
pub mod guest;
pub mod host;
pub mod keepsakes;
pub mod message;
pub mod net;
pub mod party;
pub mod player;
pub mod remote;
pub mod sprite;
pub mod text;
pub mod view;
pub mod visit;

pub use decoration::Decoration;
pub use frame::Frame;
pub use keepsakes::Keepsakes;
pub use message::{Message, Seat};
pub use text::{Look, Name};
