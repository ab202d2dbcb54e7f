//! The rules of the protocol's text, one by one, against whole engines in virtual time. The expectations are written
//! from the text (prongs.md §1), not from the engine.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "rules/commands.rs"]
mod commands;
#[path = "rules/desk.rs"]
mod desk;
#[path = "rules/ending.rs"]
mod ending;
#[path = "rules/errors.rs"]
mod errors;
#[path = "rules/extensions.rs"]
mod extensions;
#[path = "rules/glare.rs"]
mod glare;
#[path = "rules/limits.rs"]
mod limits;
#[path = "rules/lines.rs"]
mod lines;
#[path = "rules/receiving.rs"]
mod receiving;
#[path = "rules/rewinds.rs"]
mod rewinds;
#[path = "rules/sending.rs"]
mod sending;
#[path = "rules/talking.rs"]
mod talking;
