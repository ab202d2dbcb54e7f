//! A simulated toy: it stands on a screen, takes what comes there, and plays both sides of gifts and playdates.
//!
//! A [`Unit`] is a [`Talk`] that never ends: each [`Step::Done`] tells how one conversation went, with what was
//! downloaded in it, and the unit goes on when asked for the next step. It asks nobody. It owns no engine and no line:
//! whoever does reads [`Unit::manners`] and sees to noise and deafness.

mod manners;

use std::collections::VecDeque;
use std::time::Duration;

pub use manners::{Manners, Screen, UnitConfig};

use crate::engine::{Command, CommandError, Entropy, Event, Hold, Listen, Packet};
use crate::guard::{DOWNLOAD, STAGED};
use crate::line::Custom;
use crate::packet::{Exchange, GIFTS, Message, PLAYDATE, Patch};
use crate::talk::{Answer, Gifts, NotAsked, Outcome, Playdate, Question, Step, Talk, TalkError};

/// How long it leaves a busy engine alone before it tries again.
const RETRY: Duration = Duration::from_secs(1);
/// Results that wait to be fetched; beyond them new ones are lost.
const RESULTS: usize = 8;

/// A simulated toy.
pub struct Unit {
    config: UnitConfig,
    entropy: Box<dyn Entropy>,
    talk: Option<Box<dyn Talk>>,
    /// Waits for a first packet.
    armed: bool,
    /// Not before then.
    rest: Duration,
    /// Which chunks the conversation itself wants to judge.
    hold: Hold,
    /// Something to do after a while, before anything else is done.
    late: Option<(Duration, Command)>,
    /// What its player is about to answer.
    thinking: Option<(Duration, Answer)>,
    /// Bad manners that are due.
    whim: Option<Command>,
    /// The last command was not the conversation's.
    own: bool,
    results: VecDeque<Result<Outcome, TalkError>>,
}

impl Unit {
    /// A unit; chance is needed for its manners only.
    pub fn new(config: UnitConfig, entropy: Box<dyn Entropy>) -> Self {
        Self {
            config,
            entropy,
            talk: None,
            armed: false,
            rest: Duration::ZERO,
            hold: Hold::Never,
            late: None,
            thinking: None,
            whim: None,
            own: false,
            results: VecDeque::new(),
        }
    }

    /// Which screen it is on.
    pub fn screen(&self) -> Screen {
        self.config.screen
    }

    /// Goes to another screen; a conversation that goes on ends first.
    pub fn go_to(&mut self, screen: Screen) {
        self.config.screen = screen;
        // The next step arms anew.
        self.armed = false;
    }

    /// Whether a conversation goes on.
    pub fn is_talking(&self) -> bool {
        self.talk.is_some()
    }

    /// Its manners.
    pub fn manners(&self) -> Manners {
        self.config.manners
    }

    fn report(&mut self, result: Result<Outcome, TalkError>) {
        if self.results.len() < RESULTS {
            self.results.push_back(result);
        }
    }

    /// What its screen takes.
    fn wanted(&self) -> Option<Listen> {
        let (kind, limit) = match self.config.screen {
            Screen::Idle => return None,
            Screen::Download if self.config.patches => (DOWNLOAD, Patch::MAX),
            Screen::Download => (DOWNLOAD, STAGED),
            Screen::Gifts => (GIFTS, 4),
            Screen::Playdate => (PLAYDATE, Exchange::SIZE),
            Screen::Any => (0, Exchange::SIZE),
        };
        Some(Listen::to(kind).at_most(limit as u32).held())
    }

    /// A first packet, if it belongs to the screen.
    fn judge(&self, kind: u8, data: &[u8]) -> Result<Message, TalkError> {
        let message = Message::parse(kind, data)?;
        let screen = self.config.screen;
        let fits = match message {
            Message::Exchange(_) => matches!(screen, Screen::Playdate | Screen::Any),
            Message::Hello(_) => matches!(screen, Screen::Gifts | Screen::Any),
            Message::Item(_) => matches!(screen, Screen::Download | Screen::Any),
            Message::Patch(_) => self.config.patches && matches!(screen, Screen::Download | Screen::Any),
            Message::DevTest(_) | Message::Factory(_) | Message::Unknown { .. } => screen == Screen::Any,
            Message::Friendship(_) | Message::Result(_) | Message::Gift(_) => false,
        };
        if fits { Ok(message) } else { Err(TalkError::Unexpected { kind, size: data.len() }) }
    }

    /// A conversation begins with its first packet.
    fn begin(&mut self, packet: &Packet, now: Duration) {
        let patience = self.config.patience;
        match self.judge(packet.kind, &packet.data) {
            Ok(Message::Exchange(_)) => self.join(Playdate::joined(self.config.mine.clone(), patience), packet, now),
            Ok(Message::Hello(_)) => self.join(Gifts::joined(self.config.hello, patience), packet, now),
            Ok(Message::Item(item)) => self.report(Ok(Outcome::Item(item))),
            Ok(Message::Patch(patch)) => self.report(Ok(Outcome::Patch(patch))),
            Ok(Message::Factory(pattern)) => self.report(Ok(Outcome::Factory(pattern))),
            Ok(_) => self.report(Ok(Outcome::Received(packet.clone()))),
            Err(why) => self.report(Err(why)),
        }
    }

    fn join(&mut self, mut talk: impl Talk + 'static, packet: &Packet, now: Duration) {
        talk.hear(&Event::Received(packet.clone()), &[], now);
        self.talk = Some(Box::new(talk));
    }

    /// A conversation that its player begins.
    fn start(&mut self) -> Option<Box<dyn Talk>> {
        let config = &self.config;
        let talk: Box<dyn Talk> = match config.screen {
            _ if !config.starts => return None,
            Screen::Gifts => Box::new(Gifts::initiator(config.hello, config.session, config.patience)),
            Screen::Playdate => Box::new(Playdate::initiator(config.mine.clone(), config.session, config.patience)),
            _ => return None,
        };
        self.config.starts = false;
        Some(talk)
    }

    fn answer_to(&self, question: &Question) -> Answer {
        match question {
            Question::Known { .. } => Answer::Known(self.config.known),
            Question::Play { suggestion, .. } => Answer::Played(*suggestion),
            Question::Breed => Answer::Breed(self.config.breeds),
            Question::Wedding => Answer::Shown,
            Question::Gift { .. } => Answer::Give(self.config.gift),
            Question::Item(_) => Answer::Take(true),
        }
    }

    /// Arms the screen, or disarms it.
    fn arm(&mut self) -> Step {
        self.armed = true;
        self.own = true;
        match self.wanted() {
            Some(listen) => Step::Do(Command::Listen(self.every(listen))),
            None => Step::Do(Command::Cancel),
        }
    }

    /// Who is slow answers every chunk.
    fn every(&mut self, listen: Listen) -> Listen {
        self.hold = listen.hold;
        if self.config.manners.slow.is_zero() { listen } else { Listen { hold: Hold::Every, ..listen } }
    }

    /// A command of the conversation, late if it is slow.
    fn perform(&mut self, command: Command, now: Duration) -> Option<Step> {
        let slow = self.config.manners.slow;
        let command = match command {
            Command::Listen(listen) => Command::Listen(self.every(listen)),
            command @ (Command::Answer(_) | Command::Send(_)) if !slow.is_zero() => {
                self.late = Some((now.saturating_add(slow), command));
                return None;
            }
            command => command,
        };
        Some(Step::Do(command))
    }

    /// Perhaps something rude comes to its mind.
    fn misbehave(&mut self, event: &Event) {
        let during = matches!(event, Event::Receiving { .. } | Event::Sending { .. } | Event::Held { .. });
        if during && self.entropy.below(100) < self.config.manners.rude {
            self.whim = match self.entropy.below(3) {
                0 => Some(Command::Cancel),
                1 => Custom::new("SYNC 2").ok().map(Command::Say),
                _ => Custom::new("BLAH 1 2").ok().map(Command::Say),
            };
        }
    }
}

impl Talk for Unit {
    fn next(&mut self, now: Duration) -> Step {
        loop {
            if let Some(result) = self.results.pop_front() {
                return Step::Done(result);
            }
            if self.config.manners.deaf {
                return Step::Wait(None);
            }
            if let Some(whim) = self.whim.take() {
                self.own = true;
                return Step::Do(whim);
            }
            if let Some((due, _)) = self.late.as_ref().filter(|(due, _)| *due > now) {
                return Step::Wait(Some(*due));
            }
            if let Some((_, command)) = self.late.take() {
                self.own = self.talk.is_none();
                return Step::Do(command);
            }
            if self.talk.is_none() && !self.armed {
                if self.rest > now {
                    return Step::Wait(Some(self.rest));
                }
                self.talk = self.start();
            }
            let Some(talk) = &mut self.talk else {
                return if self.armed { Step::Wait(None) } else { self.arm() };
            };
            if let Some((_, answer)) = self.thinking.take_if(|(due, _)| *due <= now)
                && talk.answer(answer, now).is_err()
            {
                // What the question was about is over.
                continue;
            }
            match talk.next(now) {
                Step::Do(command) => {
                    self.own = false;
                    if let Some(step) = self.perform(command, now) {
                        return step;
                    }
                }
                Step::Wait(until) => {
                    let thought = self.thinking.as_ref().map(|(due, _)| *due);
                    return Step::Wait(until.into_iter().chain(thought).min());
                }
                Step::Ask(question) => {
                    self.thinking = Some((now.saturating_add(self.config.thinks), self.answer_to(&question)));
                }
                Step::Done(result) => {
                    (self.talk, self.late, self.thinking, self.whim) = (None, None, None, None);
                    self.armed = false;
                    return Step::Done(result);
                }
            }
        }
    }

    fn hear(&mut self, event: &Event, received: &[u8], now: Duration) {
        if self.config.manners.deaf {
            return;
        }
        self.misbehave(event);
        if let Event::Held { index, chunks, .. } = event {
            let last = index + 1 == *chunks;
            if self.hold == Hold::Never || self.hold == Hold::Last && !last {
                self.late = Some((now.saturating_add(self.config.manners.slow), Command::Answer(true)));
                return;
            }
        }
        if let Some(talk) = &mut self.talk {
            talk.hear(event, received, now);
            return;
        }
        match event {
            Event::Held { kind, .. } => {
                let good = self.judge(*kind, received);
                let answer = Command::Answer(good.is_ok());
                if let Err(why) = good {
                    self.report(Err(why));
                }
                self.late = Some((now.saturating_add(self.config.manners.slow), answer));
            }
            Event::Received(packet) => {
                self.armed = false;
                self.begin(packet, now);
            }
            Event::SessionSet(_) => self.armed = false,
            // Refused here: told already. Disarmed here: nothing to tell.
            Event::Stopped(crate::engine::Stop::Refused | crate::engine::Stop::ByUs) => self.armed = false,
            Event::Stopped(stop) => {
                self.armed = false;
                self.report(Err(TalkError::Link(*stop)));
            }
            Event::LinkLost => {
                self.armed = false;
                self.rest = now.saturating_add(RETRY);
                self.report(Err(TalkError::LinkLost));
            }
            _ => {}
        }
    }

    fn refused(&mut self, error: CommandError, now: Duration) {
        match (&mut self.talk, error) {
            (Some(talk), error) if !self.own => talk.refused(error, now),
            (_, CommandError::NoSecret) => {
                self.config.screen = Screen::Idle;
                self.report(Err(TalkError::Command(error)));
            }
            (None, CommandError::Busy) if self.armed => {
                self.armed = false;
                self.rest = now.saturating_add(RETRY);
            }
            // Bad manners that were not possible just now.
            _ => {}
        }
    }

    /// Always an error: a unit asks nobody.
    fn answer(&mut self, _answer: Answer, _now: Duration) -> Result<(), NotAsked> {
        Err(NotAsked)
    }

    fn give_up(&mut self, now: Duration) {
        self.config.screen = Screen::Idle;
        match &mut self.talk {
            Some(talk) => talk.give_up(now),
            None => {
                self.armed = false;
                self.report(Err(TalkError::GivenUp));
            }
        }
    }
}
