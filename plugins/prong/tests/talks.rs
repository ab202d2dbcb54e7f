//! Conversations between two real engines, whole and broken.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "talks/gifts.rs"]
mod gifts;
#[path = "talks/hostile.rs"]
mod hostile;
#[path = "talks/playdates.rs"]
mod playdates;
#[path = "talks/short.rs"]
mod short;
#[path = "talks/units.rs"]
mod units;
#[path = "talks/world.rs"]
mod world;
