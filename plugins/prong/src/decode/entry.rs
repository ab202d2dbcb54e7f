//! The words for what passed.

use std::fmt;
use std::time::Duration;

use crate::capture::Direction;
use crate::codec::Damage;
use crate::line::Line;

/// One thing that passed, or should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was complete, on the clock of what was fed.
    pub at: Duration,
    /// Which way it went; of a silence, which way something was awaited.
    pub direction: Direction,
    /// What it was.
    pub what: What,
}

/// What passed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A line.
    Line {
        /// What it means.
        line: Line,
        /// It had more than 16 characters, of which the last 16 counted (L-2).
        overlong: bool,
    },
    /// A chunk, right or damaged.
    Chunk {
        /// Its number: what it says itself, else what was due; `None`: unknown.
        index: Option<u16>,
        /// Chunks of its packet, 1 to 256; `None`: the offer was not seen.
        of: Option<u16>,
        /// Bytes on the wire, 16 to 4112.
        len: usize,
        /// Whether it is right, and what it says.
        verdict: Verdict,
    },
    /// The beginning of a chunk whose rest did not come.
    Cut {
        /// Bytes that came.
        got: usize,
        /// Bytes that were due.
        of: usize,
    },
    /// A line with unprintable bytes (L-3).
    Noise {
        /// Its bytes.
        len: usize,
    },
    /// Bytes that are neither a line nor a chunk, as far as can be seen.
    Unexplained {
        /// How many.
        len: usize,
    },
    /// Something was due and did not come for so long.
    Silence {
        /// How long nothing came.
        time: Duration,
        /// What was due.
        awaited: Awaited,
    },
    /// A packet was acknowledged to its end.
    Packet {
        /// Its type, 0 to 15; `None`: its chunks could not be read.
        kind: Option<u8>,
        /// It set the session.
        session: Option<u32>,
        /// Bytes offered.
        size: u32,
        /// Its data, if every chunk could be read.
        data: Option<Vec<u8>>,
    },
}

/// What can be said of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Magic, complement and CRC are right.
    Good {
        /// The packet's type, 0 to 15.
        kind: u8,
        /// The session field.
        session: u32,
        /// The session field is to become the session.
        set_session: bool,
    },
    /// It is damaged, or made with another secret.
    Damaged(Damage),
    /// There is no secret to read it with.
    Sealed,
}

/// What was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The answer to PKT (T_PKT).
    OfferAnswer,
    /// A chunk's first byte (T_FIRST).
    Chunk,
    /// The rest of a chunk (T_BYTE).
    Rest,
    /// The answer to a chunk (T_RESP).
    ChunkAnswer,
}

impl Awaited {
    /// A few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::OfferAnswer => "the answer to PKT",
            Self::Chunk => "a chunk",
            Self::Rest => "the rest of a chunk",
            Self::ChunkAnswer => "the answer to a chunk",
        }
    }
}

impl What {
    /// One word for its kind: `line`, `chunk`, `cut`, `noise`, `unexplained`, `silence`, `packet`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Line { .. } => "line",
            Self::Chunk { .. } => "chunk",
            Self::Cut { .. } => "cut",
            Self::Noise { .. } => "noise",
            Self::Unexplained { .. } => "unexplained",
            Self::Silence { .. } => "silence",
            Self::Packet { .. } => "packet",
        }
    }

    /// The line's words, of a line.
    pub fn text(&self) -> Option<String> {
        let Self::Line { line, .. } = self else { return None };
        Some(match line {
            Line::Ack => "ACK".into(),
            Line::Nak => "NAK".into(),
            Line::Can => "CAN".into(),
            Line::EchoReq => "ECHO REQ".into(),
            Line::EchoRep => "ECHO REP".into(),
            Line::Pkt(size) => format!("PKT {size}"),
            Line::PktOutOfRange => "PKT with an impossible size".into(),
            Line::Enq(index) => format!("ENQ {index}"),
            Line::EnqOutOfRange => "ENQ with an impossible number".into(),
            Line::Custom(custom) => custom.text().into(),
            Line::Noise => "noise".into(),
        })
    }
}

/// `   12.345678 -> PKT 8249`: seconds, an arrow (`->` sent, `<-` received), words.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = match self.direction {
            Direction::Sent => "->",
            Direction::Received => "<-",
        };
        write!(f, "{:>5}.{:06} {arrow} {}", self.at.as_secs(), self.at.subsec_micros(), self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { overlong, .. } => {
                f.write_str(&self.text().unwrap_or_default())?;
                if *overlong { f.write_str(" (the end of a longer line)") } else { Ok(()) }
            }
            Self::Chunk { index, of, len, verdict } => {
                f.write_str("chunk ")?;
                match index {
                    Some(index) => write!(f, "{index}")?,
                    None => f.write_str("?")?,
                }
                if let Some(of) = of {
                    write!(f, " of {of}")?;
                }
                write!(f, ", {len} bytes")?;
                match verdict {
                    Verdict::Good { kind, session, set_session } => {
                        write!(f, ", type {kind}, session {session:08x}{}", if *set_session { " (set)" } else { "" })
                    }
                    Verdict::Damaged(damage) => write!(f, ": {damage}"),
                    Verdict::Sealed => Ok(()),
                }
            }
            Self::Cut { got, of } => write!(f, "cut chunk: {got} of {of} bytes came"),
            Self::Noise { len } => write!(f, "noise, {len} bytes"),
            Self::Unexplained { len } => write!(f, "{len} bytes that are neither a line nor a chunk"),
            Self::Silence { time, awaited } => {
                write!(f, "(silence: {} did not come for {:.1} s)", awaited.words(), time.as_secs_f64())
            }
            Self::Packet { kind, session, size, .. } => {
                write!(f, "packet complete: {size} bytes")?;
                match (kind, session) {
                    (_, Some(session)) => write!(f, ", sets session {session:08x}"),
                    (Some(kind), None) => write!(f, ", type {kind}"),
                    (None, None) => Ok(()),
                }
            }
        }
    }
}
