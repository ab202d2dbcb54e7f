//! Runs test-vector files: `cargo run --release -p eggtooth_chip --example vectors -- FILE.jsonl.gz…`.
//!
//! The last line is `N passed, N failed`; the first ten failures come before it.

mod scenario;
mod single;
mod suite;
mod trace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = suite::Tally::default();
    for path in std::env::args_os().skip(1) {
        tally.run_file(path.as_ref());
    }
    for failure in tally.failures.iter().take(10) {
        println!("{failure}");
    }
    println!("{} passed, {} failed", tally.passed, tally.failures.len());
    ExitCode::from(u8::from(tally.passed == 0 || !tally.failures.is_empty()))
}
