//! Symbol files: whatever is read can be written and read again.
#![no_main]

use eggtooth_cartridge::symbols::{MAX_FILE, MAX_NAME, MAX_SYMBOLS, Symbols};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (symbols, faults) = Symbols::parse(bytes);
    assert!(faults.len() <= 101 && symbols.len() <= MAX_SYMBOLS);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    for fault in &faults {
        let text = fault.to_string();
        assert!((1..=lines).contains(&fault.line), "{text}");
        assert!(text.len() < 200 && !text.chars().any(char::is_control), "{text:?}");
    }
    for (name, ram) in &symbols.ram {
        assert!(name.len() <= MAX_NAME);
        assert!(ram.length > 0 && ram.address + ram.length <= 768, "{name}");
        let (found, at) = symbols.ram_at(ram.address).expect("a nibble with a name");
        assert!(at <= ram.address && symbols.ram[found].length <= ram.length, "{name}");
    }
    for (name, address) in &symbols.code {
        assert!(*address <= 0x1FFF && symbols.code_at(*address).is_some(), "{name}");
    }
    assert!(symbols.ram_at(0xFFFF).is_none() && symbols.code_at(0xFFFF).is_none());

    let text = symbols.to_string();
    if text.len() <= MAX_FILE {
        let (again, faults) = Symbols::parse(text.as_bytes());
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(again, symbols);
    }
});
