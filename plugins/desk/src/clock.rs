//! Sets Pip's clock from this computer's. The presses are those of [`eggtooth_toy::pip_clock`].

pub use eggtooth_toy::pip_clock::*;

/// The computer's local time.
#[must_use]
pub fn local_time() -> TimeOfDay {
    let now = jiff::Zoned::now();
    // All three are in range by definition.
    (now.hour().unsigned_abs(), now.minute().unsigned_abs(), now.second().unsigned_abs())
}
