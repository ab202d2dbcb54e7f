//! What others hold of a table.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use eggtooth_livelink::{Lcd, Tone};
use eggtooth_peer::{Guests, Invite, InviteError, Meeting, PeerError};
use eggtooth_prong::packet::Exchange;

use super::Setup;
use super::driver::{Driver, Input, QUEUE};
use super::plug::RealToy;
use crate::net::{Command, Event, RealToyView, Way};
use crate::view::TableView;

/// Events that wait to be fetched; of more, the oldest are lost.
const EVENTS: usize = 256;
/// Bytes of the cable that wait to be fetched; of more, the oldest are lost.
const CABLE: usize = 256;

/// What a toy shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub tick: u64,
    pub lcd: Lcd,
    pub contrast: u8,
    pub tone: Tone,
}

/// What the thread and the handle share.
#[derive(Default)]
pub(super) struct Board {
    pub picture: Option<Picture>,
    pub portrait: Option<Exchange>,
    pub view: Arc<TableView>,
    pub real_toy: Arc<RealToyView>,
    pub events: VecDeque<Event>,
    pub over: bool,
}

impl Board {
    pub fn tell(&mut self, event: Event) {
        let Event::Cable(bytes) = event else { return self.push(event) };
        // However much comes over the cable, it pushes nothing else out.
        if !matches!(self.events.back(), Some(Event::Cable(_))) {
            self.push(Event::Cable(Vec::new()));
        }
        if let Some(Event::Cable(waiting)) = self.events.back_mut() {
            waiting.extend_from_slice(&bytes);
            waiting.drain(..waiting.len().saturating_sub(CABLE));
        }
    }

    fn push(&mut self, event: Event) {
        if self.events.len() >= EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

pub(super) fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A table that is driven by a thread of its own. None of its calls waits, but for dropping it, which leaves the table.
pub struct PlaydateHandle {
    board: Arc<Mutex<Board>>,
    inputs: SyncSender<Input>,
    meeting: Arc<Meeting>,
    guests: Option<Guests>,
    thread: Option<JoinHandle<()>>,
}

impl PlaydateHandle {
    /// Opens a table at which friends, and guests with an invite, may sit.
    ///
    /// # Errors
    /// The address cannot be used, or there is no thread.
    pub fn host(setup: Setup, listen: SocketAddr) -> Result<PlaydateHandle, PeerError> {
        let guests = Guests::new(setup.friends.clone());
        let limits = setup.limits.clone();
        let meeting = Meeting::open(listen, &setup.identity, &setup.name, Some(&guests), limits)?;
        PlaydateHandle::start(setup, meeting, Some(guests), None)
    }

    /// Sits down at somebody's table, from a local address (`0.0.0.0:0` or `[::]:0` usually). Whether that works is
    /// told by events.
    ///
    /// # Errors
    /// The address cannot be used, or there is no thread.
    pub fn join(setup: Setup, local: SocketAddr, way: Way) -> Result<PlaydateHandle, PeerError> {
        let meeting = Meeting::open(local, &setup.identity, &setup.name, None, setup.limits.clone())?;
        PlaydateHandle::start(setup, meeting, None, Some(way))
    }

    fn start(
        setup: Setup,
        meeting: Meeting,
        guests: Option<Guests>,
        way: Option<Way>,
    ) -> Result<PlaydateHandle, PeerError> {
        let meeting = Arc::new(meeting);
        let board = Arc::new(Mutex::new(Board::default()));
        let (inputs, queue) = sync_channel(QUEUE);
        let driver = Driver::new(setup, meeting.clone(), guests.clone(), way, board.clone(), inputs.clone(), queue);
        let thread = std::thread::Builder::new().name("playdate".into()).spawn(move || driver.run());
        let thread = thread.map_err(|error| PeerError::Setup(error.to_string()))?;
        Ok(PlaydateHandle { board, inputs, meeting, guests, thread: Some(thread) })
    }

    /// Does something as soon as it is its turn; false: too much waits already, or it is over.
    pub fn command(&self, command: Command) -> bool {
        !self.is_over() && self.inputs.try_send(Input::Command(command)).is_ok()
    }

    /// Everything that was told since the last call, at most 256; of more, the oldest are lost.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        lock(&self.board).events.drain(..).collect()
    }

    /// The table as it is now, thirty times a second at most.
    #[must_use]
    pub fn view(&self) -> Arc<TableView> {
        lock(&self.board).view.clone()
    }

    /// Switches a real toy on, instead of one that is: as soon as the virtual toys touch and the friend's real toy is on,
    /// too, the two are joined, as far as the guard allows; until it is switched off, but with the friend alone whom the
    /// toy touches now or first. The visit of the virtual toys goes on beside it. How it stands is told by
    /// [`Event::RealToy`] and by [`real_toy`](PlaydateHandle::real_toy). `false`: too much waits already, or it is over.
    pub fn switch_on(&self, toy: RealToy) -> bool {
        !self.is_over() && self.inputs.try_send(Input::SwitchOn(Box::new(toy))).is_ok()
    }

    /// Switches it off: a toy in mid-transfer is told, on both sides. `false` as above.
    pub fn switch_off(&self) -> bool {
        !self.is_over() && self.inputs.try_send(Input::SwitchOff).is_ok()
    }

    /// The own real toy and the friend's as they are now.
    #[must_use]
    pub fn real_toy(&self) -> Arc<RealToyView> {
        lock(&self.board).real_toy.clone()
    }

    /// What the own toy shows and sounds now; the latest counts.
    pub fn show(&self, tick: u64, lcd: Lcd, contrast: u8, tone: Tone) {
        lock(&self.board).picture = Some(Picture { tick, lcd, contrast, tone });
    }

    /// How the pet goes to its next visit.
    pub fn set_portrait(&self, portrait: Exchange) {
        lock(&self.board).portrait = Some(portrait);
    }

    /// A host's invite, good once: for so many seconds from `now` (seconds since 1970 UTC), with these addresses, or
    /// with those under which this computer may be reached. `None` for a guest.
    ///
    /// # Errors
    /// There is no address, or the time is too long.
    pub fn invite(&self, now: u64, seconds: u64, addresses: &[SocketAddr]) -> Option<Result<Invite, InviteError>> {
        let guests = self.guests.as_ref()?;
        let own = self.meeting.addresses();
        let addresses = if addresses.is_empty() { &own } else { addresses };
        let invite = Invite::new(self.meeting.key(), addresses, now, seconds);
        if let Ok(invite) = &invite {
            guests.expect(invite);
        }
        Some(invite)
    }

    /// Whether somebody may still come in with an invite of this table's.
    #[must_use]
    pub fn is_live(&self, invite: &Invite) -> bool {
        self.guests.as_ref().is_some_and(|guests| guests.is_live(invite))
    }

    /// Where the socket is, with the port that was chosen.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.meeting.local_addr()
    }

    /// Whether it is over: [`Event::Over`] or [`Event::Failed`] was told.
    #[must_use]
    pub fn is_over(&self) -> bool {
        lock(&self.board).over
    }
}

impl Drop for PlaydateHandle {
    fn drop(&mut self) {
        // Blocks only while more than a queue full waits.
        let _ = self.inputs.send(Input::Command(Command::Leave));
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for PlaydateHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaydateHandle").field("meeting", &self.meeting).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn whoever_talks_over_the_cable_drowns_nothing() {
        let mut board = Board::default();
        board.tell(Event::Line("at the table".into()));
        for n in 0..10_000_u32 {
            board.tell(Event::Cable(n.to_le_bytes().to_vec()));
        }
        board.tell(Event::Trouble("later".into()));
        board.tell(Event::Cable(vec![1; 5000]));
        assert_eq!(board.events.len(), 4);
        assert_eq!(board.events[0], Event::Line("at the table".into()));
        let Event::Cable(latest) = &board.events[1] else { unreachable!("{:?}", board.events[1]) };
        assert_eq!((latest.len(), &latest[CABLE - 4..]), (CABLE, &9_999_u32.to_le_bytes()[..]));
        assert_eq!(board.events[3], Event::Cable(vec![1; CABLE]));
    }
}
