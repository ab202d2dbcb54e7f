//! A pet's machine in time: the only crate that touches a chip.
//!
//! [`face`] (feature `bevy`) drives it as a fixed-timestep system.

#[cfg(feature = "bevy")]
pub mod face;

pub use eggtooth_chip::{Button, Edge, Frame, TICKS_PER_SECOND, Tone};
