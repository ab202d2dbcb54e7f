//! Whole tables in virtual time, with everything that can go wrong, from seeds: whatever happens, in the end each gift
//! is either the receiver's or the giver's again, on both sides, and no decoration is doubled or lost; and real toys
//! that are joined get each other's bytes whole, and none of before.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "simulator/net.rs"]
mod net;
#[path = "simulator/toys.rs"]
mod toys;
#[path = "simulator/troubles.rs"]
mod troubles;
#[path = "simulator/world.rs"]
mod world;

use troubles::{Tally, Troubles};
use world::World;

/// Runs worlds of these seeds and adds up what happened.
fn run(seeds: std::ops::Range<u64>, troubles: impl Fn(u64) -> Troubles) -> Tally {
    let mut sum = Tally::default();
    for seed in seeds {
        let mut world = World::new(seed, troubles(seed), false);
        match world.run() {
            Ok(tally) => sum.add(&tally),
            Err(why) => {
                let mut again = World::new(seed, troubles(seed), true);
                let _ = again.run();
                panic!("seed {seed}: {why}\n{}", again.story());
            }
        }
    }
    sum
}

/// How many worlds; `EGGTOOTH_SEEDS` says otherwise.
fn seeds() -> u64 {
    std::env::var("EGGTOOTH_SEEDS").map_or(250, |seeds| seeds.parse().unwrap())
}

#[test]
fn good_lines_carry_every_gift() {
    let tally = run(0..30, |_| Troubles::none());
    assert!(tally.visits > 30 && tally.given > 100, "{tally:?}");
    // A gift that is offered while the other leaves comes back; nothing else does.
    assert!(tally.arrived >= tally.given / 2, "{tally:?}");
}

#[test]
fn no_gift_is_doubled_or_lost_whatever_happens() {
    let tally = run(1000..1000 + seeds(), Troubles::of);
    eprintln!("{tally:?}");
    assert!(tally.arrived > 100 && tally.back > 100 && tally.kills > 100 && tally.cuts > 100, "{tally:?}");
    assert!(tally.joinings > 100 && tally.toy_bytes > 1_000_000, "{tally:?}");
}

#[test]
fn nor_where_players_come_with_one_pet_and_then_another() {
    let tally = run(5000..5000 + seeds() / 5, |seed| Troubles {
        players: 2 + seed as usize % 2,
        pets: 2,
        kills: 800,
        ..Troubles::of(seed)
    });
    eprintln!("{tally:?}");
    assert!(tally.arrived > 20 && tally.back > 20 && tally.kills > 50, "{tally:?}");
}

#[test]
fn a_line_may_be_cut_after_any_message() {
    let whole = run(7..8, |_| Troubles::short());
    assert!(whole.arrived > 1, "{whole:?}");
    for cut in 1..=whole.messages.min(120) {
        run(7..8, |_| Troubles { cut_after: Some(cut), ..Troubles::short() });
    }
}

#[test]
fn a_player_may_be_killed_before_and_after_any_write() {
    let whole = run(7..8, |_| Troubles::short());
    assert!(whole.arrived > 1, "{whole:?}");
    for write in 0..whole.writes {
        for after in [false, true] {
            run(7..8, |_| Troubles { kill_at: Some((write, after)), ..Troubles::short() });
        }
    }
}
