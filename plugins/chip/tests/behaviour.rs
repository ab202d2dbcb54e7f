//! What the vectors do not hold: wiring, LCD control, resets, snapshots, and that time may be cut anywhere.

use eggtooth_chip::{Chip, Edge, Group, Pins, Program, Registers, S46, S48, State, Step, TICKS_PER_SECOND};
use proptest::prelude::*;

/// A chip whose program starts at 110 (hexadecimal), the rest NOP5.
fn chip(program: &[u16]) -> Chip {
    let mut words = vec![0xFFB; 6144];
    words[0x100] = 0x010;
    words[0x110..0x110 + program.len()].copy_from_slice(program);
    Chip::new(&S46, Program::new(&words))
}

/// `LD A,e; LD XP,A; LD X,hl; LD MX,value` for each address.
fn stores(writes: &[(u16, u8)]) -> Vec<u16> {
    let store = |(at, value): &(u16, u8)| [0xE00 | at >> 8, 0xE80, 0xB00 | at & 0xFF, 0xE20 | u16::from(*value)];
    writes.iter().flat_map(store).collect()
}

fn after(program: &[u16], instructions: usize) -> Chip {
    let mut chip = chip(program);
    for _ in 0..=instructions {
        assert_eq!(chip.step(u64::MAX, &mut ()), Step::Instruction);
    }
    chip
}

#[test]
fn all_on_wins_over_all_off_and_an_eighth_duty_rests_the_lower_half() {
    let mut program = stores(&[(0xE00, 1)]);
    let dark = after(&program, program.len());
    assert!(!dark.is_lit(0, 0), "ALOFF is set at reset");
    program.extend(stores(&[(0xF71, 0b1100)]));
    let on = after(&program, program.len());
    assert!(on.is_lit(0, 0) && on.is_lit(39, 15) && !on.is_lit(40, 0));
    program.extend(stores(&[(0xF71, 0b0110)]));
    let half = after(&program, program.len());
    assert!(half.is_lit(39, 7) && !half.is_lit(39, 8));
}

#[test]
fn holes_read_zero_and_the_last_nibble_of_ram_is_27f() {
    let chip = after(&stores(&[(0x27F, 5), (0x280, 6), (0xE50, 7), (0xF06, 8), (0xFFF, 9)]), 20);
    assert_eq!([0x27F, 0x280, 0xE50, 0xF06, 0xFFF].map(|at| chip.peek(at)), [5, 0, 0, 0, 0]);
}

#[test]
fn a_halted_chip_starts_its_handler_14_clocks_after_the_request() {
    // LD A,F; LD XP,A; LD X,10; LD MX,8 (EIT1); EI; HALT
    let mut program = stores(&[(0xF10, 8)]);
    program.extend([0xF48, 0xFF8]);
    let mut chip = chip(&program);
    chip.run_until(TICKS_PER_SECOND, &mut ());
    assert!(chip.registers().halted);
    assert_eq!(chip.tick(), TICKS_PER_SECOND);
    assert_eq!(chip.step(u64::MAX, &mut ()), Step::Interrupt(2));
    assert_eq!((chip.tick(), chip.registers().pc), (TICKS_PER_SECOND + 14, 0x102));
}

#[test]
fn the_watchdog_resets_the_registers_and_leaves_ram() {
    let mut program = stores(&[(0x055, 7), (0xF74, 5)]);
    program.push(0xFF8);
    let mut chip = chip(&program);
    let mut edges: Vec<(u64, Edge)> = Vec::new();
    chip.run_until(4 * TICKS_PER_SECOND + 20, &mut edges);
    assert_eq!(edges, [(4 * TICKS_PER_SECOND, Edge::WatchdogReset)]);
    assert_eq!((chip.peek(0x055), chip.peek(0xF74), chip.peek(0xF71)), (7, 0, 8));
}

#[test]
fn the_supply_check_compares_the_battery() {
    for (millivolts, wanted) in [(3000, [0, 0, 1, 1]), (2300, [0, 1, 1, 1]), (2000, [1, 1, 1, 1])] {
        for (select, low) in wanted.into_iter().enumerate() {
            let mut chip = after(&stores(&[(0xF73, 4 | select as u8)]), 4);
            chip.set_pins(Pins { battery_mv: millivolts, ..Pins::IDLE }, &mut ());
            assert_eq!(chip.peek(0xF73) >> 3, low, "{millivolts} mV, SVC {select}");
        }
    }
    assert_eq!(chip(&[]).peek(0xF73), 8, "SVDDT is 1 while the check is off");
}

#[test]
fn p_ports_read_the_latch_the_world_or_the_pull_up() {
    let mut chip = after(&stores(&[(0xF60, 5), (0xF61, 6), (0xF7D, 0b0001), (0xF7E, 0b1000)]), 16);
    chip.set_pins(Pins { p: [Group::new(2, 15), Group::new(2, 2), Group::OPEN, Group::OPEN], ..Pins::IDLE }, &mut ());
    assert_eq!([0xF60, 0xF61, 0xF62, 0xF63].map(|at| chip.peek(at)), [5, 15, 15, 0]);
}

#[test]
fn an_undefined_word_is_reported_and_does_nothing() {
    let mut chip = chip(&[0xFFA]);
    let mut edges: Vec<(u64, Edge)> = Vec::new();
    chip.run_until(10, &mut edges);
    assert_eq!((edges.as_slice(), chip.registers().pc), (&[(5, Edge::UndefinedOpcode(0x110))][..], 0x111));
}

#[test]
fn osc3_runs_the_cpu_in_fractions_of_a_tick() {
    let mut words = vec![0xFFB; 8192];
    words[0x100..0x104].copy_from_slice(&[0xE0F, 0xE80, 0xB70, 0xE2C]);
    let mut chip = Chip::new(&S48, Program::new(&words));
    for _ in 0..4 {
        chip.step(u64::MAX, &mut ());
    }
    let start = chip.tick();
    let instructions = chip.run_until(start + TICKS_PER_SECOND, &mut ());
    assert_eq!(instructions, 1_000_000 / 5);
}

#[test]
fn snapshots_are_small_and_impossible_ones_are_refused() {
    assert!(size_of::<State>() < 2048);
    let fresh = chip(&[]);
    let state = serde_json::to_value(fresh.state()).unwrap();
    for (path, value) in [
        ("/registers/a", 16),
        ("/registers/pc", 0x2000),
        ("/registers/x", 0x1000),
        ("/memory/ram/3", 16),
        ("/io/buzzer/level", 8),
        ("/io/synced", 5),
    ] {
        let mut bent = state.clone();
        *bent.pointer_mut(path).unwrap() = value.into();
        let bent: State = serde_json::from_value(bent).unwrap();
        assert!(Chip::restore(&S46, fresh.program().clone(), bent).is_err(), "{path}");
    }
    let same: State = serde_json::from_value(state).unwrap();
    assert_eq!(Chip::restore(&S46, fresh.program().clone(), same).unwrap().state(), fresh.state());
}

/// Programs of random words, with the I/O page made likely.
fn programs() -> impl Strategy<Value = Vec<u16>> {
    let near_io =
        prop_oneof![Just(0xE0F), Just(0xE80), 0xB00..0xB80u16, 0xE20..0xE30u16, Just(0xF48), Just(0xFF8), 0..0x1000u16];
    prop::collection::vec(near_io, 64..512)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// However a span is cut into runs, with presses at the same ticks, state and edges are the same.
    #[test]
    fn time_may_be_cut_anywhere(
        words in programs(),
        start in any::<(u8, u16, u16)>(),
        cuts in prop::collection::vec(1..3000u64, 1..40),
        presses in prop::collection::vec((0..60_000u64, 0..16u8), 0..6),
    ) {
        let mut presses = presses;
        presses.sort_unstable();
        let run = |cuts: &[u64]| {
            let mut chip = Chip::new(&S46, Program::new(&words));
            chip.set_registers(Registers { sp: start.0, x: start.1, y: start.2, ..*chip.registers() });
            let mut edges: Vec<(u64, Edge)> = Vec::new();
            let mut cuts = cuts.iter().cycle();
            for (tick, k0) in presses.iter().copied().chain([(60_000, 15)]) {
                let mut to = chip.tick();
                while to < tick {
                    to = tick.min(to + cuts.next().unwrap());
                    chip.run_until(to, &mut edges);
                }
                chip.set_pins(Pins { k0, ..Pins::IDLE }, &mut edges);
            }
            (chip.state().clone(), edges)
        };
        let (whole, cut) = (run(&[u64::MAX / 2]), run(&cuts));
        prop_assert!(whole.1.is_sorted_by_key(|edge| edge.0));
        prop_assert!(whole == cut);
    }

    /// A snapshot taken anywhere continues as the chip it was taken from.
    #[test]
    fn a_snapshot_continues(words in programs(), at in 0..20_000u64) {
        let mut chip = Chip::new(&S46, Program::new(&words));
        chip.run_until(at, &mut ());
        let text = serde_json::to_string(chip.state()).unwrap();
        let mut other = Chip::restore(&S46, chip.program().clone(), serde_json::from_str(&text).unwrap()).unwrap();
        chip.run_until(at + 20_000, &mut ());
        other.run_until(at + 20_000, &mut ());
        prop_assert!(chip.state() == other.state());
    }
}
