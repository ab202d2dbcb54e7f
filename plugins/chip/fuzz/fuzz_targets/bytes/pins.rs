//! Pins that change.

use super::Bytes;
use eggtooth_chip::{Group, Pins};

const MILLIVOLTS: [u16; 8] = [0, 2199, 2200, 2499, 2500, 3000, 3100, 4200];
/// Ticks around which a reset, the reset keys and the noise filter decide.
const EDGES: [u64; 8] = [1, 65, 66, 67, 512, 65_535, 65_536, 65_537];

/// The next change: how many ticks before it, and the pins then.
pub fn change(bytes: &mut Bytes<'_>, pins: &mut Pins) -> u64 {
    let (wait, what, value) = (bytes.byte(), bytes.byte(), bytes.byte());
    let (low, high) = (value & 15, value >> 4);
    match what & 15 {
        0 | 1 => pins.k0 ^= 1 << (value & 3),
        2 => pins.k0 = low,
        3 => pins.k1 ^= 1 << (value & 3),
        4 => (pins.k0, pins.k1) = (low, high),
        5 | 6 => pins.serial_clock = !pins.serial_clock,
        7 => (pins.serial_clock, pins.serial_in) = (!pins.serial_clock, value & 1 != 0),
        8 => pins.serial_in = value & 1 != 0,
        9 => pins.p[usize::from(what >> 4 & 3)] = Group::new(low, high),
        10 => pins.battery_mv = MILLIVOLTS[usize::from(value & 7)],
        11 => pins.reset = !pins.reset,
        12 => pins.k0 = 0,
        13 => *pins = Pins::IDLE,
        14 => {
            // Whatever comes may come at once.
            pins.k0 = low;
            pins.serial_clock = high & 1 != 0;
            pins.serial_in = high & 2 != 0;
            pins.reset = high & 4 == 0;
        }
        _ => {}
    }
    match wait {
        0..16 => wait.into(),
        16..24 => EDGES[usize::from(wait & 7)],
        _ => (u64::from(wait & 15) + 16) << (wait >> 5),
    }
}
