//! A visit: what two toys say to each other over the prongs while they touch. No I/O and no clock.
//!
//! First a playdate, which the side begins that came; then gifts, as often as either side wants, until they part. The
//! protocol is that of the real toys (`prong`), in which an item's number is the decoration and twelve bits of the
//! gift's number ([`item`]), and [`NOTHING`] goes back where nothing is given in return. The stream below loses
//! nothing and may stand still for long, so that times are longer than between metal prongs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::engine::{Activity, Config, Engine, Entropy, Event, FarSide, Glare, Input, Output, Timers};
use eggtooth_prong::packet::{Ending, Exchange, PLAYDATE, PlayResult};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::talk::{
    Answer, Gave, Gifts, Outcome, Playdate, Question, Role, Session, Step, Talk, TalkError, Verdict,
};

use crate::decoration::Decoration;
use crate::ghost::Visitor;
use crate::message::GiftId;

/// The item that says: nothing in return.
pub const NOTHING: u16 = 0xFFFF;
/// How long a playdate may stand still before it is given up.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long the side that was come to waits with its own gift, in case the other has begun at the same moment: two items
/// at once cost an offer, and that some seconds.
const AFTER_YOU: Duration = Duration::from_millis(1500);
/// How long a side that gives nothing of its own accord waits for what the other gives.
const CHOICE: Duration = Duration::from_secs(40);

/// A gift on the prongs: decoration in the lowest four bits, above them twelve of its number.
#[must_use]
pub fn item(gift: &GiftId, decoration: Decoration) -> u16 {
    u16::from(decoration.number()) | gift.tag() << 4
}

/// What a visit wants, one after the other.
#[derive(Debug)]
pub enum Turn {
    /// Bytes for the other side.
    Send(Vec<u8>),
    /// The other pet has come, or was come to.
    Came(Box<Visitor>),
    /// How good friends are the two? Call [`Visit::known`] before anything else.
    Known {
        /// The other pet's number.
        pet: u32,
    },
    /// The playdate is over.
    Played(Box<Story>),
    /// An item comes. Call [`Visit::take`] before anything else, when it is certain and durable.
    Item(u16),
    /// An exchange of gifts is over, well or not.
    Gifts(Verdict),
    /// Nothing before the next bytes, or this time.
    Wait(Option<Duration>),
    /// The visit is over, and why. Comes once.
    Over(String),
}

/// How a playdate went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The other pet.
    pub visitor: Visitor,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Friendship to remember, 0 to 4.
    pub friendship: u8,
    /// Whether this side came to the other.
    pub came: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Playdate,
    Together,
    Gifts,
    Over,
}

/// One side of a visit.
pub struct Visit {
    engine: Engine,
    talk: Box<dyn Talk>,
    at: At,
    /// This side came.
    comes: bool,
    /// This side has begun the exchange of gifts.
    begins: bool,
    /// How long the animation takes on the side that came.
    show: Duration,
    due: Option<(Duration, Answer)>,
    /// What is to be given.
    gift: Option<u16>,
    /// The talk has asked what to give, and was not answered.
    asked: bool,
    turns: VecDeque<Turn>,
}

impl Visit {
    /// The side that comes (`comes`) begins at once. The chance is for nonces, which guard nothing here.
    #[must_use]
    pub fn new(comes: bool, mine: Exchange, show: Duration, session: u32, chance: Box<dyn Entropy>) -> Visit {
        let talk: Box<dyn Talk> = if comes {
            let session = Session { id: session, random: [0x45, 0x67] };
            Box::new(Playdate::initiator(mine, Some(session), PATIENCE))
        } else {
            Box::new(Playdate::recipient(mine, PATIENCE))
        };
        let engine = Engine::new(config(comes), Some(Arc::new(Secret::own())), chance);
        let turns = VecDeque::new();
        Visit { engine, talk, at: At::Playdate, comes, begins: false, show, due: None, gift: None, asked: false, turns }
    }

    /// Bytes came from the other side.
    pub fn bytes(&mut self, bytes: &[u8], now: Duration) {
        self.engine.handle_input(Input::Bytes(bytes), now);
    }

    /// Time went by.
    pub fn time(&mut self, now: Duration) {
        self.engine.handle_input(Input::Time, now);
    }

    /// Answers [`Turn::Known`]: what is remembered, 0 to 4.
    pub fn known(&mut self, friendship: Option<u8>, now: Duration) {
        self.answer(Answer::Known(friendship.map(u16::from)), now);
    }

    /// Answers [`Turn::Item`].
    pub fn take(&mut self, welcome: bool, now: Duration) {
        self.answer(Answer::Take(welcome), now);
        if welcome && self.asked {
            self.choose(NOTHING, now);
        }
    }

    /// Gives something as soon as it can be done, once; what was to be given before and is not, is forgotten.
    pub fn give(&mut self, item: u16) {
        self.gift = Some(item);
    }

    /// Whether something is given, or waits to be.
    #[must_use]
    pub fn is_giving(&self) -> bool {
        self.gift.is_some() || self.at == At::Gifts
    }

    fn choose(&mut self, otherwise: u16, now: Duration) {
        self.asked = false;
        self.due = None;
        let item = self.gift.take().unwrap_or(otherwise);
        self.answer(Answer::Give(item), now);
    }

    fn answer(&mut self, answer: Answer, now: Duration) {
        // A question that no longer matters.
        let _ = self.talk.answer(answer, now);
    }

    /// What is to be done; to be called after every input until it says [`Turn::Wait`].
    pub fn next(&mut self, now: Duration) -> Turn {
        loop {
            if let Some(turn) = self.turns.pop_front() {
                return turn;
            }
            if self.at == At::Over {
                return Turn::Wait(None);
            }
            let timer = match self.engine.poll_output() {
                Output::Transmit { bytes, .. } => return Turn::Send(bytes),
                Output::Event(event) => {
                    self.hear(&event, now);
                    continue;
                }
                Output::Timeout(timer) => timer,
            };
            if let Some((_, answer)) = self.due.take_if(|(due, _)| *due <= now) {
                match answer {
                    Answer::Give(otherwise) => self.choose(otherwise, now),
                    answer => self.answer(answer, now),
                }
                continue;
            }
            if self.at == At::Together && self.gift.is_some() && self.engine.activity() == Activity::Listening {
                self.begin(now);
                continue;
            }
            match self.talk.next(now) {
                Step::Do(command) => {
                    if let Err(error) = self.engine.command(command, now) {
                        self.talk.refused(error, now);
                    }
                }
                Step::Wait(until) => {
                    let due = self.due.as_ref().map(|(due, _)| *due);
                    return Turn::Wait(timer.into_iter().chain(until).chain(due).min());
                }
                Step::Ask(question) => self.asked_for(question, now),
                Step::Done(result) => self.done(result),
            }
        }
    }

    fn hear(&mut self, event: &Event, now: Duration) {
        match event {
            // The other side begins to give.
            Event::Receiving { .. } if self.at == At::Together => self.at = At::Gifts,
            Event::Received(packet)
                if self.at == At::Playdate && packet.kind == PLAYDATE && packet.data.len() == Exchange::SIZE =>
            {
                // What cannot be read the talk refuses.
                if let Ok(theirs) = Exchange::parse(&packet.data) {
                    self.turns.push_back(Turn::Came(Box::new(Visitor::of(&theirs))));
                }
            }
            _ => {}
        }
        self.talk.hear(event, self.engine.received(), now);
    }

    /// Nothing goes on, and something is to be given.
    fn begin(&mut self, now: Duration) {
        self.engine.cancel(now);
        // What only listened has nothing to say when it ends.
        while let Output::Event(_) | Output::Transmit { .. } = self.engine.poll_output() {}
        self.at = At::Gifts;
        self.begins = true;
        self.talk = Box::new(Gifts::initiator(Gifts::VERSION, None, PATIENCE).asking());
    }

    fn asked_for(&mut self, question: Question, now: Duration) {
        match question {
            Question::Known { character, .. } => self.turns.push_back(Turn::Known { pet: character }),
            Question::Play { suggestion, .. } => {
                let ending = suggestion.ending().unwrap_or(Ending::Played);
                self.due = Some((now.saturating_add(self.show), Answer::Played(PlayResult::new(ending, false))));
            }
            // These toys have no children.
            Question::Breed => self.answer(Answer::Breed(false), now),
            Question::Wedding => self.answer(Answer::Shown, now),
            Question::Gift { .. } => {
                self.asked = true;
                let wait = match (self.begins, self.comes) {
                    (true, true) => Duration::ZERO,
                    (true, false) => AFTER_YOU,
                    // Something goes back when something has come.
                    (false, _) => CHOICE,
                };
                self.due = Some((now.saturating_add(wait), Answer::Give(NOTHING)));
            }
            Question::Item(NOTHING) => self.take(true, now),
            Question::Item(item) => self.turns.push_back(Turn::Item(item)),
            // Nothing else is asked in these two conversations.
            _ => {}
        }
    }

    fn done(&mut self, result: Result<Outcome, TalkError>) {
        let turn = match result {
            Ok(Outcome::Played(played)) => Turn::Played(Box::new(Story {
                visitor: Visitor::of(&played.theirs),
                ending: played.result.ending(),
                friendship: played.remember.min(4) as u8,
                came: played.role == Role::Initiator,
            })),
            Ok(Outcome::Gifts { got, .. }) => Turn::Gifts(Verdict { gave: Gave::Yes, got: Some(got) }),
            // A link that takes no commands would refuse the next ones as well.
            Err(TalkError::Gifts { why, verdict }) if !matches!(*why, TalkError::LinkLost | TalkError::Command(_)) => {
                Turn::Gifts(verdict)
            }
            Err(why) => return self.end(why.to_string()),
            Ok(_) => return self.end("the visit ended in an unexpected way".to_owned()),
        };
        self.turns.push_back(turn);
        (self.asked, self.begins, self.due) = (false, false, None);
        self.at = At::Together;
        self.talk = Box::new(Gifts::recipient(Gifts::VERSION, Duration::MAX).asking());
    }

    fn end(&mut self, why: String) {
        self.at = At::Over;
        self.turns.push_back(Turn::Over(why));
    }
}

/// On a stream inside QUIC nothing is lost, so that whoever is silent was stopped, or its packets were: the table knows
/// sooner than any of these times whether it is still there.
fn config(comes: bool) -> Config {
    let long = Duration::from_secs(40);
    let timers = Timers {
        // Not as long, because an offer may come when the other side cannot hear it.
        packet: Duration::from_secs(8),
        response: long,
        first: long,
        byte: long,
        echo: long,
        echo_interval: long,
        ..Timers::default()
    };
    let glare = if comes { Glare::Hold } else { Glare::Yield };
    Config { glare, far_side: FarSide::Virtual, timers, ..Config::default() }
}

#[cfg(test)]
mod tests;
