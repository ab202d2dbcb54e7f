//! The headless host: every pet alive around the clock, reachable from anywhere, behind a real door.
//!
//! [`store`] keeps what must never be lost, [`roms`] what is private, sealed by [`seal`]; [`host`] lets the toys live;
//! [`http`] is how they are reached, [`door`] says who may do what, and [`front`] opens the house. [`tables`] are where toys meet those of friends,
//! [`web`] is the game
//! for browsers. Nothing here draws
//! or sounds, and nobody here touches a chip: toys are [`eggtooth_toy::Machine`]s.

pub mod door;
pub mod front;
pub mod host;
mod house;
pub mod http;
mod id;
pub mod roms;
pub mod seal;
pub mod store;
pub mod tables;
pub mod web;

pub use house::House;
pub use id::{AccountId, BadId, ClientId, GrantId, Millis, MoveId, RomKey, SessionId, ToyId, now};
