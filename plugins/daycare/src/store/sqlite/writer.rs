//! The one connection that writes.

use super::fault::words;
use super::{connect, sync_folder};
use crate::store::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, OnceLock};

/// Memory for pages, negative for KiB: what the journal and the indices of many toys need; the system keeps the rest.
const CACHE: i64 = -8192;
/// Makes a transaction that cannot be mistaken for any other: see [`Writer::scar`].
const SCAR: &str = "INSERT INTO probe VALUES (1, 0) ON CONFLICT DO UPDATE SET value = value + 1";

pub(super) struct Writer {
    path: PathBuf,
    connection: Connection,
    /// The last write failed: whether the disk can be written is not known.
    doubtful: bool,
    limit: Option<u64>,
    /// Transactions written.
    pub(super) commits: u64,
    /// Pages in the log.
    pub(super) log: Arc<Log>,
}

/// Pages in the log from which it is moved into the file: 8 MiB.
pub(super) const LONG: u32 = 2048;

/// How long the log is, and whom to tell.
#[derive(Debug)]
pub(super) struct Log {
    /// Pages in it after the last transaction.
    pub(super) pages: AtomicU32,
    /// Pages from which somebody is woken.
    pub(super) from: AtomicU32,
    /// The checkpointer.
    pub(super) wake: OnceLock<SyncSender<()>>,
}

impl Log {
    fn grown(&self, pages: u32) {
        if pages < self.pages.swap(pages, Ordering::Relaxed) {
            // It began anew.
            self.from.store(LONG, Ordering::Relaxed);
        }
        if pages >= self.from.load(Ordering::Relaxed) {
            // A checkpointer that is at work will look again.
            let _ = self.wake.get().map(|wake| wake.try_send(()));
        }
    }
}

impl Writer {
    pub(super) fn new(path: &Path, connection: Connection) -> Result<Writer, StoreError> {
        let log = Arc::new(Log { pages: AtomicU32::new(0), from: AtomicU32::new(LONG), wake: OnceLock::new() });
        let mut writer = Writer { path: path.to_owned(), connection, doubtful: false, limit: None, commits: 0, log };
        writer.settle()?;
        Ok(writer)
    }

    /// What a new connection needs.
    fn settle(&mut self) -> Result<(), StoreError> {
        self.connection.pragma_update(None, "cache_size", CACHE).map_err(words)?;
        if let Some(limit) = self.limit {
            let pages = i64::try_from(limit / 4096).unwrap_or(i64::MAX);
            self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).map_err(words)?;
        }
        let log = Arc::clone(&self.log);
        let hook = move |_: &mut rusqlite::hooks::Wal, pages| {
            log.grown(u32::try_from(pages).unwrap_or(0));
            Ok(())
        };
        self.connection.wal_hook(Some(hook)).map_err(words)
    }

    pub(super) fn limit(&mut self, bytes: u64) -> Result<(), StoreError> {
        self.limit = Some(bytes);
        self.settle()
    }

    /// After a failed write: a new connection, on which a transaction must succeed before anything else is tried.
    fn reopen(&mut self) -> Result<(), StoreError> {
        // The old one is closed after the new one is there; the readers keep the log's index all the while.
        self.connection = connect(&self.path)?;
        self.settle()?;
        self.connection.execute_batch(SCAR).map_err(words)?;
        sync_folder(super::folder_of(&self.path)).map_err(|e| super::unwritten(&self.path, &e))?;
        self.doubtful = false;
        tracing::info!("the store can be written again");
        Ok(())
    }

    /// Writes over what a failed transaction may have left in the log.
    ///
    /// When a sync fails, the transaction's pages are in the log, complete, but nobody counts them; if the process
    /// were killed now, whoever reads the log next would take them for good. Another transaction in the same place
    /// breaks their chain of checksums. Whether it can be synced does not matter for that.
    fn scar(&mut self) {
        if let Err(error) = self.connection.execute_batch(SCAR) {
            tracing::warn!(%error, "after a failed write the store's log could not be written either");
        }
    }

    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.doubtful {
            self.reopen()?;
        }
        let result = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(words).and_then(
            |transaction| {
                let result = work(&transaction)?;
                transaction.commit().map_err(words)?;
                Ok(result)
            },
        );
        self.commits += u64::from(result.is_ok());
        if let Err(error @ (StoreError::Write(_) | StoreError::Damaged(_))) = &result {
            tracing::error!(%error, "a write failed");
            self.doubtful = true;
            self.scar();
        }
        result
    }

    /// Moves the end of the log into the file while nobody writes.
    pub(super) fn checkpoint(&mut self) -> rusqlite::Result<()> {
        self.connection.pragma_query(None, "wal_checkpoint", |_| Ok(()))
    }
}
