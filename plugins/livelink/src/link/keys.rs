//! What fingers did and the daycare has not acknowledged.

use std::collections::VecDeque;
use std::time::Duration;

use crate::message::ClientMessage;

/// Changes that may wait for an acknowledgement. While so many wait, further changes are kept back: what is held when
/// there is room again is said then, and what was pressed and released between is lost.
pub const MOST_WAITING: usize = 64;
/// A change that has waited for longer when the link is back is given up: nobody wants a press of a minute ago.
pub const OLD: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
struct Waiting {
    seq: u32,
    mask: u8,
    since: Option<u16>,
    at: Duration,
}

/// The changes of one client id.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    waiting: VecDeque<Waiting>,
    /// The number of the last change, from 1.
    seq: u32,
    /// When it was, while its distance to the next one means something.
    last: Option<Duration>,
    /// What is held.
    held: u8,
    /// What the daycare was last told, or supposes.
    said: u8,
}

impl Keys {
    pub(super) fn hold(&mut self, mask: u8) {
        self.held = mask & 15;
    }

    /// The change that there is to say now, if any. Without a link only the end of a press that waits is noted, with
    /// its time, to be said after it; the daycare itself ends all others.
    pub(super) fn change(&mut self, now: Duration, linked: bool) -> Option<(u32, ClientMessage)> {
        if self.held == self.said || self.waiting.len() >= MOST_WAITING {
            return None;
        }
        if !linked && (self.held & !self.said != 0 || self.waiting.is_empty()) {
            return None;
        }
        // The numbers never come back to 1: a toy with so many presses needs another client id.
        let seq = self.seq.checked_add(1)?;
        let since = self.last.and_then(|last| u16::try_from(now.saturating_sub(last).as_millis()).ok());
        let since = since.filter(|since| *since != u16::MAX);
        let waiting = Waiting { seq, mask: self.held, since, at: now };
        self.waiting.push_back(waiting);
        (self.seq, self.last, self.said) = (seq, Some(now), self.held);
        Some((seq, waiting.message()))
    }

    /// A change was answered; how long it took. `None` where nothing of that number waits.
    pub(super) fn answered(&mut self, seq: u32, now: Duration) -> Option<Duration> {
        let place = self.waiting.iter().position(|waiting| waiting.seq == seq)?;
        let waiting = self.waiting.remove(place)?;
        Some(now.saturating_sub(waiting.at))
    }

    /// A link begins: what is too old, and what is said again, in order. The daycare holds nothing of ours now, or will
    /// when it has heard that.
    pub(super) fn again(&mut self, now: Duration) -> (Vec<u32>, Vec<ClientMessage>) {
        let old = self.waiting.iter().take_while(|waiting| now.saturating_sub(waiting.at) > OLD).count();
        let given_up = self.waiting.drain(..old).map(|waiting| waiting.seq).collect();
        // Between a change that was answered long ago and the first one of this link, nothing was held.
        self.last = self.waiting.back().map(|waiting| waiting.at);
        self.said = self.waiting.back().map_or(0, |waiting| waiting.mask);
        (given_up, self.waiting.iter().map(Waiting::message).collect())
    }
}

impl Waiting {
    fn message(&self) -> ClientMessage {
        ClientMessage::Keys { client_seq: self.seq, mask: self.mask, since: self.since }
    }
}
