//! What all conversations have in common: the steps that wait, patience, and an orderly end.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Answer, NotAsked, Outcome, Question, Session, Step, Talk, TalkError};
use crate::engine::{Command, CommandError, Event, Listen, Outgoing, Stop};
use crate::packet::Message;

/// How long an end waits for the engine to be idle: a cancelled receive takes up to six seconds of the peer's silence.
const CLOSING: Duration = Duration::from_secs(10);

/// How long an offer that gave way may take to be made and taken again. A cancel may have meant it instead of what was
/// received: nothing tells them apart.
const REOFFER: Duration = Duration::from_secs(30);

/// Steps that wait, and how far things are.
pub(crate) struct Agenda {
    /// A handful: scripts add some only when the last ones were done.
    steps: VecDeque<Step>,
    /// When waiting ends.
    until: Option<Duration>,
    /// The engine does something of ours.
    busy: bool,
    /// The last command given out begins something.
    began: bool,
    /// Both sides offered at once and ours gave way: it is offered again (E-6).
    pub yielded: bool,
    /// A cancel whose end is of no interest.
    pub dropped: bool,
    /// The end that waits until the engine is idle.
    closing: Option<TalkError>,
    over: bool,
    started: bool,
}

impl Agenda {
    pub fn new() -> Self {
        Self {
            steps: VecDeque::new(),
            until: None,
            busy: false,
            began: false,
            yielded: false,
            dropped: false,
            closing: None,
            over: false,
            started: false,
        }
    }

    /// Of a conversation that somebody else has begun.
    pub fn begun() -> Self {
        Self { started: true, ..Self::new() }
    }

    pub fn act(&mut self, command: Command) {
        self.busy |= begins(&command);
        self.steps.push_back(Step::Do(command));
    }

    pub fn send(&mut self, outgoing: Outgoing) {
        self.act(Command::Send(outgoing));
        self.until = None;
    }

    /// Listens for one packet, as long as `patience` says.
    pub fn listen(&mut self, listen: Listen, patience: Duration, now: Duration) {
        self.act(Command::Listen(listen));
        self.wait(patience, now);
    }

    pub fn ask(&mut self, question: Question) {
        self.steps.push_back(Step::Ask(question));
    }

    pub fn wait(&mut self, patience: Duration, now: Duration) {
        self.until = now.checked_add(patience);
    }

    /// The time the player takes is the player's.
    pub fn wait_for_ever(&mut self) {
        self.until = None;
    }

    pub fn done(&mut self, outcome: Outcome) {
        self.until = None;
        self.steps.push_back(Step::Done(Ok(outcome)));
    }

    /// Forgets an offer of ours that gave way and is no longer wanted.
    pub fn withdraw(&mut self) {
        (self.yielded, self.busy) = (false, false);
        self.dropped = true;
        self.steps.push_back(Step::Do(Command::Cancel));
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Yielded { .. } => self.yielded = true,
            Event::Sending { done: 0, .. } if self.closing.is_none() => (self.yielded, self.until) = (false, None),
            // Ours is offered again by itself, whatever became of theirs.
            Event::Stopped(stop) if self.yielded && !ends_offer(*stop) => {}
            Event::Received(_) | Event::SessionSet(_) if self.yielded => {}
            Event::Received(_)
            | Event::SessionSet(_)
            | Event::Stopped(_)
            | Event::Sent
            | Event::EchoAnswered
            | Event::EchoUnanswered
            | Event::LinkLost => self.busy = false,
            _ => {}
        }
    }
}

/// Whether a stop can only be that of an offer of ours.
fn ends_offer(stop: Stop) -> bool {
    matches!(stop, Stop::NotTaken | Stop::NotAcknowledged(_) | Stop::Rewinds | Stop::Glare)
}

fn begins(command: &Command) -> bool {
    matches!(command, Command::Send(_) | Command::Listen(_) | Command::Echo)
}

/// A conversation without the common part.
pub(crate) trait Script: Send {
    fn agenda(&mut self) -> &mut Agenda;

    /// The first call.
    fn start(&mut self, now: Duration);

    /// An event that is not an end without success.
    fn heard(&mut self, event: &Event, received: &[u8], now: Duration);

    /// Sees every event, also those on the way to the end.
    fn observe(&mut self, _event: &Event) {}

    /// What the engine did is over without success; `false`: so is the conversation.
    fn stopped(&mut self, _stop: Stop, _now: Duration) -> bool {
        false
    }

    /// The session cannot be set because it is; `false`: that is an error.
    fn session_known(&mut self, _now: Duration) -> bool {
        false
    }

    /// Patience is over; by default so is the conversation.
    fn expired(&mut self, now: Duration) {
        self.fail(TalkError::Impatient, now);
    }

    fn answered(&mut self, _answer: Answer, _now: Duration) -> Result<(), NotAsked> {
        Err(NotAsked)
    }

    /// Adds what is certain to the reason.
    fn explain(&self, why: TalkError) -> TalkError {
        why
    }

    fn fail(&mut self, why: TalkError, now: Duration) {
        let agenda = self.agenda();
        if agenda.over || agenda.closing.is_some() {
            return;
        }
        agenda.started = true;
        // What was not given out yet never begins.
        let (mut unbegun, mut cancels) = (false, false);
        for step in agenda.steps.drain(..) {
            if let Step::Do(command) = step {
                unbegun |= begins(&command);
                cancels |= matches!(command, Command::Cancel);
            }
        }
        if agenda.busy && (cancels || !unbegun) {
            agenda.steps.push_back(Step::Do(Command::Cancel));
            agenda.wait(CLOSING, now);
            (agenda.yielded, agenda.dropped) = (false, false);
            agenda.closing = Some(why);
        } else {
            self.end(why);
        }
    }

    fn end(&mut self, why: TalkError) {
        let why = self.explain(why);
        let agenda = self.agenda();
        agenda.until = None;
        agenda.closing = None;
        agenda.busy = false;
        agenda.steps.clear();
        agenda.steps.push_back(Step::Done(Err(why)));
    }

    /// Sends the packet that sets the session, of a type.
    fn open(&mut self, session: Session, kind: u8, yielding: Option<Listen>) {
        let outgoing = Outgoing::set_session(session.id, session.random).of_kind(kind);
        self.agenda().send(match yielding {
            Some(listen) => outgoing.yielding_to(listen),
            None => outgoing,
        });
    }

    /// Sends a message that needs no permit.
    fn tell(&mut self, message: &Message, yielding: Option<Listen>, now: Duration) {
        match Outgoing::new(message.kind(), message.to_bytes()) {
            Ok(outgoing) => self.agenda().send(match yielding {
                Some(listen) => outgoing.yielding_to(listen),
                None => outgoing,
            }),
            Err(error) => self.fail(TalkError::Command(error), now),
        }
    }
}

impl<S: Script> Talk for S {
    fn next(&mut self, now: Duration) -> Step {
        if !std::mem::replace(&mut self.agenda().started, true) {
            self.start(now);
        }
        let agenda = self.agenda();
        if agenda.over {
            return Step::Wait(None);
        }
        if agenda.steps.is_empty() && agenda.until.is_some_and(|until| until <= now) {
            agenda.until = None;
            match agenda.closing.take() {
                Some(why) => self.end(why),
                None => self.expired(now),
            }
        }
        let agenda = self.agenda();
        match agenda.steps.pop_front() {
            Some(Step::Done(result)) => {
                agenda.over = true;
                Step::Done(result)
            }
            Some(Step::Do(command)) => {
                agenda.began = begins(&command);
                Step::Do(command)
            }
            Some(step) => step,
            None => Step::Wait(agenda.until),
        }
    }

    fn hear(&mut self, event: &Event, received: &[u8], now: Duration) {
        if self.agenda().over {
            return;
        }
        self.agenda().note(event);
        self.observe(event);
        if let Event::LinkLost = event {
            self.end(TalkError::LinkLost);
            return;
        }
        let agenda = self.agenda();
        if agenda.closing.is_some() {
            // On the way out nothing is taken any more, least of all a held chunk.
            if let Some(why) = agenda.closing.take_if(|_| !agenda.busy) {
                self.end(why);
            }
            return;
        }
        match event {
            Event::Stopped(Stop::ByUs) if agenda.dropped => agenda.dropped = false,
            Event::Stopped(stop) if agenda.yielded && !ends_offer(*stop) => {
                agenda.yielded = false;
                agenda.wait(REOFFER, now);
            }
            Event::Stopped(stop) => {
                if !self.stopped(*stop, now) {
                    self.fail(TalkError::Link(*stop), now);
                }
            }
            Event::EchoUnanswered => self.fail(TalkError::NoEcho, now),
            Event::TooLarge { size } => self.fail(TalkError::TooLarge(*size), now),
            event => self.heard(event, received, now),
        }
    }

    fn refused(&mut self, error: CommandError, now: Duration) {
        let agenda = self.agenda();
        if agenda.over {
            return;
        }
        agenda.busy &= !agenda.began;
        if agenda.closing.is_some() {
            if let Some(why) = agenda.closing.take_if(|_| !agenda.busy) {
                self.end(why);
            }
            return;
        }
        match error {
            // It was held too long: word of that is on its way.
            CommandError::NothingHeld => {}
            CommandError::SessionSet if self.session_known(now) => {}
            error => self.fail(TalkError::Command(error), now),
        }
    }

    fn answer(&mut self, answer: Answer, now: Duration) -> Result<(), NotAsked> {
        let agenda = self.agenda();
        if agenda.over || agenda.closing.is_some() {
            return Err(NotAsked);
        }
        self.answered(answer, now)
    }

    fn give_up(&mut self, now: Duration) {
        self.fail(TalkError::GivenUp, now);
    }
}
