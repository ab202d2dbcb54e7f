//! Joins two lines, so that what is at their ends talks as if the prongs touched, as far as the flash guard allows.
//!
//! Bytes go on as they come: a chunk is not waited for, only its first 16 bytes are, by the [gate](crate::gate) in front
//! of a toy. Towards a friend they are gathered for 2 ms at most, for a datagram of sixteen bytes costs as much as one
//! of a thousand. No timer of the protocol is answered here: echoes, acknowledgements and repetitions are the toys' own.
//!
//! When one line is lost the other side does not know, and would keep half a packet for the beginning of the next one.
//! So both gates begin anew, what has arrived is thrown away, a toy in mid-transfer is told CAN, and a line that is no
//! toy's is hung up as well, so that its far end does the same. Lines come back by themselves, or are called again.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::FarSide;
use crate::gate::{Gate, Passed, Refused};
use crate::guard::RawPermit;
use crate::secret::Secret;
use crate::transport::{Arrival, Clock, Transport, TransportError};
use crate::{CHUNK, OVERHEAD};

/// How long each side is waited for in turn: bytes of the other are late by no more than this.
const TURN: Duration = Duration::from_millis(1);
/// Arrivals of one end that are passed on before the other is listened to.
const PIECES: usize = 64;
/// The longest time that bytes are gathered (§4).
pub const BATCH_TIME: Duration = Duration::from_millis(2);
/// The most bytes that are gathered (§4).
pub const BATCH_BYTES: usize = CHUNK;
/// Bytes on their way out of one end above which the other is not listened to. Conforming sides have one chunk and a
/// line under way; of somebody's who floods, the rest is lost where it arrived.
const ROOM: usize = 2 * (CHUNK + OVERHEAD);
/// A refusal is answered, and the answer perhaps refused: never more often in a row.
const ANSWERS: u32 = 4;
/// Refusals at one end are told once in this time, so that nobody fills a log: the first at once, the last of those that
/// followed when the time is over.
const TELL: Duration = Duration::from_secs(1);

/// What is behind a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// A real toy, or what may be one: a port or a pseudo-terminal.
    Toy,
    /// Somebody's program on a network, and perhaps their toy.
    Friend,
    /// A toy of ours that has no flash.
    Virtual,
}

/// What stands in front of toys and friends.
#[derive(Debug)]
pub enum Guarding {
    /// Every header is read, see [`crate::gate`].
    Secret(Arc<Secret>),
    /// No header can be read: packets of at most [`UNREAD`](crate::gate::UNREAD) bytes pass.
    Blind,
    /// Nothing: everything passes.
    Raw(RawPermit),
}

impl Guarding {
    fn gate(&self, behind: Behind) -> Gate {
        match (self, behind) {
            (Self::Raw(_), _) | (_, Behind::Virtual) => Gate::new(None, FarSide::Virtual),
            // Behind a friend may be a toy, which their own bridge guards; ours does it once more.
            (Self::Secret(secret), _) => Gate::new(Some(secret.clone()), FarSide::Hardware),
            (Self::Blind, _) => Gate::new(None, FarSide::Hardware),
        }
    }
}

/// Something to tell. Ends are numbered 0 and 1, as they were given.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note<'a> {
    /// Bytes were given to an end's line.
    Passed {
        /// Which one.
        to: usize,
        /// When.
        at: Duration,
        /// At least one.
        bytes: &'a [u8],
    },
    /// The gate in front of an end let something not through; both sides were told CAN.
    Refused {
        /// Which one.
        to: usize,
        /// Why.
        why: Refused,
        /// So many before it are never told, because they came in the same second.
        untold: u32,
    },
    /// An end's line is lost.
    Lost {
        /// Which one.
        end: usize,
        /// One clause.
        reason: String,
    },
    /// It is there again.
    Back {
        /// Which one.
        end: usize,
    },
}

struct End {
    line: Box<dyn Transport>,
    behind: Behind,
    gate: Gate,
    /// At most [`BATCH_BYTES`] and one piece, on their way to a friend.
    batch: Vec<u8>,
    /// When the first of them came.
    since: Duration,
    /// We have hung up ourselves, and its loss is no news for the other end.
    hung: bool,
    /// When a refusal was last told.
    told: Option<Duration>,
    /// The last one that was not told since, and how many before it were not.
    untold: Option<(Refused, u32)>,
}

/// Two lines and what is between them. Nothing happens but in [`Bridge::turn`].
pub struct Bridge {
    ends: [End; 2],
    clock: Clock,
}

impl Bridge {
    /// Joins two lines; `clock` may be any.
    pub fn new(ends: [(Box<dyn Transport>, Behind); 2], guarding: &Guarding, clock: Clock) -> Self {
        let ends = ends.map(|(line, behind)| End {
            line,
            behind,
            gate: guarding.gate(behind),
            batch: Vec::new(),
            since: Duration::ZERO,
            hung: false,
            told: None,
            untold: None,
        });
        Self { ends, clock }
    }

    /// Listens to both ends in turn, 2 ms in all, and passes on what came. Call it all the time.
    ///
    /// # Errors
    /// A line is gone for good, or a toy's takes no bytes: what the toy has got is then not known any more.
    pub fn turn(&mut self, tell: &mut dyn FnMut(Note<'_>)) -> Result<(), TransportError> {
        for from in 0..2 {
            let mut wait = self.send_due()?;
            // A UART gives a few bytes at a time: one piece a turn would make a slow line of a fast one.
            for _ in 0..PIECES {
                let [one, two] = &self.ends;
                let to = if from == 0 { two } else { one };
                if to.line.waiting() + to.batch.len() > ROOM {
                    std::thread::sleep(wait);
                    break;
                }
                if !self.take(from, std::mem::take(&mut wait), tell)? {
                    break;
                }
            }
            let now = self.clock.now();
            if let Some(end) = self.ends.get_mut(from) {
                let ticked = end.gate.tick(now);
                self.carry(from, ticked, tell, ANSWERS)?;
            }
            if let Some(end) = self.ends.get_mut(from)
                && end.tells(now)
            {
                end.tell_untold(from, now, tell);
            }
        }
        self.send_due().map(drop)
    }

    /// The end: tells what was not told yet, sends what is gathered and waits, at most so long at each end, until it has
    /// left.
    ///
    /// # Errors
    /// It did not leave, or a line is gone.
    pub fn finish(&mut self, wait: Duration, tell: &mut dyn FnMut(Note<'_>)) -> Result<(), TransportError> {
        let now = self.clock.now();
        for (at, end) in self.ends.iter_mut().enumerate() {
            end.tell_untold(at, now, tell);
        }
        let sent = self.ends.each_mut().map(|end| end.send_batch().and_then(|()| end.line.flush(wait)));
        sent.into_iter().collect()
    }

    /// The next arrival at an end; whether there was one.
    fn take(&mut self, from: usize, wait: Duration, tell: &mut dyn FnMut(Note<'_>)) -> Result<bool, TransportError> {
        let Some(end) = self.ends.get_mut(from) else { return Ok(false) };
        let Some(arrival) = end.line.next(wait)? else { return Ok(false) };
        match arrival {
            Arrival::Bytes { bytes, .. } => {
                let passed = end.gate.incoming(&bytes, self.clock.now());
                self.carry(from, passed, tell, ANSWERS)?;
            }
            Arrival::Lost { reason, .. } => {
                tell(Note::Lost { end: from, reason });
                self.lost(from, tell)?;
            }
            Arrival::Back { .. } => tell(Note::Back { end: from }),
        }
        Ok(true)
    }

    /// What came out of the gate at an end: some for that end, some for the other, whose gate may have an answer.
    fn carry(
        &mut self,
        at: usize,
        passed: Passed,
        tell: &mut dyn FnMut(Note<'_>),
        answers: u32,
    ) -> Result<(), TransportError> {
        let now = self.clock.now();
        if let Some(end) = self.ends.get_mut(at) {
            if let Some(why) = passed.refused {
                end.refused(at, why, now, tell);
            }
            end.write(at, &passed.to_toy, now, tell)?;
        }
        let other = 1 - at;
        if passed.to_near.is_empty() || answers == 0 {
            return Ok(());
        }
        let Some(end) = self.ends.get_mut(other) else { return Ok(()) };
        let further = end.gate.outgoing(&passed.to_near, now);
        self.carry(other, further, tell, answers - 1)
    }

    /// A side that drops leaves half a packet behind: nobody is to take it for the beginning of the next.
    fn lost(&mut self, at: usize, tell: &mut dyn FnMut(Note<'_>)) -> Result<(), TransportError> {
        let now = self.clock.now();
        let busy = self.ends.iter().any(|end| end.gate.is_busy());
        let ours = self.ends.get_mut(at).is_some_and(|end| std::mem::take(&mut end.hung));
        for (i, end) in self.ends.iter_mut().enumerate() {
            end.batch.clear();
            let mut cancelled = end.gate.near_lost(busy && i != at, now);
            if i == at {
                if end.behind == Behind::Toy {
                    end.gate.reset();
                }
                end.line.purge();
            } else if end.behind == Behind::Toy {
                end.line.purge();
                end.write(i, &std::mem::take(&mut cancelled.to_toy), now, tell)?;
            } else if !ours {
                end.hung = end.line.hang_up();
            }
        }
        Ok(())
    }

    /// Sends batches whose time has come; how long the next one may be waited for, or [`TURN`].
    fn send_due(&mut self) -> Result<Duration, TransportError> {
        let now = self.clock.now();
        let mut wait = TURN;
        for end in self.ends.iter_mut().filter(|end| !end.batch.is_empty()) {
            let due = end.since + BATCH_TIME;
            if due <= now {
                end.send_batch()?;
            } else {
                wait = wait.min(due - now);
            }
        }
        Ok(wait)
    }
}

impl End {
    fn write(
        &mut self,
        to: usize,
        bytes: &[u8],
        now: Duration,
        tell: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), TransportError> {
        if bytes.is_empty() {
            return Ok(());
        }
        tell(Note::Passed { to, at: now, bytes });
        if self.batch.is_empty() {
            self.since = now;
        }
        self.batch.extend_from_slice(bytes);
        if self.behind == Behind::Friend && self.batch.len() < BATCH_BYTES && !bytes.contains(&b'\n') {
            return Ok(());
        }
        self.send_batch()
    }

    fn send_batch(&mut self) -> Result<(), TransportError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let sent = self.line.send(&self.batch);
        self.batch.clear();
        match sent {
            // As into a cut cable; the loss itself is among the arrivals.
            Err(TransportError::Gone(_)) => Ok(()),
            // Bytes are missing: this call is of no more use.
            Err(TransportError::Clogged(_)) if self.behind != Behind::Toy => {
                self.line.hang_up();
                Ok(())
            }
            sent => sent,
        }
    }

    fn refused(&mut self, to: usize, why: Refused, now: Duration, tell: &mut dyn FnMut(Note<'_>)) {
        let before = self.untold.map_or(0, |(_, before)| before.saturating_add(1));
        self.untold = Some((why, before));
        if self.tells(now) {
            self.tell_untold(to, now, tell);
        }
    }

    /// Whether a refusal may be told.
    fn tells(&self, now: Duration) -> bool {
        self.told.is_none_or(|told| now.saturating_sub(told) >= TELL)
    }

    fn tell_untold(&mut self, to: usize, now: Duration, tell: &mut dyn FnMut(Note<'_>)) {
        if let Some((why, untold)) = self.untold.take() {
            self.told = Some(now);
            tell(Note::Refused { to, why, untold });
        }
    }
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bridge").field("ends", &self.ends.each_ref().map(|end| end.behind)).finish_non_exhaustive()
    }
}
