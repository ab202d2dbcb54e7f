//! A process that writes batches and says of each whether it was acknowledged; killed and failed at any moment.

use crate::world::*;
use eggtooth_daycare::store::{Entry, SqliteStore, Store};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Entries of a batch: some of toy 1, some of toy 2.
const BATCH: u64 = 6;

/// What a child said.
#[derive(Debug, Default)]
pub struct Said {
    pub acknowledged: BTreeSet<u64>,
    pub refused: BTreeSet<u64>,
    /// It could not open the store.
    pub closed: Option<String>,
    /// It came to its end.
    pub ended: bool,
}

/// Numbers that look random and are always the same.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % limit
    }
}

fn batch(number: u64) -> Vec<Entry> {
    (0..BATCH)
        .map(|place| {
            let toy = 1 + u32::try_from(place % 2).unwrap();
            entry(toy, 1, number * BATCH + place + 1, 10_000 * (number + 1) + place)
        })
        .collect()
}

/// A folder with a furnished store.
pub fn furnished() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daycare.sqlite");
    furnish(&SqliteStore::open(&path).unwrap(), 3);
    (folder, path)
}

/// The child itself; it is started by [`run`].
#[test]
#[ignore = "the other tests start it as a process of its own"]
fn writes_batches() {
    let path = PathBuf::from(std::env::var_os("STORE").expect("only for a child"));
    let first: u64 = std::env::var("FIRST").unwrap().parse().unwrap();
    let batches: u64 = std::env::var("BATCHES").unwrap().parse().unwrap();
    let mut out = std::io::stdout();
    let store = match SqliteStore::open(&path) {
        Ok(store) => store,
        Err(error) => return writeln!(out, "\nclosed {error}").unwrap(),
    };
    for number in first..first + batches {
        let mut written = store.append(&batch(number));
        // The snapshots of toy 3 move the log along.
        if number % 4 == 0 {
            written = written.and_then(|()| store.snapshot(&[snapshot(3, 1, number, NOW + number)]).or(Ok(())));
        }
        let word = if written.is_ok() { "yes" } else { "no" };
        writeln!(out, "\n{word} {number}").unwrap();
        out.flush().unwrap();
    }
    drop(store);
    writeln!(out, "\nended").unwrap();
}

/// A child that writes `batches` batches from `first` on, with these variables; it is killed when `stop` says so after
/// a line.
pub fn run(path: &Path, first: u64, batches: u64, with: &[(&str, String)], stop: impl Fn(&Said) -> bool) -> Said {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "child::writes_batches", "--nocapture"])
        .env("STORE", path)
        .env("FIRST", first.to_string())
        .env("BATCHES", batches.to_string())
        .envs(with.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = Said::default();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        match line.split_once(' ') {
            Some(("yes", number)) => drop(said.acknowledged.insert(number.parse().unwrap())),
            Some(("no", number)) => drop(said.refused.insert(number.parse().unwrap())),
            Some(("closed", why)) => said.closed = Some(why.to_owned()),
            None if line == "ended" => said.ended = true,
            _ => continue,
        }
        if !killed && stop(&said) {
            child.kill().unwrap();
            killed = true;
        }
    }
    let status = child.wait().unwrap();
    assert!(killed || status.success(), "the child failed: {status}, {said:?}");
    said
}

/// What is in the store after that: each batch whole or not at all, what was acknowledged is, what was refused is not.
/// Returns the batches that are there.
pub fn judge(path: &Path, said: &[&Said], story: &str) -> BTreeSet<u64> {
    let store = SqliteStore::open(path).unwrap_or_else(|error| panic!("{story}: {error}"));
    let mut there = BTreeSet::new();
    let of = |toy| store.journal(toy_id(toy), 1, 0).unwrap();
    let mut entries: Vec<Entry> = [of(1), of(2)].concat();
    entries.sort_by_key(|entry| entry.seq);
    for whole in entries.chunk_by(|a, b| (a.seq - 1) / BATCH == (b.seq - 1) / BATCH) {
        let number = (whole[0].seq - 1) / BATCH;
        assert_eq!(whole, batch(number), "{story}: batch {number} is there in part");
        there.insert(number);
    }
    for said in said {
        let lost: Vec<_> = said.acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "{story}: {lost:?} were acknowledged and are lost");
        let undead: Vec<_> = said.refused.intersection(&there).collect();
        assert!(undead.is_empty(), "{story}: {undead:?} were refused and are there");
    }
    store.check().unwrap();
    there
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    let (_folder, path) = furnished();
    let mut dice = Dice(5);
    let mut all: Vec<Said> = Vec::new();
    let mut first = 0;
    for seed in 0..30 {
        let after = dice.below(40);
        let said = run(&path, first, 1000, &[], |said| said.acknowledged.len() as u64 > after);
        assert!(said.refused.is_empty() && said.closed.is_none() && !said.ended, "{said:?}");
        all.push(said);
        let there = judge(&path, &all.iter().collect::<Vec<_>>(), &format!("seed {seed}"));
        first = there.last().map_or(0, |last| last + 1);
    }
    assert!(first > 100, "only {first} batches were written");
}

#[test]
fn a_log_that_was_cut_gives_the_batches_before_the_cut() {
    for cut in 1..=20_u64 {
        let (folder, path) = furnished();
        let said = run(&path, 0, 1000, &[], |said| said.acknowledged.len() == 12);
        let log = folder.path().join("daycare.sqlite-wal");
        let file = std::fs::File::options().write(true).open(&log).unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(length * (20 - cut) / 20 + cut % 3).unwrap();
        drop(file);
        let there = judge(&path, &[], &format!("cut {cut}"));
        assert_eq!(there, (0..there.len() as u64).collect(), "cut {cut}: a hole");
        if cut == 20 {
            assert!(there.len() < said.acknowledged.len(), "nothing was cut");
        }
    }
}
