//! Visits, from the touch to the parting.

use std::time::Duration;

use eggtooth_prong::pump::Seeded;

use super::clock::Clock;
use super::{Event, Other, Output, Player, Visiting};
use crate::message::{Presence, Seat, TieWords, Touching, Whisper};
use crate::visit::{Turn, Visit};

impl Player {
    pub(super) fn begin_visit(&mut self, pair: Touching, seat: Seat, came: bool, now: Duration) {
        let session = (self.chance)() as u32 | 1;
        let chance = Box::new(Seeded::new((self.chance)()));
        let visit = Visit::new(came, self.portrait.clone(), self.show, session, chance);
        let clock = Clock::new(now);
        self.visiting = Some(Visiting { pair, seat, visit, clock, told: came, before: 0 });
        self.listen(seat);
        self.tell(Event::Touched { seat, came });
        self.run(now);
    }

    /// A stream of the prongs was opened to this toy, with a pair's number, from a seat; false: it is not welcome.
    pub fn opened(&mut self, number: u32, from: Seat, now: Duration) -> bool {
        let Some(table) = &self.table else { return false };
        let there = table.member(from).is_some() && from != table.you;
        if self.visiting.is_some() || !there {
            return false;
        }
        let pair = Touching { number, opener: from, other: table.you };
        let told = table.touching(table.you) == Some(pair);
        self.begin_visit(pair, from, false, now);
        if let Some(visiting) = &mut self.visiting {
            visiting.told = told;
        }
        true
    }

    /// Bytes came over the prongs.
    pub fn bytes(&mut self, bytes: &[u8], now: Duration) {
        if let Some((visiting, lived)) = self.lives(now) {
            visiting.visit.bytes(bytes, lived);
            self.run(now);
        }
    }

    /// The stream of the prongs is closed.
    pub fn closed(&mut self, now: Duration) {
        if let Some(visiting) = self.visiting.take() {
            self.ended(&visiting, Some("the prongs lost touch".to_owned()), now);
        }
    }

    pub(super) fn end_visit(&mut self, why: Option<String>, now: Duration) {
        if let Some(visiting) = self.visiting.take() {
            self.outputs.push_back(Output::Close);
            self.ended(&visiting, why, now);
        }
    }

    fn ended(&mut self, visiting: &Visiting, why: Option<String>, now: Duration) {
        let seat = visiting.seat;
        if self.expected.as_ref().is_some_and(|expected| expected.seat == seat) {
            self.expected = None;
        }
        self.tell(Event::Parted { seat, why });
        self.stop_giving(now);
    }

    /// The visit that goes on, and its own time, which stands still while nothing is heard of the other side.
    pub(super) fn lives(&mut self, now: Duration) -> Option<(&mut Visiting, Duration)> {
        let visiting = self.visiting.as_mut()?;
        let member = self.table.as_ref().and_then(|table| table.member(visiting.seat));
        let rests = self.host_is_late || member.is_some_and(|member| member.presence == Presence::Late);
        let lived = visiting.clock.look(now, rests);
        Some((visiting, lived))
    }

    /// Does what the visit wants.
    pub(super) fn run(&mut self, now: Duration) {
        loop {
            let Some((visiting, lived)) = self.lives(now) else {
                self.wake = None;
                return;
            };
            let seat = visiting.seat;
            match visiting.visit.next(lived) {
                Turn::Send(bytes) => self.outputs.push_back(Output::Send(bytes)),
                Turn::Came(visitor) => self.tell(Event::Visiting { seat, visitor }),
                Turn::Known { pet } => {
                    let tie = self.other(seat).and_then(|other| self.keepsakes.as_ref()?.tie(other.key, pet));
                    let (friendship, before) = (tie.map(|tie| tie.friendship), tie.map_or(0, |tie| tie.visits));
                    if let Some(visiting) = &mut self.visiting {
                        visiting.before = before;
                        visiting.visit.known(friendship, lived);
                    }
                }
                Turn::Played(story) => self.played(seat, &story),
                Turn::Item(item) => self.item(seat, item, now),
                Turn::Gifts(_) => {
                    // What was not yet agreed, or came too late for this exchange, is for the next one.
                    let waits = visiting.visit.is_giving();
                    if self.giving.as_ref().is_some_and(|giving| giving.agreed && !waits) {
                        self.stop_giving(now);
                    }
                }
                Turn::Wait(until) => {
                    self.wake = until.map(|until| visiting.clock.when(until));
                    return;
                }
                Turn::Over(why) => {
                    self.end_visit(Some(why), now);
                }
            }
        }
    }

    fn played(&mut self, seat: Seat, story: &crate::visit::Story) {
        let Some(Other { key, .. }) = self.other(seat) else { return };
        let (pet, name) = (story.visitor.pet, &story.visitor.name);
        let wall = self.wall;
        let visit = self.visiting.as_ref().map_or(0, |visiting| visiting.before).saturating_add(1);
        let mut visits = 0;
        if let Some(keepsakes) = &mut self.keepsakes {
            let kept = keepsakes.played(key, pet, name, story.friendship, visit, wall);
            visits = keepsakes.tie(key, pet).map_or(0, |tie| tie.visits);
            let (mine, since) = (keepsakes.pet(), keepsakes.tie(key, pet).map_or(wall, |tie| tie.since));
            match kept {
                Ok(()) => {
                    let words = TieWords { mine, yours: pet, friendship: story.friendship, visits, since };
                    self.whisper(seat, Whisper::Tie(words));
                }
                Err(error) => self.tell(Event::Trouble(error.to_string())),
            }
        }
        let (name, ending, friendship) = (name.clone(), story.ending, story.friendship);
        self.tell(Event::Played { seat, name, ending, friendship, visits });
    }
}
