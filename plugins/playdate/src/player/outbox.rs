//! Whispers that wait to be said: a host takes only so much of a guest, and what others ask must not use that up.

use std::collections::VecDeque;
use std::time::Duration;

use crate::budget::Budget;
use crate::message::{Seat, Whisper};

/// Whispers that may wait; of more, the newest are not said: all but an offer and what is remembered is said again when
/// it is asked for again, and those when the two meet again.
const WAITING: usize = 128;
/// Whispers a second, and at once.
const RATE: (u32, u32) = (10, 30);

/// Says each thing once, and not too much at a time.
pub(super) struct Outbox {
    waiting: VecDeque<(Seat, Whisper)>,
    budget: Budget,
}

impl Outbox {
    pub fn new() -> Outbox {
        Outbox { waiting: VecDeque::new(), budget: Budget::new(RATE.0, RATE.1, Duration::ZERO) }
    }

    pub fn push(&mut self, seat: Seat, whisper: Whisper) {
        let whisper = (seat, whisper);
        if self.waiting.len() < WAITING && !self.waiting.contains(&whisper) {
            self.waiting.push_back(whisper);
        }
    }

    /// What is to be said now.
    pub fn pop(&mut self, now: Duration) -> Option<(Seat, Whisper)> {
        let is_allowed = !self.waiting.is_empty() && self.budget.take(1, now);
        if is_allowed { self.waiting.pop_front() } else { None }
    }

    /// Somebody else, or nobody, sits there.
    pub fn forget(&mut self, seat: Seat) {
        self.waiting.retain(|(to, _)| *to != seat);
    }
}
