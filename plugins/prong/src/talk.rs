//! Conversations (§3): what two toys say to each other, from the first packet to the last.
//!
//! A [`Talk`] does no I/O, reads no clock and draws no random numbers. Whoever owns it and an engine tells it every
//! event of the engine by [`hear`](Talk::hear), then calls [`next`](Talk::next) and does what that says until it says
//! [`Step::Wait`]; [`act`] is that loop. Either side of each conversation can be played.
//!
//! Where a person must choose, the talk asks a [`Question`] once, and goes on when [`answer`](Talk::answer) is called;
//! while it waits, the other side is served. Where the protocol has no timer, a talk waits for the other side as long
//! as its `patience` says, anew for each chunk that came. Words (custom commands) are never acknowledged: a lost one
//! ends in impatience.

mod agenda;
mod download;
mod factory;
mod gifts;
mod playdate;
mod single;

use std::time::Duration;

use crate::engine::{Command, CommandError, Engine, Event, Output, Packet, Stop};
use crate::packet::{Exchange, Item, MessageError, Patch, Pattern, PlayResult};

pub use download::Download;
pub use factory::Factory;
pub use gifts::{Gave, Gifts, Verdict};
pub use playdate::{Playdate, Role};
pub use single::{EchoTest, ReceiveOne, SendOne};

/// How long a talk waits for the other side where the protocol sets no limit, if nothing else is said.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// One side of a conversation.
pub trait Talk: Send {
    /// What is to be done now. Every event of the engine must have been heard before.
    fn next(&mut self, now: Duration) -> Step;

    /// Takes an event of the engine; `received` is [`Engine::received`], which counts at [`Event::Held`].
    fn hear(&mut self, event: &Event, received: &[u8], now: Duration);

    /// The command of the last [`Step::Do`] was not taken.
    fn refused(&mut self, error: CommandError, now: Duration);

    /// Answers the question that was asked.
    ///
    /// # Errors
    /// It was not asked, or no longer matters.
    fn answer(&mut self, answer: Answer, now: Duration) -> Result<(), NotAsked>;

    /// Ends the conversation by the protocol's rules; [`Step::Done`] follows.
    fn give_up(&mut self, now: Duration);
}

/// What a talk wants.
#[derive(Debug)]
pub enum Step {
    /// Give this to the engine; if it is not taken say so by [`Talk::refused`].
    Do(Command),
    /// Nothing before the next event or answer, or this time (`None`: no limit).
    Wait(Option<Duration>),
    /// Ask a person, or a program in its place. Each question comes once.
    Ask(Question),
    /// It is over; this comes once. The engine was cancelled and is idle then, or was given ten seconds to be.
    Done(Result<Outcome, TalkError>),
}

/// What an application is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// Playdate: how good friends are we with this one? [`Answer::Known`], soon: the other side waits.
    Known {
        /// The other toy.
        device: u32,
        /// Its pet.
        character: u32,
    },
    /// Playdate, initiator: how did it end? [`Answer::Played`], when the animation is over.
    Play {
        /// The visitor.
        theirs: Box<Exchange>,
        /// 0 to 4.
        friendship: u16,
        /// What the toys' own rules say.
        suggestion: PlayResult,
    },
    /// Playdate: shall they breed? [`Answer::Breed`].
    Breed,
    /// Playdate: both said yes. [`Answer::Shown`], when the animation is over.
    Wedding,
    /// Gifts: what is given? [`Answer::Give`]. Who answers first is the initiator.
    Gift {
        /// What the other side can do (§3.2).
        hello: u32,
    },
    /// Gifts: is this item welcome? [`Answer::Take`], within four seconds.
    Item(u16),
}

/// What an application answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// To [`Question::Known`]: what is remembered, 0 to 4.
    Known(Option<u16>),
    /// To [`Question::Play`]: one of the four endings.
    Played(PlayResult),
    /// To [`Question::Breed`].
    Breed(bool),
    /// To [`Question::Wedding`].
    Shown,
    /// To [`Question::Gift`]: number of the item.
    Give(u16),
    /// To [`Question::Item`]; `false` cancels the exchange.
    Take(bool),
}

/// An answer without its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody asked that now: answer the question that was asked last, with something that is possible")]
pub struct NotAsked;

/// How a conversation ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Somebody is there.
    Echo,
    /// The packet was taken to its end; what becomes of it nobody tells.
    Sent,
    /// A packet came.
    Received(Packet),
    /// A playdate.
    Played(Box<Played>),
    /// Two gifts changed hands.
    Gifts {
        /// Item given.
        gave: u16,
        /// Item taken.
        got: u16,
    },
    /// An item was downloaded from the other side.
    Item(Item),
    /// A patch was downloaded from the other side.
    Patch(Patch),
    /// A factory test came.
    Factory(Pattern),
}

/// How a playdate went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Which side this was in the end.
    pub role: Role,
    /// The other pet.
    pub theirs: Exchange,
    /// Friendship during the playdate, 0 to 4.
    pub friendship: u16,
    /// Friendship to remember, by the toys' own rules.
    pub remember: u16,
    /// The ending, as the initiator told it (see there who ate whom).
    pub result: PlayResult,
    /// Whether there is an egg.
    pub bred: bool,
}

/// Why a conversation failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TalkError {
    /// The link layer gave up.
    #[error("{0}")]
    Link(Stop),
    /// The engine did not take a command.
    #[error("{0}")]
    Command(CommandError),
    /// A packet that cannot be read.
    #[error("{0}")]
    Message(#[from] MessageError),
    /// A packet that can be read and does not belong here.
    #[error("the other side sent {size} bytes of type {kind}, which have no place here: are both on the same screen?")]
    Unexpected {
        /// Its type.
        kind: u8,
        /// Its bytes.
        size: usize,
    },
    /// An offer that is too large for anything awaited here.
    #[error("the other side offers {0} bytes, which are too many here: are both on the same screen?")]
    TooLarge(u32),
    /// The session was set where nobody may.
    #[error("the other side set the session in the middle of a conversation: start again on both sides")]
    Session,
    /// The initiator says that the pets breed, and one side said no.
    #[error("the other side breeds although not both agreed: nothing was done")]
    NotAgreed,
    /// Echo requests.
    #[error("nobody answers: no reply to three echo requests; is the other side connected and on the right screen?")]
    NoEcho,
    /// Longer than the patience.
    #[error("the other side did not go on in time: is it still there?")]
    Impatient,
    /// The port or connection.
    #[error("the line is gone")]
    LinkLost,
    /// [`Talk::give_up`].
    #[error("given up here")]
    GivenUp,
    /// Gifts failed; what certainly happened stands beside it.
    #[error("{why} ({verdict})")]
    Gifts {
        /// Why.
        why: Box<TalkError>,
        /// Where the items are.
        verdict: Verdict,
    },
}

/// Sets the session before the first packet: what the initiator of a playdate does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its ID.
    pub id: u32,
    /// Two random bytes to have some data.
    pub random: [u8; 2],
}

/// Asks a talk what to do and has it done by `command` until it waits, asks or is over: never [`Step::Do`].
pub fn act(talk: &mut dyn Talk, now: Duration, mut command: impl FnMut(Command) -> Result<(), CommandError>) -> Step {
    loop {
        match talk.next(now) {
            Step::Do(wanted) => {
                if let Err(error) = command(wanted) {
                    talk.refused(error, now);
                }
            }
            step => return step,
        }
    }
}

/// What [`drive`] came upon.
#[derive(Debug)]
pub enum Turn {
    /// As [`Output::Transmit`].
    Transmit {
        /// Write these.
        bytes: Vec<u8>,
        /// Throw away first what was received and not yet given to the engine.
        purge: bool,
    },
    /// Call again after the next input or answer, or give the engine [`Input::Time`](crate::engine::Input::Time) and
    /// call again at this time.
    Wait(Option<Duration>),
    /// As [`Step::Ask`].
    Ask(Question),
    /// As [`Step::Done`].
    Done(Result<Outcome, TalkError>),
}

/// Joins a talk and an engine; call after every input until it is [`Turn::Wait`] or [`Turn::Done`].
pub fn drive(engine: &mut Engine, talk: &mut dyn Talk, now: Duration) -> Turn {
    loop {
        let timer = match engine.poll_output() {
            Output::Transmit { bytes, purge } => return Turn::Transmit { bytes, purge },
            Output::Event(event) => {
                talk.hear(&event, engine.received(), now);
                continue;
            }
            Output::Timeout(timer) => timer,
        };
        match talk.next(now) {
            Step::Do(command) => {
                if let Err(error) = engine.command(command, now) {
                    talk.refused(error, now);
                }
            }
            Step::Wait(until) => return Turn::Wait(timer.into_iter().chain(until).min()),
            Step::Ask(question) => return Turn::Ask(question),
            Step::Done(result) => return Turn::Done(result),
        }
    }
}
