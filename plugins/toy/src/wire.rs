//! A real daycare, over HTTP: what [`Carrier`](crate::Carrier) asks, in the words of the client.

use crate::carrier::{Daycare, Luggage, Parcel, Trouble};
use crate::carry::Known;
use crate::lease::Id;
use eggtooth_livelink::client::{self, Arrival, ClientError, MoveWord};

/// A daycare in which somebody has signed in, for carrying. Its requests block for up to 10 s.
#[derive(Clone, Debug)]
pub struct Wire {
    daycare: client::Daycare,
    address: String,
    account: Id,
}

impl Wire {
    /// With the account of the session.
    #[must_use]
    pub fn new(daycare: client::Daycare, session: &client::Session) -> Wire {
        Wire { address: daycare.address().url(), account: session.account.0, daycare }
    }
}

/// What is certain after a failure: only a clear refusal is one.
fn trouble(error: ClientError) -> Trouble {
    match error.status() {
        Some(404 | 410) => Trouble::Gone,
        Some(409) => Trouble::Conflict,
        // To be tried again: signing in, waiting, or the daycare's own trouble.
        Some(401 | 408 | 425 | 429) | None => Trouble::Lost(error.to_string()),
        Some(status) if status >= 500 => Trouble::Lost(error.to_string()),
        Some(_) => Trouble::Refused(error.to_string()),
    }
}

impl Daycare for Wire {
    fn address(&self) -> &str {
        &self.address
    }

    fn account(&self) -> Id {
        self.account
    }

    fn arrive(&mut self, id: Id, luggage: &Luggage) -> Result<Id, Trouble> {
        let arrival = Arrival {
            id: client::Id(id),
            name: luggage.name.clone(),
            theme: None,
            envelope: luggage.envelope.clone(),
            rom: Some(luggage.rom.clone()),
        };
        self.daycare.arrive(&arrival).map(|toy| toy.0).map_err(trouble)
    }

    fn ask(&mut self, id: Id) -> Result<Option<Known>, Trouble> {
        let Some(state) = self.daycare.ask_move(client::Id(id)).map_err(trouble)? else { return Ok(None) };
        Ok(Some(match (state.state, state.toy) {
            (MoveWord::Arrived, Some(toy)) => Known::Arrived(toy.0),
            (MoveWord::Arrived, None) => {
                return Err(Trouble::Lost("the daycare does not say which toy the pet is".into()));
            }
            (MoveWord::Leaving, _) => Known::Leaving,
            (MoveWord::Done, _) => Known::Done,
            (MoveWord::Cancelled, _) => Known::Cancelled,
        }))
    }

    fn cancel(&mut self, id: Id) -> Result<(), Trouble> {
        self.daycare.cancel_move(client::Id(id)).map_err(trouble)
    }

    fn leave(&mut self, toy: Id, id: Id) -> Result<Parcel, Trouble> {
        let left = self.daycare.leave(client::Id(toy), client::Id(id)).map_err(trouble)?;
        Ok(Parcel { tick: left.tick, envelope: left.envelope, rom: left.rom })
    }

    fn done(&mut self, id: Id) -> Result<(), Trouble> {
        self.daycare.finish_move(client::Id(id)).map_err(trouble)
    }

    fn abort(&mut self, id: Id) -> Result<(), Trouble> {
        self.daycare.abort_move(client::Id(id)).map_err(trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_refusal_is_certain() {
        let refused = |status| trouble(ClientError::Refused { status, detail: "No.".into(), after: None });
        assert_eq!((refused(404), refused(409)), (Trouble::Gone, Trouble::Conflict));
        for status in [400, 403, 413, 422] {
            assert_eq!(refused(status), Trouble::Refused("No.".into()));
        }
        for status in [408, 429, 500, 503] {
            assert_eq!(refused(status), Trouble::Lost("No.".into()));
        }
        let url = || "https://egg".to_owned();
        for error in [
            ClientError::SignedOut { url: url() },
            ClientError::Answer { url: url() },
            ClientError::Unreachable { url: url(), reason: "gone".into() },
        ] {
            assert!(matches!(trouble(error), Trouble::Lost(_)));
        }
    }
}
