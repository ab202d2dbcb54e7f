//! Lives ten minutes of the embedded pet with random presses and prints a hash of everything that
//! was seen: the same on every target. `cargo xtask wasm` runs it here and as WebAssembly.

use crc::{CRC_64_XZ, Crc, Digest};
use eggtooth_chip::{Chip, Edge, Pins, Program, S46, Sink, TICKS_PER_SECOND};

const CRC: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);
/// Big-endian word pairs.
const ROM: &[u8] = include_bytes!("../../../assets/firmware/pip/pip.rom");
const MINUTES: u64 = 10;

/// Hashes every edge as it comes.
struct Edges(Digest<'static, u64>);

impl Sink for Edges {
    fn edge(&mut self, tick: u64, edge: Edge) {
        self.0.update(format!("{tick} {edge:?}\n").as_bytes());
    }
}

fn main() {
    let words: Vec<u16> = ROM.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let mut chip = Chip::new(&S46, Program::new(&words));
    static DIGEST: Crc<u64> = CRC;
    let mut seen = Edges(DIGEST.digest());
    // A linear congruential generator (Knuth's constants) presses K00–K02.
    let mut random = 1u64;
    let mut presses = 0;
    while chip.tick() < MINUTES * 60 * TICKS_PER_SECOND {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let held = (random >> 33 & 15) as u8;
        let k0 = if held < 8 { 15 ^ held } else { 15 };
        chip.set_pins(Pins { k0, ..Pins::IDLE }, &mut seen);
        presses += u32::from(k0 != 15);
        chip.run_until(chip.tick() + 1 + (random >> 40) % 20_000, &mut seen);
        // A snapshot in a form that does not depend on the layout of memory.
        let state = serde_json::to_vec(chip.state()).unwrap_or_default();
        seen.0.update(&state);
    }
    let line = format!("eggtooth state hash {:016x} after {} ticks, {presses} presses", seen.0.finalize(), chip.tick());
    println!("{line}");
    // A browser's WebAssembly has no standard output: whoever runs it finds the line in memory.
    Box::leak(line.into_boxed_str());
}
