//! A live link: its handle, and what drives it elsewhere, on a thread of its own or between the page's events.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use web_time::Instant;

use super::platform::{Bell, Ear, Socket, start};
use super::{ClientError, Daycare, Id};
use crate::link::{Event, Link, Output, State};
use crate::message::{LONGEST_FROM_SERVER, MessageError};

/// Messages taken from a socket before anything else is looked at again.
const AT_ONCE: usize = 64;

/// What came over a socket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A binary message.
    Message(Vec<u8>),
    /// Something that is no binary message of a right length: how long it is, at least.
    Strange(usize),
    /// Nothing, for now.
    Nothing,
    /// The end, with the close frame's code.
    End(Option<u16>),
}

/// What the handle and the driver share.
struct Shared {
    link: Mutex<Link>,
    /// Why the last attempt failed, in the words of the client.
    trouble: Mutex<Option<ClientError>>,
    ends: AtomicBool,
    /// Local time is since then.
    start: Instant,
}

impl Shared {
    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn set_trouble(&self, trouble: Option<ClientError>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// A live link to one toy. It connects by itself, now and whenever it breaks; dropping it closes the link.
///
/// Nothing here blocks. Events wait as [`crate::link::MOST_EVENTS`] says, of frames only the latest; times in them are
/// on the clock of [`LiveHandle::now`].
pub struct LiveHandle {
    shared: Arc<Shared>,
    bell: Bell,
}

impl fmt::Debug for LiveHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LiveHandle({:?})", self.state())
    }
}

impl LiveHandle {
    pub(super) fn start(daycare: Daycare, toy: Id) -> Result<LiveHandle, ClientError> {
        let random = || Id::random().map_err(|error| ClientError::System(error.to_string()));
        let (client, seed) = (random()?, random()?);
        let (ear, bell) = Ear::new()?;
        let shared = Arc::new(Shared {
            link: Mutex::new(Link::new(client.0, u128::from_ne_bytes(seed.0) as u64)),
            trouble: Mutex::new(None),
            ends: AtomicBool::new(false),
            start: Instant::now(),
        });
        let driver = Driver { daycare, toy, shared: shared.clone(), ear, socket: None };
        start("live link", move || driver.run())?;
        Ok(LiveHandle { shared, bell })
    }

    /// These buttons are held now: bit 0 A, 1 B, 2 C, 3 TAP. Returns the number of the change, which
    /// [`Event::Done`], [`Event::Refused`] or [`Event::Forgotten`] will name; `None` where nothing is to be said, or
    /// cannot be (see [`Link::keys`]).
    pub fn keys(&self, mask: u8) -> Option<u32> {
        let seq = self.shared.link().keys(mask, self.shared.now());
        self.bell.ring();
        seq
    }

    /// What has happened.
    #[must_use]
    pub fn try_recv(&self) -> Option<Event> {
        self.shared.link().poll_event()
    }

    /// How the link is.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared.link().state()
    }

    /// How long the last ping took.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.shared.link().round_trip()
    }

    /// Now, on the clock of the events' times.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.shared.now()
    }

    /// When a frame of this tick, just received, belongs to be shown so that it goes with the sounds.
    #[must_use]
    pub fn when(&self, tick: u64) -> Duration {
        self.shared.link().when(tick, self.shared.now())
    }

    /// Why the last attempt to connect failed; `None` while there is a link. Says more than the state's sentence.
    #[must_use]
    pub fn trouble(&self) -> Option<ClientError> {
        self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the next attempt now: after signing in again, or because the player asks for it.
    pub fn retry(&self) {
        self.shared.link().retry();
        self.bell.ring();
    }
}

impl Drop for LiveHandle {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        self.bell.ring();
    }
}

/// What drives the link.
struct Driver {
    daycare: Daycare,
    toy: Id,
    shared: Arc<Shared>,
    ear: Ear,
    socket: Option<Socket>,
}

impl Driver {
    /// Until the handle is dropped.
    async fn run(mut self) {
        loop {
            if self.shared.ends.load(Ordering::Acquire) {
                if let Some(socket) = self.socket.take() {
                    socket.close(1000);
                }
                return;
            }
            self.shared.link().time(self.shared.now());
            let mut busy = self.hear();
            while let Some(output) = { self.shared.link().poll_output() } {
                self.act(output).await;
                busy = true;
            }
            if busy {
                // Sending may have taken what came into TLS' own buffer, of which no event tells: listen once more.
                continue;
            }
            let pause = self.shared.link().wake().map(|wake| wake.saturating_sub(self.shared.now()));
            self.ear.wait(pause).await;
        }
    }

    async fn act(&mut self, output: Output) {
        match output {
            Output::Connect => self.connect().await,
            Output::Send(bytes) => {
                let sent = self.socket.as_mut().is_none_or(|socket| socket.send(bytes));
                if !sent {
                    self.lose(None);
                }
            }
            Output::Close(code) => {
                if let Some(socket) = self.socket.take() {
                    socket.close(code);
                }
            }
        }
    }

    async fn connect(&mut self) {
        self.socket = None;
        match self.open().await {
            Ok((socket, ticket)) => {
                self.socket = Some(socket);
                self.shared.set_trouble(None);
                self.shared.link().connected(ticket.0, self.shared.now());
            }
            Err(error) => {
                let code = error.code();
                self.shared.set_trouble(Some(error));
                self.shared.link().lost(code, self.shared.now());
            }
        }
    }

    async fn open(&mut self) -> Result<(Socket, Id), ClientError> {
        let ticket = self.daycare.ticket(self.toy).await?;
        let socket = Socket::open(&self.daycare.web, &ticket.path, LONGEST_FROM_SERVER, &mut self.ear).await?;
        Ok((socket, ticket.ticket))
    }

    /// Takes what came; whether there may be more.
    fn hear(&mut self) -> bool {
        let Some(socket) = &mut self.socket else { return false };
        if !socket.flush() {
            self.lose(None);
            return false;
        }
        for _ in 0..AT_ONCE {
            let heard = socket.hear();
            let now = self.shared.now();
            match heard {
                Heard::Message(bytes) => self.shared.link().message(&bytes, now),
                Heard::Strange(length) => {
                    let error = MessageError::TooLong(length, LONGEST_FROM_SERVER);
                    let error = if length > LONGEST_FROM_SERVER { error } else { MessageError::NotBinary };
                    self.shared.link().refuse(error, now);
                }
                Heard::Nothing => return false,
                Heard::End(code) => {
                    self.lose(code);
                    return false;
                }
            }
            if !matches!(self.shared.link().state(), State::Live | State::Silent) {
                return false;
            }
        }
        true
    }

    fn lose(&mut self, code: Option<u16>) {
        self.socket = None;
        self.shared.link().lost(code, self.shared.now());
    }
}
