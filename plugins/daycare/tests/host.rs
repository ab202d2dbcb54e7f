//! The engine room with a real store and a clock that is stepped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "host/faults.rs"]
mod faults;
#[path = "host/faulty.rs"]
mod faulty;
#[path = "host/kept.rs"]
mod kept;
#[path = "host/support.rs"]
mod support;

use eggtooth_daycare::MoveId;
use eggtooth_daycare::host::HostError;
use eggtooth_daycare::store::*;
use eggtooth_toy::{Button, STATE};
use eggtooth_vault::Envelope;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{SECOND, World};

const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

#[test]
fn a_toy_lives_as_long_as_the_clock_goes() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(100 * S);
    let tick = world.check(toy);
    assert!((100 * SECOND..100 * SECOND + 16).contains(&tick), "{tick}");
    let fares = world.wait(world.host().fares()).unwrap();
    assert_eq!((fares.toys, fares.watched, fares.broken), (1, 0, 0));
}

#[test]
fn presses_happen_when_they_were_acknowledged() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(30 * S);
    let first = world.held(toy, 1, 1, 1).unwrap();
    assert!(first.tick > 30 * SECOND);
    world.pass(200 * MS);
    world.held(toy, 1, 2, 0).unwrap();
    world.timed(toy, 2, 1, 5, 300).unwrap();
    world.pass(2 * S);
    world.check(toy);
    let entries = world.store().of(toy, 1);
    assert_eq!((entries.len(), entries[0].changes[0].tick), (3, first.tick));
    // Again: the same answer, and nothing happens.
    assert_eq!(world.held(toy, 1, 1, 1).unwrap(), first);
    assert_eq!(world.store().of(toy, 1).len(), 3);
}

#[test]
fn what_cannot_be_written_down_has_not_happened() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(S);
    world.held(toy, 1, 1, 1).unwrap();
    world.store().full.store(true, Ordering::Relaxed);
    for seq in 2..5 {
        let error = world.held(toy, 1, seq, 0).unwrap_err();
        assert!(matches!(error, HostError::Store(StoreError::Write(_))), "{error}");
    }
    world.pass(5 * S);
    world.store().full.store(false, Ordering::Relaxed);
    world.check(toy);
    world.held(toy, 1, 2, 0).unwrap();
    world.pass(S);
    world.check(toy);
    assert_eq!(world.store().of(toy, 1).len(), 2);
    // What a client held that has gone is released when it can be written down.
    world.held(toy, 1, 9, 6).unwrap();
    world.pass(S);
    world.store().full.store(true, Ordering::Relaxed);
    world.wait(world.host().let_go(toy, [1; 16], support::OWNER));
    world.pass(5 * S);
    assert_eq!(world.store().of(toy, 1).len(), 3);
    world.store().full.store(false, Ordering::Relaxed);
    world.pass(2 * S);
    world.pass(2 * S);
    assert_eq!(world.store().of(toy, 1).len(), 4);
    world.check(toy);
}

/// Small, seeded, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// However time is cut (watched or not, pauses, restarts with and without a goodbye, an absence that is lived), the
/// state is that of a machine that was never interrupted.
#[test]
fn however_time_is_cut_it_is_the_same_life() {
    for seed in 1..=4 {
        let mut dice = Dice(seed * 0x9E37_79B9);
        let mut world = World::new();
        let toys = [world.add(1), world.add(2), world.add(3)];
        let mut watching = Vec::new();
        let mut seq = 0;
        let mut running = [true; 3];
        for _ in 0..60 {
            let n = dice.roll(3) as usize;
            match dice.roll(12) {
                0..4 => world.pass(Duration::from_micros(dice.roll(3_000_000))),
                4..8 => {
                    seq += 1;
                    let (client, mask) = (1 + dice.roll(3) as u8, dice.roll(16) as u8);
                    let result = match dice.roll(2) {
                        0 => world.held(toys[n], client, seq, mask),
                        _ => world.timed(toys[n], client, seq, 1 + mask % 15, 1 + dice.roll(900) as u32),
                    };
                    match result {
                        Ok(_) => assert!(running[n]),
                        Err(HostError::Paused) => assert!(!running[n]),
                        Err(HostError::Refused(text)) => assert!(text.contains("still being pressed"), "{text}"),
                        Err(error) => panic!("{error}"),
                    }
                }
                8 => watching.push(world.wait(world.host().watch(toys[n])).unwrap()),
                9 => watching.clear(),
                10 => {
                    running[n] = !running[n];
                    world.wait(world.host().run(toys[n], running[n])).unwrap();
                }
                _ => {
                    watching.clear();
                    world.restart(dice.roll(2) == 0, Duration::from_secs(dice.roll(4) * 900));
                }
            }
        }
        for (n, toy) in toys.into_iter().enumerate() {
            let before = world.check(toy);
            world.pass(S);
            assert_eq!(world.check(toy) > before, running[n], "seed {seed}, toy {n}");
        }
    }
}

#[test]
fn an_outage_is_lived_as_far_as_mercy_says() {
    let mut world = World::new();
    let (spared, whole) = (world.add(1), world.add(2));
    world.store().set_looks(spared, &Looks { mercy_hours: Some(1), ..Looks::default() }).unwrap();
    world.wait(world.host().refresh(spared)).unwrap();
    world.pass(100 * S);
    let day = Duration::from_secs(10 * 3600);
    world.restart(true, day);
    world.pass(S);
    let near = |tick: u64, seconds: u64| tick.abs_diff(seconds * SECOND) < SECOND / 50;
    assert!(near(world.check(spared), 101 + 3600));
    assert!(near(world.check(whole), 101 + 36_000));
    // Another one: what stood still once does not come back.
    world.restart(false, day);
    world.pass(S);
    assert!(near(world.check(spared), 102 + 7200));
    assert!(near(world.check(whole), 102 + 72_000));
    let diary = world.store().diary(spared, u64::MAX, 100).unwrap();
    assert!(diary.iter().any(|row| row.line.text.contains("for the rest time stood still")), "{diary:?}");
}

#[test]
fn the_time_of_day_ages_no_pet_and_a_suspended_computer_is_an_outage() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(10 * S);
    world.clock.set_wall(support::START + 1_000_000_000_000);
    world.pass(10 * S);
    let tick = world.check(toy);
    assert!((20 * SECOND..21 * SECOND).contains(&tick), "{tick}");
    world.clock.suspend(Duration::from_secs(20 * 3600));
    world.pass(S);
    // Twelve hours of it are lived.
    let tick = world.check(toy);
    assert!((tick / SECOND).abs_diff(21 + 12 * 3600) <= 1, "{tick}");
}

/// Flips a byte in the newest snapshot of a toy, as a disk does.
fn damage(world: &World, toy: eggtooth_daycare::ToyId, newest: usize) {
    let file = world.folder.path().join("daycare.sqlite");
    let db = rusqlite::Connection::open(file).unwrap();
    let changed = db
        .execute(
            "UPDATE snapshot SET envelope = CAST(substr(envelope, 1, 200) || x'5A5A' || substr(envelope, 203) AS BLOB) WHERE number IN \
             (SELECT number FROM snapshot WHERE toy = ? ORDER BY life DESC, tick DESC, number DESC LIMIT ?)",
            rusqlite::params![toy.0.as_slice(), newest as i64],
        )
        .unwrap();
    assert_eq!(changed, newest);
}

#[test]
fn a_damaged_snapshot_costs_nothing_and_two_are_told() {
    let mut world = World::new();
    let toy = world.add(1);
    for seq in 1..4 {
        world.pass(Duration::from_secs(86_400));
        world.timed(toy, 1, seq, 1, 200).unwrap();
        world.pass(20 * S);
        world.wait(world.host().snapshot(toy)).unwrap();
    }
    damage(&world, toy, 1);
    world.restart_hard(S);
    world.pass(S);
    world.check(toy);
    assert_eq!(world.store().toy(toy).unwrap().life, 1);
    // The newest, and two from before the last press, whose records are forgotten since the second.
    damage(&world, toy, 3);
    let before = world.wait(world.host().look(toy)).unwrap().0.tick;
    world.restart_hard(S);
    world.pass(S);
    let row = world.store().toy(toy).unwrap();
    assert_eq!((row.life, row.state), (2, ToyState::Alive));
    let (picture, condition) = world.wait(world.host().look(toy)).unwrap();
    assert!(picture.tick < before && condition.running && !condition.broken);
    let diary = world.store().diary(toy, u64::MAX, 100).unwrap();
    assert!(diary.iter().any(|row| row.line.text.contains("lives on from an older one")), "{diary:?}");
}

#[test]
fn every_way_to_another_life_can_be_undone() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(100 * S);
    world.timed(toy, 1, 1, 1, 100).unwrap();
    world.pass(S);
    let saved = world.wait(world.host().save(toy)).unwrap();
    world.pass(S);
    world.wait(world.host().reset(toy)).unwrap();
    world.pass(S);
    assert!(world.wait(world.host().look(toy)).unwrap().0.tick < 2 * SECOND);
    world.wait(world.host().load(toy, saved.envelope.clone())).unwrap();
    assert_eq!(world.wait(world.host().save(toy)).unwrap().state, saved.state);
    world.wait(world.host().swap_rom(toy, world.rom())).unwrap();
    assert_eq!(world.store().toy(toy).unwrap().life, 4);
    let old = world.store().snapshots(toy).unwrap().into_iter().find(|one| one.life == 1).unwrap();
    world.wait(world.host().undo(toy, old.number)).unwrap();
    let undone = world.wait(world.host().save(toy)).unwrap();
    let state = |bytes: &[u8]| Envelope::from_bytes(bytes).unwrap().0.block(STATE).unwrap().to_vec();
    assert_eq!((undone.tick, state(&undone.envelope)), (old.tick, state(&old.envelope)));
    for (bad, says) in [(vec![], "not an Eggtooth save"), (vec![0; 5000], "not an Eggtooth save")] {
        let error = world.wait(world.host().load(toy, bad)).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(matches!(world.wait(world.host().undo(toy, 1)), Err(HostError::Refused(_))));
    assert!(matches!(world.wait(world.host().undo(toy, 0)), Err(HostError::Refused(_))));
    // A life that cannot be written down has not begun.
    world.store().no_snapshots.store(true, Ordering::Relaxed);
    assert!(matches!(world.wait(world.host().reset(toy)), Err(HostError::Store(_))));
    world.pass(S);
    assert!(world.wait(world.host().look(toy)).unwrap().0.tick > 100 * SECOND);
    assert_eq!(world.store().toy(toy).unwrap().life, 5);
}

#[test]
fn a_toy_that_leaves_stands_still_and_comes_back_or_is_gone() {
    let mut world = World::new();
    let toy = world.add(1);
    world.pass(50 * S);
    world.held(toy, 1, 1, 2).unwrap();
    world.pass(S);
    let id = MoveId([5; 16]);
    let left = world.wait(world.host().leave(toy, id, support::OWNER)).unwrap();
    world.pass(1000 * S);
    world.restart(false, 100 * S);
    assert_eq!(world.wait(world.host().leave(toy, id, support::OWNER)).unwrap(), left);
    assert!(matches!(world.held(toy, 1, 2, 0), Err(HostError::Untouchable(_))));
    assert!(matches!(
        world.wait(world.host().leave(toy, MoveId([6; 16]), support::OWNER)),
        Err(HostError::Untouchable(_))
    ));
    assert!(world.wait(world.host().look(toy)).unwrap().1.leaving);
    world.wait(world.host().come_back(toy, id)).unwrap();
    world.wait(world.host().come_back(toy, id)).unwrap();
    world.pass(S);
    let tick = world.check(toy);
    assert!((left.tick + SECOND - 300..left.tick + SECOND + 300).contains(&tick), "{tick} {}", left.tick);
    let id = MoveId([7; 16]);
    world.wait(world.host().leave(toy, id, support::OWNER)).unwrap();
    world.store().finish_move(id).unwrap();
    world.wait(world.host().remove(toy)).unwrap();
    assert!(matches!(world.wait(world.host().look(toy)), Err(HostError::NoSuchToy)));
    world.restart(true, S);
    assert_eq!(world.wait(world.host().fares()).unwrap().toys, 0);
}

#[test]
fn whoever_watches_sees_the_press_at_the_next_step() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(120 * S);
    let mut watching = world.wait(world.host().watch(toy)).unwrap();
    assert_eq!(watching.condition.borrow_and_update().watchers, 1);
    let seq = watching.pictures.borrow_and_update().seq;
    world.timed(toy, 1, 1, 1, 200).unwrap();
    world.pass(300 * MS);
    assert!(watching.pictures.has_changed().unwrap());
    assert!(watching.pictures.borrow_and_update().seq > seq, "A lights the first icon");
    assert_eq!(world.wait(world.host().fares()).unwrap().watched, 1);
    drop(watching);
    world.pass(S);
    assert_eq!(world.wait(world.host().fares()).unwrap().watchers, 0);
    world.check(toy);
}

#[test]
fn a_clock_is_set_by_presses_in_the_journal() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(120 * S);
    let host = world.host().clone();
    let set = world.runtime.spawn(async move { host.set_clock(toy).await });
    for _ in 0..1000 {
        world.pass(50 * MS);
        if set.is_finished() {
            break;
        }
    }
    assert!(set.is_finished(), "it takes far less than fifty seconds");
    world.wait(set).unwrap().unwrap();
    world.check(toy);
    assert!(!world.store().of(toy, 1).is_empty());
}

#[test]
fn after_the_drain_nothing_is_served() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(30 * S);
    world.timed(toy, 1, 1, 1, 100).unwrap();
    world.wait(world.host().drain()).unwrap();
    assert!(matches!(world.held(toy, 1, 2, 1), Err(HostError::Closing)));
    let last = &world.store().snapshots(toy).unwrap()[0];
    assert!(last.tick > 29 * SECOND && last.seq == 1);
}

#[test]
fn what_was_held_when_the_daycare_ended_is_released() {
    for drain in [true, false] {
        let mut world = World::new();
        let toy = world.add(1);
        world.pass(10 * S);
        world.timed(toy, 1, 1, 2, 5000).unwrap();
        world.held(toy, 1, 2, 3).unwrap();
        if drain {
            world.pass(S);
            world.restart(true, S);
        } else {
            world.restart_hard(S);
        }
        world.pass(S);
        world.check(toy);
        let entries = world.store().of(toy, 1);
        let last = entries.last().unwrap();
        assert_eq!((entries.len(), last.client), (3, [0; 16]), "{entries:?}");
        let mut down = last.changes.iter().map(|change| (change.button, change.down)).collect::<Vec<_>>();
        down.sort_by_key(|change| change.0 as u8);
        assert_eq!(down, [(Button::A, false), (Button::B, false)]);
        // A client that holds on presses again.
        world.held(toy, 1, 3, 1).unwrap();
        assert_eq!(world.store().of(toy, 1).len(), 4);
    }
}
