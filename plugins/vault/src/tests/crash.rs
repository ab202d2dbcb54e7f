//! Crashes at any instant, simulated by the thousand. Real kills are in `tests/kill.rs`.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::{envelope, three_generations};
use crate::DataDir;
use crate::disk::Disk;

/// Random numbers with a fixed seed.
fn below(rng: &mut TestRng, n: u32) -> u32 {
    rng.next_u32() % n
}

/// A disk on which the power fails during a write: at one of the instants a write goes through.
/// Then everything fails, as for a process that is no more.
struct DyingDisk {
    /// Writes until the fatal one.
    left: AtomicU32,
    /// 0: before anything. 1: temporary file cut short. 2: temporary file whole, not renamed.
    /// 3: renamed but the caller never hears of it. 4: the disk lied and the new file is torn.
    instant: u32,
    cut: u32,
}

impl Disk for DyingDisk {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let left = self.left.load(Ordering::Relaxed);
        if left > 0 {
            self.left.store(left - 1, Ordering::Relaxed);
            return fs::write(path, bytes);
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let temporary = path.with_file_name(format!(".{name}.Xy{:04}", self.cut % 10_000));
        let part = &bytes[..self.cut as usize % bytes.len()];
        match self.instant {
            0 => {}
            1 => fs::write(temporary, part)?,
            2 => fs::write(temporary, bytes)?,
            3 => fs::write(path, bytes)?,
            _ => fs::write(path, part)?,
        }
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// A thousand lives of a folder, each cut short at a random instant. What is found afterwards is
/// the last finished save or the unfinished one, never less and never nothing.
#[test]
fn a_thousand_crashes_lose_no_finished_save() {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]);
    let tmp = tempfile::tempdir().unwrap();
    let slug = three_generations(tmp.path()).1;
    let mut finished = 3;
    let mut rotten = false;
    let mut told = 0;
    for life in 0..1000 {
        let disk = DyingDisk {
            left: AtomicU32::new(below(&mut rng, 5)),
            instant: below(&mut rng, 5),
            cut: below(&mut rng, 1 << 20),
        };
        let (torn, renamed) = (disk.instant == 4, disk.instant == 3);
        let before = finished;
        let dir = DataDir::open_on(tmp.path(), Box::new(disk)).unwrap();
        let mut tried = finished + 1;
        while dir.save(&slug, &envelope("Pip", tried)).is_ok() {
            finished = tried;
            tried += 1;
        }
        drop(dir);
        let dir = DataDir::open(tmp.path()).unwrap();
        let loaded = dir.load_at(&slug, 2_000_000).unwrap();
        let found = loaded.envelope.meta.tick;
        assert!(found == finished || found == tried, "life {life}: {found} of {finished}");
        // A torn file is told until a later save has replaced it.
        rotten = torn || (rotten && finished == before && !renamed);
        assert_eq!(loaded.notice().is_some(), rotten, "life {life}");
        told += u32::from(torn);
        finished = found;
    }
    assert!(told > 100);
    // Leftovers of all those lives do not pile up.
    let dir = DataDir::open(tmp.path()).unwrap();
    dir.save(&slug, &envelope("Pip", finished + 1)).unwrap();
    assert_eq!(fs::read_dir(tmp.path().join("toys/pip")).unwrap().count(), 3);
}

/// Two threads of one program: writes wait for each other, none is lost.
#[test]
fn threads_take_turns() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for tick in 0..10 {
                    dir.save(&slug, &envelope("Pip", tick)).unwrap();
                }
            });
        }
    });
    let entry = dir.entry(&slug).unwrap();
    let newest = entry.generations.iter().filter_map(|h| match h {
        crate::Health::Good { sequence, .. } => Some(*sequence),
        _ => None,
    });
    assert_eq!(newest.max(), Some(43));
}
