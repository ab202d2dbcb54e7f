//! One socket that calls and is called.

use std::fmt;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use tokio::task::AbortHandle;

use crate::core::Core;
use crate::dial::Call;
use crate::goodbye::Closing;
use crate::listen::{Accepted, Door, Refusal};
use crate::stream::Stream;
use crate::tls::Own;
use crate::{Allow, Identity, Limits, PeerError, PeerKey, quic};

/// A UDP socket that dials and accepts at once, for plain threads. Its calls may be made from several threads.
///
/// Dropping it ends listening and hangs up on calls that were not fetched; streams live on until they are dropped.
/// The last of them to be dropped waits, 1 s at most, until the goodbyes are sent.
pub struct Endpoint {
    core: Arc<Core>,
    own: Arc<Own>,
    door: Arc<Door>,
    queue: Mutex<mpsc::Receiver<Accepted>>,
    listener: AbortHandle,
    local: SocketAddr,
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
        let bind = |error: std::io::Error| PeerError::bind(addr, &error);
        let setup = |error: rustls::Error| PeerError::Setup(error.to_string());
        let own = Arc::new(Own::new(identity).map_err(setup)?);
        let transport = quic::transport(&limits, &Closing::default())?;
        // Each handshake brings its own check; this one lets nobody in.
        let nobody = own.server(Arc::new(Allow::Only(Vec::new())), Arc::new(OnceLock::new())).map_err(setup)?;
        let server = quic::server(nobody, transport, &limits)?;
        let socket = UdpSocket::bind(addr).map_err(bind)?;
        let local = socket.local_addr().map_err(bind)?;
        let door = Arc::new(Door::new(own.clone(), allow, &limits, server.clone()));
        let core = Arc::new(Core::start(socket, quic::endpoint(), server)?);
        let (sender, queue) = mpsc::channel(limits.backlog.clamp(1, 1024));
        let listener = core.handle().spawn(door.clone().run(core.quic.clone(), sender)).abort_handle();
        Ok(Self { core, own, door, queue: Mutex::new(queue), listener, local })
    }

    /// Where it listens; with the port that was chosen.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Our own key.
    pub fn key(&self) -> PeerKey {
        self.own.key
    }

    /// The next caller who was let in and has said hello; waits at most so long. `None`: nobody came.
    ///
    /// # Errors
    /// [`PeerError::Asynchronous`], or the socket is gone.
    pub fn accept(&self, limit: Duration) -> Result<Option<Stream>, PeerError> {
        let next = async {
            let mut queue = self.queue.lock().await;
            loop {
                match queue.recv().await {
                    // Hung up while waiting.
                    Some(call) if call.connection.close_reason().is_some() => {}
                    other => return other,
                }
            }
        };
        match self.core.wait(Some(limit), next)? {
            None => Ok(None),
            Some(Some(call)) => Ok(Some(Stream::new(
                self.core.clone(),
                &self.door.limits,
                call.peer,
                call.connection,
                call.closing,
                call.send,
                call.recv,
                Some(call.slot),
            ))),
            Some(None) => Err(PeerError::Lost("the own socket has failed; start again".into())),
        }
    }

    /// Calls the owner of `key` at `addr`; waits at most so long.
    ///
    /// # Errors
    /// Nobody answers, somebody else does, they refuse or are busy, or no call can go there.
    pub fn connect(&self, addr: SocketAddr, key: PeerKey, limit: Duration) -> Result<Stream, PeerError> {
        let (limits, closing) = (&self.door.limits, Closing::default());
        let call =
            Call { endpoint: &self.core.quic, own: &self.own, limits, closing: &closing, addr, pinned: key, limit };
        let called = self.core.wait(None, call.run())?;
        let (connection, send, recv) = called.unwrap_or(Err(PeerError::Nobody { addr, waited: limit }))?;
        Ok(Stream::new(self.core.clone(), limits, key, connection, closing, send, recv, None))
    }

    /// Who was not let in since the last question, the oldest first, at most 16: of more the oldest are forgotten.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.door.refusals()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Endpoint");
        f.field("local", &self.local).field("key", &self.own.key).finish_non_exhaustive()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.listener.abort();
        self.core.quic.set_server_config(None);
    }
}
