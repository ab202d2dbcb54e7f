//! One daycare to a data folder.

use crate::store::StoreError;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

/// Name of the file in the data folder that the running daycare holds locked.
pub const LOCK: &str = "daycare.lock";

/// Together 0.1 s: a daycare that is just ending holds its lock for some milliseconds more.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// A data folder is this process's while this lives; the system gives it back when the process dies.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "holds the lock")] File);

impl Claim {
    /// Takes a data folder.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process has it, [`StoreError::Write`] when no file can be written there.
    pub fn take(folder: &Path) -> Result<Claim, StoreError> {
        let refused = |e: io::Error| StoreError::Write(format!("{}: {e}", folder.join(LOCK).display()));
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = private(&mut options).open(folder.join(LOCK)).map_err(refused)?;
        for tried in 0.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tried < TRIES => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(holder(&mut file))),
                // Without a lock two daycares could live the same pets: no such folder is good enough.
                Err(TryLockError::Error(e)) => return Err(refused(e)),
            }
        }
        // Only a help for the message of a second daycare; the lock itself is what counts.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Claim(file))
    }
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(20).read_to_string(&mut text);
    match text.trim().parse::<u32>() {
        Ok(process) if read.is_ok() => format!(" (process {process})"),
        _ => String::new(),
    }
}

/// For files that nobody but the daycare's user may read.
pub(crate) fn private(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes new names in a folder last through a power cut, where the system can.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened, and their names need no help.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_folder_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let claim = Claim::take(folder.path()).unwrap();
        let process = format!(" (process {})", std::process::id());
        assert!(matches!(Claim::take(folder.path()), Err(StoreError::InUse(who)) if who == process));
        drop(claim);
        Claim::take(folder.path()).unwrap();
    }
}
