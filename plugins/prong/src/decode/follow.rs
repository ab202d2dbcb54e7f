//! The observer: which direction carries what.

use std::time::Duration;

use crate::capture::Direction;
use crate::line::Line;
use crate::secret::Secret;
use crate::{CHUNK, OVERHEAD, chunk_len, chunks};

use super::entry::{Awaited, Entry, Verdict, What};
use super::side::{Side, WIRE, judge};

/// T_PKT, T_FIRST, T_BYTE: all two seconds.
const SHORT: Duration = Duration::from_secs(2);
/// T_RESP.
const RESPONSE: Duration = Duration::from_secs(5);
/// After so long without an answer the sender's next bytes are the chunk again.
const RESEND: Duration = Duration::from_secs(3);
/// T_GAP.
const GAP: Duration = Duration::from_millis(50);

/// A transfer that is under way.
#[derive(Debug)]
struct Flow {
    sender: Direction,
    /// `None`: the offer was not seen.
    size: Option<u32>,
    /// The chunk that is due, or that waits for its answer.
    index: usize,
    phase: Phase,
    /// Its data so far: a multiple of 4096 bytes, up to the last chunk.
    data: Vec<u8>,
    /// Data of the chunk that waits for its answer.
    fresh: Option<Vec<u8>>,
    /// Type, and the session that it sets.
    kind: Option<(u8, Option<u32>)>,
    /// Every acknowledged chunk could be read.
    whole: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Chunk,
    Answer,
}

/// Follows one link, both directions of it.
#[derive(Debug)]
pub struct Observer<'a> {
    secret: Option<&'a Secret>,
    sides: [Side; 2],
    /// Bytes that each side has offered, unanswered.
    offers: [Option<u32>; 2],
    flow: Option<Flow>,
    /// When anything came last.
    last: Option<Duration>,
    entries: Vec<Entry>,
}

fn side(direction: Direction) -> usize {
    match direction {
        Direction::Sent => 0,
        Direction::Received => 1,
    }
}

impl<'a> Observer<'a> {
    /// Begins to follow, at any place of the stream. Without a secret, chunks are told by their lengths.
    pub fn new(secret: Option<&'a Secret>) -> Self {
        Self { secret, sides: Default::default(), offers: [None; 2], flow: None, last: None, entries: vec![] }
    }

    /// A piece of the stream; `at` is not before the piece before. What became clear by it: at most two entries a
    /// byte.
    pub fn feed(&mut self, direction: Direction, at: Duration, bytes: &[u8]) -> Vec<Entry> {
        if !bytes.is_empty() {
            self.silence(at);
            self.last = Some(at);
        }
        for &byte in bytes {
            self.byte(direction, at, byte);
        }
        if !bytes.is_empty() {
            self.sides[side(direction)].last = at;
        }
        std::mem::take(&mut self.entries)
    }

    /// Nothing more comes: what is left is told as it is.
    pub fn end(&mut self, at: Duration) -> Vec<Entry> {
        self.interrupted(at);
        for direction in [Direction::Sent, Direction::Received] {
            self.settle(direction, at);
        }
        self.flow = None;
        std::mem::take(&mut self.entries)
    }

    fn say(&mut self, at: Duration, direction: Direction, what: What) {
        self.entries.push(Entry { at, direction, what });
    }

    /// What has not come since the last bytes.
    fn silence(&mut self, at: Duration) {
        let Some(last) = self.last else { return };
        let time = at.saturating_sub(last);
        if time < GAP {
            return;
        }
        self.interrupted(last);
        if time < SHORT {
            return;
        }
        let (awaited, limit, from) = match &self.flow {
            Some(Flow { sender, phase: Phase::Chunk, .. }) if self.sides[side(*sender)].raw.is_empty() => {
                (Some(Awaited::Chunk), SHORT, *sender)
            }
            Some(Flow { sender, phase: Phase::Chunk, .. }) => (Some(Awaited::Rest), SHORT, *sender),
            Some(Flow { sender, phase: Phase::Answer, .. }) => {
                (Some(Awaited::ChunkAnswer), RESPONSE, sender.reversed())
            }
            None => match self.offers {
                [Some(_), _] => (Some(Awaited::OfferAnswer), SHORT, Direction::Received),
                [None, Some(_)] => (Some(Awaited::OfferAnswer), SHORT, Direction::Sent),
                [None, None] => (None, SHORT, Direction::Sent),
            },
        };
        if let Some(awaited) = awaited.filter(|_| time >= limit) {
            self.say(at, from, What::Silence { time, awaited });
        }
        for direction in [Direction::Sent, Direction::Received] {
            self.settle(direction, last);
        }
    }

    /// A line where a chunk was due, and nothing after it (E-2).
    fn interrupted(&mut self, at: Duration) {
        if let Some(Flow { sender, phase: Phase::Chunk, .. }) = self.flow
            && let Some(line) = self.sides[side(sender)].interruption()
        {
            self.sides[side(sender)].clear();
            self.line(sender, at, line, false);
        }
    }

    fn byte(&mut self, direction: Direction, at: Duration, byte: u8) {
        let since = at.saturating_sub(self.sides[side(direction)].last);
        match &mut self.flow {
            Some(flow) if flow.sender == direction => {
                if flow.phase == Phase::Answer && self.sides[side(direction)].raw.is_empty() && since >= RESEND {
                    flow.phase = Phase::Chunk;
                }
                if flow.phase == Phase::Chunk {
                    self.sides[side(direction)].raw.push(byte);
                    self.collected(direction, at);
                } else {
                    self.text_byte(direction, at, byte);
                    self.early(direction, at);
                }
            }
            _ => self.text_byte(direction, at, byte),
        }
    }

    fn text_byte(&mut self, direction: Direction, at: Duration, byte: u8) {
        if self.sides[side(direction)].raw.len() >= WIRE {
            self.settle(direction, at);
        }
        let Some(found) = self.sides[side(direction)].push(byte) else { return };
        let raw = &mut self.sides[side(direction)].raw;
        raw.truncate(raw.len().saturating_sub(found.len));
        self.settle(direction, at);
        self.line(direction, at, found.line, found.overlong);
    }

    /// The sender's next chunk although no answer was seen: its header tells.
    fn early(&mut self, direction: Direction, at: Duration) {
        let here = &self.sides[side(direction)];
        let Some(flow) = self.flow.as_mut().filter(|_| here.raw.len() == OVERHEAD) else { return };
        if here.header(self.secret).is_some() {
            flow.phase = Phase::Chunk;
            self.collected(direction, at);
        }
    }

    /// One byte more of a chunk.
    fn collected(&mut self, direction: Direction, at: Duration) {
        let here = &self.sides[side(direction)];
        let Some(flow) = &self.flow else { return };
        if flow.index == 0
            && let Some(Line::Pkt(size)) = here.interruption()
        {
            self.sides[side(direction)].clear();
            return self.line(direction, at, Line::Pkt(size), false);
        }
        let Some(size) = flow.size else {
            // Of unknown length: whole when it is answered, or at its largest.
            if let Some(line) = here.printable() {
                self.sides[side(direction)].clear();
                self.line(direction, at, line, false);
            } else if here.raw.len() >= WIRE {
                self.chunk(direction, at);
            }
            return;
        };
        // A repeat of another chunk may have another length (E-4).
        let index = match here.header(self.secret) {
            Some(header) if usize::from(header.index) < chunks(size as usize) => usize::from(header.index),
            _ => flow.index,
        };
        if here.raw.len() >= OVERHEAD + chunk_len(size as usize, index) {
            self.chunk(direction, at);
        }
    }

    /// What was collected is a whole chunk.
    fn chunk(&mut self, direction: Direction, at: Duration) {
        let mut raw = std::mem::take(&mut self.sides[side(direction)].raw);
        self.sides[side(direction)].clear();
        let (header, verdict) = judge(self.secret, &mut raw);
        let Some(flow) = &mut self.flow else { return };
        let index = header.map_or(flow.index, |header| usize::from(header.index));
        let known = header.is_some() || flow.size.is_some();
        flow.phase = Phase::Answer;
        flow.fresh = None;
        if let (Verdict::Good { kind, session, set_session }, Some(_)) = (verdict, flow.size) {
            if index == flow.index {
                flow.fresh = raw.get(OVERHEAD..).map(<[u8]>::to_vec);
            }
            flow.kind = Some((kind, set_session.then_some(session)));
        }
        if flow.size.is_none() {
            flow.index = index;
        }
        let of = flow.size.map(|size| chunks(size as usize) as u16);
        let what = What::Chunk { index: known.then_some(index as u16), of, len: raw.len(), verdict };
        self.say(at, direction, what);
    }

    /// Bytes that are left over: tried as a chunk, or told as they are.
    fn settle(&mut self, direction: Direction, at: Duration) {
        let mut raw = std::mem::take(&mut self.sides[side(direction)].raw);
        self.sides[side(direction)].clear();
        if raw.is_empty() {
            return;
        }
        let len = raw.len();
        let due = self.flow.as_ref().filter(|flow| flow.sender == direction && flow.phase == Phase::Chunk);
        if let Some(size) = due.and_then(|flow| flow.size) {
            let of = OVERHEAD + chunk_len(size as usize, due.map_or(0, |flow| flow.index));
            return self.say(at, direction, What::Cut { got: len, of });
        }
        let noise = raw.last() == Some(&b'\n');
        let (header, verdict) = judge(self.secret, &mut raw);
        let what = match (header, verdict) {
            (Some(header), Verdict::Good { .. }) => {
                What::Chunk { index: Some(header.index.into()), of: None, len, verdict }
            }
            _ if noise && len < OVERHEAD + 1 => What::Noise { len },
            _ => What::Unexplained { len },
        };
        self.say(at, direction, what);
    }

    fn line(&mut self, direction: Direction, at: Duration, line: Line, overlong: bool) {
        let other = direction.reversed();
        let answer = matches!(line, Line::Ack | Line::Nak | Line::Enq(_) | Line::EnqOutOfRange | Line::Can);
        if answer {
            self.answered(other, at);
        }
        self.say(at, direction, What::Line { line, overlong });
        match line {
            Line::Pkt(size) => {
                self.flow = self.flow.take().filter(|flow| flow.sender != direction);
                self.offers[side(direction)] = Some(size);
            }
            Line::Can => {
                self.flow = None;
                self.offers = [None; 2];
            }
            Line::Ack => self.acknowledged(other, at),
            Line::Nak | Line::EnqOutOfRange | Line::Enq(_) => {
                if let Some(flow) = self.flow.as_mut().filter(|flow| flow.sender == other) {
                    flow.phase = Phase::Chunk;
                    flow.fresh = None;
                    if let Line::Enq(index) = line {
                        flow.rewind(usize::from(index));
                    }
                }
            }
            _ => {}
        }
    }

    /// Somebody answered: what the other side has sent until now was it.
    fn answered(&mut self, sender: Direction, at: Duration) {
        let due = self.flow.as_ref().filter(|flow| flow.sender == sender && flow.phase == Phase::Chunk);
        match due {
            Some(flow) if flow.size.is_none() && self.sides[side(sender)].raw.len() >= OVERHEAD => {
                self.chunk(sender, at);
            }
            _ => {
                let before = self.entries.len();
                self.settle(sender, at);
                // In the middle of a transfer whose beginning was not seen.
                if let Some(Entry { what: What::Chunk { index: Some(index), .. }, .. }) = self.entries.get(before) {
                    let index = usize::from(*index);
                    if self.flow.is_none() {
                        self.flow = Some(Flow { index, phase: Phase::Answer, ..Flow::new(sender, None) });
                    }
                }
            }
        }
    }

    fn acknowledged(&mut self, sender: Direction, at: Duration) {
        if let Some(size) = self.offers[side(sender)].take() {
            self.offers = [None; 2];
            self.sides[side(sender)].clear();
            self.flow = Some(Flow::new(sender, Some(size)));
            return;
        }
        let Some(flow) = self.flow.as_mut().filter(|flow| flow.sender == sender && flow.phase == Phase::Answer) else {
            return;
        };
        match flow.fresh.take() {
            Some(fresh) if flow.data.len() == flow.index * CHUNK => flow.data.extend(fresh),
            _ => flow.whole = false,
        }
        flow.index += 1;
        flow.phase = Phase::Chunk;
        let Some(size) = flow.size.filter(|size| flow.index >= chunks(*size as usize)) else { return };
        let Some(flow) = self.flow.take() else { return };
        let data = (flow.whole && flow.data.len() == size as usize).then_some(flow.data);
        let (kind, session) = flow.kind.map_or((None, None), |(kind, session)| (Some(kind), session));
        self.say(at, sender, What::Packet { kind, session, size, data });
    }
}

impl Flow {
    fn new(sender: Direction, size: Option<u32>) -> Self {
        Self { sender, size, index: 0, phase: Phase::Chunk, data: vec![], fresh: None, kind: None, whole: true }
    }

    /// The recipient asks for this chunk.
    fn rewind(&mut self, index: usize) {
        self.index = index;
        if self.data.len() < index * CHUNK {
            self.whole = false;
        }
        self.data.truncate(index * CHUNK);
    }
}
