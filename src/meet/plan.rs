//! What is done without anybody at the keyboard: a visit, gifts, and the end.

use super::arguments::CommonArguments;
use super::chip::News;
use eggtooth_playdate::message::{GiftId, Presence};
use eggtooth_playdate::net::{Command, Event};
use eggtooth_playdate::player;
use eggtooth_playdate::view::TableView;
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_toy::pip_link::Stage;
use std::collections::VecDeque;
use std::time::Duration;

/// A touch that did not come about is tried again.
const AGAIN: Duration = Duration::from_secs(3);

/// How far the way over the cable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// Nobody wants it, or it is over.
    Over,
    /// At the next touch.
    Wanted,
    /// Pip is led there.
    Led,
    /// Pip is there.
    There,
}

/// What is to be done.
pub struct Plan {
    /// Whom to visit, until it is done.
    visit: Option<Option<String>>,
    tried: Option<Duration>,
    gifts: VecDeque<Decoration>,
    /// The prongs meet.
    touching: bool,
    /// The toys have played.
    played: bool,
    /// A gift was asked for, and is on its way since it has a number.
    giving: bool,
    given: Option<GiftId>,
    link: Link,
    part_after: Option<Duration>,
    until_empty: bool,
    /// Somebody came.
    came: bool,
    /// Since when nothing more is to be done.
    done: Option<Duration>,
    empty: bool,
}

impl Plan {
    /// What was typed.
    pub fn new(common: &CommonArguments, until_empty: bool) -> Plan {
        Plan {
            visit: common.visit.clone(),
            tried: None,
            gifts: common.gift.iter().filter_map(|number| Decoration::new(*number)).collect(),
            touching: false,
            played: false,
            giving: false,
            given: None,
            link: if common.link { Link::Wanted } else { Link::Over },
            part_after: common.part_after,
            until_empty,
            came: false,
            done: None,
            empty: false,
        }
    }

    /// Something has happened.
    pub fn hear(&mut self, event: &Event) {
        let Event::Pet(event) = event else { return };
        match event {
            player::Event::Touched { .. } => (self.touching, self.played) = (true, false),
            player::Event::Played { .. } => {
                self.played = true;
                self.visit = None;
            }
            player::Event::Parted { .. } => {
                self.touching = false;
                // Once more at the next touch.
                self.link = if self.link == Link::Over { Link::Over } else { Link::Wanted };
            }
            player::Event::OnItsWay { gift, .. } if self.giving => self.given = Some(*gift),
            player::Event::Arrived { gift, .. } if self.given == Some(*gift) => self.giving = false,
            // Once more, while the toys touch.
            player::Event::Back { gift, decoration } if self.given == Some(*gift) => {
                self.giving = false;
                self.gifts.push_front(*decoration);
            }
            _ => {}
        }
    }

    /// Whether Pip is to be led to its cable; says so once a touch.
    pub fn leads(&mut self) -> bool {
        let due = self.touching && self.link == Link::Wanted;
        if due {
            self.link = Link::Led;
        }
        due
    }

    /// The firmware has done something.
    pub fn learn(&mut self, news: News) {
        self.link = match (self.link, news) {
            (Link::Led, News::Link(stage, _)) if stage != Stage::Off => Link::There,
            (Link::There, News::Link(Stage::Off, _)) | (Link::Led, News::WillNot) => Link::Over,
            (link, _) => link,
        };
    }

    /// What is to be done now.
    pub fn next(&mut self, view: &TableView, now: Duration) -> Vec<Command> {
        let others = |seat: &Seat| Some(*seat) != view.you && here(view, *seat).is_some();
        let there = Seat::all().filter(others).count();
        self.came |= there > 0;
        let gone = |seat: &Seat| {
            Some(*seat) == view.you
                || view
                    .seats
                    .get(seat.index())
                    .and_then(Option::as_ref)
                    .is_none_or(|seat| matches!(seat.presence, Presence::Gone(_)))
        };
        self.empty = self.came && Seat::all().all(|seat| gone(&seat));
        let mut commands = Vec::new();
        if let (Some(whom), false) = (&self.visit, self.touching)
            && self.tried.is_none_or(|tried| now.saturating_sub(tried) >= AGAIN)
            && let Some(seat) = Seat::all().filter(others).find(|seat| {
                let name = here(view, *seat);
                whom.as_ref().is_none_or(|whom| name == Some(whom.as_str()))
            })
        {
            self.tried = Some(now);
            commands.push(Command::Touch(seat));
        }
        if self.touching
            && self.played
            && !self.giving
            && let Some(gift) = self.gifts.pop_front()
        {
            self.giving = true;
            commands.push(Command::Gift(gift));
        }
        let linked = self.link == Link::Over;
        let done = self.played && self.visit.is_none() && !self.giving && self.gifts.is_empty() && linked;
        self.done = if done { self.done.or(Some(now)) } else { None };
        commands
    }

    /// Whether it is time to leave.
    pub fn is_done(&self, now: Duration) -> bool {
        let parted = self.done.zip(self.part_after).is_some_and(|(done, after)| now.saturating_sub(done) >= after);
        parted || self.until_empty && self.empty
    }
}

/// The name of the player who sits there.
fn here(view: &TableView, seat: Seat) -> Option<&str> {
    let seat = view.seats.get(seat.index())?.as_ref()?;
    matches!(seat.presence, Presence::Here | Presence::Late).then_some(seat.name.as_str())
}
