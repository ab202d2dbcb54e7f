//! Settings, ROMs, readiness, the list of who did what; many at once.

use crate::world::*;
use eggtooth_daycare::store::{AUDIT_TRIMMED, AuditRow, Store, StoreError};
use std::sync::atomic::{AtomicBool, Ordering};

pub fn a_setting_is_what_was_set_last(store: &impl Store) {
    assert_eq!(store.setting("alive").unwrap(), None);
    for value in [&b"1"[..], b"", &[0, 255], &vec![7; 100_000]] {
        store.set_setting("alive", value).unwrap();
        store.set_setting("other", b"x").unwrap();
        assert_eq!(store.setting("alive").unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.setting("Alive").unwrap(), None);
}

pub fn a_check_changes_nothing(store: &impl Store) {
    furnish(store, 1);
    let count = || store.numbers().map(|numbers| (numbers.toys, numbers.accounts, numbers.entries, numbers.snapshots));
    let before = count().unwrap();
    assert_eq!(before, (1, 2, 0, 1));
    store.check().unwrap();
    store.check().unwrap();
    assert_eq!(count().unwrap(), before);
    assert!(store.numbers().unwrap().bytes > 4096);
}

pub fn a_rom_stays_while_a_toy_has_it(store: &impl Store) {
    furnish(store, 1);
    store.add_rom(&rom(2, Some(1))).unwrap();
    store.add_rom(&rom(3, Some(2))).unwrap();
    assert_eq!(store.rom(rom_key(2)).unwrap(), rom(2, Some(1)));
    assert_eq!(store.rom(rom_key(1)).unwrap(), rom(1, None));
    assert!(matches!(store.rom(rom_key(9)), Err(StoreError::Missing("ROM"))));
    let mut double = rom(4, Some(1));
    double.keyed_hash = rom(2, None).keyed_hash;
    assert!(matches!(store.add_rom(&double), Err(StoreError::Conflict(_))));
    double.account = Some(account_id(2));
    store.add_rom(&double).unwrap();
    let mut lists = vec![rom(2, Some(1))];
    lists[0].sealed.clear();
    assert_eq!(store.roms_of(account_id(1)).unwrap(), lists);
    assert!(matches!(store.add_rom(&rom(5, Some(77))), Err(StoreError::Missing(_))));
    assert!(matches!(store.delete_rom(rom_key(1)), Err(StoreError::Conflict(_))));
    store.delete_toy(toy_id(1)).unwrap();
    store.delete_rom(rom_key(1)).unwrap();
    assert!(matches!(store.delete_rom(rom_key(1)), Err(StoreError::Missing(_))));
}

pub fn the_list_of_who_did_what_is_a_chain(store: &impl Store) {
    assert_eq!(store.verify_audit().unwrap(), None);
    for number in 1..=20 {
        store.audit(&audit(number)).unwrap();
    }
    assert_eq!(store.verify_audit().unwrap(), None);
    let all = store.audits(None, u64::MAX, 100).unwrap();
    assert_eq!(all.iter().map(|row| row.number).collect::<Vec<_>>(), (1..=20).rev().collect::<Vec<_>>());
    assert!(all.iter().zip((1..=20).rev()).all(|(row, number)| row.what == audit(number)));
    let numbers = |rows: Vec<AuditRow>| rows.into_iter().map(|row| row.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.audits(None, 5, 2).unwrap()), [4, 3]);
    assert_eq!(numbers(store.audits(Some(account_id(1)), 14, 3).unwrap()), [13, 10, 7]);
    assert!(store.audits(Some(account_id(9)), u64::MAX, 9).unwrap().is_empty());
    let hashes: std::collections::BTreeSet<_> = all.iter().map(|row| row.hash).collect();
    assert_eq!(hashes.len(), 20);
}

pub fn the_list_of_who_did_what_is_trimmed_from_its_beginning(store: &impl Store) {
    (1..=20).for_each(|number| store.audit(&audit(number)).unwrap());
    let numbers = || store.audits(None, u64::MAX, 100).unwrap().iter().rev().map(|row| row.number).collect::<Vec<_>>();
    let trimmed = || store.setting(AUDIT_TRIMMED).unwrap().map(|value| value[..8].to_vec());
    assert_eq!((store.trim_audit(0, 20).unwrap(), trimmed()), (0, None));
    assert_eq!((store.trim_audit(0, 12).unwrap(), numbers()), (8, (9..=20).collect()), "by their number");
    assert_eq!(store.trim_audit(audit(12).at, 12).unwrap(), 3, "by their age");
    assert_eq!((numbers(), trimmed()), ((12..=20).collect(), Some(11_u64.to_le_bytes().to_vec())));
    assert_eq!(store.verify_audit().unwrap(), None);
    store.audit(&audit(21)).unwrap();
    assert_eq!((numbers(), store.verify_audit().unwrap()), ((12..=21).collect(), None));
    assert_eq!((store.trim_audit(u64::MAX, 12).unwrap(), numbers()), (10, vec![]), "all are too old");
    assert_eq!((store.trim_audit(u64::MAX, 12).unwrap(), store.verify_audit().unwrap()), (0, None));
    store.audit(&audit(22)).unwrap();
    assert_eq!((numbers(), store.verify_audit().unwrap()), (vec![22], None), "numbers go on");
}

/// Two write batches of ten, four read: a reader sees whole batches only, and never fewer than before.
pub fn readers_see_whole_batches_while_others_write(store: &impl Store) {
    const BATCHES: u64 = 60;
    furnish(store, 2);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let done = &done;
        let readers: Vec<_> = (0..4)
            .map(|reader| {
                scope.spawn(move || {
                    let toy = toy_id(1 + reader % 2);
                    let (mut before, mut looks) = (0, 0_u32);
                    while !done.load(Ordering::Relaxed) || looks == 0 {
                        let entries = store.journal(toy, 1, 0).unwrap();
                        assert!(entries.len().is_multiple_of(10) && entries.len() >= before);
                        assert!(entries.iter().zip(1..).all(|(entry, seq)| entry.seq == seq));
                        before = entries.len();
                        looks += 1;
                    }
                })
            })
            .collect();
        let writers: Vec<_> = [1, 2]
            .map(|toy| {
                scope.spawn(move || {
                    for batch in 0..BATCHES {
                        let entries: Vec<_> =
                            (1..=10).map(|n| entry(toy, 1, batch * 10 + n, 4000 + batch * 100)).collect();
                        store.append(&entries).unwrap();
                    }
                })
            })
            .into_iter()
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    for toy in [1, 2] {
        assert_eq!(store.journal(toy_id(toy), 1, 0).unwrap().len(), usize::try_from(BATCHES * 10).unwrap());
    }
}
