//! Downloads (§3.3): an echo, then one packet of type 3.

use std::time::Duration;

use super::agenda::{Agenda, Script};
use super::{Outcome, TalkError};
use crate::engine::{Command, CommandError, Event, Listen, Outgoing};
use crate::guard::{DOWNLOAD, FlashPermit, STAGED};
use crate::packet::{Item, Message, Patch};

/// A download, to or from the other side.
pub struct Download {
    agenda: Agenda,
    side: Side,
}

enum Side {
    Give(Option<Outgoing>),
    Take { patches: bool, patience: Duration },
}

impl Download {
    /// Sends an item: looks whether somebody is there, sets no session, offers it.
    ///
    /// # Errors
    /// None with an item that was checked.
    pub fn item(item: Item) -> Result<Self, CommandError> {
        Ok(Self::give(Outgoing::new(DOWNLOAD, item.into_bytes())?))
    }

    /// Sends a patch, which a toy writes to its flash.
    ///
    /// # Errors
    /// None with a patch that was checked.
    pub fn patch(patch: Patch, permit: FlashPermit) -> Result<Self, CommandError> {
        Ok(Self::give(Outgoing::flash(DOWNLOAD, patch.into_bytes(), permit)?))
    }

    /// Takes an item, or a patch as well; a bad one is cancelled instead of acknowledged.
    pub fn take(patches: bool, patience: Duration) -> Self {
        Self { agenda: Agenda::new(), side: Side::Take { patches, patience } }
    }

    fn give(outgoing: Outgoing) -> Self {
        Self { agenda: Agenda::new(), side: Side::Give(Some(outgoing)) }
    }
}

impl Script for Download {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, now: Duration) {
        match self.side {
            Side::Give(_) => self.agenda.act(Command::Echo),
            Side::Take { patches, patience } => {
                let limit = if patches { Patch::MAX } else { STAGED } as u32;
                self.agenda.listen(Listen::to(DOWNLOAD).at_most(limit).held(), patience, now);
            }
        }
    }

    fn heard(&mut self, event: &Event, received: &[u8], now: Duration) {
        match (event, &mut self.side) {
            (Event::EchoAnswered, Side::Give(outgoing)) => {
                if let Some(outgoing) = outgoing.take() {
                    self.agenda.send(outgoing);
                }
            }
            (Event::Sent, Side::Give(_)) => self.agenda.done(Outcome::Sent),
            (Event::Receiving { done: 1.., .. }, Side::Take { patience, .. }) => self.agenda.wait(*patience, now),
            (Event::Held { kind, .. }, Side::Take { .. }) => match outcome(*kind, received) {
                Ok(_) => self.agenda.act(Command::Answer(true)),
                // The cancel that follows is the answer.
                Err(why) => self.fail(why, now),
            },
            (Event::Received(packet), Side::Take { .. }) => match outcome(packet.kind, &packet.data) {
                Ok(outcome) => self.agenda.done(outcome),
                Err(why) => self.fail(why, now),
            },
            (Event::SessionSet(_), Side::Take { .. }) => self.start(now),
            _ => {}
        }
    }
}

fn outcome(kind: u8, data: &[u8]) -> Result<Outcome, TalkError> {
    match Message::parse(kind, data)? {
        Message::Item(item) => Ok(Outcome::Item(item)),
        Message::Patch(patch) => Ok(Outcome::Patch(patch)),
        _ => Err(TalkError::Unexpected { kind, size: data.len() }),
    }
}
