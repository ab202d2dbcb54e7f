//! The people one has met: a file in the data folder.

mod file;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::invite::is_callable;
use crate::{Friend, Name, PeerKey};
use file::Stamp;

/// What a shelf's list is called in errors.
const SHELF: &str = "the sealed list";

/// Why the friends cannot be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FriendsError {
    /// Something else lies there.
    #[error("{path} is no list of friends, or it is damaged ({what}): restore it from a copy, or move it away")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// One clause.
        what: String,
    },
    /// A later program wrote it.
    #[error("{path} is of version {version}, which this program does not know: update it")]
    Version {
        /// The file.
        path: PathBuf,
        /// As it says.
        version: u64,
    },
    /// The file system said no.
    #[error("the list of friends {path} cannot be {act}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        act: &'static str,
        /// What it said.
        source: std::io::Error,
    },
    /// Another program holds the lock.
    #[error("another program is changing {0} and does not end: close it and try again")]
    Held(PathBuf),
    /// No room.
    #[error("the list of friends is full ({}): forget somebody first", Friends::MOST)]
    Full,
    /// Nobody of that key.
    #[error("nobody in the list of friends has the key {0}: look at the list again")]
    Unknown(PeerKey),
    /// They are kept out.
    #[error("{0} is blocked: allow them again first")]
    Blocked(Name),
}

/// The list of friends, in a file that is 0600 on Unix. Cheap to clone; all clones, and other programs that use the
/// same folder, see each other's changes: each is made on what the file says then, under a lock, and reaches the disk
/// whole or not at all.
///
/// Addresses and names lie there as they are: whoever may read the file may read the saves beside it.
#[derive(Clone)]
pub struct Friends(Arc<Shared>);

/// A place for a list of friends that is no folder. One list at a time uses it.
pub trait Shelf: Send + Sync {
    /// What was written last; `None`: nothing yet.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self) -> std::io::Result<Option<Vec<u8>>>;

    /// Replaces it, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    fn write(&self, bytes: &[u8]) -> std::io::Result<()>;
}

enum Place {
    Folder(PathBuf),
    Shelf(Box<dyn Shelf>),
}

struct Shared {
    place: Place,
    /// Held while a shelf is changed.
    changing: Mutex<()>,
    known: Mutex<Known>,
}

struct Known {
    friends: Vec<Friend>,
    stamp: Stamp,
}

impl Friends {
    /// Entries at most, the blocked ones included.
    pub const MOST: usize = 1000;
    /// Addresses kept of each.
    pub const ADDRESSES: usize = 4;

    /// The list in this folder, which is made at the first change; without a file it is empty.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours; it is then left as it is.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, FriendsError> {
        let folder = folder.as_ref().to_owned();
        let (friends, stamp) = file::read(&folder)?;
        Ok(Self::of(Place::Folder(folder), friends, stamp))
    }

    /// The list on a shelf, the same bytes as in the file; nothing there: it is empty. Its clones see each other's
    /// changes, and it sees nobody else's.
    ///
    /// # Errors
    /// It cannot be read, or is no list.
    pub fn shelved(shelf: Box<dyn Shelf>) -> Result<Self, FriendsError> {
        let path = Path::new(SHELF);
        let bytes = shelf.read().map_err(|error| file::failed(path, "read", error))?;
        let friends = bytes.map_or_else(|| Ok(Vec::new()), |bytes| file::parsed(path, &bytes))?;
        Ok(Self::of(Place::Shelf(shelf), friends, None))
    }

    fn of(place: Place, friends: Vec<Friend>, stamp: Stamp) -> Self {
        Self(Arc::new(Shared { place, changing: Mutex::new(()), known: Mutex::new(Known { friends, stamp }) }))
    }

    /// Everybody in it, in the order in which they came.
    pub fn list(&self) -> Vec<Friend> {
        self.known().friends.clone()
    }

    /// Who has this key.
    pub fn get(&self, key: PeerKey) -> Option<Friend> {
        self.known().friends.iter().find(|friend| friend.key == key).cloned()
    }

    /// Whether this key is a friend's and not blocked.
    pub fn allows(&self, key: PeerKey) -> bool {
        self.known().friends.iter().any(|friend| friend.key == key && friend.added.is_some() && !friend.blocked)
    }

    /// Whether this key is kept out.
    pub fn is_blocked(&self, key: PeerKey) -> bool {
        self.known().friends.iter().any(|friend| friend.key == key && friend.blocked)
    }

    /// Somebody becomes a friend, at first under the name that they gave themselves. Of a friend, the own name and the
    /// day stay.
    ///
    /// # Errors
    /// [`FriendsError::Blocked`], [`FriendsError::Full`], or the file.
    pub fn befriend(
        &self,
        key: PeerKey,
        their_name: &Name,
        addresses: &[SocketAddr],
        now: u64,
    ) -> Result<(), FriendsError> {
        self.change(|friends| {
            let friend = entry(friends, key, their_name)?;
            if friend.blocked {
                return Err(FriendsError::Blocked(friend.name.clone()));
            }
            friend.their_name = their_name.clone();
            friend.added.get_or_insert(now);
            friend.last_seen = friend.last_seen.max(Some(now));
            addresses.iter().rev().for_each(|&addr| remember(friend, addr));
            Ok(())
        })
    }

    /// Calls somebody so, here.
    ///
    /// # Errors
    /// [`FriendsError::Unknown`], or the file.
    pub fn rename(&self, key: PeerKey, name: &Name) -> Result<(), FriendsError> {
        self.change(|friends| {
            known(friends, key)?.name = name.clone();
            Ok(())
        })
    }

    /// Keeps somebody out, friend or stranger (who is listed under the beginning of their key), or allows them again;
    /// a stranger is then forgotten.
    ///
    /// # Errors
    /// [`FriendsError::Full`], [`FriendsError::Unknown`] (to allow), or the file.
    pub fn block(&self, key: PeerKey, blocked: bool) -> Result<(), FriendsError> {
        self.change(|friends| {
            if blocked {
                let digits: String = key.to_string().chars().take(8).collect();
                // Eight digits are a name.
                let name = Name::new(&digits).map_err(|_| FriendsError::Unknown(key))?;
                entry(friends, key, &name)?.blocked = true;
            } else {
                known(friends, key)?.blocked = false;
                friends.retain(|friend| friend.blocked || friend.added.is_some());
            }
            Ok(())
        })
    }

    /// Takes somebody off the list. They may come again with an invite, also when they were blocked.
    ///
    /// # Errors
    /// [`FriendsError::Unknown`], or the file.
    pub fn forget(&self, key: PeerKey) -> Result<(), FriendsError> {
        self.change(|friends| {
            known(friends, key)?;
            friends.retain(|friend| friend.key != key);
            Ok(())
        })
    }

    /// A friend was met, under this name, and can be called at `addr` if that is known: where a caller calls from
    /// nobody answers, so that only who called them knows. Strangers are not noted. Returns whether it was a friend.
    ///
    /// # Errors
    /// The file.
    pub fn seen(
        &self,
        key: PeerKey,
        their_name: &Name,
        addr: Option<SocketAddr>,
        now: u64,
    ) -> Result<bool, FriendsError> {
        self.change(|friends| {
            let Some(friend) = friends.iter_mut().find(|friend| friend.key == key && friend.added.is_some()) else {
                return Ok(false);
            };
            friend.their_name = their_name.clone();
            friend.last_seen = friend.last_seen.max(Some(now));
            addr.into_iter().for_each(|addr| remember(friend, addr));
            Ok(true)
        })
    }

    /// What the file says now. If it cannot be read any more, what it said last: nobody who is blocked comes in
    /// because a disk fails.
    fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Place::Folder(folder) = &self.0.place
            && file::stamp(folder) != known.stamp
            && let Ok((friends, stamp)) = file::read(folder)
        {
            *known = Known { friends, stamp };
        }
        known
    }

    fn change<T>(&self, act: impl FnOnce(&mut Vec<Friend>) -> Result<T, FriendsError>) -> Result<T, FriendsError> {
        // One change at a time, here and elsewhere. Nobody who only asks waits for it, or for the disk: a host's network
        // thread is among them.
        let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, friends, stamp) = match &self.0.place {
            Place::Folder(folder) => {
                let _lock = file::lock(folder)?;
                let (before, stamp) = file::read(folder)?;
                let mut friends = before.clone();
                let done = act(&mut friends)?;
                let stamp = if friends == before { stamp } else { file::write(folder, &friends)? };
                (done, friends, stamp)
            }
            Place::Shelf(shelf) => {
                let before = self.known().friends.clone();
                let mut friends = before.clone();
                let done = act(&mut friends)?;
                if friends != before {
                    let written = file::bytes(&friends).and_then(|bytes| shelf.write(&bytes));
                    written.map_err(|error| file::failed(Path::new(SHELF), "written", error))?;
                }
                (done, friends, None)
            }
        };
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = Known { friends, stamp };
        Ok(done)
    }
}

impl fmt::Debug for Friends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Friends");
        if let Place::Folder(folder) = &self.0.place {
            f.field("folder", folder);
        }
        f.finish_non_exhaustive()
    }
}

fn known(friends: &mut [Friend], key: PeerKey) -> Result<&mut Friend, FriendsError> {
    friends.iter_mut().find(|friend| friend.key == key).ok_or(FriendsError::Unknown(key))
}

/// The one with this key, or a new one.
fn entry<'a>(friends: &'a mut Vec<Friend>, key: PeerKey, name: &Name) -> Result<&'a mut Friend, FriendsError> {
    if !friends.iter().any(|friend| friend.key == key) {
        if friends.len() >= Friends::MOST {
            return Err(FriendsError::Full);
        }
        let (name, their_name) = (name.clone(), name.clone());
        let (added, last_seen, addresses) = (None, None, Vec::new());
        friends.push(Friend { key, name, their_name, added, last_seen, addresses, blocked: false });
    }
    known(friends, key)
}

/// Puts an address first, and forgets the oldest beyond four.
fn remember(friend: &mut Friend, addr: SocketAddr) {
    if is_callable(addr) {
        friend.addresses.retain(|&old| old != addr);
        friend.addresses.insert(0, addr);
        friend.addresses.truncate(Friends::ADDRESSES);
    }
}
