//! The engine room with a real store and a clock that is stepped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "host/faulty.rs"]
mod faulty;
#[path = "host/support.rs"]
mod support;

use eggtooth_daycare::host::HostError;
use eggtooth_daycare::store::*;
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
}
