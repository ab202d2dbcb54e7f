//! Toys: made, changed and removed, all or nothing.

use crate::world::*;
use eggtooth_daycare::store::{Anchor, Looks, MoveState, Store, StoreError, ToyState};

pub fn a_toy_is_read_as_it_was_made(store: &impl Store) {
    furnish(store, 0);
    let mut odd = toy(1, 2);
    odd.name = "Nöt ASCII \u{1f95a}".to_owned();
    odd.sound = false;
    odd.mercy_hours = u16::MAX;
    odd.anchor = Anchor { tick: u64::try_from(i64::MAX).unwrap(), at: NOW, running: false };
    store.create_toy(&odd, &snapshot(1, 1, 5, NOW), None).unwrap();
    assert_eq!(store.toy(odd.id).unwrap(), odd);
    assert_eq!(unnumbered(store.snapshots(odd.id).unwrap()), [snapshot(1, 1, 5, NOW)]);
    assert!(matches!(store.toy(toy_id(9)), Err(StoreError::Missing("toy"))));
}

pub fn toys_are_listed_by_name_and_all_are_visited(store: &impl Store) {
    furnish(store, 3);
    let names = ["beta", "Alpha", "gamma"];
    for (number, name) in (1..).zip(names) {
        store.set_looks(toy_id(number), &Looks { name: Some(name.to_owned()), ..Looks::default() }).unwrap();
    }
    store.create_toy(&toy(4, 2), &snapshot(4, 1, 0, NOW), None).unwrap();
    let listed: Vec<String> = store.toys_of(account_id(1)).unwrap().into_iter().map(|toy| toy.name).collect();
    assert_eq!(listed, ["Alpha", "beta", "gamma"]);
    for number in 5..=1200 {
        store.create_toy(&toy(number, 2), &snapshot(number, 1, 0, NOW), None).unwrap();
    }
    let mut visited = Vec::new();
    store.each_toy(&mut |row| visited.push((row.id, store.toy(row.id).is_ok()))).unwrap();
    assert_eq!(visited, (1..=1200).map(|number| (toy_id(number), true)).collect::<Vec<_>>());
}

pub fn a_toy_that_cannot_be_made_leaves_nothing(store: &impl Store) {
    furnish(store, 1);
    let before = store.numbers().unwrap();
    let first = snapshot(2, 1, 0, NOW);
    let arrival = movement(1, Some(2), MoveState::Arrived);
    let mut orphan = toy(2, 77);
    assert!(matches!(store.create_toy(&orphan, &first, Some(&arrival)), Err(StoreError::Missing(_))));
    orphan = toy(2, 1);
    orphan.rom = rom_key(77);
    assert!(matches!(store.create_toy(&orphan, &first, Some(&arrival)), Err(StoreError::Missing(_))));
    let double = (toy(1, 1), snapshot(1, 1, 0, NOW), movement(1, Some(1), MoveState::Arrived));
    assert!(matches!(store.create_toy(&double.0, &double.1, Some(&double.2)), Err(StoreError::Conflict(_))));
    assert!(matches!(store.create_toy(&toy(2, 1), &snapshot(3, 1, 0, NOW), None), Err(StoreError::Conflict(_))));
    let mut endless = snapshot(2, 1, u64::MAX, NOW);
    endless.hash = endless.digest();
    assert!(matches!(store.create_toy(&toy(2, 1), &endless, Some(&arrival)), Err(StoreError::Conflict(_))));
    assert_eq!(store.find_move(arrival.id).unwrap(), None);
    let after = store.numbers().unwrap();
    assert_eq!((after.toys, after.snapshots), (before.toys, before.snapshots));
    store.create_toy(&toy(2, 1), &first, Some(&arrival)).unwrap();
    assert_eq!(store.find_move(arrival.id).unwrap(), Some(arrival));
}

pub fn an_update_changes_everything_but_the_life(store: &impl Store) {
    furnish(store, 2);
    store.add_rom(&rom(2, Some(1))).unwrap();
    let mut row = toy(1, 1);
    row.name = "Other".to_owned();
    row.theme = "night".to_owned();
    row.model = "angel".to_owned();
    row.rom = rom_key(2);
    row.sound = false;
    row.mercy_hours = 0;
    row.anchor = Anchor { tick: 77, at: NOW + 5, running: false };
    row.state = ToyState::Broken;
    store.update_toy(&row).unwrap();
    assert_eq!(store.toy(row.id).unwrap(), row);
    let mut other_life = row.clone();
    other_life.life = 9;
    store.update_toy(&other_life).unwrap();
    assert_eq!(store.toy(row.id).unwrap().life, 1);
    assert_eq!(store.toy(toy_id(2)).unwrap(), toy(2, 1), "the neighbour is as it was");
    row.rom = rom_key(77);
    assert!(matches!(store.update_toy(&row), Err(StoreError::Missing(_))));
    assert!(matches!(store.update_toy(&toy(9, 1)), Err(StoreError::Missing(_))));
}

pub fn looks_change_and_nothing_else(store: &impl Store) {
    furnish(store, 1);
    let mut row = toy(1, 1);
    row.anchor = Anchor { tick: 500, at: NOW + 9, running: false };
    store.update_toy(&row).unwrap();
    let looks = Looks { theme: Some("sky".to_owned()), mercy_hours: Some(3), ..Looks::default() };
    looks.apply(&mut row);
    assert_eq!(store.set_looks(row.id, &looks).unwrap(), row);
    assert_eq!(store.toy(row.id).unwrap(), row);
    assert!(matches!(store.set_looks(toy_id(9), &looks), Err(StoreError::Missing(_))));
}

pub fn another_life_begins_once_and_at_once(store: &impl Store) {
    furnish(store, 1);
    store.append(&[entry(1, 1, 1, 100)]).unwrap();
    let mut row = toy(1, 1);
    row.life = 3;
    assert!(matches!(store.begin_life(&row, &snapshot(1, 3, 0, NOW + 1)), Err(StoreError::Conflict(_))));
    row.life = 2;
    row.anchor.tick = 40;
    assert!(matches!(store.begin_life(&row, &snapshot(1, 1, 0, NOW + 1)), Err(StoreError::Conflict(_))));
    assert_eq!(store.toy(row.id).unwrap(), toy(1, 1));
    store.begin_life(&row, &snapshot(1, 2, 40, NOW + 1)).unwrap();
    assert_eq!(store.toy(row.id).unwrap(), row);
    assert!(matches!(store.begin_life(&row, &snapshot(1, 2, 40, NOW + 1)), Err(StoreError::Conflict(_))));
    store.append(&[entry(1, 2, 1, 100)]).unwrap();
    assert_eq!(store.journal(row.id, 1, 0).unwrap(), [entry(1, 1, 1, 100)], "the older life is there");
    assert_eq!(store.journal(row.id, 2, 0).unwrap(), [entry(1, 2, 1, 100)]);
    let kept = unnumbered(store.snapshots(row.id).unwrap());
    assert_eq!(kept, [snapshot(1, 2, 40, NOW + 1), snapshot(1, 1, 0, NOW)]);
}

pub fn a_removed_toy_leaves_nothing(store: &impl Store) {
    furnish(store, 2);
    for number in [1, 2] {
        store.append(&[entry(number, 1, 1, 100)]).unwrap();
        store.write_diary(&[crate::journal::line(number, NOW, "it hatched")]).unwrap();
        store.add_grant(&grant(number, number, 2, None)).unwrap();
    }
    store.delete_toy(toy_id(1)).unwrap();
    assert!(matches!(store.delete_toy(toy_id(1)), Err(StoreError::Missing(_))));
    assert!(store.snapshots(toy_id(1)).unwrap().is_empty());
    assert!(store.journal(toy_id(1), 1, 0).unwrap().is_empty());
    assert!(store.diary(toy_id(1), u64::MAX, 10).unwrap().is_empty());
    assert!(store.grants_of_toy(toy_id(1)).unwrap().is_empty());
    let numbers = store.numbers().unwrap();
    assert_eq!((numbers.toys, numbers.entries, numbers.snapshots), (1, 1, 1));
    assert_eq!(store.grants_of_toy(toy_id(2)).unwrap().len(), 1);
    assert_eq!(store.diary(toy_id(2), u64::MAX, 10).unwrap().len(), 1);
}
