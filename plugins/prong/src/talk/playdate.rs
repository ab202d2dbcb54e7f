//! Playdates (§3.1): session, exchange both ways, friendship, result, and breeding if both want it.

use std::time::Duration;

use super::agenda::{Agenda, Script};
use super::{Answer, NotAsked, Outcome, Played, Question, Session, TalkError};
use crate::engine::{Command, Event, Listen};
use crate::packet::{Ending, Exchange, Message, PLAYDATE, PlayResult, Stage, Words, rules};

/// Which side of a playdate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Speaks first, works out what happens, shows it first.
    Initiator,
    /// Answers, and is told what happens.
    Recipient,
}

/// One side of a playdate. If both sides begin one at once, the one whose engine gives way becomes the recipient.
pub struct Playdate {
    agenda: Agenda,
    role: Role,
    at: At,
    mine: Exchange,
    session: Option<Session>,
    patience: Duration,
    theirs: Option<Box<Exchange>>,
    friendship: u16,
    result: Option<PlayResult>,
    /// The choices of both players, and how far the other side says it is.
    choice: [Option<bool>; 2],
    synced: [bool; 2],
    said: bool,
    shown: bool,
}

/// What is awaited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    /// Our session packet to be sent.
    Opening,
    /// Our exchange to be sent.
    Showing,
    /// Their exchange.
    Looking,
    /// What the application remembers of them.
    Known,
    /// Our friendship to be sent, or theirs to come.
    Friendship,
    /// The animation's end.
    Play,
    /// Our result to be sent, or theirs to come.
    Result,
    /// The choices and `SYNC 1`.
    Choosing,
    /// The second result, sent or to come.
    Second,
    /// The second animation's end and `SYNC 2`.
    Wedding,
}

const MINE: usize = 0;
const THEIRS: usize = 1;

impl Playdate {
    /// Begins a playdate; a toy expects that the session is set first.
    pub fn initiator(mine: Exchange, session: Option<Session>, patience: Duration) -> Self {
        Self::new(Role::Initiator, mine, session, patience, Agenda::new())
    }

    /// Waits for a playdate.
    pub fn recipient(mine: Exchange, patience: Duration) -> Self {
        Self::new(Role::Recipient, mine, None, patience, Agenda::new())
    }

    /// Goes on with a playdate whose first packet was received already; [`Event::Received`] with it is to be heard
    /// next.
    pub(crate) fn joined(mine: Exchange, patience: Duration) -> Self {
        Self::new(Role::Recipient, mine, None, patience, Agenda::begun())
    }

    fn new(role: Role, mine: Exchange, session: Option<Session>, patience: Duration, agenda: Agenda) -> Self {
        Self {
            agenda,
            role,
            at: At::Looking,
            mine,
            session,
            patience,
            theirs: None,
            friendship: 0,
            result: None,
            choice: [None; 2],
            synced: [false; 2],
            said: false,
            shown: false,
        }
    }

    fn listen(&mut self, at: At, size: usize, now: Duration) {
        self.at = at;
        self.agenda.listen(wanted(size), self.patience, now);
    }

    fn show(&mut self, at: At, yielding: Option<Listen>, now: Duration) {
        self.at = at;
        let message = Message::Exchange(Box::new(self.mine.clone()));
        self.tell(&message, yielding, now);
    }

    /// Whether a message is what is awaited.
    fn fits(&self, message: &Message) -> bool {
        match (self.at, message) {
            (At::Looking | At::Opening | At::Showing, Message::Exchange(_)) => true,
            (At::Friendship, Message::Friendship(_)) => true,
            (At::Result, Message::Result(result)) => result.ending().is_some(),
            (At::Second, Message::Result(_)) => true,
            _ => false,
        }
    }

    fn read(&self, kind: u8, data: &[u8]) -> Result<Message, TalkError> {
        let message = Message::parse(kind, data)?;
        if self.fits(&message) { Ok(message) } else { Err(TalkError::Unexpected { kind, size: data.len() }) }
    }

    /// The other side was first, although we began as well.
    fn give_way(&mut self) {
        if self.agenda.yielded {
            self.agenda.withdraw();
            self.role = Role::Recipient;
            self.at = At::Looking;
        }
    }

    fn took(&mut self, message: Message, now: Duration) {
        match message {
            Message::Exchange(theirs) => {
                let data = &theirs.data;
                let question = Question::Known { device: data.device, character: data.character };
                self.theirs = Some(theirs);
                self.at = At::Known;
                self.agenda.wait_for_ever();
                self.agenda.ask(question);
            }
            Message::Friendship(friendship) => {
                self.friendship = friendship.min(rules::BEST_FRIENDS);
                self.listen(At::Result, 4, now);
            }
            Message::Result(result) if self.at == At::Result => self.ended(result, now),
            Message::Result(result) => self.decided(result, now),
            _ => {}
        }
    }

    /// The first result is known to both.
    fn ended(&mut self, result: PlayResult, now: Duration) {
        self.result = Some(result);
        if result.can_breed() {
            self.at = At::Choosing;
            self.agenda.wait_for_ever();
            self.agenda.ask(Question::Breed);
        } else {
            self.over(false, now);
        }
    }

    /// Goes on from the choices as far as they are made.
    fn chosen(&mut self, now: Duration) {
        match (self.role, self.choice) {
            (Role::Recipient, [Some(mine), _]) => {
                self.say(Words::Breed(mine));
                self.say(Words::Sync(Stage::Chosen));
                // The initiator's SYNC 1 comes before its result, or was lost: the result says the same.
                self.listen(At::Second, 4, now);
            }
            (Role::Initiator, [Some(mine), Some(theirs)]) => {
                if !std::mem::replace(&mut self.said, true) {
                    self.say(Words::Sync(Stage::Chosen));
                    self.agenda.wait(self.patience, now);
                }
                if self.synced[0] {
                    self.at = At::Second;
                    let mut result = self.result.unwrap_or(PlayResult::new(Ending::Played, true));
                    if mine && theirs {
                        result.result = PlayResult::BREEDS;
                    }
                    self.tell(&Message::Result(result), None, now);
                }
            }
            (Role::Initiator, [Some(_), None]) => self.agenda.wait(self.patience, now),
            _ => {}
        }
    }

    /// The second result is known to both.
    fn decided(&mut self, result: PlayResult, now: Duration) {
        if result.result != PlayResult::BREEDS {
            self.over(false, now);
        } else if self.choice[MINE] != Some(true) {
            self.fail(TalkError::NotAgreed, now);
        } else {
            self.at = At::Wedding;
            self.agenda.wait_for_ever();
            self.agenda.ask(Question::Wedding);
        }
    }

    fn say(&mut self, words: Words) {
        if let Some(words) = words.write() {
            self.agenda.act(Command::Say(words));
        }
    }

    fn heard_words(&mut self, words: Words, now: Duration) {
        match (self.at, words) {
            (At::Result | At::Choosing, Words::Breed(choice)) if self.role == Role::Initiator => {
                self.choice[THEIRS].get_or_insert(choice);
            }
            (At::Result | At::Choosing, Words::Sync(Stage::Chosen)) => self.synced[0] = true,
            (At::Second | At::Wedding, Words::Sync(Stage::Shown)) => self.synced[1] = true,
            _ => return,
        }
        match self.at {
            At::Choosing if self.role == Role::Initiator => self.chosen(now),
            At::Wedding if self.shown && self.synced[1] => self.over(true, now),
            _ => {}
        }
    }

    fn over(&mut self, bred: bool, now: Duration) {
        let (Some(theirs), Some(result)) = (self.theirs.take(), self.result) else {
            // Not without both.
            return self.fail(TalkError::GivenUp, now);
        };
        let ending = result.ending().unwrap_or(Ending::Played);
        let in_love = [self.mine.data.in_love(), theirs.data.in_love()];
        self.agenda.done(Outcome::Played(Box::new(Played {
            role: self.role,
            friendship: self.friendship,
            remember: rules::remember(self.friendship, ending, in_love),
            theirs: *theirs,
            result,
            bred,
        })));
    }
}

/// Packets of a playdate are judged before their last acknowledgement.
fn wanted(size: usize) -> Listen {
    Listen::to(PLAYDATE).at_most(size as u32).held()
}

impl Script for Playdate {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, now: Duration) {
        let yielding = wanted(Exchange::SIZE);
        match (self.role, self.session) {
            (Role::Recipient, _) => self.listen(At::Looking, Exchange::SIZE, now),
            (Role::Initiator, None) => self.show(At::Showing, Some(yielding), now),
            (Role::Initiator, Some(session)) => {
                self.at = At::Opening;
                self.open(session, PLAYDATE, Some(yielding));
            }
        }
    }

    fn session_known(&mut self, now: Duration) -> bool {
        let opening = self.at == At::Opening;
        if opening {
            self.show(At::Showing, Some(wanted(Exchange::SIZE)), now);
        }
        opening
    }

    fn heard(&mut self, event: &Event, received: &[u8], now: Duration) {
        match event {
            Event::Held { kind, .. } => match self.read(*kind, received) {
                Ok(_) => self.agenda.act(Command::Answer(true)),
                Err(why) => self.fail(why, now),
            },
            Event::Received(packet) => match self.read(packet.kind, &packet.data) {
                Ok(message) => {
                    self.give_way();
                    self.took(message, now);
                }
                Err(why) => self.fail(why, now),
            },
            Event::SessionSet(_) if self.agenda.yielded || (self.role, self.at) == (Role::Recipient, At::Looking) => {
                self.give_way();
                self.listen(At::Looking, Exchange::SIZE, now);
            }
            Event::SessionSet(_) => self.fail(TalkError::Session, now),
            Event::Receiving { done: 1.., .. } if !self.agenda.yielded => self.agenda.wait(self.patience, now),
            Event::Custom(words) => self.heard_words(Words::read(words), now),
            Event::Sent => match (self.role, self.at) {
                (Role::Initiator, At::Opening) => self.show(At::Showing, None, now),
                (Role::Initiator, At::Showing) => self.listen(At::Looking, Exchange::SIZE, now),
                (Role::Recipient, At::Showing) => self.listen(At::Friendship, 2, now),
                (Role::Initiator, At::Friendship) => {
                    self.at = At::Play;
                    self.agenda.wait_for_ever();
                    if let Some(theirs) = self.theirs.clone() {
                        let suggestion = rules::play(&self.mine, &theirs, self.friendship);
                        self.agenda.ask(Question::Play { theirs, friendship: self.friendship, suggestion });
                    }
                }
                (Role::Initiator, At::Result) => {
                    let result = self.result.unwrap_or(PlayResult::new(Ending::Played, false));
                    self.ended(result, now);
                }
                (Role::Initiator, At::Second) => {
                    let bred = self.choice == [Some(true); 2];
                    let result = if bred { PlayResult::BREEDS } else { 0 };
                    self.decided(PlayResult { result, flags: 1 }, now);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn answered(&mut self, answer: Answer, now: Duration) -> Result<(), NotAsked> {
        match (self.at, self.role, answer) {
            (At::Known, Role::Initiator, Answer::Known(known)) => {
                let theirs = self.theirs.as_ref().ok_or(NotAsked)?;
                self.friendship = rules::friendship(known, &self.mine.ghost, theirs);
                self.at = At::Friendship;
                self.tell(&Message::Friendship(self.friendship), None, now);
            }
            (At::Known, Role::Recipient, Answer::Known(known)) => {
                self.mine.data.friendship = known.unwrap_or_default().min(rules::BEST_FRIENDS);
                self.show(At::Showing, None, now);
            }
            (At::Play, _, Answer::Played(result)) if result.ending().is_some() => {
                self.at = At::Result;
                self.result = Some(result);
                self.tell(&Message::Result(result), None, now);
            }
            (At::Choosing, _, Answer::Breed(choice)) if self.choice[MINE].is_none() => {
                self.choice[MINE] = Some(choice);
                self.chosen(now);
            }
            (At::Wedding, _, Answer::Shown) if !self.shown => {
                self.shown = true;
                self.say(Words::Sync(Stage::Shown));
                if self.synced[1] {
                    self.over(true, now);
                } else {
                    self.agenda.wait(self.patience, now);
                }
            }
            _ => return Err(NotAsked),
        }
        Ok(())
    }
}
