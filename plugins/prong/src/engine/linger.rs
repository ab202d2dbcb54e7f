//! After the last acknowledgement (E-3): if it was lost the peer repeats its last chunk, which is acknowledged again.

use std::time::Duration;

use crate::codec::{self, Header};

use super::Engine;

/// The longest line with its ending; nothing that long can be mistaken for a chunk.
const LINE: usize = 18;

/// What the last chunk was.
pub(super) struct Linger {
    pub until: Duration,
    /// Bytes on the wire.
    pub len: usize,
    pub header: Header,
    /// Bytes since the line was silent, at most `len`.
    pub buffer: Vec<u8>,
    pub at: Duration,
}

/// What a byte belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Perhaps a line: go on as usual.
    Line,
    /// The repeated chunk: a line ending in it means nothing.
    Chunk,
    /// The repeated chunk's last byte: it is acknowledged.
    Repeat,
}

impl Engine {
    /// One byte more, which completed a line that is not empty, or not.
    pub(super) fn linger_byte(&mut self, byte: u8, ends_line: bool, now: Duration) -> Heard {
        let Some(linger) = &mut self.linger else { return Heard::Line };
        if now > linger.until {
            self.linger = None;
            return Heard::Line;
        }
        if now > linger.at + self.config.timers.byte {
            linger.buffer.clear();
        }
        linger.at = now;
        linger.buffer.push(byte);
        let printable = |byte: &u8| matches!(byte, b'\t' | b'\r' | b'\n' | 0x20..=0x7E);
        if linger.buffer.len() <= LINE && linger.buffer.iter().all(printable) {
            if ends_line {
                self.linger = None;
                return Heard::Line;
            }
            return if linger.buffer.len() == linger.len && self.is_repeat() { Heard::Repeat } else { Heard::Line };
        }
        if linger.buffer.len() >= linger.len && self.is_repeat() { Heard::Repeat } else { Heard::Chunk }
    }

    fn is_repeat(&mut self) -> bool {
        let (Some(linger), Some(secret)) = (&mut self.linger, &self.secret) else { return false };
        let same = codec::decode(secret, &mut linger.buffer).is_ok_and(|chunk| chunk.header == linger.header);
        linger.buffer.clear();
        same
    }
}
