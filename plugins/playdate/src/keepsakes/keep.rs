//! Where keepsakes are kept.

use std::io;

/// Bytes of a file at most; a full one has less.
pub const LARGEST: u64 = 1 << 20;

/// A place for a few thousand bytes that are replaced as a whole.
pub trait Keep: Send {
    /// What was written last; `None`: nothing yet.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>>;

    /// Replaces it. After success it is there also after a power cut; after a failure, the old or the new is.
    ///
    /// # Errors
    /// It could not be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
}
