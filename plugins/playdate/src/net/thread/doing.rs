//! What the driver does and tells for its party.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use eggtooth_peer::{Name as PeerName, PeerKey, Stream};

use super::dial::Dial;
use super::driver::{Driver, wall};
use super::handle::lock;
use super::wires::{CODE, StreamWires};
use crate::message::{Farewell, Presence, Seat, Snapshot};
use crate::net::Event;
use crate::party::{self, Output, StreamId};
use crate::player;

impl Driver {
    /// A stream and its threads; opening it may take a while, when the far side takes no more.
    pub(super) fn attach(
        &mut self,
        id: StreamId,
        open: impl FnOnce() -> Option<Stream> + Send + 'static,
        now: Duration,
    ) {
        match StreamWires::attach(id, open, &self.inputs) {
            Some(wires) => {
                self.streams.insert(id, wires);
            }
            None => self.party.stream_closed(id, now),
        }
    }

    /// Does all that is to be done, and tells all that is to be told.
    pub(super) fn pump(&mut self) {
        loop {
            if let Some(output) = self.party.output() {
                self.put(output);
            } else if let Some(event) = self.party.event() {
                self.tell(event);
            } else {
                return;
            }
        }
    }

    fn put(&mut self, output: Output) {
        let now = self.now();
        match output {
            Output::Control(line, bytes) => {
                if self.lines.get(&line).is_some_and(|wires| !wires.say(bytes))
                    && let Some(wires) = self.lines.remove(&line)
                {
                    // It takes nothing any more: as good as lost.
                    wires.line.close(CODE + Farewell::Lost as u32, "");
                    self.leaving.extend(wires.hang(Farewell::Lost));
                    self.party.disconnect(line, now);
                }
            }
            Output::Datagram(line, bytes) => {
                if let Some(wires) = self.lines.get(&line) {
                    // The next one comes soon.
                    let _ = wires.line.send_datagram(&bytes);
                }
            }
            Output::Open(line, stream, kind) => match self.lines.get(&line).map(|wires| wires.line.clone()) {
                Some(line) => self.attach(stream, move || line.open(kind).ok(), now),
                None => self.party.stream_closed(stream, now),
            },
            Output::Bytes(stream, bytes) => {
                if self.streams.get(&stream).is_some_and(|wires| !wires.write(bytes)) {
                    self.streams.remove(&stream);
                    self.party.stream_closed(stream, now);
                }
            }
            Output::Close(stream) => drop(self.streams.remove(&stream)),
            Output::Bridge(turn) => self.turn_toy(turn),
            Output::Hang(line, farewell) => {
                if let Some(wires) = self.lines.remove(&line) {
                    self.leaving.extend(wires.hang(farewell));
                }
            }
            Output::Redial => {
                if let Some(dial) = &mut self.dial {
                    dial.again(&self.inputs);
                }
            }
        }
    }

    fn tell(&mut self, event: party::Event) {
        let now = self.now();
        let told = match event {
            party::Event::Table(table) => {
                self.keep_seats(&table);
                // Who acts on what is told finds it in the view.
                let view = Arc::new(self.memory.view(&self.party, now));
                lock(&self.board).view = view;
                Event::Table(table)
            }
            party::Event::Emoted(seat, emote) => {
                self.memory.emoted(seat, emote, now);
                Event::Emoted(seat, emote)
            }
            party::Event::Pet(event) => {
                if let player::Event::Played { seat, .. } = &event {
                    self.befriend(*seat);
                }
                Event::Pet(event)
            }
            party::Event::Cable(bytes) => Event::Cable(bytes),
            party::Event::Bridge(event) => return self.tell_toy(event),
            party::Event::Standing(standing) => {
                let words = crate::view::standing(Some(standing), now);
                Event::Line(if words.is_empty() { "at the table".to_owned() } else { words })
            }
            party::Event::Over(farewell) => {
                self.over = true;
                Event::Over(farewell)
            }
        };
        lock(&self.board).tell(told);
    }

    /// Who has a seat comes in again without an invite.
    fn keep_seats(&self, table: &Snapshot) {
        let Some(guests) = &self.guests else { return };
        for member in table.members.iter().skip(1).flatten() {
            let key = PeerKey(member.key);
            match member.presence {
                Presence::Gone(_) => guests.release(key),
                Presence::Here | Presence::Late | Presence::Waiting => guests.keep(key),
            }
        }
    }

    /// Who have played are friends, if the key was proven on an own line.
    fn befriend(&self, seat: Seat) {
        let direct = self.guests.is_some() || seat == Seat::HOST;
        let member = self.party.snapshot().and_then(|table| table.member(seat).cloned());
        let Some(member) = member.filter(|_| direct) else { return };
        let (key, name) = (PeerKey(member.key), PeerName::mended(member.name.as_str()));
        let Some(name) = name.filter(|_| !self.friends.allows(key)) else { return };
        let addresses: &[SocketAddr] = self.dial.as_ref().map_or(&[], Dial::reached);
        let event = match self.friends.befriend(key, &name, addresses, wall()) {
            Ok(()) => Event::Befriended(member.name),
            Err(error) => Event::Trouble(error.to_string()),
        };
        lock(&self.board).tell(event);
    }
}
