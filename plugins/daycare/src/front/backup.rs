//! Copies of a daycare's store, and the way back, for the command line.

use super::ServeError;
use super::folder::{Places, write_private};
use crate::seal::ServerKey;
use crate::store::Store;
use crate::store::sqlite::{self, FILE, SqliteStore};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than any key.
const MAX_KEY: u64 = 4096;

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
    if with_key && key_file.symlink_metadata().is_ok() {
        return Err(ServeError::Backup(format!("{} exists; name another file", key_file.display())));
    }
    sqlite::backup(&places.store(), file)?;
    if !with_key {
        return Ok(None);
    }
    let key = read_key(&places.key()).map_err(|error| ServeError::folder(&places.key(), error))?;
    write_new(&key_file, &key).map_err(|error| ServeError::folder(&key_file, error))?;
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
    let own = places.key().exists();
    let key = if with_key {
        let beside = key_beside(file);
        let key = read_key(&beside).map_err(|error| ServeError::folder(&beside, error))?;
        if own && read_key(&places.key()).ok().as_ref() != Some(&key) {
            let reason = "it is not the key beside the backup; move it away first, or leave --with-key away";
            return Err(ServeError::folder(&places.key(), reason));
        }
        Some(key)
    } else if own {
        Some(read_key(&places.key()).map_err(|error| ServeError::folder(&places.key(), error))?)
    } else {
        None
    };
    fits(file, key.as_deref().map(Vec::as_slice), &places)?;
    // A key alone does no harm, a store without one cannot be opened.
    if let Some(key) = key.filter(|_| !own) {
        write_private(&places.key(), &key).map_err(|error| ServeError::folder(&places.key(), error))?;
    }
    let before = sqlite::restore(file, places.root())?;
    Ok(Restored { folder: places.root().to_path_buf(), before })
}

/// Whether a key opens what a backup has sealed: tried on copies, for opening a store changes it.
fn fits(file: &Path, key: Option<&[u8]>, places: &Places) -> Result<(), ServeError> {
    let place = tempfile::tempdir_in(places.root()).map_err(|error| ServeError::folder(places.root(), error))?;
    let refused = |error: io::Error| ServeError::folder(place.path(), error);
    let copy = place.path().join(FILE);
    fs::copy(file, &copy).map_err(refused)?;
    let accounts = SqliteStore::open(&copy)?.accounts()?;
    if accounts.is_empty() {
        return Ok(());
    }
    let Some(key) = key else {
        return Err(ServeError::folder(
            &places.key(),
            "it is missing, and the backup's ROMs are sealed by it; put a copy of it there, or add --with-key if it lies \
             beside the backup",
        ));
    };
    let path = place.path().join("server.key");
    write_private(&path, key).map_err(refused)?;
    let bad = |_| ServeError::folder(&places.key(), "it is no key; put a copy of it back");
    let key = ServerKey::load_or_create(&path).map_err(bad)?;
    match accounts.iter().find(|account| key.unwrap(&account.wrapped_key).is_err()) {
        None => Ok(()),
        Some(_) => Err(ServeError::folder(&places.key(), "it is not the key by which the backup's ROMs are sealed")),
    }
}

fn read_key(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    File::open(path)?.take(MAX_KEY).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A new file for its owner alone; one of that name stays.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
