//! Disks that fill up, tear, and lie about syncs.

use crate::child::{Dice, Said, furnished, judge, run};
use crate::world::*;
use eggtooth_daycare::store::{SqliteStore, Store, StoreError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What `fault.c` becomes, made once.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fault-{}.so", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store/fault.c");
        let status =
            Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&made).arg(source).arg("-ldl").status();
        assert!(status.is_ok_and(|status| status.success()), "cc, which SQLite needs too, does not make the shim");
        made
    })
}

fn faulty(path: &Path, first: u64, kind: &str, from: u64, times: u64, stop: impl Fn(&Said) -> bool) -> Said {
    let with = [
        ("LD_PRELOAD", shim().display().to_string()),
        ("FAULT_KIND", kind.to_owned()),
        ("FAULT_FROM", from.to_string()),
        ("FAULT_TIMES", times.to_string()),
    ];
    run(path, first, 24, &with, stop)
}

/// Runs children on one store, each with faults at another moment; a third of them is killed at once after the first
/// refusal, when what failed may still lie in the log.
fn endures(kind: &str, seed: u64, span: u64) {
    let (_folder, path) = furnished();
    let mut dice = Dice(seed);
    let mut all: Vec<Said> = Vec::new();
    let (mut first, mut refusals, mut recoveries) = (0, 0, 0);
    for round in 0..18 {
        let (from, times) = (1 + dice.below(span), [1, 2, 5, 1_000_000][usize::try_from(dice.below(4)).unwrap()]);
        let kill = round % 3 == 0;
        let said = faulty(&path, first, kind, from, times, |said| kill && !said.refused.is_empty());
        refusals += said.refused.len();
        recoveries += usize::from(said.refused.first() < said.acknowledged.last() && !said.refused.is_empty());
        first = said.acknowledged.union(&said.refused).last().map_or(first, |last| last + 1);
        all.push(said);
        let story = format!("{kind}, round {round}, {times} faults from {from} on");
        let there = judge(&path, &all.iter().collect::<Vec<_>>(), &story);
        first = first.max(there.last().map_or(0, |last| last + 1));
    }
    assert!(refusals >= 10, "only {refusals} faults were met");
    assert!(recoveries >= 2, "after faults had passed, only {recoveries} stores went on");
    let acknowledged: usize = all.iter().map(|said| said.acknowledged.len()).sum();
    assert!(acknowledged >= 100, "only {acknowledged} batches were written");
}

#[cfg(target_os = "linux")]
#[test]
fn a_sync_that_fails_acknowledges_nothing_and_nothing_of_it_returns() {
    endures("sync", 1, 30);
}

#[cfg(target_os = "linux")]
#[test]
fn a_torn_write_acknowledges_nothing_and_nothing_of_it_returns() {
    endures("torn", 2, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_for_a_while_acknowledges_nothing_meanwhile() {
    endures("full", 3, 200);
}

/// Fills a store until it refuses, makes room, and goes on; then opens it again.
fn fills_up(path: &Path, room: impl FnOnce(&SqliteStore)) {
    let store = SqliteStore::open(path).unwrap();
    furnish(&store, 2);
    let mut written = Vec::new();
    let error = loop {
        let number = written.len() as u64 + 1;
        assert!(number < 10_000, "it never fills up");
        let append = store.append(&[entry(2, 1, number, number * 10)]).map(|()| written.push(number));
        if let Err(error) = append.and_then(|()| store.set_setting(&format!("large {number}"), &[7; 30_000])) {
            break error;
        }
    };
    assert!(matches!(&error, StoreError::Write(why) if why.contains("full")), "{error}");
    let seqs = |store: &SqliteStore| -> Vec<u64> {
        store.journal(toy_id(2), 1, 0).unwrap().iter().map(|entry| entry.seq).collect()
    };
    let there = seqs(&store);
    assert_eq!(there, written, "reading goes on");
    assert!(matches!(store.set_setting("more", &vec![1; 60_000]), Err(StoreError::Write(_))));
    room(&store);
    store.check().unwrap();
    store.append(&[entry(2, 1, 20_000, 500_000)]).unwrap();
    drop(store);
    let store = SqliteStore::open(path).unwrap();
    let mut wanted = there;
    wanted.push(20_000);
    assert_eq!(seqs(&store), wanted);
    assert_eq!(store.setting("more").unwrap(), None);
}

#[test]
fn a_store_that_may_not_grow_refuses_and_goes_on_when_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daycare.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    store.limit(2 << 20).unwrap();
    furnish(&store, 1);
    let mut number = 0;
    let error = loop {
        number += 1;
        assert!(number < 1000, "it never fills up");
        if let Err(error) = store.set_setting(&format!("large {number}"), &vec![3; 30_000]) {
            break error;
        }
    };
    assert!(matches!(&error, StoreError::Write(why) if why.contains("full")), "{error}");
    assert_eq!(store.setting(&format!("large {number}")).unwrap(), None);
    assert!(store.setting(&format!("large {}", number - 1)).unwrap().is_some());
    assert!(matches!(store.set_setting("more", &vec![1; 60_000]), Err(StoreError::Write(_))), "still full");
    store.limit(4 << 20).unwrap();
    store.set_setting("more", &vec![1; 60_000]).unwrap();
}

/// The inner half of the next test, in a namespace of its own.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "the next test starts it on a small disk"]
fn on_a_small_disk() {
    let disk = PathBuf::from(std::env::var_os("DISK").expect("only for a child"));
    std::fs::write(disk.join("ballast"), vec![1; 512 << 10]).unwrap();
    fills_up(&disk.join("daycare.sqlite"), |_| std::fs::remove_file(disk.join("ballast")).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_refuses_and_goes_on_when_there_is_room() {
    let disk = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=4m small \"$DISK\"";
    let inside = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", script]).env("DISK", disk.path());
        command
    };
    if !inside(mount).output().is_ok_and(|out| out.status.success()) {
        // Not in silence: `cargo test` shows it in every run.
        use std::io::Write;
        let words = "\nNOT TRIED: this system lets no test mount a small disk (unshare, tmpfs)\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return;
    }
    let script = format!("{mount} && exec \"$TEST\" --ignored --exact disk::on_a_small_disk --nocapture");
    let out = inside(&script).env("TEST", std::env::current_exe().unwrap()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && text.contains("1 passed"), "{text}");
}
