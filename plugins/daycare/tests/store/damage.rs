//! Files that are not as they were written.

use crate::child::furnished;
use crate::world::*;
use eggtooth_daycare::store::{SqliteStore, Store, StoreError};
use rusqlite::Connection;
use std::path::Path;

/// Changes the file by hand, as nobody should.
fn by_hand(path: &Path, sql: &str) {
    let file = Connection::open(path).unwrap();
    file.execute_batch(sql).unwrap();
}

/// The only place in a file where these bytes are.
fn place_of(file: &[u8], bytes: &[u8]) -> usize {
    let places: Vec<usize> =
        file.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes).map(|(place, _)| place).collect();
    assert_eq!(places.len(), 1, "the bytes are there once");
    places[0]
}

#[test]
fn a_flipped_byte_in_a_snapshot_is_noticed_and_the_older_one_is_whole() {
    let (_folder, path) = furnished();
    let store = SqliteStore::open(&path).unwrap();
    let newest = snapshot(1, 1, 777, NOW + 5);
    store.snapshot(std::slice::from_ref(&newest)).unwrap();
    drop(store);
    let mut file = std::fs::read(&path).unwrap();
    let place = place_of(&file, &newest.envelope);
    file[place + 100] ^= 0x10;
    std::fs::write(&path, file).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let listed = store.snapshots(toy_id(1)).unwrap();
    assert_eq!((listed[0].tick, listed[0].state()), (777, None));
    assert_eq!(listed[1].state(), Some(&*snapshot(1, 1, 0, NOW).envelope));
}

#[test]
fn every_cell_of_a_snapshot_that_decides_is_covered() {
    for cell in ["tick = tick + 1", "seq = seq + 1", "held = 1", "life = 9", "hash = x'00'", "envelope = x''"] {
        let (_folder, path) = furnished();
        by_hand(&path, &format!("UPDATE snapshot SET {cell}"));
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(store.snapshots(toy_id(1)).unwrap()[0].state(), None, "{cell}");
    }
}

#[test]
fn a_changed_journal_is_not_played() {
    let changed = [
        "changes = x'000000000000000081'",
        "changes = x'00'",
        "changes = x''",
        "client = zeroblob(16)",
        "client_seq = 9",
        "at = 1",
        "presser = zeroblob(16)",
        "client = x'00'",
        "sum = x''",
        "seq = seq + 100",
    ];
    for cell in changed {
        let (_folder, path) = furnished();
        SqliteStore::open(&path).unwrap().append(&[entry(1, 1, 1, 10), entry(2, 1, 1, 10)]).unwrap();
        by_hand(&path, &format!("UPDATE journal SET {cell} WHERE toy = x'{}'", eggtooth_vault::hex(&toy_id(1).0)));
        let store = SqliteStore::open(&path).unwrap();
        assert!(matches!(store.journal(toy_id(1), 1, 0), Err(StoreError::Damaged(_))), "{cell}");
        assert_eq!(store.journal(toy_id(2), 1, 0).unwrap(), [entry(2, 1, 1, 10)], "the neighbour's is whole");
    }
}

#[test]
fn a_changed_or_removed_row_of_the_list_of_deeds_is_found() {
    let changes = [
        ("UPDATE audit SET what = 'nothing' WHERE number = 7", Some(7)),
        ("UPDATE audit SET account = NULL WHERE number = 7", Some(7)),
        ("UPDATE audit SET toy = zeroblob(16) WHERE number = 7", Some(7)),
        ("UPDATE audit SET at = at + 1 WHERE number = 7", Some(7)),
        ("UPDATE audit SET place = '' WHERE number = 7", Some(7)),
        ("UPDATE audit SET hash = zeroblob(32) WHERE number = 7", Some(7)),
        ("UPDATE audit SET hash = x'00' WHERE number = 7", Some(7)),
        ("DELETE FROM audit WHERE number = 7", Some(7)),
        ("DELETE FROM audit WHERE number = 1", Some(1)),
        ("DELETE FROM audit WHERE number = 10", Some(10)),
        ("DELETE FROM audit", Some(1)),
        ("DELETE FROM audit; DELETE FROM audit_head", None),
    ];
    // What was trimmed in order is not missed; what is gone besides that is.
    let trimmed = [
        ("DELETE FROM audit WHERE number = 5", Some(5)),
        ("DELETE FROM audit WHERE number = 4", Some(4)),
        ("UPDATE audit SET what = 'nothing' WHERE number = 4", Some(4)),
        ("DELETE FROM setting WHERE name = 'audit trimmed'", Some(1)),
    ];
    let all = changes.map(|change| (10, change)).into_iter().chain(trimmed.map(|change| (7, change)));
    for (most, (sql, found)) in all {
        let (_folder, path) = furnished();
        let store = SqliteStore::open(&path).unwrap();
        (1..=10).for_each(|number| store.audit(&audit(number)).unwrap());
        assert_eq!(store.trim_audit(0, most).unwrap(), 10 - most);
        assert_eq!(store.verify_audit().unwrap(), None);
        drop(store);
        by_hand(&path, sql);
        assert_eq!(SqliteStore::open(&path).unwrap().verify_audit().unwrap(), found, "{sql}");
    }
}

#[test]
fn a_damaged_page_is_told_in_words() {
    let (_folder, path) = furnished();
    let whole = std::fs::read(&path).unwrap();
    let pages = whole.len() / 4096;
    let mut told = 0;
    for page in 0..pages {
        let mut file = whole.clone();
        file[page * 4096..(page + 1) * 4096].fill(0xa5);
        std::fs::write(&path, file).unwrap();
        match SqliteStore::open(&path) {
            Err(StoreError::Damaged(why)) => {
                assert!(!why.is_empty() && !why.contains('\n'), "{why}");
                told += 1;
            }
            other => panic!("page {page} of {pages}: {other:?}"),
        }
    }
    assert!(told > 20, "{told}");
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daycare.sqlite");
    for bytes in [&b""[..], b"a letter to grandmother", &[0; 8192]] {
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(SqliteStore::open(&path), Err(StoreError::Damaged(_))), "{} bytes", bytes.len());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    std::fs::remove_file(&path).unwrap();
    by_hand(&path, "CREATE TABLE photographs (name TEXT)");
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Damaged(_))));
}

#[test]
fn a_newer_store_and_one_in_use_are_refused() {
    let (_folder, path) = furnished();
    let store = SqliteStore::open(&path).unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::InUse(_))));
    drop(store);
    by_hand(&path, "PRAGMA user_version = 99");
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Newer(99))));
}

#[cfg(unix)]
#[test]
fn the_files_are_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = furnished();
    let store = SqliteStore::open(&path).unwrap();
    store.check().unwrap();
    let mut names = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["daycare.lock", "daycare.sqlite", "daycare.sqlite-shm", "daycare.sqlite-wal"]);
}

/// 40 MB of snapshots, with somebody reading: the log is moved into the file and begins anew.
#[test]
fn the_log_does_not_grow_for_ever() {
    let (folder, path) = furnished();
    let store = SqliteStore::open(&path).unwrap();
    for round in 1..=50_u64 {
        let batch: Vec<_> =
            (0..600).map(|n| snapshot(1 + n % 3, 1, round * 1000 + u64::from(n), NOW + round)).collect();
        store.snapshot(&batch).unwrap();
        store.snapshots(toy_id(1)).unwrap();
    }
    let log = folder.path().join("daycare.sqlite-wal").metadata().unwrap().len();
    assert!(log < 40 << 20, "the log has {log} bytes");
}
