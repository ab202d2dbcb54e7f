//! Streams between two toys: to the own one, and through the host from guest to guest.

use std::collections::HashMap;
use std::time::Duration;

use super::{Event, Output, Party, Role};
use crate::budget::Budget;
use crate::host::{LineId, Route};
use crate::message::{Seat, Snapshot, Touching};

/// Number of a stream, given here; never used again.
pub type StreamId = u64;

/// Kind of a stream that carries the protocol of the prongs.
pub const PRONG: u8 = 1;
/// Kind of a stream that carries the bytes of two chips' serial interfaces.
pub const CABLE: u8 = 2;
/// Kind of a stream that joins two real toys.
pub const BRIDGE: u8 = 3;
/// After the kind: a byte of seat (of the other end towards the host, of the origin from it), and the pair's number.
const HEAD: usize = 5;
/// Streams of one line that are not its control stream: of cables and bridges both sides may open one at the same time.
const OF_ONE_LINE: usize = 5;
/// Streams that a line may open, a second and at once; more are closed unheard.
const OPENS: (u32, u32) = (2, 16);
/// Bytes a second that a line may send over all its streams, and how many at once.
const RATE: u32 = 64 * 1024;
const BURST: u32 = 1024 * 1024;

/// Where the bytes of a stream go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Its head has not come.
    Unknown,
    /// To the own toy.
    Own,
    /// Into another stream.
    Other(StreamId),
}

struct Stream {
    id: StreamId,
    line: LineId,
    kind: u8,
    head: Vec<u8>,
    number: u32,
    end: End,
}

/// What a line may still do.
struct Budgets {
    bytes: Budget,
    opens: Budget,
}

#[derive(Default)]
pub(super) struct Streams {
    all: Vec<Stream>,
    last: StreamId,
    budgets: HashMap<LineId, Budgets>,
}

impl Streams {
    fn add(&mut self, line: LineId, kind: u8, number: u32, end: End) -> StreamId {
        self.last += 1;
        self.all.push(Stream { id: self.last, line, kind, head: Vec::new(), number, end });
        self.last
    }

    fn get(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.all.iter_mut().find(|stream| stream.id == id)
    }

    fn own(&self, kind: u8) -> Option<StreamId> {
        self.all.iter().find(|stream| stream.kind == kind && stream.end == End::Own).map(|stream| stream.id)
    }

    pub(super) fn forget(&mut self, id: StreamId) {
        self.all.retain(|stream| stream.id != id);
    }

    /// Whether a line may send so much more.
    fn allows(&mut self, line: LineId, bytes: usize, now: Duration) -> bool {
        let cost = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.budgets(line, now).bytes.take(cost, now)
    }

    fn budgets(&mut self, line: LineId, now: Duration) -> &mut Budgets {
        let new = || Budgets { bytes: Budget::new(RATE, BURST, now), opens: Budget::new(OPENS.0, OPENS.1, now) };
        self.budgets.entry(line).or_insert_with(new)
    }
}

impl Party {
    /// A line's far end has opened a stream of a kind. `None`: it is not welcome, and to be closed.
    pub fn stream(&mut self, line: LineId, kind: u8, now: Duration) -> Option<StreamId> {
        let of_line = self.streams.all.iter().filter(|stream| stream.line == line).count();
        let known = self.lines.iter().any(|(id, _)| *id == line) && matches!(kind, PRONG | CABLE | BRIDGE);
        let welcome = known && of_line < OF_ONE_LINE && self.streams.budgets(line, now).opens.take(1, now);
        welcome.then(|| self.streams.add(line, kind, 0, End::Unknown))
    }

    /// Bytes came on a stream.
    pub fn stream_bytes(&mut self, id: StreamId, bytes: &[u8], now: Duration) {
        let Some(line) = self.streams.get(id).map(|stream| stream.line) else { return };
        if !self.streams.allows(line, bytes.len(), now) {
            self.drop_stream(id, now);
            self.outputs.push_back(Output::Close(id));
            self.settle(now);
            return;
        }
        let Some(stream) = self.streams.get(id) else { return };
        let mut bytes = bytes;
        if stream.end == End::Unknown {
            let (head, rest) = bytes.split_at(bytes.len().min(HEAD - stream.head.len()));
            stream.head.extend_from_slice(head);
            bytes = rest;
            let &[seat, a, b, c, d] = stream.head.as_slice() else { return };
            stream.number = u32::from_le_bytes([a, b, c, d]);
            let (kind, number) = (stream.kind, stream.number);
            let Some(end) = Seat::new(seat).and_then(|seat| self.lead(id, line, kind, seat, number, now)) else {
                self.streams.forget(id);
                self.outputs.push_back(Output::Close(id));
                self.settle(now);
                return;
            };
            if let Some(stream) = self.streams.get(id) {
                stream.end = end;
            }
            if let End::Other(other) = end
                && let Some(other) = self.streams.get(other)
            {
                other.end = End::Other(id);
            }
        }
        let Some((kind, end, number)) = self.streams.get(id).map(|stream| (stream.kind, stream.end, stream.number))
        else {
            return;
        };
        if !bytes.is_empty() {
            match end {
                End::Own if kind == PRONG => self.player.bytes(bytes, now),
                End::Own if kind == BRIDGE => self.bridge_bytes(id, bytes, now),
                // Of a touch that is over, or not known yet, nothing comes to the chip: it has no cable then.
                End::Own if self.own_pair().is_none_or(|(pair, _)| pair.number != number) => {}
                End::Own => self.tell(Event::Cable(bytes.to_vec())),
                End::Other(other) => self.outputs.push_back(Output::Bytes(other, bytes.to_vec())),
                End::Unknown => {}
            }
        }
        self.settle(now);
    }

    /// Where a stream goes whose head has come.
    fn lead(&mut self, id: StreamId, line: LineId, kind: u8, seat: Seat, number: u32, now: Duration) -> Option<End> {
        let route = match &self.role {
            Role::Host(host) => host.route(line, seat, number)?,
            // A host says the truth about who comes, or nobody does.
            Role::Guest(_) => Route::Own(seat),
        };
        match route {
            Route::Own(from) if kind == PRONG => self.player.opened(number, from, now).then_some(End::Own),
            Route::Own(from) if kind == BRIDGE => self.bridge_opened(id, from, number, now).then_some(End::Own),
            Route::Own(_) => Some(End::Own),
            Route::Line(to, from) => {
                let of_line = self.streams.all.iter().filter(|stream| stream.line == to).count();
                (of_line < OF_ONE_LINE).then(|| {
                    let other = self.streams.add(to, kind, number, End::Unknown);
                    self.open(to, other, kind, from, number);
                    End::Other(other)
                })
            }
        }
    }

    fn open(&mut self, line: LineId, id: StreamId, kind: u8, seat: Seat, number: u32) {
        self.outputs.push_back(Output::Open(line, id, kind));
        let [a, b, c, d] = number.to_le_bytes();
        self.outputs.push_back(Output::Bytes(id, vec![seat.number(), a, b, c, d]));
    }

    /// Opens a stream of the own toy to that of a seat; `None`: there is no line.
    pub(super) fn open_own(&mut self, kind: u8, to: Seat, number: u32, now: Duration) -> Option<StreamId> {
        let place = match &self.role {
            Role::Host(host) => match host.own_route(Seat::HOST, to) {
                Some(Route::Line(line, from)) => Some((line, from)),
                _ => None,
            },
            Role::Guest(_) => self.lines.last().map(|(line, _)| (*line, to)),
        };
        match place {
            Some((line, seat)) => {
                let id = self.streams.add(line, kind, number, End::Own);
                self.open(line, id, kind, seat, number);
                Some(id)
            }
            None => {
                if kind == PRONG {
                    self.player.closed(now);
                }
                None
            }
        }
    }

    pub(super) fn send_own(&mut self, bytes: Vec<u8>) {
        if let Some(id) = self.streams.own(PRONG) {
            self.outputs.push_back(Output::Bytes(id, bytes));
        }
    }

    pub(super) fn close_own(&mut self) {
        if let Some(id) = self.streams.own(PRONG) {
            self.streams.forget(id);
            self.outputs.push_back(Output::Close(id));
        }
    }

    /// The touch of the own toy, and whom it touches.
    pub(super) fn own_pair(&self) -> Option<(Touching, Seat)> {
        let table = self.snapshot()?;
        let pair = table.touching(table.you)?;
        Some((pair, pair.partner(table.you)?))
    }

    /// Bytes of the own chip for the one that it touches; false: it touches none.
    pub fn cable(&mut self, bytes: &[u8], now: Duration) -> bool {
        let Some((pair, partner)) = self.own_pair() else { return false };
        if self.streams.own(CABLE).is_none() {
            self.open_own(CABLE, partner, pair.number, now);
        }
        let Some(id) = self.streams.own(CABLE) else { return false };
        self.outputs.push_back(Output::Bytes(id, bytes.to_vec()));
        true
    }

    /// A stream is gone, or cannot be written to.
    pub fn stream_closed(&mut self, id: StreamId, now: Duration) {
        self.drop_stream(id, now);
        self.settle(now);
    }

    /// Forgets a stream that is closed, and closes its other half.
    fn drop_stream(&mut self, id: StreamId, now: Duration) {
        let Some(place) = self.streams.all.iter().position(|stream| stream.id == id) else { return };
        let stream = self.streams.all.remove(place);
        match stream.end {
            End::Own if stream.kind == PRONG => self.player.closed(now),
            End::Own if stream.kind == BRIDGE => self.bridge_closed(id, stream.line, now),
            End::Other(other) => {
                self.streams.forget(other);
                self.outputs.push_back(Output::Close(other));
            }
            End::Own | End::Unknown => {}
        }
    }

    /// A line is gone, and its streams with it.
    pub(super) fn lose_streams(&mut self, line: LineId, now: Duration) {
        let lost = self.streams.all.iter().filter(|stream| stream.line == line).map(|stream| stream.id);
        for id in lost.collect::<Vec<_>>() {
            self.drop_stream(id, now);
        }
        self.streams.budgets.remove(&line);
    }

    /// Streams end with the touch they belong to.
    pub(super) fn check_relays(&mut self, table: &Snapshot, now: Duration) {
        let over = |stream: &&Stream| match stream.end {
            End::Unknown => false,
            // The player sees to the own prongs.
            End::Own if stream.kind == PRONG => false,
            End::Own | End::Other(_) => !table.touching.iter().any(|pair| pair.number == stream.number),
        };
        // A guest may hear of a stream before it hears of the touch.
        let newest = table.touching.iter().map(|pair| pair.number).max();
        let is_host = matches!(self.role, Role::Host(_));
        let gone: Vec<StreamId> = self
            .streams
            .all
            .iter()
            .filter(over)
            .filter(|stream| is_host || newest.is_none_or(|newest| stream.number <= newest))
            .map(|stream| stream.id)
            .collect();
        for id in gone {
            if self.streams.get(id).is_some() {
                self.drop_stream(id, now);
                self.outputs.push_back(Output::Close(id));
            }
        }
    }
}
