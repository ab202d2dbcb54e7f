//! A stream to somebody, as two blocking halves.

use std::fmt;
use std::future::Future;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{ReadError, RecvStream, SendStream, StoppedError, WriteError};

use crate::net::link::{Closer, Cut, Link, broken, lost};
use crate::{PeerError, PeerKey};

/// A stream of bytes in both directions to somebody whose key is proven.
///
/// One from an [`Endpoint`](crate::Endpoint) is its connection: when it and both its halves are dropped, that is closed
/// (code 0); bytes that nobody has acknowledged by then are lost, see [`Writer::finish`]. One from a
/// [`Line`](crate::Line) is one of several: when it is dropped its bytes still arrive, and then its end.
pub struct Stream {
    peer: PeerKey,
    recv: RecvStream,
    send: SendStream,
    link: Arc<Link>,
    cut: Option<Cut>,
}

impl Stream {
    /// The only one on its connection.
    pub(crate) fn whole(peer: PeerKey, send: SendStream, recv: RecvStream, link: Arc<Link>) -> Self {
        Self { peer, recv, send, link, cut: None }
    }

    /// One of several.
    pub(crate) fn part(peer: PeerKey, send: SendStream, recv: RecvStream, link: Arc<Link>) -> Self {
        Self { peer, recv, send, link, cut: Some(Cut::new()) }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> PeerKey {
        self.peer
    }

    /// Where they are now: the address may change while they move between networks.
    pub fn remote(&self) -> SocketAddr {
        self.link.remote()
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

    /// Ends the stream from any thread.
    pub fn closer(&self) -> Closer {
        Closer { link: Arc::downgrade(&self.link), cut: self.cut.clone() }
    }

    /// The two halves, for two threads.
    pub fn split(self) -> (Reader, Writer) {
        let (limit, cut) = (self.link.limits.write, self.cut);
        let reader = Reader { recv: self.recv, limit: None, cut: cut.clone(), link: self.link.clone() };
        (reader, Writer { send: self.send, limit, finished: false, cut, link: self.link })
    }
}

/// Waits for `work`, at most so long, or until the stream is cut. `None`: it took longer.
fn wait<T>(
    link: &Link,
    cut: Option<&Cut>,
    limit: Option<Duration>,
    work: impl Future<Output = T>,
) -> io::Result<Option<T>> {
    let done = match cut {
        None => link.core.wait(limit, async { Some(work.await) }),
        Some(cut) => link.core.wait(limit, async {
            tokio::select! {
                biased;
                () = cut.wait() => None,
                done = work => Some(done),
            }
        }),
    };
    match done.map_err(|error| error.into_io(ErrorKind::Unsupported))? {
        None => Ok(None),
        Some(Some(done)) => Ok(Some(done)),
        Some(None) => Err(broken(ErrorKind::NotConnected, "it was closed here")),
    }
}

/// The bytes from the other side. Dropping it tells them that nobody reads any more.
pub struct Reader {
    recv: RecvStream,
    limit: Option<Duration>,
    cut: Option<Cut>,
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
        match wait(&self.link, self.cut.as_ref(), self.limit, self.recv.read(buf))? {
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
    cut: Option<Cut>,
    link: Arc<Link>,
}

impl Writer {
    /// How long one `write`, `flush` or `finish` waits for the other side; at first
    /// [`Limits::write`](crate::Limits::write).
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
        match wait(&self.link, self.cut.as_ref(), Some(self.limit), self.send.stopped())? {
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
        match wait(&self.link, self.cut.as_ref(), Some(self.limit), self.send.write(bytes))? {
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
    /// [`Limits::send_window`](crate::Limits::send_window) bytes are unacknowledged.
    ///
    /// # Errors
    /// `TimedOut` if not one byte could be taken within the limit (try again); otherwise as [`Writer::finish`].
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() { Ok(0) } else { self.send(bytes) }
    }

    /// Waits until the other side has acknowledged everything: a round trip and some 25 ms. Only for those who want
    /// to know. One of a line's several streams does not wait: its bytes leave by themselves, and dropping it loses
    /// none.
    ///
    /// # Errors
    /// As `write`; `TimedOut` also when the other side's window is full to the last byte because it does not read.
    fn flush(&mut self) -> io::Result<()> {
        if self.finished {
            return self.finish();
        }
        if self.cut.is_some() {
            // The window is the whole line's, and so would be the wait.
            return Ok(());
        }
        // While only one byte may be unacknowledged, even a write of none has to wait for all before it.
        self.link.connection.set_send_window(1);
        let flushed = self.send(&[]);
        self.link.connection.set_send_window(self.link.limits.send_window.into());
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
