//! Files that people bring, archives and bombs among them: every refusal is a printable sentence, every
//! image can be written in any format and read back.
//!
//! The first byte says what is made of the others, so that a small input reaches every format.
#![no_main]

use eggtooth_cartridge::{Cartridge, Format, LIMIT, RomError};
use libfuzzer_sys::fuzz_target;
use shape::shaped;

#[path = "shape/mod.rs"]
mod shape;

const NAMES: [Option<&str>; 4] = [None, Some("rom.bin"), Some("rom.h"), Some("\u{1b}[2J\u{fffd}.ZIP")];

fuzz_target!(|input: &[u8]| {
    let [kind, data @ ..] = input else { return };
    let file = shaped(*kind, data);
    match Cartridge::from_bytes(NAMES[usize::from(kind >> 6)], &file) {
        Ok(cartridge) => check(&cartridge, Format::ALL[data.iter().fold(0, |sum, byte| sum + usize::from(*byte)) % 6]),
        Err(error) => {
            sentence(&error.to_string());
            assert!(file.len() as u64 <= LIMIT || matches!(error, RomError::TooLarge { .. }));
        }
    }
});

/// Short, and harmless on a terminal.
fn sentence(text: &str) {
    assert!(!text.is_empty() && text.len() < 2000, "{text}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

fn check(cartridge: &Cartridge, format: Format) {
    assert_eq!(cartridge.words.len(), cartridge.chip.words());
    assert!(cartridge.words.iter().all(|word| *word <= 0xFFF));
    assert!(cartridge.model().is_some());
    sentence(&cartridge.explain());
    let file = cartridge.to_bytes(format);
    match Cartridge::from_bytes(None, &file) {
        Ok(back) if back.words == cartridge.words => assert_eq!(back.identity, cartridge.identity),
        other => assert!(is_ambiguous(cartridge, format, &file), "{format}: {:?}", other.map(|back| back.format)),
    }
}

/// Files that nobody can tell apart from another program's in another format, or from no program.
fn is_ambiguous(cartridge: &Cartridge, format: Format, file: &[u8]) -> bool {
    let small = |parity: usize| file.iter().skip(parity).step_by(2).all(|byte| *byte <= 15);
    match format {
        Format::BigEndian | Format::LittleEndian => small(0) && small(1),
        // As long as the smaller chip's word pairs, or with too many words that are no instructions.
        Format::Packed => true,
        _ => cartridge.words.is_empty(),
    }
}
