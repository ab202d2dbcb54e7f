//! Tables: a host whom guests call, with an invite or as friends.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use quinn::{Connection, RecvStream};

use crate::net::dial::NoHello;
use crate::net::guests::Turned;
use crate::net::hello::{NO_HELLO, NOT_INVITED, OVER, WRONG_PROOF};
use crate::net::knock::{self, HEAD, HelloError, Knock, Welcome};
use crate::net::line::Line;
use crate::net::link::Link;
use crate::net::listen::{Manners, Refusal, Unwanted};
use crate::net::proof::Bond;
use crate::net::socket::Socket;
use crate::{Admitted, Friend, Guests, Identity, Invite, Limits, MEETING_ALPN, Name, PeerError, PeerKey, addresses_of};

/// One's place at tables: a UDP socket on which guests are let in, or from which a host is called. Its calls may be
/// made from several threads.
///
/// Dropping it ends listening and hangs up on guests that were not fetched; lines live on until they are dropped. The
/// last of them to be dropped waits, 1 s at most, until the goodbyes are sent.
pub struct Meeting {
    pub(crate) socket: Socket<Host>,
}

/// Whom to call.
#[derive(Debug, Clone, Copy)]
pub enum Whom<'a> {
    /// The host who made this invite.
    Invite(&'a Invite),
    /// A friend, where they were reached before.
    Friend {
        /// Who must answer.
        key: PeerKey,
        /// Where to try, the likeliest first; four of them are.
        addresses: &'a [SocketAddr],
    },
}

impl<'a> From<&'a Invite> for Whom<'a> {
    fn from(invite: &'a Invite) -> Self {
        Self::Invite(invite)
    }
}

impl<'a> From<&'a Friend> for Whom<'a> {
    fn from(friend: &'a Friend) -> Self {
        Self::Friend { key: friend.key, addresses: &friend.addresses }
    }
}

impl Whom<'_> {
    pub(crate) fn key(&self) -> PeerKey {
        match self {
            Self::Invite(invite) => invite.host(),
            Self::Friend { key, .. } => *key,
        }
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        match self {
            Self::Invite(invite) => invite.addresses(),
            Self::Friend { addresses, .. } => addresses.get(..Invite::ADDRESSES).unwrap_or(addresses),
        }
    }
}

/// How a host greets.
pub(crate) struct Host {
    pub(crate) name: Name,
    key: PeerKey,
    /// `None`: lets nobody in.
    guests: Option<Guests>,
}

impl Manners for Host {
    type Heard = Knock;
    type Caller = (Name, Admitted);

    fn admits(&self, key: PeerKey) -> bool {
        self.guests.as_ref().is_some_and(|guests| guests.admits(key))
    }

    async fn hear(&self, recv: &mut RecvStream) -> Result<Knock, Unwanted> {
        let other = Unwanted(NO_HELLO, "its hello was another program's or version's");
        match hello(recv).await.map(|bytes| Knock::parse(&bytes)) {
            Ok(Ok(knock)) => Ok(knock),
            Ok(Err(HelloError::Name)) => Err(Unwanted(NO_HELLO, "its name is none that can be shown")),
            _ => Err(other),
        }
    }

    fn admit(
        &self,
        peer: PeerKey,
        connection: &Connection,
        knock: Knock,
    ) -> Result<(Vec<u8>, (Name, Admitted)), Unwanted> {
        let stranger = Unwanted(NOT_INVITED, "it has no invite");
        let Some(guests) = &self.guests else { return Err(stranger) };
        let bond = Bond::of(connection, self.key, peer).map_err(|_| Unwanted(NO_HELLO, "its keys are gone"))?;
        match guests.admit(peer, knock.proof.as_ref(), &bond) {
            Ok(how) => Ok((Welcome { name: self.name.clone() }.to_bytes(), (knock.name, how))),
            Err(Turned::Stranger) => Err(stranger),
            Err(Turned::Wrong) => Err(Unwanted(WRONG_PROOF, "its invite is none of ours")),
            Err(Turned::Over) => Err(Unwanted(OVER, "its invite is over")),
        }
    }
}

/// The bytes of a hello, of which there are 260 at most.
pub(crate) async fn hello(recv: &mut RecvStream) -> Result<Vec<u8>, NoHello> {
    let mut bytes = [0; HEAD].to_vec();
    recv.read_exact(&mut bytes).await?;
    let head = bytes.first_chunk().ok_or(HelloError::Length)?;
    bytes.resize(HEAD + knock::follows(head)?, 0);
    recv.read_exact(bytes.get_mut(HEAD..).unwrap_or_default()).await?;
    Ok(bytes)
}

impl Meeting {
    /// Opens the socket and lets in whom `guests` knows, with the usual [`Limits`]. Port 0 means any free one; `[::]`
    /// takes IPv4 as well where the system does so.
    ///
    /// # Errors
    /// [`PeerError::Bind`], [`PeerError::Setup`].
    pub fn host(addr: SocketAddr, identity: &Identity, name: &Name, guests: &Guests) -> Result<Self, PeerError> {
        Self::open(addr, identity, name, Some(guests), Limits::default())
    }

    /// Opens a socket from which hosts are called, and lets nobody in.
    ///
    /// # Errors
    /// As [`Meeting::host`].
    pub fn guest(addr: SocketAddr, identity: &Identity, name: &Name) -> Result<Self, PeerError> {
        Self::open(addr, identity, name, None, Limits::default())
    }

    /// Either of them, with other limits.
    ///
    /// # Errors
    /// As [`Meeting::host`].
    pub fn open(
        addr: SocketAddr,
        identity: &Identity,
        name: &Name,
        guests: Option<&Guests>,
        limits: Limits,
    ) -> Result<Self, PeerError> {
        let host = Host { name: name.clone(), key: identity.key(), guests: guests.cloned() };
        Ok(Self { socket: Socket::open(addr, identity, MEETING_ALPN, host, &limits)? })
    }

    /// Where it listens; with the port that was chosen.
    pub fn local_addr(&self) -> SocketAddr {
        self.socket.local_addr()
    }

    /// Where others may find it, for an invite: see [`addresses_of`].
    pub fn addresses(&self) -> Vec<SocketAddr> {
        addresses_of(self.local_addr())
    }

    /// Our own key.
    pub fn key(&self) -> PeerKey {
        self.socket.own.key
    }

    /// The next guest who was let in and has said hello; waits at most so long. `None`: nobody came.
    ///
    /// # Errors
    /// [`PeerError::Asynchronous`], or the socket is gone.
    pub fn accept(&self, limit: Duration) -> Result<Option<Line>, PeerError> {
        let Some(call) = self.socket.accept(limit)? else { return Ok(None) };
        let link = Link::new(&self.socket, call.connection, call.closing, Some(call.slot));
        let (name, how) = call.caller;
        Ok(Some(Line::new(call.peer, name, how, call.send, call.recv, link)))
    }

    /// Who was not let in since the last question, the oldest first, at most 16: of more the oldest are forgotten.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.socket.door.refusals()
    }

    /// Goes on from another address of this computer. The lines to hosts who were called from here stay, because hosts
    /// follow their guests; guests do not follow a host (RFC 9000 §9), and lose their lines.
    ///
    /// # Errors
    /// [`PeerError::Bind`]; it then stays where it is.
    pub fn rebind(&self, addr: SocketAddr) -> Result<(), PeerError> {
        self.socket.rebind(addr)
    }
}

impl fmt::Debug for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Meeting");
        f.field("local", &self.local_addr()).field("key", &self.key()).finish_non_exhaustive()
    }
}
