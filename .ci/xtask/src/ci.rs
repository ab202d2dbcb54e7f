//! `cargo xtask ci`: what a fresh machine would say about the last commit.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::cargo;

/// Runs `.ci/run` on a clean clone in a temporary folder, without the build cache.
pub fn ci() -> Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("eggtooth-ci-{}", std::process::id()));
    println!("Cloning what is committed to {}. These changes are not part of it:", folder.display());
    cargo::succeed(Command::new("git").current_dir(cargo::root()).args(["status", "--short"]))?;
    cargo::succeed(Command::new("git").args(["clone", "--quiet"]).arg(cargo::root()).arg(&folder))?;
    let result = run(&folder);
    std::fs::remove_dir_all(&folder).with_context(|| format!("{} is left behind", folder.display()))?;
    result
}

fn run(folder: &Path) -> Result<ExitCode> {
    let mut command = Command::new("bash");
    command.current_dir(folder).arg(".ci/run").stdin(Stdio::null());
    command.env("CI", "true").env("EGGTOOTH_CI_CACHE", "off").env_remove("CARGO_TARGET_DIR");
    let status = command.status().context("bash could not be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
