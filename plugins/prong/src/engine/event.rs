//! What goes into an engine and what comes out.

use std::time::Duration;

use crate::codec::Damage;
use crate::line::Custom;

/// Something that happened to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Bytes came, in order, any number.
    Bytes(&'a [u8]),
    /// Time went by: give this when [`Output::Timeout`] is reached.
    Time,
    /// The port or connection is gone; the engine forgets everything, the session too.
    LinkLost,
}

/// What the engine wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Write these bytes, all of them and in this order.
    Transmit {
        /// A line with its ending, or a chunk.
        bytes: Vec<u8>,
        /// Throw away first what was received and not yet given to the engine.
        purge: bool,
    },
    /// Something the application wants to know.
    Event(Event),
    /// Nothing more for now. Call again after the next input, or give [`Input::Time`] at this time (`None`: never).
    Timeout(Option<Duration>),
}

/// What an engine tells its application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The echo operation has its reply.
    EchoAnswered,
    /// Three echo requests had no reply; the session is over (S-1).
    EchoUnanswered,
    /// Our packet was accepted, or one chunk more of it was acknowledged.
    Sending {
        /// Chunks acknowledged.
        done: u16,
        /// Chunks in all, 1 to 256.
        chunks: u16,
    },
    /// Our packet was acknowledged to its end.
    Sent,
    /// A packet was accepted, or one chunk more of it has come.
    Receiving {
        /// The packet's size in bytes.
        size: u32,
        /// Chunks acknowledged.
        done: u16,
        /// Chunks in all, 1 to 256.
        chunks: u16,
    },
    /// A PKT came where the first chunk was due (E-1): the peer did not hear our answer, or it has given up the packet
    /// it offered before, of which nothing was taken. Receiving begins anew.
    Renewed {
        /// Bytes offered now.
        size: u32,
    },
    /// A chunk has come and waits for [`answer`](super::Engine::answer), at most [`Timers::hold`](super::Timers::hold)
    /// long; [`received`](super::Engine::received) shows the data so far, it included.
    Held {
        /// The chunk's number.
        index: u16,
        /// Chunks in all.
        chunks: u16,
        /// The packet's type.
        kind: u8,
    },
    /// A whole packet, exactly once.
    Received(Packet),
    /// The peer set the session.
    SessionSet(u32),
    /// A PKT came while nothing was armed; the peer repeats it for six seconds.
    Offered {
        /// Bytes offered.
        size: u32,
    },
    /// A PKT above the limit of what is listened for was answered by CAN.
    TooLarge {
        /// Bytes offered.
        size: u32,
    },
    /// Words of the application's own.
    Custom(Custom),
    /// A CAN came that ends nothing.
    StrayCancel,
    /// Both sides offered a packet at once; ours waits until theirs is through (E-6).
    Yielded {
        /// Bytes the peer offers.
        size: u32,
    },
    /// What was going on is over without success.
    Stopped(Stop),
    /// The link is gone, and everything with it.
    LinkLost,
}

/// A packet that came whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Type, 0 to 15, as its chunks carried it: 0 passes for any that was expected (§1.3).
    pub kind: u8,
    /// 1 to [`MAX_PACKET`](crate::MAX_PACKET) bytes.
    pub data: Vec<u8>,
}

/// Why an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// CAN came.
    #[error("the other side cancelled")]
    ByPeer,
    /// [`cancel`](super::Engine::cancel) was called.
    #[error("cancelled here")]
    ByUs,
    /// Three PKTs without an answer (I-3).
    #[error("nobody took the packet: no answer to three offers in six seconds; is the other side waiting to receive?")]
    NotTaken,
    /// Three times the same chunk without an acknowledgement (I-7).
    #[error("chunk {0} was sent three times and never acknowledged")]
    NotAcknowledged(u16),
    /// More rewinds than allowed (I-8).
    #[error("the other side asks for the same chunks again and again")]
    Rewinds,
    /// The third failure of one chunk.
    #[error("chunk {chunk} was refused three times: {why}")]
    Refusals {
        /// The chunk that was expected.
        chunk: u16,
        /// What was wrong the last time.
        why: Refusal,
    },
    /// No byte of a chunk came in three times two seconds.
    #[error("the other side offered a packet and then sent nothing of chunk {0} for six seconds")]
    Silent(u16),
    /// The application did not answer in time.
    #[error("a chunk was held too long without an answer from here")]
    HeldTooLong,
    /// The application said no.
    #[error("refused here")]
    Refused,
    /// No memory for the data.
    #[error("there is no memory for the packet")]
    Memory,
    /// Our offer of a session gave way to a packet that set one (E-6, A-17).
    #[error("the other side has set the session meanwhile: it cannot be set twice on one link")]
    SessionSet,
    /// Glare without end (E-6).
    #[error("both sides keep offering packets at the same time")]
    Glare,
}

/// Why a recipient refused a chunk, in the order in which it judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Length, magic, complement or checksum.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// Bytes stopped coming for two seconds.
    #[error("it stopped in the middle: a bad contact, or an adapter that loses bytes")]
    Truncated,
    /// Another session than the one that was set.
    #[error("it belongs to another session: start again on both sides")]
    Session,
    /// An intact chunk, but not the one that was due.
    #[error("another chunk came in its place")]
    Index,
    /// The session cannot be set now, or not like this.
    #[error("it sets the session again, or in the middle of a packet")]
    SetSession,
    /// Another type than the one that was expected.
    #[error("it has type {0}, and another one is expected here")]
    Kind(u8),
}

/// What came and was of no use; counts that never wrap around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Lines with unprintable bytes (L-3).
    pub noise: u32,
    /// Lines of more than 16 characters (L-2).
    pub overlong: u32,
    /// Answers and offers where none was due.
    pub ignored: u32,
    /// Chunks refused by NAK or ENQ, and silences.
    pub refused: u32,
    /// PKTs and chunks sent again.
    pub repeated: u32,
    /// Events lost because nobody polled.
    pub dropped: u32,
}
