//! The data folder: where it is, who may write in it.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use etcetera::BaseStrategy;

use crate::disk::{Disk, RealDisk};
use crate::error::VaultError;

const LOCK: &str = "lock";
const PROBE: &str = ".probe";
/// Together 0.1 s: nobody notices it, and no lock is held so long by accident.
const LOCK_TRIES: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Whether this copy of the program may save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It holds the lock and may write.
    Writer,
    /// It may only read; every write is refused with the reason.
    ReadOnly(ReadOnlyReason),
}

/// Why a data folder opened for reading only. Its text is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadOnlyReason {
    /// Another copy of the program has it open.
    InUse {
        /// Its process number, where it could be read.
        pid: Option<u32>,
    },
    /// The disk or the permissions do not allow writing, or the disk is full.
    Unwritable(String),
}

impl fmt::Display for ReadOnlyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { pid } => {
                write!(f, "the saves are in use by another Eggtooth")?;
                if let Some(pid) = pid {
                    write!(f, " (process {pid})")?;
                }
                write!(f, "; close it, or choose another folder with --data-dir")
            }
            Self::Unwritable(why) => {
                write!(f, "the data folder cannot be written ({why}); choose another with --data-dir")
            }
        }
    }
}

/// An open data folder. At most one `DataDir` with [`Access::Writer`] exists per folder, in all
/// processes together; the lock is given back on drop (and by the system when a process dies).
///
/// All methods take `&self` and may be called from several threads; writes wait for each other.
///
/// ```text
/// lock                     held by the writer, contains its process number
/// settings.toml
/// toys/<slug>/{a,b,c}.egg  three generations of each toy
/// retired/<slug>/…         toys taken off the shelf
/// roms/<sha256>.rom        normalised words, big-endian
/// ```
pub struct DataDir {
    root: PathBuf,
    access: Access,
    pub(crate) disk: Box<dyn Disk>,
    writing: Mutex<()>,
    // Holds the lock until drop.
    _lock: Option<File>,
}

impl fmt::Debug for DataDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataDir").field("root", &self.root).field("access", &self.access).finish_non_exhaustive()
    }
}

impl DataDir {
    /// The folder used when the user names none: `eggtooth` in the platform's data folder
    /// (`$XDG_DATA_HOME` or `~/.local/share`; `%APPDATA%` on Windows).
    pub fn default_location() -> Result<PathBuf, VaultError> {
        let base = etcetera::choose_base_strategy().map_err(|_| VaultError::NoHome)?;
        Ok(base.data_dir().join("eggtooth"))
    }

    /// Opens a data folder, creating it if needed, and takes the lock.
    ///
    /// If somebody else holds the lock, or nothing can be written there, it opens for reading and
    /// [`DataDir::access`] says why. It fails only where there is no folder to read from.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, VaultError> {
        Self::open_on(root.as_ref(), Box::new(RealDisk))
    }

    pub(crate) fn open_on(root: &Path, disk: Box<dyn Disk>) -> Result<Self, VaultError> {
        let folder = |reason: String| VaultError::Folder { path: root.to_path_buf(), reason };
        if let Err(e) = fs::create_dir_all(root) {
            return Err(folder(match fs::metadata(root) {
                Ok(_) => "it is not a folder".into(),
                Err(_) => e.to_string(),
            }));
        }
        // A folder that cannot even be listed is of no use for reading either.
        fs::read_dir(root).map_err(|e| folder(e.to_string()))?;
        let (access, lock) = match claim(root) {
            Ok(lock) => (Access::Writer, Some(lock)),
            Err(reason) => (Access::ReadOnly(reason), None),
        };
        Ok(Self { root: root.to_path_buf(), access, disk, writing: Mutex::new(()), _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Whether this copy may save, and if not, why.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// True if this copy may save.
    pub fn is_writer(&self) -> bool {
        self.access == Access::Writer
    }

    pub(crate) fn toys(&self) -> PathBuf {
        self.root.join("toys")
    }

    pub(crate) fn retired_folder(&self) -> PathBuf {
        self.root.join("retired")
    }

    pub(crate) fn roms(&self) -> PathBuf {
        self.root.join("roms")
    }

    pub(crate) fn settings_file(&self) -> PathBuf {
        self.root.join("settings.toml")
    }

    /// Starts a write: refuses when reading only, else keeps other threads out until dropped.
    pub(crate) fn begin_write(&self) -> Result<MutexGuard<'_, ()>, VaultError> {
        match &self.access {
            Access::Writer => Ok(self.writing.lock().unwrap_or_else(PoisonError::into_inner)),
            Access::ReadOnly(reason) => Err(VaultError::ReadOnly(reason.to_string())),
        }
    }
}

/// Makes the folders and takes the lock.
fn claim(root: &Path) -> Result<File, ReadOnlyReason> {
    let unwritable = |e: io::Error| ReadOnlyReason::Unwritable(e.to_string());
    let path = root.join(LOCK);
    let mut lock =
        File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(unwritable)?;
    match try_lock(&lock) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(ReadOnlyReason::InUse { pid: read_pid(&mut lock) });
        }
        // A file system without locks: better one unprotected folder than no saves at all.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(e)) => return Err(unwritable(e)),
    }
    for name in ["toys", "retired", "roms"] {
        fs::create_dir_all(root.join(name)).map_err(unwritable)?;
    }
    probe(&root.join("toys")).map_err(unwritable)?;
    // Only a help for the message of a second copy; the lock itself is what counts.
    let _ = lock.set_len(0);
    let _ = write!(lock, "{}", std::process::id());
    Ok(lock)
}

/// Tries for a moment: a copy that is just ending, or a program that is just being started (which
/// shares all open files of its parent until it runs), holds a lock for some milliseconds more.
fn try_lock(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    lock.try_lock()
}

fn read_pid(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Finds out early that a folder takes no new files, although an old lock file could be opened.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(PROBE);
    match File::create(&path) {
        Ok(_) => fs::remove_file(&path),
        // A full disk is told when a save fails; it may have room again by then.
        Err(e) if e.kind() == io::ErrorKind::StorageFull => Ok(()),
        Err(e) => Err(e),
    }
}
