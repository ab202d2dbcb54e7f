//! A lock file, which the system gives back when a process dies.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;

use crate::datadir::ReadOnlyReason;
use crate::error::VaultError;

/// Holds the lock until it is dropped.
pub(crate) type Lock = File;

const LOCK: &str = "lock";
const PROBE: &str = ".probe";
/// Together 0.1 s: nobody notices it, and no lock is held so long by accident.
const LOCK_TRIES: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

pub(crate) fn default_location() -> Result<PathBuf, VaultError> {
    let base = etcetera::choose_base_strategy().map_err(|_| VaultError::NoHome)?;
    Ok(base.data_dir().join("eggtooth"))
}

/// Makes the folders and takes the lock.
pub(crate) fn claim(root: &Path) -> Result<File, ReadOnlyReason> {
    let unwritable = |e: io::Error| ReadOnlyReason::Unwritable(e.to_string());
    let path = root.join(LOCK);
    let mut lock =
        File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(unwritable)?;
    match try_lock(&lock) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(ReadOnlyReason::InUse { pid: read_pid(&mut lock) });
        }
        // A file system without locks: better one unprotected folder than no saves at all.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(e)) => return Err(unwritable(e)),
    }
    for name in ["toys", "retired", "roms"] {
        fs::create_dir_all(root.join(name)).map_err(unwritable)?;
    }
    probe(&root.join("toys")).map_err(unwritable)?;
    // Only a help for the message of a second copy; the lock itself is what counts.
    let _ = lock.set_len(0);
    let _ = write!(lock, "{}", std::process::id());
    Ok(lock)
}

/// Tries for a moment: a copy that is just ending, or a program that is just being started (which
/// shares all open files of its parent until it runs), holds a lock for some milliseconds more.
fn try_lock(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    lock.try_lock()
}

fn read_pid(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Finds out early that a folder takes no new files, although an old lock file could be opened.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(PROBE);
    match File::create(&path) {
        Ok(_) => fs::remove_file(&path),
        // A full disk is told when a save fails; it may have room again by then.
        Err(e) if e.kind() == io::ErrorKind::StorageFull => Ok(()),
        Err(e) => Err(e),
    }
}
