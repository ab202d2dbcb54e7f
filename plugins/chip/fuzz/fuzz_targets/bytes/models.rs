//! Both chips with every option.

use eggtooth_chip::{Model, Options, R33, S46, S48};
use std::sync::LazyLock;

/// Without OSC3, slow, as on the chips, and beyond.
const OSC3: [Option<u32>; 4] = [None, Some(100_003), Some(1_000_000), Some(2_000_000)];
const KEYS: [u8; 4] = [0, 0b0011, 0b0111, 0b1111];

/// Two chips, two orders of bits, three meanings of R33, four sets of reset keys, four speeds.
static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| {
    let mut models = Vec::new();
    for osc3_hz in OSC3 {
        for reset_keys in KEYS {
            for r33 in [R33::Port, R33::TimerClock, R33::SerialReady] {
                for serial_msb_first in [false, true] {
                    let options = Options { serial_msb_first, r33, reset_keys };
                    models.push(Model { name: "fuzzed 46", osc3_hz, options, ..S46 });
                    models.push(Model { name: "fuzzed 48", osc3_hz, options, flipped: true, ..S48 });
                }
            }
        }
    }
    models
});

/// The model of a byte: bit 0 is the chip.
pub fn model(byte: u8) -> &'static Model {
    &MODELS[usize::from(byte) % MODELS.len()]
}
