//! Backups, and the way back.

use crate::child::furnished;
use crate::world::*;
use eggtooth_daycare::store::sqlite::{backup, restore};
use eggtooth_daycare::store::{SqliteStore, Store, StoreError};
use std::path::{Path, PathBuf};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "daycare.lock")
        .collect();
    names.sort();
    names
}

fn seqs(store: &SqliteStore) -> Vec<u64> {
    store.journal(toy_id(1), 1, 0).unwrap().iter().map(|entry| entry.seq).collect()
}

fn restored(from: &Path) -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(restore(from, folder.path()).unwrap(), None);
    let store = SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap();
    (folder, store)
}

#[test]
fn a_backup_beside_a_writing_daycare_is_of_one_moment() {
    let (_folder, path) = furnished();
    let elsewhere = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let copies: Vec<(PathBuf, u64)> = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..200 {
                // Both or neither: what a backup must not part.
                store.append(&[entry(1, 1, number + 1, 10 + number), entry(2, 1, number + 1, 10 + number)]).unwrap();
            }
        });
        let copies = (0..5)
            .map(|number| {
                let before = seqs(&store).len() as u64;
                let to = elsewhere.path().join(format!("copy {number}"));
                // By the store itself, and as another process would do it.
                if number % 2 == 0 {
                    store.backup(&to).unwrap()
                } else {
                    backup(&path, &to).unwrap()
                }
                (to, before)
            })
            .collect();
        writer.join().unwrap();
        copies
    });
    for (copy, before) in &copies {
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&copy.metadata().unwrap().permissions()) & 0o777, 0o600);
        let (_folder, store) = restored(copy);
        let there = seqs(&store);
        assert!(there.len() as u64 >= *before);
        assert_eq!(there, (1..=there.len() as u64).collect::<Vec<_>>());
        assert_eq!(store.journal(toy_id(2), 1, 0).unwrap().len(), there.len());
        assert_eq!(store.accounts().unwrap().len(), 2);
    }
    assert_eq!(names(elsewhere.path()).len(), 5, "nothing else is left there");
}

#[test]
fn a_backup_never_replaces_a_file() {
    let (folder, path) = furnished();
    let to = folder.path().join("precious");
    std::fs::write(&to, "precious").unwrap();
    let store = SqliteStore::open(&path).unwrap();
    assert!(matches!(store.backup(&to), Err(StoreError::Conflict(_))));
    assert_eq!(std::fs::read(&to).unwrap(), b"precious");
    assert!(matches!(store.backup(&folder.path().join("no/such/folder")), Err(StoreError::Write(_))));
}

#[test]
fn a_restore_keeps_the_old_store_beside_it() {
    let (folder, path) = furnished();
    let store = SqliteStore::open(&path).unwrap();
    store.append(&[entry(1, 1, 1, 10)]).unwrap();
    let copy = folder.path().join("copy");
    store.backup(&copy).unwrap();
    store.append(&[entry(1, 1, 2, 20)]).unwrap();
    assert!(matches!(restore(&copy, folder.path()), Err(StoreError::InUse(_))), "while it runs");
    assert_eq!(seqs(&store), [1, 2]);
    drop(store);
    let before = std::fs::read(&copy).unwrap();
    let old = restore(&copy, folder.path()).unwrap().unwrap();
    assert_eq!(std::fs::read(&copy).unwrap(), before, "the backup is as it was");
    let name = old.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("daycare.sqlite.before-2") && name.ends_with('Z'), "{name}");
    assert_eq!(names(folder.path()), ["copy", "daycare.sqlite", name]);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(seqs(&store), [1]);
    drop(store);
    assert_eq!(seqs(&SqliteStore::open(&old).unwrap()), [1, 2]);
    let again = restore(&copy, folder.path()).unwrap().unwrap();
    assert_ne!(old, again, "each has its own name");
}

#[test]
fn what_a_killed_daycare_left_in_its_log_is_kept_too() {
    let (folder, path) = furnished();
    let copy = folder.path().join("copy");
    backup(&path, &copy).unwrap();
    let said = crate::child::run(&path, 0, 1000, &[], |said| said.acknowledged.len() == 5);
    assert!(folder.path().join("daycare.sqlite-wal").metadata().unwrap().len() > 0);
    let old = restore(&copy, folder.path()).unwrap().unwrap();
    crate::child::judge(&old, &[&said], "the old store");
    assert!(seqs(&SqliteStore::open(&path).unwrap()).is_empty());
}

#[test]
fn no_bad_backup_replaces_a_store() {
    let (folder, path) = furnished();
    let store = SqliteStore::open(&path).unwrap();
    store.append(&[entry(1, 1, 1, 10)]).unwrap();
    let good = folder.path().join("good");
    store.backup(&good).unwrap();
    drop(store);
    let good = std::fs::read(&good).unwrap();
    let bad = folder.path().join("bad");
    let refused = |bytes: &[u8], story: &str| {
        std::fs::write(&bad, bytes).unwrap();
        let error = restore(&bad, folder.path()).expect_err(story);
        assert!(matches!(error, StoreError::Damaged(_) | StoreError::Newer(_)), "{story}: {error}");
        assert_eq!(names(folder.path()), ["bad", "daycare.sqlite", "good"], "{story}");
        assert_eq!(seqs(&SqliteStore::open(&path).unwrap()), [1], "{story}");
    };
    refused(b"", "empty");
    refused(b"a letter to grandmother", "a letter");
    refused(&good[..good.len() / 2], "half");
    refused(&good[..good.len() - 4096], "without its last page");
    for page in (1..good.len() / 4096).step_by(5) {
        let mut bytes = good.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
        refused(&bytes, &format!("page {page} damaged"));
    }
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    refused(&newer, "newer");
    let mut other = good;
    other[68..72].copy_from_slice(&7_u32.to_be_bytes());
    refused(&other, "another program's");
    assert!(restore(&folder.path().join("nothing"), folder.path()).is_err());
    assert!(restore(folder.path(), folder.path()).is_err());
}

#[test]
fn a_damaged_store_is_replaced_and_kept() {
    let (folder, path) = furnished();
    let copy = folder.path().join("copy");
    backup(&path, &copy).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xee);
    std::fs::write(&path, &bytes).unwrap();
    std::fs::write(folder.path().join("daycare.sqlite-wal"), b"what is left of a log").unwrap();
    let elsewhere = folder.path().join("elsewhere");
    assert!(matches!(backup(&path, &elsewhere), Err(StoreError::Damaged(_))), "no backup of a damaged store");
    let old = restore(&copy, folder.path()).unwrap().unwrap();
    assert_eq!(std::fs::read(old).unwrap()[4096..], bytes[4096..]);
    assert_eq!(SqliteStore::open(&path).unwrap().accounts().unwrap().len(), 2);
}
