//! Saves that survive crashes: the envelope, three generations of each toy, one writer per folder.
//!
//! The vault knows nothing of the chip: it stores [`Meta`] and opaque blocks by [`Tag`]. `toy` and
//! the command line call it; it never draws, never logs and reads no clock of its own except in
//! the few functions that say so. Every byte of a save is described in `FORMAT.md`.
//!
//! The promise: after a crash, a kill or a power cut at any instant, [`DataDir::load`] gives the
//! last state whose save had finished, or a newer one, and says so if it had to step back. In a browser a save has
//! finished when the page has stored it ([`DataDir::settled`]).

mod claim;
pub mod codec;
mod datadir;
mod disk;
mod envelope;
mod error;
pub mod foreign;
mod generation;
mod name;
mod roms;
mod settings;
mod shelf;
mod transfer;

#[cfg(test)]
mod tests;

pub use datadir::{Access, DataDir, ReadOnlyReason};
#[cfg(target_family = "wasm")]
pub use disk::memory;
pub use envelope::{Block, Envelope, FORMAT_VERSION, MAX_BLOCKS, MAX_FILE, Meta, ReadError, Tag};
pub use error::{Damage, VaultError};
pub use generation::{GENERATIONS, Health};
pub use name::{MAX_NAME, Slug, check_name};
pub use roms::{RomId, hex, rom_id};
pub use settings::Settings;
pub use shelf::{Entry, Loaded, Notice};
pub use transfer::{egg, read_egg};
