//! What may go wrong before a daycare runs, while it stops, and with its backups.

use crate::door::DoorError;
use crate::host::HostError;
use crate::seal::SealError;
use crate::store::StoreError;
use crate::web::WebError;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why there is no daycare, or no backup.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The data folder, or a file in it, cannot be used.
    #[error("{} cannot be used: {reason}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// A certificate or its key is of no use.
    #[error("the certificate {} cannot be used: {reason}", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// Nobody can listen there.
    #[error("{address} cannot be listened on: {reason}; give another address with {option}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        reason: String,
        /// The option that names the address.
        option: &'static str,
    },
    /// A backup cannot be made of, or put into, what is there.
    #[error("{0}")]
    Backup(String),
    /// The store does not open, or is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server's key cannot be read or written.
    #[error(transparent)]
    Key(SealError),
    /// The door cannot be hung.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The engine room does not start, or could not write the last snapshots.
    #[error("the engine room: {0}")]
    Host(#[from] HostError),
    /// The game for browsers cannot be served.
    #[error(transparent)]
    Web(#[from] WebError),
    /// The operating system gives no threads, no randomness or no signals.
    #[error("the system refuses {what}: {reason}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What it says.
        reason: String,
    },
    /// The last snapshots took too long.
    #[error("the last snapshots took too long and were left; nothing is lost, the next start reads the journal")]
    Slow,
    /// The engine room ended by itself.
    #[error("the engine room has stopped by itself; the lines before say why, and a restart goes on from the journal")]
    EngineStopped,
}

impl ServeError {
    /// Whether what was typed is wrong, rather than what was found.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, ServeError::Usage(_))
    }

    pub(crate) fn folder(path: &Path, reason: impl ToString) -> ServeError {
        ServeError::Folder { path: path.to_path_buf(), reason: reason.to_string() }
    }

    pub(crate) fn key(path: &Path, error: SealError) -> ServeError {
        match error {
            SealError::Closed => ServeError::folder(path, "it is not the key of this store; put that one back"),
            error => ServeError::Key(error),
        }
    }

    pub(crate) fn certificate(path: &Path, reason: impl Into<String>) -> ServeError {
        ServeError::Certificate { path: path.to_path_buf(), reason: reason.into() }
    }

    pub(crate) fn system(what: &'static str) -> impl FnOnce(std::io::Error) -> ServeError {
        move |error| ServeError::System { what, reason: error.to_string() }
    }
}
