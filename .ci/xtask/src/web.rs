//! `cargo xtask web`: the game as a page, in `web/dist`.
//!
//! Rust makes a program of it, wasm-bindgen what stands between program and page, binaryen makes it smaller, and
//! `web/tools/pack.mjs` puts it together with the page and compresses it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::needs::Purpose;
use crate::{browsers, cargo, install};

/// The program that runs on the page.
const PROGRAM: &str = "page";
/// What browsers have had for years, one by one: with all that binaryen knows it writes what Chromium refuses.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// What can be typed after `web`.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    quick: bool,
    /// The port, where it is to be served.
    serve: Option<u16>,
}

impl Arguments {
    /// Reads them; `None` where they are something else.
    pub fn read(args: &[OsString]) -> Option<Arguments> {
        let mut read = Arguments { quick: false, serve: None };
        let mut args = args.iter().map(|arg| arg.to_str()).peekable();
        while let Some(arg) = args.next() {
            match arg? {
                "--quick" => read.quick = true,
                "--serve" => {
                    let port = args.next_if(|next| next.is_some_and(|next| !next.starts_with('-')));
                    read.serve = Some(port.flatten().map_or(Some(8080), |port| port.parse().ok())?);
                }
                _ => return None,
            }
        }
        Some(read)
    }
}

/// Builds, and serves where that was asked for.
pub fn web(arguments: &Arguments) -> Result<ExitCode> {
    install::ensure(Purpose::Web)?;
    build(arguments.quick)?;
    if let Some(port) = arguments.serve {
        let mut node = Command::new("node");
        cargo::succeed(node.current_dir(folder()).arg("tools/serve.mjs").arg(port.to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The page's own folder.
pub fn folder() -> PathBuf {
    cargo::root().join("web")
}

/// Fills `web/dist`.
pub fn build(quick: bool) -> Result<()> {
    npm(&folder())?;
    let profile = if quick { "web-quick" } else { "web" };
    let target = browsers::target_folder()?;
    let package = ["build", "-p", "eggtooth", "--bin", PROGRAM, "--no-default-features", "--features", "web"];
    let program = [&package[..], &["--profile", profile]].concat();
    cargo::succeed(&mut browsers::compiler()?.cargo(&program, "std,panic_abort", &target))?;
    let built = target.join(browsers::TARGET).join(profile).join(format!("{PROGRAM}.wasm"));
    let mut sizes = vec![("as Rust built it", size(&built)?)];

    let out = target.join(format!("{profile}-page"));
    bind("eggtooth", &out, &built)?;
    let module = out.join("eggtooth_bg.wasm");
    sizes.push(("after wasm-bindgen", size(&module)?));

    if !quick {
        println!("Making it smaller; that takes some minutes.");
        let mut command = Command::new("node");
        command.arg(folder().join("node_modules/binaryen/bin/wasm-opt")).arg(&module).arg("-o").arg(&module);
        cargo::succeed(command.args(["-Oz", "--strip-debug", "--strip-producers"]).args(FEATURES))?;
        sizes.push(("after wasm-opt -Oz", size(&module)?));
    }
    for (step, bytes) in sizes {
        println!("{bytes:>12} bytes {step}");
    }
    let mut pack = Command::new("node");
    pack.current_dir(folder()).arg("tools/pack.mjs").arg(&out).arg(folder().join("dist"));
    cargo::succeed(if quick { pack.arg("--quick") } else { &mut pack })
}

/// Builds the module of the tests of Web Serial: a simulated toy, and a page that has nothing but links; the folder in
/// which it lies.
pub fn serial() -> Result<PathBuf> {
    let target = browsers::target_folder()?;
    let package = ["build", "-p", "eggtooth_prong", "--example", "page", "--features", "bevy,web-serial"];
    let program = [&package[..], &["--profile", "web-quick"]].concat();
    cargo::succeed(&mut browsers::compiler()?.cargo(&program, "std,panic_abort", &target))?;
    let (built, out) = (target.join(browsers::TARGET).join("web-quick/examples/page.wasm"), target.join("serial-page"));
    bind("page", &out, &built)?;
    Ok(out)
}

/// Puts what stands between page and program beside it, as `name`.
fn bind(name: &str, out: &Path, built: &Path) -> Result<()> {
    // What an earlier version of the program needed would be served for ever.
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("{} cannot be removed", out.display()))?;
    }
    let tool = ["run", "--package", "bindgen", "--features", "tool", "--profile", "web-quick", "--"];
    let mut command = cargo::cargo(&tool);
    cargo::succeed(command.arg(name).arg(built).arg(out))
}

/// Fetches into `folder` exactly what its lock file says; no package runs a program of its own while it is installed.
pub fn npm(folder: &Path) -> Result<()> {
    let mut npm = Command::new("npm");
    cargo::succeed(npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

fn size(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file).with_context(|| format!("{} is missing", file.display()))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Option<Arguments> {
        Arguments::read(&args.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read_and_others_refused() {
        assert_eq!(read(&[]), Some(Arguments { quick: false, serve: None }));
        assert_eq!(read(&["--quick", "--serve"]), Some(Arguments { quick: true, serve: Some(8080) }));
        assert_eq!(read(&["--serve", "9000"]), Some(Arguments { quick: false, serve: Some(9000) }));
        assert_eq!(read(&["--serve", "--quick"]), Some(Arguments { quick: true, serve: Some(8080) }));
        for wrong in [&["--serve", "70000"][..], &["--serve", "x"], &["quick"], &["--quick", "9000"]] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
