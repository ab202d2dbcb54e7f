//! Time that passes: which timer is next, and what it does (§1.1).

use std::time::Duration;

use super::{ATTEMPTS, ECHO_REQ, Engine, Event, State};

impl Engine {
    /// When a timer runs out next.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let state = match &self.state {
            State::Idle | State::Listen(_) => self.queued.as_ref().map(|(_, due)| *due),
            State::Echo { due, .. } => Some(*due),
            // A chunk that nobody has fetched cannot have left.
            State::Send(initiator) if initiator.is_leaving() && !self.transmissions.is_empty() => None,
            State::Send(initiator) => Some(initiator.deadline()),
            State::Receive(recipient) => Some(recipient.deadline()),
        };
        match (state, self.reply) {
            (Some(state), Some(reply)) => Some(state.min(reply)),
            (state, reply) => state.or(reply),
        }
    }

    /// Lets the timers act that have run out.
    pub(super) fn fire(&mut self, now: Duration) {
        if self.reply.is_some_and(|due| due <= now) {
            self.reply = None;
            self.reply_echo();
        }
        match &mut self.state {
            State::Idle | State::Listen(_) => {
                if let Some((initiator, _)) = self.queued.take_if(|(_, due)| *due <= now) {
                    self.begin();
                    self.offer(initiator, now);
                }
            }
            State::Echo { tries, due } if *due <= now => {
                if *tries == ATTEMPTS {
                    self.session = None;
                    self.rest();
                    self.announce(Event::EchoUnanswered);
                } else {
                    *tries += 1;
                    let timers = &self.config.timers;
                    *due = now + if *tries == ATTEMPTS { timers.echo } else { timers.echo_interval };
                    self.transmit(ECHO_REQ, false);
                }
            }
            State::Echo { .. } => {}
            State::Send(initiator) if initiator.deadline() <= now => self.sending_timeout(now),
            State::Receive(recipient) if recipient.deadline() <= now => self.receiving_timeout(now),
            State::Send(_) | State::Receive(_) => {}
        }
    }

    /// What follows at once from where things stand: a chunk that leaves in no time has left, once it was fetched.
    /// Answers that came before are stale (I-9), and a peer that floods with them cannot make a whole packet wait here.
    pub(super) fn settle(&mut self, now: Duration) {
        if let State::Send(initiator) = &self.state
            && self.transmissions.is_empty()
            && initiator.has_left(now)
        {
            self.chunk_left(now);
        }
    }
}
