//! The whole daycare over HTTP: who gets what, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "http/bodies.rs"]
mod bodies;
#[path = "http/daycare.rs"]
mod daycare;
#[path = "http/live.rs"]
mod live;
#[path = "http/matrix.rs"]
mod matrix;
#[path = "http/moves.rs"]
mod moves;
#[path = "http/play.rs"]
mod play;
#[path = "http/privacy.rs"]
mod privacy;
#[path = "http/schema.rs"]
mod schema;
#[path = "http/tables.rs"]
mod tables;
