//! The store in one SQLite file. `STORE.md` says what is in it.
//!
//! One connection writes, a few read, one moves the write-ahead log into the file while the others go on. Each change
//! is one transaction and is on the disk when it has returned (WAL, `synchronous=FULL`). After a failed write the
//! writer is closed, opened again and tried before anything else is written.

mod backup;
mod cells;
mod checkpoint;
mod fault;
mod house;
mod imp;
mod journal;
mod lock;
mod moves;
mod people;
mod roms;
mod schema;
mod snapshots;
mod toys;
mod writer;

pub use backup::{backup, restore};
pub use lock::{Claim, LOCK};
pub(crate) use lock::{private, sync_folder};

use crate::store::StoreError;
use checkpoint::Checkpointer;
use fault::words;
use rusqlite::{Connection, OpenFlags, Transaction};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use writer::Writer;

/// Name of the store's file in the data folder.
pub const FILE: &str = "daycare.sqlite";

/// Connections that read at the same time; who comes later waits.
const READERS: usize = 4;
/// Files up to this size are looked through when they are opened: a second at most.
const CHECKED: u64 = 64 << 20;
/// How long to wait for another process that has the file locked, such as a backup.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store in one file; see the [module](self).
pub struct SqliteStore {
    path: PathBuf,
    // Before the connections: it ends its thread, which uses them.
    _checkpointer: Checkpointer,
    readers: Mutex<Vec<Connection>>,
    returned: Condvar,
    writer: Arc<Mutex<Writer>>,
    _claim: Claim,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the store's file (usually [`FILE`] in the data folder) and takes its folder by [`LOCK`]; where there is no
    /// file, a new one is made, whole or not at all, for nobody but the user (0600).
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process has the folder, [`StoreError::Damaged`] when the file is no store or
    /// is damaged as far as is seen in a second, [`StoreError::Newer`], [`StoreError::Write`].
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let claim = Claim::take(folder_of(path))?;
        match path.symlink_metadata() {
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => create(path).map_err(|e| unwritten(path, &e))?,
            Err(e) => return Err(unwritten(path, &e)),
        }
        let length = path.metadata().map_err(|e| unwritten(path, &e))?.len();
        if length == 0 {
            return Err(StoreError::Damaged("the file is empty".to_owned()));
        }
        let mut first = connect(path)?;
        schema::migrate(&mut first, schema::STEPS)?;
        if length <= CHECKED {
            whole(&first, "quick_check")?;
        } else {
            tracing::info!(bytes = length, "the store is too large to be looked through at every start");
        }
        let writer = Arc::new(Mutex::new(Writer::new(path, first)?));
        let checkpointer = Checkpointer::start(connect(path)?, Arc::clone(&writer))?;
        let readers = (0..READERS).map(|_| connect(path).and_then(reading)).collect::<Result<Vec<_>, _>>()?;
        let readers = Mutex::new(readers);
        Ok(SqliteStore {
            path: path.to_owned(),
            _checkpointer: checkpointer,
            readers,
            returned: Condvar::new(),
            writer,
            _claim: claim,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The largest that the file may become, in bytes (counted in pages of 4,096); what would need more is
    /// [`StoreError::Write`], as on a full disk.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn limit(&self, bytes: u64) -> Result<(), StoreError> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).limit(bytes)
    }

    /// One transaction, on the disk when this has returned; nothing happened if it is an error.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).transaction(work)
    }

    /// A look at one moment's state.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = loop {
            match readers.pop() {
                Some(connection) => break connection,
                None => readers = self.returned.wait(readers).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(readers);
        let lent = Lent { store: self, connection: Some(connection) };
        let connection = lent.connection.as_ref().ok_or_else(|| StoreError::Write("no connection".to_owned()))?;
        let moment = connection.unchecked_transaction().map_err(words)?;
        let result = work(&moment);
        // It has changed nothing, so there is nothing to lose.
        let _ = moment.finish();
        result
    }
}

/// Gives a reader back, also after a panic.
struct Lent<'a> {
    store: &'a SqliteStore,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.store.readers.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
        self.store.returned.notify_one();
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unwritten(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Write(format!("{}: {error}", path.display()))
}

/// A new file. It gets its name when it is complete, so that an empty file is never an unfinished one.
fn create(path: &Path) -> io::Result<()> {
    let fresh = path.with_extension("new");
    for left in [fresh.clone(), path.with_extension("new-journal")] {
        match std::fs::remove_file(left) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    private(File::options().write(true).create_new(true)).open(&fresh)?;
    let make = || -> Result<(), StoreError> {
        let mut file = bare(&fresh)?;
        file.pragma_update(None, "synchronous", "FULL").map_err(words)?;
        schema::migrate(&mut file, schema::STEPS)?;
        file.close().map_err(|(_, e)| words(e))
    };
    make().map_err(io::Error::other)?;
    File::open(&fresh)?.sync_all()?;
    std::fs::rename(&fresh, path)?;
    sync_folder(folder_of(path))
}

fn bare(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags).map_err(words)?;
    file.busy_timeout(PATIENCE).map_err(words)?;
    Ok(file)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let file = bare(path)?;
    let mode: String = file.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(words)?;
    if mode != "wal" {
        return Err(StoreError::Write(format!("{} cannot have a write-ahead log beside it", path.display())));
    }
    let settings = [
        ("synchronous", "FULL"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        ("foreign_keys", "ON"),
        ("trusted_schema", "OFF"),
        ("temp_store", "MEMORY"),
        // The checkpointer does it, beside the writer.
        ("wal_autocheckpoint", "0"),
        ("journal_size_limit", "67108864"),
    ];
    for (name, value) in settings {
        file.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(none_is_fine).map_err(words)?;
    }
    file.set_prepared_statement_cache_capacity(64);
    Ok(file)
}

/// Some settings answer, others do not.
fn none_is_fine(error: rusqlite::Error) -> rusqlite::Result<()> {
    if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Ok(()) } else { Err(error) }
}

fn reading(file: Connection) -> Result<Connection, StoreError> {
    file.pragma_update(None, "query_only", "ON").map_err(words)?;
    Ok(file)
}

/// Looks a file through: `quick_check` or `integrity_check`.
fn whole(file: &Connection, how: &str) -> Result<(), StoreError> {
    let first: String = file.pragma_query_value(None, how, |row| row.get(0)).map_err(words)?;
    if first == "ok" { Ok(()) } else { Err(StoreError::Damaged(first.replace('\n', ", "))) }
}
