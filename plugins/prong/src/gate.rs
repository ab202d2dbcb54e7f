//! The flash guard for bytes that no engine of ours has made: the bridge, replays of captures.
//!
//! A gate stands between somebody ("near") and a toy. Near's bytes pass through it, the toy's are shown to it. It has no
//! input, output or clock: bytes and time are given, bytes for either side come out.
//!
//! # What must not happen
//! A toy must never take a chunk of type 0 or 3 as part of a packet above 16 KiB, nor any chunk of type 15
//! ([`guard::check`]), whatever near sends and whenever. Near is taken for an attacker who knows the secret, this
//! code, and the moment of each of the toy's answers.
//!
//! # Why it cannot
//! The gate cannot know for sure what state the toy is in: answers are under way while bytes are, and toys may or may
//! not have the extensions E-1 to E-4. So the guard does not rest on a model of the toy. Every byte towards the toy,
//! the gate's own included, passes one last door (`gate/watch.rs`), which knows nothing but the bytes that passed
//! it before:
//!
//! 1. A toy takes chunks of an n-byte packet only after it has parsed a line `PKT n`. A line it parses ends in bytes
//!    that passed. At every CR and LF that passes, the last 16 bytes before it are read as a line from each place on
//!    where a line may have begun (L-2, L-8; also inside chunks, also behind noise), and the largest n found is the
//!    *claim*.
//!    A claim ends when no byte has passed for 30 s: a toy in a transfer has then given up (R-7: 6 s, after at most
//!    4.5 s of R-9). ACKs do not end it, so that none that is counted wrongly, lost or doubled matters.
//! 2. A toy takes a chunk only if its first 16 bytes decrypt to a header whose magic and complement are right,
//!    and the chunk's bytes came after the PKT (R-6, L-8). They are 16 consecutive bytes that passed. At every
//!    byte the 16 bytes that end with it are decrypted as a header, at whatever place chunks may begin; if they are
//!    one, and its type is forbidden in a packet of the claim's size, the byte does not pass. So no header that is
//!    forbidden is ever completed, and a toy's chunk that starts anywhere else is no chunk.
//!
//! Data that look like such a header by chance: once in 2^32 places, so once in 4,000 packets of 1 MiB at most;
//! they are cancelled. One kind of header is let through: set-session of type 0, which no toy takes in a packet of
//! more than one chunk, and only in the place of the single chunk of the packet announced last.
//!
//! What this does not cover: a toy that loses bytes inside a header on its own side, of which near
//! could know exactly which ones; and a port that keeps bytes back for more than 15 s (call [`Gate::reset`] when a
//! port was lost, and not otherwise).
//!
//! # What is added in front
//! A state machine that follows PKT and the toy's answers, so that honest traffic passes and other bytes do not:
//! between chunks only whole lines pass, made anew from what they mean; chunks pass in their announced length, one for
//! each answer of the toy, after their first 16 bytes were held and read; a chunk that does not decrypt is
//! not passed, since it could be of any type: near gets a NAK, the third time CAN. What comes late of a chunk that the
//! toy has given up is dropped, so that the chunk's repetition is found behind it. A parameter of ACK is dropped:
//! it would offer connectionless packets, which no gate could read. A repeated last chunk (E-3) does not pass.

mod state;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use crate::OVERHEAD;
use crate::engine::FarSide;
#[cfg(doc)]
use crate::guard;
use crate::guard::Forbidden;
use crate::line::LineBuffer;
use crate::secret::Secret;

use state::State;
use watch::Watch;

/// The largest packet, in bytes, that passes without a secret: nothing can be read then, and so little harms no toy.
pub const UNREAD: u32 = 2;

/// What comes out of a gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Write these to the toy.
    pub to_toy: Vec<u8>,
    /// Write these to near: the toy's own bytes, and the gate's answers.
    pub to_near: Vec<u8>,
    /// The first refusal of this call: something was not let through, and near was told by CAN.
    pub refused: Option<Refused>,
}

/// Why something does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The flash guard.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Without the secret no type can be read.
    #[error(
        "a packet of {0} bytes does not pass: without the shared secret nobody can see whether it would be written to the toy's flash"
    )]
    NoSecret(u32),
    /// Three times.
    #[error("a chunk that does not decrypt does not pass to a toy: the line is noisy, or its secret is another one")]
    Unreadable,
    /// The offer was changed after the toy had accepted it.
    #[error("a packet was offered while another one was accepted and not yet sent: both are cancelled")]
    Overlapping,
}

/// The flash guard for raw bytes towards one toy. Holds less than 100 bytes, whatever comes.
#[derive(Debug)]
pub struct Gate {
    watch: Option<Watch>,
    state: State,
    /// Near's line.
    line: LineBuffer,
    /// Bytes of near's line so far.
    line_len: u64,
    /// The beginning of a chunk: at most 16 bytes.
    held: Vec<u8>,
    /// Bytes of a chunk that was cut, which may still come before the chunk comes again.
    late: usize,
    /// The toy's line.
    answer: LineBuffer,
    last_near: Duration,
    last_toy: Duration,
    /// Unreadable copies of the current chunk.
    unreadable: u8,
    dropped: u64,
}

impl Gate {
    /// A gate towards one toy. Towards [`FarSide::Virtual`] everything passes unchanged.
    ///
    /// Without a secret only packets of at most [`UNREAD`] bytes pass.
    pub fn new(secret: Option<Arc<Secret>>, far_side: FarSide) -> Self {
        Self {
            watch: (far_side == FarSide::Hardware).then(|| Watch::new(secret)),
            state: State::Lines,
            line: LineBuffer::default(),
            line_len: 0,
            held: Vec::with_capacity(OVERHEAD),
            late: 0,
            answer: LineBuffer::default(),
            last_near: Duration::ZERO,
            last_toy: Duration::ZERO,
            unreadable: 0,
            dropped: 0,
        }
    }

    /// Near sent these bytes towards the toy. `now` never goes back.
    pub fn outgoing(&mut self, bytes: &[u8], now: Duration) -> Passed {
        let mut passed = Passed::default();
        if self.watch.is_none() {
            passed.to_toy.extend_from_slice(bytes);
            return passed;
        }
        for &byte in bytes {
            self.near(byte, now, &mut passed);
        }
        passed
    }

    /// The toy sent these bytes; all of them go on to near.
    pub fn incoming(&mut self, bytes: &[u8], now: Duration) -> Passed {
        let mut passed = Passed { to_near: bytes.to_vec(), ..Passed::default() };
        if self.watch.is_some() {
            for &byte in bytes {
                self.toy(byte, now, &mut passed);
            }
        }
        passed
    }

    /// Time went by: call this when [`Gate::deadline`] is reached.
    pub fn tick(&mut self, now: Duration) -> Passed {
        let mut passed = Passed::default();
        self.settle(now, &mut passed);
        passed
    }

    /// When to call [`Gate::tick`], if nothing comes before; `None`: no need to.
    pub fn deadline(&self) -> Option<Duration> {
        self.holds_line().then(|| self.last_near.saturating_add(state::GAP))
    }

    /// The toy's port was lost: whatever is there now is in no transfer.
    pub fn reset(&mut self) {
        let secret = self.watch.take().map(Watch::into_secret);
        *self = Self {
            dropped: self.dropped,
            last_near: self.last_near,
            last_toy: self.last_toy,
            ..Self::new(secret.clone().flatten(), if secret.is_some() { FarSide::Hardware } else { FarSide::Virtual })
        };
    }

    /// Near was lost, and whoever speaks from now on begins anew: what near had begun is forgotten, and with `cancel` the
    /// toy is told CAN. What the toy may still believe is remembered, unlike after [`Gate::reset`]: else somebody could
    /// offer a packet, hang up, call again and send its chunks under another name.
    pub fn near_lost(&mut self, cancel: bool, now: Duration) -> Passed {
        let mut passed = Passed::default();
        self.lines();
        if cancel && self.watch.is_some() {
            // Even these bytes could complete something; then the toy finds out by its own timers.
            let _ = self.admit(b"CAN\r\n", now, false, &mut passed);
        }
        passed
    }

    /// Whether near is in the middle of a transfer to the toy, as far as can be told.
    pub fn is_busy(&self) -> bool {
        !matches!(self.state, State::Lines | State::Drain { .. })
    }

    /// Bytes of near's that did not pass, so far. Lines are counted as they came.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
