//! The own key pair and its file.

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

use crate::PeerKey;

/// PKCS#8 version 2 around an Ed25519 seed (RFC 5958, RFC 8410 §7): what stands before the seed …
const BEFORE_SEED: [u8; 16] =
    [0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// … and between it and the public key, which lets a damaged file be noticed.
const BEFORE_KEY: [u8; 3] = [0x81, 0x21, 0x00];
/// Bytes of a key file.
const FILE_LEN: usize = BEFORE_SEED.len() + 32 + BEFORE_KEY.len() + 32;

/// An Ed25519 key pair. The private half is wiped when it is dropped, and no `Debug` shows it.
pub struct Identity {
    pkcs8: Zeroizing<[u8; FILE_LEN]>,
    key: PeerKey,
}

/// Why there is no key pair.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Others may read the file, so the key may be known to them.
    #[error("others can reach the key file {path} (mode {mode:04o}): allow it to yourself alone with chmod 600")]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Something else lies there.
    #[error("{path} is not a key file, or it is damaged: restore it from a copy, or move it away to get a new key")]
    NotAKey {
        /// The supposed key file.
        path: PathBuf,
    },
    /// The file system said no.
    #[error("the key file {path} cannot be {act}: {source}")]
    File {
        /// The key file.
        path: PathBuf,
        /// `read` or `written`.
        act: &'static str,
        /// What it said.
        source: std::io::Error,
    },
    /// The operating system gives no random numbers.
    #[error("no key can be made: the operating system gives no random numbers")]
    NoRandom,
}

impl Identity {
    /// A new key pair, from the random numbers of the operating system.
    ///
    /// # Errors
    /// [`IdentityError::NoRandom`].
    pub fn generate() -> Result<Self, IdentityError> {
        let mut seed = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *seed).map_err(|_| IdentityError::NoRandom)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| IdentityError::NoRandom)?;
        let mut pkcs8 = Zeroizing::new([0; FILE_LEN]);
        let parts = [&BEFORE_SEED[..], &*seed, &BEFORE_KEY, pair.public_key().as_ref()];
        let bytes = parts.into_iter().flatten();
        pkcs8.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self::from_pkcs8(pkcs8).ok_or(IdentityError::NoRandom)
    }

    /// The key pair in the file, or a new one written to it (mode 0600; folders are made as needed). The file appears
    /// whole or not at all, and never replaces another: of several processes that start together, one writes and all
    /// have its key.
    ///
    /// # Errors
    /// The file is no key, can be reached by others (checked on Unix alone), or cannot be read or written.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, IdentityError> {
        let path = path.as_ref();
        if let Some(identity) = Self::load(path)? {
            return Ok(identity);
        }
        let new = Self::generate()?;
        match new.write(path) {
            Ok(()) => Ok(new),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Self::load(path)?.ok_or_else(|| file_error(path, "read", ErrorKind::NotFound.into()))
            }
            Err(error) => Err(file_error(path, "written", error)),
        }
    }

    /// The key pair in these bytes, as [`Identity::to_bytes`] gave them; `None`: they are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut pkcs8 = Zeroizing::new([0; FILE_LEN]);
        if bytes.len() != FILE_LEN {
            return None;
        }
        pkcs8.copy_from_slice(bytes);
        Self::from_pkcs8(pkcs8)
    }

    /// All of it, the private half too, as it is in a key file: for whoever keeps it sealed elsewhere.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.pkcs8.to_vec())
    }

    /// The public half: what others know.
    pub fn key(&self) -> PeerKey {
        self.key
    }

    /// The private half, for TLS.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &*self.pkcs8
    }

    fn from_pkcs8(pkcs8: Zeroizing<[u8; FILE_LEN]>) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(&*pkcs8).ok()?;
        let key = PeerKey(pair.public_key().as_ref().try_into().ok()?);
        Some(Self { pkcs8, key })
    }

    /// `None`: there is no such file.
    fn load(path: &Path) -> Result<Option<Self>, IdentityError> {
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error(path, "read", error)),
        };
        // Asked before opening: opening a pipe would wait for its writer.
        let not_a_key = || IdentityError::NotAKey { path: path.to_owned() };
        if !meta.is_file() || meta.len() != FILE_LEN as u64 {
            return Err(not_a_key());
        }
        let mut file = File::open(path).map_err(|error| file_error(path, "read", error))?;
        check_mode(path, &file)?;
        let mut pkcs8 = Zeroizing::new([0; FILE_LEN]);
        file.read_exact(&mut *pkcs8).map_err(|error| file_error(path, "read", error))?;
        Self::from_pkcs8(pkcs8).map(Some).ok_or_else(not_a_key)
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(folder)?;
        // Made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(folder)?;
        file.write_all(&*self.pkcs8)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        // The name is in the folder, which has to reach the disk as well.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("key", &self.key).finish_non_exhaustive()
    }
}

fn file_error(path: &Path, act: &'static str, source: std::io::Error) -> IdentityError {
    IdentityError::File { path: path.to_owned(), act, source }
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), IdentityError> {
    use std::os::unix::fs::PermissionsExt;
    let meta = file.metadata().map_err(|error| file_error(path, "read", error))?;
    match meta.permissions().mode() & 0o7777 {
        mode if mode & 0o077 != 0 => Err(IdentityError::Exposed { path: path.to_owned(), mode }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), IdentityError> {
    Ok(())
}
