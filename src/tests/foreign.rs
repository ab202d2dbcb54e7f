//! `save import` and `save export` of other programs' states, with the real binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Folder, pip};
use std::fs;
use std::path::Path;

fn example(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/vault/tests/data/foreign_saves").join(name)).unwrap()
}

#[test]
fn a_pet_goes_to_another_program_and_comes_back() {
    let folder = Folder::new();
    let rom = pip().display().to_string();
    folder.run(&format!("run {rom} --ticks 1966080 --save pip.egg")).works();
    folder.run("save import pip.egg --data-dir shelf").works();
    let name = "pip";
    for (format, file) in [("tlst3", "out.bin"), ("tamagotchi-api", "out.json"), ("vpet", "out.sav")] {
        folder.run(&format!("save export {name} {file} --format {format} --data-dir shelf")).works();
        let told = folder.run(&format!("save import {file} --rom {rom} --name {format} --data-dir shelf"));
        assert!(told.works().contains(&format!("{format} is on the shelf")), "{told:?}");
    }
    let list = folder.run("save list --data-dir shelf");
    assert_eq!(list.works().lines().count(), 4, "{list:?}");
    // The one that came back is the pet that left, as far as the format goes: same RAM.
    let state = |egg: &str| {
        let run = folder.run(&format!("run {rom} --load {egg} --ticks 0 --state json"));
        let json: String = run.works().to_owned();
        let from = json.find("\"ram\":").unwrap();
        json[from..from + 1280].to_owned()
    };
    folder.run("save export vpet back.egg --data-dir shelf").works();
    assert_eq!(state("pip.egg"), state("back.egg"));
}

#[test]
fn what_cannot_be_taken_in_is_told() {
    let folder = Folder::new();
    let rom = pip().display().to_string();
    folder.file("p1_save0.bin", example("tamatool_v3_s48_run.bin"));
    folder.file("pattern.bin", example("tamatool_v3_s48_pattern.bin"));
    folder.file("cut.bin", &example("tamatool_v3_s48_run.bin")[..500]);
    folder.file("noise.bin", [7; 1000]);
    let import = |rest: &str| folder.run(&format!("save import {rest} --data-dir shelf"));
    import("p1_save0.bin").fails(1, "say which with --rom FILE");
    import(&format!("pattern.bin --rom {rom}")).fails(1, "damaged");
    import(&format!("cut.bin --rom {rom}")).fails(1, "cut.bin");
    import("noise.bin").fails(1, "it is not an Eggtooth save");
    import(&format!("noise.bin --rom {rom}")).fails(1, "no state of a program known here");
    import("p1_save0.bin --rom nowhere.bin").fails(1, "nowhere.bin");
    import("p1_save0.bin --name Polly").fails(2, "--rom");
    assert!(folder.run("save list --data-dir shelf").works().starts_with("There is no pet yet"));
    folder.run("save export nobody out.bin --format tlst3 --data-dir shelf").fails(1, "nobody");
    folder.run("save export nobody out.bin --format floppy --data-dir shelf").fails(2, "tlst3");
}
