//! A real daycare, over HTTP: what [`Carrier`](crate::Carrier) asks, in the words of the client.

use crate::carrier::{Daycare, Luggage, Parcel, Trouble};
use crate::carry::Known;
use crate::lease::Id;
use eggtooth_livelink::client::{self, Arrival, ClientError, MoveWord};
use std::time::Duration;

/// The longest wait that a daycare is granted when it asks for one by `Retry-After`, and all waits of a request.
const WAIT: Duration = Duration::from_secs(30);
const WAITS: Duration = Duration::from_secs(60);

/// A daycare in which somebody has signed in, for carrying. Its requests take up to 10 s, and a minute more
/// where the daycare has too much to do and asks to wait; then they are [`Trouble::Lost`], to be taken up again later.
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
        Some(403) if matches!(error, ClientError::Again { .. }) => Trouble::Again(error.to_string()),
        // To be tried again: signing in, waiting, or the daycare's own trouble.
        Some(401 | 408 | 425 | 429) | None => Trouble::Lost(error.to_string()),
        Some(status) if status >= 500 => Trouble::Lost(error.to_string()),
        Some(_) => Trouble::Refused(error.to_string()),
    }
}

/// Asks, and asks again after the waits that the daycare asks for. Every request may be repeated.
async fn patiently<T>(
    mut pause: impl AsyncFnMut(Duration),
    mut ask: impl AsyncFnMut() -> Result<T, ClientError>,
) -> Result<T, Trouble> {
    let mut left = WAITS;
    loop {
        match ask().await {
            Err(ClientError::Refused { status: 429 | 503, after: Some(after), .. }) if after <= WAIT.min(left) => {
                // What asks to come back at once is not asked at once for ever.
                let after = after.max(Duration::from_secs(1));
                left = left.saturating_sub(after);
                pause(after).await;
            }
            other => return other.map_err(trouble),
        }
    }
}

impl Wire {
    async fn ask<T>(&self, ask: impl AsyncFn(&client::Daycare) -> Result<T, ClientError>) -> Result<T, Trouble> {
        patiently(client::pause, async || ask(&self.daycare).await).await
    }
}

impl Daycare for Wire {
    fn address(&self) -> &str {
        &self.address
    }

    fn account(&self) -> Id {
        self.account
    }

    async fn arrive(&mut self, id: Id, luggage: &Luggage) -> Result<Id, Trouble> {
        let arrival = Arrival {
            id: client::Id(id),
            name: luggage.name.clone(),
            theme: None,
            envelope: luggage.envelope.clone(),
            rom: Some(luggage.rom.clone()),
        };
        Wire::ask(self, async |daycare| daycare.arrive(&arrival).await).await.map(|toy| toy.0)
    }

    async fn ask(&mut self, id: Id) -> Result<Option<Known>, Trouble> {
        let Some(state) = Wire::ask(self, async |daycare| daycare.ask_move(client::Id(id)).await).await? else {
            return Ok(None);
        };
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

    async fn cancel(&mut self, id: Id) -> Result<(), Trouble> {
        Wire::ask(self, async |daycare| daycare.cancel_move(client::Id(id)).await).await
    }

    async fn leave(&mut self, toy: Id, id: Id) -> Result<Parcel, Trouble> {
        let left = Wire::ask(self, async |daycare| daycare.leave(client::Id(toy), client::Id(id)).await).await?;
        Ok(Parcel { tick: left.tick, envelope: left.envelope, rom: left.rom })
    }

    async fn done(&mut self, id: Id) -> Result<(), Trouble> {
        Wire::ask(self, async |daycare| daycare.finish_move(client::Id(id)).await).await
    }

    async fn abort(&mut self, id: Id) -> Result<(), Trouble> {
        Wire::ask(self, async |daycare| daycare.abort_move(client::Id(id)).await).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(status: u16, seconds: Option<u64>) -> ClientError {
        ClientError::Refused { status, detail: "Wait.".into(), after: seconds.map(Duration::from_secs) }
    }

    /// What a daycare answers in turn, what comes of it, and the waits in seconds.
    #[test]
    fn a_daycare_that_asks_to_wait_is_asked_again() {
        let lost = || Err(Trouble::Lost("Wait.".into()));
        let table: [(Vec<Result<u8, ClientError>>, Result<u8, Trouble>, &[u64]); 7] = [
            (vec![Ok(1)], Ok(1), &[]),
            (vec![Err(busy(429, Some(7))), Err(busy(503, Some(1))), Ok(2)], Ok(2), &[7, 1]),
            (vec![Err(busy(429, Some(0))), Ok(3)], Ok(3), &[1]),
            // Not said how long, or too long: later, by hand.
            (vec![Err(busy(429, None))], lost(), &[]),
            (vec![Err(busy(429, Some(31)))], lost(), &[]),
            (vec![Err(busy(429, Some(10))); 9], lost(), &[10; 6]),
            (vec![Err(busy(429, Some(5))), Err(busy(409, Some(1)))], Err(Trouble::Conflict), &[5]),
        ];
        for (answers, result, waits) in table {
            let (mut answers, mut waited) = (answers.into_iter(), Vec::new());
            let pause = async |pause: Duration| waited.push(pause.as_secs());
            let asked = pollster::block_on(patiently(pause, async || answers.next().unwrap_or(Ok(0))));
            assert_eq!((asked, &waited[..]), (result, waits));
        }
    }

    #[test]
    fn only_a_clear_refusal_is_certain() {
        let again = trouble(ClientError::Again { detail: "Sign in.".into() });
        assert_eq!(again, Trouble::Again("Sign in.".into()));
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
