//! Opens the line that a [`Line`] names, and gets the secret for it.

#[cfg(feature = "quic")]
mod network;
#[cfg(not(feature = "quic"))]
mod no_network;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use zeroize::Zeroizing;

use super::advice::Trouble;
use super::messages::SecretFrom;
use super::parts::Line;
use super::toy::{self, Wish};
use crate::engine::Glare;
use crate::secret::Secret;
use crate::transport::{Clock, Transport};
#[cfg(not(feature = "quic"))]
use no_network as network;

/// Where the secret may be, in hexadecimal.
const VARIABLE: &str = "EGGTOOTH_PRONG_SECRET";

/// A line, and what belongs to it.
pub(super) struct Opened {
    pub transport: Box<dyn Transport>,
    pub secret: Option<Arc<Secret>>,
    pub glare: Glare,
    pub toy: Option<SyncSender<Wish>>,
    /// Worth knowing, a sentence.
    pub note: Option<String>,
}

impl Opened {
    fn new(transport: Box<dyn Transport>, secret: Secret) -> Self {
        Self { transport, secret: Some(Arc::new(secret)), glare: Glare::Yield, toy: None, note: None }
    }
}

/// Opens a line. `waits` is told address and key when a friend is waited for; that ends when `stopped` says so.
/// `Ok(None)`: it was stopped.
pub(super) fn open(
    line: &Line,
    from: &SecretFrom,
    identity: Option<&Path>,
    clock: Clock,
    stopped: &mut dyn FnMut() -> bool,
    waits: &mut dyn FnMut(String, String),
) -> Result<Option<Opened>, Trouble> {
    match line {
        Line::Port(name) => {
            let (secret, note) = given(from)?;
            let transport = port(name.trim(), clock)?;
            Ok(Some(Opened { transport, secret, glare: Glare::Yield, toy: None, note }))
        }
        Line::Simulated => {
            let secret = Arc::new(Secret::own());
            let (transport, ear) = toy::start(clock, secret).map_err(Trouble::plain)?;
            Ok(Some(Opened { toy: Some(ear), ..Opened::new(transport, Secret::own()) }))
        }
        Line::Call { addr, key } => network::call(addr.trim(), key.trim(), identity, clock).map(Some),
        Line::Listen { addr } => network::listen(addr.trim(), identity, clock, stopped, waits),
    }
}

#[cfg(feature = "uart")]
fn port(name: &str, clock: Clock) -> Result<Box<dyn Transport>, Trouble> {
    use crate::transport::uart;
    if name.is_empty() {
        return Err(Trouble::plain("no port was named: choose one from the list, or type its name"));
    }
    let line = uart::open(name, uart::Options::default(), clock).map_err(|error| super::advice::of_port(&error))?;
    Ok(Box::new(line))
}

#[cfg(not(feature = "uart"))]
fn port(_: &str, _: Clock) -> Result<Box<dyn Transport>, Trouble> {
    Err(Trouble::plain("this build has no serial ports: use a build with them"))
}

/// The secret of a real toy, if there is one, and a sentence about it.
///
/// # Errors
/// There is no such file, or what is given is no secret.
pub fn given(from: &SecretFrom) -> Result<(Option<Arc<Secret>>, Option<String>), Trouble> {
    let (secret, note) = match from {
        SecretFrom::File(path) => {
            let secret = from_file(path)?;
            let newline = "The secret ends in a newline, which is taken as part of it.";
            let note = secret.ends_in_newline().then(|| newline.to_owned());
            (secret, note)
        }
        SecretFrom::Environment => match std::env::var(VARIABLE) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                let secret = Secret::from_hex(&text);
                (secret.map_err(|error| Trouble::plain(format!("{VARIABLE} is no secret: {error}")))?, None)
            }
            Err(_) => return Ok((None, None)),
        },
    };
    Ok((Some(Arc::new(secret)), note))
}

fn from_file(path: &PathBuf) -> Result<Secret, Trouble> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(258));
    let read = std::fs::File::open(path).and_then(|file| file.take(257).read_to_end(&mut bytes));
    read.map_err(|error| Trouble::plain(format!("the secret file {} cannot be read: {error}", path.display())))?;
    let secret = Secret::new(std::mem::take(&mut *bytes));
    secret.map_err(|error| Trouble::plain(format!("{} is no secret file: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn secrets_come_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let write = |bytes: &[u8]| {
            let path = folder.path().join("secret");
            std::fs::write(&path, bytes).unwrap();
            given(&SecretFrom::File(path))
        };
        let (secret, note) = write(b"prong-dev-secret-A").unwrap();
        assert!(secret.is_some() && note.is_none());
        assert!(write(b"abc\n").unwrap().1.unwrap().contains("newline"));
        assert!(write(b"").err().unwrap().what.contains("is empty"));
        assert!(write(&[7; 300]).err().unwrap().what.contains("at most 256"));
        let none = given(&SecretFrom::File(folder.path().join("none"))).err().unwrap();
        assert!(none.what.contains("cannot be read"), "{none:?}");
    }
}
