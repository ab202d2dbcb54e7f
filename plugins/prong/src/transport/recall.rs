//! A line to a friend that comes back: who called calls again, who was called waits for the same friend.

use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use eggtooth_peer::{Endpoint, PeerKey, Stream};

use super::quic;
use super::threaded::{Halves, Reopen, Threaded};
use super::{Clock, TransportError};

/// How long a friend has to answer.
const CALL: Duration = Duration::from_secs(5);
/// The pause after the first failed call; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause: with the calls between them at most six a minute.
const LONGEST: Duration = Duration::from_secs(10);

/// The line of a call that we made to `addr`. When it is lost the same friend is called there again: at once if it had
/// held for 10 s, else after a pause that grows from 1 s to 10 s, for as long as the line is kept.
///
/// # Errors
/// There is no thread to be had.
pub fn calling(
    endpoint: Arc<Endpoint>,
    addr: SocketAddr,
    stream: Stream,
    clock: Clock,
) -> Result<Threaded, TransportError> {
    let mut caller =
        Caller { endpoint, addr, key: stream.peer(), call: None, pause: None, due: None, began: Some(Instant::now()) };
    let reopen: Reopen = Box::new(move || caller.again().map(quic::halves));
    Threaded::start(quic::halves(stream), Some(reopen), None, clock)
}

/// The line of a call that we took. When it is lost, or while it is silent, the next call of the same friend takes its
/// place: they know better whether the old one is dead. Other callers are hung up on.
///
/// # Errors
/// There is no thread to be had.
pub fn called(endpoint: Arc<Endpoint>, stream: Stream, clock: Clock) -> Result<Threaded, TransportError> {
    let door = Arc::new(Door { endpoint, key: stream.peer(), next: Mutex::default() });
    let halves = door.halves(stream);
    let reopen: Reopen = Box::new(move || {
        door.look();
        door.take().map(|stream| door.halves(stream))
    });
    Threaded::start(halves, Some(reopen), None, clock)
}

struct Caller {
    endpoint: Arc<Endpoint>,
    addr: SocketAddr,
    key: PeerKey,
    /// A call takes longer than the thread that asks may wait.
    call: Option<JoinHandle<Option<Stream>>>,
    /// The last one; `None`: none is due.
    pause: Option<Duration>,
    /// When to call next.
    due: Option<Instant>,
    /// When the line that is lost began; `None` once that was looked at.
    began: Option<Instant>,
}

impl Caller {
    /// A new stream, if there is one. Does not wait.
    fn again(&mut self) -> Option<Stream> {
        if let Some(began) = self.began.take() {
            // A friend who hangs up at once is not called without end.
            self.due = None;
            if began.elapsed() >= LONGEST {
                self.pause = None;
            } else {
                self.rest();
            }
        }
        match &self.call {
            Some(call) if !call.is_finished() => None,
            Some(_) => {
                let found = self.call.take().and_then(|call| call.join().ok()).flatten();
                match found {
                    Some(_) => self.began = Some(Instant::now()),
                    None => self.rest(),
                }
                found
            }
            None => {
                if self.due.is_none_or(|due| due <= Instant::now()) {
                    let (endpoint, addr, key) = (self.endpoint.clone(), self.addr, self.key);
                    let call = move || endpoint.connect(addr, key, CALL).ok();
                    // Without a thread it is tried again, as if nobody had answered.
                    self.call = std::thread::Builder::new().name("prong caller".into()).spawn(call).ok();
                    if self.call.is_none() {
                        self.rest();
                    }
                }
                None
            }
        }
    }

    fn rest(&mut self) {
        let pause = self.pause.map_or(FIRST, |pause| (pause * 2).min(LONGEST));
        (self.pause, self.due) = (Some(pause), Some(Instant::now() + pause));
    }
}

struct Door {
    endpoint: Arc<Endpoint>,
    key: PeerKey,
    /// A newer call of the same friend.
    next: Mutex<Option<Stream>>,
}

impl Door {
    /// Takes the calls that wait; whether the friend is among them.
    fn look(&self) -> bool {
        let mut found = false;
        while let Ok(Some(stream)) = self.endpoint.accept(Duration::ZERO) {
            if stream.peer() == self.key {
                *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(stream);
                found = true;
            }
        }
        found
    }

    fn take(&self) -> Option<Stream> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn halves(self: &Arc<Self>, stream: Stream) -> Halves {
        let halves = quic::halves(stream);
        Halves { reader: Box::new(Listening { inner: halves.reader, door: self.clone() }), ..halves }
    }
}

/// Reads, and notices a newer call while nothing comes.
struct Listening {
    inner: Box<dyn Read + Send>,
    door: Arc<Door>,
}

impl Read for Listening {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Err(error) if error.kind() == ErrorKind::TimedOut && self.door.look() => {
                Err(io::Error::new(ErrorKind::ConnectionAborted, "the friend has called again"))
            }
            result => result,
        }
    }
}
