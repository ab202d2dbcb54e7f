//! Where keepsakes are kept.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;

use atomic_write_file::AtomicWriteFile;

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

/// A file: temporary file, sync, rename.
#[derive(Debug)]
pub struct FileKeep(PathBuf);

impl FileKeep {
    /// The file at a path, whose folder must be there before something is written.
    #[must_use]
    pub fn new(path: PathBuf) -> FileKeep {
        FileKeep(path)
    }
}

impl Keep for FileKeep {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(io::Error::new(ErrorKind::InvalidData, "it is larger than 1 MiB"));
        }
        Ok(Some(bytes))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut file = AtomicWriteFile::open(&self.0)?;
        file.write_all(bytes)?;
        file.commit()
    }
}
