//! The data folder: where it is, who may write in it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::claim::{Lock, claim, default_location};
use crate::disk::{self, Disk, RealDisk, read_bounded};
use crate::error::VaultError;

/// Files of one stem beyond which a folder is full.
const MOST_OF_A_NAME: u32 = 9_999;

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
    /// The page that the program runs in has said so: a clause.
    Page(String),
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
            Self::Page(why) => f.write_str(why),
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
    _lock: Option<Lock>,
}

impl fmt::Debug for DataDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataDir").field("root", &self.root).field("access", &self.access).finish_non_exhaustive()
    }
}

impl DataDir {
    /// The folder used when the user names none: `eggtooth` in the platform's data folder
    /// (`$XDG_DATA_HOME` or `~/.local/share`; `%APPDATA%` on Windows); in a browser what the page has mounted.
    pub fn default_location() -> Result<PathBuf, VaultError> {
        default_location()
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
        if let Err(e) = disk::create_dir_all(root) {
            return Err(folder(match disk::kind(root) {
                Ok(_) => "it is not a folder".into(),
                Err(_) => e.to_string(),
            }));
        }
        // A folder that cannot even be listed is of no use for reading either.
        disk::folders(root).map_err(|e| folder(e.to_string()))?;
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

    /// A file that a player has put into the folder, given by its place below it: at most `limit` bytes of it.
    pub fn given(&self, place: impl AsRef<Path>, limit: u64) -> Option<Vec<u8>> {
        read_bounded(&self.root.join(place), limit).ok()
    }

    /// Keeps something for the player as `folder/stem.extension`, or with a number behind the stem; an existing file is
    /// never touched. Returns where it is.
    ///
    /// # Errors
    /// The disk refuses, or 9,999 have that name.
    pub fn keep(&self, folder: &str, stem: &str, extension: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let folder = self.root.join(folder);
        disk::create_dir_all(&folder)?;
        for n in 1..=MOST_OF_A_NAME {
            let number = if n == 1 { String::new() } else { format!("-{n}") };
            let path = folder.join(format!("{stem}{number}.{extension}"));
            match disk::create_new(&path, bytes) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done.map(|()| path),
            }
        }
        Err(io::Error::other("there are too many of them"))
    }

    /// Waits until everything that was written before will be there after a crash: at once, but for a browser, whose page
    /// stores it a moment later.
    pub async fn settled(&self) {
        #[cfg(target_family = "wasm")]
        disk::memory::settled().await;
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
