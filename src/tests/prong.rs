//! `eggtooth prong`: the real binary on pseudo-terminals and on QUIC, with other programs at the far end.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[path = "../../plugins/prong/examples/udp_proxy/proxy.rs"]
mod proxy;

#[path = "prong/bad.rs"]
mod bad;
#[path = "prong/bridge.rs"]
mod bridge;
#[path = "prong/rude.rs"]
mod rude;
#[path = "prong/second.rs"]
mod second;
#[path = "prong/simulated.rs"]
mod simulated;
#[path = "prong/wire.rs"]
mod wire;
