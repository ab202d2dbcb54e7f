//! The fast chip against a slow one that was written apart from it: random programs, random pins
//! and the embedded pet, with everything compared at every cut.
//!
//! `EGGTOOTH_SEEDS=n` runs n random programs in each mode (default 40), `EGGTOOTH_SEED=s` from seed s on,
//! `EGGTOOTH_MINUTES=m` that many minutes of the pet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "slow/lockstep.rs"]
mod lockstep;
#[path = "slow/vectors/scenario.rs"]
mod scenario;
#[path = "slow/vectors/single.rs"]
mod single;
mod slow;
#[path = "../examples/vectors/suite.rs"]
mod suite;
#[path = "slow/vectors/trace.rs"]
mod trace;

use eggtooth_chip::{Model, Options, Pins, R33, S46, S48, TICKS_PER_SECOND};
use lockstep::Lockstep;
use slow::Coverage;
use slow::program::program;
use slow::random::Random;
use slow::stimulus::Stimulus;
use std::path::Path;

/// Cases in tests/data, from its README.
const CASES: u64 = 5056 + 3072 + 4352 + 8448 + 6912 + 3072 + 1880 + 507 + 24 + 77;

/// Random programs in each mode.
const SEEDS: u64 = 40;

/// Every option with and without OSC3.
static MODELS: [Model; 6] = [
    Model { name: "plain", ..S46 },
    Model { name: "plain 48", ..S48 },
    Model {
        name: "timer clock",
        options: Options { serial_msb_first: true, r33: R33::TimerClock, reset_keys: 0b0011 },
        flipped: true,
        icons: [Some((8, 0)), Some((8, 1)), None, Some((8, 3)), Some((28, 12)), Some((38, 13)), None, Some((39, 15))],
        ..S46
    },
    Model {
        name: "serial ready",
        osc3_hz: Some(1_060_000),
        options: Options { serial_msb_first: true, r33: R33::SerialReady, reset_keys: 0b0111 },
        ..S48
    },
    Model {
        name: "fast timer clock",
        osc3_hz: Some(2_000_000),
        options: Options { serial_msb_first: false, r33: R33::TimerClock, reset_keys: 0b1111 },
        ..S48
    },
    Model {
        name: "slow OSC3",
        osc3_hz: Some(100_003),
        options: Options { serial_msb_first: false, r33: R33::SerialReady, reset_keys: 0 },
        ..S46
    },
];

/// How far the two are run before they are compared.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Long,
    Edges,
    Steps,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// One random program under random pins until it has done so many instructions or lasted so many ticks.
fn run(seed: u64, mode: Mode, instructions: u64, ticks: u64) -> Result<Coverage, String> {
    let mut random = Random::new(seed ^ 0x5EED);
    let mut both = Lockstep::new(&MODELS[(seed % 6) as usize], &program(seed));
    let mut stimulus = Stimulus::new(seed);
    while both.slow.seen.instructions < instructions && both.slow.tick() < ticks {
        let (wait, pins) = stimulus.next();
        let change = both.slow.tick() + wait;
        while both.slow.tick() < change {
            let longest = random.of(&[1, 10, 100, 100_000]);
            let cut = (both.slow.tick() + random.span(longest)).min(change);
            match mode {
                Mode::Long => both.run_until(cut)?,
                Mode::Edges => both.run_by_edges(cut)?,
                Mode::Steps => both.run_by_steps(cut)?,
            }
        }
        both.set_pins(pins);
        if random.percent(5) {
            both.reload()?;
        }
    }
    Ok(both.slow.seen)
}

/// Many of them; a difference is looked for again step by step, which finds where it begins.
fn run_all(mode: Mode, instructions: u64, ticks: u64) -> Coverage {
    let (first, count) = (number("EGGTOOTH_SEED", 0), number("EGGTOOTH_SEEDS", SEEDS));
    let mut seen = Coverage::default();
    for seed in first..first + count {
        match run(seed, mode, instructions, ticks) {
            Ok(more) => seen += more,
            Err(said) => {
                let model = MODELS[(seed % 6) as usize].name;
                let steps = run(seed, Mode::Steps, instructions, ticks).err().unwrap_or("no difference".into());
                panic!("seed {seed} on {model}: {said}\nstep by step: {steps}");
            }
        }
    }
    println!("{seen:#?}");
    seen
}

/// A test that idles is no test; a few seeds by themselves may miss something.
fn assert_rich(seen: &Coverage) {
    if number("EGGTOOTH_SEEDS", SEEDS) < SEEDS {
        return;
    }
    assert!(seen.interrupts.iter().all(|count| *count > 0), "{seen:?}");
    assert!(seen.transfers.iter().all(|count| *count > 0), "{seen:?}");
    assert!(seen.timer_counts.iter().all(|count| *count > 0), "{seen:?}");
    assert!(seen.resets.iter().all(|count| *count > 0), "{seen:?}");
    let others = [seen.halts, seen.wakes, seen.clock_switches, seen.on_osc3, seen.shots, seen.envelope_steps];
    assert!(others.iter().all(|count| *count > 0) && seen.undefined > 0, "{seen:?}");
}

#[test]
fn the_slow_chip_passes_every_vector() {
    let mut tally = suite::Tally::default();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            tally.run_file(&path);
        }
    }
    assert!(tally.failures.is_empty(), "{:#?}", &tally.failures[..tally.failures.len().min(10)]);
    assert_eq!(tally.passed, CASES);
}

#[test]
fn new_pins_at_the_very_tick_of_a_request_do_not_hasten_it() {
    let mut words = vec![0xFFB; 8192];
    // EIT32, EI, NOP7, and a jump to itself: one boundary is at 1024, the first IT32.
    words[0x100..0x107].copy_from_slice(&[0xE0F, 0xE80, 0xB10, 0xE21, 0xF48, 0xFFF, 0x006]);
    let mut both = Lockstep::new(&S46, &words);
    both.run_until(1024).unwrap();
    both.set_pins(Pins { k1: 7, ..Pins::IDLE });
    both.run_until(1025).unwrap();
    assert_eq!((both.slow.tick(), both.slow.observe().pc), (1029, 0x106));
    both.run_until(1030).unwrap();
    assert_eq!((both.slow.tick(), both.slow.observe().pc), (1041, 0x102));
}

#[test]
fn a_stop_at_the_tick_of_a_serial_edge_comes_after_it() {
    let mut words = vec![0xFFB; 8192];
    // F30 and F31 written, SCTRG with the CPU clock itself: the trigger is at 45, SCLK moves at 45, 46, 46, 47, …
    let program = [0xE0F, 0xE80, 0xB30, 0xE25, 0xB31, 0xE2A, 0xE0F, 0xE80, 0xB7A, 0xE2B];
    words[0x100..0x10A].copy_from_slice(&program);
    let mut both = Lockstep::new(&S46, &words);
    both.run_by_steps(60).unwrap();
    assert_eq!(both.slow.peek(0xF03), 1);
}

#[test]
fn long_runs_of_random_programs_are_equal_at_every_cut() {
    assert_rich(&run_all(Mode::Long, 400_000, 3_000_000));
}

#[test]
fn random_programs_are_equal_after_every_edge() {
    assert_rich(&run_all(Mode::Edges, 100_000, 1_000_000));
}

#[test]
fn random_programs_are_equal_after_every_step() {
    run_all(Mode::Steps, 20_000, 300_000);
}

/// The embedded pet's words.
fn pet() -> Vec<u16> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/firmware/pip/pip.rom");
    let bytes = std::fs::read(file).unwrap();
    bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

#[test]
fn the_pet_lives_the_same_minutes() {
    let mut both = Lockstep::new(&S46, &pet());
    let mut random = Random::new(number("EGGTOOTH_SEED", 0));
    let end = number("EGGTOOTH_MINUTES", 5) * 60 * TICKS_PER_SECOND;
    while both.slow.tick() < end {
        let pressed = random.of(&[0b0001, 0b0010, 0b0100, 0b0010, 0b0110]);
        let longest = random.of(&[2_000, 20_000, 20_000, 400_000]);
        for (k0, ticks) in [(15, longest), (15 & !pressed, 8_000)] {
            both.set_pins(Pins { k0, ..Pins::IDLE });
            let until = both.slow.tick() + random.span(ticks);
            let compared = if random.percent(50) { both.run_by_edges(until) } else { both.run_until(until) };
            compared.unwrap_or_else(|said| panic!("{said}"));
        }
    }
    let seen = both.slow.seen;
    println!("{seen:#?}");
    assert!(seen.instructions > 100_000 && seen.interrupts.iter().sum::<u64>() > 100, "{seen:?}");
}

/// Clocks a byte into a slave and one out of it.
fn clock_byte(both: &mut Lockstep, byte: u8) -> u8 {
    let mut said = 0;
    for bit in 0..8 {
        let high = Pins { serial_in: byte >> bit & 1 != 0, ..Pins::IDLE };
        both.set_pins(Pins { serial_clock: false, ..high });
        said |= u8::from(both.slow.observe().serial.data) << bit;
        both.set_pins(high);
    }
    both.set_pins(Pins::IDLE);
    said
}

#[test]
fn the_pet_meets_its_own_echo_the_same() {
    let mut both = Lockstep::new(&S46, &pet());
    both.run_until(60 * TICKS_PER_SECOND).unwrap();
    // Icon 2, and there the right picture: A, B, C are K02, K01, K00.
    for pressed in [4, 4, 4, 2, 4, 2] {
        for k0 in [15 & !pressed, 15] {
            both.set_pins(Pins { k0, ..Pins::IDLE });
            both.run_until(both.slow.tick() + 4096).unwrap_or_else(|said| panic!("{said}"));
        }
    }
    let mut random = Random::new(3);
    let (mut echo, mut bytes) = (0, 0);
    let end = both.slow.tick() + 20 * TICKS_PER_SECOND;
    while both.slow.tick() < end {
        let until = both.slow.tick() + 1024 + random.span(200);
        let compared = if random.percent(30) { both.run_by_edges(until) } else { both.run_until(until) };
        compared.unwrap_or_else(|said| panic!("{said}"));
        let r3 = both.slow.observe().r[3];
        // R33 low: it waits for a byte.
        if r3.driven & 8 != 0 && r3.levels & 8 == 0 {
            echo = clock_byte(&mut both, echo);
            bytes += 1;
        }
    }
    let seen = both.slow.seen;
    assert!(bytes > 300 && seen.transfers[1] == bytes, "{bytes} bytes, {seen:?}");
    // It was a friend's visit, and it is over: `visits`, and R33 at rest.
    assert_eq!((both.slow.observe().ram[0x65], both.slow.observe().r[3].driven), (1, 0));
}
