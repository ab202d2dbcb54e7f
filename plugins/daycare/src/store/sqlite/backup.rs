//! A copy while everything runs, and the way back.

use super::fault::words;
use super::{Claim, FILE, bare, folder_of, schema, sync_folder, unwritten, whole};
use crate::id;
use crate::store::StoreError;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Copies the store's file `from`, whole and of one moment, into a new file `to`, also while a daycare writes it.
///
/// The copy is for nobody but the user (0600), gets its name when it is complete and on the disk, and never replaces a
/// file. It holds no key: the ROMs in it are of use only with the server's key file (see `STORE.md`).
///
/// # Errors
/// [`StoreError::Conflict`] when `to` exists, [`StoreError::Write`] when it cannot be written,
/// [`StoreError::Damaged`] when what there is to copy is damaged.
pub fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    if to.symlink_metadata().is_ok() {
        return Err(StoreError::Conflict(format!("{} exists; name another file", to.display())));
    }
    let fresh = NamedTempFile::new_in(folder_of(to)).map_err(|e| unwritten(to, &e))?;
    let source = bare(from)?;
    schema::version(&source, schema::STEPS.len())?;
    copy(&source, fresh.path())?;
    fresh.as_file().sync_all().map_err(|e| unwritten(to, &e))?;
    fresh.persist_noclobber(to).map_err(|e| match e.error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Conflict(format!("{} exists; name another file", to.display())),
        _ => unwritten(to, &e.error),
    })?;
    sync_folder(folder_of(to)).map_err(|e| unwritten(to, &e))
}

/// All pages in one step: of one moment, however long it takes, and nobody waits for it.
fn copy(source: &Connection, to: &Path) -> Result<(), StoreError> {
    let mut target = bare(to)?;
    let step = Backup::new(source, &mut target).and_then(|backup| backup.step(-1)).map_err(words)?;
    if step != StepResult::Done {
        return Err(StoreError::Write("the store is busy; try again".to_owned()));
    }
    // One file, without a log beside it.
    target.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(words)?;
    whole(&target, "integrity_check")?;
    target.close().map_err(|(_, e)| words(e))
}

/// Puts a backup in the place of the store of a data folder, after it was looked through. The old store stays beside
/// it under a dated name, which is returned; `None` where there was none. Either the old or the restored store is
/// there at any moment, also if the power fails.
///
/// # Errors
/// [`StoreError::InUse`] while a daycare runs on the folder, [`StoreError::Damaged`] and [`StoreError::Newer`] when the
/// backup is no good, [`StoreError::Write`]; then nothing was replaced.
pub fn restore(from: &Path, folder: &Path) -> Result<Option<PathBuf>, StoreError> {
    let _claim = Claim::take(folder)?;
    let store = folder.join(FILE);
    let fresh = NamedTempFile::new_in(folder).map_err(|e| unwritten(folder, &e))?;
    // Looked through is the copy: opening the backup itself could change it.
    let mut original = File::open(from).map_err(|e| unread(from, &e))?;
    if !original.metadata().is_ok_and(|file| file.is_file()) {
        return Err(StoreError::Damaged(format!("{} is not a file", from.display())));
    }
    io::copy(&mut original, &mut fresh.as_file()).map_err(|e| unwritten(fresh.path(), &e))?;
    examine(fresh.path())?;
    fresh.as_file().sync_all().map_err(|e| unwritten(fresh.path(), &e))?;
    let old = set_aside(&store)?;
    fresh.persist(&store).map_err(|e| unwritten(&store, &e.error))?;
    sync_folder(folder).map_err(|e| unwritten(folder, &e))?;
    Ok(old)
}

fn unread(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Damaged(format!("{} cannot be read: {error}", path.display()))
}

/// Whether it is a daycare's, not newer than this program, and whole.
fn examine(path: &Path) -> Result<(), StoreError> {
    let file = bare(path)?;
    file.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(words)?;
    if schema::version(&file, schema::STEPS.len())? == 0 {
        return Err(StoreError::Damaged("the backup is empty".to_owned()));
    }
    whole(&file, "integrity_check")?;
    let stray: i64 =
        file.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).map_err(words)?;
    if stray > 0 {
        return Err(StoreError::Damaged(format!("{stray} rows of the backup belong to nothing")));
    }
    file.close().map_err(|(_, e)| words(e))
}

/// Gives the old store a second name, with its log beside it if that could not be moved into it, and takes the log away.
fn set_aside(store: &Path) -> Result<Option<PathBuf>, StoreError> {
    if store.symlink_metadata().is_err() {
        return Ok(None);
    }
    let aside = dated(store)?;
    let beside = |path: &Path, end: &str| PathBuf::from(format!("{}-{end}", path.display()));
    // Usually this leaves no log. A damaged store keeps its own.
    if let Ok(old) = bare(store) {
        let _ = old.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
    }
    let log = beside(store, "wal");
    if log.exists() {
        std::fs::copy(&log, beside(&aside, "wal")).map_err(|e| unwritten(&log, &e))?;
    }
    if std::fs::hard_link(store, &aside).is_err() {
        // A file system without second names.
        std::fs::copy(store, &aside).map_err(|e| unwritten(&aside, &e))?;
    }
    sync_folder(folder_of(store)).map_err(|e| unwritten(store, &e))?;
    // A log beside a store that it does not belong to would damage that.
    for left in [log, beside(store, "shm")] {
        match std::fs::remove_file(&left) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(unwritten(&left, &e)),
            _ => {}
        }
    }
    Ok(Some(aside))
}

/// A name that says when, and is not taken.
fn dated(store: &Path) -> Result<PathBuf, StoreError> {
    let now = i64::try_from(id::now()).ok().and_then(|now| jiff::Timestamp::from_millisecond(now).ok());
    let now = now.unwrap_or_default().strftime("%Y-%m-%d-%H%M%SZ").to_string();
    (1..100)
        .map(|number| if number == 1 { now.clone() } else { format!("{now}-{number}") })
        .map(|end| PathBuf::from(format!("{}.before-{end}", store.display())))
        .find(|path| path.symlink_metadata().is_err())
        .ok_or_else(|| StoreError::Write("there are too many old stores; move them elsewhere".to_owned()))
}
