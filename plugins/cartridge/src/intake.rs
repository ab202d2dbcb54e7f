//! Files from the disk: what may be opened at all, and Epson pairs lying side by side.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cartridge::{Cartridge, Container, read, read_plain, too_large};
use crate::error::RomError;
use crate::records::{self, Half, Records};

/// Largest file that is read, in bytes: twenty times the longest sensible text form of a ROM.
pub const LIMIT: u64 = 1024 * 1024;
/// Of a larger one so much, to say what it is.
const START: u64 = 0x9000;

impl Cartridge {
    /// Takes in a file. Its kind and size are looked at before it is opened, so that folders,
    /// pipes and devices are refused without reading or waiting; of a huge file only the start is read. The path need not be
    /// valid UTF-8. Half of an Epson pair is completed by the other half if that lies beside it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RomError> {
        let path = path.as_ref();
        let bytes = read_file(path)?;
        let name = path.file_name().map(|name| name.to_string_lossy());
        match read(&bytes)? {
            (Records::Image(image), container) => Ok(Self::new(image, container, name.as_deref())),
            (Records::Half(half), _) => open_pair(path, half),
        }
    }
}

/// Reads a regular file of at most [`LIMIT`] bytes.
fn read_file(path: &Path) -> Result<Vec<u8>, RomError> {
    let fail = |e| io_error(path, e);
    check(path, &fs::metadata(path).map_err(fail)?)?;
    let file = File::open(path).map_err(fail)?;
    // Again, in case the path was given to something else in between.
    let length = file.metadata().map_err(fail).and_then(|meta| check(path, &meta).map(|()| meta.len()))?;
    let most = if length > LIMIT { START } else { LIMIT + 1 };
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(fail)?;
    // A file can grow while it is read.
    let length = length.max(bytes.len() as u64);
    if length > LIMIT { Err(too_large(&bytes, length)) } else { Ok(bytes) }
}

pub(crate) fn io_error(path: &Path, source: io::Error) -> RomError {
    let path = path.to_path_buf();
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => RomError::Missing { path },
        _ => RomError::Unreadable { path, source },
    }
}

fn check(path: &Path, meta: &Metadata) -> Result<(), RomError> {
    let refuse = |what, advice| Err(RomError::NotAFile { path: path.to_path_buf(), what, advice });
    if meta.is_dir() {
        return refuse("a folder", "choose the ROM file inside it");
    }
    if !meta.is_file() {
        return refuse(special(meta), "copy the ROM to a plain file and choose that");
    }
    Ok(())
}

#[cfg(unix)]
fn special(meta: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = meta.file_type();
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "a device"
}

/// Looks for the other half of a pair and joins both.
fn open_pair(path: &Path, half: Half) -> Result<Cartridge, RomError> {
    let missing = RomError::HalfPair { half: half.name() };
    for other in siblings(path) {
        let Ok(bytes) = read_file(&other) else {
            continue;
        };
        let Ok(Records::Half(found)) = read_plain(&bytes) else {
            continue;
        };
        if !half.looks_high && !found.looks_high {
            continue;
        }
        // The names tell which is which only where the content does not.
        let (first, second) = if names_high(path) { (found, half) } else { (half, found) };
        let image = records::join(first, second)?;
        let name = other.file_name().map(|name| name.to_string_lossy().into_owned());
        return Ok(Cartridge::new(image, Container::Beside(name.unwrap_or_default()), None));
    }
    Err(missing)
}

fn names_high(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let extension = name.rsplit('.').next().unwrap_or_default();
    name.contains("high") || stem.ends_with('h') || extension.starts_with('h') && extension != "hex"
}

/// The path of the high half that goes with `low` when a pair is written.
pub(crate) fn high_path(low: &Path) -> PathBuf {
    let renamed = siblings(low).into_iter().next();
    renamed.unwrap_or_else(|| low.with_extension("high"))
}

/// Where the other half of a pair may lie, likeliest first: `low` and `high` exchanged in the
/// name, `_high` added or taken off, `l` and `h` exchanged at the end of the stem or at the
/// beginning of the extension (Epson's tools write `.LSA` and `.HSA`).
fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(stem), extension) = (path.file_stem().and_then(|s| s.to_str()), path.extension()) else {
        return Vec::new();
    };
    let with = |stem: &str, extension: Option<&str>| {
        let mut name = OsString::from(stem);
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        path.with_file_name(name)
    };
    let extension = extension.and_then(|e| e.to_str());
    let mut out = Vec::new();
    for (from, to) in
        [("low", "high"), ("high", "low"), ("LOW", "HIGH"), ("HIGH", "LOW"), ("Low", "High"), ("High", "Low")]
    {
        if let Some(head) = stem.strip_suffix(from) {
            out.push(with(&format!("{head}{to}"), extension));
        }
    }
    out.push(with(&format!("{stem}_high"), extension));
    if let Some(head) = stem.strip_suffix("_high") {
        out.push(with(head, extension));
    }
    let swap = |c: char| match c {
        'l' => Some('h'),
        'h' => Some('l'),
        'L' => Some('H'),
        'H' => Some('L'),
        _ => None,
    };
    if let Some((at, last)) = stem.char_indices().next_back()
        && let Some(other) = swap(last)
    {
        out.push(with(&format!("{}{other}", &stem[..at]), extension));
    }
    if let Some(extension) = extension
        && let Some(first) = extension.chars().next()
        && let Some(other) = swap(first)
    {
        out.push(with(stem, Some(&format!("{other}{}", &extension[first.len_utf8()..]))));
    }
    out
}
