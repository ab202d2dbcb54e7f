//! The real disk.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;

use super::{Disk, Kind, ReadFailure};

/// Temporary file beside it, sync, rename, sync of the folder.
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = AtomicWriteFile::open(path)?;
        file.write_all(bytes)?;
        file.commit()
    }
}

pub(crate) fn kind(path: &Path) -> io::Result<Kind> {
    let meta = fs::metadata(path)?;
    Ok(match () {
        () if meta.is_dir() => Kind::Folder,
        () if meta.is_file() => Kind::File(meta.len()),
        () => Kind::Other,
    })
}

/// Whether something has this name, be it a link that leads nowhere.
pub(crate) fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// At most `limit` bytes and one more, in case it grew since it was measured.
pub(crate) fn contents(path: &Path, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(ReadFailure::of)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(ReadFailure::of)?;
    Ok(bytes)
}

/// The folders in a folder, by name. Not through links: a toy is a folder of ours.
pub(crate) fn folders(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    Ok(folders.filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

pub(crate) use fs::{create_dir, create_dir_all, remove_dir, rename};

/// Writes a file that is not there yet; an existing one is never touched.
pub(crate) fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
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
