//! Rust for browsers: which compiler there is, and how it is asked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::{cargo, system};

pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's toolchain for the web (packages rustc-web, cargo-web, rust-web-src, lld-22, rust-web-llvm):
/// it has no prebuilt standard library, but the sources.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// Whose compiler builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The one that builds everything else; its standard library is prebuilt.
    Usual,
    /// Debian's, which builds the standard library, too.
    Debian,
}

/// Whether something here builds for browsers.
pub fn can_build() -> bool {
    find().is_some()
}

/// Lets rustup fetch what is missing, where there is rustup.
pub fn prepare() {
    if find().is_none() {
        added();
    }
}

/// The compiler to build with; the error says what to install.
pub fn compiler() -> Result<Compiler> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if added() {
        return Ok(Compiler::Usual);
    }
    bail!(
        "there is no compiler for WebAssembly; run `rustup target add {TARGET}`, or install Debian's rustc-web, cargo-web, rust-web-src, lld-22 and rust-web-llvm"
    )
}

impl Compiler {
    /// `cargo` with `args`, for the target. With Debian's compiler the parts `std` of the standard library
    /// (`core,alloc` and so on) are built, too.
    pub fn cargo(self, args: &[&str], std: &str, folder: &Path) -> Command {
        let mut command = match self {
            Compiler::Usual => cargo::cargo(args),
            Compiler::Debian => {
                // The xtask's own toolchain and what `cargo run` says of it are none of Debian's business.
                let mut command = Command::new(DEBIAN_CARGO);
                command.current_dir(cargo::root()).args(args).args(["-Z", &format!("build-std={std}")]);
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
                command
            }
        };
        command.args(["--target", TARGET]).env("CARGO_TARGET_DIR", folder);
        command
    }
}

/// A folder of its own beside the usual one: another compiler writes there.
pub fn target_folder() -> Result<PathBuf> {
    Ok(cargo::built("wasm")?.with_file_name("wasm-target"))
}

fn find() -> Option<Compiler> {
    let libdir = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    if libdir.is_ok_and(|out| out.status.success() && Path::new(String::from_utf8_lossy(&out.stdout).trim()).exists()) {
        return Some(Compiler::Usual);
    }
    let debian = [DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_SOURCES].iter().all(|path| Path::new(path).exists());
    debian.then_some(Compiler::Debian)
}

/// Lets rustup add the target, where there is rustup.
fn added() -> bool {
    let Some(rustup) = system::find_program("rustup") else { return false };
    println!("Rust's part for browsers is missing. Installing with: rustup target add {TARGET}");
    let status = Command::new(rustup).args(["target", "add", TARGET]).stdin(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn only_debian_builds_the_standard_library() {
        let folder = Path::new("there");
        let usual = Compiler::Usual.cargo(&["build", "-p", "hash"], "core", folder);
        assert_eq!(words(&usual), ["build", "-p", "hash", "--target", TARGET]);
        let debian = Compiler::Debian.cargo(&["build"], "std,panic_abort", folder);
        assert_eq!(words(&debian), ["build", "-Z", "build-std=std,panic_abort", "--target", TARGET]);
        for command in [usual, debian] {
            let folder = command.get_envs().find(|(name, _)| *name == "CARGO_TARGET_DIR");
            assert_eq!(folder.and_then(|(_, value)| value), Some("there".as_ref()));
        }
    }
}
