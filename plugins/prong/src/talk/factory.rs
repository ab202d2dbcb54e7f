//! The factory test (§3.4), as far as it is known: one packet from the toy, one back.

use std::time::Duration;

use super::agenda::{Agenda, Script};
use super::{Outcome, TalkError};
use crate::engine::{Command, CommandError, Event, Listen, Outgoing};
use crate::guard::{FACTORY, FactoryPermit};
use crate::packet::{Message, Pattern};

/// One side of a factory test.
pub struct Factory {
    agenda: Agenda,
    /// The toy's side speaks first.
    first: bool,
    outgoing: Option<Outgoing>,
    came: Option<Pattern>,
    patience: Duration,
}

impl Factory {
    /// The computer: waits for the toy's packet, then sends 256 times 0x55.
    ///
    /// # Errors
    /// None that can come about.
    pub fn computer(permit: FactoryPermit, patience: Duration) -> Result<Self, CommandError> {
        Self::new(false, Pattern::Computer, permit, patience)
    }

    /// The toy: sends its packet, then waits for the other.
    ///
    /// # Errors
    /// None that can come about.
    pub fn toy(pattern: Pattern, permit: FactoryPermit, patience: Duration) -> Result<Self, CommandError> {
        Self::new(true, pattern, permit, patience)
    }

    fn new(first: bool, pattern: Pattern, permit: FactoryPermit, patience: Duration) -> Result<Self, CommandError> {
        let outgoing = Some(Outgoing::factory(pattern.bytes().to_vec(), permit)?);
        Ok(Self { agenda: Agenda::new(), first, outgoing, came: None, patience })
    }

    /// Sends if that is still to be done, else listens, else is done.
    fn go_on(&mut self, now: Duration) {
        let listens = self.came.is_none() && (!self.first || self.outgoing.is_none());
        if listens {
            let listen = Listen::to(FACTORY).at_most(256).held();
            self.agenda.listen(listen, self.patience, now);
        } else if let Some(outgoing) = self.outgoing.take() {
            self.agenda.send(outgoing);
        } else if let Some(pattern) = self.came {
            self.agenda.done(Outcome::Factory(pattern));
        }
    }
}

impl Script for Factory {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, now: Duration) {
        self.go_on(now);
    }

    fn heard(&mut self, event: &Event, received: &[u8], now: Duration) {
        match event {
            Event::Sent => self.go_on(now),
            Event::Held { kind, .. } => match pattern(*kind, received) {
                Ok(_) => self.agenda.act(Command::Answer(true)),
                Err(why) => self.fail(why, now),
            },
            Event::Received(packet) => match pattern(packet.kind, &packet.data) {
                Ok(pattern) => {
                    self.came = Some(pattern);
                    self.go_on(now);
                }
                Err(why) => self.fail(why, now),
            },
            Event::SessionSet(_) => self.fail(TalkError::Session, now),
            _ => {}
        }
    }
}

fn pattern(kind: u8, data: &[u8]) -> Result<Pattern, TalkError> {
    match Message::parse(kind, data)? {
        Message::Factory(pattern) => Ok(pattern),
        _ => Err(TalkError::Unexpected { kind, size: data.len() }),
    }
}
