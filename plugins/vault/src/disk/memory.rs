//! The disk of a browser's page: files in memory, and a journal of their changes, which the page stores in its database.
//!
//! The page loads its database and [`mount`]s it before anything is opened. Every change takes effect in memory at once
//! and goes into the journal; the page fetches the journal ([`changes`]), stores it in one transaction, in order, and
//! says so ([`stored`]). A transaction is whole or not at all, so the database holds what the disk held at some instant,
//! never half of a change. Folders are only in memory: one without files is gone when the page is opened again.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::{Disk, Kind, ReadFailure};

/// A file was written (its bytes) or removed (`None`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file, below the data folder, with `/` between its parts.
    pub path: String,
    /// What it holds now.
    pub bytes: Option<Arc<[u8]>>,
}

struct State {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    folders: BTreeSet<PathBuf>,
    read_only: Option<String>,
    /// Changes that the page has not fetched.
    journal: Vec<Change>,
    /// Changes so far, and how many of them the page has stored.
    made: u64,
    kept: u64,
    waiting: Vec<Waker>,
}

static DISK: Mutex<State> = Mutex::new(State {
    files: BTreeMap::new(),
    folders: BTreeSet::new(),
    read_only: None,
    journal: Vec::new(),
    made: 0,
    kept: 0,
    waiting: Vec::new(),
});

fn disk() -> MutexGuard<'static, State> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the data folder is on this disk.
pub const ROOT: &str = "/";

/// Puts the database's files on the disk, instead of what is there. With a reason, nothing can be written: a sentence.
pub fn mount(files: impl IntoIterator<Item = (String, Vec<u8>)>, read_only: Option<String>) {
    let mut disk = disk();
    let state = &mut *disk;
    state.files = files.into_iter().map(|(path, bytes)| (Path::new(ROOT).join(path), bytes.into())).collect();
    state.folders = state.files.keys().flat_map(|file| file.ancestors().skip(1)).map(Path::to_owned).collect();
    state.folders.insert(ROOT.into());
    state.read_only = read_only;
    state.journal.clear();
    state.kept = state.made;
}

/// The changes since the last call, and the number to call [`stored`] with once they are in the database. Of several
/// changes of one file, in a row of changes that nothing was fetched between, only the last is there.
#[must_use]
pub fn changes() -> (u64, Vec<Change>) {
    let mut disk = disk();
    (disk.made, std::mem::take(&mut disk.journal))
}

/// The page has stored everything up to this number.
pub fn stored(number: u64) {
    let mut disk = disk();
    disk.kept = disk.kept.max(number);
    disk.waiting.drain(..).for_each(Waker::wake);
}

/// Waits until everything that was written before is stored.
pub(crate) async fn settled() {
    let wanted = disk().made;
    poll_fn(|context| {
        let mut disk = disk();
        if disk.kept >= wanted {
            return Poll::Ready(());
        }
        disk.waiting.push(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Why nothing can be written, if so.
pub(crate) fn read_only() -> Option<String> {
    disk().read_only.clone()
}

impl State {
    fn may_write(&self) -> io::Result<()> {
        match &self.read_only {
            Some(_) => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            None => Ok(()),
        }
    }

    fn is_there(&self, path: &Path) -> bool {
        self.files.contains_key(path) || self.folders.contains(path)
    }

    fn has_parent(&self, path: &Path) -> io::Result<()> {
        let there = path.parent().is_some_and(|parent| self.folders.contains(parent));
        if there { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn put(&mut self, path: &Path, bytes: Option<Arc<[u8]>>) {
        match &bytes {
            Some(bytes) => drop(self.files.insert(path.to_owned(), bytes.clone())),
            None => drop(self.files.remove(path)),
        }
        let path = path.strip_prefix(ROOT).unwrap_or(path).to_string_lossy().into_owned();
        self.made += 1;
        self.journal.retain(|change| change.path != path);
        self.journal.push(Change { path, bytes });
    }
}

/// Replaces files in memory and in the journal.
pub(crate) struct MemoryDisk;

impl Disk for MemoryDisk {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut disk = disk();
        disk.may_write()?;
        disk.has_parent(path)?;
        if disk.folders.contains(path) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        disk.put(path, Some(bytes.into()));
        Ok(())
    }
}

pub(crate) fn kind(path: &Path) -> io::Result<Kind> {
    let disk = disk();
    match disk.files.get(path) {
        Some(bytes) => Ok(Kind::File(bytes.len() as u64)),
        None if disk.folders.contains(path) => Ok(Kind::Folder),
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

pub(crate) fn is_taken(path: &Path) -> bool {
    disk().is_there(path)
}

pub(crate) fn contents(path: &Path, _limit: u64) -> Result<Vec<u8>, ReadFailure> {
    disk().files.get(path).map(|bytes| bytes.to_vec()).ok_or(ReadFailure::Missing)
}

pub(crate) fn folders(folder: &Path) -> io::Result<Vec<String>> {
    let disk = disk();
    if !disk.folders.contains(folder) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let inside = disk.folders.iter().filter(|path| path.parent() == Some(folder));
    Ok(inside.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect())
}

pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    let mut disk = disk();
    disk.may_write()?;
    disk.has_parent(path)?;
    if disk.is_there(path) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    disk.folders.insert(path.to_owned());
    Ok(())
}

pub(crate) fn create_dir_all(path: &Path) -> io::Result<()> {
    let mut disk = disk();
    for folder in path.ancestors() {
        if disk.files.contains_key(folder) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        disk.folders.insert(folder.to_owned());
    }
    Ok(())
}

pub(crate) fn remove_dir(path: &Path) -> io::Result<()> {
    let mut disk = disk();
    disk.may_write()?;
    if !disk.folders.contains(path) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let full = disk.files.keys().chain(&disk.folders).any(|inside| inside.parent() == Some(path));
    if full {
        return Err(io::ErrorKind::DirectoryNotEmpty.into());
    }
    disk.folders.remove(path);
    Ok(())
}

/// Of a file, over another perhaps, or of a folder with all that is in it, where nothing is yet.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let mut disk = disk();
    disk.may_write()?;
    disk.has_parent(to)?;
    if let Some(bytes) = disk.files.get(from).cloned() {
        if disk.folders.contains(to) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        disk.put(to, Some(bytes));
        disk.put(from, None);
        return Ok(());
    }
    if !disk.folders.contains(from) {
        return Err(io::ErrorKind::NotFound.into());
    }
    if disk.is_there(to) || to.starts_with(from) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let moved = |path: &PathBuf| path.strip_prefix(from).ok().map(|rest| (path.clone(), to.join(rest)));
    let folders: Vec<_> = disk.folders.iter().filter_map(moved).collect();
    let files: Vec<_> = disk.files.keys().filter_map(moved).collect();
    for (old, new) in folders {
        disk.folders.remove(&old);
        // What is moved itself has no rest, and `join` leaves a slash behind.
        disk.folders.insert(new.components().collect());
    }
    for (old, new) in files {
        let bytes = disk.files.get(&old).cloned();
        disk.put(&new, bytes);
        disk.put(&old, None);
    }
    Ok(())
}

pub(crate) fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_taken(path) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    MemoryDisk.replace(path, bytes)
}

/// Nothing is ever left half written.
#[cfg(target_family = "wasm")]
pub(crate) fn sweep(_: &Path, _: &str) {}

/// [`settled`] is what waits.
#[cfg(target_family = "wasm")]
pub(crate) fn sync_folder(_: &Path) {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::pin::pin;
    use std::task::Context;

    fn change(path: &str, bytes: Option<&[u8]>) -> Change {
        Change { path: path.into(), bytes: bytes.map(Into::into) }
    }

    // One disk for the whole program: one test.
    #[test]
    fn it_does_what_a_disk_does_and_tells_every_change() {
        mount([("toys/pip/a.egg".to_owned(), b"one".to_vec())], None);
        let path = |text: &str| Path::new(ROOT).join(text);
        assert_eq!(kind(&path("toys/pip/a.egg")).unwrap(), Kind::File(3));
        assert_eq!((kind(&path("toys")).unwrap(), folders(&path("toys")).unwrap()), (Kind::Folder, vec!["pip".into()]));
        assert!(changes().1.is_empty());

        MemoryDisk.replace(&path("toys/pip/b.egg"), b"two").unwrap();
        MemoryDisk.replace(&path("toys/pip/b.egg"), b"three").unwrap();
        assert!(MemoryDisk.replace(&path("toys/none/a.egg"), b"x").is_err());
        assert!(MemoryDisk.replace(&path("toys/pip"), b"x").is_err());
        let mut waits = pin!(settled());
        let mut context = Context::from_waker(Waker::noop());
        assert!(waits.as_mut().poll(&mut context).is_pending());
        let (number, made) = changes();
        assert_eq!(made, [change("toys/pip/b.egg", Some(b"three"))]);
        assert!(waits.as_mut().poll(&mut context).is_pending(), "fetched is not stored");
        stored(number);
        assert!(waits.as_mut().poll(&mut context).is_ready());

        create_dir_all(&path("retired")).unwrap();
        assert!(remove_dir(&path("toys/pip")).is_err());
        assert!(rename(&path("toys/pip"), &path("toys/pip/in")).is_err());
        rename(&path("toys/pip"), &path("retired/pip")).unwrap();
        assert_eq!(contents(&path("retired/pip/b.egg"), 9).unwrap(), b"three");
        assert!(kind(&path("toys/pip")).is_err() && folders(&path("toys")).unwrap().is_empty());
        let moved = [
            change("retired/pip/a.egg", Some(b"one")),
            change("toys/pip/a.egg", None),
            change("retired/pip/b.egg", Some(b"three")),
            change("toys/pip/b.egg", None),
        ];
        assert_eq!(changes().1, moved);

        create_dir(&path("toys/pip")).unwrap();
        assert!(create_dir(&path("toys/pip")).is_err());
        create_new(&path("toys/pip/c.egg"), b"").unwrap();
        assert!(create_new(&path("toys/pip/c.egg"), b"").is_err());
        rename(&path("toys/pip/c.egg"), &path("toys/pip/d.egg")).unwrap();
        assert_eq!(changes().1.len(), 2);

        mount([], Some("another tab has it".into()));
        assert_eq!(read_only().as_deref(), Some("another tab has it"));
        assert!(MemoryDisk.replace(&path("x"), b"").is_err() && create_dir(&path("x")).is_err());
        assert!(changes().1.is_empty());
    }
}
