//! The page has decided: the browser lets one of its tabs have the saves.

use std::path::{Path, PathBuf};

use crate::datadir::ReadOnlyReason;
use crate::disk::{create_dir_all, memory};
use crate::error::VaultError;

/// The page holds the lock as long as it is open.
pub(crate) struct Lock;

pub(crate) fn default_location() -> Result<PathBuf, VaultError> {
    Ok(memory::ROOT.into())
}

pub(crate) fn claim(root: &Path) -> Result<Lock, ReadOnlyReason> {
    if let Some(reason) = memory::read_only() {
        return Err(ReadOnlyReason::Page(reason));
    }
    for name in ["toys", "retired", "roms"] {
        create_dir_all(&root.join(name)).map_err(|error| ReadOnlyReason::Unwritable(error.to_string()))?;
    }
    Ok(Lock)
}
