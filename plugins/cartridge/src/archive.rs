//! ROMs inside zip and gzip: bounded unpacking, one level deep.

use std::io::{Cursor, Read};

use flate2::read::GzDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::cartridge::read_plain;
use crate::error::RomError;
use crate::intake::LIMIT;
use crate::known;
use crate::raw::Image;
use crate::records::{self, Half, Records};
use crate::toys::Kind;

/// Most entries of a zip that is looked at.
const MAX_ENTRIES: usize = 64;
/// Most bytes unpacked from one archive, all entries together.
const MAX_TOTAL: u64 = 4 * LIMIT;

pub(crate) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

pub(crate) fn is_zip(bytes: &[u8]) -> bool {
    // A file, or nothing but the end record: an empty zip.
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Unpacks a gzip file; at most [`LIMIT`] bytes.
pub(crate) fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, RomError> {
    let refuse = |reason: String| RomError::Archive { kind: "gzip file", reason };
    let inside = read_limited(GzDecoder::new(bytes), LIMIT).map_err(refuse)?;
    if is_gzip(&inside) || is_zip(&inside) {
        return Err(refuse("it holds another archive".to_owned()));
    }
    Ok(inside)
}

/// The one image in a zip, and the name of its entry.
pub(crate) fn unzip(bytes: &[u8]) -> Result<(Image, String), RomError> {
    let mut found = Found::default();
    for_each_entry(bytes, &mut found)?;
    found.choose()
}

fn for_each_entry(bytes: &[u8], found: &mut Found) -> Result<(), RomError> {
    let refuse = |reason: String| RomError::Archive { kind: "ZIP", reason };
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| refuse("it is damaged or cut short".to_owned()))?;
    if zip.len() > MAX_ENTRIES {
        return Err(refuse(format!("it has {} files, more than {MAX_ENTRIES}", zip.len())));
    }
    let mut left = MAX_TOTAL;
    for index in 0..zip.len() {
        if zip.by_index_raw(index).is_ok_and(|entry| entry.encrypted()) {
            return Err(refuse("it is locked with a password".to_owned()));
        }
        let entry = zip.by_index(index).map_err(|e| refuse(e.to_string()))?;
        let name = entry.name().map_or_else(|_| format!("file {}", index + 1), |name| printable(&name));
        let hidden = name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|last| last.starts_with('.'));
        if entry.is_dir() || hidden {
            continue;
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            found.refused.push((name, "it is packed in a way that is not known here".to_owned()));
            continue;
        }
        if entry.size() > LIMIT {
            found.refused.push((name, "it is far larger than a ROM".to_owned()));
            continue;
        }
        // The sizes in the directory may lie: what counts is what comes out.
        let content = match read_limited(entry, LIMIT.min(left)) {
            Ok(content) => content,
            Err(reason) => {
                found.refused.push((name, reason));
                left = left.saturating_sub(LIMIT);
                continue;
            }
        };
        left = left.saturating_sub(content.len() as u64);
        if left == 0 {
            return Err(refuse("it unpacks to far more than a ROM".to_owned()));
        }
        found.add(name, &content);
    }
    Ok(())
}

/// Reads at most `limit` bytes; more is an error, told as a reason.
fn read_limited(reader: impl Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    reader.take(limit + 1).read_to_end(&mut out).map_err(|_| "it is damaged or cut short".to_owned())?;
    if out.len() as u64 > limit {
        return Err("it unpacks to far more than a ROM".to_owned());
    }
    Ok(out)
}

fn printable(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What the entries of a zip turned out to be.
#[derive(Default)]
struct Found {
    images: Vec<(Image, String)>,
    halves: Vec<(Half, String)>,
    refused: Vec<(String, String)>,
}

impl Found {
    fn add(&mut self, name: String, content: &[u8]) {
        if is_zip(content) || is_gzip(content) {
            self.refused.push((name, "another archive".to_owned()));
            return;
        }
        match read_plain(content) {
            Ok(Records::Image(image)) => self.images.push((image, name)),
            Ok(Records::Half(half)) => self.halves.push((half, name)),
            Err(e) => self.refused.push((name, e.to_string())),
        }
    }

    /// What the zip is if not an archive that somebody packed.
    fn package(&self) -> Option<&'static str> {
        let inside = |name: &str| self.refused.iter().any(|(found, _)| found == name);
        PACKAGES.iter().find(|(name, _)| inside(name)).map(|(_, what)| *what)
    }

    fn choose(mut self) -> Result<(Image, String), RomError> {
        if self.images.is_empty() && self.halves.len() == 2 {
            // If both could be either half, their names order them: h(igh) before l(ow).
            self.halves.sort_by(|a, b| b.1.cmp(&a.1));
            let mut halves = self.halves.into_iter();
            if let (Some((first, a)), Some((second, b))) = (halves.next(), halves.next()) {
                return Ok((records::join(first, second)?, format!("{a} and {b}")));
            }
            return Err(RomError::Empty);
        }
        if self.images.is_empty() {
            if let Some(what) = self.package() {
                return Err(RomError::NoImageInside { found: what.to_owned() });
            }
            return Err(match (self.halves.first(), self.refused.first()) {
                (Some((half, _)), _) if self.halves.len() == 1 => RomError::HalfPair { half: half.name() },
                (Some(_), _) => RomError::SeveralInside { names: names(self.halves.iter().map(|(_, name)| name)) },
                (None, Some((name, reason))) if self.refused.len() == 1 => {
                    // The sentence's second half is advice; the outer sentence has its own.
                    let reason = reason.split("; ").next().unwrap_or_default();
                    RomError::NoImageInside { found: format!("{name}: {reason}") }
                }
                (None, Some(_)) => RomError::NoImageInside { found: names(self.refused.iter().map(|(name, _)| name)) },
                (None, None) => RomError::NoImageInside { found: "it is empty".to_owned() },
            });
        }
        // The same program twice is one program; a known toy beats its factory test.
        let first = self.images[0].0.words.clone();
        if self.images.iter().any(|(image, _)| image.words != first) {
            let is_toy = |image: &Image| {
                known::find(&image.words).is_some_and(|known| known.exact && known.toy.kind != Kind::Test)
            };
            let toys: Vec<usize> = (0..self.images.len()).filter(|n| is_toy(&self.images[*n].0)).collect();
            let [only] = toys[..] else {
                return Err(RomError::SeveralInside { names: names(self.images.iter().map(|(_, name)| name)) });
            };
            let (mut image, name) = self.images.swap_remove(only);
            let others = names(self.images.iter().map(|(_, name)| name));
            image.notes.push(format!("the ZIP has other images too ({others}): {name} was taken"));
            return Ok((image, name));
        }
        Ok(self.images.swap_remove(0))
    }
}

/// Files that are zips but that nobody calls so, by the names inside them.
const PACKAGES: [(&str, &str); 6] = [
    ("AndroidManifest.xml", "it is an Android app"),
    ("[Content_Types].xml", "it is an Office document"),
    ("META-INF/container.xml", "it is a book"),
    ("META-INF/manifest.xml", "it is an OpenDocument file"),
    ("META-INF/MANIFEST.MF", "it is a Java program"),
    ("mimetype", "it is a document"),
];

/// The first names of a list, and how many more there are.
fn names<'a>(all: impl Iterator<Item = &'a String>) -> String {
    let all: Vec<&str> = all.map(String::as_str).collect();
    let shown = all.iter().take(4).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(4) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
