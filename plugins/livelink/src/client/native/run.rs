//! A socket's thread: how it is started, sleeps and is woken.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mio::{Events, Poll, Token, Waker};

use crate::client::ClientError;

const SOCKET: Token = Token(0);
const WAKER: Token = Token(1);

fn system(error: &dyn fmt::Display) -> ClientError {
    ClientError::System(error.to_string())
}

/// Waits so long. It blocks the thread that it runs on.
pub async fn pause(time: Duration) {
    thread::sleep(time);
}

/// Wakes a socket's thread.
#[derive(Clone)]
pub(in crate::client) struct Bell(Arc<Waker>);

impl Bell {
    pub(in crate::client) fn ring(&self) {
        // The thread wakes for its next ping at the latest.
        let _ = self.0.wake();
    }
}

/// Hears the bell, and the socket.
pub(in crate::client) struct Ear {
    poll: Poll,
    events: Events,
    /// Lives as long as the poll: the handle's last word is lost when its waker goes with it.
    _bell: Bell,
}

impl Ear {
    pub(in crate::client) fn new() -> Result<(Ear, Bell), ClientError> {
        let poll = Poll::new().map_err(|error| system(&error))?;
        let bell = Bell(Arc::new(Waker::new(poll.registry(), WAKER).map_err(|error| system(&error))?));
        Ok((Ear { poll, events: Events::with_capacity(4), _bell: bell.clone() }, bell))
    }

    /// Where a socket is registered to be heard.
    pub(super) fn place(&self) -> (&mio::Registry, Token) {
        (self.poll.registry(), SOCKET)
    }

    /// Until something is heard, or for so long.
    pub(in crate::client) async fn wait(&mut self, pause: Option<Duration>) {
        match self.poll.poll(&mut self.events, pause) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                // Cannot be on a working system; never turned into a busy loop.
                thread::sleep(Duration::from_millis(100));
            }
            _ => {}
        }
    }
}

/// Drives a socket on a thread of its own, of this name.
pub(in crate::client) fn start<W: Future<Output = ()>>(
    name: &str,
    work: impl FnOnce() -> W + Send + 'static,
) -> Result<(), ClientError> {
    let named = thread::Builder::new().name(name.to_owned());
    named.spawn(move || pollster::block_on(work())).map(drop).map_err(|error| system(&error))
}
