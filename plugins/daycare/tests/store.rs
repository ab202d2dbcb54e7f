//! What every store promises, tried on each store there is; and what happens when the disk does not keep its promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "store/world.rs"]
mod world;

use eggtooth_daycare::store::{SqliteStore, Store};
use world::*;

#[test]
fn what_was_written_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daycare.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    furnish(&store, 2);
    store.append(&[entry(1, 1, 1, 100), entry(2, 1, 1, 200)]).unwrap();
    store.snapshot(&[snapshot(1, 1, 50, NOW + 1)]).unwrap();
    store.check().unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.toy(toy_id(1)).unwrap(), toy(1, 1));
    assert_eq!(store.journal(toy_id(2), 1, 0).unwrap(), [entry(2, 1, 1, 200)]);
    assert_eq!(store.snapshots(toy_id(1)).unwrap(), [snapshot(1, 1, 50, NOW + 1), snapshot(1, 1, 0, NOW)]);
    assert_eq!(store.numbers().unwrap().entries, 2);
}
