//! Bounded reading and atomic writing of single files.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;

/// Replaces a file in one step. A trait so that tests can put a full or failing disk here.
pub(crate) trait Disk: Send + Sync {
    /// After success the file holds `bytes`, also after a power cut. After failure, or a crash at
    /// any instant, it holds what it held before (or, after the rename, already `bytes`).
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
}

/// The real one: temporary file beside it, sync, rename, sync of the folder.
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = AtomicWriteFile::open(path)?;
        file.write_all(bytes)?;
        file.commit()
    }
}

/// Why a bounded read gave nothing.
#[derive(Debug)]
pub(crate) enum ReadFailure {
    /// There is nothing at this path.
    Missing,
    /// It is not a regular file: an English noun with article.
    NotAFile(&'static str),
    /// It is larger than the limit by so many bytes.
    TooLong(u64),
    /// The system refused.
    Io(io::Error),
}

/// Reads a regular file of at most `limit` bytes. Looks at the kind and size before opening it,
/// so that a FIFO, a device or a huge file costs nothing.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    let fail = |e: io::Error| match e.kind() {
        io::ErrorKind::NotFound => ReadFailure::Missing,
        _ => ReadFailure::Io(e),
    };
    let meta = fs::metadata(path).map_err(fail)?;
    if meta.is_dir() {
        return Err(ReadFailure::NotAFile("a folder"));
    }
    if !meta.is_file() {
        return Err(ReadFailure::NotAFile("a device or pipe"));
    }
    if meta.len() > limit {
        return Err(ReadFailure::TooLong(meta.len() - limit));
    }
    let mut bytes = Vec::new();
    // One more than the limit, in case it grew since it was measured.
    let file = fs::File::open(path).map_err(fail)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(fail)?;
    match (bytes.len() as u64).checked_sub(limit) {
        Some(over) if over > 0 => Err(ReadFailure::TooLong(over)),
        _ => Ok(bytes),
    }
}

/// Removes what interrupted writes of `file_name` left in `folder`. Failing to is harmless.
pub(crate) fn sweep(folder: &Path, file_name: &str) {
    // atomic-write-file names its temporary files `.NAME.` and six letters or digits.
    let prefix = format!(".{file_name}.");
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|n| n.strip_prefix(&prefix));
        let ours = rest.is_some_and(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_alphanumeric()));
        if ours {
            // A leftover costs a few kilobytes at most; the next start tries again.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes a rename or a new folder inside `folder` last through a power cut, where the system can.
pub(crate) fn sync_folder(folder: &Path) {
    // Windows cannot open folders, some network file systems cannot sync them: nothing to do then.
    if let Ok(file) = fs::File::open(folder) {
        let _ = file.sync_all();
    }
}
