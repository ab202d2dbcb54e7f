//! Where results go: standard output, files, and messages on standard error.

use anyhow::{Context, Result, bail};
use atomic_write_file::AtomicWriteFile;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// Standard output is gone: its reader has closed it.
#[derive(Debug)]
struct ClosedPipe;

impl std::fmt::Display for ClosedPipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nobody reads the results")
    }
}

impl std::error::Error for ClosedPipe {}

/// Whether an error only says that nobody reads standard output any more.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.is::<ClosedPipe>()
}

/// Says something on standard error. A closed one is no reason to stop.
pub fn log(text: &str) {
    let _ = writeln!(io::stderr(), "eggtooth: {text}");
}

/// Writes a whole result to standard output.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    told(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The error of a write to standard output as people see it.
pub fn told(result: io::Result<()>) -> Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(ClosedPipe.into()),
        Err(error) => Err(error).context("the results cannot be written to standard output"),
    }
}

/// Writes a file as a whole: until it is complete, an older one of that name stays. Devices and
/// pipes are written as they are.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    // Through links, so that the file they point to is replaced and not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let result = match fs::metadata(&target) {
        Ok(found) if found.is_dir() => bail!("{} is a folder; give the name of a file", path.display()),
        Ok(found) if !found.is_file() => File::options().write(true).open(&target).and_then(|mut f| f.write_all(bytes)),
        _ => replace(&target, bytes),
    };
    result.with_context(|| format!("{} cannot be written", path.display()))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicWriteFile::open(path)?;
    file.write_all(bytes)?;
    file.commit()
}

/// Reads a file of at most `limit` bytes; more is an error, so `/dev/zero` ends too.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let cannot = || format!("{} cannot be read", path.display());
    if fs::metadata(path).with_context(cannot)?.is_dir() {
        bail!("{} is a folder; give the name of a file", path.display());
    }
    let mut bytes = Vec::new();
    File::open(path).with_context(cannot)?.take(limit + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > limit {
        bail!("{} is larger than {} MiB, more than such a file ever needs", path.display(), limit >> 20);
    }
    Ok(bytes)
}

/// Whether two paths name the same file that exists.
pub fn is_same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
