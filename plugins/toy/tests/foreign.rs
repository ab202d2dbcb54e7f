//! Machines from other programs' files go on running, and come back from every format that holds them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_cartridge::{Cartridge, models};
use eggtooth_toy::{Machine, TICKS_PER_SECOND, foreign, pip};
use eggtooth_vault::foreign::Format;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vault/tests/data/foreign_saves").join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(data(name)).unwrap()).unwrap()
}

/// One of the little programs that the examples were saved with: counts clock-timer interrupts in
/// M5, programmable-timer interrupts in M6. Their handler of K0x returns without EI and without
/// reading the flag, which ends all counting on a chip whose requests are levels; here it does both.
fn program(name: &str) -> Cartridge {
    let mut words = vec![0xFFF; 8192];
    for pair in json("programs.json")[name].as_array().expect("a program") {
        let number = |n: usize| usize::from_str_radix(pair[n].as_str().unwrap(), 16).unwrap();
        words[number(0)] = number(1) as u16;
    }
    // LD A,0FH; LD XP,A; LD X,04H; LD A,MX; EI; RET
    words[0x170..0x176].copy_from_slice(&[0xE0F, 0xE80, 0xB04, 0xEC2, 0xF48, 0xFDF]);
    Cartridge::from_words(&words).unwrap()
}

/// Which program an example was saved with, by its name.
fn program_of(file: &str) -> &'static str {
    match file {
        _ if file.contains("osc3") => "osc3",
        _ if file.contains("halt") || file.ends_with(".json") => "halt",
        _ => "poll",
    }
}

/// M5 and M6 advance at 32 Hz and 256/5 Hz as long as the machine lives.
fn counts(machine: &mut Machine) -> (u64, u64) {
    let (mut m5, mut m6) = (0, 0);
    let end = machine.tick() + TICKS_PER_SECOND;
    let mut last = (machine.peek(5), machine.peek(6));
    while machine.tick() < end {
        let next = machine.tick() + 16;
        machine.advance(next, &mut ());
        let now = (machine.peek(5), machine.peek(6));
        m5 += u64::from(now.0.wrapping_sub(last.0) & 15);
        m6 += u64::from(now.1.wrapping_sub(last.1) & 15);
        last = now;
    }
    (m5, m6)
}

#[test]
fn every_example_of_a_running_machine_runs_on() {
    let expected = json("expected.json");
    let entries = expected.as_object().expect("an entry a file");
    let mut run = 0;
    for (file, entry) in entries.iter().filter(|(_, entry)| entry.get("hardware").is_some_and(|h| !h.is_null())) {
        let cartridge = program(program_of(file));
        let bytes = std::fs::read(data(file)).unwrap();
        let model = models::find("angel");
        let adopted = foreign::adopt(&cartridge, model, &bytes, Some(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let mut machine = adopted.machine;
        assert_eq!(u64::from(machine.registers().pc), entry["hardware"]["cpu"]["pc"].as_u64().unwrap(), "{file}");
        let (m5, m6) = counts(&mut machine);
        assert!((31..=33).contains(&m5), "{file}: {m5} clock timer interrupts in a second");
        assert!((50..=52).contains(&m6), "{file}: {m6} programmable timer interrupts in a second");
        run += 1;
    }
    assert_eq!(run, 24, "examples with a machine");
}

#[test]
fn a_pet_survives_every_format_that_can_hold_it() {
    let cartridge = pip().unwrap();
    let mut machine = Machine::new(&cartridge);
    machine.advance(40 * TICKS_PER_SECOND + 777, &mut ());
    let mut written = 0;
    for format in Format::all().filter(|format| format.is_exportable()) {
        let bytes = foreign::give_away(&machine, 1_700_000_000_000, format).unwrap();
        let name = format!("pip.{}", format.extension());
        let adopted =
            foreign::adopt(&cartridge, None, &bytes, Some(&name)).unwrap_or_else(|e| panic!("{format:?}: {e}"));
        let (mut here, mut there) = (machine.clone(), adopted.machine);
        assert_eq!(here.ram(), there.ram(), "{format:?}");
        // Wherever it was saved, an hour later the pet is where it would have been.
        let (start, began) = (here.tick(), there.tick());
        here.advance(start + 3600 * TICKS_PER_SECOND, &mut ());
        there.advance(began + 3600 * TICKS_PER_SECOND, &mut ());
        assert_eq!(here.frame().rows, there.frame().rows, "{format:?}");
        let differing = here.ram().iter().zip(there.ram()).filter(|(a, b)| a != b).count();
        assert!(differing <= 4, "{format:?}: {differing} nibbles differ after an hour");
        written += 1;
    }
    assert!(written >= 20, "{written} formats");
}

#[test]
fn a_state_of_another_rom_is_refused() {
    let bytes = std::fs::read(data("tamatool_v3_s46_run.bin")).unwrap();
    let mut words = vec![0xFFA; 6144];
    words[0x100] = 0x010;
    for vector in [0x102, 0x104, 0x106, 0x108, 0x10A, 0x10C] {
        words[vector] = 0x010;
    }
    let Ok(other) = Cartridge::from_words(&words) else { panic!("a cartridge") };
    let refusal = foreign::adopt(&other, None, &bytes, None).unwrap_err().to_string();
    assert!(refusal.contains("ROM"), "{refusal}");
}
