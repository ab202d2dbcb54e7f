//! The buzzer: tone edges to samples, and the samples to the speaker.
//!
//! [`synth`] turns timestamped edges into samples and knows no clock, device or engine;
//! [`wav`] writes them to a file for `eggtooth run --audio`. The Bevy face (feature `game`),
//! `face::BuzzerPlugin`, plays them. Nothing here changes a toy: the crate only listens.

#[cfg(feature = "game")]
pub mod face;
pub mod synth;
#[cfg(not(target_family = "wasm"))]
pub mod wav;

#[cfg(feature = "game")]
pub use face::{BuzzerPlugin, BuzzerSettings, BuzzerSystems, Pan, Speaker};
