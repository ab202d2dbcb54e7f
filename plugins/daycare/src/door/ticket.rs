//! Tickets: the way from a request with a cookie to a live socket without one (service §2.2).

use super::secret::{digest, random};
use super::{Door, DoorError, Revoked, Standing, Who, lock};
use crate::id::{AccountId, ToyId};
use std::collections::HashMap;
use std::time::Duration;

/// How long a ticket is good for, in seconds.
pub const TICKET_SECONDS: u64 = 30;
/// Tickets of one account that are good at the same time; with another one the oldest ends.
const PER_ACCOUNT: usize = 16;
/// Tickets of all; no more are given.
const IN_ALL: usize = 16_384;

/// What a ticket was for.
#[derive(Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// Who.
    pub account: AccountId,
    /// By which session: the hash of its cookie.
    pub session: [u8; 32],
    /// Which toy.
    pub toy: ToyId,
    /// How they stood towards it.
    pub standing: Standing,
}

impl std::fmt::Debug for Redeemed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redeemed({:?}, {:?}, {:?})", self.account, self.toy, self.standing)
    }
}

#[derive(Debug)]
struct Ticket {
    redeemed: Redeemed,
    until: Duration,
}

/// The tickets that are good, by their hash.
#[derive(Debug, Default)]
pub(crate) struct Tickets(HashMap<[u8; 32], Ticket>);

impl Tickets {
    fn add(&mut self, hash: [u8; 32], redeemed: Redeemed, until: Duration) -> Result<(), DoorError> {
        let mut own: Vec<_> = self.0.iter().filter(|(_, ticket)| ticket.redeemed.account == redeemed.account).collect();
        if own.len() >= PER_ACCOUNT {
            own.sort_by_key(|(_, ticket)| ticket.until);
            if let Some(oldest) = own.first().map(|(hash, _)| **hash) {
                self.0.remove(&oldest);
            }
        }
        if self.0.len() >= IN_ALL {
            return Err(DoorError::TooMany { seconds: TICKET_SECONDS });
        }
        self.0.insert(hash, Ticket { redeemed, until });
        Ok(())
    }

    pub(crate) fn sweep(&mut self, now: Duration) {
        self.0.retain(|_, ticket| ticket.until > now);
    }

    pub(crate) fn revoke(&mut self, what: Revoked) {
        if let Revoked::Renewed { old, new } = what {
            for ticket in self.0.values_mut().filter(|ticket| ticket.redeemed.session == old) {
                ticket.redeemed.session = new;
            }
            return;
        }
        self.0.retain(|_, Ticket { redeemed, .. }| match what {
            Revoked::Session(session) => redeemed.session != session,
            Revoked::Account(account) => redeemed.account != account,
            Revoked::Grant { toy, account } => redeemed.toy != toy || redeemed.account != account,
            Revoked::Toy(toy) => redeemed.toy != toy,
            Revoked::Renewed { .. } => true,
        });
    }
}

impl Door {
    /// A ticket for one live socket: 128 bits, good once within [`TICKET_SECONDS`].
    ///
    /// # Errors
    /// When the operating system has no randomness, or too many tickets are out.
    pub fn ticket(&self, who: &Who, toy: ToyId, standing: Standing) -> Result<[u8; 16], DoorError> {
        let ticket = random::<16>()?;
        let redeemed = Redeemed { account: who.account, session: who.session, toy, standing };
        let now = self.inner.clock.real();
        let mut tickets = lock(&self.inner.tickets);
        tickets.sweep(now);
        tickets.add(digest(&ticket), redeemed, now + Duration::from_secs(TICKET_SECONDS))?;
        Ok(ticket)
    }

    /// Takes a ticket: it is good no more. What it stood on may have ended since; [`Door::seat`] looks.
    #[must_use]
    pub fn redeem(&self, ticket: &[u8; 16]) -> Option<Redeemed> {
        let now = self.inner.clock.real();
        let found = lock(&self.inner.tickets).0.remove(&digest(ticket))?;
        (found.until > now).then_some(found.redeemed)
    }
}
