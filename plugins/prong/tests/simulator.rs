//! The seeded simulator: whatever the line and the applications do, no packet is delivered wrong or twice, and none is
//! lost without one side knowing it.
//!
//! `EGGTOOTH_SEEDS=100000` is the long mode; `EGGTOOTH_SEED=n` runs one seed and prints what happened.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

#[path = "simulator/faults.rs"]
mod faults;
#[path = "simulator/world.rs"]
mod world;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::secret::Secret;
use faults::Random;
use world::{Tally, World};

/// Seeds that failed once.
const FAILED: &[u64] = &[1813, 4920];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(seed: u64) -> Tally {
    match World::new(seed, false).run() {
        Ok(tally) => tally,
        Err(reason) => {
            let mut world = World::new(seed, true);
            let _ = world.run();
            panic!("seed {seed}: {reason}\n{}", world.log.unwrap_or_default().join("\n"));
        }
    }
}

#[test]
fn every_packet_arrives_once_or_somebody_knows() {
    if let Some(seed) = number("EGGTOOTH_SEED") {
        let mut world = World::new(seed, true);
        let outcome = world.run();
        println!("{}\nseed {seed}: {outcome:?}", world.log.take().unwrap_or_default().join("\n"));
        outcome.unwrap();
        return;
    }
    let seeds = number("EGGTOOTH_SEEDS").unwrap_or(1000);
    let mut sum = Tally::default();
    for seed in FAILED.iter().copied().chain(0..seeds) {
        let tally = run(seed);
        sum.sends += tally.sends;
        sum.sent += tally.sent;
        sum.delivered += tally.delivered;
        sum.yields += tally.yields;
    }
    println!("{seeds} seeds: {sum:?}");
    // The simulator would be blind if nothing or everything arrived.
    assert!(sum.delivered > sum.sends / 10 && sum.delivered < sum.sends, "{sum:?}");
    assert!(sum.yields > 0);
}

#[test]
fn a_seed_has_one_history() {
    for seed in 0..20 {
        let log = || {
            let mut world = World::new(seed, true);
            let _ = world.run();
            world.log.unwrap_or_default()
        };
        assert_eq!(log(), log());
    }
}

/// White noise in the data: CRC-16 misses one in 65,536, and the long mode reports how many it did.
#[test]
fn white_noise_slips_past_the_checksum_as_often_as_expected() {
    let trials = number("EGGTOOTH_SEEDS").unwrap_or(1000) * 40;
    let secret = Secret::new(b"prong-dev-secret-A".to_vec()).unwrap();
    let mut random = Random(1);
    let mut slipped = 0_u64;
    for _ in 0..trials {
        let data: Vec<u8> = (0..64).map(|_| random.next() as u8).collect();
        let header = Header { session: 0, kind: 1, set_session: false, index: 0, crc: 0 };
        let mut chunk = codec::encode(&secret, [1, 2, 3, 4], header, &data);
        // A bit in twenty.
        for bit in 0..data.len() * 8 {
            if random.chance(50) {
                chunk[16 + bit / 8] ^= 1 << (bit % 8);
            }
        }
        slipped += u64::from(codec::decode(&secret, &mut chunk).is_ok_and(|chunk| chunk.data != data));
    }
    let expected = trials as f64 / 65_536.0;
    println!("white noise: {slipped} of {trials} damaged chunks passed the checksum, {expected:.1} expected");
    // Six standard deviations of a Poisson count: a broken checksum is far beyond, chance is not.
    assert!((slipped as f64) <= expected + 6.0 * expected.sqrt() + 3.0, "{slipped} of {trials}");
}
