//! What can only be tested from within: a machine that fails.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU64, Ordering};

/// The tick from which on every machine of this process fails.
static FAILS: AtomicU64 = AtomicU64::new(u64::MAX);

/// Fails, if it is told to.
pub(super) fn fail(tick: u64) {
    assert!(tick < FAILS.load(Ordering::Relaxed), "the machine of this test fails");
}
