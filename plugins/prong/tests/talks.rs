//! Conversations between two real engines, whole and broken.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "talks/gifts.rs"]
mod gifts;
#[path = "talks/playdates.rs"]
mod playdates;
#[path = "talks/world.rs"]
mod world;
