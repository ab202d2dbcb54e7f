//! `eggtooth serve`: the real binary, from an empty folder to its end, over real sockets.
#![cfg(all(feature = "serve", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

#[path = "serve/bad.rs"]
mod bad;
#[path = "serve/copies.rs"]
mod copies;
#[path = "serve/daycare.rs"]
mod daycare;
#[path = "serve/end.rs"]
mod end;
#[path = "serve/first.rs"]
mod first;
#[path = "serve/limits.rs"]
mod limits;
#[path = "serve/play.rs"]
mod play;
#[path = "serve/tls.rs"]
mod tls;
#[path = "serve/watch.rs"]
mod watch;
