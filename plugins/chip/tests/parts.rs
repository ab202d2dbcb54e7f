//! A chip taken apart and put together again goes on as it was.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_chip::{Chip, Parts, Program, S46, S48};

/// Clock timer and programmable timer interrupts, stopwatch running, a tone, HALT between them.
const PROGRAM: [(u16, u8); 12] = [
    (0xF10, 9),
    (0xF12, 1),
    (0xF26, 5),
    (0xF27, 0),
    (0xF79, 3),
    (0xF78, 3),
    (0xF77, 1),
    (0xF74, 3),
    (0xF71, 0),
    (0xF72, 8),
    (0xF61, 6),
    (0x00A, 5),
];

fn words() -> Vec<u16> {
    let mut words = vec![0xFFB; 6144];
    words[0x100] = 0x020;
    // Handlers: read the flag, count in M5 or M6, serve the watchdog, back.
    for (vector, flag, cell) in [(0x102, 0xB00, 0xF65), (0x10C, 0xB02, 0xF66)] {
        let body = if vector == 0x102 { 0x140 } else { 0x160 };
        words[vector] = 0x040 + (body - 0x140) as u16;
        let code = [0xE0F, 0xE80, flag, 0xEC2, cell, 0xB76, 0xE21, 0xF48, 0xFDF];
        words[body..body + code.len()].copy_from_slice(&code);
    }
    let mut at = 0x120;
    for (address, value) in PROGRAM {
        let code = [0xE00 | address >> 8, 0xE80, 0xB00 | address & 0xFF, 0xE20 | u16::from(value)];
        words[at..at + 4].copy_from_slice(&code);
        at += 4;
        if at == 0x140 {
            words[0x13C..0x140].copy_from_slice(&[0xE44, 0x000, 0xFFB, 0xFFB]);
            at = 0x400;
            words[at..at + 4].copy_from_slice(&code);
            at += 4;
        }
    }
    // EI; HALT; back to HALT.
    words[at..at + 3].copy_from_slice(&[0xF48, 0xFF8, (at as u16 + 1) & 0xFF]);
    words
}

#[test]
fn parts_put_together_go_on_alike() {
    for model in [&S46, &S48] {
        let program = Program::new(&words());
        let mut chip = Chip::new(model, program.clone());
        for at in [70_001, 100_001, 131_333] {
            chip.run_until(at, &mut ());
            let parts = chip.parts();
            assert_eq!(parts.io[0x61], 6, "a latch that its pins do not show");
            let mut other = Chip::assemble(model, program.clone(), &parts).unwrap();
            assert_eq!(other.parts(), parts);
            let mut goes_on = chip.clone();
            goes_on.run_until(at + 60_000, &mut ());
            other.run_until(at + 60_000, &mut ());
            assert_eq!(goes_on.parts(), other.parts());
            assert_ne!(goes_on.peek(6), chip.peek(6), "the timer's handler ran");
        }
    }
}

#[test]
fn impossible_parts_are_refused() {
    let program = Program::new(&words());
    let good = Chip::new(&S46, program.clone()).parts();
    assert!(Chip::assemble(&S46, program.clone(), &good).is_ok());
    let bends: [fn(&mut Parts); 6] = [
        |parts| parts.divider = 128,
        |parts| parts.ram[3] = 16,
        |parts| parts.io[0x54] = 16,
        |parts| parts.stopwatch[0] = 10,
        |parts| parts.registers.x = 0x1000,
        |parts| parts.tick = u64::MAX,
    ];
    for bend in bends {
        let mut parts = good.clone();
        bend(&mut parts);
        assert!(Chip::assemble(&S46, program.clone(), &parts).is_err());
    }
}
