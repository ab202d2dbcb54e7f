//! The host's end of a table: who sits where, and what goes from whom to whom. No I/O and no clock.

mod own;

use std::time::Duration;

use crate::budget::Budget;
use crate::frame::{Album, Frame};
use crate::keepsakes::Key;
use crate::message::{Emote, Farewell, Member, Message, Presence, Profile, SEATS, Seat, Snapshot, Touching, Whisper};
use crate::text::Name;

/// Number of a guest's line, given by who has the lines; never used again.
pub type LineId = u64;

/// Lines at a time, those included that have not said anything yet; more are closed at once.
pub const LINES: usize = 8;
/// A line must say [`Message::Sit`] within so long.
pub const GREETING: Duration = Duration::from_secs(5);
/// How often both sides say [`Message::Beat`].
pub const BEAT: Duration = Duration::from_secs(2);
/// Who was not heard for so long is late.
pub const LATE: Duration = Duration::from_secs(6);
/// How long the seat of a lost line is kept.
pub const KEPT: Duration = Duration::from_secs(30);
/// From whom somebody has taken their prongs away so often, each time within [`APART`] of the last, does not touch them
/// again for that long.
const AGAIN: u8 = 3;
/// How long somebody does not touch those who took their prongs away again and again, and within how long that is again.
pub const APART: Duration = Duration::from_secs(10);
/// Those who were asked to leave are not let in again; of more, the first is forgotten.
const BARRED: usize = 16;

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Say this on a line's control stream.
    Send(LineId, Message),
    /// Send this as a datagram.
    Datagram(LineId, Vec<u8>),
    /// Close a line when what was to be said has left.
    Close(LineId, Farewell),
    /// The host's own copy of the table has changed.
    Table(Box<Snapshot>),
    /// For the host's own player.
    Heard(Seat, Whisper),
    /// Somebody else makes a gesture.
    Emoted(Seat, Emote),
}

/// Where a stream between two toys leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the host's own toy, from this seat.
    Own(Seat),
    /// To a guest's line, as coming from this seat.
    Line(LineId, Seat),
}

struct Line {
    id: LineId,
    key: Key,
    name: Name,
    since: Duration,
    seat: Option<Seat>,
    budget: Budget,
    frames: Budget,
}

struct Sitting {
    member: Member,
    line: Option<LineId>,
    /// When something was heard, or the line was lost.
    at: Duration,
}

/// Somebody has taken their prongs away.
#[derive(Clone, Copy)]
struct Parted {
    from: Seat,
    at: Duration,
    /// How often, without a pause.
    times: u8,
}

impl Parted {
    fn is_recent(&self, now: Duration) -> bool {
        now.saturating_sub(self.at) < APART
    }
}

/// The host's table.
pub struct Host {
    own: Member,
    /// Seats 1 to 3.
    guests: [Option<Sitting>; SEATS - 1],
    lines: Vec<Line>,
    touching: Vec<Touching>,
    /// From whom each seat has last taken its prongs away.
    parted: [Option<Parted>; SEATS],
    numbers: u32,
    sequence: u32,
    changed: bool,
    beat: Duration,
    album: Album,
    barred: Vec<Key>,
    closed: bool,
    effects: Vec<Effect>,
}

impl Host {
    /// A table at which nobody sits but the host.
    #[must_use]
    pub fn new(key: Key, name: Name, profile: Profile, now: Duration) -> Host {
        Host {
            own: Member { key, name, profile, presence: Presence::Here },
            guests: [const { None }; SEATS - 1],
            lines: Vec::new(),
            touching: Vec::new(),
            parted: [None; SEATS],
            numbers: 0,
            sequence: 1,
            changed: false,
            beat: now,
            album: Album::default(),
            barred: Vec::new(),
            closed: false,
            effects: Vec::new(),
        }
    }

    /// The table as `you` sees it.
    #[must_use]
    pub fn snapshot(&self, you: Seat) -> Snapshot {
        let mut members = [const { None }; SEATS];
        for (place, seat) in members.iter_mut().zip(Seat::all()) {
            *place = self.member(seat).cloned();
        }
        Snapshot { sequence: self.sequence, you, members, touching: self.touching.clone() }
    }

    /// The latest pictures.
    #[must_use]
    pub fn album(&self) -> &Album {
        &self.album
    }

    fn member(&self, seat: Seat) -> Option<&Member> {
        if seat == Seat::HOST { Some(&self.own) } else { self.sitting(seat).map(|sitting| &sitting.member) }
    }

    fn sitting(&self, seat: Seat) -> Option<&Sitting> {
        self.guests.get(seat.index().checked_sub(1)?)?.as_ref()
    }

    fn sitting_mut(&mut self, seat: Seat) -> Option<&mut Sitting> {
        self.guests.get_mut(seat.index().checked_sub(1)?)?.as_mut()
    }

    /// Whose key was proven on a new line.
    pub fn connect(&mut self, line: LineId, key: Key, name: Name, now: Duration) -> Vec<Effect> {
        let refused = match () {
            () if self.closed => Some(Farewell::HostLeft),
            () if self.barred.contains(&key) => Some(Farewell::Kicked),
            () if key == self.own.key => Some(Farewell::Replaced),
            () if self.lines.len() >= LINES => Some(Farewell::Full),
            () => None,
        };
        match refused {
            Some(farewell) => {
                self.effects.push(Effect::Send(line, Message::Closed(farewell)));
                self.effects.push(Effect::Close(line, farewell));
            }
            None => {
                // One player does not take all the lines by saying nothing on them.
                if let Some(other) = self.lines.iter().find(|other| other.key == key && other.seat.is_none()) {
                    self.close(other.id, Farewell::Replaced);
                }
                let (budget, frames) = (Budget::new(40, 80, now), Budget::new(30, 30, now));
                self.lines.push(Line { id: line, key, name, since: now, seat: None, budget, frames });
            }
        }
        self.done()
    }

    /// A line is gone.
    pub fn disconnect(&mut self, line: LineId, now: Duration) -> Vec<Effect> {
        self.lines.retain(|other| other.id != line);
        if let Some(seat) = self.seat_of(line)
            && let Some(sitting) = self.sitting_mut(seat)
        {
            sitting.line = None;
            sitting.at = now;
            sitting.member.presence = Presence::Waiting;
            self.part(seat);
            self.changed = true;
        }
        self.done()
    }

    fn seat_of(&self, line: LineId) -> Option<Seat> {
        Seat::all().find(|seat| self.sitting(*seat).is_some_and(|sitting| sitting.line == Some(line)))
    }

    /// A message came on a line.
    pub fn receive(&mut self, line: LineId, message: Message, now: Duration) -> Vec<Effect> {
        let Some(place) = self.lines.iter().position(|other| other.id == line) else { return Vec::new() };
        let cost = match message {
            Message::Sit(_) | Message::Look(_) => 8,
            Message::Touch(_) | Message::Part => 4,
            _ => 1,
        };
        let Some(known) = self.lines.get_mut(place) else { return Vec::new() };
        let seat = known.seat;
        if !known.budget.take(cost, now) {
            self.close(line, Farewell::TooMuch);
            return self.done();
        }
        match (seat, message) {
            (None, Message::Sit(profile)) => self.sit(line, profile, now),
            (Some(seat), message) => {
                self.heard(seat, now);
                self.said(line, seat, message, now);
            }
            (None, _) => self.close(line, Farewell::Garbage),
        }
        self.done()
    }

    /// What came on a line is no message.
    pub fn garbage(&mut self, line: LineId) -> Vec<Effect> {
        self.close(line, Farewell::Garbage);
        self.done()
    }

    fn sit(&mut self, line: LineId, profile: Profile, now: Duration) {
        let Some(known) = self.lines.iter().find(|other| other.id == line) else { return };
        let (key, name) = (known.key, known.name.clone());
        let own = |seat: &Seat| self.sitting(*seat).is_some_and(|sitting| sitting.member.key == key);
        let free = |seat: &Seat| *seat != Seat::HOST && self.sitting(*seat).is_none();
        let left = |seat: &Seat| {
            self.sitting(*seat).is_some_and(|sitting| matches!(sitting.member.presence, Presence::Gone(_)))
        };
        let found = Seat::all().find(own).or_else(|| Seat::all().find(free)).or_else(|| Seat::all().find(left));
        let Some(seat) = found else { return self.close(line, Farewell::Full) };
        if let Some(old) = self.sitting(seat).and_then(|sitting| sitting.line) {
            self.close(old, Farewell::Replaced);
        }
        self.part(seat);
        self.parted.iter_mut().for_each(|parted| *parted = parted.filter(|parted| parted.from != seat));
        self.album.clear(seat);
        if let Some(known) = self.lines.iter_mut().find(|other| other.id == line) {
            known.seat = Some(seat);
        }
        let member = Member { key, name, profile, presence: Presence::Here };
        if let Some(place) = seat.index().checked_sub(1).and_then(|place| self.guests.get_mut(place)) {
            *place = Some(Sitting { member, line: Some(line), at: now });
        }
        self.changed = true;
    }

    fn heard(&mut self, seat: Seat, now: Duration) {
        if let Some(sitting) = self.sitting_mut(seat) {
            sitting.at = now;
            if sitting.member.presence == Presence::Late {
                sitting.member.presence = Presence::Here;
                self.changed = true;
            }
        }
    }

    fn said(&mut self, line: LineId, seat: Seat, message: Message, now: Duration) {
        match message {
            Message::Look(profile) => {
                let Some(sitting) = self.sitting_mut(seat) else { return };
                if sitting.member.profile.pet != profile.pet {
                    // Another pet comes on another line.
                    self.close(line, Farewell::Garbage);
                } else if sitting.member.profile != profile {
                    sitting.member.profile = profile;
                    self.changed = true;
                }
            }
            Message::Emote(emote) => self.emoted(seat, emote),
            Message::Touch(other) => self.touch(seat, other, now),
            Message::Part => self.take_away(seat, now),
            Message::To(to, whisper) => self.pass(seat, to, whisper),
            Message::Beat => {}
            Message::Leave => {
                self.leave(seat, Farewell::Left);
                self.close(line, Farewell::Left);
            }
            Message::Sit(_) | Message::Table(_) | Message::Emoted(..) | Message::From(..) | Message::Closed(_) => {
                self.close(line, Farewell::Garbage);
            }
        }
    }

    fn emoted(&mut self, by: Seat, emote: Emote) {
        for seat in Seat::all().filter(|seat| *seat != by) {
            if let Some(line) = self.sitting(seat).and_then(|sitting| sitting.line) {
                self.effects.push(Effect::Send(line, Message::Emoted(by, emote)));
            }
        }
        if by != Seat::HOST {
            self.effects.push(Effect::Emoted(by, emote));
        }
    }

    fn pass(&mut self, from: Seat, to: Seat, whisper: Whisper) {
        if to == Seat::HOST && from != to {
            self.effects.push(Effect::Heard(from, whisper));
        } else if let Some(line) = self.sitting(to).and_then(|sitting| sitting.line).filter(|_| from != to) {
            self.effects.push(Effect::Send(line, Message::From(from, whisper)));
        }
    }

    fn touch(&mut self, opener: Seat, other: Seat, now: Duration) {
        let parted = self.parted.get(other.index()).copied().flatten();
        if parted.is_some_and(|parted| parted.from == opener && parted.times >= AGAIN && parted.is_recent(now)) {
            return;
        }
        let there =
            |seat| matches!(self.member(seat).map(|member| member.presence), Some(Presence::Here | Presence::Late));
        let free = |seat| self.touching.iter().all(|pair| pair.partner(seat).is_none());
        if opener != other && there(opener) && there(other) && free(opener) && free(other) {
            self.numbers = self.numbers.wrapping_add(1);
            self.touching.push(Touching { number: self.numbers, opener, other });
            self.changed = true;
        }
    }

    /// Its owner's wish, which the other cannot undo again and again.
    fn take_away(&mut self, seat: Seat, now: Duration) {
        let partner = self.touching.iter().find_map(|pair| pair.partner(seat));
        if let (Some(partner), Some(place)) = (partner, self.parted.get_mut(seat.index())) {
            let before = place.filter(|parted| parted.from == partner && parted.is_recent(now));
            let times = before.map_or(0, |parted| parted.times).saturating_add(1);
            *place = Some(Parted { from: partner, at: now, times });
        }
        self.part(seat);
    }

    fn part(&mut self, seat: Seat) {
        let before = self.touching.len();
        self.touching.retain(|pair| pair.partner(seat).is_none());
        self.changed |= self.touching.len() != before;
    }

    fn leave(&mut self, seat: Seat, farewell: Farewell) {
        self.part(seat);
        if let Some(sitting) = self.sitting_mut(seat) {
            sitting.member.presence = Presence::Gone(farewell);
            sitting.line = None;
            self.changed = true;
        }
    }

    /// Closes a line from here; its seat, if it has one, is free.
    fn close(&mut self, line: LineId, farewell: Farewell) {
        if let Some(seat) = self.seat_of(line) {
            self.leave(seat, farewell);
        }
        self.lines.retain(|other| other.id != line);
        if farewell != Farewell::Left {
            self.effects.push(Effect::Send(line, Message::Closed(farewell)));
        }
        self.effects.push(Effect::Close(line, farewell));
    }

    /// A datagram came on a line. What is no frame, or too much, is dropped.
    pub fn datagram(&mut self, line: LineId, bytes: &[u8], now: Duration) -> Vec<Effect> {
        let Some(seat) = self.seat_of(line) else { return Vec::new() };
        let known = self.lines.iter_mut().find(|other| other.id == line);
        if let Some(frame) = Frame::decode(bytes)
            && known.is_some_and(|known| known.frames.take(1, now))
        {
            self.heard(seat, now);
            self.spread(Frame { seat, ..frame }, now);
        }
        self.done()
    }

    fn spread(&mut self, frame: Frame, now: Duration) {
        if !self.album.take(frame, now) {
            return;
        }
        let bytes = frame.encode();
        for sitting in self.guests.iter().flatten() {
            if let Some(line) = sitting.line
                && self.lines.iter().any(|other| other.id == line && other.seat != Some(frame.seat))
            {
                self.effects.push(Effect::Datagram(line, bytes.clone()));
            }
        }
    }

    /// Where a stream that a line opened for a seat leads; `None`: these two do not touch by this number.
    #[must_use]
    pub fn route(&self, line: LineId, to: Seat, number: u32) -> Option<Route> {
        let from = self.seat_of(line)?;
        let pair = self.touching.iter().find(|pair| pair.number == number)?;
        (pair.partner(from) == Some(to)).then_some(())?;
        self.own_route(from, to)
    }

    /// The same for a stream of the host's own toy.
    #[must_use]
    pub fn own_route(&self, from: Seat, to: Seat) -> Option<Route> {
        if to == Seat::HOST { Some(Route::Own(from)) } else { Some(Route::Line(self.sitting(to)?.line?, from)) }
    }

    /// Time goes by; to be called at least twice a second.
    pub fn tick(&mut self, now: Duration) -> Vec<Effect> {
        let silent: Vec<LineId> = self
            .lines
            .iter()
            .filter(|line| line.seat.is_none() && now.saturating_sub(line.since) >= GREETING)
            .map(|line| line.id)
            .collect();
        for line in silent {
            self.close(line, Farewell::Silent);
        }
        for seat in Seat::all() {
            let Some(sitting) = self.sitting_mut(seat) else { continue };
            let quiet = now.saturating_sub(sitting.at);
            match sitting.member.presence {
                Presence::Here if quiet >= LATE => {
                    sitting.member.presence = Presence::Late;
                    self.changed = true;
                }
                Presence::Waiting if quiet >= KEPT => self.leave(seat, Farewell::Lost),
                _ => {}
            }
        }
        if now.saturating_sub(self.beat) >= BEAT {
            self.beat = now;
            let seated = self.lines.iter().filter(|line| line.seat.is_some());
            self.effects.extend(seated.map(|line| Effect::Send(line.id, Message::Beat)));
        }
        self.done()
    }

    /// Everybody gets the table if it has changed, before anything that comes later.
    fn done(&mut self) -> Vec<Effect> {
        let mut effects = std::mem::take(&mut self.effects);
        if std::mem::take(&mut self.changed) {
            self.sequence = self.sequence.wrapping_add(1);
            for line in &self.lines {
                if let Some(seat) = line.seat {
                    effects.push(Effect::Send(line.id, Message::Table(Box::new(self.snapshot(seat)))));
                }
            }
            effects.push(Effect::Table(Box::new(self.snapshot(Seat::HOST))));
        }
        effects
    }
}

#[cfg(test)]
mod tests;
