//! A stream to somebody, as two blocking halves.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use quinn::{Connection, ConnectionError, ReadError, RecvStream, SendStream, StoppedError, WriteError};
use tokio::sync::OwnedSemaphorePermit;

use crate::core::Core;
use crate::goodbye::Closing;
use crate::hello::DONE;
use crate::listen::canonical;
use crate::{Limits, PeerError, PeerKey};

/// Bytes of a reason that is sent when closing.
const REASON: usize = 200;

/// A stream of bytes in both directions to somebody whose key is proven. When it and both its halves are dropped, the
/// connection is closed (code 0); bytes that nobody has acknowledged by then are lost, see [`Writer::finish`].
pub struct Stream {
    peer: PeerKey,
    recv: RecvStream,
    send: SendStream,
    limit: Duration,
    link: Arc<Link>,
}

/// What both halves share.
struct Link {
    connection: Connection,
    closing: Closing,
    send_window: u64,
    /// Makes room for another caller when it is dropped.
    _slot: Option<OwnedSemaphorePermit>,
    /// Last, so that the connection is closed before the thread may end.
    core: Arc<Core>,
}

impl Link {
    fn close(&self, reason: &[u8]) {
        self.closing.set();
        self.connection.close(DONE, reason);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close(b"");
    }
}

impl Stream {
    pub(crate) fn new(
        core: Arc<Core>,
        limits: &Limits,
        peer: PeerKey,
        connection: Connection,
        closing: Closing,
        send: SendStream,
        recv: RecvStream,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Self {
        let link = Link { connection, closing, send_window: limits.send_window.into(), _slot: slot, core };
        Self { peer, recv, send, limit: limits.write, link: Arc::new(link) }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> PeerKey {
        self.peer
    }

    /// Where they are now: the address may change while they move between networks.
    pub fn remote(&self) -> SocketAddr {
        canonical(self.link.connection.remote_address())
    }

    /// 32 bytes that only the two ends of this very connection know, the same at both (RFC 5705, RFC 8446 §7.5). Other
    /// labels or contexts give other bytes; either may be empty.
    ///
    /// # Errors
    /// [`PeerError::Lost`].
    pub fn exporter(&self, label: &[u8], context: &[u8]) -> Result<[u8; 32], PeerError> {
        let mut bytes = [0; 32];
        let done = self.link.connection.export_keying_material(&mut bytes, label, context);
        done.map(|()| bytes).map_err(|_| PeerError::Lost("its keys are gone; call again".into()))
    }

    /// Ends the connection from any thread.
    pub fn closer(&self) -> Closer {
        Closer(Arc::downgrade(&self.link))
    }

    /// The two halves, for two threads.
    pub fn split(self) -> (Reader, Writer) {
        let reader = Reader { recv: self.recv, limit: None, link: self.link.clone() };
        (reader, Writer { send: self.send, limit: self.limit, finished: false, link: self.link })
    }
}

/// Ends a connection from any thread. Keeps nothing open, and may be copied.
#[derive(Clone)]
pub struct Closer(Weak<Link>);

impl Closer {
    /// Ends the connection at once: both halves return an error here, and the other side is told the reason, of which
    /// 200 bytes travel. Bytes that were not acknowledged are lost. Does nothing when all is over already.
    pub fn close(&self, reason: &str) {
        if let Some(link) = self.0.upgrade() {
            let end = reason.floor_char_boundary(REASON);
            link.close(reason.get(..end).unwrap_or_default().as_bytes());
        }
    }
}

/// The bytes from the other side. Dropping it tells them that nobody reads any more.
pub struct Reader {
    recv: RecvStream,
    limit: Option<Duration>,
    link: Arc<Link>,
}

impl Reader {
    /// How long one `read` waits; at first, and with `None`, until something comes or the connection ends.
    pub fn set_limit(&mut self, limit: Option<Duration>) {
        self.limit = limit;
    }
}

impl Read for Reader {
    /// Returns as soon as there are any bytes; 0 is the end that the other side has declared by [`Writer::finish`].
    ///
    /// # Errors
    /// `TimedOut` after the limit (try again), `ConnectionReset` if the other side broke off, and what
    /// [`PeerError::Lost`] says.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = self.link.core.wait(self.limit, self.recv.read(buf));
        match read.map_err(|error| error.into_io(ErrorKind::Unsupported))? {
            Some(Ok(len)) => Ok(len.unwrap_or(0)),
            Some(Err(ReadError::ConnectionLost(error))) => Err(lost(&error)),
            Some(Err(_)) => Err(broken(ErrorKind::ConnectionReset, "the other side broke off")),
            None => Err(io::Error::new(ErrorKind::TimedOut, "no bytes have come in time")),
        }
    }
}

/// The bytes to the other side.
pub struct Writer {
    send: SendStream,
    limit: Duration,
    finished: bool,
    link: Arc<Link>,
}

impl Writer {
    /// How long one `write`, `flush` or `finish` waits for the other side; at first [`Limits::write`].
    pub fn set_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Declares the end of the bytes, and waits until the other side has acknowledged all of them, which does not mean
    /// that they were read. Nothing can be written afterwards.
    ///
    /// # Errors
    /// `TimedOut` after the limit (try again), `BrokenPipe` if the other side stopped reading, and what
    /// [`PeerError::Lost`] says.
    pub fn finish(&mut self) -> io::Result<()> {
        self.finished = true;
        // An error means that this was done before.
        let _ = self.send.finish();
        let done = self.link.core.wait(Some(self.limit), self.send.stopped());
        match done.map_err(|error| error.into_io(ErrorKind::Unsupported))? {
            Some(Ok(None)) => Ok(()),
            Some(Err(StoppedError::ConnectionLost(error))) => Err(lost(&error)),
            Some(_) => Err(broken(ErrorKind::BrokenPipe, "the other side stopped reading")),
            None => Err(self.late()),
        }
    }

    fn late(&self) -> io::Error {
        let text = format!("the other side has taken no bytes for {:?}: is it still there?", self.limit);
        io::Error::new(ErrorKind::TimedOut, text)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.link.core.wait(Some(self.limit), self.send.write(bytes));
        match sent.map_err(|error| error.into_io(ErrorKind::Unsupported))? {
            Some(Ok(len)) => Ok(len),
            Some(Err(WriteError::ConnectionLost(error))) => Err(lost(&error)),
            Some(Err(WriteError::Stopped(_))) => Err(broken(ErrorKind::BrokenPipe, "the other side stopped reading")),
            Some(Err(_)) => Err(broken(ErrorKind::BrokenPipe, "its end was declared here")),
            None => Err(self.late()),
        }
    }
}

impl Write for Writer {
    /// Takes some of the bytes; they leave by themselves, without a `flush`. Waits while
    /// [`Limits::send_window`] bytes are unacknowledged.
    ///
    /// # Errors
    /// `TimedOut` if not one byte could be taken within the limit (try again); otherwise as [`Writer::finish`].
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() { Ok(0) } else { self.send(bytes) }
    }

    /// Waits until the other side has acknowledged everything: a round trip and some 25 ms. Only for those who want
    /// to know.
    ///
    /// # Errors
    /// As `write`; `TimedOut` also when the other side's window is full to the last byte because it does not read.
    fn flush(&mut self) -> io::Result<()> {
        if self.finished {
            return self.finish();
        }
        // While only one byte may be unacknowledged, even a write of none has to wait for all before it.
        self.link.connection.set_send_window(1);
        let flushed = self.send(&[]);
        self.link.connection.set_send_window(self.link.send_window);
        flushed.map(|_| ())
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("peer", &self.peer).field("remote", &self.remote()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("limit", &self.limit).field("finished", &self.finished).finish_non_exhaustive()
    }
}

impl fmt::Debug for Closer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closer").field("open", &(self.0.strong_count() > 0)).finish()
    }
}

fn lost(error: &ConnectionError) -> io::Error {
    let kind = match error {
        ConnectionError::TimedOut | ConnectionError::LocallyClosed => ErrorKind::NotConnected,
        _ => ErrorKind::ConnectionAborted,
    };
    PeerError::lost(error).into_io(kind)
}

fn broken(kind: ErrorKind, reason: &str) -> io::Error {
    PeerError::Lost(reason.into()).into_io(kind)
}
