//! Assembling files of this computer.

use crate::{Assembly, Diagnostic, assemble};
use std::{fs::File, io::Read, path::Path};

/// The largest source file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Assembles the file at `path` and what it includes, as [`assemble`] does.
///
/// # Errors
///
/// As [`assemble`]; a file that cannot be read is one of the entries.
pub fn assemble_file(path: &Path) -> Result<Assembly, Vec<Diagnostic>> {
    let root = path.to_string_lossy();
    assemble(&root, &|name| {
        // The root's path need not be UTF-8.
        read(if name == root { path } else { Path::new(name) })
    })
}

fn read(path: &Path) -> Result<String, String> {
    let plain = |error: std::io::Error| error.to_string();
    // Opening a pipe would wait for its writer, so this looks first.
    if !path.metadata().map_err(plain)?.is_file() {
        return Err("this is not a file".to_string());
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(plain)?.take(MAX_FILE_BYTES + 1);
    file.read_to_end(&mut bytes).map_err(plain)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("this file is larger than {MAX_FILE_BYTES} bytes; split it with INCLUDE"));
    }
    String::from_utf8(bytes).map_err(|_| "this file is not UTF-8 text".to_string())
}
