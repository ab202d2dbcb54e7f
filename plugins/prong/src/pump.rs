//! Joins an engine to a transport: bytes in, bytes out, timers in between.
//!
//! Where there are threads, whoever owns a [`Link`] lets its [`poll`](Link::poll) wait. In a page nothing can wait: there
//! [`Chore`]s are done in turns, each again when something has arrived or as soon as its last turn asked for.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

use crate::engine::{
    Activity, Command, CommandError, Counters, Engine, Entropy, Event, Input, Listen, Outgoing, Output,
};
use crate::line::Custom;
use crate::talk::{self, Step, Talk};
use crate::transport::faults::SplitMix;
use crate::transport::{Arrival, Clock, LONGEST, Transport, TransportError};

/// Arrivals that are handed over before a command: more than a full inbox of whole chunks.
const CATCH_UP: usize = 64;
/// How soon is looked again whether bytes have left: the shortest time after which a page is called.
const LEAVING: Duration = Duration::from_millis(4);

/// How something stands that is done in turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Something happened: there may be more to do at once.
    Now,
    /// Nothing is to be done for so long, unless something arrives.
    Later(Duration),
    /// It is over.
    Over,
}

/// Something that is done in turns.
pub trait Chore {
    /// Does what can be done now, waiting a moment where threads can.
    fn turn(&mut self) -> Next;

    /// [`Transport::watch`]
    fn watch(&mut self, waker: &Waker);
}

/// An engine and its line. Nothing happens but in its methods: call [`poll`](Link::poll) all the time.
#[derive(Debug)]
pub struct Link<T> {
    engine: Engine,
    transport: T,
    clock: Clock,
    /// As many as one input brings; fetched before the next input.
    events: VecDeque<Event>,
    /// When the engine wants to be called.
    deadline: Option<Duration>,
    /// The line is gone and has not come back: why.
    lost: Option<String>,
    /// What the line did not take while nobody could be told.
    trouble: Option<TransportError>,
}

/// Why a link does not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The line; after [`TransportError::Gone`] the link is of no more use, after [`TransportError::Clogged`] the bytes
    /// in question are not sent and the link goes on.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The engine took no command.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl<T: Transport> Link<T> {
    /// Joins them. The clock is the one that stamps the transport's arrivals, and
    /// [`Config::line_rate`](crate::engine::Config) should be the transport's.
    pub fn new(engine: Engine, transport: T, clock: Clock) -> Self {
        Self { engine, transport, clock, events: VecDeque::new(), deadline: None, lost: None, trouble: None }
    }

    /// Moves bytes both ways and fires timers until something is to be told, at most so long.
    ///
    /// `None`: nothing to tell. Bytes that arrived before a timer ran out are given to the engine before it.
    ///
    /// # Errors
    /// The line is gone for good, after [`Event::LinkLost`]; or the far side takes no bytes.
    pub fn poll(&mut self, wait: Duration) -> Result<Option<Event>, LinkError> {
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble.into());
        }
        let end = self.clock.now().saturating_add(wait.min(LONGEST));
        loop {
            self.settle()?;
            if let Some(event) = self.events.pop_front() {
                return Ok(Some(event));
            }
            let now = self.clock.now();
            let until = self.deadline.map_or(end, |deadline| deadline.min(end));
            match self.transport.next(until.saturating_sub(now)) {
                Ok(Some(arrival)) => self.take(arrival),
                Ok(None) => {
                    let now = self.clock.now();
                    if self.deadline.is_some_and(|deadline| deadline <= now) {
                        self.engine.handle_input(Input::Time, now);
                    } else if now >= end {
                        return Ok(None);
                    }
                }
                Err(error) if self.lost.is_none() => self.lose(self.clock.now(), error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// [`Engine::send`]
    ///
    /// # Errors
    /// The engine's, and the line's.
    pub fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        self.command(Command::Send(outgoing))
    }

    /// [`Engine::listen`]
    ///
    /// # Errors
    /// The engine's, and the line's.
    pub fn listen(&mut self, listen: Listen) -> Result<(), LinkError> {
        self.command(Command::Listen(listen))
    }

    /// [`Engine::echo`]
    ///
    /// # Errors
    /// The engine's, and the line's.
    pub fn echo(&mut self) -> Result<(), LinkError> {
        self.command(Command::Echo)
    }

    /// [`Engine::say`]
    ///
    /// # Errors
    /// The engine's, and the line's.
    pub fn say(&mut self, words: Custom) -> Result<(), LinkError> {
        self.command(Command::Say(words))
    }

    /// [`Engine::answer`]
    ///
    /// # Errors
    /// The engine's, and the line's.
    pub fn answer(&mut self, accept: bool) -> Result<(), LinkError> {
        self.command(Command::Answer(accept))
    }

    /// [`Engine::cancel`]
    ///
    /// # Errors
    /// The line's.
    pub fn cancel(&mut self) -> Result<(), LinkError> {
        self.command(Command::Cancel)
    }

    /// [`Engine::reset`]
    pub fn reset(&mut self) {
        self.engine.reset();
    }

    /// Gives the engine a command, after all that has arrived before it; listening begins with what has arrived, so that
    /// an offer which follows at once is not missed.
    ///
    /// # Errors
    /// The engine's, and the line's.
    pub fn command(&mut self, command: Command) -> Result<(), LinkError> {
        let rounds = if matches!(command, Command::Listen(_)) { 0 } else { CATCH_UP };
        for _ in 0..rounds {
            // A line that is gone for good is told by the next poll.
            let Ok(Some(arrival)) = self.transport.next(Duration::ZERO) else { break };
            self.take(arrival);
            self.settle()?;
        }
        let taken = self.engine.command(command, self.clock.now());
        self.settle()?;
        Ok(taken?)
    }

    /// Asks a conversation what to do and does it, until it waits, asks or is over: never [`Step::Do`]. Every event must
    /// have been heard before. What the engine did not take is told to the conversation, what the line did not take is
    /// the next [`poll`](Self::poll)'s error.
    pub fn perform(&mut self, talk: &mut dyn Talk) -> Step {
        talk::act(talk, self.clock.now(), |command| match self.command(command) {
            Err(LinkError::Command(error)) => Err(error),
            Err(LinkError::Transport(error)) => {
                self.trouble.get_or_insert(error);
                Ok(())
            }
            Ok(()) => Ok(()),
        })
    }

    /// Sends what is queued, at most so long, so that the last ACK or CAN gets out, and gives back the line.
    ///
    /// # Errors
    /// It did not leave in time, or the line is gone.
    pub fn close(mut self, wait: Duration) -> Result<T, LinkError> {
        self.settle()?;
        self.transport.flush(wait)?;
        Ok(self.transport)
    }

    /// Waits, at most so long, until what is queued has left.
    ///
    /// # Errors
    /// It did not leave in time, or the line is gone.
    pub fn flush(&mut self, wait: Duration) -> Result<(), LinkError> {
        self.settle()?;
        Ok(self.transport.flush(wait)?)
    }

    /// [`Transport::watch`]
    pub fn watch(&mut self, waker: &Waker) {
        self.transport.watch(waker);
    }

    /// How long nothing is to be done here unless something arrives, at most `longest`.
    pub fn rest(&self, longest: Duration) -> Duration {
        let longest = if self.transport.waiting() > 0 { longest.min(LEAVING) } else { longest };
        self.deadline.map_or(longest, |deadline| deadline.saturating_sub(self.clock.now()).min(longest))
    }

    /// Whether the port is away; it may come back.
    pub fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Why the port is away, in one sentence.
    pub fn lost_reason(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// [`Engine::is_idle`]
    pub fn is_idle(&self) -> bool {
        self.engine.is_idle()
    }

    /// [`Engine::activity`]
    pub fn activity(&self) -> Activity {
        self.engine.activity()
    }

    /// [`Engine::session`]
    pub fn session(&self) -> Option<u32> {
        self.engine.session()
    }

    /// [`Engine::received`]
    pub fn received(&self) -> &[u8] {
        self.engine.received()
    }

    /// [`Engine::counters`]
    pub fn counters(&self) -> Counters {
        self.engine.counters()
    }

    /// The engine, to look at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The clock of the line.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    fn take(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Bytes { at, bytes } => self.engine.handle_input(Input::Bytes(&bytes), at),
            Arrival::Lost { at, reason } => self.lose(at, reason),
            Arrival::Back { .. } => self.lost = None,
        }
    }

    fn lose(&mut self, at: Duration, reason: String) {
        self.lost = Some(reason);
        self.engine.handle_input(Input::LinkLost, at);
    }

    /// Does what the engine wants, all of it, before anything else happens.
    fn settle(&mut self) -> Result<(), TransportError> {
        let mut failed = None;
        loop {
            match self.engine.poll_output() {
                Output::Transmit { bytes, purge } => {
                    if purge {
                        self.transport.purge();
                    }
                    match self.transport.send(&bytes) {
                        // The loss itself is among the arrivals.
                        Ok(()) | Err(TransportError::Gone(_)) => {}
                        Err(error) => failed = failed.or(Some(error)),
                    }
                }
                Output::Event(event) => self.events.push_back(event),
                Output::Timeout(deadline) => {
                    self.deadline = deadline;
                    return failed.map_or(Ok(()), Err);
                }
            }
        }
    }
}

/// Nonces and jitter from the operating system.
#[derive(Debug)]
pub struct OsEntropy {
    spare: SplitMix,
}

impl OsEntropy {
    /// Asks the operating system for the first time.
    ///
    /// # Errors
    /// It has no random numbers to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        Ok(Self { spare: SplitMix(getrandom::u64()?) })
    }
}

impl Entropy for OsEntropy {
    fn nonce(&mut self) -> [u8; 4] {
        let mut nonce = [0; 4];
        // Should the system fail later, numbers that do not repeat are enough: a nonce is no key.
        if getrandom::fill(&mut nonce).is_err() {
            nonce = (self.spare.next() as u32).to_le_bytes();
        }
        nonce
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.spare.below(u64::from(limit)) as u32
    }
}

/// The same numbers for the same seed, for simulations.
#[derive(Debug)]
pub struct Seeded(SplitMix);

impl Seeded {
    /// Any seed will do.
    pub fn new(seed: u64) -> Self {
        Self(SplitMix(seed))
    }
}

impl Entropy for Seeded {
    fn nonce(&mut self) -> [u8; 4] {
        (self.0.next() as u32).to_le_bytes()
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.0.below(u64::from(limit)) as u32
    }
}
