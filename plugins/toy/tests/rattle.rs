//! A sensor that rattles: one tap is a burst of closings, as the Tamaotch's program waits for.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_cartridge::{Cartridge, models};
use eggtooth_toy::{Button, Machine};

/// Counts every fall of K03 with the programmable timer, clocked by K03 without the filter.
fn counter() -> Cartridge {
    let mut words = vec![0xFFB; 8192];
    // F26, F27 = 0 (256); F79 = 1 (K03 direct); F78 = 3 (reload and run); then a loop.
    let program = [0xE0F, 0xE80, 0xB79, 0xE21, 0xB78, 0xE23, 0x016];
    words[0x100] = 0x010;
    words[0x110..0x110 + program.len()].copy_from_slice(&program);
    Cartridge::from_words(&words).unwrap()
}

fn counted(machine: &Machine) -> u8 {
    0u8.wrapping_sub(machine.peek(0xF24) | machine.peek(0xF25) << 4)
}

#[test]
fn a_tap_is_a_burst_and_one_burst_only() {
    let model = models::find("tamaotch").unwrap();
    let rattle = model.rattle.unwrap();
    let mut machine = Machine::with_model(&counter(), model);
    machine.press_at(Button::Tap, true, 1000);
    machine.press_at(Button::A, true, 20_000);
    machine.press_at(Button::A, false, 21_000);
    machine.press_at(Button::Tap, false, 30_000);
    machine.advance(1000 + 100 * u64::from(rattle.every), &mut ());
    // Closed at 1000, then at every second change; the count may lag by the one just due.
    assert!((49..=51).contains(&counted(&machine)), "{}", counted(&machine));
    machine.advance(40_000, &mut ());
    let all = rattle.lasts / rattle.every / 2;
    let seen = u32::from(counted(&machine));
    assert!((all % 256).abs_diff(seen) <= 1, "{seen} of {all}");
    assert_eq!(machine.peek(0xF40) & 8, 8, "the contact rests open");
}

#[test]
fn other_toys_close_once() {
    let mut machine = Machine::with_model(&counter(), models::find("angel").unwrap());
    machine.press_at(Button::Tap, true, 1000);
    machine.advance(20_000, &mut ());
    assert_eq!((counted(&machine), machine.peek(0xF40) & 8), (1, 0));
}
