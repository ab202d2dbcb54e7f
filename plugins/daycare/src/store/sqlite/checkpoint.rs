//! Moves the write-ahead log into the file beside the writer, so that no press waits for it.

use super::writer::{LONG, Log, Writer};
use crate::store::StoreError;
use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Pages that the writer may wait for: about as long as one commit takes.
const SHORT: i64 = 64;
/// How often the log is followed while it grows, before the writer has to wait for what is left.
const CHASES: usize = 4;

/// A thread of its own; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Checkpointer {
    log: Arc<Log>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Checkpointer {
    pub(super) fn start(connection: Connection, writer: Arc<Mutex<Writer>>) -> Result<Checkpointer, StoreError> {
        let (wake, woken) = sync_channel(1);
        let log = Arc::clone(&writer.lock().unwrap_or_else(PoisonError::into_inner).log);
        let _ = log.wake.set(wake);
        let stop = Arc::<AtomicBool>::default();
        let thread = std::thread::Builder::new().name("store log".to_owned()).spawn({
            let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
            move || follow(&connection, &writer, &log, &stop, &woken)
        });
        let thread = thread.map_err(|e| StoreError::Write(format!("no thread for the log: {e}")))?;
        Ok(Checkpointer { log, thread: Some(thread), stop })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.log.wake.get().map(|wake| wake.try_send(()));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn follow(connection: &Connection, writer: &Mutex<Writer>, log: &Log, stop: &AtomicBool, woken: &Receiver<()>) {
    while woken.recv().is_ok() && !stop.load(Ordering::Relaxed) {
        let moved = shorten(connection, writer);
        let pages = log.pages.load(Ordering::Relaxed);
        // It now begins anew, unless a reader or the disk prevents it: then the next attempt is worth it when as much
        // again is there.
        log.from.store(pages.saturating_add(LONG), Ordering::Relaxed);
        if let Err(error) = moved {
            tracing::warn!(%error, pages, "the store's log could not be moved into its file; it grows until it can");
        }
    }
}

/// Follows the log until little is left, then moves that while nobody writes: the next transaction begins the log anew.
fn shorten(connection: &Connection, writer: &Mutex<Writer>) -> rusqlite::Result<()> {
    for _ in 0..CHASES {
        let (all, moved): (i64, i64) =
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))?;
        if all - moved <= SHORT {
            break;
        }
    }
    writer.lock().unwrap_or_else(PoisonError::into_inner).checkpoint()
}
