//! Runs files of protocol vectors: `cargo run --release -p eggtooth_prong --example vectors -- FILE.json…`.
//!
//! Prints the first ten failures and, last, `N passed, N failed`; exit status 1 if any failed. What is not understood
//! counts as failed.

mod cases;
mod transcript;

use std::process::ExitCode;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: vectors FILE.json…");
        return ExitCode::from(2);
    }
    let mut report = cases::Report::default();
    for file in &files {
        match std::fs::read(file) {
            Ok(bytes) => report.file(file, &bytes),
            Err(error) => report.count(file, Err(format!("cannot be read: {error}"))),
        }
    }
    for failure in report.failures.iter().take(10) {
        println!("FAILED {failure}");
    }
    println!("{} passed, {} failed", report.passed, report.failures.len());
    if report.failures.is_empty() && report.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
