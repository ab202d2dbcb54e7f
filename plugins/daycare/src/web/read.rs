//! Reads the folder of a build.

use super::{Web, WebError};
use axum::body::Bytes;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Folders in folders at most.
const DEEPEST: usize = 3;

/// All files below a folder, by their names from there on; what begins with a dot is left out.
///
/// # Errors
/// [`WebError`].
pub fn read(folder: &Path) -> Result<BTreeMap<String, Bytes>, WebError> {
    let mut reading = Reading { folder, files: BTreeMap::new(), left: Web::BYTES };
    reading.folder(folder, "", 0)?;
    Ok(reading.files)
}

struct Reading<'a> {
    folder: &'a Path,
    files: BTreeMap<String, Bytes>,
    left: u64,
}

impl Reading<'_> {
    fn folder(&mut self, path: &Path, before: &str, depth: usize) -> Result<(), WebError> {
        let failed = |reason: io::Error| WebError::Read { path: path.to_path_buf(), reason };
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            let stranger = || WebError::Stranger { path: path.clone() };
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(stranger)?;
            if name.starts_with('.') {
                continue;
            }
            if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
                return Err(stranger());
            }
            let whole = format!("{before}{name}");
            if kind.is_dir() && depth < DEEPEST {
                self.folder(&path, &format!("{whole}/"), depth + 1)?;
            } else if kind.is_file() {
                self.file(&path, whole)?;
            } else {
                return Err(stranger());
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String) -> Result<(), WebError> {
        let failed = |reason: io::Error| WebError::Read { path: path.to_path_buf(), reason };
        let much = || WebError::Much { path: self.folder.to_path_buf() };
        let mut bytes = Vec::new();
        // The length is asked for first: of what is too large not a byte is read.
        let file = File::open(path).map_err(failed)?;
        if self.files.len() >= Web::FILES || file.metadata().map_err(failed)?.len() > self.left {
            return Err(much());
        }
        file.take(self.left + 1).read_to_end(&mut bytes).map_err(failed)?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(much)?;
        self.files.insert(name, bytes.into());
        Ok(())
    }
}
