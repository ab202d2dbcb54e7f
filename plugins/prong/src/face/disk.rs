//! Files that the player has named.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::advice::Trouble;
use crate::MAX_PACKET;
use crate::secret::Secret;

/// The raw bytes of a secret.
pub(super) fn secret(path: &Path) -> Result<Secret, Trouble> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(258));
    let read = File::open(path).and_then(|file| file.take(257).read_to_end(&mut bytes));
    read.map_err(|error| Trouble::plain(format!("the secret file {} cannot be read: {error}", path.display())))?;
    let secret = Secret::new(std::mem::take(&mut *bytes));
    secret.map_err(|error| Trouble::plain(format!("{} is no secret file: {error}", path.display())))
}

/// At most one byte more than a packet may have.
pub(super) fn item(path: &Path) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let limit = MAX_PACKET as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map_err(|error| Trouble::plain(format!("{} cannot be read: {error}", path.display())))?;
    Ok(bytes)
}
