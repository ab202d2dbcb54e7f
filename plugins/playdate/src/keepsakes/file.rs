//! Keepsakes in a file.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;

use atomic_write_file::AtomicWriteFile;

use super::keep::{Keep, LARGEST};

/// A file, 0600 on Unix: temporary file, sync, rename. While it is in use, a lock keeps others from it, who would write what they read
/// before: a gift would be doubled or lost.
#[derive(Debug)]
pub struct FileKeep {
    path: PathBuf,
    lock: Option<File>,
}

impl FileKeep {
    /// The file at a path, whose folder must be there before something is written.
    #[must_use]
    pub fn new(path: PathBuf) -> FileKeep {
        FileKeep { path, lock: None }
    }

    /// Held from the first use until it is dropped. Nothing is in the lock's file, so that it may stay.
    fn hold(&mut self) -> io::Result<()> {
        if self.lock.is_none() {
            let file =
                File::options().create(true).truncate(false).write(true).open(self.path.with_extension("lock"))?;
            match file.try_lock() {
                Ok(()) => self.lock = Some(file),
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(
                        ErrorKind::ResourceBusy,
                        "the pet is at another table: leave that first",
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Keep for FileKeep {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.hold()?;
        let file = match File::open(&self.path) {
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
        self.hold()?;
        let mut options = AtomicWriteFile::options();
        // Whom the pet knows is nobody else's business; also of a file that others could read before.
        #[cfg(unix)]
        {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            atomic_write_file::unix::OpenOptionsExt::preserve_mode(&mut options, false);
        }
        let mut file = options.open(&self.path)?;
        file.write_all(bytes)?;
        file.commit()
    }
}
