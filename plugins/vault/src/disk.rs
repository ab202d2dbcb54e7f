//! Bounded reading and atomic writing of single files: on the real disk, or, in a browser, in memory that the page keeps
//! in its database.

use std::io;
use std::path::Path;

#[cfg(any(target_family = "wasm", test))]
pub mod memory;
#[cfg(not(target_family = "wasm"))]
mod native;

#[cfg(target_family = "wasm")]
pub(crate) use memory::{
    MemoryDisk as RealDisk, contents, create_dir, create_dir_all, create_new, folders, is_taken, kind, remove_dir,
    rename, sweep, sync_folder,
};
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::{
    RealDisk, contents, create_dir, create_dir_all, create_new, folders, is_taken, kind, remove_dir, rename, sweep,
    sync_folder,
};

/// Replaces a file in one step. A trait so that tests can put a full or failing disk here.
pub(crate) trait Disk: Send + Sync {
    /// After success the file holds `bytes`, also after a power cut. After failure, or a crash at
    /// any instant, it holds what it held before (or, after the rename, already `bytes`).
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file of so many bytes.
    File(u64),
    Folder,
    /// A device, a pipe.
    #[cfg(not(target_family = "wasm"))]
    Other,
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

impl ReadFailure {
    fn of(error: io::Error) -> ReadFailure {
        match error.kind() {
            io::ErrorKind::NotFound => ReadFailure::Missing,
            _ => ReadFailure::Io(error),
        }
    }
}

/// Reads a regular file of at most `limit` bytes. Looks at the kind and size before opening it,
/// so that a FIFO, a device or a huge file costs nothing.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    match kind(path).map_err(ReadFailure::of)? {
        Kind::Folder => return Err(ReadFailure::NotAFile("a folder")),
        #[cfg(not(target_family = "wasm"))]
        Kind::Other => return Err(ReadFailure::NotAFile("a device or pipe")),
        Kind::File(length) if length > limit => return Err(ReadFailure::TooLong(length - limit)),
        Kind::File(_) => {}
    }
    let bytes = contents(path, limit)?;
    match (bytes.len() as u64).checked_sub(limit) {
        Some(over) if over > 0 => Err(ReadFailure::TooLong(over)),
        _ => Ok(bytes),
    }
}
