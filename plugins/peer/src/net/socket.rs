//! One socket that calls and is called: what endpoints and meetings share.

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex as StdMutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use tokio::task::AbortHandle;

use crate::net::core::Core;
use crate::net::dial::Call;
use crate::net::goodbye::Closing;
use crate::net::listen::{Accepted, Door, Manners};
use crate::net::quic;
use crate::net::tls::Own;
use crate::{Identity, Limits, PeerError, PeerKey};

/// A UDP socket with its thread, its door and the calls that wait to be fetched. Dropping it ends listening and hangs
/// up on calls that were not fetched.
pub(crate) struct Socket<M: Manners> {
    pub(crate) core: Arc<Core>,
    pub(crate) own: Arc<Own>,
    pub(crate) door: Arc<Door<M>>,
    queue: Mutex<mpsc::Receiver<Accepted<M::Caller>>>,
    listener: AbortHandle,
    local: StdMutex<SocketAddr>,
}

impl<M: Manners> Socket<M> {
    pub(crate) fn open(
        addr: SocketAddr,
        identity: &Identity,
        alpn: &'static [u8],
        manners: M,
        limits: &Limits,
    ) -> Result<Self, PeerError> {
        let setup = |error: rustls::Error| PeerError::Setup(error.to_string());
        let own = Arc::new(Own::new(identity, alpn).map_err(setup)?);
        let transport = quic::transport(limits, &Closing::default())?;
        // Each handshake brings its own check; this one lets nobody in.
        let nobody = own.server(Arc::new(|_| false), Arc::new(OnceLock::new())).map_err(setup)?;
        let server = quic::server(nobody, transport, limits)?;
        let (socket, local) = bound(addr)?;
        let door = Arc::new(Door::new(own.clone(), manners, limits, server.clone()));
        let core = Arc::new(Core::start(socket, quic::endpoint(), server)?);
        let (sender, queue) = mpsc::channel(limits.backlog.clamp(1, 1024));
        let listener = core.handle().spawn(door.clone().run(core.quic.clone(), sender)).abort_handle();
        Ok(Self { core, own, door, queue: Mutex::new(queue), listener, local: StdMutex::new(local) })
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        *self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next caller who was let in and is still there; waits at most so long.
    pub(crate) fn accept(&self, limit: Duration) -> Result<Option<Accepted<M::Caller>>, PeerError> {
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
            Some(Some(call)) => Ok(Some(call)),
            Some(None) => Err(PeerError::Lost("the own socket has failed; start again".into())),
        }
    }

    pub(crate) fn call(&self, addr: SocketAddr, key: PeerKey, limit: Duration) -> Call {
        Call::new(&self.core.quic, &self.own, &self.door.limits, addr, key, limit)
    }

    /// Goes on from another address of this computer.
    pub(crate) fn rebind(&self, addr: SocketAddr) -> Result<(), PeerError> {
        let (socket, local) = bound(addr)?;
        let _inside = self.core.handle().enter();
        self.core.quic.rebind(socket).map_err(|error| PeerError::bind(addr, &error))?;
        *self.local.lock().unwrap_or_else(PoisonError::into_inner) = local;
        Ok(())
    }
}

impl<M: Manners> Drop for Socket<M> {
    fn drop(&mut self) {
        self.listener.abort();
        self.core.quic.set_server_config(None);
    }
}

fn bound(addr: SocketAddr) -> Result<(UdpSocket, SocketAddr), PeerError> {
    let bind = |error: std::io::Error| PeerError::bind(addr, &error);
    let socket = UdpSocket::bind(addr).map_err(bind)?;
    let local = socket.local_addr().map_err(bind)?;
    Ok((socket, local))
}
