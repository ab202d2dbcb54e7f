//! Pets carried to a daycare and away from it. Every request may be repeated with the same number.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::ask::{Body, Method};
use super::{Arrival, ClientError, Daycare, Id, Left, MoveState};

/// The longest save and the longest ROM.
const LONGEST: usize = 64 << 10;

#[derive(Serialize)]
struct Arriving<'a> {
    id: Id,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<&'a str>,
    envelope: String,
    rom: Option<String>,
}

#[derive(Deserialize)]
struct Arrived {
    toy: Id,
}

#[derive(Serialize)]
struct Number {
    id: Id,
}

#[derive(Deserialize)]
struct Leaving {
    tick: u64,
    envelope: String,
    #[serde(default)]
    rom: Option<String>,
}

impl Daycare {
    /// A pet arrives: once this returns, it lives at the daycare, as the returned toy, and must not live here. After
    /// an error that [`ClientError::is_unknown`], ask again with the same number, or look at [`Daycare::ask_move`].
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 409 when the move was cancelled; as all methods.
    pub async fn arrive(&self, arrival: &Arrival) -> Result<Id, ClientError> {
        let body = Arriving {
            id: arrival.id,
            name: &arrival.name,
            theme: arrival.theme.as_deref(),
            envelope: BASE64_STANDARD.encode(&arrival.envelope),
            rom: arrival.rom.as_ref().map(|rom| BASE64_STANDARD.encode(rom)),
        };
        self.web.ask(Method::Post, "/moves", Body::json(&body)?).await.map(|arrived: Arrived| arrived.toy)
    }

    /// What the daycare knows of a move; `None` when it has not heard of it.
    ///
    /// # Errors
    /// As all methods.
    pub async fn ask_move(&self, id: Id) -> Result<Option<MoveState>, ClientError> {
        match self.web.ask(Method::Get, &format!("/moves/{id}"), Body::None).await {
            Err(error) if error.status() == Some(404) => Ok(None),
            other => other.map(Some),
        }
    }

    /// The arrival of this number will not happen: once this returns, the pet may live here.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 409 when it has happened; as all methods.
    pub async fn cancel_move(&self, id: Id) -> Result<(), ClientError> {
        self.web.tell(Method::Post, &format!("/moves/{id}/cancel"), Body::None).await
    }

    /// A pet leaves: from now on it stands still at the daycare, which still has it until [`Daycare::finish_move`].
    ///
    /// # Errors
    /// [`ClientError::Again`] where a ROM of the player's own goes with it and the password was given long ago; as all
    /// methods.
    pub async fn leave(&self, toy: Id, id: Id) -> Result<Left, ClientError> {
        let left: Leaving =
            self.web.ask(Method::Post, &format!("/toys/{toy}/leave"), Body::json(&Number { id })?).await?;
        let bytes = |text: &str| {
            let bytes = BASE64_STANDARD.decode(text).ok().filter(|bytes| bytes.len() <= LONGEST);
            bytes.ok_or_else(|| ClientError::Answer { url: self.address().url() })
        };
        let rom = left.rom.as_deref().map(bytes).transpose()?;
        Ok(Left { tick: left.tick, envelope: bytes(&left.envelope)?, rom })
    }

    /// The pet has left and is kept here: once this returns, the daycare has it no more, and it lives here.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 404 or 409 when it did not leave; as all methods.
    pub async fn finish_move(&self, id: Id) -> Result<(), ClientError> {
        self.web.tell(Method::Post, &format!("/moves/{id}/done"), Body::None).await
    }

    /// The pet does not leave after all, and lives on at the daycare.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 409 when it has left; as all methods.
    pub async fn abort_move(&self, id: Id) -> Result<(), ClientError> {
        self.web.tell(Method::Post, &format!("/moves/{id}/abort"), Body::None).await
    }
}
