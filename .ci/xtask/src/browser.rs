//! The daycare's built-in page in a browser, against the real program.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{cargo, system};

/// Set to anything, this variable leaves the browser tests out.
pub const OVERRIDE: &str = "EGGTOOTH_NO_BROWSER";
/// The windowless build.
const SERVE_BUILD: &[&str] = &["build", "--package", "eggtooth", "--no-default-features", "--features", "serve"];

/// Whether the browser tests were left out by hand.
pub fn skipped() -> bool {
    system::variable(OVERRIDE).is_some()
}

/// Builds `eggtooth serve` and lets Chromium use its page.
pub fn page() -> Result<()> {
    let folder = cargo::root().join("plugins/daycare/tests/page");
    cargo::run(SERVE_BUILD)?;
    // Exactly what the lock file says; no package runs a program of its own while it is installed.
    let mut npm = Command::new("npm");
    cargo::succeed(npm.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    let browser = system::find_program("chromium");
    let browser = browser.context("there is no Chromium; install it, or set EGGTOOTH_NO_BROWSER=1 to do without")?;
    let mut node = Command::new("node");
    node.current_dir(&folder).arg("run.mjs").arg(cargo::built("eggtooth")?).env("CHROMIUM", browser);
    cargo::succeed(&mut node)
}
