//! Clippy while our crates are compiled, instead of before.
//!
//! `cargo clippy` lets the compiler check all dependencies first, and the tests let it compile them once more. Where
//! nothing is built yet that costs many minutes. So this program can stand between cargo and the compiler
//! (`RUSTC_WORKSPACE_WRAPPER`): it lints each crate of ours against the dependencies as the tests link them, and
//! compiles it then. What clippy complains about ends the build.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::{cargo, system};

/// Set to anything, this variable lets the tests' build lint, too: for machines that begin with nothing.
pub const VARIABLE: &str = "EGGTOOTH_LINT_IN_BUILD";
/// What tells this program that cargo calls it as a compiler: the folder for what clippy leaves behind.
const CALLED: &str = "EGGTOOTH_LINT_FOLDER";

/// Whether the tests' build lints.
pub fn in_build() -> bool {
    system::variable(VARIABLE).is_some()
}

/// Makes ready what cargo will call: a copy, for this very program is compiled on the way.
pub fn prepare() -> Result<()> {
    let (folder, copy) = places()?;
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let me = std::env::current_exe().context("this program's own place is unknown")?;
    fs::copy(&me, &copy).with_context(|| format!("{} cannot be written", copy.display()))?;
    Ok(())
}

/// Lets `command`, which is cargo, lint what it compiles, once that was prepared.
pub fn during(command: &mut Command) -> Result<()> {
    let (folder, copy) = places()?;
    command.env("RUSTC_WORKSPACE_WRAPPER", copy).env(CALLED, folder);
    Ok(())
}

/// The folder for what clippy leaves behind, and the copy in it.
fn places() -> Result<(PathBuf, PathBuf)> {
    let folder = cargo::built("lint")?.with_file_name("lint");
    let copy = folder.join(format!("wrapper{}", std::env::consts::EXE_SUFFIX));
    Ok((folder, copy))
}

/// The folder, where cargo calls this program as a compiler.
pub fn called() -> Option<PathBuf> {
    std::env::var_os(CALLED).map(PathBuf::from)
}

/// Lints and compiles: `args` are the compiler and what it is to do.
pub fn compile(args: &[OsString], folder: &Path) -> Result<ExitCode> {
    let (rustc, args) = args.split_first().context("cargo names no compiler")?;
    if let Some(lint) = linting(args, folder) {
        let beside = Path::new(rustc).with_file_name(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX));
        let driver = if beside.is_file() { beside.into_os_string() } else { "clippy-driver".into() };
        let mut clippy = Command::new(driver);
        clippy.arg(rustc).args(lint).env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
        let status = clippy.status().context("clippy-driver could not be started")?;
        if !status.success() {
            return Ok(ExitCode::FAILURE);
        }
    }
    let status = Command::new(rustc).args(args).status().context("the compiler could not be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The same for clippy: nothing but metadata, in a folder where nobody looks for it, and without a word to cargo that it
/// is there. `None` where no crate is compiled.
fn linting(args: &[OsString], folder: &Path) -> Option<Vec<OsString>> {
    let name = args.iter().position(|arg| arg == "--crate-name").and_then(|at| args.get(at + 1))?;
    // Cargo asks so what the compiler can do.
    if name == "___" {
        return None;
    }
    let mut lint = Vec::with_capacity(args.len());
    let mut before: &OsStr = OsStr::new("");
    for arg in args {
        let text = arg.to_string_lossy();
        lint.push(if before == "--out-dir" {
            folder.into()
        } else if text.starts_with("--emit=") {
            "--emit=metadata".into()
        } else if let Some(kinds) = text.strip_prefix("--json=") {
            let kinds: Vec<_> = kinds.split(',').filter(|kind| *kind != "artifacts").collect();
            format!("--json={}", kinds.join(",")).into()
        } else {
            arg.clone()
        });
        before = arg;
    }
    Some(lint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn clippy_leaves_nothing_that_cargo_would_use() {
        let args = words(
            "--crate-name x src/lib.rs --error-format=json --json=a,artifacts,b --emit=dep-info,link --out-dir d",
        );
        let expected = words("--crate-name x src/lib.rs --error-format=json --json=a,b --emit=metadata --out-dir lint");
        assert_eq!(linting(&args, Path::new("lint")), Some(expected));
    }

    #[test]
    fn questions_are_not_linted() {
        for args in ["-vV", "- --crate-name ___ --print=file-names"] {
            assert_eq!(linting(&words(args), Path::new("lint")), None, "{args}");
        }
    }
}
