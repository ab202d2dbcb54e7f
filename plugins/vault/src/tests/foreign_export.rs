//! States written as other programs save them.

use crate::foreign::{self, Details, Display, ForeignError, Format, Hardware, export, import};

use super::foreign::{import as example, read, states};

const TICK: u64 = 100_002;

fn again(hardware: &Hardware, tick: u64, format: Format) -> Hardware {
    let file = export(hardware, tick, format).unwrap_or_else(|error| panic!("{format}: {error}"));
    let imported = import(&file, None).unwrap_or_else(|error| panic!("{format}: {error}"));
    assert_eq!(imported.format, format);
    imported.hardware
}

#[test]
fn every_example_survives_its_own_format() {
    let mut written = 0;
    for (name, bytes) in states() {
        let imported = import(&bytes, None).unwrap();
        if imported.format.is_exportable() {
            for tick in [0, 1, TICK, u64::from(u32::MAX), 1 << 40] {
                assert_eq!(again(&imported.hardware, tick, imported.format), imported.hardware, "{name} at {tick}");
            }
            written += 1;
        } else {
            let refusal = export(&imported.hardware, TICK, imported.format).unwrap_err();
            assert!(matches!(refusal, ForeignError::Export { .. }), "{name}");
        }
    }
    assert_eq!(written, 22);
}

/// A state of the E0C6S46 with a value of its own in every field that some format holds.
fn busy() -> Hardware {
    let mut hardware = example("fpga_pocket.ss").hardware;
    hardware.clock_timer.tm = 0xA7;
    hardware.clock_timer.ticks_since_256hz_edge = 127;
    hardware.masks = [9, 2, 1, 1, 6, 10];
    hardware.factors = [5, 1, 1, 1, 1, 1];
    hardware.prog_timer.select = 5;
    hardware.prog_timer.count = 0xC3;
    hardware.cpu.flags = 0b1011;
    hardware.cpu.np = 0x12;
    hardware.cpu.halted = Some(true);
    hardware.stopwatch.running = true;
    for (n, (&address, value)) in hardware.io.iter_mut().enumerate() {
        let bits = foreign::IO_REGISTERS.iter().find(|row| row.0 == address).unwrap().1;
        *value = (n as u8 * 5 + 6) & bits;
    }
    hardware.io.insert(0xF77, 1);
    hardware.io.insert(0xF79, 8 | 5);
    for (n, nibble) in hardware.ram.iter_mut().enumerate() {
        *nibble = ((n ^ n >> 4 ^ n >> 8) & 15) as u8;
    }
    let display = (0..80).map(|n| (n * 3 % 16) as u8);
    hardware.display = Some(Display { e00: display.clone().collect(), e80: display.rev().collect() });
    hardware
}

/// What every format keeps: registers, timers, masks of the toys' interrupts, RAM.
#[test]
fn every_format_keeps_what_it_can() {
    let hardware = busy();
    for format in Format::all().filter(|format| format.is_exportable()) {
        let back = again(&hardware, TICK, format);
        assert!(back.cpu.halted.unwrap_or(true), "{format}");
        let mut cpu = back.cpu.clone();
        cpu.halted = Some(true);
        assert_eq!(cpu, hardware.cpu, "{format}");
        assert_eq!(back.clock_timer, hardware.clock_timer, "{format}");
        let (timer, wanted) = (&back.prog_timer, &hardware.prog_timer);
        assert_eq!((timer.count, timer.reload, timer.run), (wanted.count, wanted.reload, wanted.run), "{format}");
        for n in [0, 1, 2, 4, 5] {
            assert_eq!(back.masks[n], hardware.masks[n], "{format} F1{n}");
            assert_eq!(back.factors[n], hardware.factors[n], "{format} F0{n}");
        }
        assert_eq!(back.ram[..640], hardware.ram[..], "{format}");
        assert!(back.ram[640..].iter().all(|&nibble| nibble == 0), "{format}");
        if let Some(display) = &back.display {
            let wanted = hardware.display.as_ref().unwrap();
            assert_eq!((&display.e00[..80], &display.e80[..80]), (&wanted.e00[..], &wanted.e80[..]), "{format}");
        }
    }
}

/// The formats with an image keep the registers too.
#[test]
fn images_keep_every_register() {
    let hardware = busy();
    use Format as F;
    for format in
        [F::TlstV3, F::TlstV3S46, F::TlstV2, F::Libretro, F::PlayGotchi, F::CareBot, F::Tm1pV2, F::GameAndWatch]
            .into_iter()
            .chain([F::TamalibJs, F::ApiState, F::Pebble, F::Vpet])
    {
        let back = again(&hardware, TICK, format);
        assert_eq!(back.io, hardware.io, "{format}");
        assert_eq!(back.prog_timer, hardware.prog_timer, "{format}");
        assert_eq!(back.serial_data, hardware.serial_data, "{format}");
        assert_eq!(back.stopwatch.running, hardware.stopwatch.running, "{format}");
        assert_eq!(back.masks, hardware.masks, "{format}");
        assert_eq!(back.factors, hardware.factors, "{format}");
    }
}

/// foreign_saves 4.2: with the tick kept, all bytes but the listed ones come back.
#[test]
fn tlst_3_comes_back_byte_for_byte() {
    for name in
        ["tamatool_v3_s48_run.bin", "tamatool_v3_s46_run.bin", "tamatool_v3_s48_halt.bin", "tamatool_v3_s48_osc3.bin"]
    {
        let imported = example(name);
        let before = read(name);
        let after = export(&imported.hardware, imported.tick.unwrap(), imported.format).unwrap();
        assert_eq!(before.len(), after.len(), "{name}");
        let io = before.len() - 128;
        for (at, (&before, &after)) in before.iter().zip(&after).enumerate() {
            let prog_stamp = (52..56).contains(&at);
            let depth = (59..63).contains(&at);
            let triggered = (63..81).contains(&at) && (at - 63) % 3 == 2;
            // F76 holds triggers alone, F78 a trigger beside the run bit; which pins of K0x set their
            // slot's factor (byte 72) is not in the chip's one flag.
            let before = match at.checked_sub(io) {
                Some(0x76) => 0,
                Some(0x78) => before & 1,
                None if at == 72 => before.min(1),
                _ => before,
            };
            assert!(
                before == after || prog_stamp || depth || triggered,
                "{name} at {at}: {before:02X} became {after:02X}"
            );
        }
        assert_eq!(after[52..56], before[48..52], "{name}: the timer counts with the last 256 Hz edge");
    }
}

#[test]
fn the_clock_keeps_its_phase_between_versions() {
    let first = example("tamatool_v2_run.bin").hardware;
    let third = again(&first, 77, Format::TlstV3);
    let second = again(&third, 1 << 33, Format::TlstV2);
    assert_eq!(second.clock_timer, first.clock_timer);
    assert_eq!(third.clock_timer, first.clock_timer);
    assert_eq!(second, first);
}

#[test]
fn every_phase_of_the_clock_is_exact() {
    let mut hardware = example("tamatool_v3_s48_run.bin").hardware;
    for phase in (0..32_768_u32).step_by(61).chain([32_767]) {
        hardware.clock_timer.tm = (phase >> 7) as u8;
        hardware.clock_timer.ticks_since_256hz_edge = (phase & 127) as u8;
        for tick in [0, 5, 1_000_000] {
            for format in [Format::TlstV3, Format::TlstV2, Format::FpgaPocket, Format::Vpet, Format::PlayGotchi] {
                assert_eq!(again(&hardware, tick, format).clock_timer, hardware.clock_timer, "{format} at {phase}");
            }
        }
    }
}

/// Each bit's own time: a bit that toggled at tick t is 1 or 0 as the counter says.
#[test]
fn the_eight_times_tell_the_counter() {
    let mut hardware = example("tamatool_v3_s48_run.bin").hardware;
    hardware.clock_timer.tm = 0x0D;
    hardware.clock_timer.ticks_since_256hz_edge = 34;
    let file = export(&hardware, TICK, Format::TlstV3).unwrap();
    let time = |n: usize| u32::from_le_bytes(file[20 + 4 * n..24 + 4 * n].try_into().unwrap());
    let times: Vec<u32> = (0..8).map(time).collect();
    assert_eq!(times, [98_304, 98_304, 98_304, 98_304, 99_328, 99_840, 99_840, 99_968]);
}

/// JavaScript and the Game & Watch port subtract without wrapping.
#[test]
fn wide_counters_are_never_before_their_times() {
    let mut hardware = busy();
    hardware.clock_timer.tm = 255;
    for tick in [0, 32_766, 32_767, 1 << 32, (1 << 32) + 5] {
        for format in [Format::TamalibJs, Format::ApiState] {
            let file: serde_json::Value = serde_json::from_slice(&export(&hardware, tick, format).unwrap()).unwrap();
            let now = file["tick_counter"].as_u64().unwrap();
            let times = file.as_object().unwrap().iter().filter(|(key, _)| key.ends_with("timestamp"));
            for (key, time) in times {
                assert!(time.as_u64().unwrap() <= now, "{key} at {tick}");
            }
        }
        let file = export(&hardware, tick, Format::GameAndWatch).unwrap();
        let time = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
        assert!(time(40) <= time(32) && time(48) <= time(32), "{tick}");
    }
}

/// Upstream confuses two masks; what it would have is written, so that its own requests are kept.
#[test]
fn slots_are_as_the_program_would_have_them() {
    let file = export(&busy(), TICK, Format::TlstV2).unwrap();
    let slots: Vec<&[u8]> = file[35..53].chunks(3).collect();
    assert_eq!(slots[0], [1, 1, 1], "programmable timer");
    assert_eq!(slots[1], [1, 6, 1], "serial, under the mask of K0x");
    assert_eq!(slots[2], [3, 10, 1], "K1x: a pin under the mask");
    assert_eq!(slots[3], [3, 0, 0], "K0x");
    assert_eq!(slots[4], [1, 2, 0], "stopwatch");
    assert_eq!(slots[5], [5, 9, 1], "clock timer");
}

#[test]
fn the_larger_chip_does_not_fit_the_smaller_ones_formats() {
    let mut hardware = example("playgotchi_save.bin").hardware;
    hardware.ram[767] = 7;
    for format in Format::all().filter(|format| format.is_exportable()) {
        let large =
            [Format::TlstV3, Format::PlayGotchi, Format::CareBot, Format::TamalibJs, Format::ApiState, Format::Pebble];
        if large.contains(&format) || format == Format::Vpet {
            assert_eq!(again(&hardware, TICK, format).ram, hardware.ram, "{format}");
        } else {
            let refusal = export(&hardware, TICK, format).unwrap_err().to_string();
            assert!(refusal.contains("E0C6S48"), "{format}: {refusal}");
        }
    }
    hardware.display.as_mut().unwrap().e80[101] = 1;
    assert!(export(&hardware, TICK, Format::Vpet).is_err());
    hardware.ram[767] = 0;
    hardware.display = None;
    hardware.cpu.pc = 0x1800;
    assert!(export(&hardware, TICK, Format::FpgaPocket).is_err());
    assert!(hardware.sized(640, 80).is_none());
    assert!(export(&hardware, TICK, Format::Vpet).is_ok());
}

#[test]
fn a_state_that_no_chip_can_be_in_is_refused() {
    let good = busy();
    let spoil: [fn(&mut Hardware); 8] = [
        |h| h.cpu.pc = 6144,
        |h| h.cpu.np = 32,
        |h| h.cpu.x = 0x1000,
        |h| h.clock_timer.ticks_since_256hz_edge = 128,
        |h| h.masks[1] = 4,
        |h| h.ram[5] = 16,
        |h| h.ram.truncate(100),
        |h| h.stopwatch.low = 10,
    ];
    for (n, spoil) in spoil.iter().enumerate() {
        let mut hardware = good.clone();
        spoil(&mut hardware);
        for format in Format::all() {
            assert!(export(&hardware, 0, format).is_err(), "{n} {format}");
        }
    }
}

#[test]
fn details_reach_the_file() {
    let details = Details { tick: 1 << 35, saved_at_ms: 1_700_000_000_123, model: Some("angel") };
    let hardware = busy();
    let bot = foreign::export_with(&hardware, details, Format::CareBot).unwrap();
    let imported = import(&bot, None).unwrap();
    assert_eq!((imported.rom_hint.as_deref(), imported.tick), (Some("angel"), Some(1 << 35)));
    let flipper = foreign::export_with(&hardware, details, Format::Tm1pV2).unwrap();
    assert_eq!(flipper[528..532], 1_700_000_000_u32.to_le_bytes());
    let watch = foreign::export_with(&hardware, details, Format::GameAndWatch).unwrap();
    assert_eq!(watch[8..16], 1_700_000_000_123_u64.to_le_bytes());
}

/// Text formats look as the programs write them: the example comes back but for pointer and depth.
#[test]
fn text_is_laid_out_as_in_the_program() {
    let before = String::from_utf8(read("tamar_save.txt")).unwrap();
    let after = String::from_utf8(export(&example("tamar_save.txt").hardware, TICK, Format::TamaR).unwrap()).unwrap();
    assert_eq!(before.trim_end().len(), after.trim_end().len());
    let shape =
        |text: &str| text.trim_end().chars().map(|c| if c.is_ascii_hexdigit() { '0' } else { c }).collect::<String>();
    assert_eq!(shape(&before), shape(&after));
}

#[test]
fn the_padding_of_pygotchi_is_exact() {
    let example = read("pygotchi_cpu_old.bin");
    assert_eq!(foreign::pad(&foreign::unpad(&example).unwrap()), example);
    assert_eq!(foreign::pad(&[0; 380]).len(), 507);
    for len in 0..40_u8 {
        let bytes: Vec<u8> = (0..len).map(|n| n.wrapping_mul(37)).collect();
        assert_eq!(foreign::unpad(&foreign::pad(&bytes)).unwrap()[..bytes.len()], bytes, "{len}");
    }
}

#[test]
fn keys_and_names_are_unique() {
    let mut keys: Vec<&str> = Format::all().map(Format::key).collect();
    assert_eq!(keys.len(), 27);
    for format in Format::all() {
        assert_eq!(format.key().parse::<Format>().unwrap(), format);
        assert!(!format.name().is_empty() && !format.extension().is_empty());
    }
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 27);
    assert!("nonsense".parse::<Format>().unwrap_err().to_string().contains("tlst3"));
}
