//! Checks which crates the builds other than the game's pull in.

use anyhow::{Result, ensure};

use crate::{browsers, cargo};

/// Crates that need a window, a GPU or a sound library; the starts of their names.
const DRAWING: &[&str] = &[
    "accesskit",
    "alsa",
    "arboard",
    "bevy_egui",
    "bevy_gilrs",
    "bevy_kira_audio",
    "bevy_render",
    "bevy_sprite",
    "bevy_window",
    "bevy_winit",
    "cpal",
    "egui",
    "gilrs",
    "kira",
    "libudev",
    "naga",
    "smithay",
    "wayland",
    "wgpu",
    "winit",
    "x11",
    "xkbcommon",
];

/// C libraries for cryptography, which the daycare's TLS does without; the starts of their names.
const FOREIGN_TLS: &[&str] = &["aws-lc", "native-tls", "openssl"];

/// What browsers have no ground for: sockets, ports, files; the starts of their names.
const NATIVE: &[&str] = &[
    "alsa",
    "axum",
    "hyper",
    "libsqlite3",
    "libudev",
    "mdns",
    "mio",
    "native-tls",
    "quinn",
    "ring",
    "rusqlite",
    "rustls",
    "serialport",
    "tokio",
    "ureq",
    "wayland",
    "x11",
];

/// The command line without Bevy.
pub fn plain() -> Result<()> {
    check("all", &["--no-default-features"], &[DRAWING, &["bevy"]].concat())
}

/// The windowless host.
pub fn serve() -> Result<()> {
    check("all", &["--no-default-features", "--features", "serve"], &[DRAWING, FOREIGN_TLS].concat())
}

/// The game in a browser.
pub fn web() -> Result<()> {
    check(browsers::TARGET, &["--no-default-features", "--features", "web"], &[NATIVE, FOREIGN_TLS].concat())
}

fn check(target: &str, features: &[&str], unwanted: &[&str]) -> Result<()> {
    // Build scripts run here, not there.
    let edges = if target == "all" { "normal,build" } else { "normal" };
    let args = ["tree", "--package", "eggtooth", "--edges", edges, "--target", target, "--prefix", "none"];
    let tree = cargo::output(&[&args[..], features].concat())?;
    let names = names(&tree);
    ensure!(names.contains(&"eggtooth"), "cargo tree does not name the package it was asked about");
    let found = matching(&names, unwanted);
    ensure!(found.is_empty(), "the build with {} pulls in {}", features.join(" "), found.join(", "));
    println!("{} crates, none of them {}", names.len(), unwanted.join(", "));
    Ok(())
}

fn names(tree: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn matching<'a>(names: &[&'a str], starts: &[&str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| starts.iter().any(|start| name.starts_with(start))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwanted_crates_are_found_by_the_start_of_their_names() {
        let names =
            names("eggtooth v0.1.0 (somewhere)\nwgpu-hal v29.0.0\nalsa v0.11.0 (*)\n\nserde v1.0.0\nalsa v0.11.0\n");
        assert_eq!(names, ["alsa", "eggtooth", "serde", "wgpu-hal"]);
        assert_eq!(matching(&names, DRAWING), ["alsa", "wgpu-hal"]);
        assert!(matching(&names, &["bevy"]).is_empty());
        assert_eq!(matching(&["aws-lc-sys", "ring", "openssl-sys"], FOREIGN_TLS), ["aws-lc-sys", "openssl-sys"]);
    }
}
