//! Saves that leave the folder and come back: one `.egg` file each.

use std::path::Path;

use crate::datadir::DataDir;
use crate::disk::{ReadFailure, is_taken, read_bounded};
use crate::envelope::{Envelope, FORMAT_VERSION, MAX_FILE, ReadError, Tag};
use crate::error::{Damage, VaultError};
use crate::name::Slug;
use crate::shelf::{Entry, newest};

impl DataDir {
    /// The newest whole generation of a toy, byte by byte as it is, to be given away as an `.egg` file. A toy that lives
    /// elsewhere, or is being carried, is not given away: there would be two of it.
    pub fn copy(&self, slug: &Slug) -> Result<Vec<u8>, VaultError> {
        let generations = self.generations(slug)?;
        let (envelope, bytes) = newest(slug, &generations)?;
        match envelope.block(Tag::HOME) {
            None => Ok(bytes.to_vec()),
            Some(_) => Err(VaultError::Elsewhere(envelope.meta.name.clone())),
        }
    }

    /// Writes [`copy`](DataDir::copy) to a file outside. An existing file is not overwritten. Works without write access
    /// to the data folder.
    pub fn export(&self, slug: &Slug, path: &Path) -> Result<(), VaultError> {
        let bytes = self.copy(slug)?;
        // Also refuses a link that leads nowhere.
        if is_taken(path) {
            return Err(VaultError::Exists { path: path.to_path_buf() });
        }
        self.disk.replace(path, &bytes).map_err(|e| VaultError::io("write", path, e))
    }

    /// Puts the toy of an exported file on the shelf, under its own name or that and a number. A file that was copied
    /// out of a data folder while its toy lived elsewhere is refused.
    pub fn import(&self, path: &Path) -> Result<Entry, VaultError> {
        self.adopt(read_egg(path)?)
    }

    /// The same with what was read.
    pub fn adopt(&self, envelope: Envelope) -> Result<Entry, VaultError> {
        match envelope.block(Tag::HOME) {
            None => self.create(envelope),
            Some(_) => Err(VaultError::Elsewhere(envelope.meta.name)),
        }
    }
}

/// Reads one `.egg` file from anywhere.
pub fn read_egg(path: &Path) -> Result<Envelope, VaultError> {
    let bytes = read_bounded(path, MAX_FILE).map_err(|e| match e {
        ReadFailure::Missing => {
            VaultError::Io { action: "read", path: path.to_path_buf(), source: std::io::ErrorKind::NotFound.into() }
        }
        ReadFailure::NotAFile(what) => VaultError::NotAFile { path: path.to_path_buf(), what },
        ReadFailure::TooLong(over) => VaultError::Damaged { path: path.to_path_buf(), damage: Damage::TooLong(over) },
        ReadFailure::Io(e) => VaultError::io("read", path, e),
    })?;
    egg(path, &bytes)
}

/// What an `.egg` file holds; `path` names it in errors.
pub fn egg(path: &Path, bytes: &[u8]) -> Result<Envelope, VaultError> {
    let damaged = |damage| VaultError::Damaged { path: path.to_path_buf(), damage };
    if let Some(over) = (bytes.len() as u64).checked_sub(MAX_FILE).filter(|over| *over > 0) {
        return Err(damaged(Damage::TooLong(over)));
    }
    match Envelope::from_bytes(bytes) {
        Ok((envelope, _)) => Ok(envelope),
        Err(ReadError::Damage(damage)) => Err(damaged(damage)),
        Err(ReadError::Newer(found)) => Err(VaultError::NewerVersion { found, supported: FORMAT_VERSION }),
    }
}
