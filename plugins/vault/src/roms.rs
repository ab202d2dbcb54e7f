//! The ROM store: normalised images under the name of their hash.

use sha2::{Digest, Sha256};

use crate::datadir::DataDir;
use crate::disk::{ReadFailure, read_bounded, sweep};
use crate::error::VaultError;

/// SHA-256 of a ROM's normalised words, each as two bytes, high byte first.
pub type RomId = [u8; 32];

/// Largest image in the store: 8,192 words.
const MAX_ROM: u64 = 16_384;

/// The identity of normalised ROM bytes.
pub fn rom_id(normalised: &[u8]) -> RomId {
    let mut id = [0; 32];
    id.copy_from_slice(&Sha256::digest(normalised));
    id
}

/// Lower-case hex digits, two for each byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}

impl DataDir {
    /// Keeps a ROM, given as normalised big-endian bytes (at most 16,384), and returns its
    /// identity. A ROM that is there and whole is not written again.
    pub fn store_rom(&self, normalised: &[u8]) -> Result<RomId, VaultError> {
        if normalised.len() as u64 > MAX_ROM {
            return Err(VaultError::TooLarge(format!("a ROM has at most {MAX_ROM} bytes, not {}", normalised.len())));
        }
        let id = rom_id(normalised);
        if self.rom(&id).is_ok() {
            return Ok(id);
        }
        let _writing = self.begin_write()?;
        let name = format!("{}.rom", hex(&id));
        sweep(&self.roms(), &name);
        let path = self.roms().join(name);
        self.disk.replace(&path, normalised).map_err(|e| VaultError::io("store", &path, e))?;
        Ok(id)
    }

    /// A stored ROM as normalised big-endian bytes; its hash is checked.
    pub fn rom(&self, id: &RomId) -> Result<Vec<u8>, VaultError> {
        let name = hex(id);
        let short = name[..12].to_owned();
        let path = self.roms().join(format!("{name}.rom"));
        let bytes = match read_bounded(&path, MAX_ROM) {
            Ok(bytes) => bytes,
            Err(ReadFailure::Missing) => return Err(VaultError::NoSuchRom(short)),
            Err(ReadFailure::TooLong(_)) => return Err(VaultError::DamagedRom(short)),
            Err(ReadFailure::NotAFile(what)) => return Err(VaultError::NotAFile { path, what }),
            Err(ReadFailure::Io(e)) => return Err(VaultError::io("read", &path, e)),
        };
        if rom_id(&bytes) == *id { Ok(bytes) } else { Err(VaultError::DamagedRom(short)) }
    }
}
