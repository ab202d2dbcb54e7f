//! The client's half of a live link as a state machine, without sockets, clocks or threads: the same for desktop and
//! browser.
//!
//! Its driver owns a socket and a clock. It does what [`Link::poll_output`] says until that is `None`, hands on what
//! [`Link::poll_event`] tells, and calls back with what happened, at the latest at [`Link::wake`]. Times are durations
//! since any moment that the driver chose, and never go back.

mod backoff;
mod event;
mod keys;
mod pace;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use crate::close::{Close, Then};
use crate::message::{ClientMessage, Frame, MessageError, ServerMessage, Sound, Status, Tone, Welcome};
use backoff::Backoff;
use event::Queue;
use keys::Keys;
use pace::Pace;

pub use event::{Event, MOST_EVENTS, Output, State};
pub use keys::{MOST_WAITING, OLD};
pub use pace::DELAY;

/// Between two pings.
pub const PING: Duration = Duration::from_secs(5);
/// So long without a message, and the player is told that the daycare is silent.
pub const SILENT: Duration = Duration::from_secs(7);
/// So long without a message, and the link is given up and made anew.
pub const DEAD: Duration = Duration::from_secs(15);
/// A link that lived for so long was a good one: the next pause is the shortest again.
const GOOD: Duration = Duration::from_secs(10);
/// The shortest pause where the daycare has too many links of ours.
const TOO_MANY: Duration = Duration::from_secs(5);
/// What the player is told when a link breaks without a word.
const BROKEN: &str = "The link to the daycare broke; it comes back by itself.";
const UNANSWERED: &str = "The daycare does not answer; the next attempt is made soon.";
const STRANGE: &str = "The daycare says something that this program does not understand: update the older of the two.";

/// The state machine.
#[derive(Debug)]
pub struct Link {
    client: [u8; 16],
    state: State,
    /// When the socket was opened, and when something was heard on it last.
    opened: Duration,
    heard: Duration,
    /// The daycare has said welcome on this socket.
    welcome: bool,
    /// A frame has come on this socket.
    framed: bool,
    backoff: Backoff,
    keys: Keys,
    pace: Pace,
    status: Option<Status>,
    /// The last sound: its tick, its local time.
    sound: Option<(Sound, Duration)>,
    next_ping: Duration,
    /// The number of the last ping, and when it was sent, until it comes back.
    ping: (u64, Option<Duration>),
    round_trip: Option<Duration>,
    outputs: VecDeque<Output>,
    events: Queue,
}

impl Link {
    /// A link for a client of this number, which should be from randomness and of no other link; `seed` chooses how
    /// long it pauses. It asks to be connected at once.
    #[must_use]
    pub fn new(client: [u8; 16], seed: u64) -> Link {
        let mut link = Link {
            client,
            state: State::Connecting,
            opened: Duration::ZERO,
            heard: Duration::ZERO,
            welcome: false,
            framed: false,
            backoff: Backoff::new(seed),
            keys: Keys::default(),
            pace: Pace::default(),
            status: None,
            sound: None,
            next_ping: Duration::ZERO,
            ping: (0, None),
            round_trip: None,
            outputs: VecDeque::new(),
            events: Queue::default(),
        };
        link.outputs.push_back(Output::Connect);
        link.tell(Event::State(State::Connecting));
        link
    }

    /// How the link is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// How long the last ping took.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// What the driver does next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// What has happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.next()
    }

    /// When [`Link::time`] is to be called if nothing else happens before.
    #[must_use]
    pub fn wake(&self) -> Option<Duration> {
        match self.state {
            State::Connecting | State::Ended { .. } => None,
            State::Waiting { until, .. } => Some(until),
            State::Live => Some(self.next_ping.min(self.heard + SILENT)),
            State::Silent => Some(self.next_ping.min(self.heard + DEAD)),
        }
    }

    /// When a message of this tick, which came at `now`, belongs to be shown so that it goes with the sounds.
    #[must_use]
    pub fn when(&mut self, tick: u64, now: Duration) -> Duration {
        self.pace.schedule(tick, now)
    }

    /// The socket is open and this is its ticket.
    pub fn connected(&mut self, ticket: [u8; 16], now: Duration) {
        if self.state != State::Connecting {
            return;
        }
        (self.opened, self.heard, self.next_ping) = (now, now, now + PING);
        (self.welcome, self.framed, self.status) = (false, false, None);
        self.ping.1 = None;
        self.pace.forget();
        self.send(ClientMessage::Ticket { ticket, client: self.client });
        self.enter(State::Live);
    }

    /// The socket is closed, by a close frame with this code or without; or there was none: the request for the ticket
    /// failed (a status of 401, 403, 404 or 429 is told as 4401, 4403, 4404 or 4429) or nobody answered.
    pub fn lost(&mut self, code: Option<u16>, now: Duration) {
        match self.state {
            State::Connecting => self.end(code, UNANSWERED, now),
            State::Live | State::Silent => self.end(code, BROKEN, now),
            State::Waiting { .. } | State::Ended { .. } => {}
        }
    }

    /// A binary message came.
    pub fn message(&mut self, bytes: &[u8], now: Duration) {
        if !matches!(self.state, State::Live | State::Silent) {
            return;
        }
        let message = match ServerMessage::decode(bytes) {
            Ok(message) => message,
            Err(error) => return self.refuse(error, now),
        };
        self.heard = now;
        if self.state == State::Silent {
            self.enter(State::Live);
        }
        // Only the greeting and a farewell come first.
        if !self.welcome && !matches!(message, ServerMessage::Welcome(_) | ServerMessage::Bye { .. }) {
            let value = u64::from(bytes.get(1).copied().unwrap_or_default());
            return self.refuse(MessageError::Value { field: "kind at this place", value }, now);
        }
        match message {
            ServerMessage::Welcome(welcome) => self.welcomed(welcome, now),
            ServerMessage::Frame(frame) => self.frame(frame, now),
            ServerMessage::Sounds(sounds) => sounds.get().iter().for_each(|sound| self.sound(*sound, now)),
            ServerMessage::Status(status) => self.condition(status, now),
            ServerMessage::Ack { client_seq, tick } => {
                if let Some(took) = self.keys.answered(client_seq, now) {
                    self.tell(Event::Done { client_seq, tick, took });
                }
                self.say_keys(now);
            }
            ServerMessage::Refused { client_seq, reason, text } => {
                if self.keys.answered(client_seq, now).is_some() {
                    self.tell(Event::Refused { client_seq, reason, text });
                }
                self.say_keys(now);
            }
            ServerMessage::Pong { nonce, tick } => {
                self.pace.observe(tick, now);
                if let (number, Some(sent)) = self.ping
                    && number == nonce
                {
                    let took = now.saturating_sub(sent);
                    (self.ping.1, self.round_trip) = (None, Some(took));
                    self.tell(Event::RoundTrip(took));
                }
            }
            ServerMessage::Bye { code, .. } => {
                self.outputs.push_back(Output::Close(1000));
                self.end(Some(code), BROKEN, now);
            }
        }
    }

    /// These buttons are held now: bit 0 A, 1 B, 2 C, 3 TAP. Returns the number of the change, where there is one to be
    /// answered. Without a link nothing new is pressed; what is still held when it is back is pressed then.
    pub fn keys(&mut self, mask: u8, now: Duration) -> Option<u32> {
        self.keys.hold(mask);
        self.say_keys(now)
    }

    /// Time has passed.
    pub fn time(&mut self, now: Duration) {
        match self.state {
            State::Waiting { until, .. } if now >= until => self.connect(),
            State::Live | State::Silent => {
                let silence = now.saturating_sub(self.heard);
                if silence >= DEAD {
                    self.outputs.push_back(Output::Close(1000));
                    return self.end(None, UNANSWERED, now);
                }
                if silence >= SILENT && self.state == State::Live {
                    self.enter(State::Silent);
                }
                if now >= self.next_ping {
                    self.next_ping = now + PING;
                    self.ping = (self.ping.0.wrapping_add(1), Some(now));
                    self.send(ClientMessage::Ping { nonce: self.ping.0 });
                }
            }
            _ => {}
        }
    }

    /// The player wants another attempt now: has signed in again, or presses "try again".
    pub fn retry(&mut self) {
        if matches!(self.state, State::Waiting { .. } | State::Ended { .. }) {
            self.connect();
        }
    }

    fn connect(&mut self) {
        self.outputs.push_back(Output::Connect);
        self.enter(State::Connecting);
    }

    fn welcomed(&mut self, welcome: Welcome, now: Duration) {
        let first = !std::mem::replace(&mut self.welcome, true);
        self.pace.observe(welcome.tick, now);
        self.tell(Event::Welcome(welcome));
        if !first {
            // The toy is called, painted or heard otherwise.
            return;
        }
        let (old, again) = self.keys.again(now);
        for client_seq in old {
            self.tell(Event::Forgotten { client_seq });
        }
        for message in again {
            self.send(message);
        }
        self.say_keys(now);
    }

    fn frame(&mut self, frame: Frame, now: Duration) {
        self.pace.observe(frame.tick, now);
        // Sounds that were lost, or came before this link: heard from the frame. A second's grace, as frames overtake.
        let behind = match self.sound {
            Some((sound, _)) => sound.tone != frame.tone && frame.tick > sound.tick.saturating_add(32_768),
            None => !frame.tone.is_silent(),
        };
        if behind || !self.framed {
            self.framed = true;
            self.sound(Sound { tick: frame.tick, tone: frame.tone }, now);
        }
        self.tell(Event::Frame(frame));
    }

    fn sound(&mut self, sound: Sound, now: Duration) {
        let hurries = self.status.is_some_and(|status| status.catching_up);
        // What is lived in a hurry is not heard; only its end is.
        if hurries && !sound.tone.is_silent() {
            return;
        }
        let at = self.pace.schedule(sound.tick, now);
        let at = self.sound.map_or(at, |(_, last)| at.max(last));
        self.sound = Some((sound, at));
        self.tell(Event::Sound { at, tone: sound.tone });
    }

    fn condition(&mut self, status: Status, now: Duration) {
        let passes = |status: Status| status.running && !status.catching_up;
        if self.status.is_some_and(|last| passes(last) != passes(status)) {
            self.pace.forget();
        }
        self.pace.observe(status.tick, now);
        self.status = Some(status);
        self.tell(Event::Status(status));
    }

    fn say_keys(&mut self, now: Duration) -> Option<u32> {
        let linked = self.welcome && matches!(self.state, State::Live | State::Silent);
        let (seq, message) = self.keys.change(now, linked)?;
        if linked {
            self.send(message);
        }
        Some(seq)
    }

    /// Something came that is no message: the link ends.
    pub fn refuse(&mut self, error: MessageError, now: Duration) {
        if !matches!(self.state, State::Live | State::Silent) {
            return;
        }
        self.tell(Event::Misunderstood(error));
        self.outputs.push_back(Output::Close(Close::BadMessage.code()));
        self.over(now);
        self.enter(State::Ended { then: Then::GiveUp, sentence: STRANGE });
    }

    /// The link is no more; what comes then is the code's.
    fn end(&mut self, code: Option<u16>, otherwise: &'static str, now: Duration) {
        if self.welcome && now.saturating_sub(self.opened) >= GOOD {
            self.backoff.reset();
        }
        let close = code.and_then(Close::from_code);
        let sentence = close.map_or(otherwise, Close::sentence);
        self.over(now);
        match close.map_or(Then::TryAgain, Close::then) {
            Then::TryAgain => {
                let least = if close == Some(Close::TooMany) { TOO_MANY } else { Duration::ZERO };
                let until = now + self.backoff.pause().max(least);
                self.enter(State::Waiting { until, sentence });
            }
            then => self.enter(State::Ended { then, sentence }),
        }
    }

    /// Nothing of the socket is left: no bytes to send, no sound.
    fn over(&mut self, now: Duration) {
        (self.welcome, self.ping.1) = (false, None);
        self.outputs.retain(|output| !matches!(output, Output::Send(_)));
        if let Some((sound, at)) = self.sound.take()
            && !sound.tone.is_silent()
        {
            self.tell(Event::Sound { at: at.max(now), tone: Tone::SILENT });
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.tell(Event::State(state));
    }

    fn send(&mut self, message: ClientMessage) {
        self.outputs.push_back(Output::Send(message.to_bytes()));
    }

    fn tell(&mut self, event: Event) {
        self.events.tell(event);
    }
}
