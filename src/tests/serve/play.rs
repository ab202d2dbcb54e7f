//! The game for browsers, served by the real binary.

use crate::common::Folder;
use crate::daycare::Daycare;
use std::fs;

#[test]
fn the_game_is_served_from_a_folder() {
    let folder = Folder::new();
    fs::create_dir(folder.path("dist")).unwrap();
    folder.file("dist/index.html", "<!doctype html>");
    folder.file("dist/eggtooth_bg.wasm", "asm");
    let daycare = Daycare::start(&folder, "--plain --metrics off --web-dir dist");
    // Before anybody has set the daycare up.
    let page = daycare.get("/play/");
    assert_eq!((page.status, page.text().as_str()), (200, "<!doctype html>"));
    let head = page.head.to_ascii_lowercase();
    assert!(head.contains("'wasm-unsafe-eval'") && head.contains("text/html"), "{head}");
    assert_eq!(daycare.get("/play/eggtooth_bg.wasm").body, b"asm");
    // What is put there later is another start's.
    folder.file("dist/later.js", "");
    assert_eq!(daycare.get("/play/later.js").status, 404);
    daycare.close();
}

#[test]
fn a_folder_that_is_no_game_stops_the_start() {
    let folder = Folder::new();
    let start = "serve --data-dir data --listen 127.0.0.1:0 --metrics off --plain --web-dir";
    folder.run(&format!("{start} nowhere")).fails(1, "nowhere cannot be read");
    fs::create_dir(folder.path("dist")).unwrap();
    folder.run(&format!("{start} dist")).fails(1, "dist holds no index.html; build the game with cargo xtask web");
    assert!(!folder.path("data").exists());
}
