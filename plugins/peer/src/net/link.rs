//! A connection as those who use it hold it, and how it ends.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock, Weak};

use quinn::{Connection, ConnectionError, VarInt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::net::core::Core;
use crate::net::goodbye::Closing;
use crate::net::hello::DONE;
use crate::net::listen::{Manners, canonical};
use crate::net::socket::Socket;
use crate::{Limits, PeerError};

/// Bytes of a reason that is sent when closing.
const REASON: usize = 200;

/// A connection, shared by everything that runs over it. When the last of that is dropped, it is closed (code 0).
pub(crate) struct Link {
    pub(crate) connection: Connection,
    pub(crate) limits: Limits,
    closing: Closing,
    /// What was said when it was closed here.
    closed: OnceLock<(VarInt, String)>,
    /// Makes room for another caller when it is dropped.
    _slot: Option<OwnedSemaphorePermit>,
    /// Last, so that the connection is closed before the thread may end.
    pub(crate) core: Arc<Core>,
}

impl Link {
    pub(crate) fn new<M: Manners>(
        socket: &Socket<M>,
        connection: Connection,
        closing: Closing,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Arc<Self> {
        let (limits, core) = (socket.door.limits.clone(), socket.core.clone());
        Arc::new(Self { connection, limits, closing, closed: OnceLock::new(), _slot: slot, core })
    }

    /// Ends the connection; of the reason 200 bytes travel. Does nothing when it has ended already.
    pub(crate) fn close(&self, code: VarInt, reason: &str) {
        let end = reason.floor_char_boundary(REASON);
        let reason = reason.get(..end).unwrap_or_default();
        if self.connection.close_reason().is_none() {
            // Only the first counts.
            let _ = self.closed.set((code, reason.into()));
        }
        self.closing.set();
        self.connection.close(code, reason.as_bytes());
    }

    /// With what it was closed here.
    pub(crate) fn closed(&self) -> Option<&(VarInt, String)> {
        self.closed.get()
    }

    /// Where the other side is now.
    pub(crate) fn remote(&self) -> SocketAddr {
        canonical(self.connection.remote_address())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close(DONE, "");
    }
}

/// Set once, and everybody who waits for it is woken: the end of one stream, told from another thread.
#[derive(Clone)]
pub(crate) struct Cut(Arc<Semaphore>);

impl Cut {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn set(&self) {
        self.0.close();
    }

    /// Returns when it is set.
    pub(crate) async fn wait(&self) {
        // It has no permits, so the only answer is that it was closed.
        let _ = self.0.acquire().await;
    }
}

/// Ends a stream from any thread. Keeps nothing open, and may be copied.
#[derive(Clone)]
pub struct Closer {
    pub(crate) link: Weak<Link>,
    /// Of a stream that is one of several on its connection.
    pub(crate) cut: Option<Cut>,
}

impl Closer {
    /// Ends the stream at once: both halves return an error here. Does nothing when all is over already.
    ///
    /// An [`Endpoint`](crate::Endpoint)'s stream ends with its connection: the other side is told the reason, of which
    /// 200 bytes travel, and bytes that were not acknowledged are lost. Of a [`Line`](crate::Line)'s only this stream
    /// ends: the other side reads what was written and then its end, and learns no reason.
    pub fn close(&self, reason: &str) {
        match (&self.cut, self.link.upgrade()) {
            (Some(cut), _) => cut.set(),
            (None, Some(link)) => link.close(DONE, reason),
            (None, None) => {}
        }
    }
}

impl std::fmt::Debug for Closer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closer").field("open", &(self.link.strong_count() > 0)).finish()
    }
}

pub(crate) fn lost(error: &ConnectionError) -> io::Error {
    let kind = match error {
        ConnectionError::TimedOut | ConnectionError::LocallyClosed => ErrorKind::NotConnected,
        _ => ErrorKind::ConnectionAborted,
    };
    PeerError::lost(error).into_io(kind)
}

pub(crate) fn broken(kind: ErrorKind, reason: &str) -> io::Error {
    PeerError::Lost(reason.into()).into_io(kind)
}
