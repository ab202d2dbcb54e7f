//! Opens the line that a [`Line`](super::parts::Line) names, and gets the secret for it.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(all(feature = "quic", not(target_family = "wasm")))]
mod network;
#[cfg(not(any(feature = "quic", target_family = "wasm")))]
mod no_network;
#[cfg(target_family = "wasm")]
mod page;

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use zeroize::Zeroizing;

use super::advice::Trouble;
use super::disk;
use super::messages::SecretFrom;
use super::toy;
use crate::engine::Glare;
use crate::secret::Secret;
use crate::toy::Wish;
use crate::transport::{Clock, Transport};

#[cfg(not(target_family = "wasm"))]
pub(super) use native::open;
#[cfg(target_family = "wasm")]
pub(super) use page::open;

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

    fn simulated(clock: Clock) -> Result<Self, Trouble> {
        let secret = Arc::new(Secret::own());
        let (transport, ear) = toy::start(clock, secret).map_err(Trouble::plain)?;
        Ok(Self { toy: Some(ear), ..Self::new(transport, Secret::own()) })
    }
}

/// The secret of a real toy, if there is one, and a sentence about it.
///
/// # Errors
/// There is no such file, or what is given is no secret.
pub fn given(from: &SecretFrom) -> Result<(Option<Arc<Secret>>, Option<String>), Trouble> {
    let (secret, note) = match from {
        SecretFrom::File(path) => noted(Arc::new(disk::secret(path)?)),
        SecretFrom::Given(secret) => noted(secret.clone()),
        SecretFrom::Environment => match std::env::var(VARIABLE) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                let secret = Secret::from_hex(&text);
                let secret = secret.map_err(|error| Trouble::plain(format!("{VARIABLE} is no secret: {error}")))?;
                (Arc::new(secret), None)
            }
            Err(_) => return Ok((None, None)),
        },
    };
    Ok((Some(secret), note))
}

fn noted(secret: Arc<Secret>) -> (Arc<Secret>, Option<String>) {
    let newline = "The secret ends in a newline, which is taken as part of it.";
    let note = secret.ends_in_newline().then(|| newline.to_owned());
    (secret, note)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_secret_may_be_given() {
        let secret = Arc::new(Secret::new(b"hunter2\n".to_vec()).unwrap());
        let (given, note) = given(&SecretFrom::Given(secret.clone())).unwrap();
        assert!(given == Some(secret) && note.unwrap().contains("newline"));
        assert!(!format!("{given:?}").contains("104"), "nor in numbers");
    }

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
