//! What passes when: the gate's state machine in front of the last door.

use std::time::Duration;

use crate::engine::FarSide;
use crate::line::{Line, LineBuffer};
use crate::{OVERHEAD, chunk_len, chunks, guard};

use super::{Gate, Passed, Refused};

/// Silence after which a whole line, where a chunk could begin, is a line (E-2).
pub(super) const GAP: Duration = Duration::from_millis(50);
/// T_BYTE: what is unfinished and older is dropped (L-7, R-8).
const STALE: Duration = Duration::from_secs(2);
/// An answer of the toy inside a chunk counts only when near has been silent for so long: the chunk was cut (I-9).
const CUT: Duration = Duration::from_secs(1);
/// Without an answer a chunk comes again after T_RESP; less what a line in between may have swallowed.
const RESEND: Duration = Duration::from_secs(3);
/// After a refusal bytes are dropped until near was silent for so long: a chunk's rest may take its time on a network.
const QUIET: Duration = Duration::from_millis(250);
/// The longest such drain (E-5).
const DRAIN: Duration = Duration::from_secs(5);
/// ATTEMPTS.
const ATTEMPTS: u8 = 3;

/// Where near is in its transfer, as far as near's bytes and the toy's answers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Lines pass.
    Lines,
    /// PKT has passed, the toy has not answered.
    Offered { size: u32 },
    /// The toy expects this chunk.
    Head { size: u32, index: usize },
    /// So many bytes of the chunk are to come; `read`: they pass.
    Body { size: u32, index: usize, left: usize, read: bool },
    /// So many bytes are to come of a chunk that the toy has given up.
    Rest { size: u32, index: usize, left: usize },
    /// The chunk has passed, the toy has not answered.
    Answer { size: u32, index: usize, since: Duration },
    /// Something was refused.
    Drain { since: Duration },
}

impl Gate {
    /// One byte from near.
    pub(super) fn near(&mut self, byte: u8, now: Duration, out: &mut Passed) {
        self.settle(now, out);
        let quiet = now.saturating_sub(self.last_near);
        match self.state {
            State::Drain { since } if quiet >= QUIET || now.saturating_sub(since) >= DRAIN => self.lines(),
            State::Body { size, index, left, .. } if quiet >= STALE => self.cut(size, index, left),
            State::Rest { size, index, left } if quiet >= STALE => self.cut(size, index, left),
            State::Answer { size, index, since } if self.line.is_empty() && now.saturating_sub(since) >= RESEND => {
                self.state = State::Head { size, index };
            }
            _ => {}
        }
        if quiet >= STALE {
            if let State::Head { size, index } = self.state
                && !self.held.is_empty()
            {
                let due = if self.late > 0 { self.late } else { OVERHEAD + chunk_len(size as usize, index) };
                self.late = due.saturating_sub(self.held.len());
            }
            self.drop_held();
            self.drop_line();
        }
        self.last_near = now;
        match self.state {
            State::Drain { .. } => self.dropped += 1,
            State::Lines | State::Offered { .. } | State::Answer { .. } => self.line_byte(byte, now, out),
            State::Head { size, index } => self.head_byte(byte, size, index, now, out),
            State::Rest { size, index, left } => {
                self.dropped += 1;
                self.rest(size, index, left.saturating_sub(1));
            }
            State::Body { size, index, left, read } => {
                if !read {
                    self.dropped += 1;
                } else if let Err(refused) = self.admit(&[byte], now, false, out) {
                    self.dropped += 1;
                    return self.trip(refused, now, out);
                }
                self.body_byte(size, index, left.saturating_sub(1), read, now, out);
            }
        }
    }

    /// One byte from the toy.
    pub(super) fn toy(&mut self, byte: u8, now: Duration, out: &mut Passed) {
        if now.saturating_sub(self.last_toy) >= STALE {
            self.answer.clear();
        }
        self.last_toy = now;
        let Some(line) = self.answer.push(byte).and_then(|complete| complete.line) else { return };
        self.settle(now, out);
        match (line, self.state) {
            (Line::Ack, State::Offered { size }) => self.head(size, 0),
            (Line::Ack, State::Answer { size, index, .. }) if index + 1 < chunks(size as usize) => {
                self.head(size, index + 1);
            }
            (Line::Ack | Line::Can, State::Answer { .. }) | (Line::Can, State::Offered { .. }) => self.lines(),
            (Line::Nak | Line::EnqOutOfRange, State::Answer { size, index, .. }) => self.head(size, index),
            (Line::Enq(index), State::Answer { size, .. } | State::Head { size, .. }) if self.held.is_empty() => {
                self.head(size, usize::from(index));
            }
            (Line::Nak | Line::Enq(_), State::Body { size, index, left, .. })
                if now.saturating_sub(self.last_near) >= CUT =>
            {
                self.cut(size, index, left);
            }
            (Line::Can, State::Head { .. }) if self.held.is_empty() && self.late == 0 => self.lines(),
            (Line::Can, State::Head { .. } | State::Rest { .. } | State::Body { .. }) => self.drain(now),
            _ => {}
        }
    }

    /// A whole line where a chunk could begin, and then silence: it was a line.
    pub(super) fn settle(&mut self, now: Duration, out: &mut Passed) {
        if !self.holds_line() || now.saturating_sub(self.last_near) < GAP {
            return;
        }
        let held = std::mem::take(&mut self.held);
        self.drop_line();
        for &byte in &held {
            self.line_byte(byte, now, out);
        }
    }

    /// Whether what is held is exactly one line that can be made sense of.
    pub(super) fn holds_line(&self) -> bool {
        whole_line(&self.held).is_some()
    }

    fn line_byte(&mut self, byte: u8, now: Duration, out: &mut Passed) {
        self.line_len += 1;
        let Some(complete) = self.line.push(byte) else { return };
        let Some(text) = complete.line.and_then(text) else { return self.drop_line() };
        if matches!((complete.line, self.state), (Some(Line::Pkt(_)), State::Answer { .. } | State::Head { .. })) {
            return self.drop_line();
        }
        if let Err(refused) = self.admit(text.as_bytes(), now, false, out) {
            // The toy has seen nothing of it, so that it need not be told.
            self.drop_line();
            out.to_near.extend_from_slice(b"CAN\r\n");
            out.refused.get_or_insert(refused);
            return;
        }
        self.line_len = 0;
        match (complete.line, self.state) {
            (Some(Line::Pkt(size)), _) => {
                self.answer.clear();
                self.state = State::Offered { size };
            }
            (Some(Line::Can), _) => self.lines(),
            // Near took the toy's offer instead (E-6).
            (Some(Line::Ack | Line::Nak | Line::Enq(_)), State::Offered { .. } | State::Head { .. }) => self.lines(),
            _ => {}
        }
    }

    fn head_byte(&mut self, byte: u8, size: u32, index: usize, now: Duration, out: &mut Passed) {
        self.held.push(byte);
        if let Some(Line::Pkt(again)) = whole_line(&self.held).filter(|_| !self.held.contains(&b'\t')) {
            // The toy's answer to the first PKT was lost on its way to near: the toy need not be asked again (E-1).
            self.drop_held();
            if again == size && index == 0 {
                out.to_near.extend_from_slice(b"ACK\r\n");
            } else {
                self.trip(Refused::Overlapping, now, out);
            }
            return;
        }
        let Ok(start) = <[u8; OVERHEAD]>::try_from(self.held.as_slice()) else { return };
        let Some(watch) = &self.watch else { return };
        let count = chunks(size as usize);
        let (index, read) = match watch.peek(&start) {
            // Without a secret only small packets were let in.
            None => (0, true),
            Some(Ok(header)) if usize::from(header.index) < count => {
                if let Err(forbidden) = guard::check(FarSide::Hardware, header.kind, size as usize) {
                    return self.trip(forbidden.into(), now, out);
                }
                (usize::from(header.index), true)
            }
            // Not a new chunk, but what was late of the old one (over a stream it is never lost): the new one follows.
            _ if self.late > 0 => {
                let late = std::mem::take(&mut self.late);
                let old = late.min(OVERHEAD);
                self.dropped = self.dropped.saturating_add(old as u64);
                self.held.drain(..old);
                return self.rest(size, index, late - old);
            }
            _ => (index.min(count.saturating_sub(1)), false),
        };
        self.late = 0;
        if !read {
            self.drop_held();
        } else if let Err(refused) = self.admit(&start, now, count == 1, out) {
            return self.trip(refused, now, out);
        }
        self.held.clear();
        self.body_byte(size, index, chunk_len(size as usize, index), read, now, out);
    }

    fn body_byte(&mut self, size: u32, index: usize, left: usize, read: bool, now: Duration, out: &mut Passed) {
        if left > 0 {
            self.state = State::Body { size, index, left, read };
        } else if read {
            self.unreadable = 0;
            self.answer.clear();
            self.state = State::Answer { size, index, since: now };
        } else {
            self.unreadable += 1;
            if self.unreadable >= ATTEMPTS {
                return self.trip(Refused::Unreadable, now, out);
            }
            out.to_near.extend_from_slice(b"NAK\r\n");
            self.state = State::Head { size, index };
        }
    }

    /// Nothing more of this: CAN to both sides.
    fn trip(&mut self, refused: Refused, now: Duration, out: &mut Passed) {
        self.drain(now);
        // Even these bytes could complete something.
        let _ = self.admit(b"CAN\r\n", now, false, out);
        out.to_near.extend_from_slice(b"CAN\r\n");
        out.refused.get_or_insert(refused);
    }

    pub(super) fn admit(&mut self, bytes: &[u8], now: Duration, single: bool, out: &mut Passed) -> Result<(), Refused> {
        if let Some(watch) = &mut self.watch {
            watch.admit(bytes, now, single)?;
        }
        out.to_toy.extend_from_slice(bytes);
        Ok(())
    }

    /// The toy has given up a chunk of which `left` bytes have not come; it will take the whole again.
    fn cut(&mut self, size: u32, index: usize, left: usize) {
        self.head(size, index);
        self.late = left;
    }

    fn rest(&mut self, size: u32, index: usize, left: usize) {
        self.state = if left > 0 { State::Rest { size, index, left } } else { State::Head { size, index } };
    }

    fn head(&mut self, size: u32, index: usize) {
        self.drop_line();
        self.drop_held();
        self.late = 0;
        self.state = State::Head { size, index };
    }

    pub(super) fn lines(&mut self) {
        self.drop_line();
        self.drop_held();
        self.unreadable = 0;
        self.late = 0;
        self.state = State::Lines;
    }

    fn drain(&mut self, now: Duration) {
        self.lines();
        self.state = State::Drain { since: now };
    }

    fn drop_held(&mut self) {
        self.dropped = self.dropped.saturating_add(self.held.len() as u64);
        self.held.clear();
    }

    fn drop_line(&mut self) {
        self.dropped = self.dropped.saturating_add(self.line_len);
        self.line_len = 0;
        self.line.clear();
    }
}

/// The line that these bytes are, if they are exactly one, with its ending.
fn whole_line(bytes: &[u8]) -> Option<Line> {
    let (&last, before) = bytes.split_last()?;
    if last != b'\n' || before.contains(&b'\n') {
        return None;
    }
    let mut line = LineBuffer::default();
    bytes.iter().find_map(|&byte| line.push(byte))?.line.filter(|line| text(*line).is_some())
}

/// The line made anew, with its ending; `None` for what no toy needs to see.
fn text(line: Line) -> Option<String> {
    Some(match line {
        Line::Ack => "ACK\r\n".into(),
        Line::Nak => "NAK\r\n".into(),
        Line::Can => "CAN\r\n".into(),
        Line::EchoReq => "ECHO REQ\r\n".into(),
        Line::EchoRep => "ECHO REP\r\n".into(),
        Line::Pkt(size) => format!("PKT {size}\r\n"),
        Line::Enq(index) => format!("ENQ {index}\r\n"),
        Line::Custom(custom) => format!("{}\r\n", custom.text()),
        Line::PktOutOfRange | Line::EnqOutOfRange | Line::Noise => return None,
    })
}
