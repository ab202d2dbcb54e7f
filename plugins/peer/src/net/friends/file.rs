//! The file: JSON of version 1, so that it can be read, and mended, by hand.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Friends, FriendsError};
use crate::{Friend, Name};

const NAME: &str = "friends.json";
const LOCK: &str = ".friends.lock";
const VERSION: u64 = 1;
/// Bytes of the longest file that is read: three times what a thousand friends with the longest names take.
const LONGEST: u64 = 4 << 20;
/// How often, and how long in between, another program's lock is waited for: 5 s in all.
const TRIES: u32 = 250;
const PAUSE: Duration = Duration::from_millis(20);

/// By what a change is noticed: every write makes another file. `None`: there is no file.
pub(super) type Stamp = Option<(u64, Option<SystemTime>, u64)>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    version: u64,
    friends: Vec<Entry>,
}

/// What a file of any version has.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    name: String,
    their_name: String,
    added: Option<u64>,
    last_seen: Option<u64>,
    addresses: Vec<SocketAddr>,
    blocked: bool,
}

impl Entry {
    fn of(friend: &Friend) -> Self {
        Self {
            key: friend.key.to_string(),
            name: friend.name.to_string(),
            their_name: friend.their_name.to_string(),
            added: friend.added,
            last_seen: friend.last_seen,
            addresses: friend.addresses.clone(),
            blocked: friend.blocked,
        }
    }

    fn read(self) -> Result<Friend, String> {
        let name = |text: &str| Name::new(text).map_err(|error| error.to_string());
        if self.addresses.len() > Friends::ADDRESSES {
            return Err(format!("{} has more than {} addresses", self.key, Friends::ADDRESSES));
        }
        Ok(Friend {
            key: self.key.parse().map_err(|error: crate::KeyTextError| error.to_string())?,
            name: name(&self.name)?,
            their_name: name(&self.their_name)?,
            added: self.added,
            last_seen: self.last_seen,
            addresses: self.addresses,
            blocked: self.blocked,
        })
    }
}

pub(super) fn stamp(folder: &Path) -> Stamp {
    std::fs::metadata(folder.join(NAME)).ok().map(|meta| stamp_of(&meta))
}

fn stamp_of(meta: &std::fs::Metadata) -> (u64, Option<SystemTime>, u64) {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(meta);
    #[cfg(not(unix))]
    let number = 0;
    (meta.len(), meta.modified().ok(), number)
}

/// Without a file: nobody.
pub(super) fn read(folder: &Path) -> Result<(Vec<Friend>, Stamp), FriendsError> {
    let path = folder.join(NAME);
    // Asked before opening: opening a pipe would wait for its writer.
    match std::fs::metadata(&path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(damaged(&path, "it is no file".into())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), None)),
        Err(error) => return Err(failed(&path, "read", error)),
    }
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| {
        let meta = file.metadata()?;
        file.take(LONGEST + 1).read_to_end(&mut bytes)?;
        Ok(stamp_of(&meta))
    });
    let stamp = read.map_err(|error| failed(&path, "read", error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(damaged(&path, format!("it has more than {LONGEST} bytes")));
    }
    let friends = parsed(&path, &bytes)?;
    Ok((friends, Some(stamp)))
}

pub(super) fn parsed(path: &Path, bytes: &[u8]) -> Result<Vec<Friend>, FriendsError> {
    let no_json = |error: serde_json::Error| damaged(path, error.to_string());
    match serde_json::from_slice(bytes).map_err(no_json)? {
        Versioned { version: VERSION } => {}
        Versioned { version } => return Err(FriendsError::Version { path: path.to_owned(), version }),
    }
    let page: Page = serde_json::from_slice(bytes).map_err(no_json)?;
    if page.friends.len() > Friends::MOST {
        return Err(damaged(path, format!("it has more than {} entries", Friends::MOST)));
    }
    let friends = page.friends.into_iter().map(Entry::read);
    let friends: Vec<Friend> = friends.collect::<Result<_, _>>().map_err(|what| damaged(path, what))?;
    let mut keys = HashSet::new();
    match friends.iter().find(|friend| !keys.insert(friend.key)) {
        None => Ok(friends),
        Some(twice) => Err(damaged(path, format!("{} is in it twice", twice.key))),
    }
}

/// The list as it is written.
pub(super) fn bytes(friends: &[Friend]) -> std::io::Result<Vec<u8>> {
    let page = Page { version: VERSION, friends: friends.iter().map(Entry::of).collect() };
    let mut bytes = serde_json::to_vec_pretty(&page)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn write(folder: &Path, friends: &[Friend]) -> Result<Stamp, FriendsError> {
    let path = folder.join(NAME);
    let written = || {
        let bytes = bytes(friends)?;
        // Made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".friends-").tempfile_in(folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        let file = file.persist(&path).map_err(|error| error.error)?;
        let stamp = stamp_of(&file.metadata()?);
        // The name is in the folder, which has to reach the disk as well.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(Some(stamp))
    };
    written().map_err(|error| failed(&path, "written", error))
}

/// Held until it is dropped. Nothing is kept in the lock's file, so that it may stay.
pub(super) fn lock(folder: &Path) -> Result<File, FriendsError> {
    let failed = |error| failed(&folder.join(NAME), "written", error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(LOCK)).map_err(failed)?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    Err(FriendsError::Held(folder.join(NAME)))
}

fn damaged(path: &Path, what: String) -> FriendsError {
    FriendsError::Damaged { path: path.to_owned(), what }
}

pub(super) fn failed(path: &Path, act: &'static str, source: std::io::Error) -> FriendsError {
    FriendsError::File { path: PathBuf::from(path), act, source }
}
