//! States of other programs: an import is a state of the chip; written in any format and read again, it
//! loses what the format lacks and, a second time, nothing.
//!
//! The first three bytes choose a tick, a format to write and a name.
#![no_main]

use eggtooth_vault::foreign::{
    DISPLAY_S48, Details, ForeignError, Format, Hardware, IO_REGISTERS, Imported, RAM_S46, RAM_S48, export_with, import,
};
use libfuzzer_sys::fuzz_target;

const NAMES: [Option<&str>; 6] =
    [None, Some("p1_save0.bin"), Some("a\\b/x.state1"), Some("_save"), Some("\u{e9}_saveX.bin"), Some(".state")];
const TICKS: [u64; 8] = [0, 1, 100_002, 32_767, 32_768, u32::MAX as u64, 1 << 40, u64::MAX];

fuzz_target!(|input: &[u8]| {
    let [when, to, name, file @ ..] = input else { return };
    let tick = TICKS[usize::from(when & 7)];
    let imported = match import(file, NAMES[usize::from(*name) % NAMES.len()]) {
        Ok(imported) => imported,
        Err(error) => return sentence(&error),
    };
    check(&imported, tick);
    let all: Vec<Format> = Format::all().collect();
    for format in [imported.format, all[usize::from(*to) % all.len()]] {
        round_trip(&imported, tick, format);
    }
});

/// Short, and harmless on a terminal.
fn sentence(error: &ForeignError) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() < 1000 && !text.chars().any(char::is_control), "{text:?}");
}

fn check(imported: &Imported, tick: u64) {
    let Hardware { cpu, ram, io, .. } = &imported.hardware;
    assert!(cpu.pc < 0x2000 && cpu.np < 32 && cpu.x < 0x1000 && cpu.y < 0x1000 && cpu.flags < 16);
    assert!([RAM_S46, RAM_S48].contains(&ram.len()) && ram.iter().all(|nibble| *nibble < 16));
    assert_eq!(io.len(), IO_REGISTERS.len());
    // Any program: the verdict matters less than that there is one.
    let words: Vec<u16> =
        (0..6144_u64).map(|n| (n.wrapping_mul(2_654_435).wrapping_add(tick) >> 4) as u16 & 0xFFF).collect();
    let mut guess = imported.clone();
    match guess.check_rom(&words) {
        Ok(()) => assert!(guess.hardware.cpu.halted.is_some() || imported.hardware.cpu.halted.is_none()),
        Err(error) => sentence(&error),
    }
    let _ = guess.check_rom(&[]);
}

/// Whether every register is 0, which no chip's are: R4x and the LCD are preset.
fn is_blank(hardware: &Hardware) -> bool {
    hardware.io.values().chain(&hardware.masks).all(|value| *value == 0) && hardware.prog_timer.reload == 0
}

/// D2-D0 of F79 give way to the timer's own choice, and memories of either size are the same when what
/// only the larger has is 0.
fn told(hardware: &Hardware) -> Hardware {
    let mut hardware = hardware.sized(RAM_S48, DISPLAY_S48).expect("nothing is cut off");
    let select = hardware.prog_timer.select;
    hardware.io.entry(0xF79).and_modify(|f79| *f79 = *f79 & 8 | select);
    hardware
}

fn round_trip(imported: &Imported, tick: u64, format: Format) {
    let details = Details { tick, saved_at_ms: tick.rotate_left(7), model: Some("p1") };
    let file = match export_with(&imported.hardware, details, format) {
        Ok(file) => file,
        Err(error) => return sentence(&error),
    };
    let once = match import(&file, None) {
        Ok(once) if once.format == format => once,
        // Without anything in the I/O page, a file looks like one that has none, or like a cut one.
        _ if is_blank(&imported.hardware) => return,
        other => panic!("{format}: {:?}", other.map(|once| once.format)),
    };
    if format == imported.format {
        assert_eq!(told(&once.hardware), told(&imported.hardware), "{format}");
    }
    let again = export_with(&once.hardware, details, format).unwrap_or_else(|error| panic!("{format}: {error}"));
    let twice = import(&again, None).unwrap_or_else(|error| panic!("{format}: {error}"));
    assert_eq!(told(&twice.hardware), told(&once.hardware), "{format}");
}
