//! The listening side: handshakes in, greeted connections out.

use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use quinn::{Connection, ConnectionError, Incoming, RecvStream, SendStream, VarInt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::net::budget::{Budget, Verdict};
use crate::net::goodbye::Closing;
use crate::net::hello::{BUSY, DONE, NO_HELLO, SILENT};
use crate::net::tls::{Own, Shown};
use crate::net::{error, quic};
use crate::{Limits, PeerError, PeerKey};

/// Refusals that are kept until somebody asks.
const REFUSALS: usize = 16;
/// With this a caller breaks off in the middle of the handshake (RFC 9000 §20.1, APPLICATION_ERROR).
const GAVE_UP: u64 = 0x0C;

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

/// How callers are greeted, once their key is proven.
pub(crate) trait Manners: Send + Sync + 'static {
    /// What a caller says.
    type Heard: Send;
    /// What is known of a caller who came in.
    type Caller: Send + 'static;

    /// Whether the handshake with this key is worth finishing.
    fn admits(&self, key: PeerKey) -> bool;

    /// Reads the first bytes of a caller.
    fn hear(&self, recv: &mut RecvStream) -> impl Future<Output = Result<Self::Heard, Unwanted>> + Send;

    /// Lets them in, or not; there is room. The bytes are said to them.
    fn admit(
        &self,
        peer: PeerKey,
        connection: &Connection,
        heard: Self::Heard,
    ) -> Result<(Vec<u8>, Self::Caller), Unwanted>;
}

/// Why a greeting ends: the code that the caller is told, and one clause for us, which they are told as well.
pub(crate) struct Unwanted(pub(crate) VarInt, pub(crate) &'static str);

/// A greeted connection that waits to be fetched.
pub(crate) struct Accepted<C> {
    pub(crate) peer: PeerKey,
    pub(crate) connection: Connection,
    pub(crate) closing: Closing,
    pub(crate) send: SendStream,
    pub(crate) recv: RecvStream,
    pub(crate) slot: OwnedSemaphorePermit,
    pub(crate) caller: C,
}

/// What a handshake task needs.
pub(crate) struct Door<M> {
    pub(crate) own: Arc<Own>,
    pub(crate) manners: Arc<M>,
    pub(crate) limits: Limits,
    /// Everything but the key check, which each handshake has of its own.
    config: quinn::ServerConfig,
    slots: Arc<Semaphore>,
    refusals: Mutex<VecDeque<Refusal>>,
}

/// Whom a handshake or its greeting did not let in.
enum Failure {
    Connection(ConnectionError),
    Greeting(Unwanted),
    Setup(PeerError),
}

impl<M: Manners> Door<M> {
    pub(crate) fn new(own: Arc<Own>, manners: M, limits: &Limits, config: quinn::ServerConfig) -> Self {
        Self {
            own,
            manners: Arc::new(manners),
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
        let setup = |error: String| Failure::Setup(PeerError::Setup(error));
        let manners = self.manners.clone();
        let tls = self.own.server(Arc::new(move |key| manners.admits(key)), shown).map_err(|e| setup(e.to_string()))?;
        let mut config = self.config.clone();
        let tls = quinn::crypto::rustls::QuicServerConfig::try_from(tls);
        config.crypto = Arc::new(tls.map_err(|e| setup(e.to_string()))?);
        config.transport_config(quic::transport(&self.limits, closing).map_err(Failure::Setup)?);
        incoming.accept_with(Arc::new(config)).map_err(Failure::Connection)?.await.map_err(Failure::Connection)
    }

    /// Waits for the stream and its hello, answers it and puts it into the queue.
    async fn greet(
        &self,
        connection: &Connection,
        closing: &Closing,
        queue: &mpsc::Sender<Accepted<M::Caller>>,
    ) -> Result<(), Failure> {
        let unwanted = |unwanted: Unwanted| {
            connection.close(unwanted.0, unwanted.1.as_bytes());
            Failure::Greeting(unwanted)
        };
        let peer = quic::peer(connection, self.own.alpn);
        let peer = peer.ok_or_else(|| unwanted(Unwanted(NO_HELLO, "it proved no key")))?;
        let (mut send, mut recv) = connection.accept_bi().await.map_err(Failure::Connection)?;
        let heard = match self.manners.hear(&mut recv).await {
            Ok(heard) => heard,
            // It says better why.
            Err(_) if let Some(end) = connection.close_reason() => return Err(Failure::Connection(end)),
            Err(error) => return Err(unwanted(error)),
        };
        let (Ok(room), Ok(slot)) = (queue.try_reserve(), self.slots.clone().try_acquire_owned()) else {
            return Err(unwanted(Unwanted(BUSY, "there is no room for another call")));
        };
        let (answer, caller) = self.manners.admit(peer, connection, heard).map_err(unwanted)?;
        // If they left at once, whoever fetches the call finds out.
        let _ = send.write_all(&answer).await;
        let (connection, closing) = (connection.clone(), closing.clone());
        room.send(Accepted { peer, connection, closing, send, recv, slot, caller });
        Ok(())
    }

    async fn admit(self: Arc<Self>, incoming: Incoming, queue: mpsc::Sender<Accepted<M::Caller>>) {
        let remote = canonical(incoming.remote_address());
        let shown: Shown = Arc::new(OnceLock::new());
        let closing = Closing::default();
        let refuse = |reason: String| self.refused(Refusal { remote, key: shown.get().copied(), reason });
        let fail = |failure: Failure| failure.reason(&*self.manners, &shown).into_iter().for_each(refuse);
        let connection = match timeout(self.limits.greeting, self.handshake(incoming, shown.clone(), &closing)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(failure)) => return fail(failure),
            Err(_) => return refuse("it did not end its handshake in time".into()),
        };
        match timeout(self.limits.greeting, self.greet(&connection, &closing, &queue)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => fail(failure),
            Err(_) => {
                connection.close(SILENT, b"no hello in time");
                refuse("it said no hello in time".into());
            }
        }
    }

    /// Takes what comes until the endpoint closes. Aborting it ends all handshakes.
    pub(crate) async fn run(self: Arc<Self>, endpoint: quinn::Endpoint, queue: mpsc::Sender<Accepted<M::Caller>>) {
        let mut handshakes = JoinSet::new();
        let mut budget = Budget::new(self.limits.handshakes);
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
                continue;
            }
            let remote = canonical(incoming.remote_address());
            match budget.take(remote.ip(), Instant::now()) {
                Verdict::Go if handshakes.len() < self.limits.incoming => {
                    handshakes.spawn(self.clone().admit(incoming, queue.clone()));
                    continue;
                }
                Verdict::Enough => self.refused(Refusal { remote, key: None, reason: "it calls too often".into() }),
                Verdict::Go | Verdict::Still => {}
            }
            incoming.refuse();
        }
    }
}

impl Failure {
    /// `None`: they left before anything was decided.
    fn reason(&self, manners: &impl Manners, shown: &Shown) -> Option<String> {
        match self {
            Self::Connection(ConnectionError::ApplicationClosed(close))
                if close.error_code == DONE && close.reason.is_empty() =>
            {
                None
            }
            Self::Connection(ConnectionError::ConnectionClosed(close)) if u64::from(close.error_code) == GAVE_UP => {
                None
            }
            Self::Connection(ConnectionError::TransportError(_))
                if shown.get().is_some_and(|&key| !manners.admits(key)) =>
            {
                Some("its key is not among those allowed".into())
            }
            Self::Connection(ConnectionError::TransportError(fault)) => {
                Some(format!("its handshake is not ours ({})", fault.code))
            }
            Self::Connection(error) => Some(error::reason(error)),
            Self::Greeting(Unwanted(_, reason)) => Some((*reason).into()),
            Self::Setup(error) => Some(error.to_string()),
        }
    }
}

/// An IPv4 address in IPv6 clothes, as a socket for both sees it, is shown as what it is.
pub(crate) fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}
