//! A line between two players at a table: a control stream, streams of kinds, and datagrams.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use quinn::{Connection, ConnectionError, RecvStream, SendStream, VarInt};
use tokio::sync::Mutex;

use crate::net::error;
use crate::net::hello::{DONE, USERS};
use crate::net::link::Link;
use crate::{Admitted, Name, PeerError, PeerKey, Reader, Stream, Writer};

/// How often is looked whether the other side has moved.
const GLANCE: Duration = Duration::from_millis(100);

/// A connection to somebody at a table. Clones are the same line; it is closed when the last of them, and of what was
/// taken from it, is dropped. All its calls may be made from several threads.
#[derive(Clone)]
pub struct Line(Arc<Inner>);

struct Inner {
    peer: PeerKey,
    their_name: Name,
    how: Admitted,
    control: StdMutex<Option<(Reader, Writer)>>,
    /// A stream of which the kind has not come yet.
    opening: Mutex<Option<(SendStream, RecvStream)>>,
    moves: Arc<AtomicU32>,
    link: Arc<Link>,
}

/// How a line ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Whether the other side ended it; otherwise it was closed here, or lost.
    pub by_them: bool,
    /// What [`Line::close`] was given, on either side. `None`: nobody said a word (lost, dropped, or a fault).
    pub code: Option<u32>,
    /// One clause, fit to be shown.
    pub reason: String,
}

impl Line {
    /// The longest datagram, in bytes; fits into the smallest packet of any network.
    pub const DATAGRAM: usize = 1100;
    /// The largest code of [`Line::close`].
    pub const LARGEST_CODE: u32 = (1 << 30) - 1 - USERS;

    pub(crate) fn new(
        peer: PeerKey,
        their_name: Name,
        how: Admitted,
        send: SendStream,
        recv: RecvStream,
        link: Arc<Link>,
    ) -> Self {
        let moves = Arc::new(AtomicU32::new(0));
        link.core.handle().spawn(watch(link.connection.clone(), moves.clone()));
        let control = Stream::part(peer, send, recv, link.clone()).split();
        let (control, opening) = (StdMutex::new(Some(control)), Mutex::new(None));
        Self(Arc::new(Inner { peer, their_name, how, control, opening, moves, link }))
    }

    /// Who is at the other end.
    pub fn peer(&self) -> PeerKey {
        self.0.peer
    }

    /// What they call themselves.
    pub fn their_name(&self) -> &Name {
        &self.0.their_name
    }

    /// How they came in, or we did.
    pub fn how(&self) -> Admitted {
        self.0.how
    }

    /// Where they are now.
    pub fn remote(&self) -> SocketAddr {
        self.0.link.remote()
    }

    /// How often their address has changed, looked at ten times a second.
    pub fn moves(&self) -> u32 {
        self.0.moves.load(Ordering::Relaxed)
    }

    /// The round trip as measured of late; before that [`Limits::initial_rtt`](crate::Limits::initial_rtt).
    pub fn rtt(&self) -> Duration {
        self.0.link.connection.rtt()
    }

    /// The stream that is there from the beginning; only the first call gets it.
    pub fn control(&self) -> Option<(Reader, Writer)> {
        self.0.control.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Opens a stream of a kind. The other side gets it by [`Line::accept`].
    ///
    /// # Errors
    /// The line is gone, or the other side has had as many streams from here as it takes
    /// ([`Limits::bidi_streams`](crate::Limits::bidi_streams)), and ended none within
    /// [`Limits::write`](crate::Limits::write).
    pub fn open(&self, kind: u8) -> Result<Stream, PeerError> {
        let link = &self.0.link;
        let opened = link.core.wait(Some(link.limits.write), async {
            let (mut send, recv) = link.connection.open_bi().await?;
            // A stream shows itself with its first byte. If it cannot be written, the first use says why.
            let _ = send.write_all(&[kind]).await;
            Ok((send, recv))
        })?;
        match opened {
            Some(Ok((send, recv))) => Ok(Stream::part(self.0.peer, send, recv, link.clone())),
            Some(Err(error)) => Err(PeerError::lost(&error)),
            None => Err(PeerError::Lost("the other side takes no more streams; end one first".into())),
        }
    }

    /// The next stream that the other side opens, and its kind; waits at most so long. Those that end before their
    /// kind has come are passed over; one that never says its kind holds up only those of its own line.
    ///
    /// # Errors
    /// The line is gone.
    pub fn accept(&self, limit: Duration) -> Result<Option<(u8, Stream)>, PeerError> {
        let link = &self.0.link;
        let next = async {
            // Kept from one call to the next: the byte may be late because its packet was lost.
            let mut opening = self.0.opening.lock().await;
            loop {
                if opening.is_none() {
                    *opening = Some(link.connection.accept_bi().await?);
                }
                let Some((_, recv)) = opening.as_mut() else { continue };
                let mut kind = [0];
                let read = recv.read(&mut kind).await;
                let stream = opening.take();
                if let (Ok(Some(1)), Some((send, recv))) = (read, stream) {
                    return Ok((kind, send, recv));
                }
            }
        };
        match link.core.wait(Some(limit), next)? {
            Some(Ok(([kind], send, recv))) => Ok(Some((kind, Stream::part(self.0.peer, send, recv, link.clone())))),
            Some(Err(error)) => Err(PeerError::lost(&error)),
            None => Ok(None),
        }
    }

    /// Sends a datagram: it may be lost, come late or in another order. While more wait than
    /// [`Limits::datagram_buffer`](crate::Limits::datagram_buffer) holds, the oldest are dropped. `false`: it is longer
    /// than [`Line::DATAGRAM`], or the line is gone.
    pub fn send_datagram(&self, bytes: &[u8]) -> bool {
        bytes.len() <= Self::DATAGRAM && self.0.link.connection.send_datagram(bytes.to_vec().into()).is_ok()
    }

    /// The next datagram; waits at most so long. Of those that nobody fetches the oldest are dropped, beyond
    /// [`Limits::datagram_buffer`](crate::Limits::datagram_buffer).
    ///
    /// # Errors
    /// The line is gone.
    pub fn recv_datagram(&self, limit: Duration) -> Result<Option<Vec<u8>>, PeerError> {
        let link = &self.0.link;
        match link.core.wait(Some(limit), link.connection.read_datagram())? {
            Some(Ok(bytes)) => Ok(Some(bytes.into())),
            Some(Err(error)) => Err(PeerError::lost(&error)),
            None => Ok(None),
        }
    }

    /// Ends the line at once: whatever waits on it returns an error, on both sides, and the other side is told the code
    /// (at most [`Line::LARGEST_CODE`], which larger ones become) and the reason, of which 200 bytes travel. Only the
    /// first call counts.
    pub fn close(&self, code: u32, reason: &str) {
        self.0.link.close(VarInt::from_u32(USERS + code.min(Self::LARGEST_CODE)), reason);
    }

    /// How the line ended; `None` while it has not. A line that is lost ends after
    /// [`Limits::idle`](crate::Limits::idle) without a sign of life.
    pub fn ended(&self) -> Option<Ended> {
        let end = self.0.link.connection.close_reason()?;
        let users = |code: VarInt| u32::try_from(u64::from(code)).ok()?.checked_sub(USERS);
        Some(match &end {
            ConnectionError::LocallyClosed => match self.0.link.closed() {
                Some((code, reason)) if *code != DONE => {
                    Ended { by_them: false, code: users(*code), reason: reason.clone() }
                }
                _ => Ended { by_them: false, code: None, reason: error::reason(&end) },
            },
            ConnectionError::ApplicationClosed(close) => {
                let words = error::clean(&close.reason);
                let code = users(close.error_code);
                let reason = if code.is_some() && !words.is_empty() { words } else { error::reason(&end) };
                Ended { by_them: true, code, reason }
            }
            ConnectionError::ConnectionClosed(_) | ConnectionError::Reset => {
                Ended { by_them: true, code: None, reason: error::reason(&end) }
            }
            _ => Ended { by_them: false, code: None, reason: error::reason(&end) },
        })
    }

    /// Waits until the line has ended; at most so long.
    ///
    /// # Errors
    /// [`PeerError::Asynchronous`].
    pub fn wait_ended(&self, limit: Duration) -> Result<Option<Ended>, PeerError> {
        let link = &self.0.link;
        link.core.wait(Some(limit), link.connection.closed())?;
        Ok(self.ended())
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Line");
        f.field("peer", &self.0.peer).field("name", &self.0.their_name).field("how", &self.0.how);
        f.field("remote", &self.remote()).finish_non_exhaustive()
    }
}

/// Counts changes of the other side's address until the connection ends.
async fn watch(connection: Connection, moves: Arc<AtomicU32>) {
    let mut here = connection.remote_address();
    while tokio::time::timeout(GLANCE, connection.closed()).await.is_err() {
        let now = connection.remote_address();
        if now != here {
            here = now;
            moves.fetch_add(1, Ordering::Relaxed);
        }
    }
}
