//! Measures emulation speed: `cargo run --release -p eggtooth_chip --example speed -- ROM TICKS`.
//!
//! ROM is an image of big-endian word pairs.

use eggtooth_chip::{Chip, Program, S46};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, rom, ticks] = arguments.as_slice() else {
        eprintln!("usage: speed ROM TICKS");
        return ExitCode::from(2);
    };
    let (Ok(bytes), Ok(ticks)) = (std::fs::read(rom), ticks.parse::<u64>()) else {
        eprintln!("speed: give a ROM file of word pairs and a number of ticks");
        return ExitCode::from(2);
    };
    let words: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let program = Program::new(&words);

    let mut chip = Chip::new(&S46, program);
    let start = Instant::now();
    let instructions = chip.run_until(ticks, &mut ());
    let seconds = start.elapsed().as_secs_f64();
    println!("instructions: {instructions}");
    println!("seconds: {seconds:.6}");
    println!("per_second: {:.0}", instructions as f64 / seconds.max(1e-9));
    ExitCode::SUCCESS
}
