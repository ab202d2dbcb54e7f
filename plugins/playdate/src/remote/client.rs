//! A page's end of a table at which a daycare's toy sits.

use super::{FromPage, Things, ToPage};
use crate::frame::Frame;
use crate::message::{MessageError, SEATS};
use crate::net::{Command, Event};
use crate::view::TableView;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Events that wait to be fetched; of more, the oldest are lost.
const EVENTS: usize = 256;
/// Messages that wait to be sent; no more are taken.
const OUTGOING: usize = 64;

/// An invite that the daycare has made.
#[derive(Clone, PartialEq, Eq)]
pub struct Invited {
    /// `egg1…`, to be given to one friend and nobody else.
    pub text: String,
    /// Until when it is good, in seconds since 1970 UTC by the daycare's clock.
    pub expires: u64,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text lets somebody in.
        f.debug_struct("Invited").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// A table in a daycare, with what a [`PlaydateHandle`](crate::net) has: commands, events and a view. Bytes are brought
/// and fetched by whoever has the socket: [`receive`](RemoteTable::receive), [`outgoing`](RemoteTable::outgoing).
#[derive(Debug)]
pub struct RemoteTable(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    table: TableView,
    things: Things,
    frames: [Option<Frame>; SEATS],
    view: Arc<TableView>,
    /// The view is older than what came.
    stale: bool,
    events: VecDeque<Event>,
    outgoing: VecDeque<Vec<u8>>,
    invite: Option<Result<Invited, String>>,
    over: bool,
}

impl RemoteTable {
    /// Over a socket that has just been opened; the ticket is the first message.
    #[must_use]
    pub fn new(ticket: [u8; 16]) -> RemoteTable {
        let table = RemoteTable(Mutex::default());
        table.say(&FromPage::Ticket(ticket));
        table
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, message: &FromPage) -> bool {
        let mut inner = self.inner();
        let bytes = message.encode().filter(|_| !inner.over && inner.outgoing.len() < OUTGOING);
        let taken = bytes.is_some();
        inner.outgoing.extend(bytes);
        taken
    }

    /// What the socket brought.
    ///
    /// # Errors
    /// It is no message: the socket is to be closed, and [`RemoteTable::lost`] told.
    pub fn receive(&self, bytes: &[u8]) -> Result<(), MessageError> {
        let message = ToPage::decode(bytes)?;
        let mut inner = self.inner();
        match message {
            ToPage::Table(table) => {
                // A frame is of who sits there now.
                let seats = table.seats.iter().zip(&inner.table.seats);
                let same: Vec<bool> = seats
                    .map(|(now, then)| now.as_ref().map(|seat| seat.key) == then.as_ref().map(|seat| seat.key))
                    .collect();
                for (frame, _) in inner.frames.iter_mut().zip(same).filter(|(_, same)| !same) {
                    *frame = None;
                }
                inner.table = *table;
                inner.stale = true;
            }
            ToPage::Things(things) => {
                inner.things = *things;
                inner.stale = true;
            }
            ToPage::Frame(frame) => {
                if let Some(place) = inner.frames.get_mut(frame.seat.index()) {
                    *place = Some(frame);
                }
                inner.stale = true;
            }
            ToPage::Event(event) => inner.tell(event),
            ToPage::Invite(invited) => inner.invite = Some(Ok(invited)),
            ToPage::NoInvite(why) => inner.invite = Some(Err(why)),
            ToPage::Bye(_, words) => inner.fail(words),
        }
        Ok(())
    }

    /// The socket is closed; why, in a sentence. Where the table was not over, it is over now, here: the toy may still
    /// sit there, and a new socket finds it.
    pub fn lost(&self, why: &str) {
        self.inner().fail(why.to_owned());
    }

    /// What is to be sent, the oldest first.
    #[must_use]
    pub fn outgoing(&self) -> Vec<Vec<u8>> {
        self.inner().outgoing.drain(..).collect()
    }

    /// Does something as soon as it is its turn; false: too much waits already, it is over, or it is not a page's.
    pub fn command(&self, command: Command) -> bool {
        self.say(&FromPage::Command(command))
    }

    /// Asks for an invite, good for so many seconds (1 to 600); it is there later, by [`RemoteTable::invited`]. False as
    /// above.
    pub fn invite(&self, seconds: u16) -> bool {
        self.say(&FromPage::Invite(seconds))
    }

    /// The invite that was asked for, or why there is none; once.
    #[must_use]
    pub fn invited(&self) -> Option<Result<Invited, String>> {
        self.inner().invite.take()
    }

    /// Everything that was told since the last call, at most 256; of more, the oldest are lost.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.inner().events.drain(..).collect()
    }

    /// The table as it is now.
    #[must_use]
    pub fn view(&self) -> Arc<TableView> {
        let mut inner = self.inner();
        if std::mem::take(&mut inner.stale) {
            let Things { pieces, onway, ties } = inner.things.clone();
            let mut view = TableView { pieces, onway, ties, ..inner.table.clone() };
            for (seat, frame) in view.seats.iter_mut().zip(inner.frames) {
                if let Some(seat) = seat {
                    seat.frame = frame;
                }
            }
            inner.view = Arc::new(view);
        }
        inner.view.clone()
    }

    /// Whether it is over: [`Event::Over`] or [`Event::Failed`] was told.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.inner().over
    }
}

impl Inner {
    fn tell(&mut self, event: Event) {
        if self.over {
            return;
        }
        self.over = matches!(event, Event::Over(_) | Event::Failed(_));
        if self.events.len() >= EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    fn fail(&mut self, why: String) {
        self.tell(Event::Failed(why));
    }
}
