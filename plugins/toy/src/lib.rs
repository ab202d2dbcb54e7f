//! A pet's machine in time: the only crate that touches a chip.
//!
//! [`Machine`] is a chip with its buttons; [`Home`] is the shelf of pets in a data folder and
//! [`Session`] one pet taken from it, saved as it lives. With the feature `bevy`, [`face`] drives a
//! session as a fixed-timestep system. Nothing here draws or sounds.

#[cfg(feature = "bevy")]
pub mod face;
mod home;
mod machine;
mod pip;
mod presses;
mod session;

pub use eggtooth_chip::{Button, Edge, Frame, Sink, TICKS_PER_SECOND, Tone};
pub use home::{Home, Request, Started, ToyError};
pub use machine::{Machine, STATE};
pub use pip::{is_pip, pip, pip_symbols};
pub use presses::Presses;
pub use session::{Session, now};
