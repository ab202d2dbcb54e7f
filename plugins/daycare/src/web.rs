//! The game for browsers: the files of `web/dist`, in memory (what `cargo xtask web` builds).
//!
//! They come from a folder ([`Web::read`]), or, with the feature `embed-web`, from the program itself ([`Web::embedded`]).
//! A file's forms for `Content-Encoding` lie beside it, under its name with `.br` or `.gz` behind. Names are looked up,
//! and never made paths of.

mod embedded;
mod file;
mod read;

pub use file::{Coding, Form, WebFile};

use axum::body::Bytes;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What is opened first.
pub const INDEX: &str = "index.html";

/// The files, by their names: `index.html`, `icons/192.png`.
#[derive(Clone)]
pub struct Web {
    files: BTreeMap<String, WebFile>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names: what is in the files fills a screen for hours.
        f.debug_set().entries(self.files.keys()).finish()
    }
}

/// Why a folder is no build of the game.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// The folder, or a file in it, cannot be read.
    #[error("{} cannot be read: {reason}; give --web-dir the folder web/dist", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// No game is in it.
    #[error("{} holds no {INDEX}; build the game with cargo xtask web, then give its folder web/dist", path.display())]
    NoIndex {
        /// The folder.
        path: PathBuf,
    },
    /// Something in it is neither a file nor a folder, or is called as no file of the game is.
    #[error("{} is no file of the game; leave in the folder only what cargo xtask web has made", path.display())]
    Stranger {
        /// It.
        path: PathBuf,
    },
    /// There is more in it than a build has.
    #[error(
        "{} holds more than {} files or {} MiB; give only the folder that cargo xtask web has made",
        path.display(), Web::FILES, Web::BYTES >> 20
    )]
    Much {
        /// The folder.
        path: PathBuf,
    },
}

impl Web {
    /// Files at most, all forms counted.
    pub const FILES: usize = 64;
    /// Bytes of all of them together at most.
    pub const BYTES: u64 = 256 << 20;

    /// The files of a folder, and of the folders in it. Links are not followed.
    ///
    /// # Errors
    /// [`WebError`].
    pub fn read(folder: &Path) -> Result<Web, WebError> {
        let web = Web::of(read::read(folder)?);
        if web.files.contains_key(INDEX) { Ok(web) } else { Err(WebError::NoIndex { path: folder.to_path_buf() }) }
    }

    /// The files that are part of the program; `None` without the feature `embed-web`.
    #[must_use]
    pub fn embedded() -> Option<Web> {
        let files = embedded::FILES;
        let named = files.iter().map(|(name, bytes)| ((*name).to_owned(), Bytes::from_static(bytes)));
        (!files.is_empty()).then(|| Web::of(named.collect()))
    }

    fn of(mut bytes: BTreeMap<String, Bytes>) -> Web {
        let names: Vec<String> = bytes.keys().cloned().collect();
        let mut forms: BTreeMap<String, Vec<(Coding, Bytes)>> = BTreeMap::new();
        for name in names {
            let coded = Coding::of(&name).filter(|(_, plain)| bytes.contains_key(*plain));
            if let Some((coding, plain)) = coded
                && let Some(form) = bytes.remove(&name)
            {
                forms.entry(plain.to_owned()).or_default().push((coding, form));
            }
        }
        let files = bytes.into_iter().map(|(name, plain)| {
            let file = WebFile::new(&name, plain, forms.remove(&name).unwrap_or_default());
            (name, file)
        });
        Web { files: files.collect() }
    }

    /// The file of that name; the empty one is [`INDEX`].
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&WebFile> {
        self.files.get(if name.is_empty() { INDEX } else { name })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::fs;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_is_read_with_its_forms() {
        let folder = folder(&[
            ("index.html", b"<html>"),
            ("index.html.br", b"br"),
            ("a.js.gz", b"alone"),
            ("icons/192.png", b"png"),
            (".gitkeep", b""),
        ]);
        let web = Web::read(folder.path()).unwrap();
        let names: Vec<&str> = web.files.keys().map(String::as_str).collect();
        assert_eq!(names, ["a.js.gz", "icons/192.png", "index.html"]);
        assert!(web.file("").is_some() && web.file("index.html.br").is_none());
        assert!(
            web.file("../index.html").is_none() && web.file("icons").is_none() && web.file("/index.html").is_none()
        );
    }

    #[test]
    fn what_is_no_build_is_refused_in_one_sentence() {
        let says = |folder: &Path, what: &str| {
            let error = Web::read(folder).unwrap_err().to_string();
            assert!(error.contains(what) && !error.contains('\n'), "{error}");
        };
        says(Path::new("nowhere/at/all"), "cannot be read");
        says(folder(&[("other.html", b"")]).path(), "holds no index.html");
        let strange = folder(&[("index.html", b""), ("a b.js", b"")]);
        says(strange.path(), "a b.js is no file of the game");
        let deep = folder(&[("index.html", b""), ("a/b/c/d/e.js", b"")]);
        says(deep.path(), "is no file of the game");
        let many: Vec<String> = (0..Web::FILES).map(|n| format!("{n}.js")).collect();
        let mut files: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        files.push(("index.html", b""));
        says(folder(&files).path(), "more than 64 files or 256 MiB");
        let large = folder(&[("index.html", b"")]);
        // No byte of it is on the disk.
        fs::File::create(large.path().join("a.wasm")).unwrap().set_len(Web::BYTES + 1).unwrap();
        says(large.path(), "more than 64 files or 256 MiB");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = folder(&[("index.html", b"")]);
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("a.txt")).unwrap();
        assert!(Web::read(folder.path()).unwrap_err().to_string().contains("a.txt is no file of the game"));
    }
}
