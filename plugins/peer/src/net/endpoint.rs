//! Streams between two programs: one each connection.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use quinn::{Connection, RecvStream};

use crate::net::dial::NoHello;
use crate::net::hello::{HELLO, NO_HELLO};
use crate::net::link::Link;
use crate::net::listen::{Manners, Refusal, Unwanted};
use crate::net::socket::Socket;
use crate::net::stream::Stream;
use crate::{ALPN, Allow, Identity, Limits, PeerError, PeerKey};

/// A UDP socket that dials and accepts at once, for plain threads. Its calls may be made from several threads.
///
/// Dropping it ends listening and hangs up on calls that were not fetched; streams live on until they are dropped.
/// The last of them to be dropped waits, 1 s at most, until the goodbyes are sent.
pub struct Endpoint {
    socket: Socket<Allow>,
}

impl Manners for Allow {
    type Heard = ();
    type Caller = ();

    fn admits(&self, key: PeerKey) -> bool {
        self.contains(key)
    }

    async fn hear(&self, recv: &mut RecvStream) -> Result<(), Unwanted> {
        let mut hello = [0; HELLO.len()];
        match recv.read_exact(&mut hello).await {
            Ok(()) if hello == HELLO => Ok(()),
            _ => Err(Unwanted(NO_HELLO, "its hello was another program's or version's")),
        }
    }

    fn admit(&self, _: PeerKey, _: &Connection, (): ()) -> Result<(Vec<u8>, ()), Unwanted> {
        Ok((HELLO.to_vec(), ()))
    }
}

impl Endpoint {
    /// Opens the socket and begins to listen, with the usual [`Limits`]. Port 0 means any free one; `[::]` takes IPv4
    /// as well where the system does so.
    ///
    /// # Errors
    /// [`PeerError::Bind`], [`PeerError::Setup`].
    pub fn bind(addr: SocketAddr, identity: &Identity, allow: Allow) -> Result<Self, PeerError> {
        Self::bind_with(addr, identity, allow, Limits::default())
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// As [`Endpoint::bind`].
    pub fn bind_with(addr: SocketAddr, identity: &Identity, allow: Allow, limits: Limits) -> Result<Self, PeerError> {
        Ok(Self { socket: Socket::open(addr, identity, ALPN, allow, &limits)? })
    }

    /// Where it listens; with the port that was chosen.
    pub fn local_addr(&self) -> SocketAddr {
        self.socket.local_addr()
    }

    /// Our own key.
    pub fn key(&self) -> PeerKey {
        self.socket.own.key
    }

    /// The next caller who was let in and has said hello; waits at most so long. `None`: nobody came.
    ///
    /// # Errors
    /// [`PeerError::Asynchronous`], or the socket is gone.
    pub fn accept(&self, limit: Duration) -> Result<Option<Stream>, PeerError> {
        let Some(call) = self.socket.accept(limit)? else { return Ok(None) };
        let link = Link::new(&self.socket, call.connection, call.closing, Some(call.slot));
        Ok(Some(Stream::whole(call.peer, call.send, call.recv, link)))
    }

    /// Calls the owner of `key` at `addr`; waits at most so long.
    ///
    /// # Errors
    /// Nobody answers, somebody else does, they refuse or are busy, or no call can go there.
    pub fn connect(&self, addr: SocketAddr, key: PeerKey, limit: Duration) -> Result<Stream, PeerError> {
        let call = self.socket.call(addr, key, limit);
        let called = async {
            let connection = call.handshake().await?;
            let hear = async |recv: &mut RecvStream| {
                let mut hello = [0; HELLO.len()];
                recv.read_exact(&mut hello).await?;
                if hello == HELLO { Ok(()) } else { Err(NoHello::Other("its hello is another one".into())) }
            };
            let (send, recv, ()) = call.greet(&connection, &HELLO, hear).await?;
            Ok((connection, send, recv))
        };
        let called = self.socket.core.wait(None, called)?;
        let (connection, send, recv) = called.unwrap_or(Err(PeerError::Nobody { addr, waited: limit }))?;
        let link = Link::new(&self.socket, connection, call.closing, None);
        Ok(Stream::whole(key, send, recv, link))
    }

    /// Who was not let in since the last question, the oldest first, at most 16: of more the oldest are forgotten.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.socket.door.refusals()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Endpoint");
        f.field("local", &self.local_addr()).field("key", &self.key()).finish_non_exhaustive()
    }
}
