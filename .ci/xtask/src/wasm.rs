//! `cargo xtask wasm`: the same chip on another target.
//!
//! Ten minutes of the embedded pet must leave the same hash here and as WebAssembly in Node, and the
//! chip must build where there is no standard library at all.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::browsers::{self, Compiler};
use crate::cargo;

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
    let compiler = browsers::compiler()?;
    let target = browsers::target_folder()?;
    if compiler == Compiler::Debian {
        println!("\n==> the chip with nothing but core and alloc");
        let bare = ["build", "--release", "-p", "eggtooth_chip", "--lib"];
        cargo::succeed(&mut compiler.cargo(&bare, "core,alloc", &target.join("bare")))?;
    } else {
        println!("not checked: the chip without std, for which a target without one is needed");
    }
    let program = ["build", "--release", "-p", "hash"];
    cargo::succeed(&mut compiler.cargo(&program, "std,panic_abort", &target))?;
    let module = target.join(browsers::TARGET).join("release/hash.wasm");
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

fn hash_line(text: &str) -> Result<String> {
    let line = text.lines().find(|line| line.starts_with("eggtooth state hash"));
    line.map(str::to_owned).context("no hash was printed")
}
