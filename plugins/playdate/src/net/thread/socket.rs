//! The own real toy, as the thread that drives the table has it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use eggtooth_prong::transport::Clock;

use super::driver::{Driver, Input};
use super::handle::lock;
use super::pipe::{News, Plug, pipe};
use super::plug::{self, RealToy, guard_of};
use crate::bridge::{self, Guard, Off, State, Turn};
use crate::message::Seat;
use crate::net::{Event, RealToyEvent, RealToyState, RealToyView};

/// Where a real toy is plugged in.
#[derive(Default)]
pub(super) struct Socket {
    name: String,
    guard: Option<Guard>,
    plug: Option<Plug>,
    thread: Option<JoinHandle<()>>,
    /// What keeps the toy from being there, and what is said of that; nothing: it is.
    trouble: Option<(RealToyState, String)>,
    /// When bytes that wait will find room.
    pub wake: Option<Duration>,
    view: RealToyView,
}

impl Socket {
    /// Closes the line; the thread that does so.
    pub fn end(&mut self) -> Option<JoinHandle<()>> {
        self.plug = None;
        self.thread.take()
    }
}

impl Driver {
    pub(super) fn switch_on(&mut self, toy: RealToy, now: Duration) {
        let before = self.socket.end();
        self.party.bridge_off(Off::Switched, now);
        let inputs = self.inputs.clone();
        let (line, plug) = pipe(Clock::start(), Box::new(move || inputs.try_send(Input::Plug).is_ok()));
        (self.socket.name, self.socket.guard) = (toy.name.clone(), Some(guard_of(&toy.guarding)));
        self.socket.trouble = Some((RealToyState::Opening, format!("{} is being opened", toy.name)));
        match plug::start(toy, line, before) {
            Ok(thread) => (self.socket.plug, self.socket.thread) = (Some(plug), Some(thread)),
            Err(error) => {
                self.socket.trouble = Some((RealToyState::Failed, format!("a thread is missing for it: {error}")));
            }
        }
        self.see_toy();
    }

    pub(super) fn switch_off(&mut self, why: Option<String>, now: Duration) {
        self.party.bridge_off(Off::Switched, now);
        // Its thread is waited for by the next one, or in the end.
        self.socket.plug = None;
        self.socket.trouble = why.map(|why| (RealToyState::Failed, why));
        self.see_toy();
    }

    /// Does what the real toy's thread wants, and brings its bytes on their way as far as there is room.
    pub(super) fn feed(&mut self) {
        let now = self.now();
        // A loss is told before what it made the toy's thread do.
        for news in self.socket.plug.as_ref().map(Plug::look).unwrap_or_default() {
            self.hear_toy(news, now);
        }
        let Some(plug) = &self.socket.plug else {
            self.socket.wake = None;
            return;
        };
        if plug.hung() {
            self.party.bridge_anew(now);
        }
        let taken = plug.taken();
        if taken > 0 {
            self.party.bridge_taken(taken, now);
        }
        let (bytes, more) = plug.fetch(self.party.bridge_room(now));
        if !bytes.is_empty() {
            self.party.bridge_send(&bytes, now);
        }
        self.socket.wake = if more { self.party.bridge_ready(now) } else { None };
        self.pump();
    }

    fn hear_toy(&mut self, news: News, now: Duration) {
        match news {
            News::Open | News::Back => {
                self.socket.trouble = None;
                if let Some(guard) = self.socket.guard {
                    self.party.bridge_on(guard, now);
                }
            }
            News::Failed(why) => return self.switch_off(Some(format!("{}: {why}", self.socket.name)), now),
            News::Unplugged(why) => {
                let words = format!("{}: {why}; waiting for it to come back", self.socket.name);
                self.socket.trouble = Some((RealToyState::Lost, words));
                self.party.bridge_off(Off::Unplugged, now);
            }
            News::Stopped { own, why, words } => {
                self.party.bridge_stopped(own, why, now);
                let event = RealToyEvent::Stopped { by_friend: false, to_here: own, words };
                lock(&self.board).tell(Event::RealToy(event));
            }
        }
        self.see_toy();
    }

    /// For the real toy's line.
    pub(super) fn turn_toy(&mut self, turn: Turn) {
        if let Some(plug) = &self.socket.plug {
            match turn {
                Turn::Joined => plug.join(),
                Turn::Lost(why) => plug.lose(why.to_string()),
                Turn::Bytes(bytes) => return plug.give(&bytes),
            }
        }
        self.see_toy();
    }

    pub(super) fn tell_toy(&mut self, event: bridge::Event) {
        if let bridge::Event::Stopped { here, why } = event {
            let event = RealToyEvent::Stopped { by_friend: true, to_here: here, words: why.to_string() };
            lock(&self.board).tell(Event::RealToy(event));
        }
        self.see_toy();
    }

    /// How the real toy stands; what is new is told.
    pub(super) fn see_toy(&mut self) {
        let view = self.view_toy();
        let changed = !view.is_like(&self.socket.view);
        if view == self.socket.view {
            return;
        }
        self.socket.view = view.clone();
        let mut board = lock(&self.board);
        board.real_toy = Arc::new(view.clone());
        if changed && !self.over {
            board.tell(Event::RealToy(RealToyEvent::Changed(view)));
        }
    }

    fn view_toy(&self) -> RealToyView {
        let [given, sent] = self.socket.plug.as_ref().map_or([0; 2], Plug::passed);
        let friend = self.party.bridge_friend();
        let table = self.party.snapshot();
        let name_of = |seat: Seat| {
            let member = table.as_ref().and_then(|table| table.member(seat));
            member.map_or_else(|| "the friend".to_owned(), |member| member.name.to_string())
        };
        let (name, here) = (&self.socket.name, self.socket.guard.map_or("", Guard::words));
        let partner = table.as_ref().and_then(|table| table.touching(table.you)?.partner(table.you));
        let (state, words) = match (&self.socket.trouble, self.party.bridge()) {
            (Some((state, words)), _) => (*state, words.clone()),
            (None, State::Off) => {
                let there = friend.and_then(|friend| Some((friend.seat, friend.toy.ok()?)));
                let words = there.map(|(seat, guard)| {
                    format!("{}'s real toy is there, {}: switch yours on to join them", name_of(seat), guard.words())
                });
                (RealToyState::Off, words.unwrap_or_default())
            }
            (None, State::Apart) => (
                RealToyState::Apart,
                format!("{name} is there, {here}: hold the toys together to join it with a friend's"),
            ),
            (None, State::Elsewhere) => (
                RealToyState::Apart,
                format!("{name} is there for the friend whom the toy touched first: switch it off and on for another"),
            ),
            (None, State::Waiting) => {
                let whose = partner.map_or_else(|| "the friend".to_owned(), name_of);
                let why = friend.and_then(|friend| friend.toy.err()).map(|why| format!(": over there {why}"));
                (RealToyState::Waiting, format!("waiting for {whose}'s real toy{}", why.unwrap_or_default()))
            }
            (None, State::Joined(seat)) => {
                let there = friend.and_then(|friend| friend.toy.ok()).map_or("", Guard::words);
                let words = format!("{name} is joined with {}'s real toy: here {here}; there {there}", name_of(seat));
                (RealToyState::Joined, words)
            }
            (None, State::Refused(why)) => (RealToyState::Refused, why.to_string()),
        };
        RealToyView { state, words, friend, given, sent }
    }
}
