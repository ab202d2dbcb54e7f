//! Sealing what is private: ROMs by their owner's key, owners' keys by the server's (service §1.3).
//!
//! AES-256-GCM with a random nonce of 96 bits in front. The server's key lies in a file of its own beside the store,
//! so that a copy of the store alone opens nothing.

use crate::id::RomKey;
use crate::store::sqlite::{private, sync_folder};
use crate::store::{Store, StoreError};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::hmac;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Name of the server key's file in the data folder.
pub const KEY_FILE: &str = "server.key";

/// Bytes of a key.
const KEY: usize = 32;
/// What wrapped account keys are bound to.
const WRAPPED: &[u8] = b"eggtooth account key 1";
/// What stands before the names of what is kept: no ROM's name, of 16 bytes, is one of them.
const NAMED: &[u8] = b"eggtooth kept 1 ";
/// The setting that says by which server key a store is sealed.
const SEALED_BY: &str = "server key";

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The key file cannot be read or written.
    #[error("the server key {0} cannot be used: {1}; look at the file and its folder")]
    File(String, io::Error),
    /// It is not 32 bytes.
    #[error("{0} is not a server key; put back the file that belongs to this data folder")]
    NoKey(String),
    /// Another key sealed it, or it was changed.
    #[error("this is sealed by another key or damaged; put back the server key that belongs to this store")]
    Closed,
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers; restart the computer")]
    Random,
    /// The store could not say by which key it is sealed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key that wraps the accounts' keys.
pub struct ServerKey(Zeroizing<[u8; KEY]>);

/// An account's key: seals its ROMs.
pub struct AccountKey(Zeroizing<[u8; KEY]>);

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey")
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey")
    }
}

impl ServerKey {
    /// Reads the server's key, or makes one where there is none: for nobody but the user (0600), whole or not at all.
    ///
    /// # Errors
    /// When there is a file that is no key, or none can be written.
    pub fn load_or_create(path: &Path) -> Result<ServerKey, SealError> {
        match ServerKey::load(path) {
            Err(SealError::File(_, e)) if e.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        match ServerKey(random()?).write_new(path) {
            // Another process was faster: its key counts.
            Err(SealError::File(_, e)) if e.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
        ServerKey::load(path)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When there is none, or the file is something else.
    pub fn load(path: &Path) -> Result<ServerKey, SealError> {
        let failed = |e| SealError::File(path.display().to_string(), e);
        let file = File::open(path).map_err(failed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY + 1));
        file.take(KEY as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        match <[u8; KEY]>::try_from(&**bytes) {
            Ok(key) => Ok(ServerKey(Zeroizing::new(key))),
            Err(_) => Err(SealError::NoKey(path.display().to_string())),
        }
    }

    /// Writes the key into a new file (0600), as a backup may want it; never over an existing one.
    ///
    /// # Errors
    /// [`SealError::File`], with [`io::ErrorKind::AlreadyExists`] where there is a file.
    pub fn write_new(&self, path: &Path) -> Result<(), SealError> {
        let write = || -> io::Result<()> {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let make = |fresh: &Path| private(File::options().write(true).create_new(true)).open(fresh);
            let mut fresh = tempfile::Builder::new().prefix(".key").make_in(folder, make)?;
            fresh.write_all(&*self.0)?;
            fresh.as_file().sync_all()?;
            fresh.persist_noclobber(path).map_err(|e| e.error)?;
            sync_folder(folder)
        };
        write().map_err(|e| SealError::File(path.display().to_string(), e))
    }

    /// A new key for an account, and the same wrapped, as the store keeps it.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn new_account_key(&self) -> Result<(AccountKey, Vec<u8>), SealError> {
        let key = AccountKey(random()?);
        let wrapped = sealed(&self.0, WRAPPED, &*key.0)?;
        Ok((key, wrapped))
    }

    /// An account's key from the store.
    ///
    /// # Errors
    /// [`SealError::Closed`].
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<AccountKey, SealError> {
        let key = opened(&self.0, WRAPPED, wrapped)?;
        let key = <[u8; KEY]>::try_from(&**key).map_err(|_| SealError::Closed)?;
        Ok(AccountKey(Zeroizing::new(key)))
    }

    /// Whether this is the key that the store's ROMs are sealed by. A store that does not say yet is told.
    ///
    /// # Errors
    /// [`SealError::Closed`] when it is another one, [`SealError::Store`].
    pub fn belongs_to(&self, store: &dyn Store) -> Result<(), SealError> {
        let mark = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &*derived(&self.0, b"mark")?), b"eggtooth server key");
        match store.setting(SEALED_BY)? {
            Some(known) if known == mark.as_ref() => Ok(()),
            Some(_) => Err(SealError::Closed),
            None => Ok(store.set_setting(SEALED_BY, mark.as_ref())?),
        }
    }
}

impl AccountKey {
    /// Seals a ROM's normalised words, bound to the name by which they are kept.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn seal(&self, key: RomKey, words: &[u8]) -> Result<Vec<u8>, SealError> {
        sealed(&self.0, &key.0, words)
    }

    /// Opens them.
    ///
    /// # Errors
    /// [`SealError::Closed`].
    pub fn open(&self, key: RomKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        opened(&self.0, &key.0, sealed)
    }

    /// Seals something else of the owner's, bound to the name by which it is kept.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn seal_named(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        sealed(&self.0, &[NAMED, name.as_bytes()].concat(), bytes)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`SealError::Closed`].
    pub fn open_named(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        opened(&self.0, &[NAMED, name.as_bytes()].concat(), sealed)
    }

    /// A hash that tells an owner's doubles, and nobody anything else.
    #[must_use]
    pub fn keyed_hash(&self, bytes: &[u8]) -> [u8; 32] {
        // `derived` fails for far longer outputs only; the hash would be keyed all the same.
        let key = derived(&self.0, b"hash").unwrap_or_else(|_| self.0.clone());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &*key), bytes);
        tag.as_ref().try_into().unwrap_or_default()
    }
}

fn random() -> Result<Zeroizing<[u8; KEY]>, SealError> {
    let mut key = Zeroizing::new([0; KEY]);
    getrandom::fill(&mut *key).map_err(|_| SealError::Random)?;
    Ok(key)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// A key for one purpose.
fn derived(key: &[u8; KEY], purpose: &[u8]) -> Result<Zeroizing<[u8; KEY]>, SealError> {
    let mut out = Zeroizing::new([0; KEY]);
    Salt::new(HKDF_SHA256, b"eggtooth daycare")
        .extract(key)
        .expand(&[purpose], Length(KEY))
        .and_then(|okm| okm.fill(&mut *out))
        .map_err(|_| SealError::Closed)?;
    Ok(out)
}

fn cipher(key: &[u8; KEY]) -> Result<LessSafeKey, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, &*derived(key, b"seal")?).map_err(|_| SealError::Closed)?;
    Ok(LessSafeKey::new(key))
}

fn sealed(key: &[u8; KEY], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
    let mut bytes = Zeroizing::new(plain.to_vec());
    let tag = cipher(key)?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut bytes)
        .map_err(|_| SealError::Closed)?;
    Ok([&nonce, &**bytes, tag.as_ref()].concat())
}

fn opened(key: &[u8; KEY], bound_to: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Closed)?;
    let mut bytes = Zeroizing::new(rest.to_vec());
    let length = cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to), &mut bytes)
        .map_err(|_| SealError::Closed)?
        .len();
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::store::SqliteStore;

    #[test]
    fn a_key_file_is_made_once_and_for_the_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        let (_, wrapped) = ServerKey::load_or_create(&path).unwrap().new_account_key().unwrap();
        ServerKey::load_or_create(&path).unwrap().unwrap(&wrapped).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 32);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        for wrong in [0, 31, 33] {
            std::fs::write(&path, vec![1; wrong]).unwrap();
            assert!(matches!(ServerKey::load_or_create(&path), Err(SealError::NoKey(_))), "{wrong}");
            assert_eq!(std::fs::read(&path).unwrap().len(), wrong);
        }
        let written = ServerKey(random().unwrap()).write_new(&path);
        assert!(matches!(written, Err(SealError::File(_, e)) if e.kind() == io::ErrorKind::AlreadyExists));
    }

    #[test]
    fn sealed_words_open_with_the_right_key_and_name_only() {
        let server = ServerKey(random().unwrap());
        let (mine, wrapped) = server.new_account_key().unwrap();
        let (theirs, _) = server.new_account_key().unwrap();
        let (rom, other) = (RomKey([1; 16]), RomKey([2; 16]));
        let words = vec![0x5a; 12_288];
        let sealed = mine.seal(rom, &words).unwrap();
        assert_eq!(*mine.open(rom, &sealed).unwrap(), words);
        assert_eq!(*server.unwrap(&wrapped).unwrap().open(rom, &sealed).unwrap(), words);
        assert!(matches!(mine.open(other, &sealed), Err(SealError::Closed)));
        assert!(matches!(theirs.open(rom, &sealed), Err(SealError::Closed)));
        assert!(matches!(ServerKey(random().unwrap()).unwrap(&wrapped), Err(SealError::Closed)));
        assert_ne!(mine.seal(rom, &words).unwrap(), sealed, "the nonce is new each time");
        assert!(!sealed.windows(16).any(|window| window == &words[..16]));
        for length in [0, 11, 12, 27, sealed.len() - 1] {
            assert!(matches!(mine.open(rom, &sealed[..length]), Err(SealError::Closed)), "{length}");
        }
        for place in [0, 12, 5000, sealed.len() - 1] {
            let mut flipped = sealed.clone();
            flipped[place] ^= 1;
            assert!(matches!(mine.open(rom, &flipped), Err(SealError::Closed)), "{place}");
        }
    }

    #[test]
    fn the_keyed_hash_tells_doubles_of_one_owner() {
        let server = ServerKey(random().unwrap());
        let ((mine, _), (theirs, _)) = (server.new_account_key().unwrap(), server.new_account_key().unwrap());
        assert_eq!(mine.keyed_hash(b"rom"), mine.keyed_hash(b"rom"));
        assert_ne!(mine.keyed_hash(b"rom"), mine.keyed_hash(b"ron"));
        assert_ne!(mine.keyed_hash(b"rom"), theirs.keyed_hash(b"rom"));
    }

    #[test]
    fn a_store_knows_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap();
        let key = ServerKey(random().unwrap());
        key.belongs_to(&store).unwrap();
        key.belongs_to(&store).unwrap();
        assert!(matches!(ServerKey(random().unwrap()).belongs_to(&store), Err(SealError::Closed)));
    }

    #[test]
    fn keys_do_not_show_in_debugging() {
        let server = ServerKey(Zeroizing::new([0x77; KEY]));
        let (account, _) = server.new_account_key().unwrap();
        assert_eq!(format!("{server:?} {account:?}"), "ServerKey AccountKey");
    }
}
