//! What is kept of a toy: its diary and its snapshots.

use super::support::{OWNER, SECOND, World};
use eggtooth_daycare::ToyId;
use eggtooth_daycare::store::*;
use std::sync::atomic::Ordering;
use std::time::Duration;

const S: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// What the pet did, as its diary tells it, the oldest first: tick and sentence.
fn told(world: &World, toy: ToyId) -> Vec<(u64, String)> {
    let rows = world.store().diary(toy, u64::MAX, 10_000).unwrap().into_iter().rev();
    let pet = rows.map(|row| row.line).filter(|line| line.kind == DiaryKind::Pet);
    pet.map(|line| (line.tick, line.text)).collect()
}

/// The same life, killed at different moments and living again what no snapshot has: its diary says everything once.
#[test]
fn a_diary_says_everything_once_however_often_it_is_lived() {
    let mut calm = World::new();
    let toy = calm.add(1);
    for _ in 0..4 * 60 {
        calm.pass(60 * S);
    }
    let whole = told(&calm, toy);
    let hatched = |told: &[(u64, String)]| told.iter().filter(|(_, text)| text.contains("hatched")).count();
    assert!(whole.len() > 5 && hatched(&whole) == 1, "{whole:?}");
    assert!(whole.is_sorted_by(|a, b| a.0 < b.0), "{whole:?}");
    calm.restart_hard(S);
    calm.pass(60 * S);
    assert_eq!(hatched(&told(&calm, toy)), 1);

    let mut world = World::new();
    assert_eq!(world.add(1), toy);
    for minute in 0..4 * 60 {
        world.pass(60 * S);
        if minute % 7 == 3 {
            world.restart_hard(Duration::ZERO);
        }
    }
    // Nothing was snapped but its beginning: each time its whole life was lived again.
    assert_eq!(world.store().snapshots(toy).unwrap().len(), 1);
    assert_eq!(told(&world, toy), whole);
}

/// What was not told yet when a snapshot is made is told with it: the toy that is made of it does not know it.
#[test]
fn what_happened_before_a_snapshot_is_told() {
    let said = |snapped: bool| {
        let mut world = World::new();
        let toy = world.add(1);
        // One line may still wait for the minute after the line before.
        for _ in 0..20 * 6 {
            world.pass(10 * S);
            if snapped {
                world.restart(true, Duration::ZERO);
            }
        }
        world.pass(120 * S);
        let texts = told(&world, toy).into_iter().map(|(_, text)| text).collect::<String>();
        ["hatched", "called", "fed", "mess", "ill", "sleep"].map(|word| texts.contains(word))
    };
    let whole = said(false);
    assert!(whole[0] && whole[1], "{whole:?}");
    assert_eq!(said(true), whole);
}

#[test]
fn a_save_that_is_taken_out_changes_nothing() {
    let world = World::new();
    let toy = world.add(1);
    world.pass(100 * S);
    world.timed(toy, 1, 1, 1, 100).unwrap();
    world.pass(2 * S);
    let before = (world.store().snapshots(toy).unwrap(), world.store().numbers().unwrap().commits);
    let saved = world.wait(world.host().save(toy)).unwrap();
    assert_eq!(world.wait(world.host().save(toy)).unwrap(), saved);
    world.check(toy);
    assert_eq!((world.store().snapshots(toy).unwrap(), world.store().numbers().unwrap().commits), before);
    // A snapshot is another thing, and of the same state.
    assert_eq!(world.wait(world.host().snapshot(toy)).unwrap().state, saved.state);
    assert_eq!(world.store().snapshots(toy).unwrap().len(), before.0.len() + 1);
}

/// The rows of a batch are of many toys; one that was removed meanwhile takes nobody's with it.
#[test]
fn a_toy_that_is_gone_takes_no_others_rows_with_it() {
    let world = World::new();
    let toys = [world.add(1), world.add(2), world.add(3)];
    world.pass(S);
    // As when a toy is removed while its rows are on their way.
    world.store().delete_toy(toys[1]).unwrap();
    for _ in 0..30 {
        world.pass(60 * S);
    }
    for toy in [toys[0], toys[2]] {
        assert!(told(&world, toy).iter().any(|(_, text)| text.contains("hatched")));
        let newest = world.store().snapshots(toy).unwrap()[0].tick;
        assert!(newest > 10 * 60 * SECOND, "{newest}");
    }
}

#[test]
fn lines_wait_for_a_store_that_cannot_be_written() {
    let world = World::new();
    let toy = world.add(1);
    world.store().full.store(true, Ordering::Relaxed);
    world.pass(120 * S);
    assert!(told(&world, toy).is_empty());
    world.store().full.store(false, Ordering::Relaxed);
    world.pass(10 * S);
    world.pass(10 * S);
    assert!(told(&world, toy).iter().any(|(_, text)| text.contains("hatched")));
}

/// An outage that could not be written down is written later: nobody lives it twice.
#[test]
fn an_outage_is_remembered_though_the_store_could_not_be_written() {
    let mut world = World::new();
    let toy = world.add(1);
    world.store().set_looks(toy, &Looks { mercy_hours: Some(0), ..Looks::default() }).unwrap();
    world.wait(world.host().refresh(toy)).unwrap();
    world.pass(10 * S);
    world.store().no_settings.store(true, Ordering::Relaxed);
    world.clock.suspend(5 * HOUR);
    world.pass(S);
    world.store().no_settings.store(false, Ordering::Relaxed);
    world.pass(10 * S);
    world.pass(10 * S);
    let near = |tick: u64, seconds: u64| tick.abs_diff(seconds * SECOND) < SECOND / 50;
    assert!(near(world.check(toy), 31));
    world.restart(true, Duration::ZERO);
    world.pass(10 * S);
    assert!(near(world.check(toy), 41), "{}", world.check(toy) / SECOND);
    assert_eq!(world.store().toy(toy).unwrap().owner, OWNER);
}
