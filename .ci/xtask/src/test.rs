//! `cargo xtask test`: every check of the project, in one run.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::needs::Purpose;
use crate::steps::Steps;
use crate::{browser, cargo, install, lint, policy, system, tree};

/// Tells Rust's test harness how many tests of a file run at once.
const THREADS: &str = "RUST_TEST_THREADS";
/// So many for each processor: the files that take long wait for programs and clocks, and compute next to nothing.
const TESTS_AT_ONCE: usize = 2;
const DENY_WARNINGS: &[&str] = &["--", "-D", "warnings"];

/// Installs what is missing and runs all checks. A check that fails does not stop the next.
pub fn test() -> Result<ExitCode> {
    install::ensure(Purpose::Test)?;
    rust_tools()?;
    if lint::in_build() {
        lint::prepare()?;
    }
    let mut steps = Steps::default();
    steps.step("format", || cargo::run(&["fmt", "--all", "--", "--check"]));
    steps.step("dependencies: bans, licences, sources", policy::check);
    if system::find_program("cargo-deny").is_some() {
        steps.step("cargo deny", || cargo::run(&["deny", "check", "bans", "licenses", "sources"]));
    } else {
        steps.note("cargo-deny is not installed; the built-in check of deny.toml ran instead");
    }
    steps.step("plain build: no Bevy, window, GPU or sound", tree::plain);
    steps.step("serve build: no window, GPU or sound", tree::serve);
    steps.step("build for browsers: no QUIC, serial port, SQLite or native TLS", tree::web);
    let building = (!browser::skipped()).then(browser::begin);
    steps.step("plain build: clippy", || clippy(&["--package", "eggtooth", "--no-default-features"]));
    steps.step("serve build: clippy", || {
        clippy(&["--package", "eggtooth", "--no-default-features", "--features", "serve"])
    });
    if lint::in_build() {
        steps.note("clippy came with the build of the tests, which it ends");
    } else {
        steps.step("clippy", || clippy(&["--workspace", "--all-targets"]));
    }
    steps.step("the tests are built", || tests(&["--no-run"]));
    // Nothing is built beside the tests: programs have to answer each other in time there.
    let built = building.map(|building| steps.step("the game for browsers is built", || building?.end()));
    steps.step("tests and documentation tests", || tests(&["--no-fail-fast"]));
    steps.step("play after test recompiles no dependency", nothing_to_recompile);
    // With the program that the last step has left behind.
    match built {
        None => steps.note(format!(
            "{} is set: THE DAYCARE'S PAGE, THE GAME AND WEB SERIAL WERE NOT TESTED in a browser",
            browser::OVERRIDE
        )),
        Some(built) => {
            steps.step("the daycare's page in a browser", browser::page);
            if built {
                steps.step("the game in a browser", browser::game);
            } else {
                steps.note("THE GAME WAS NOT TESTED in a browser, because it could not be built");
            }
            steps.step("real toys from a page: Web Serial", browser::serial);
        }
    }
    steps.step("chip vectors", || vectors("eggtooth_chip", "plugins/chip/tests/data", ".jsonl.gz"));
    steps.step("prong vectors", || vectors("eggtooth_prong", "plugins/prong/tests/data", "_vectors.json"));
    steps.step("the second implementation of the link protocol, by itself", second_peer);
    Ok(steps.finish())
}

fn tests(args: &[&str]) -> Result<()> {
    let mut command = cargo::cargo(&["test", "--workspace"]);
    command.args(args);
    if system::variable(THREADS).is_none() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        command.env(THREADS, (TESTS_AT_ONCE * processors).to_string());
    }
    if lint::in_build() {
        lint::during(&mut command)?;
    }
    cargo::succeed(&mut command)
}

fn clippy(args: &[&str]) -> Result<()> {
    cargo::run(&[&["clippy"], args, DENY_WARNINGS].concat())
}

/// rustup's minimal profile comes without these two.
fn rust_tools() -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let found = cargo::cargo(&[command, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if found.is_ok_and(|status| status.success()) {
            continue;
        }
        let Some(rustup) = system::find_program("rustup") else {
            bail!("cargo {command} is missing: install {component} for this Rust, then run this again");
        };
        println!("Rust's {component} is missing. Installing with: rustup component add {component}");
        cargo::succeed(std::process::Command::new(rustup).args(["component", "add", component]))?;
    }
    Ok(())
}

/// Builds as `play` does, after the tests, and counts what cargo compiles that is not ours.
fn nothing_to_recompile() -> Result<()> {
    let mut command = cargo::cargo(cargo::GAME_BUILD);
    if lint::in_build() {
        lint::during(&mut command)?;
    }
    command.env("CARGO_TERM_COLOR", "never").env_remove("CARGO_TERM_QUIET").stderr(Stdio::piped());
    let mut child = command.spawn().context("cargo could not be started")?;
    let mut recompiled = Vec::new();
    for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines()) {
        let line = line.context("cargo's messages could not be read")?;
        eprintln!("{line}");
        recompiled.extend(foreign(&line));
    }
    let status = child.wait()?;
    ensure!(status.success(), "the game could not be built ({status})");
    ensure!(recompiled.is_empty(), "play compiles again what test has compiled: {}", recompiled.join(", "));
    Ok(())
}

/// The dependency that a line of cargo's messages compiles. Our own packages are shown with their folder.
fn foreign(line: &str) -> Option<String> {
    let package = line.trim_start().strip_prefix("Compiling ")?;
    (!package.contains(" (")).then(|| package.to_owned())
}

/// Vectors of one crate, in the build that is released.
fn vectors(package: &str, folder: &str, end: &str) -> Result<()> {
    let files = files_in(folder, end)?;
    let mut command = cargo::cargo(&["run", "--release", "--package", package, "--example", "vectors", "--"]);
    cargo::succeed(command.args(files))
}

/// What our engine is tested against must be right, too.
fn second_peer() -> Result<()> {
    let test = cargo::root().join("plugins/prong/tests/peer/test_peer.py");
    // Its compiled form does not belong into the tree.
    cargo::succeed(std::process::Command::new("python3").env("PYTHONDONTWRITEBYTECODE", "1").arg(test))
}

/// The files under `folder`, at any depth, whose names end in `end`, sorted. None is an error.
fn files_in(folder: &str, end: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![cargo::root().join(folder)];
    while let Some(current) = folders.pop() {
        for entry in current.read_dir().with_context(|| format!("{} cannot be listed", current.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_string_lossy().ends_with(end) {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "{folder} has no *{end}");
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dependencies_count_as_recompiled() {
        assert_eq!(foreign("   Compiling serde v1.0.229").as_deref(), Some("serde v1.0.229"));
        assert_eq!(foreign("   Compiling eggtooth_chip v0.1.0 (/home/kim/eggtooth/plugins/chip)"), None);
        assert_eq!(foreign("    Finished `dev` profile in 0.2s"), None);
        assert_eq!(foreign("    Checking serde v1.0.229"), None);
    }

    #[test]
    fn files_are_found_at_any_depth_and_none_is_an_error() {
        let files = files_in(".ci", "needs.rs").expect("the xtask has its sources");
        assert_eq!(files.len(), 1);
        assert!(files_in(".ci", ".nothing").is_err());
        assert!(files_in("no-such-folder", ".rs").is_err());
    }
}
