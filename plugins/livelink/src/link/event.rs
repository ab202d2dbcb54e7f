//! What a link asks of its driver and tells its player.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use crate::close::Then;
use crate::message::{Frame, MessageError, Reason, Sentence, Status, Tone, Welcome};

/// Events that may wait to be fetched. Of frames and conditions, and of welcomes that follow each other, only the
/// latest waits; when more sounds and answers
/// wait, the oldest is lost.
pub const MOST_EVENTS: usize = 256;

/// What the driver does.
#[derive(Clone, PartialEq, Eq)]
pub enum Output {
    /// Ask for a ticket and connect; then call [`super::Link::connected`] or [`super::Link::lost`].
    Connect,
    /// Send these bytes as one binary message.
    Send(Vec<u8>),
    /// Close the socket with this code, if it is still open, and forget it; [`super::Link::lost`] need not be called.
    Close(u16),
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Connect => f.write_str("Connect"),
            // A ticket may be in it.
            Output::Send(bytes) => write!(f, "Send({} bytes)", bytes.len()),
            Output::Close(code) => write!(f, "Close({code})"),
        }
    }
}

/// How the link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The driver is connecting.
    Connecting,
    /// There is a link.
    Live,
    /// There is a link, but nothing was heard for [`super::SILENT`].
    Silent,
    /// The next attempt is made at this time, for this reason.
    Waiting {
        /// When.
        until: Duration,
        /// What the player is told.
        sentence: &'static str,
    },
    /// There is no further attempt until [`super::Link::retry`].
    Ended {
        /// What would help.
        then: Then,
        /// What the player is told.
        sentence: &'static str,
    },
}

/// What the player sees and hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The link's state has changed.
    State(State),
    /// The link is there; or, with a link, the toy's name, theme or sound has changed.
    Welcome(Welcome),
    /// LCD and buzzer have changed. To be shown now, or with the sounds at [`super::Link::when`].
    Frame(Frame),
    /// At this local time the buzzer sounds this; the times never go back.
    Sound {
        /// When.
        at: Duration,
        /// What.
        tone: Tone,
    },
    /// How the toy is.
    Status(Status),
    /// A change of keys is durable.
    Done {
        /// Its number, as [`super::Link::keys`] returned it.
        client_seq: u32,
        /// The toy's tick at which it happens.
        tick: u64,
        /// How long the answer took.
        took: Duration,
    },
    /// A change of keys will not happen.
    Refused {
        /// Its number.
        client_seq: u32,
        /// Why.
        reason: Reason,
        /// What the daycare says about it; may be empty.
        text: Sentence,
    },
    /// Whether a change of keys happened is not known: the link broke for too long.
    Forgotten {
        /// Its number.
        client_seq: u32,
    },
    /// A ping came back after so long.
    RoundTrip(Duration),
    /// The daycare said something that is not understood; the link has ended.
    Misunderstood(MessageError),
}

/// The events that wait.
#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<Event>);

impl Queue {
    pub(super) fn next(&mut self) -> Option<Event> {
        self.0.pop_front()
    }

    /// Of what is true now only the latest is kept; changes of the state and the welcome are lost last.
    pub(super) fn tell(&mut self, event: Event) {
        let stale = |old: &Event| {
            matches!((old, &event), (Event::Frame(_), Event::Frame(_)) | (Event::Status(_), Event::Status(_)))
                || matches!((old, &event), (Event::RoundTrip(_), Event::RoundTrip(_)))
        };
        self.0.retain(|old| !stale(old));
        if let (Some(last @ Event::Welcome(_)), Event::Welcome(_)) = (self.0.back_mut(), &event) {
            *last = event;
            return;
        }
        if self.0.len() >= MOST_EVENTS {
            let least = self.0.iter().position(|old| !matches!(old, Event::State(_) | Event::Welcome(_)));
            self.0.remove(least.unwrap_or_default());
        }
        self.0.push_back(event);
    }
}
