//! The embedded pet that is checked in is what its source assembles to.

use eggtooth_assembler::assemble_file;
use std::fs;
use std::path::Path;

#[test]
fn the_rom_and_its_symbols_are_what_the_source_assembles_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/firmware/pip");
    let assembly = assemble_file(&folder.join("main.s")).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let stale = "is not what main.s assembles to; run `cargo xtask bless`";
    assert!(fs::read(folder.join("pip.rom")).unwrap() == assembly.rom_bytes(), "pip.rom {stale}");
    assert!(fs::read_to_string(folder.join("pip.sym")).unwrap() == assembly.symbols_text(), "pip.sym {stale}");
}
