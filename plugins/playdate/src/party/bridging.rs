//! The own real toy's end of a bridge: it is opened towards whoever the virtual toy touches, when the switch is on.

use std::time::Duration;

use super::{BRIDGE, Event, Output, Party, StreamId};
use crate::bridge::{AGAIN, Act, End, Friend, Guard, Loss, Off, PIECE, RATE, State, Stop, Turn, WINDOW};
use crate::budget::Budget;
use crate::guest::Standing;
use crate::host::LineId;
use crate::keepsakes::Key;
use crate::message::{Seat, Touching};

/// Bytes beside the toy's own, of as many pieces as one sending has at most.
const OVERHEAD: usize = 3 * (WINDOW / PIECE);
/// Room that is worth waiting for.
const WORTH: u32 = 1024;

/// The own toy's switch, and the stream it uses.
pub(super) struct Bridging {
    own: Result<Guard, Off>,
    /// The friend for whom it was switched on: whoever was touched first. Nobody else gets it.
    whom: Option<Key>,
    span: Option<Span>,
    /// The other side closed the stream of this touch, and may be asked again then.
    refused: Option<(u32, Duration, Loss)>,
    pace: Budget,
}

struct Span {
    stream: StreamId,
    /// Of the touch.
    number: u32,
    end: End,
}

impl Default for Bridging {
    fn default() -> Bridging {
        let pace = Budget::new(RATE, WINDOW as u32, Duration::ZERO);
        Bridging { own: Err(Off::Switched), whom: None, span: None, refused: None, pace }
    }
}

impl Bridging {
    /// What a seat of this key is told about the own toy.
    fn towards(&self, key: Key) -> Result<Guard, Off> {
        match (self.own, self.whom) {
            (Ok(_), Some(whom)) if whom != key => Err(Off::Elsewhere),
            (own, _) => own,
        }
    }

    fn end(&mut self) -> Option<&mut End> {
        self.span.as_mut().map(|span| &mut span.end)
    }

    /// When something is to be done without anything having happened.
    pub(super) fn wake(&self) -> Option<Duration> {
        self.refused.filter(|_| self.span.is_none() && self.own.is_ok()).map(|(_, until, _)| until)
    }
}

impl Party {
    /// The own real toy is there, behind this guard. It is joined with the friend's when the toys touch and theirs is
    /// there, too: the first friend whom the toy touches from now on, or touches now, and nobody else.
    pub fn bridge_on(&mut self, guard: Guard, now: Duration) {
        self.bridge_set(Ok(guard), now);
    }

    /// It is not there any more. After [`Off::Switched`] the next switching on is for whoever is touched then.
    pub fn bridge_off(&mut self, why: Off, now: Duration) {
        if why == Off::Switched {
            self.bridging.whom = None;
        }
        self.bridge_set(Err(why), now);
    }

    fn bridge_set(&mut self, own: Result<Guard, Off>, now: Duration) {
        self.bridging.own = own;
        self.bridging.refused = None;
        let key = self.bridging.span.as_ref().and_then(|span| self.key_of(span.end.seat()));
        if let (Ok(_), Some(key)) = (own, key) {
            self.bridging.whom.get_or_insert(key);
        }
        let towards = key.map_or(own, |key| self.bridging.towards(key));
        if let Some(end) = self.bridging.end() {
            end.set(towards);
        }
        self.settle(now);
    }

    /// How many bytes of the own real toy may be sent now, at most [`WINDOW`]. If none, but later without anything
    /// having happened, [`bridge_ready`](Party::bridge_ready) knows when.
    pub fn bridge_room(&mut self, now: Duration) -> usize {
        let room = self.bridging.end().map_or(0, |end| end.room());
        room.min((self.bridging.pace.left(now) as usize).saturating_sub(OVERHEAD))
    }

    /// When there is room again for bytes that found none.
    #[must_use]
    pub fn bridge_ready(&self, now: Duration) -> Option<Duration> {
        let waits = self.bridging.span.as_ref().is_some_and(|span| span.end.room() > 0);
        waits.then(|| now.saturating_add(self.bridging.pace.until(WORTH)))
    }

    /// Sends bytes of the own real toy. What there is no room for is not sent: ask first.
    pub fn bridge_send(&mut self, bytes: &[u8], now: Duration) {
        let room = self.bridge_room(now);
        let bytes = bytes.get(..room).unwrap_or(bytes);
        if bytes.is_empty() {
            return;
        }
        let cost = bytes.len() + 3 * bytes.len().div_ceil(PIECE);
        // There is so much, or there would be no room.
        self.bridging.pace.take(u32::try_from(cost).unwrap_or(u32::MAX), now);
        if let Some(end) = self.bridging.end() {
            end.send(bytes);
        }
        self.settle(now);
    }

    /// So many bytes have reached the own real toy's line.
    pub fn bridge_taken(&mut self, count: usize, now: Duration) {
        if let Some(end) = self.bridging.end() {
            end.taken(count);
        }
        self.settle(now);
    }

    /// What was under way at the own real toy is lost: both sides begin anew.
    pub fn bridge_anew(&mut self, now: Duration) {
        if let Some(end) = self.bridging.end() {
            end.anew();
        }
        self.settle(now);
    }

    /// The guard here has stopped something on its way to the own real toy, or to the friend's: they are told.
    pub fn bridge_stopped(&mut self, own: bool, why: Stop, now: Duration) {
        if let Some(end) = self.bridging.end().filter(|end| end.friend().is_some_and(|friend| friend.toy.is_ok())) {
            end.stopped(own, why);
        }
        self.settle(now);
    }

    /// How the own real toy stands.
    #[must_use]
    pub fn bridge(&self) -> State {
        if self.bridging.own == Err(Off::Switched) {
            return State::Off;
        }
        let Some((pair, _, key)) = self.bridge_pair() else { return State::Apart };
        if self.bridging.towards(key) == Err(Off::Elsewhere) {
            return State::Elsewhere;
        }
        match (&self.bridging.span, self.bridging.refused) {
            (Some(span), _) if span.end.is_joined() => State::Joined(span.end.seat()),
            (Some(span), _) => match span.end.friend().map(|friend| friend.toy) {
                Some(Err(Off::Elsewhere)) => State::Refused(Loss::Friend(Off::Elsewhere)),
                _ => State::Waiting,
            },
            (None, Some((number, _, why))) if number == pair.number => State::Refused(why),
            (None, _) => State::Waiting,
        }
    }

    /// The friend's real toy; `None`: nothing was heard of one since the toys touch.
    #[must_use]
    pub fn bridge_friend(&self) -> Option<Friend> {
        self.bridging.span.as_ref()?.end.friend()
    }

    /// Whom the own toy touches, as far as there is a line to them.
    fn bridge_pair(&self) -> Option<(Touching, Seat, Key)> {
        if !matches!(self.standing(), None | Some(Standing::Seated | Standing::HostLate)) {
            return None;
        }
        let (pair, seat) = self.own_pair()?;
        Some((pair, seat, self.key_of(seat)?))
    }

    fn key_of(&self, seat: Seat) -> Option<Key> {
        Some(self.snapshot()?.member(seat)?.key)
    }

    /// A stream came from a seat; false: the own one counts, or it is not welcome.
    pub(super) fn bridge_opened(&mut self, id: StreamId, from: Seat, number: u32, now: Duration) -> bool {
        self.bridge_acts();
        let Some(key) = self.key_of(from) else { return false };
        if self.bridging.refused == Some((number, Duration::MAX, Loss::Nonsense)) {
            return false;
        }
        if let Some(span) = &self.bridging.span {
            // When both opened one, that of the toy that came counts. A later touch may be told after its stream came.
            let came = self.own_pair().is_some_and(|(pair, seat)| pair.number == number && pair.opener == seat);
            if number < span.number || number == span.number && !came {
                return false;
            }
            let old = span.stream;
            self.bridge_lost(Loss::Anew);
            self.streams.forget(old);
            self.outputs.push_back(Output::Close(old));
        }
        if self.bridging.own.is_ok() {
            self.bridging.whom.get_or_insert(key);
        }
        self.bridging.refused = None;
        let end = End::new(from, self.bridging.towards(key), now);
        self.bridging.span = Some(Span { stream: id, number, end });
        true
    }

    /// Bytes came on the stream of the bridge.
    pub(super) fn bridge_bytes(&mut self, id: StreamId, bytes: &[u8], now: Duration) {
        let Some(span) = self.bridging.span.as_mut().filter(|span| span.stream == id) else { return };
        if span.end.receive(bytes, now).is_err() {
            // Not asked again, in this touch.
            self.bridging.refused = Some((span.number, Duration::MAX, Loss::Nonsense));
            self.bridge_acts();
            self.bridge_lost(Loss::Nonsense);
            self.streams.forget(id);
            self.outputs.push_back(Output::Close(id));
        }
    }

    /// The stream of the bridge, which was on this line, is closed.
    pub(super) fn bridge_closed(&mut self, id: StreamId, line: LineId, now: Duration) {
        self.bridge_acts();
        let Some(number) = self.bridging.span.as_ref().filter(|span| span.stream == id).map(|span| span.number) else {
            return;
        };
        let why = match self.own_pair() {
            _ if !self.lines.iter().any(|(other, _)| *other == line) => Loss::Line,
            Some((pair, _)) if pair.number == number => Loss::Closed,
            _ => Loss::Apart,
        };
        if why == Loss::Closed && self.bridging.refused.is_none() {
            self.bridging.refused = Some((number, now.saturating_add(AGAIN), why));
        }
        self.bridge_lost(why);
    }

    /// There is no stream any more.
    fn bridge_lost(&mut self, why: Loss) {
        let Some(span) = self.bridging.span.take() else { return };
        if span.end.is_joined() {
            self.outputs.push_back(Output::Bridge(Turn::Lost(why)));
        }
    }

    /// Does what the end of the bridge wants, and opens a stream when it is time.
    pub(super) fn settle_bridge(&mut self, now: Duration) {
        self.bridge_acts();
        if self.bridging.own.is_err() || self.bridging.span.is_some() {
            return;
        }
        let pair = self.bridge_pair();
        // What was refused in another touch means nothing.
        self.bridging.refused.take_if(|(number, ..)| pair.is_none_or(|(pair, ..)| pair.number != *number));
        let Some((pair, seat, key)) = pair else { return };
        self.bridging.whom.get_or_insert(key);
        let own = self.bridging.towards(key);
        if own.is_err() || self.bridging.refused.is_some_and(|(_, until, _)| now < until) {
            return;
        }
        match self.open_own(BRIDGE, seat, pair.number, now) {
            Some(stream) => {
                let mut end = End::new(seat, own, now);
                end.open();
                self.bridging.refused = None;
                self.bridging.span = Some(Span { stream, number: pair.number, end });
                self.bridge_acts();
            }
            None => self.bridging.refused = Some((pair.number, now.saturating_add(AGAIN), Loss::Line)),
        }
    }

    fn bridge_acts(&mut self) {
        while let Some(span) = &mut self.bridging.span {
            let Some(act) = span.end.act() else { return };
            let stream = span.stream;
            match act {
                Act::Write(bytes) => self.outputs.push_back(Output::Bytes(stream, bytes)),
                Act::Joined => self.outputs.push_back(Output::Bridge(Turn::Joined)),
                Act::Lost(why) => self.outputs.push_back(Output::Bridge(Turn::Lost(why))),
                Act::Bytes(bytes) => self.outputs.push_back(Output::Bridge(Turn::Bytes(bytes))),
                Act::Friend(friend) => self.tell(Event::Bridge(crate::bridge::Event::Friend(friend))),
                Act::Stopped(here, why) => self.tell(Event::Bridge(crate::bridge::Event::Stopped { here, why })),
            }
        }
    }
}
