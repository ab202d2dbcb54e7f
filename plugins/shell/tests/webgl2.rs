//! The same pictures within the limits that browsers promise (no storage buffers, no compute, 2048 texels).
//!
//! A test program of its own: Bevy remembers a device's limits for as long as the process lives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod golden_file;
mod stand;

use eggtooth_shell::Design;
use stand::{Stand, frame};

#[test]
fn browsers_see_the_same() {
    let mut stand = Stand::new(frame(), true);
    for design in Design::ALL {
        stand.wear(design);
        golden_file::compare_only(design.name(), &stand.picture());
    }
}
