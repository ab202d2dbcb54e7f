//! `cargo xtask wasm`: the same chip on another target.
//!
//! Ten minutes of the embedded pet must leave the same hash here and as WebAssembly in Node, and the
//! chip must build where there is no standard library at all.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's toolchain for the web (packages rustc-web, cargo-web, rust-web-src, lld-22, rust-web-llvm):
/// it has no prebuilt standard library either.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
/// Runs a module's `main` and prints the line that it left in memory.
const RUN: &str = "
const bytes = require('fs').readFileSync(process.argv[1]);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
exports.main(0, 0);
const text = Buffer.from(exports.memory.buffer).toString('latin1');
const found = text.match(/eggtooth state hash [0-9a-f]{16} after \\d+ ticks, \\d+ presses/);
if (!found) process.exit(1);
console.log(found[0]);
";

/// Compares the hashes and builds the chip without std.
pub fn wasm() -> Result<ExitCode> {
    let here = hash_line(&cargo::output(&["run", "--release", "-p", "hash"])?)?;
    println!("here: {here}");
    let target = target_folder()?;
    let debian = !has_rustup_target();
    let program = ["build", "--release", "-p", "hash", "--target", TARGET];
    if debian {
        if !Path::new(DEBIAN_RUSTC).exists() {
            bail!(
                "there is no compiler for WebAssembly; run `rustup target add {TARGET}`, or install Debian's rustc-web, cargo-web, rust-web-src, lld-22 and rust-web-llvm"
            );
        }
        println!("\n==> the chip with nothing but core and alloc");
        let bare =
            ["build", "--release", "-p", "eggtooth_chip", "--lib", "--target", TARGET, "-Z", "build-std=core,alloc"];
        cargo::succeed(&mut debian_cargo(&bare, &target.join("bare")))?;
        cargo::succeed(&mut debian_cargo(&[&program[..], &["-Z", "build-std=std,panic_abort"]].concat(), &target))?;
    } else {
        cargo::succeed(cargo::cargo(&program).env("CARGO_TARGET_DIR", &target))?;
        println!("not checked: the chip without std, for which a target without one is needed");
    }
    let module = target.join(TARGET).join("release/hash.wasm");
    let node = Command::new("node").args(["-e", RUN]).arg(&module).stderr(Stdio::inherit()).output();
    let node = node.context("node could not be started; install Node.js")?;
    let there = hash_line(&String::from_utf8_lossy(&node.stdout))?;
    println!("WebAssembly: {there}");
    if here != there {
        bail!("the two differ");
    }
    println!("the same");
    Ok(ExitCode::SUCCESS)
}

/// A folder of its own beside the usual one: another compiler writes there.
fn target_folder() -> Result<std::path::PathBuf> {
    Ok(cargo::built("wasm")?.with_file_name("wasm-target"))
}

fn has_rustup_target() -> bool {
    let libdir = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    libdir.is_ok_and(|out| Path::new(String::from_utf8_lossy(&out.stdout).trim()).exists())
}

fn debian_cargo(args: &[&str], target: &Path) -> Command {
    let mut command = Command::new(DEBIAN_CARGO);
    command.current_dir(cargo::root()).args(args);
    command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", target);
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    command
}

fn hash_line(text: &str) -> Result<String> {
    let line = text.lines().find(|line| line.starts_with("eggtooth state hash"));
    line.map(str::to_owned).context("no hash was printed")
}
