//! One player's pet at a table: whom it visits, what it gives and gets. No I/O and no clock.
//!
//! The gift's way: the giver writes it down as on its way, and offers it by a whisper; the receiver says that it
//! expects it; then it goes over the prongs; the receiver writes down that it has it, and only then takes it there,
//! and tells the giver. Whenever a gift is on its way and nothing moves it, the giver asks what became of it, and the
//! answer counts, whatever the prongs said. See [`crate::keepsakes`].

mod clock;
mod gifts;
mod outbox;
mod visits;

use std::collections::VecDeque;
use std::time::Duration;

use eggtooth_prong::packet::{Ending, Exchange};

use crate::budget::Budget;
use crate::decoration::Decoration;
use crate::ghost::Visitor;
use crate::keepsakes::{KeepError, Keepsakes, Key};
use crate::message::{GiftId, Presence, SEATS, Seat, Snapshot, TieWords, Touching, Whisper};
use crate::text::Name;
use crate::visit::Visit;

use clock::Clock;
use gifts::{Expected, Giving};
use outbox::Outbox;

/// How often a gift that nothing moves is asked for.
const ASK: Duration = Duration::from_secs(5);
/// How long the other side may take to expect a gift.
const OFFERED: Duration = Duration::from_secs(20);
/// Things that wait to be fetched; while there are more, the oldest of the events are lost, nothing else.
const EVENTS: usize = 64;
/// Whispers of one seat that are listened to: a second, and at once; of gifts that are asked for each counts. What is
/// more is not heard, and asked again. Each may cost a write to the disk.
const HEARD: (u32, u32) = (8, 64);
/// What others remember is heard once when they arrive, and once for each touch; so often may be outstanding.
const TIES: u8 = 3;

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Say this to the player of a seat.
    Whisper(Seat, Whisper),
    /// Open the stream of the prongs to the other toy.
    Open(Touching),
    /// Write this to it.
    Send(Vec<u8>),
    /// Close it.
    Close,
    /// What hangs on the shell has changed.
    Worn(Vec<Decoration>),
}

/// What a player is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The prongs meet.
    Touched {
        /// Those of this seat.
        seat: Seat,
        /// Whether this side came.
        came: bool,
    },
    /// The other pet is here, or this one is there.
    Visiting {
        /// Whose.
        seat: Seat,
        /// The other pet.
        visitor: Box<Visitor>,
    },
    /// They have played.
    Played {
        /// With whose.
        seat: Seat,
        /// The other pet's name.
        name: Name,
        /// How it ended, told by the side that came; `None` for what nobody knows.
        ending: Option<Ending>,
        /// 0 to 4.
        friendship: u8,
        /// How often they have played.
        visits: u32,
    },
    /// A gift of ours is on its way.
    OnItsWay {
        /// Its number.
        gift: GiftId,
        /// What it is.
        decoration: Decoration,
    },
    /// It has arrived.
    Arrived {
        /// Its number.
        gift: GiftId,
        /// What it is.
        decoration: Decoration,
    },
    /// It never will, and is ours again.
    Back {
        /// Its number.
        gift: GiftId,
        /// What it is.
        decoration: Decoration,
    },
    /// Something was given to us, and hangs on the shell.
    Got {
        /// Its number.
        gift: GiftId,
        /// What it is.
        decoration: Decoration,
        /// From whom.
        seat: Seat,
    },
    /// The prongs are apart.
    Parted {
        /// Those of this seat.
        seat: Seat,
        /// Why, if it was nobody's wish.
        why: Option<String>,
    },
    /// Something could not be done, in a sentence.
    Trouble(String),
}

/// Why a gift cannot be given now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GiveError {
    /// The prongs do not meet.
    #[error("gifts go over the prongs: hold the toys together first")]
    Apart,
    /// One at a time.
    #[error("another gift is being given: wait until it has arrived")]
    Busy,
    /// The other pet has no place for keepsakes.
    #[error("the other pet has nowhere to keep things: its player sees to the data folder there")]
    Unkept,
    /// There is no place for keepsakes.
    #[error("nothing can be kept here, so nothing is given or taken: see to the data folder")]
    NoKeepsakes,
    /// It is not there, or cannot be written down.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// Another player with a pet.
#[derive(Clone)]
struct Other {
    key: Key,
    /// The pet's number; 0: it keeps nothing.
    pet: u32,
    /// What the pet is called.
    name: Name,
}

/// A visit that goes on.
struct Visiting {
    pair: Touching,
    seat: Seat,
    visit: Visit,
    clock: Clock,
    /// The table has told of this pair.
    told: bool,
    /// How often the two pets had played before.
    before: u32,
}

/// One player's pet at a table.
pub struct Player {
    key: Key,
    keepsakes: Option<Keepsakes>,
    portrait: Exchange,
    /// How long the animation of a playdate takes on the side that comes.
    show: Duration,
    chance: Box<dyn FnMut() -> u64 + Send>,
    wall: u64,
    table: Option<Snapshot>,
    /// Nothing is heard of the host.
    host_is_late: bool,
    visiting: Option<Visiting>,
    giving: Option<Giving>,
    expected: Option<Expected>,
    asked: Duration,
    outbox: Outbox,
    heard: [Budget; SEATS],
    ties: [u8; SEATS],
    outputs: VecDeque<Output>,
    events: VecDeque<Event>,
    wake: Option<Duration>,
}

impl Player {
    /// A pet that sits at no table yet. `keepsakes` may be missing: then it neither gives nor takes, and remembers
    /// nobody. `chance` draws any numbers.
    #[must_use]
    pub fn new(
        key: Key,
        keepsakes: Option<Keepsakes>,
        portrait: Exchange,
        show: Duration,
        chance: Box<dyn FnMut() -> u64 + Send>,
    ) -> Player {
        Player {
            key,
            keepsakes,
            portrait,
            show,
            chance,
            wall: 0,
            table: None,
            host_is_late: false,
            visiting: None,
            giving: None,
            expected: None,
            asked: Duration::ZERO,
            outbox: Outbox::new(),
            heard: [Budget::new(HEARD.0, HEARD.1, Duration::ZERO); SEATS],
            ties: [0; SEATS],
            outputs: VecDeque::new(),
            events: VecDeque::new(),
            wake: None,
        }
    }

    /// What the pet owns.
    #[must_use]
    pub fn keepsakes(&self) -> Option<&Keepsakes> {
        self.keepsakes.as_ref()
    }

    /// Whose it is.
    #[must_use]
    pub fn key(&self) -> Key {
        self.key
    }

    /// The pet's number; 0: it keeps nothing.
    #[must_use]
    pub fn pet(&self) -> u32 {
        self.keepsakes.as_ref().map_or(0, Keepsakes::pet)
    }

    /// How the pet goes to its next visit.
    pub fn set_portrait(&mut self, portrait: Exchange) {
        self.portrait = portrait;
    }

    /// The time of day, in seconds since 1970 UTC.
    pub fn set_wall(&mut self, wall: u64) {
        self.wall = wall;
    }

    /// Whether nothing is heard of the host: then a guest's visits stand still.
    pub fn set_host_is_late(&mut self, late: bool) {
        self.host_is_late = late;
    }

    /// Whom it visits, or who visits it.
    #[must_use]
    pub fn visits(&self) -> Option<Seat> {
        self.visiting.as_ref().map(|visiting| visiting.seat)
    }

    /// The next thing to be done. What is to be said may have to wait some seconds.
    pub fn output(&mut self, now: Duration) -> Option<Output> {
        let output = self.outputs.pop_front();
        output.or_else(|| self.outbox.pop(now).map(|(seat, whisper)| Output::Whisper(seat, whisper)))
    }

    /// The next thing to be told.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`tick`](Player::tick) is to be called next; at least twice a second besides, for a visit takes what passes
    /// without a look for a standstill.
    #[must_use]
    pub fn wake(&self) -> Option<Duration> {
        self.wake
    }

    fn tell(&mut self, event: Event) {
        if self.events.len() >= EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    fn whisper(&mut self, seat: Seat, whisper: Whisper) {
        self.outbox.push(seat, whisper);
    }

    /// Who sits there, or did so last; nobody where this player sits.
    fn other(&self, seat: Seat) -> Option<Other> {
        let member = self.table.as_ref()?.member(seat).filter(|member| member.key != self.key)?;
        Some(Other { key: member.key, pet: member.profile.pet, name: member.profile.toy.clone() })
    }

    /// The table has changed.
    pub fn table(&mut self, table: Snapshot, now: Duration) {
        let before = self.table.replace(table);
        let Some(table) = &self.table else { return };
        let you = table.you;
        let mut arrived = Vec::new();
        for seat in Seat::all().filter(|seat| *seat != you) {
            let is_here = |table: &Snapshot| {
                let here =
                    table.member(seat).filter(|member| matches!(member.presence, Presence::Here | Presence::Late));
                here.map(|member| (member.key, member.profile.pet))
            };
            let was = before.as_ref().and_then(is_here);
            let is = is_here(table);
            if is.is_some() && is != was {
                arrived.push(seat);
            }
            if is == was {
                continue;
            }
            self.outbox.forget(seat);
            if self.expected.as_ref().is_some_and(|expected| expected.seat == seat) {
                self.expected = None;
            }
        }
        let pair = table.touching(you);
        if let Some(visiting) = &mut self.visiting {
            let same = pair.is_some_and(|pair| pair.number == visiting.pair.number);
            visiting.told |= same;
            if visiting.told && !same {
                self.end_visit(None, now);
            }
        }
        if let (Some(pair), None) = (pair, &self.visiting)
            && pair.opener == you
        {
            self.outputs.push_back(Output::Open(pair));
            self.begin_visit(pair, pair.other, true, now);
        }
        for seat in arrived {
            self.listen(seat);
            self.meet(seat, now);
        }
    }

    /// The player of a seat may say once more what they remember.
    fn listen(&mut self, seat: Seat) {
        if let Some(ties) = self.ties.get_mut(seat.index()) {
            *ties = ties.saturating_add(1).min(TIES);
        }
    }

    /// Somebody is there who was not: what is open between the two is settled, and what is remembered is told.
    fn meet(&mut self, seat: Seat, now: Duration) {
        let Some(other) = self.other(seat) else { return };
        let Some(keepsakes) = &self.keepsakes else { return };
        if let Some(tie) = keepsakes.tie(other.key, other.pet) {
            let words = TieWords {
                mine: keepsakes.pet(),
                yours: other.pet,
                friendship: tie.friendship,
                visits: tie.visits,
                since: tie.since,
            };
            self.whisper(seat, Whisper::Tie(words));
        }
        self.tell_marks(seat, &other);
        self.settle_with(seat, &other, now);
    }

    /// The own line is gone: there is no table, and no visit.
    pub fn offline(&mut self, now: Duration) {
        self.end_visit(Some("the line to the table was lost".to_owned()), now);
        self.table = None;
        self.expected = None;
    }

    /// Time goes by.
    pub fn tick(&mut self, now: Duration) {
        if let Some((visiting, lived)) = self.lives(now) {
            visiting.visit.time(lived);
            self.run(now);
        }
        if self.giving.as_ref().is_some_and(|giving| giving.is_stale(now)) {
            self.stop_giving(now);
        }
        if now.saturating_sub(self.asked) >= ASK {
            self.asked = now;
            for seat in Seat::all() {
                if let Some(other) = self.other(seat) {
                    // Also what was told: who came back before their line was known to be lost did not arrive.
                    self.tell_marks(seat, &other);
                    self.settle_with(seat, &other, now);
                }
            }
        }
    }
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player").field("visits", &self.visits()).field("giving", &self.giving).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
