//! ROM files: intake in every known form, identification, conversion, and plain explanations.
//!
//! [`Cartridge::open`] and [`Cartridge::from_bytes`] are the doors for files that people bring:
//! they read a bounded number of bytes, never panic, and every refusal is one sentence that says
//! what the file is and what to try. Nothing here runs a program; `toy` does that with
//! [`Cartridge::words`].
//!
//! What is known of toys is data: [`TOYS`] by their programs, [`models`] and [`wiring`] by what is
//! soldered in them, [`labels`] by what lies where in their memory; each group of facts with its
//! sources. Symbol files, which give names to places of any other ROM, are in [`symbols`].

mod archive;
mod cartridge;
mod error;
mod format;
mod intake;
mod known;
pub mod labels;
mod magic;
pub mod models;
mod raw;
mod records;
mod source;
pub mod symbols;
mod text;
mod toys;
pub mod wiring;
mod write;

#[cfg(test)]
mod tests;

pub use cartridge::{Cartridge, ChipKind, Container};
pub use error::RomError;
pub use format::Format;
pub use intake::LIMIT;
pub use known::{By, Checksums, Known};
pub use source::{Proof, Source};
pub use toys::{Image, Kind, TOYS, Toy, find as find_toy};
pub use wiring::icon_names;
