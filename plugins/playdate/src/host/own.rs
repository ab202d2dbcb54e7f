//! What the host's own player does at the table.

use super::{BARRED, Effect, Host};
use crate::frame::Frame;
use crate::keepsakes::Key;
use crate::message::{Emote, Farewell, Presence, Profile, Seat, Whisper};
use std::time::Duration;

impl Host {
    /// What the host's own toy shows.
    pub fn show(&mut self, frame: Frame, now: Duration) -> Vec<Effect> {
        self.spread(Frame { seat: Seat::HOST, ..frame }, now);
        self.done()
    }

    /// The host's own profile has changed.
    pub fn set_profile(&mut self, profile: Profile) -> Vec<Effect> {
        if self.own.profile != profile {
            self.own.profile = profile;
            self.changed = true;
        }
        self.done()
    }

    /// The host's own gesture.
    pub fn emote(&mut self, emote: Emote) -> Vec<Effect> {
        self.emoted(Seat::HOST, emote);
        self.done()
    }

    /// The host's own toy goes to another.
    pub fn own_touch(&mut self, seat: Seat, now: Duration) -> Vec<Effect> {
        self.touch(Seat::HOST, seat, now);
        self.done()
    }

    /// It goes away from it.
    pub fn own_part(&mut self, now: Duration) -> Vec<Effect> {
        self.take_away(Seat::HOST, now);
        self.done()
    }

    /// The host's own player says something.
    pub fn whisper(&mut self, to: Seat, whisper: Whisper) -> Vec<Effect> {
        self.pass(Seat::HOST, to, whisper);
        self.done()
    }

    /// Asks a guest to leave, who is not let in again.
    pub fn kick(&mut self, seat: Seat) -> Vec<Effect> {
        if let Some(sitting) = self.sitting(seat) {
            let (key, line) = (sitting.member.key, sitting.line);
            if self.barred.len() >= BARRED {
                self.barred.remove(0);
            }
            self.barred.push(key);
            match line {
                Some(line) => self.close(line, Farewell::Kicked),
                None => self.leave(seat, Farewell::Kicked),
            }
        }
        self.done()
    }

    /// Somebody is no longer welcome, on whatever line or seat.
    pub fn expel(&mut self, key: Key) -> Vec<Effect> {
        for line in self.lines.iter().filter(|line| line.key == key).map(|line| line.id).collect::<Vec<_>>() {
            self.close(line, Farewell::Kicked);
        }
        let is_theirs = |seat: &Seat| {
            let member = self.sitting(*seat).map(|sitting| &sitting.member);
            member.is_some_and(|member| member.key == key && !matches!(member.presence, Presence::Gone(_)))
        };
        if let Some(seat) = Seat::all().find(is_theirs) {
            self.leave(seat, Farewell::Kicked);
        }
        self.done()
    }

    /// The host leaves: the table is closed for all.
    pub fn end(&mut self) -> Vec<Effect> {
        self.closed = true;
        for line in self.lines.iter().map(|line| line.id).collect::<Vec<_>>() {
            self.close(line, Farewell::HostLeft);
        }
        self.touching.clear();
        self.changed = true;
        self.done()
    }
}
