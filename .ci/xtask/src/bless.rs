//! `cargo xtask bless`: makes what is generated anew, for a person to look over.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::cargo;

/// Reassembles the embedded pet, rewrites the golden files, and shows what changed.
///
/// A test that compares with a golden file writes it instead when `EGGTOOTH_BLESS` is set.
pub fn bless() -> Result<ExitCode> {
    println!("==> assets/firmware/pip");
    cargo::run(cargo::PLAIN_BUILD)?;
    let mut assemble = Command::new(cargo::built("eggtooth")?);
    assemble.current_dir(cargo::root()).args([
        "asm",
        "assets/firmware/pip/main.s",
        "-o",
        "assets/firmware/pip/pip.rom",
    ]);
    cargo::succeed(assemble.args(["--symbols", "assets/firmware/pip/pip.sym"]))?;

    println!("\n==> golden files");
    cargo::succeed(cargo::cargo(&["test", "--workspace", "--no-fail-fast"]).env("EGGTOOTH_BLESS", "1"))?;

    println!("\n==> changed; a golden file that changed needs its reason in the commit");
    cargo::succeed(Command::new("git").current_dir(cargo::root()).args(["status", "--short"]))?;
    Ok(ExitCode::SUCCESS)
}
