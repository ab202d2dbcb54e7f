//! Runs cargo, always in the same way.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The root of the workspace. The xtask is built in the checkout it works on, so this is fixed.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The build that `play` starts, and that leaves nothing to recompile after the tests.
///
/// Features are unified over the packages named, and an example pulls in the features of the development
/// dependencies. So this command sees the very feature set of `cargo test --workspace`.
pub const GAME_BUILD: &[&str] = &["build", "--workspace", "--bin", "eggtooth", "--example", "speed"];

/// The build without Bevy: the command line and the terminal face.
pub const PLAIN_BUILD: &[&str] = &["build", "--package", "eggtooth", "--no-default-features"];

/// A cargo command in the workspace root.
pub fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(args);
    // `cargo run` describes the xtask in these; build scripts must not take it for their own package.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let described = ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| text.starts_with(start));
        if described || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs cargo with its output shown; an error names the command.
pub fn run(args: &[&str]) -> Result<()> {
    succeed(&mut cargo(args))
}

/// Runs a command with its output shown; an error names the command.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{} could not be started", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs cargo and returns its standard output.
pub fn output(args: &[&str]) -> Result<String> {
    let mut command = cargo(args);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("{} could not be started", shown(&command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", shown(&command), output.status);
    }
    String::from_utf8(output.stdout).context("cargo wrote something that is not UTF-8")
}

/// Where cargo puts the development builds: the folder this program lies in.
pub fn built(program: &str) -> Result<PathBuf> {
    let me = std::env::current_exe().context("the folder of this program is unknown")?;
    Ok(me.with_file_name(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let args = command.get_args().map(|arg| arg.to_string_lossy());
    std::iter::once(name.into()).chain(args).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_the_workspace() {
        assert!(root().join("plugins").is_dir());
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn errors_name_the_command() {
        let error = run(&["no-such-command", "x"]).expect_err("cargo has no such command");
        assert!(error.to_string().starts_with("cargo no-such-command x failed"), "{error}");
    }
}
