//! A guest's end of a table. No I/O and no clock.

use std::time::Duration;

use crate::budget::Budget;
use crate::frame::{Album, Frame};
use crate::host::{BEAT, KEPT, LATE};
use crate::keepsakes::Key;
use crate::message::{Emote, Farewell, Message, Profile, Seat, Snapshot, Whisper};

/// Messages a second that a host may say, and how many at once: more than three guests who say all they may, and the
/// host, can cause.
const MESSAGES: (u32, u32) = (160, 640);
/// Longer than the first call may take, with those that come after it on a bad line.
const CALLED: Duration = Duration::from_secs(300);
/// So often in a row a line is made again on which the host heard nothing in time: on a bad one a greeting may be late.
const UNHEARD: u8 = 8;
/// Frames a second: of three toys.
const FRAMES: u32 = 120;

/// How a guest stands with its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The line is being made for the first time, or has said nothing yet.
    Joining,
    /// It has a seat.
    Seated,
    /// Nothing was heard of the host for some seconds.
    HostLate,
    /// The line was lost at this time, and is made again.
    Waiting(Duration),
    /// It is over.
    Over(Farewell),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Say this on the control stream.
    Send(Message),
    /// Send this as a datagram.
    Datagram(Vec<u8>),
    /// The table has changed.
    Table(Box<Snapshot>),
    /// Another player says something.
    Heard(Seat, Whisper),
    /// Somebody else makes a gesture.
    Emoted(Seat, Emote),
    /// Make the line again, until there is one or it is over.
    Redial,
    /// It is over: close the line when what was to be said has left.
    Over(Farewell),
}

/// A guest's table.
pub struct Guest {
    key: Key,
    /// Whose key the line has proven.
    host: Option<Key>,
    profile: Profile,
    standing: Standing,
    snapshot: Option<Snapshot>,
    /// The next table counts, whatever its number: the line is new.
    fresh: bool,
    /// Lines in a row on which the host heard nothing in time.
    unheard: u8,
    heard: Duration,
    beat: Duration,
    since: Duration,
    album: Album,
    budget: Budget,
    frames: Budget,
}

impl Guest {
    /// A guest with this key that has no line yet.
    #[must_use]
    pub fn new(key: Key, profile: Profile, now: Duration) -> Guest {
        Guest {
            key,
            host: None,
            profile,
            standing: Standing::Joining,
            snapshot: None,
            fresh: true,
            unheard: 0,
            heard: now,
            beat: now,
            since: now,
            album: Album::default(),
            budget: Budget::new(MESSAGES.0, MESSAGES.1, now),
            frames: Budget::new(FRAMES, FRAMES, now),
        }
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The table as it was told last.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// Whose table it is, as the line has proven.
    #[must_use]
    pub fn host(&self) -> Option<Key> {
        self.host
    }

    /// The latest pictures.
    #[must_use]
    pub fn album(&self) -> &Album {
        &self.album
    }

    fn is_over(&self) -> bool {
        matches!(self.standing, Standing::Over(_))
    }

    /// There is a line, whose far end has proven this key.
    pub fn connect(&mut self, host: Key, now: Duration) -> Vec<Effect> {
        if self.is_over() {
            return Vec::new();
        }
        self.host = Some(host);
        (self.standing, self.fresh) = (Standing::Joining, true);
        (self.heard, self.beat, self.since) = (now, now, now);
        vec![Effect::Send(Message::Sit(self.profile.clone()))]
    }

    /// The line is gone.
    pub fn disconnect(&mut self, now: Duration) -> Vec<Effect> {
        match self.standing {
            Standing::Over(_) | Standing::Waiting(_) => Vec::new(),
            Standing::Joining | Standing::Seated | Standing::HostLate => {
                self.standing = Standing::Waiting(now);
                vec![Effect::Redial]
            }
        }
    }

    /// A message came.
    pub fn receive(&mut self, message: Message, now: Duration) -> Vec<Effect> {
        if self.is_over() || matches!(self.standing, Standing::Waiting(_)) {
            return Vec::new();
        }
        if !self.budget.take(1, now) {
            return self.over(Farewell::TooMuch);
        }
        self.heard = now;
        if self.standing == Standing::HostLate {
            self.standing = Standing::Seated;
        }
        match message {
            // A host that lies about itself, or says what cannot be.
            Message::Table(snapshot) if !self.host.is_some_and(|host| snapshot.is_sound(self.key, host)) => {
                self.over(Farewell::Garbage)
            }
            Message::Table(snapshot) => {
                let newer = |old: &Snapshot| snapshot.sequence.wrapping_sub(old.sequence) < 1 << 31;
                if self.fresh || self.snapshot.as_ref().is_none_or(newer) {
                    (self.fresh, self.unheard) = (false, 0);
                    self.standing = Standing::Seated;
                    self.snapshot = Some((*snapshot).clone());
                    return vec![Effect::Table(snapshot)];
                }
                Vec::new()
            }
            Message::Emoted(seat, emote) => vec![Effect::Emoted(seat, emote)],
            Message::From(seat, whisper) => vec![Effect::Heard(seat, whisper)],
            // Sit was said and is late: the line ends now, and is made again like any that is lost.
            Message::Closed(Farewell::Silent) if self.standing == Standing::Joining && self.unheard < UNHEARD => {
                self.unheard += 1;
                Vec::new()
            }
            Message::Closed(farewell) => self.over(farewell),
            Message::Beat => Vec::new(),
            _ => self.over(Farewell::Garbage),
        }
    }

    /// What came is no message.
    pub fn garbage(&mut self) -> Vec<Effect> {
        if self.is_over() { Vec::new() } else { self.over(Farewell::Garbage) }
    }

    fn over(&mut self, farewell: Farewell) -> Vec<Effect> {
        self.standing = Standing::Over(farewell);
        vec![Effect::Over(farewell)]
    }

    /// A datagram came. What is no frame of somebody else is dropped.
    pub fn datagram(&mut self, bytes: &[u8], now: Duration) {
        let you = self.snapshot.as_ref().map(|snapshot| snapshot.you);
        if let Some(frame) = Frame::decode(bytes).filter(|frame| Some(frame.seat) != you)
            && self.frames.take(1, now)
        {
            self.album.take(frame, now);
        }
    }

    /// What the own toy shows.
    pub fn show(&mut self, frame: Frame, now: Duration) -> Vec<Effect> {
        let Some(you) = self.snapshot.as_ref().map(|snapshot| snapshot.you) else { return Vec::new() };
        let frame = Frame { seat: you, ..frame };
        self.album.take(frame, now);
        self.if_seated(Effect::Datagram(frame.encode()))
    }

    fn if_seated(&self, effect: Effect) -> Vec<Effect> {
        match self.standing {
            Standing::Seated | Standing::HostLate => vec![effect],
            _ => Vec::new(),
        }
    }

    /// The own profile has changed.
    pub fn set_profile(&mut self, profile: Profile) -> Vec<Effect> {
        if self.profile == profile {
            return Vec::new();
        }
        self.profile = profile.clone();
        self.if_seated(Effect::Send(Message::Look(profile)))
    }

    /// The own gesture.
    pub fn emote(&self, emote: Emote) -> Vec<Effect> {
        self.if_seated(Effect::Send(Message::Emote(emote)))
    }

    /// The own toy goes to another.
    pub fn touch(&self, seat: Seat) -> Vec<Effect> {
        self.if_seated(Effect::Send(Message::Touch(seat)))
    }

    /// It goes away from it.
    pub fn part(&self) -> Vec<Effect> {
        self.if_seated(Effect::Send(Message::Part))
    }

    /// The own player says something.
    pub fn whisper(&self, to: Seat, whisper: Whisper) -> Vec<Effect> {
        self.if_seated(Effect::Send(Message::To(to, whisper)))
    }

    /// Goes away for good.
    pub fn leave(&mut self) -> Vec<Effect> {
        if self.is_over() {
            return Vec::new();
        }
        let mut effects = self.if_seated(Effect::Send(Message::Leave));
        effects.extend(self.over(Farewell::Left));
        effects
    }

    /// How long a table is waited for. Whoever calls the first time says itself when it is in vain.
    fn patience(&self) -> Duration {
        if self.host.is_none() { CALLED } else { KEPT }
    }

    /// Time goes by; to be called at least twice a second.
    pub fn tick(&mut self, now: Duration) -> Vec<Effect> {
        match self.standing {
            Standing::Waiting(since) if now.saturating_sub(since) >= KEPT => return self.over(Farewell::Lost),
            Standing::Joining if now.saturating_sub(self.since) >= self.patience() => {
                return self.over(Farewell::Silent);
            }
            Standing::Seated if now.saturating_sub(self.heard) >= LATE => self.standing = Standing::HostLate,
            _ => {}
        }
        if now.saturating_sub(self.beat) >= BEAT {
            self.beat = now;
            return self.if_seated(Effect::Send(Message::Beat));
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
