//! Faults of one toy, or of the store for one toy.

use super::support::{OWNER, SECOND, World};
use eggtooth_daycare::store::*;
use eggtooth_daycare::{MoveId, ToyId};
use std::sync::atomic::Ordering;
use std::time::Duration;

const S: Duration = Duration::from_secs(1);

/// Changes the store behind the daycare's back, as a disk does.
fn damage(world: &World, sql: &str, toy: ToyId) {
    let db = rusqlite::Connection::open(world.folder.path().join("daycare.sqlite")).unwrap();
    assert!(db.execute(sql, [toy.0.as_slice()]).unwrap() > 0);
}

#[test]
fn every_hand_that_could_not_be_released_is_tried_again() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(S);
    world.held(toy, 1, 1, 1).unwrap();
    world.held(toy, 2, 1, 2).unwrap();
    world.pass(S);
    world.store().full.store(true, Ordering::Relaxed);
    for client in [1, 2, 1] {
        world.wait(world.host().let_go(toy, [client; 16], OWNER));
    }
    world.pass(Duration::from_millis(10));
    world.store().full.store(false, Ordering::Relaxed);
    // Somebody else's press, which can be written, is no release.
    world.timed(toy, 3, 1, 4, 100).unwrap();
    for _ in 0..4 {
        world.pass(S);
    }
    world.check(toy);
    let last = &world.store().of(toy, 1)[3..];
    let released = |client: [u8; 16]| last.iter().filter(|entry| entry.client == client).count();
    assert_eq!(released([0; 16]), 2, "{last:?}");
    assert_eq!(world.wait(world.host().snapshot(toy)).unwrap().tick, world.store().snapshots(toy).unwrap()[0].tick);
    assert_eq!(world.store().snapshots(toy).unwrap()[0].held, 0);
}

#[test]
fn who_goes_while_the_toy_is_carried_away_holds_nothing_when_it_comes_back() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(S);
    world.held(toy, 1, 1, 1).unwrap();
    world.pass(S);
    let id = MoveId([5; 16]);
    world.wait(world.host().leave(toy, id, OWNER)).unwrap();
    world.wait(world.host().let_go(toy, [1; 16], OWNER));
    world.pass(S);
    assert_eq!(world.store().of(toy, 1).len(), 1);
    world.wait(world.host().come_back(toy, id)).unwrap();
    for _ in 0..4 {
        world.pass(S);
    }
    world.check(toy);
    assert_eq!(world.store().of(toy, 1).len(), 2);
}

/// A record before the newest snapshot is not needed any more, except to tell repeated requests.
#[test]
fn a_damaged_record_before_the_snapshot_costs_nothing() {
    let mut world = World::new();
    let toy = world.add(1);
    for seq in 1..=4 {
        world.pass(5 * S);
        world.timed(toy, 1, seq, 1, 200).unwrap();
        if seq == 3 {
            world.pass(S);
            world.wait(world.host().snapshot(toy)).unwrap();
        }
    }
    damage(&world, "UPDATE journal SET client_seq = 77 WHERE toy = ? AND seq = 2", toy);
    world.restart_hard(S);
    world.pass(S);
    assert_eq!(world.store().toy(toy).unwrap().life, 1);
    assert_eq!(world.store().of(toy, 1).len(), 4);
    assert!(world.check(toy) > 20 * SECOND);
    // One after it cannot be done without.
    damage(&world, "UPDATE journal SET client_seq = 77 WHERE toy = ? AND seq = 4", toy);
    world.restart_hard(S);
    world.pass(S);
    let row = world.store().toy(toy).unwrap();
    assert_eq!((row.life, row.state), (2, ToyState::Alive));
}

#[test]
fn what_cannot_be_read_of_one_toy_stops_nobody() {
    let mut world = World::new();
    let (toy, leaving, other) = (world.add(1), world.add(2), world.add(3));
    world.pass(60 * S);
    world.wait(world.host().leave(leaving, MoveId([5; 16]), OWNER)).unwrap();
    damage(&world, "UPDATE snapshot SET life = -1 WHERE toy = ?", toy);
    // It is carried away, and its snapshots are damaged: there is no other life for it here.
    damage(&world, "UPDATE snapshot SET seq = seq + 1 WHERE tick > 0 AND toy = ?", leaving);
    world.restart_hard(S);
    world.pass(S);
    let fares = world.wait(world.host().fares()).unwrap();
    assert_eq!((fares.toys, fares.broken), (3, 2));
    assert!(world.wait(world.host().look(toy)).unwrap().1.broken);
    assert_eq!(world.store().toy(toy).unwrap().state, ToyState::Broken);
    assert_eq!(world.store().toy(leaving).unwrap().state, ToyState::Leaving(MoveId([5; 16])));
    assert_eq!(world.store().find_move(MoveId([5; 16])).unwrap().unwrap().state, MoveState::Leaving);
    world.check(other);
    // What made it unreadable is mended.
    damage(&world, "UPDATE snapshot SET life = 1 WHERE toy = ?", toy);
    world.restart_hard(S);
    world.pass(S);
    assert!(!world.wait(world.host().look(toy)).unwrap().1.broken);
    assert_eq!(world.store().toy(toy).unwrap().state, ToyState::Alive);
}
