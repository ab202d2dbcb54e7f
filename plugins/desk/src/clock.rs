//! Sets Pip's clock from this computer's. The presses are those of [`eggtooth_toy::pip_clock`].

pub use eggtooth_toy::pip_clock::*;

/// The computer's local time.
#[cfg(not(target_family = "wasm"))]
#[must_use]
pub fn local_time() -> TimeOfDay {
    let now = jiff::Zoned::now();
    // All three are in range by definition.
    (now.hour().unsigned_abs(), now.minute().unsigned_abs(), now.second().unsigned_abs())
}

/// The browser's local time.
#[cfg(target_family = "wasm")]
#[must_use]
pub fn local_time() -> TimeOfDay {
    let now = js_sys::Date::new_0();
    // All three are in range by definition.
    [now.get_hours(), now.get_minutes(), now.get_seconds()].map(|part| u8::try_from(part).unwrap_or(0)).into()
}
