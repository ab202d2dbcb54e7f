//! `bindgen NAME MODULE FOLDER`: puts what stands between a page and a program into a folder, as NAME.
//!
//! The library behind `wasm-bindgen --target web --no-typescript`: so its version is that of the lock file, as it must
//! be, and nothing is installed.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [name, module, folder] = args.as_slice() else { anyhow::bail!("bindgen NAME MODULE FOLDER") };
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?.typescript(false).out_name(name).input_path(Path::new(module));
    bindgen.generate(Path::new(folder)).with_context(|| format!("{module} cannot be prepared for a page"))
}
