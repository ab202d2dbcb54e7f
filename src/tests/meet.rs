//! `eggtooth meet`: real processes at one table, on loopback.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

#[path = "meet/bad.rs"]
mod bad;
#[path = "meet/link.rs"]
mod link;
#[path = "meet/player.rs"]
mod player;
#[path = "meet/proxy.rs"]
mod proxy;
#[path = "meet/realtoy.rs"]
mod realtoy;
#[path = "meet/site.rs"]
mod site;
#[path = "meet/strangers.rs"]
mod strangers;
#[path = "meet/well.rs"]
mod well;
#[allow(dead_code, reason = "of terminals these tests use a part")]
#[path = "prong/wire.rs"]
mod wire;
