//! Every example file of another program against its expected values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::foreign::{self, Format, Hardware, Imported, Slot};

/// Files of the folder that are not examples.
const OTHERS: [&str; 2] = ["expected.json", "programs.json"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/foreign_saves")
}

pub(super) fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn json(name: &str) -> BTreeMap<String, Value> {
    serde_json::from_slice(&read(name)).unwrap()
}

pub(super) fn import(name: &str) -> Imported {
    foreign::import(&read(name), Some(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All examples of machine states; the other files of the folder test the layout alone.
pub(super) fn states() -> Vec<(String, Vec<u8>)> {
    let examples = json("expected.json").into_iter().filter(|(_, case)| !case["hardware"].is_null());
    examples.map(|(name, _)| (name.clone(), read(&name))).collect()
}

pub(super) fn files() -> Vec<(String, Vec<u8>)> {
    json("expected.json").into_keys().map(|name| (name.clone(), read(&name))).collect()
}

/// The ROM of one of the small programs that the machines ran; other words are NOP7.
pub(super) fn program(name: &str) -> Vec<u16> {
    let mut words = vec![0xFFF; 6144];
    for pair in json("programs.json")[name].as_array().unwrap() {
        let hex = |n: usize| usize::from_str_radix(pair[n].as_str().unwrap(), 16).unwrap();
        words[hex(0)] = hex(1) as u16;
    }
    words
}

/// The format that expected.json calls so.
fn format(label: &str, size: u64) -> Format {
    match label {
        "TLST v3" if size == 849 => Format::TlstV3S46,
        "TLST v3" => Format::TlstV3,
        "TLST v2" => Format::TlstV2,
        "TLST v2, I/O area not meaningful" => Format::McuGotchi,
        "TLST v1" => Format::TlstV1,
        "ArduinoGotchi EEPROM, AVR" => Format::ArduinoGotchi,
        "ESP8266/ESP32 fork EEPROM" => Format::EspGotchi,
        "pygotchi cpu.bin (64-bit, February 2025 struct)" => Format::Pygotchi,
        "tamaR admin page save.txt" => Format::TamaR,
        "libretro core serialize buffer" => Format::Libretro,
        "Flipper fork, TM1P v2" => Format::Tm1pV2,
        "Game & Watch port, TAMA v1" => Format::GameAndWatch,
        "PlayGotchi save.bin" => Format::PlayGotchi,
        "care-bot state JSON, TAMA v1 blob" => Format::CareBot,
        "tamalib-js state" => Format::TamalibJs,
        "Tamagotchi-API state" => Format::ApiState,
        "Tamagotchi-API pets/<sha256>.json" => Format::ApiPet,
        "Pebble phone-side LAST_STATE" => Format::Pebble,
        "FPGA core savestate, Pocket" => Format::FpgaPocket,
        "FPGA core savestate, MiSTer slot" => Format::MisterSlot,
        "FPGA core savestate, MiSTer automatic" => Format::MisterAuto,
        "vpet-emu-zepp VPET v1" => Format::Vpet,
        other => panic!("no test knows the format {other}"),
    }
}

fn digits(nibbles: &[u8]) -> String {
    nibbles.iter().map(|nibble| format!("{nibble:X}")).collect()
}

/// What an importer made, under the names of expected.json.
fn actual(hardware: &Hardware) -> Value {
    let Hardware { cpu, clock_timer, prog_timer, stopwatch, masks, factors, .. } = hardware;
    let flag = |bit: u8| cpu.flags >> bit & 1;
    let io: BTreeMap<String, u8> =
        hardware.io.iter().map(|(address, &value)| (format!("{address:03X}"), value)).collect();
    serde_json::json!({
        "cpu": {
            "pc": cpu.pc, "np": cpu.np, "a": cpu.a, "b": cpu.b, "x": cpu.x, "y": cpu.y, "sp": cpu.sp,
            "flags": { "c": flag(0), "z": flag(1), "d": flag(2), "i": flag(3) },
            "halted": cpu.halted.map(u8::from),
        },
        "clock_timer": { "tm": clock_timer.tm, "ticks_since_256hz_edge": clock_timer.ticks_since_256hz_edge },
        "masks": { "eit": masks[0], "eisw": masks[1], "eipt": masks[2], "eisio": masks[3], "eik0": masks[4], "eik1": masks[5] },
        "factors": { "it": factors[0], "isw": factors[1], "ipt": factors[2], "isio": factors[3], "ik0": factors[4], "ik1": factors[5] },
        "prog_timer": {
            "count": prog_timer.count, "reload": prog_timer.reload, "run": u8::from(prog_timer.run), "select": prog_timer.select,
        },
        "io": io,
        "ram": digits(&hardware.ram),
        "display": hardware.display.as_ref().map(|d| serde_json::json!({ "E00": digits(&d.e00), "E80": digits(&d.e80) })),
        "stopwatch": { "swl": stopwatch.low, "swh": stopwatch.high, "substep": stopwatch.sub, "run": u8::from(stopwatch.running) },
        "serial_data": hardware.serial_data,
    })
}

/// Every value that `want` gives must be there; null means that the file does not say.
fn compare(path: &str, want: &Value, have: &Value) {
    match want {
        Value::Null => {}
        Value::Object(fields) => {
            for (key, want) in fields {
                compare(&format!("{path}.{key}"), want, &have[key]);
            }
        }
        _ => assert_eq!(have, want, "{path}"),
    }
}

#[test]
fn no_example_is_skipped() {
    let listed = json("expected.json");
    let mut present = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !OTHERS.contains(&name.as_str()) {
            assert!(listed.contains_key(&name), "{name} has no expected values");
            present += 1;
        }
    }
    assert_eq!(present, listed.len());
    assert!(present >= 26, "{present}");
}

#[test]
fn hardware_is_as_expected() {
    for (name, case) in json("expected.json") {
        let bytes = read(&name);
        assert_eq!(bytes.len() as u64, case["size"].as_u64().unwrap(), "{name}");
        assert_eq!(crate::hex(&crate::rom_id(&bytes)), case["sha256"].as_str().unwrap(), "{name}");
        if case["hardware"].is_null() {
            continue;
        }
        let imported = import(&name);
        assert_eq!(imported.format, format(case["format"].as_str().unwrap(), bytes.len() as u64), "{name}");
        assert_eq!(foreign::recognise(None, &bytes).unwrap(), imported.format, "{name}");
        compare(&name, &case["hardware"], &actual(&imported.hardware));
    }
}

#[test]
fn fields_are_as_expected() {
    let mut compared = 0;
    for (name, case) in json("expected.json") {
        let Some(dump) = foreign::dump(&read(&name)) else {
            assert!(name.starts_with("fpga") || name.starts_with("vpet"), "{name} was not decoded");
            continue;
        };
        let raw = &case["raw"];
        let slots: Vec<Slot> = raw["interrupts"].as_array().unwrap().iter().map(slot).collect();
        assert_eq!(dump.slots.to_vec(), slots, "{name}");
        let have = serde_json::json!({
            "pc": dump.pc, "x": dump.x, "y": dump.y, "a": dump.a, "b": dump.b, "np": dump.np, "sp": dump.sp,
            "flags": dump.flags, "tick_counter": dump.tick, "clk_timer_timestamps": dump.stamps,
            "prog_timer_timestamp": dump.prog_stamp, "prog_timer_enabled": dump.enabled, "prog_timer_data": dump.data,
            "prog_timer_rld": dump.reload, "call_depth": dump.depth, "ram_nibbles": dump.ram.len(),
        });
        for (key, have) in have.as_object().unwrap() {
            assert_eq!(have, &raw[key], "{name} {key}");
        }
        assert_eq!(dump.halted.map(u64::from), raw["cpu_halted"].as_u64(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 22);
}

fn slot(value: &Value) -> Slot {
    let part = |key: &str| value[key].as_u64().unwrap() as u8;
    Slot { factor: part("factor"), mask: part("mask"), triggered: part("triggered") }
}

/// The examples that test layouts alone have a nibble pattern in their memory.
#[test]
fn patterns_are_read_from_their_places() {
    for (name, ram) in [("tamatool_v3_s48_pattern.bin", 768), ("tamatool_v2_pattern.bin", 640)] {
        let dump = foreign::dump(&read(name)).unwrap();
        let pattern: Vec<u8> = (0..ram).map(|n: u32| ((n ^ n >> 4 ^ n >> 8) & 15) as u8).collect();
        assert_eq!(dump.ram, pattern, "{name}");
    }
    let io: Vec<u8> = (0..128).map(|n| ((7 * n + 3) & 15) as u8).collect();
    assert_eq!(foreign::dump(&read("tamatool_v3_s48_pattern.bin")).unwrap().io, Some(io));
    let refusal = foreign::import(&read("tamatool_v3_s48_pattern.bin"), None).unwrap_err();
    assert!(refusal.to_string().contains("clock timer"), "{refusal}");
}

#[test]
fn hints_of_the_rom_are_found() {
    let hint = |file: &str, name: &str| foreign::import(&read(file), Some(name)).unwrap().rom_hint;
    assert_eq!(hint("tamatool_v3_s48_run.bin", "a/b\\p1_save12.bin").as_deref(), Some("p1"));
    assert_eq!(hint("tamatool_v3_s48_run.bin", "other.bin"), None);
    assert_eq!(hint("libretro_serialize.bin", "Toy.state1").as_deref(), Some("Toy"));
    assert_eq!(hint("carebot_state.json", "x").as_deref(), Some("umino"));
    assert_eq!(hint("tamagotchi_api_pet.json", "x").as_deref(), Some("https://example.invalid/rom.txt"));
    assert_eq!(hint("vpet_v1.sav", "x"), None);
}

#[test]
fn ticks_are_kept() {
    assert_eq!(import("carebot_state.json").tick, Some(1_250_999_896_491));
    assert_eq!(import("gameandwatch_tama_v1.bin").tick, Some(100_002));
    assert_eq!(import("fpga_pocket.ss").tick, None);
}
