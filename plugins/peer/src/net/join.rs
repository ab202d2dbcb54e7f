//! Calling a host at all its addresses at once.

use std::time::{Duration, Instant};

use quinn::{Connection, RecvStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::net::dial::Call;
use crate::net::knock::{Knock, Welcome};
use crate::net::line::Line;
use crate::net::link::Link;
use crate::net::meeting::{Meeting, Whom, hello};
use crate::net::proof::Bond;
use crate::{Admitted, Name, PeerError};

/// From one address to the next (service §3.3).
const APART: Duration = Duration::from_millis(50);

impl Meeting {
    /// Calls a host, at all addresses at once, 50 ms apart, and keeps the one that answers first; waits at most so
    /// long.
    ///
    /// # Errors
    /// Nobody answers, somebody else does, they refuse or are busy, or no call can go there. Of several addresses, what
    /// tells most.
    pub fn join<'a>(&self, whom: impl Into<Whom<'a>>, limit: Duration) -> Result<Line, PeerError> {
        let whom = whom.into();
        if whom.key() == self.key() {
            return Err(PeerError::Myself);
        }
        let joined = self.socket.core.wait(None, self.joined(whom, limit))?;
        let (call, connection, greeted) = joined.unwrap_or(Err(self.nobody(whom, limit)))?;
        let (send, recv, name) = greeted;
        let link = Link::new(&self.socket, connection, call.closing, None);
        let how = if matches!(whom, Whom::Invite(_)) { Admitted::Invite } else { Admitted::Friend };
        Ok(Line::new(whom.key(), name, how, send, recv, link))
    }

    async fn joined(
        &self,
        whom: Whom<'_>,
        limit: Duration,
    ) -> Result<(Call, Connection, (quinn::SendStream, RecvStream, Name)), PeerError> {
        let (call, connection) = self.first(whom, limit).await?;
        let proof = match whom {
            Whom::Friend { .. } => None,
            Whom::Invite(invite) => Some(invite.secret.prove(&Bond::of(&connection, whom.key(), self.key())?)),
        };
        let knock = Knock { proof, name: self.socket.door.manners.name.clone() };
        let hear = async |recv: &mut RecvStream| Ok(Welcome::parse(&hello(recv).await?)?.name);
        let greeted = call.greet(&connection, &knock.to_bytes(), hear).await;
        match (greeted, whom) {
            (Ok(greeted), _) => Ok((call, connection, greeted)),
            // Nobody unknown gets through the handshake while no invite is live.
            (Err(PeerError::Refused { .. }), Whom::Invite(_)) => Err(PeerError::InviteOver),
            (Err(error), _) => Err(error),
        }
    }

    /// The first address that answers with the right key; the other calls are given up.
    async fn first(&self, whom: Whom<'_>, limit: Duration) -> Result<(Call, Connection), PeerError> {
        let began = Instant::now();
        let mut rest = whom.addresses().iter().copied();
        let mut calls = JoinSet::new();
        let mut begin = |calls: &mut JoinSet<_>| {
            let Some(addr) = rest.next() else { return false };
            let call = self.socket.call(addr, whom.key(), limit.saturating_sub(began.elapsed()));
            calls.spawn(async move {
                let connection = call.handshake().await;
                connection.map(|connection| (call, connection))
            });
            true
        };
        let mut more = begin(&mut calls);
        let mut why: Option<PeerError> = None;
        loop {
            tokio::select! {
                biased;
                ended = calls.join_next() => match ended {
                    // The others end where they are, without a word.
                    Some(Ok(Ok(first))) => return Ok(first),
                    Some(Ok(Err(error))) => {
                        why = Some(why.filter(|why| telling(why) >= telling(&error)).unwrap_or(error));
                        // No reason to wait.
                        more = more && begin(&mut calls);
                    }
                    // Only a panic in a library; its call is over.
                    Some(Err(_)) => {}
                    None => return Err(self.best(why, whom, limit)),
                },
                () = sleep(APART), if more => more = begin(&mut calls),
            }
        }
    }

    fn best(&self, why: Option<PeerError>, whom: Whom<'_>, limit: Duration) -> PeerError {
        match why {
            Some(PeerError::Nobody { .. }) | None => self.nobody(whom, limit),
            Some(error) => error,
        }
    }

    fn nobody(&self, whom: Whom<'_>, waited: Duration) -> PeerError {
        match whom.addresses() {
            [] => PeerError::NoAddress,
            &[addr] => PeerError::Nobody { addr, waited },
            several => PeerError::NobodyAnywhere { count: several.len(), waited },
        }
    }
}

/// How much an error tells somebody who called several addresses.
fn telling(error: &PeerError) -> u8 {
    match error {
        PeerError::Nobody { .. } => 0,
        PeerError::Address { .. } => 1,
        PeerError::Lost(_) => 2,
        PeerError::Foreign { .. } => 3,
        PeerError::WrongKey { .. } => 4,
        _ => 5,
    }
}
