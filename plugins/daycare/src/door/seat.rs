//! Seats: live sockets, counted, and told when what they stand on ends.

use super::limit::network;
use super::session::ABSOLUTE;
use super::{Door, DoorError, Redeemed, Revoked, Standing, lock};
use crate::id::{AccountId, Millis, ToyId};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Why a live socket must close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its session has ended.
    Session,
    /// Its grant was taken back, changed or expired.
    Grant,
    /// Its toy is gone.
    Toy,
}

impl Ended {
    /// The close code of the live link.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Ended::Session => 4401,
            Ended::Grant => 4403,
            Ended::Toy => 4404,
        }
    }
}

/// Why there is no seat.
#[derive(Debug, thiserror::Error)]
pub enum NoSeat {
    /// What the ticket stood on has ended.
    #[error("what this ticket was given for has ended; look at the shelf again")]
    Ended(Ended),
    /// Too many sockets.
    #[error("too many live connections are open; close another one")]
    TooMany,
    /// The store did not answer.
    #[error(transparent)]
    Door(#[from] DoorError),
}

/// A live socket's place. Dropping it gives it to somebody else.
#[derive(Debug)]
pub struct Seat {
    /// Who sits here.
    pub account: AccountId,
    /// Which toy they watch.
    pub toy: ToyId,
    /// How they stand towards it.
    pub standing: Standing,
    pub(super) session: [u8; 32],
    number: u64,
    door: Door,
    revoked: broadcast::Receiver<Revoked>,
    /// Revocations were missed, and the store has not been asked since.
    missed: bool,
}

#[derive(Debug)]
struct Taken {
    account: AccountId,
    toy: ToyId,
    session: [u8; 32],
    ip: IpAddr,
    session_until: Millis,
    grant_until: Option<Millis>,
}

/// The seats that are taken.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    next: u64,
    taken: HashMap<u64, Taken>,
}

impl Seats {
    /// What has expired under somebody.
    pub(crate) fn expired(&self, now: Millis) -> Vec<Revoked> {
        let of = |seat: &Taken| {
            if seat.session_until <= now {
                return Some(Revoked::Session(seat.session));
            }
            let over = seat.grant_until.is_some_and(|until| until <= now);
            over.then_some(Revoked::Grant { toy: seat.toy, account: seat.account })
        };
        self.taken.values().filter_map(of).collect()
    }

    /// The sessions of all seats, each once.
    pub(crate) fn sessions(&self) -> HashSet<[u8; 32]> {
        self.taken.values().map(|seat| seat.session).collect()
    }

    pub(crate) fn revoke(&mut self, what: Revoked) {
        if let Revoked::Renewed { old, new } = what {
            for seat in self.taken.values_mut().filter(|seat| seat.session == old) {
                seat.session = new;
            }
        }
    }
}

impl Door {
    /// How many live sockets are open.
    #[must_use]
    pub fn seats(&self) -> usize {
        lock(&self.inner.seats).taken.len()
    }

    /// A place for a live socket, if what its ticket was given for holds at this moment. Whatever ends later is told by
    /// [`Seat::ended`]: nothing falls between the two.
    ///
    /// # Errors
    /// [`NoSeat`].
    pub async fn seat(&self, redeemed: &Redeemed, ip: IpAddr) -> Result<Seat, NoSeat> {
        // First listen, then look.
        let revoked = self.revoked();
        let ip = network(ip);
        let number = {
            let limits = &self.inner.options.limits;
            let mut seats = lock(&self.inner.seats);
            let account = seats.taken.values().filter(|seat| seat.account == redeemed.account).count();
            let address = seats.taken.values().filter(|seat| seat.ip == ip).count();
            if account >= limits.sockets_account || address >= limits.sockets_ip {
                return Err(NoSeat::TooMany);
            }
            seats.next += 1;
            let number = seats.next;
            let (account, toy, session) = (redeemed.account, redeemed.toy, redeemed.session);
            let taken = Taken { account, toy, session, ip, session_until: Millis::MAX, grant_until: None };
            seats.taken.insert(number, taken);
            number
        };
        // From here on dropping it gives the place back.
        let mut seat = Seat {
            account: redeemed.account,
            toy: redeemed.toy,
            standing: redeemed.standing,
            session: redeemed.session,
            number,
            door: self.clone(),
            revoked,
            missed: false,
        };
        let until = seat.look().await?.map_err(NoSeat::Ended)?;
        if let Some(taken) = lock(&self.inner.seats).taken.get_mut(&number) {
            (taken.session_until, taken.grant_until) = until;
        }
        Ok(seat)
    }
}

impl Seat {
    /// Returns when the socket must close. May be dropped and called again.
    pub async fn ended(&mut self) -> Ended {
        loop {
            if self.missed {
                // Something was missed: a renewed session among it is known to the seats' list.
                if let Some(known) = lock(&self.door.inner.seats).taken.get(&self.number) {
                    self.session = known.session;
                }
                match self.look().await {
                    Ok(Ok(_)) => self.missed = false,
                    Ok(Err(ended)) => return ended,
                    Err(_) => return Ended::Session,
                }
            }
            match self.revoked.recv().await {
                Ok(what) => {
                    if let Some(ended) = self.concerned(what) {
                        return ended;
                    }
                }
                // Kept until the look is done: who calls this may drop it half way.
                Err(RecvError::Lagged(_)) => self.missed = true,
                // The door itself is held by this seat.
                Err(RecvError::Closed) => return Ended::Session,
            }
        }
    }

    /// Asks the store whether the seat's session, account, toy and grant hold, and until when the session and the grant
    /// do.
    async fn look(&mut self) -> Result<Result<(Millis, Option<Millis>), Ended>, DoorError> {
        let Some((who, created)) = self.door.session_of(self.session).await? else { return Ok(Err(Ended::Session)) };
        if who.account != self.account {
            return Ok(Err(Ended::Session));
        }
        let Some((_, standing, grant)) = self.door.standing(self.account, self.toy).await? else {
            return Ok(Err(Ended::Toy));
        };
        if standing != self.standing {
            return Ok(Err(Ended::Grant));
        }
        Ok(Ok((created.saturating_add(ABSOLUTE), grant.and_then(|grant| grant.expires))))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.door.inner.seats).taken.remove(&self.number);
    }
}
