//! The two pages in a browser: the daycare's, against the real program, and the game.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{browsers, cargo, system, web};

/// Set to anything, this variable leaves the browser tests out.
pub const OVERRIDE: &str = "EGGTOOTH_NO_BROWSER";
/// Lines of a build's log that are shown when it has failed.
const SHOWN: usize = 60;

/// Whether the browser tests were left out by hand.
pub fn skipped() -> bool {
    system::variable(OVERRIDE).is_some()
}

/// The game for browsers, while it is being built beside other checks.
pub struct Building {
    child: Child,
    log: PathBuf,
}

/// Begins to build the game for browsers, quickly, but only with the processor time that nobody else wants: linking and
/// the last crates leave a processor idle.
pub fn begin() -> Result<Building> {
    let log = browsers::target_folder()?.with_file_name("web-build.log");
    let file = File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
    let me = std::env::current_exe().context("this program's own place is unknown")?;
    let modest = [("chrt", &["--idle", "0"]), ("nice", &["-n", "19"])];
    let modest = modest.iter().find_map(|(name, args)| Some((system::find_program(name)?, args)));
    let mut command = match modest {
        Some((program, args)) => {
            let mut command = Command::new(program);
            command.args(*args).arg(me);
            command
        }
        None => Command::new(me),
    };
    command.args(["web", "--quick"]).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let child = command.spawn().context("the build for browsers could not be started")?;
    Ok(Building { child, log })
}

impl Building {
    /// Waits for the end.
    pub fn end(mut self) -> Result<()> {
        let status = self.child.wait()?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        for line in &lines[lines.len().saturating_sub(SHOWN)..] {
            println!("{line}");
        }
        bail!("xtask web --quick failed ({status}); {} has all of it", self.log.display())
    }
}

/// Lets Chromium use the page of `eggtooth serve`, which has been built.
pub fn page() -> Result<()> {
    let folder = cargo::root().join("plugins/daycare/tests/page");
    web::npm(&folder)?;
    let mut node = Command::new("node");
    node.current_dir(&folder).arg("run.mjs").arg(cargo::built("eggtooth")?).env("CHROMIUM", chromium()?);
    cargo::succeed(&mut node)
}

/// Plays the game in Chromium. Both it and the program, which is its daycare, have been built.
pub fn game() -> Result<()> {
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
