//! The listening side: handshakes in, greeted streams out.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use quinn::{Connection, ConnectionError, Incoming, RecvStream, SendStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::goodbye::Closing;
use crate::hello::{BUSY, HELLO, NO_HELLO, SILENT};
use crate::tls::{Own, Shown};
use crate::{Allow, Limits, PeerError, PeerKey, error, quic};

/// Refusals that are kept until somebody asks.
const REFUSALS: usize = 16;

/// Somebody who was not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// From where; they do receive there, or they would not have come this far.
    pub remote: SocketAddr,
    /// The key they showed, if it came to that. They need not have proven that it is theirs.
    pub key: Option<PeerKey>,
    /// One clause.
    pub reason: String,
}

/// A greeted stream that waits to be fetched.
pub(crate) struct Accepted {
    pub(crate) peer: PeerKey,
    pub(crate) connection: Connection,
    pub(crate) closing: Closing,
    pub(crate) send: SendStream,
    pub(crate) recv: RecvStream,
    pub(crate) slot: OwnedSemaphorePermit,
}

/// What a handshake task needs.
pub(crate) struct Door {
    pub(crate) own: Arc<Own>,
    pub(crate) allow: Arc<Allow>,
    pub(crate) limits: Limits,
    /// Everything but the key check, which each handshake has of its own.
    pub(crate) config: quinn::ServerConfig,
    slots: Arc<Semaphore>,
    refusals: Mutex<VecDeque<Refusal>>,
}

/// Whom a handshake or its greeting did not let in.
enum Failure {
    Connection(ConnectionError),
    Greeting(&'static str),
    Setup(PeerError),
}

impl Door {
    pub(crate) fn new(own: Arc<Own>, allow: Allow, limits: &Limits, config: quinn::ServerConfig) -> Self {
        Self {
            own,
            allow: Arc::new(allow),
            limits: limits.clone(),
            config,
            slots: Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS))),
            refusals: Mutex::default(),
        }
    }

    /// Those who were not let in since the last question, the oldest first; of more than 16 the oldest are forgotten.
    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }

    fn refused(&self, refusal: Refusal) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        if refusals.len() >= REFUSALS {
            refusals.pop_front();
        }
        refusals.push_back(refusal);
    }

    async fn handshake(&self, incoming: Incoming, shown: Shown, closing: &Closing) -> Result<Connection, Failure> {
        let tls =
            self.own.server(self.allow.clone(), shown).map_err(|e| Failure::Setup(PeerError::Setup(e.to_string())))?;
        let mut config = self.config.clone();
        let tls = quinn::crypto::rustls::QuicServerConfig::try_from(tls);
        config.crypto = Arc::new(tls.map_err(|e| Failure::Setup(PeerError::Setup(e.to_string())))?);
        config.transport_config(quic::transport(&self.limits, closing).map_err(Failure::Setup)?);
        incoming.accept_with(Arc::new(config)).map_err(Failure::Connection)?.await.map_err(Failure::Connection)
    }

    /// Waits for the stream and its hello, answers it and puts it into the queue.
    async fn greet(
        &self,
        connection: &Connection,
        closing: &Closing,
        queue: &mpsc::Sender<Accepted>,
    ) -> Result<(), Failure> {
        let Some(peer) = quic::peer(connection) else {
            connection.close(NO_HELLO, b"no key");
            return Err(Failure::Greeting("it proved no key"));
        };
        let (mut send, mut recv) = connection.accept_bi().await.map_err(Failure::Connection)?;
        let mut hello = [0; HELLO.len()];
        if recv.read_exact(&mut hello).await.is_err() || hello != HELLO {
            connection.close(NO_HELLO, b"another hello was expected");
            return Err(Failure::Greeting("its hello was another program's or version's"));
        }
        let (Ok(room), Ok(slot)) = (queue.try_reserve(), self.slots.clone().try_acquire_owned()) else {
            connection.close(BUSY, b"busy");
            return Err(Failure::Greeting("there is no room for another call"));
        };
        if send.write_all(&HELLO).await.is_err() {
            return Err(Failure::Greeting("it left at once"));
        }
        room.send(Accepted { peer, connection: connection.clone(), closing: closing.clone(), send, recv, slot });
        Ok(())
    }

    async fn admit(self: Arc<Self>, incoming: Incoming, queue: mpsc::Sender<Accepted>) {
        let remote = canonical(incoming.remote_address());
        let shown: Shown = Arc::new(OnceLock::new());
        let closing = Closing::default();
        let refuse = |reason: String| self.refused(Refusal { remote, key: shown.get().copied(), reason });
        let connection = match timeout(self.limits.greeting, self.handshake(incoming, shown.clone(), &closing)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(failure)) => return refuse(failure.reason(&self.allow, &shown)),
            Err(_) => return refuse("it did not end its handshake in time".into()),
        };
        match timeout(self.limits.greeting, self.greet(&connection, &closing, &queue)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => refuse(failure.reason(&self.allow, &shown)),
            Err(_) => {
                connection.close(SILENT, b"no stream in time");
                refuse("it opened no stream in time".into());
            }
        }
    }

    /// Takes what comes until the endpoint closes. Aborting it ends all handshakes.
    pub(crate) async fn run(self: Arc<Self>, endpoint: quinn::Endpoint, queue: mpsc::Sender<Accepted>) {
        let mut handshakes = JoinSet::new();
        loop {
            let incoming = tokio::select! {
                Some(_) = handshakes.join_next() => continue,
                incoming = endpoint.accept() => incoming,
            };
            let Some(incoming) = incoming else { return };
            if !incoming.remote_address_validated() {
                // Costs one round trip; in return nobody can make us work, or send, for an address that is not theirs.
                // Cannot fail for an address that is not validated.
                let _ = incoming.retry();
            } else if handshakes.len() < self.limits.incoming {
                handshakes.spawn(self.clone().admit(incoming, queue.clone()));
            } else {
                incoming.refuse();
            }
        }
    }
}

impl Failure {
    fn reason(&self, allow: &Allow, shown: &Shown) -> String {
        match (self, allow, shown.get()) {
            (Self::Connection(ConnectionError::TransportError(_)), Allow::Only(keys), Some(key))
                if !keys.contains(key) =>
            {
                "its key is not among those allowed".into()
            }
            (Self::Connection(ConnectionError::TransportError(fault)), ..) => {
                format!("its handshake is not ours ({})", fault.code)
            }
            (Self::Connection(error), ..) => error::reason(error),
            (Self::Greeting(reason), ..) => (*reason).into(),
            (Self::Setup(error), ..) => error.to_string(),
        }
    }
}

/// An IPv4 address in IPv6 clothes, as a socket for both sees it, is shown as what it is.
pub(crate) fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}
