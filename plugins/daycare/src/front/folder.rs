//! The data folder: what lies where in it, and who may read it.
//!
//! ```text
//! daycare.sqlite     the store
//! daycare.lock       held by the running daycare
//! server.key         seals the ROMs in it; no backup contains it
//! tls/ca.pem         this daycare's certificate authority, public
//! tls/ca.key         its key
//! tls/leaf.pem       the certificate that is shown, with its key
//! ```

use super::ServeError;
use crate::seal::KEY_FILE;
use crate::store::sqlite::{FILE, LOCK};
use eggtooth_vault::DataDir;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const TLS: &str = "tls";

/// Where the files of a daycare lie.
#[derive(Clone, Debug)]
pub struct Places(PathBuf);

impl Places {
    /// In this folder, or in `daycare` in the game's usual one.
    ///
    /// # Errors
    /// When no folder is named and the user has none.
    pub fn new(folder: Option<&Path>) -> Result<Places, ServeError> {
        let folder = match folder {
            Some(folder) => folder.to_path_buf(),
            None => DataDir::default_location()
                .map_err(|_| ServeError::Usage("there is no home folder; name one with --data-dir".into()))?
                .join("daycare"),
        };
        Ok(Places(folder))
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.0.join(FILE)
    }

    /// The server's key.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.0.join(KEY_FILE)
    }

    /// The folder with certificates.
    #[must_use]
    pub fn tls(&self) -> PathBuf {
        self.0.join(TLS)
    }

    /// Creates the folder if it is missing and keeps it to its owner (0700). That one daycare uses it at a time is the
    /// store's to see to.
    ///
    /// # Errors
    /// [`ServeError::Folder`] where nothing can be written, or other things lie.
    pub fn prepare(&self) -> Result<(), ServeError> {
        let refused = |error: io::Error| ServeError::folder(&self.0, error);
        fs::create_dir_all(&self.0).map_err(refused)?;
        self.check_contents()?;
        keep_to_owner(&self.0).map_err(refused)?;
        tempfile::tempfile_in(&self.0).map(drop).map_err(refused)
    }

    /// A folder with other things in it is probably a slip, and would be closed to other people.
    fn check_contents(&self) -> Result<(), ServeError> {
        let mut foreign = None;
        for entry in fs::read_dir(&self.0).map_err(|error| ServeError::folder(&self.0, error))? {
            let name = entry.map_err(|error| ServeError::folder(&self.0, error))?.file_name();
            match name.to_str() {
                Some(FILE) => return Ok(()),
                Some(KEY_FILE | TLS | LOCK | "lost+found") => {}
                _ => foreign = Some(name),
            }
        }
        match foreign {
            None => Ok(()),
            Some(name) => Err(ServeError::folder(
                &self.0,
                format!(
                    "it holds other things ({}); name an empty folder, or one that is not there yet",
                    name.display()
                ),
            )),
        }
    }
}

#[cfg(unix)]
fn keep_to_owner(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let now = fs::metadata(folder)?.permissions();
    if now.mode() & 0o077 == 0 { Ok(()) } else { fs::set_permissions(folder, fs::Permissions::from_mode(0o700)) }
}

#[cfg(not(unix))]
fn keep_to_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a file whole or not at all, readable by its owner alone (0600), replacing an older one.
///
/// # Errors
/// What the system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Makes a rename or a new name in a folder last.
///
/// # Errors
/// What the system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_new_folder_is_kept_to_its_owner() {
        let place = tempfile::tempdir().unwrap();
        let places = Places::new(Some(&place.path().join("a/b"))).unwrap();
        places.prepare().unwrap();
        places.prepare().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(places.root()).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn other_things_are_left_alone() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("letter.txt"), "dear").unwrap();
        let places = Places::new(Some(place.path())).unwrap();
        let error = places.prepare().unwrap_err().to_string();
        assert!(error.contains("letter.txt") && error.contains("empty folder"), "{error}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        // Beside a store they do not matter.
        fs::write(places.store(), "").unwrap();
        places.prepare().unwrap();
    }

    #[test]
    fn private_files_replace_older_ones() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("key");
        for bytes in [&b"one"[..], b"three"] {
            write_private(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
