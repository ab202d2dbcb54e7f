//! The two pages in a browser: the daycare's, against the real program, and the game.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{cargo, system, web};

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
    web::npm(&folder)?;
    let mut node = Command::new("node");
    node.current_dir(&folder).arg("run.mjs").arg(cargo::built("eggtooth")?).env("CHROMIUM", chromium()?);
    cargo::succeed(&mut node)
}

/// Builds the game for browsers, quickly, and plays it in Chromium.
pub fn game() -> Result<()> {
    web::build(true)?;
    cargo::run(SERVE_BUILD)?;
    let mut node = Command::new("node");
    node.current_dir(web::folder()).arg("tests/run.mjs").env("CHROMIUM", chromium()?);
    node.env("EGGTOOTH", cargo::built("eggtooth")?).env("SERIAL", web::serial()?);
    cargo::succeed(&mut node)
}

/// The engine over Web Serial, with a simulated toy at a port that is not there. It needs no browser.
pub fn serial() -> Result<()> {
    let mut node = Command::new("node");
    cargo::succeed(node.current_dir(web::folder()).arg("tests/serial.mjs").arg(web::serial()?))
}

fn chromium() -> Result<PathBuf> {
    let found = system::find_program("chromium");
    found.context("there is no Chromium; install it, or set EGGTOOTH_NO_BROWSER=1 to do without")
}
