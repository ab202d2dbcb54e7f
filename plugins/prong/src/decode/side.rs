//! One direction's bytes, until they are understood.

use std::time::Duration;

use crate::codec::{self, Damage, Header};
use crate::line::{LINE_MAX, Line, LineBuffer};
use crate::secret::Secret;
use crate::{CHUNK, OVERHEAD};

use super::entry::Verdict;

/// Bytes of the largest chunk.
pub const WIRE: usize = OVERHEAD + CHUNK;

/// Bytes that are not understood yet: lines that turned out to be noise, or a chunk.
#[derive(Debug, Default)]
pub struct Side {
    /// At most [`WIRE`] bytes.
    pub raw: Vec<u8>,
    /// When the last byte came.
    pub last: Duration,
    line: LineBuffer,
    /// Bytes of the line so far.
    line_len: usize,
}

/// A line, and how many bytes it had with its ending.
pub struct Found {
    pub line: Line,
    pub overlong: bool,
    pub len: usize,
}

impl Side {
    /// Takes a byte where lines are expected. A line that can be read is found; other bytes stay in `raw`.
    pub fn push(&mut self, byte: u8) -> Option<Found> {
        self.raw.push(byte);
        self.line_len += 1;
        let complete = self.line.push(byte)?;
        let len = std::mem::take(&mut self.line_len);
        let overlong = complete.overflowed;
        match complete.line {
            Some(Line::Noise) => None,
            Some(line) => Some(Found { line, overlong, len }),
            None => {
                // An empty line is nothing, and no part of anything else when nothing is before it.
                if len == self.raw.len() {
                    self.raw.clear();
                }
                None
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.raw.clear();
        self.line.clear();
        self.line_len = 0;
    }

    /// Whether what is collected is exactly a line of these that may stand where a chunk is due (E-1, E-2).
    pub fn interruption(&self) -> Option<Line> {
        if self.raw.len() > LINE_MAX || self.raw.last() != Some(&b'\n') {
            return None;
        }
        self.printable().filter(|line| matches!(line, Line::Can | Line::Pkt(_)))
    }

    /// The one line that is collected, if it is one.
    pub fn printable(&self) -> Option<Line> {
        let (last, before) = self.raw.split_last()?;
        if *last != b'\n' || before.len() > LINE_MAX + 1 || before.contains(&b'\n') {
            return None;
        }
        let mut line = LineBuffer::default();
        self.raw.iter().find_map(|&byte| line.push(byte))?.line.filter(|line| *line != Line::Noise)
    }

    /// The header of what is collected, if it has one.
    pub fn header(&self, secret: Option<&Secret>) -> Option<Header> {
        codec::peek(secret?, self.raw.first_chunk()?).ok()
    }
}

/// Reads a chunk in place. The header is there unless it is damaged or sealed.
pub fn judge(secret: Option<&Secret>, wire: &mut [u8]) -> (Option<Header>, Verdict) {
    let Some(secret) = secret else { return (None, Verdict::Sealed) };
    let header = wire.first_chunk().and_then(|start| codec::peek(secret, start).ok());
    match codec::decode(secret, wire) {
        Ok(chunk) => {
            let Header { kind, session, set_session, .. } = chunk.header;
            (Some(chunk.header), Verdict::Good { kind, session, set_session })
        }
        Err(damage @ Damage::Crc) => (header, Verdict::Damaged(damage)),
        Err(damage) => (None, Verdict::Damaged(damage)),
    }
}
