//! Damaged, foreign and hopeless files: a refusal with a reason, never a crash.

use proptest::prelude::*;

use crate::foreign::{self, ForeignError, Format, export, import};

use super::foreign::{files, import as example, program, read};

/// Imports, and exports whatever was imported to every format: nothing may panic.
fn survive(bytes: &[u8]) {
    match import(bytes, Some("name_save0.bin")) {
        Ok(mut imported) => {
            for format in Format::all() {
                let _ = export(&imported.hardware, 123_456, format);
            }
            let _ = imported.check_rom(&[0xFFF; 300]);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    for (name, bytes) in files() {
        let mut read = 0;
        for len in 0..bytes.len() {
            survive(&bytes[..len]);
            read += usize::from(import(&bytes[..len], None).is_ok());
        }
        // An EEPROM may be cut at its used bytes, a MiSTer save at the block, text at its last marks.
        let most = match name.as_str() {
            "arduinogotchi_eeprom_avr.bin" | "fpga_mister_auto.sav" => 1,
            "tamar_save.txt" => 2,
            _ => 0,
        };
        assert_eq!(read, most, "{name}");
    }
}

#[test]
fn every_byte_may_be_spoilt() {
    for (_, bytes) in files() {
        let mut spoilt = bytes.clone();
        for at in 0..bytes.len() {
            for value in [0xFF, bytes[at] ^ 0x80] {
                spoilt[at] = value;
                survive(&spoilt);
            }
            spoilt[at] = bytes[at];
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..1100)) {
        survive(&bytes);
    }

    #[test]
    fn random_content_behind_a_known_beginning_is_survived(which in 0..26_usize, seed in prop::collection::vec((any::<usize>(), any::<u8>()), 1..40)) {
        let (_, mut bytes) = files().swap_remove(which);
        for (at, value) in seed {
            let len = bytes.len();
            bytes[at % len] = value;
        }
        survive(&bytes);
    }
}

fn refusal(bytes: &[u8]) -> String {
    import(bytes, None).unwrap_err().to_string()
}

#[test]
fn hopeless_files_are_named() {
    assert!(refusal(b"#RZIPv\x01#rest").contains("compression"));
    let mut pet = vec![0; 472];
    pet[..2].copy_from_slice(&[54, 1]);
    assert!(refusal(&pet).contains("pet.save"));
    assert!(refusal(b"MAMESAVE\x02").contains("MAME"));
    assert!(refusal(b"TLST\x04").contains("version 4"));
    assert!(refusal(b"TM1P\x03\0\0\0").contains("version 3"));
    assert!(refusal(b"VPET\x02").contains("version 2"));
    assert!(refusal(b"TAMA\x02\0\0\0").contains("version 2"));
    assert!(refusal(b"").contains("0 bytes"));
    assert!(refusal(&vec![b' '; foreign::MAX_FILE + 1]).contains("too many"));
    assert_eq!(import(b"{\"a\": 1}", None).unwrap_err(), ForeignError::Unknown(8));
    assert!(refusal(&b"[".repeat(100_000)).contains("no state"));
    assert!(refusal(&b"{\"a\":".repeat(100_000)).contains("no state"));
}

#[test]
fn lengths_are_named() {
    let mut file = read("tamatool_v3_s48_run.bin");
    file.pop();
    assert!(refusal(&file).contains("977 bytes, not 976"));
    let mut file = read("gameandwatch_tama_v1.bin");
    file[200] ^= 1;
    assert!(refusal(&file).contains("checksum"));
}

#[test]
fn a_client_that_saved_before_it_started_is_refused() {
    let text = String::from_utf8(read("tamalib_js_state.json")).unwrap();
    let null = text.replacen("\"memory\":[0", "\"memory\":[null", 1);
    assert_ne!(null, text);
    assert!(refusal(null.as_bytes()).contains("before the machine had started"));
    let fraction = text.replacen("\"pc\":435", "\"pc\":435.5", 1);
    assert!(refusal(fraction.as_bytes()).contains("whole number"));
    let short = text.replacen("\"memory\":[0,", "\"memory\":[", 1);
    assert!(refusal(short.as_bytes()).contains("463 numbers"));
}

#[test]
fn values_may_be_booleans_and_whole_fractions() {
    let text = String::from_utf8(read("tamalib_js_state.json")).unwrap();
    let other = text
        .replace("\"triggered\":0", "\"triggered\":false")
        .replacen("\"prog_timer_enabled\":1", "\"prog_timer_enabled\":true", 1)
        .replacen("\"pc\":435", "\"pc\":435.0", 1);
    assert_ne!(other, text);
    assert_eq!(import(other.as_bytes(), None).unwrap().hardware, example("tamalib_js_state.json").hardware);
}

/// JavaScript's counters do not wrap: beyond 32 bits their difference is taken as it is.
#[test]
fn counters_beyond_32_bits_are_exact() {
    let text = String::from_utf8(read("tamagotchi_api_state.json")).unwrap();
    let far = |text: &str, number: u64| text.replace(&number.to_string(), &(number + (1 << 40)).to_string());
    let moved = [100_594, 98_304, 100_352, 100_480, 100_467].iter().fold(text.clone(), |text, &n| far(&text, n));
    let imported = import(moved.as_bytes(), None).unwrap();
    assert_eq!(imported.hardware, example("tamagotchi_api_state.json").hardware);
    assert_eq!(imported.tick, Some((1 << 40) + 100_594));
    let wrapped = far(&text, 100_594);
    assert!(refusal(wrapped.as_bytes()).contains("clock timer"));
}

#[test]
fn the_pebbles_local_storage_may_be_nested() {
    let inner = String::from_utf8(read("pebble_localstorage.json")).unwrap();
    let text = serde_json::json!({ "LAST_STATE": inner }).to_string();
    assert_eq!(import(text.as_bytes(), None).unwrap().hardware, example("pebble_localstorage.json").hardware);
}

/// The 64-bit struct as text, a container around the core, and version 0 without a counter.
#[test]
fn wrappers_hold_the_same_state() {
    let run = example("libretro_serialize.bin").hardware;
    let core = read("libretro_serialize.bin");
    let mut file = b"RASTATE\x01ACHV\x03\0\0\0abc\0\0\0\0\0".to_vec();
    file.extend(b"MEM \x06\x02\0\0");
    file.extend(&core);
    file.extend(b"\0\0END \0\0\0\0");
    let imported = import(&file, Some("Toy.state")).unwrap();
    assert_eq!((imported.format, imported.hardware), (Format::RetroArch, run.clone()));

    let mut old = read("tamatool_v1_run.bin");
    old[4] = 0;
    old.drain(16..20);
    let imported = import(&old, None).unwrap();
    assert_eq!((imported.format, imported.tick), (Format::TlstV0, None));
    assert_eq!((imported.hardware.clock_timer.tm, &imported.hardware.ram), (0, &run.ram));

    let avr = read("arduinogotchi_eeprom_avr.bin");
    let items: String = avr[1..377].iter().map(|byte| format!("0x{byte:02x}, ")).collect();
    let array = format!("const uint8_t state[] = {{ {items} }};");
    assert_eq!(import(array.as_bytes(), None).unwrap().hardware, example("arduinogotchi_eeprom_avr.bin").hardware);
    assert_eq!(foreign::parse(b"0x1"), None);
}

/// A TamaTool of January 2025 wrote version 2 with the larger RAM.
#[test]
fn version_2_with_the_larger_ram_is_read() {
    let mut file = read("tamatool_v2_run.bin");
    file.splice(693..693, [0; 128]);
    let imported = import(&file, None).unwrap();
    assert_eq!((imported.format, imported.hardware.ram.len()), (Format::TlstV2, 768));
    assert_eq!(imported.hardware.io, example("tamatool_v2_run.bin").hardware.io);
}

#[test]
fn an_image_of_other_memory_is_not_used() {
    let good = example("tamatool_v2_run.bin");
    for (at, value) in [(0x10, 3), (0x12, 0), (0x26, 9), (0x27, 1), (0x40, 0x41)] {
        let mut file = read("tamatool_v2_run.bin");
        file[693 + at] = value;
        let imported = import(&file, None).unwrap();
        assert_eq!(imported.format, Format::McuGotchi, "{at:02X}");
        assert_eq!(imported.hardware.io, foreign::default_io(), "{at:02X}");
        assert_eq!(imported.hardware.masks, good.hardware.masks, "{at:02X}");
    }
}

#[test]
fn the_rom_tells_whether_the_cpu_was_halted() {
    for (name, rom, halted) in [
        ("tamatool_v3_s48_halt.bin", "halt", true),
        ("tamatool_v3_s48_run.bin", "poll", false),
        ("carebot_state.json", "halt", true),
        ("playgotchi_save.bin", "poll", false),
    ] {
        let mut imported = example(name);
        imported.check_rom(&program(rom)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(imported.hardware.cpu.halted, Some(halted), "{name}");
    }
}

#[test]
fn a_state_of_another_rom_is_refused() {
    let mut imported = example("tamatool_v3_s48_run.bin");
    let mut words = program("poll");
    assert!(imported.check_rom(&words[..100]).is_err());
    words[usize::from(imported.hardware.cpu.pc)] = 0xFFA;
    assert!(matches!(imported.check_rom(&words), Err(ForeignError::OtherRom(_))));
    let mut undefined = vec![0xFFA; 6144];
    undefined[usize::from(imported.hardware.cpu.pc)] = 0xFFF;
    assert!(imported.check_rom(&undefined).unwrap_err().to_string().contains("stack"));
    assert_eq!(imported.hardware.cpu.halted, None);
}

/// e0c6s46.md 5.6: 73 words are undefined on the core, and the chip lacks SLP.
#[test]
fn the_words_of_the_chip_are_counted() {
    assert_eq!((0..0x1000).filter(|&word| foreign::is_opcode(word)).count(), 4022);
    assert!(!foreign::is_opcode(0x1000));
}

/// A slot that was never written; R4x and the LCD are preset on the chip, so no state is all 0.
#[test]
fn a_file_of_zeros_is_no_state() {
    for length in [464, 512] {
        let refusal = import(&vec![0; length], None).unwrap_err();
        assert!(matches!(&refusal, ForeignError::Content { what, .. } if what == "it is empty"), "{length}: {refusal}");
    }
}
