//! With the feature `embed-web`, names the files of `web/dist` so that they become part of the program (`src/web.rs`).

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if env::var_os("CARGO_FEATURE_EMBED_WEB").is_some() {
        let dist = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../web/dist");
        println!("cargo::rerun-if-changed={}", dist.display());
        find(&dist, "", &mut files);
        files.sort();
        if !files.iter().any(|(name, _)| name == "index.html") {
            println!("cargo::error=the feature embed-web needs the game for browsers: run cargo xtask web first");
        }
    }
    let mut text = String::from("pub const FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        // Writing to a text does not fail.
        let _ = writeln!(text, "    ({name:?}, include_bytes!({:?})),", path.display().to_string());
    }
    text += "];\n";
    let out = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("embedded_web.rs");
    if let Err(error) = fs::write(&out, text) {
        println!("cargo::error={} cannot be written: {error}", out.display());
    }
}

/// All files below a folder that do not begin with a dot.
fn find(folder: &Path, before: &str, files: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let whole = format!("{before}{name}");
        if path.is_dir() {
            find(&path, &format!("{whole}/"), files);
        } else if let Ok(path) = path.canonicalize() {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push((whole, path));
        }
    }
}
