//! The link layer, whole: both roles, every state and timer (§1.4 to §1.8).
//!
//! An [`Engine`] does one thing at a time: it sends a packet, receives one, or asks for an echo. Whoever owns it gives it
//! bytes and time by [`handle_input`](Engine::handle_input), and after every input and command fetches what it wants by
//! [`poll_output`](Engine::poll_output) until that says when to come again. It reads no clock, draws no random numbers
//! and keeps a bounded amount of memory: the packet in hand, one chunk, and short queues.

mod command;
mod config;
mod event;
mod hearing;
mod initiator;
mod linger;
mod recipient;
mod timers;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::line::{Custom, LineBuffer};
use crate::secret::Secret;

pub use command::{Command, CommandError, Hold, Listen, Outgoing};
pub use config::{Config, FarSide, Glare, Timers};
pub use event::{Counters, Event, Input, Output, Packet, Refusal, Stop};
use initiator::Initiator;
use linger::Linger;
use recipient::Recipient;

/// Total sends of a PKT, a chunk or an echo request, and failures of one chunk (§1.1).
const ATTEMPTS: u8 = 3;
/// Later moments count as this one: nothing that is added to it overflows.
const END_OF_TIME: Duration = Duration::from_secs(u64::MAX / 2);
/// Events that may wait; beyond them those that only inform are dropped and counted, and offers are not heard.
const EVENTS: usize = 64;
/// Transmissions that may wait; beyond them replies to ECHO REQ and what else a peer can ask for without end are dropped
/// and counted. Beside them wait at most the answers to one packet.
const TRANSMISSIONS: usize = 16;

const ACK: &[u8] = b"ACK\r\n";
const CAN: &[u8] = b"CAN\r\n";
const NAK: &[u8] = b"NAK\r\n";
const ECHO_REQ: &[u8] = b"ECHO REQ\r\n";
const ECHO_REP: &[u8] = b"ECHO REP\r\n";

/// Where nonces and jitter come from: the operating system in a program, a list in a test.
pub trait Entropy: Send + Sync {
    /// Four bytes for one transmission of a chunk, in wire order.
    fn nonce(&mut self) -> [u8; 4];
    /// A number below `limit` (0 when it is 0), for retries that should not meet again.
    fn below(&mut self, limit: u32) -> u32;
}

/// One side of a link.
pub struct Engine {
    config: Config,
    secret: Option<Arc<Secret>>,
    entropy: Box<dyn Entropy>,
    session: Option<u32>,
    state: State,
    lines: LineBuffer,
    /// When the last byte of a partial line came (L-7).
    line_at: Duration,
    /// When the last byte came at all (E-6).
    heard: Option<Duration>,
    /// Stale answers to what we cancelled may come until then (I-13).
    cooldown: Option<Duration>,
    /// A reply to ECHO REQ that waits (I-4, I-11).
    reply: Option<Duration>,
    drain: Option<Drain>,
    linger: Option<Linger>,
    /// Our offer that gave way (E-6), and when it is made again.
    queued: Option<(Box<Initiator>, Duration)>,
    transmissions: VecDeque<(Vec<u8>, bool)>,
    events: VecDeque<Event>,
    counters: Counters,
    now: Duration,
}

/// What is going on (§1.4). Lingering and draining happen beside it.
enum State {
    Idle,
    Listen(Listen),
    Echo { tries: u8, due: Duration },
    Send(Box<Initiator>),
    Receive(Box<Recipient>),
}

/// Bytes are thrown away until the line is quiet (E-5).
struct Drain {
    quiet: Duration,
    end: Duration,
}

/// What an engine is doing, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// Nothing.
    Idle,
    /// Waiting for an offer.
    Listening,
    /// Waiting for an echo.
    Echoing,
    /// PKT is out, or waits for its moment.
    Offering,
    /// Chunks go out.
    Sending,
    /// Chunks come in.
    Receiving,
    /// A chunk waits for the application's answer.
    Holding,
}

/// What becomes of bytes that came together with those just used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Keep,
    /// An answer went out: they are garbage by definition.
    Discard,
}

impl Engine {
    /// An idle engine without a session. Without a secret it can echo and talk, not send or receive packets.
    pub fn new(config: Config, secret: Option<Arc<Secret>>, entropy: Box<dyn Entropy>) -> Self {
        let timers = config.timers.clone().bounded();
        Self {
            config: Config { timers, ..config },
            secret,
            entropy,
            session: None,
            state: State::Idle,
            lines: LineBuffer::default(),
            line_at: Duration::ZERO,
            heard: None,
            cooldown: None,
            reply: None,
            drain: None,
            linger: None,
            queued: None,
            transmissions: VecDeque::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            now: Duration::ZERO,
        }
    }

    /// Takes what happened on the line at `now`, the time since any fixed moment; it never runs backwards, an earlier
    /// one counts as the latest. Timers that ran out before the bytes came, or before a command, act first.
    pub fn handle_input(&mut self, input: Input<'_>, now: Duration) {
        let now = self.advance(now);
        match input {
            Input::Bytes(bytes) => {
                self.catch_up(now);
                if !bytes.is_empty() {
                    self.take_bytes(bytes, now);
                }
            }
            Input::Time => {
                while self.deadline().is_some_and(|deadline| deadline <= now) {
                    self.fire(now);
                }
            }
            Input::LinkLost => self.lose(),
        }
        self.settle(now);
    }

    /// What the engine wants next; call until it is [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        if let Some((bytes, purge)) = self.transmissions.pop_front() {
            self.settle(self.now);
            return Output::Transmit { bytes, purge };
        }
        match self.events.pop_front() {
            Some(event) => Output::Event(event),
            None => Output::Timeout(self.deadline()),
        }
    }

    /// Offers a packet and sends it (I-1).
    ///
    /// # Errors
    /// The engine is busy, has no secret, the session is set already, or the flash guard forbids it.
    pub fn send(&mut self, outgoing: Outgoing, now: Duration) -> Result<(), CommandError> {
        let now = self.catch_up(now);
        if !self.may_begin() {
            return Err(CommandError::Busy);
        }
        if self.secret.is_none() {
            return Err(CommandError::NoSecret);
        }
        if outgoing.session.is_some() && self.session.is_some() {
            return Err(CommandError::SessionSet);
        }
        outgoing.check(self.config.far_side)?;
        self.begin();
        self.offer(Box::new(Initiator::new(outgoing, now)), now);
        self.settle(now);
        Ok(())
    }

    /// Waits for a packet until one came or [`cancel`](Self::cancel) is called; given again, it replaces what is waited for.
    ///
    /// # Errors
    /// The engine is busy, or has no secret.
    pub fn listen(&mut self, listen: Listen, now: Duration) -> Result<(), CommandError> {
        self.catch_up(now);
        if !matches!(self.state, State::Idle | State::Listen(_)) {
            return Err(CommandError::Busy);
        }
        if self.secret.is_none() {
            return Err(CommandError::NoSecret);
        }
        // A partial line stays: arming in time rescues an offer. So does the linger: a repeated last chunk is no line.
        self.state = State::Listen(listen);
        Ok(())
    }

    /// Asks whether anybody is there: three requests, two seconds apart (EC-1).
    ///
    /// # Errors
    /// The engine is busy.
    pub fn echo(&mut self, now: Duration) -> Result<(), CommandError> {
        let now = self.catch_up(now);
        if !self.may_begin() {
            return Err(CommandError::Busy);
        }
        self.begin();
        self.transmit(ECHO_REQ, false);
        self.state = State::Echo { tries: 1, due: now + self.config.timers.echo_interval };
        Ok(())
    }

    /// Sends words of the application's own.
    ///
    /// # Errors
    /// A transfer is going on (I-12).
    pub fn say(&mut self, words: Custom, now: Duration) -> Result<(), CommandError> {
        self.catch_up(now);
        let allowed = match &self.state {
            State::Idle | State::Listen(_) | State::Echo { .. } => true,
            State::Send(initiator) => initiator.is_offering(),
            State::Receive(_) => self.config.say_while_receiving,
        };
        if !allowed || self.transmissions.len() >= TRANSMISSIONS {
            return Err(CommandError::Busy);
        }
        self.transmit(&[words.text().as_bytes(), b"\r\n"].concat(), false);
        Ok(())
    }

    /// Answers the chunk of [`Event::Held`]: takes it, or cancels the packet.
    ///
    /// # Errors
    /// No chunk is held: the time for an answer may be over.
    pub fn answer(&mut self, accept: bool, now: Duration) -> Result<(), CommandError> {
        let now = self.catch_up(now);
        self.answer_held(accept, now)
    }

    /// Ends what is going on by the protocol's rules (I-13, R-12); [`Event::Stopped`] tells when it is over.
    pub fn cancel(&mut self, now: Duration) {
        let now = self.catch_up(now);
        let queued = self.queued.take();
        match &self.state {
            State::Idle if queued.is_none() => {}
            State::Idle => self.stop(Stop::ByUs),
            State::Listen(_) | State::Echo { .. } => self.stop(Stop::ByUs),
            State::Send(_) => self.cancel_sending(now),
            State::Receive(_) => self.cancel_receiving(),
        }
        self.settle(now);
    }

    /// Forgets the session, as both sides must to begin a new one (S-1).
    pub fn reset(&mut self) {
        self.session = None;
        self.linger = None;
    }

    /// The same as the method the command names.
    ///
    /// # Errors
    /// That method's.
    pub fn command(&mut self, command: Command, now: Duration) -> Result<(), CommandError> {
        match command {
            Command::Send(outgoing) => self.send(outgoing, now),
            Command::Listen(listen) => self.listen(listen, now),
            Command::Echo => self.echo(now),
            Command::Say(words) => self.say(words, now),
            Command::Answer(accept) => self.answer(accept, now),
            Command::Cancel => {
                self.cancel(now);
                Ok(())
            }
        }
    }

    /// The session both sides are in, if one was set.
    pub fn session(&self) -> Option<u32> {
        self.session
    }

    /// Whether nothing is going on.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle) && self.queued.is_none()
    }

    /// What is going on.
    pub fn activity(&self) -> Activity {
        match &self.state {
            State::Idle => Activity::Idle,
            State::Listen(_) => Activity::Listening,
            State::Echo { .. } => Activity::Echoing,
            State::Send(initiator) if initiator.is_offering() => Activity::Offering,
            State::Send(_) => Activity::Sending,
            State::Receive(recipient) if recipient.is_held() => Activity::Holding,
            State::Receive(_) => Activity::Receiving,
        }
    }

    /// The data of the packet that is being received, a held chunk's included; empty at other times.
    pub fn received(&self) -> &[u8] {
        match &self.state {
            State::Receive(recipient) => recipient.data(),
            _ => &[],
        }
    }

    /// What came and was of no use.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How it behaves.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn advance(&mut self, now: Duration) -> Duration {
        self.now = self.now.max(now).min(END_OF_TIME);
        self.now
    }

    /// Lets the timers act that ran out before `now`; at the same time bytes and commands come first.
    fn catch_up(&mut self, now: Duration) -> Duration {
        let now = self.advance(now);
        while self.deadline().is_some_and(|deadline| deadline < now) {
            self.fire(now);
        }
        now
    }

    fn may_begin(&self) -> bool {
        self.is_idle()
    }

    /// An operation of ours begins: the linger is over (E-3), a partial line is dropped (L-8).
    fn begin(&mut self) {
        self.linger = None;
        self.lines.clear();
    }

    fn transmit(&mut self, bytes: &[u8], purge: bool) {
        self.transmissions.push_back((bytes.to_vec(), purge));
    }

    fn reply_echo(&mut self) {
        if self.transmissions.len() < TRANSMISSIONS {
            self.transmit(ECHO_REP, false);
        } else {
            bump(&mut self.counters.dropped);
        }
    }

    /// Tells something that is lost without harm if nobody polls.
    fn tell(&mut self, event: Event) {
        if self.events.len() < EVENTS {
            self.events.push_back(event);
        } else {
            bump(&mut self.counters.dropped);
        }
    }

    /// Whether nobody fetches what waits: then nothing begins that would add to it. The peer repeats its offer.
    fn is_crowded(&self) -> bool {
        self.events.len() >= EVENTS || self.transmissions.len() >= TRANSMISSIONS
    }

    /// Tells something that must be known. Each needs a command or an offer before it, so that they cannot pile up.
    fn announce(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Ends what is going on, with word of it. An offer that gave way is made once the line is quiet.
    fn stop(&mut self, stop: Stop) {
        self.rest();
        self.announce(Event::Stopped(stop));
    }

    fn rest(&mut self) {
        self.state = State::Idle;
        self.reply = None;
        self.lines.clear();
        if let Some((_, due)) = &mut self.queued {
            *due = self.now + self.config.timers.quiet;
        }
    }

    fn lose(&mut self) {
        self.state = State::Idle;
        self.session = None;
        self.lines.clear();
        (self.cooldown, self.reply, self.drain, self.linger, self.queued) = (None, None, None, None, None);
        self.transmissions.clear();
        if self.events.back() != Some(&Event::LinkLost) {
            self.announce(Event::LinkLost);
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("activity", &self.activity())
            .field("session", &self.session)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

fn bump(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
