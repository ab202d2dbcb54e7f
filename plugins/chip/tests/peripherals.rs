//! The parts that no toy is known to use, one by one: serial interface, timer clock, ports, resets by pin.
//! Random programs against the slow chip (`differential`) cover their combinations.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_chip::{
    Chip, Edge, Group, Model, Options, Pins, Program, R33, S46, S48, SerialLines, Step, TICKS_PER_SECOND, TimerClock,
};

/// Writes, then an endless loop; the tick after the last write is returned with the chip.
fn after(model: &'static Model, writes: &[(u16, u8)]) -> (Chip, Vec<(u64, Edge)>) {
    let mut words = vec![0xFFB; 8192];
    words[0x100] = 0x010;
    let mut at = 0x110;
    for (address, value) in writes {
        let code = [0xE00 | address >> 8, 0xE80, 0xB00 | address & 0xFF, 0xE20 | u16::from(*value)];
        words[at..at + 4].copy_from_slice(&code);
        at += 4;
    }
    words[at] = (at & 0xFF) as u16;
    let mut chip = Chip::new(model, Program::new(&words));
    let mut edges = Vec::new();
    for _ in 0..=4 * writes.len() {
        assert_eq!(chip.step(u64::MAX, &mut edges), Step::Instruction);
    }
    (chip, edges)
}

fn clocks_and_bits(edges: &[(u64, Edge)]) -> (Vec<u64>, Vec<bool>) {
    let lines = edges.iter().filter_map(|(tick, edge)| match edge {
        Edge::Serial(lines) => Some((*tick, *lines)),
        _ => None,
    });
    let falls: Vec<(u64, SerialLines)> = lines.filter(|(_, lines)| !lines.clock).collect();
    (falls.iter().map(|fall| fall.0).collect(), falls.iter().map(|fall| fall.1.data).collect())
}

#[test]
fn a_master_shifts_out_least_significant_bit_first_at_a_quarter_of_the_clock() {
    // SD = A5; F7A: trigger, rising edge, CPU clock / 4.
    let (mut chip, mut edges) = after(&S46, &[(0xF13, 1), (0xF30, 5), (0xF31, 0xA), (0xF7A, 0b1001)]);
    let start = chip.tick() - 5;
    chip.run_until(start + 24, &mut edges);
    assert_eq!(chip.peek(0xF03), 0);
    chip.run_until(start + 40, &mut edges);
    assert_eq!(chip.peek(0xF03), 1, "after the eighth clock");
    let (falls, bits) = clocks_and_bits(&edges);
    assert_eq!(falls, (0..8).map(|n| start + 2 + 4 * n).collect::<Vec<_>>());
    assert_eq!(bits, [true, false, true, false, false, true, false, true]);
    assert_eq!((chip.peek(0xF31), chip.peek(0xF30)), (15, 15), "SIN was high");
}

#[test]
fn the_other_bit_order_and_nothing_without_access_to_the_data() {
    static MSB: Model = Model { options: Options { serial_msb_first: true, ..Options::PLAIN }, ..S46 };
    let (mut chip, mut edges) = after(&MSB, &[(0xF30, 1), (0xF31, 0), (0xF7A, 0b1011)]);
    chip.set_pins(Pins { serial_in: false, ..Pins::IDLE }, &mut edges);
    chip.run_until(chip.tick() + 20, &mut edges);
    assert_eq!(clocks_and_bits(&edges).1, [false, false, false, false, false, false, false, true]);
    let (mut chip, mut edges) = after(&S46, &[(0xF7A, 0b1001)]);
    chip.run_until(chip.tick() + 100, &mut edges);
    assert_eq!((clocks_and_bits(&edges).0.len(), chip.peek(0xF03)), (0, 0));
}

#[test]
fn a_slave_is_clocked_from_outside_and_says_when_it_is_ready() {
    static READY: Model = Model { options: Options { r33: R33::SerialReady, ..Options::PLAIN }, ..S46 };
    for falling in [false, true] {
        let control = 0b1000 | if falling { 4 } else { 0 };
        let (mut chip, mut edges) = after(&READY, &[(0xF30, 0), (0xF31, 0), (0xF7A, control)]);
        assert!(!chip.outputs().serial.ready, "SRDY is low");
        for n in 0..8 {
            // 1 0 0 0 0 0 1 1, each bit valid around the sampling edge only.
            let bit = [true, false, false, false, false, false, true, true][n];
            let low = Pins { serial_clock: false, serial_in: bit == falling, ..Pins::IDLE };
            let high = Pins { serial_clock: true, serial_in: bit != falling, ..Pins::IDLE };
            for pins in [low, high] {
                chip.set_pins(pins, &mut edges);
                chip.run_until(chip.tick() + 50, &mut edges);
            }
            assert!(chip.outputs().serial.ready);
            assert_eq!(chip.peek(0xF03), u8::from(n == 7));
        }
        assert_eq!((chip.peek(0xF31), chip.peek(0xF30)), (0xC, 1), "falling {falling}");
    }
}

#[test]
fn the_timer_clock_comes_out_of_r33_through_its_gate() {
    static CLOCK: Model = Model { options: Options { r33: R33::TimerClock, ..Options::PLAIN }, ..S46 };
    let (chip, _) = after(&CLOCK, &[(0xF7B, 8), (0xF53, 7), (0xF79, 0b1100)]);
    assert_eq!(chip.outputs().timer_clock, Some(TimerClock::Divided(32)), "1024 Hz");
    assert_eq!(chip.outputs().r[3], Group::new(7, 7), "R33 is no port");
    let (chip, _) = after(&CLOCK, &[(0xF7B, 8), (0xF53, 8), (0xF79, 0b1100)]);
    assert_eq!(chip.outputs().timer_clock, None, "the register bit is the gate");
    let (chip, _) = after(&S46, &[(0xF7B, 8), (0xF53, 7), (0xF79, 0b1100)]);
    assert_eq!((chip.outputs().timer_clock, chip.outputs().r[3]), (None, Group::new(7, 15)));
}

#[test]
fn outputs_are_open_until_they_are_driven() {
    let (chip, edges) = after(&S46, &[(0xF50, 9), (0xF7B, 1), (0xF7B, 0), (0xF61, 6), (0xF7D, 2)]);
    assert_eq!((chip.outputs().r[0], chip.peek(0xF50)), (Group::OPEN, 9));
    assert_eq!(chip.outputs().p, [Group::OPEN, Group::new(6, 15), Group::OPEN, Group::OPEN]);
    let told: Vec<Edge> = edges.into_iter().map(|edge| edge.1).collect();
    assert_eq!(told, [Edge::R(0, Group::new(9, 15)), Edge::R(0, Group::OPEN), Edge::P(1, Group::new(6, 15))]);
}

#[test]
fn keys_held_for_two_seconds_reset_and_hold_the_chip() {
    static KEYS: Model = Model { options: Options { reset_keys: 0b0011, ..Options::PLAIN }, ..S46 };
    let both = Pins { k0: 0b1100, ..Pins::IDLE };
    for (held, resets) in [(2 * TICKS_PER_SECOND - 100, false), (2 * TICKS_PER_SECOND + 100, true)] {
        let (mut chip, mut edges) = after(&KEYS, &[(0x055, 7), (0xF76, 1)]);
        let start = chip.tick();
        chip.set_pins(both, &mut edges);
        chip.run_until(start + held, &mut edges);
        assert_eq!(edges.iter().any(|edge| edge.1 == Edge::PinReset), resets);
        assert_eq!(chip.registers().pc == 0x100, resets, "it stands at the reset vector");
        chip.set_pins(Pins::IDLE, &mut edges);
        chip.run_until(chip.tick() + 200, &mut edges);
        assert!(chip.registers().pc > 0x100 && chip.peek(0x055) == 7, "RAM survives");
    }
}

#[test]
fn a_short_low_on_reset_is_filtered() {
    for (ticks, resets) in [(60, false), (80, true)] {
        let (mut chip, mut edges) = after(&S46, &[(0xF74, 5)]);
        chip.set_pins(Pins { reset: false, ..Pins::IDLE }, &mut edges);
        chip.run_until(chip.tick() + ticks, &mut edges);
        chip.set_pins(Pins::IDLE, &mut edges);
        chip.run_until(chip.tick() + 5, &mut edges);
        assert_eq!(chip.peek(0xF74) == 0, resets, "{ticks} ticks");
    }
}

#[test]
fn on_osc3_a_whole_byte_takes_less_than_two_ticks() {
    let (mut chip, mut edges) = after(&S48, &[(0xF70, 0xC), (0xF30, 3), (0xF7A, 0b1010)]);
    let start = chip.tick();
    chip.run_until(start + 2, &mut edges);
    assert_eq!((chip.peek(0xF03), clocks_and_bits(&edges).0.len()), (1, 8));
}
