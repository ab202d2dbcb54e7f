//! The shortest conversations: one packet, or an echo.

use std::time::Duration;

use super::agenda::{Agenda, Script};
use super::{Outcome, Session};
use crate::engine::{Command, CommandError, Event, Listen, Outgoing};
use crate::guard::DEV_TEST;

/// Sends one packet, after setting the session if that is wanted.
pub struct SendOne {
    agenda: Agenda,
    session: Option<Session>,
    /// Until it is sent.
    outgoing: Option<Outgoing>,
}

impl SendOne {
    /// Sends any packet.
    pub fn new(outgoing: Outgoing, session: Option<Session>) -> Self {
        Self { agenda: Agenda::new(), session, outgoing: Some(outgoing) }
    }

    /// Sends a dev test (§3.0): type 0, any bytes.
    ///
    /// # Errors
    /// No bytes, or more than a packet has.
    pub fn dev_test(data: Vec<u8>) -> Result<Self, CommandError> {
        Ok(Self::new(Outgoing::new(DEV_TEST, data)?, None))
    }

    fn go_on(&mut self) {
        match self.outgoing.take() {
            Some(outgoing) => self.agenda.send(outgoing),
            None => self.agenda.done(Outcome::Sent),
        }
    }
}

impl Script for SendOne {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, _now: Duration) {
        match self.session {
            Some(session) => self.open(session, 0, None),
            None => self.go_on(),
        }
    }

    fn heard(&mut self, event: &Event, _received: &[u8], _now: Duration) {
        if let Event::Sent = event {
            self.go_on();
        }
    }
}

/// Receives one packet. The other side may set the session before.
pub struct ReceiveOne {
    agenda: Agenda,
    listen: Listen,
    patience: Duration,
}

impl ReceiveOne {
    /// Listens so long for a packet. [`Hold`](crate::engine::Hold) is of no use here and not kept.
    pub fn new(listen: Listen, patience: Duration) -> Self {
        let listen = Listen { hold: crate::engine::Hold::Never, ..listen };
        Self { agenda: Agenda::new(), listen, patience }
    }
}

impl Script for ReceiveOne {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, now: Duration) {
        self.agenda.listen(self.listen, self.patience, now);
    }

    fn heard(&mut self, event: &Event, _received: &[u8], now: Duration) {
        match event {
            Event::Receiving { done: 1.., .. } => self.agenda.wait(self.patience, now),
            Event::SessionSet(_) => self.agenda.listen(self.listen, self.patience, now),
            Event::Received(packet) => self.agenda.done(Outcome::Received(packet.clone())),
            _ => {}
        }
    }
}

/// Asks whether anybody is there.
pub struct EchoTest {
    agenda: Agenda,
}

impl EchoTest {
    /// Three requests in 4.5 seconds (EC-1).
    #[expect(clippy::new_without_default, reason = "a test that is nobody's default")]
    pub fn new() -> Self {
        Self { agenda: Agenda::new() }
    }
}

impl Script for EchoTest {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, _now: Duration) {
        self.agenda.act(Command::Echo);
    }

    fn heard(&mut self, event: &Event, _received: &[u8], _now: Duration) {
        if let Event::EchoAnswered = event {
            self.agenda.done(Outcome::Echo);
        }
    }
}
