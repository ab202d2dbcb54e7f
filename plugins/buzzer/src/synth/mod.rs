//! Tone edges to samples: deterministic, band-limited, exact in frequency.
//!
//! The caller [pushes](Renderer::push) what the chip reported and [renders](Renderer::render) up to
//! a tick. The same edges give the same samples however the calls are cut, and on every
//! machine: time is counted in integers, and all tables are made by `+ − × ÷ √` alone, which
//! IEEE 754 fixes to the bit.

mod colour;
mod maths;
mod renderer;
mod step;
mod wave;

pub use colour::Colour;
pub use renderer::{Renderer, SynthError};

#[cfg(test)]
pub(crate) mod measure;
#[cfg(test)]
mod tests;
