//! What one asks of a daycare.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ask::{Body, Method};
use super::live::LiveHandle;
use super::{Address, Change, ClientError, Hello, Id, NewToy, Rom, Session, Toy, Web};

/// A daycare whose certificate authority is confirmed. Clones share the session. All methods block, for 10 s at most
/// where nothing else is said; their errors are told in one sentence, which for a refusal is the daycare's own.
#[derive(Clone)]
pub struct Daycare {
    pub(super) web: Arc<Web>,
}

impl fmt::Debug for Daycare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Daycare({})", self.web.address)
    }
}

/// How long setting a clock may take.
const CLOCK: Duration = Duration::from_secs(60);

/// A ticket, and where it is shown.
#[derive(Deserialize)]
pub(super) struct Ticket {
    pub(super) ticket: Id,
    pub(super) path: String,
}

#[derive(Serialize)]
struct Password<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    password: &'a str,
}

impl Daycare {
    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.web.address
    }

    /// What it says of itself.
    ///
    /// # Errors
    /// As all methods: [`ClientError`].
    pub async fn hello(&self) -> Result<Hello, ClientError> {
        self.web.ask(Method::Get, "/hello", Body::None).await
    }

    /// Signs in, and keeps the session for the next start.
    ///
    /// # Errors
    /// As all methods.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Session, ClientError> {
        self.enter("/session", Password { token: None, name: Some(name), password }).await
    }

    /// Takes an invitation: makes an account and signs in.
    ///
    /// # Errors
    /// As all methods.
    pub async fn join(&self, token: &str, name: &str, password: &str) -> Result<Session, ClientError> {
        self.enter("/join", Password { token: Some(token), name: Some(name), password }).await
    }

    /// Gives the password again, for what needs a fresh one.
    ///
    /// # Errors
    /// As all methods.
    pub async fn sign_in_again(&self, password: &str) -> Result<Session, ClientError> {
        self.enter("/session/again", Password { token: None, name: None, password }).await
    }

    async fn enter(&self, path: &str, password: Password<'_>) -> Result<Session, ClientError> {
        let session: Session = self.web.ask(Method::Post, path, Body::json(&password)?).await?;
        self.web.entered(&session.name)?;
        Ok(session)
    }

    /// Who is signed in; `None` for nobody.
    ///
    /// # Errors
    /// As all methods.
    pub async fn session(&self) -> Result<Option<Session>, ClientError> {
        match self.web.ask(Method::Get, "/session", Body::None).await {
            Err(error) if error.status() == Some(401) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Ends the session, here even where the daycare does not answer.
    ///
    /// # Errors
    /// As all methods.
    pub async fn sign_out(&self) -> Result<(), ClientError> {
        let told = self.web.tell(Method::Delete, "/session", Body::None).await;
        self.web.end_session()?;
        match told {
            Err(error) if error.status() != Some(401) => Err(error),
            _ => Ok(()),
        }
    }

    /// All toys that the player may see.
    ///
    /// # Errors
    /// As all methods.
    pub async fn toys(&self) -> Result<Vec<Toy>, ClientError> {
        self.web.ask(Method::Get, "/toys", Body::None).await
    }

    /// One toy.
    ///
    /// # Errors
    /// As all methods.
    pub async fn toy(&self, toy: Id) -> Result<Toy, ClientError> {
        self.web.ask(Method::Get, &format!("/toys/{toy}"), Body::None).await
    }

    /// A new toy.
    ///
    /// # Errors
    /// As all methods.
    pub async fn create(&self, toy: &NewToy) -> Result<Toy, ClientError> {
        self.web.ask(Method::Post, "/toys", Body::json(toy)?).await
    }

    /// Changes a toy's name, theme, sound or mercy.
    ///
    /// # Errors
    /// As all methods.
    pub async fn change(&self, toy: Id, change: &Change) -> Result<(), ClientError> {
        self.web.tell(Method::Patch, &format!("/toys/{toy}"), Body::json(change)?).await
    }

    /// Ends a toy for good; needs a password of the last five minutes.
    ///
    /// # Errors
    /// As all methods.
    pub async fn delete(&self, toy: Id) -> Result<(), ClientError> {
        self.web.tell(Method::Delete, &format!("/toys/{toy}"), Body::None).await
    }

    /// Starts or pauses a toy's time.
    ///
    /// # Errors
    /// As all methods.
    pub async fn run(&self, toy: Id, running: bool) -> Result<(), ClientError> {
        let word = if running { "start" } else { "pause" };
        self.web.tell(Method::Post, &format!("/toys/{toy}/{word}"), Body::None).await
    }

    /// Takes a toy's battery out and puts it in again; needs a password of the last five minutes.
    ///
    /// # Errors
    /// As all methods.
    pub async fn reset(&self, toy: Id) -> Result<(), ClientError> {
        self.web.tell(Method::Post, &format!("/toys/{toy}/reset"), Body::None).await
    }

    /// Sets a toy's clock by the daycare's, which presses its buttons; blocks until it is set, or for a minute. A
    /// daycare answers before: a pet that hatches meanwhile has its clock set a little later.
    ///
    /// # Errors
    /// As all methods.
    pub async fn set_clock(&self, toy: Id) -> Result<(), ClientError> {
        self.web
            .tell_within(CLOCK.max(self.web.patience), Method::Post, &format!("/toys/{toy}/clock"), Body::None)
            .await
    }

    /// The ROMs in the player's vault there.
    ///
    /// # Errors
    /// As all methods.
    pub async fn roms(&self) -> Result<Vec<Rom>, ClientError> {
        self.web.ask(Method::Get, "/roms", Body::None).await
    }

    /// Puts a ROM's file, at most 64 KiB, into the player's vault there.
    ///
    /// # Errors
    /// As all methods.
    pub async fn add_rom(&self, name: &str, bytes: &[u8]) -> Result<Rom, ClientError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        let name: String = name
            .bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        self.web.ask(Method::Post, &format!("/roms?name={name}"), Body::Bytes(bytes)).await
    }

    /// Opens a live link to a toy, which connects by itself, now and whenever it breaks.
    ///
    /// # Errors
    /// [`ClientError::System`] when the computer has no thread or no randomness for it.
    pub fn live(&self, toy: Id) -> Result<LiveHandle, ClientError> {
        LiveHandle::start(self.clone(), toy)
    }

    pub(super) async fn ticket(&self, toy: Id) -> Result<Ticket, ClientError> {
        self.web.ask(Method::Post, &format!("/toys/{toy}/live"), Body::None).await
    }
}
