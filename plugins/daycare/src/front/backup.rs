//! Copies of a daycare's store, and the way back, for the command line.

use super::ServeError;
use super::folder::Places;
use crate::seal::ServerKey;
use crate::store::Store;
use crate::store::sqlite::{self, FILE, SqliteStore};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where the key's copy of a backup lies: its name with `.key` behind.
fn key_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// Copies the store of a daycare, running or not, into a new file (0600). The copy holds no key: ROMs in it are sealed.
/// With `with_key` the server's key is copied, too, into a file beside it, whose path is returned: who has both can
/// read everything.
///
/// # Errors
/// When there is no daycare, the file is there already, or it cannot be written.
pub fn backup(data_dir: Option<&Path>, file: &Path, with_key: bool) -> Result<Option<PathBuf>, ServeError> {
    let places = Places::new(data_dir)?;
    if !places.store().exists() {
        let folder = places.root().display();
        return Err(ServeError::Backup(format!("there is no daycare in {folder}; name its folder with --data-dir")));
    }
    let key_file = key_beside(file);
    let key = if with_key {
        if key_file.symlink_metadata().is_ok() {
            return Err(ServeError::Backup(format!("{} exists; name another file", key_file.display())));
        }
        Some(load(&places.key())?)
    } else {
        None
    };
    sqlite::backup(&places.store(), file)?;
    let Some(key) = key else { return Ok(None) };
    key.write_new(&key_file).map_err(ServeError::Key)?;
    Ok(Some(key_file))
}

/// What [`restore`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The folder that has the store now.
    pub folder: PathBuf,
    /// Where the store that was there before lies now.
    pub before: Option<PathBuf>,
}

/// Puts a backup in the place of the store of a daycare that does not run. With `with_key` the key comes from the file
/// beside the backup, where the folder has none.
///
/// # Errors
/// When a daycare runs there, the backup is damaged or newer than this program, or the key in the folder is not the one
/// by which its ROMs are sealed; then nothing was changed.
pub fn restore(data_dir: Option<&Path>, file: &Path, with_key: bool) -> Result<Restored, ServeError> {
    let places = Places::new(data_dir)?;
    let unreadable = |error: io::Error| ServeError::folder(file, error);
    if !fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(ServeError::folder(file, "it is not a file"));
    }
    places.prepare()?;
    let path = if with_key { key_beside(file) } else { places.key() };
    let key = if path.exists() { Some(load(&path)?) } else { None };
    if with_key && places.key().exists() {
        let reason = "it is there already, so that the one beside the backup is not needed; leave --with-key away, or move \
                      it elsewhere";
        return Err(ServeError::folder(&places.key(), reason));
    }
    fits(file, key.as_ref(), &places)?;
    // A key alone does no harm; a store without one cannot be opened.
    if let Some(key) = key.filter(|_| with_key) {
        key.write_new(&places.key()).map_err(ServeError::Key)?;
    }
    let before = sqlite::restore(file, places.root())?;
    Ok(Restored { folder: places.root().to_path_buf(), before })
}

/// Whether a key opens what a backup has sealed: tried on a copy, for opening a store changes it.
fn fits(file: &Path, key: Option<&ServerKey>, places: &Places) -> Result<(), ServeError> {
    let place = tempfile::tempdir_in(places.root()).map_err(|error| ServeError::folder(places.root(), error))?;
    let copy = place.path().join(FILE);
    fs::copy(file, &copy).map_err(|error| ServeError::folder(place.path(), error))?;
    let store = SqliteStore::open(&copy)?;
    match key {
        Some(key) => key.belongs_to(&store).map_err(|error| ServeError::key(&places.key(), error)),
        None if store.accounts()?.is_empty() => Ok(()),
        None => Err(ServeError::folder(
            &places.key(),
            "it is missing, and the backup's ROMs are sealed by it; put a copy of it there, or add --with-key if it lies \
             beside the backup",
        )),
    }
}

fn load(path: &Path) -> Result<ServerKey, ServeError> {
    ServerKey::load(path).map_err(|error| ServeError::key(path, error))
}
