//! Gifts (§3.2): hello both ways, the players choose, one item each way with an echo between them.
//!
//! Whoever chooses first is the initiator of the items. If both choose at once, the one whose engine gives way takes
//! the other's item first and is the second.
//!
//! **What is certain.** An item is given when its only chunk was acknowledged, and certainly not given as long as that
//! chunk was never sent. Between the two nobody can know: no protocol can make both sides certain over a line that may
//! lose the last word (the two generals). [`Verdict`] says so plainly instead of guessing, also after a refusal, which
//! looks like a lost acknowledgement followed by something else. What a side *got* it always knows. That the first
//! item was taken does not mean that the second will come: who gives first may end with nothing, and is told.

use std::fmt;
use std::time::Duration;

use super::agenda::{Agenda, Script};
use super::{Answer, NotAsked, Outcome, Question, Session, TalkError};
use crate::engine::{Command, Event, Listen, Stop};
use crate::packet::{GIFTS, Message};

/// How long the second giver leaves the line to the first one's echo request.
const PAUSE: Duration = Duration::from_millis(500);

/// Where the items are when an exchange ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Ours.
    pub gave: Gave,
    /// Theirs, which is certain: its number, if we have it.
    pub got: Option<u16>,
}

/// Whether the other side has our item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gave {
    /// Certainly not.
    No,
    /// Certainly: its link layer has acknowledged it.
    Yes,
    /// It went out and nothing certain came back.
    Unknown,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.gave {
            Gave::No => "your item was not given",
            Gave::Yes => "your item was given",
            Gave::Unknown => "nobody can say whether your item was given",
        })?;
        match self.got {
            Some(item) => write!(f, ", item {item} was taken"),
            None => f.write_str(", none was taken"),
        }
    }
}

/// One side of an exchange of gifts.
pub struct Gifts {
    agenda: Agenda,
    at: At,
    starts: bool,
    hello: u32,
    session: Option<Session>,
    patience: Duration,
    asks: bool,
    /// A packet is being taken while the choice is open.
    taking: bool,
    mine: Option<u16>,
    verdict: Verdict,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    /// Our session packet to be sent.
    Opening,
    /// Our hello to be sent, theirs to come after it.
    Hello,
    /// Theirs.
    Waiting,
    /// Our hello to be sent, theirs has come.
    HelloBack,
    /// Either player's choice.
    Choosing,
    /// That we no longer listen.
    Turning,
    /// Our item to be sent, before theirs.
    Offering,
    /// The echo.
    Echo,
    /// Their item.
    Theirs,
    /// Our player's choice, their item has come.
    Second,
    /// The end of the pause before our item.
    Pause,
    /// Our item to be sent, theirs has come.
    Returning,
}

impl Gifts {
    /// What a toy of the first wave says in its hello: version 1.
    pub const VERSION: u32 = 1;

    /// Says hello first.
    pub fn initiator(hello: u32, session: Option<Session>, patience: Duration) -> Self {
        Self { session, ..Self::new(true, hello, patience, Agenda::new()) }
    }

    /// Waits for a hello.
    pub fn recipient(hello: u32, patience: Duration) -> Self {
        Self::new(false, hello, patience, Agenda::new())
    }

    /// Goes on after a hello was received; [`Event::Received`] with it is to be heard next.
    pub(crate) fn joined(hello: u32, patience: Duration) -> Self {
        Self::new(false, hello, patience, Agenda::begun())
    }

    /// The same with [`Question::Item`] before an item is taken.
    #[must_use]
    pub fn asking(self) -> Self {
        Self { asks: true, ..self }
    }

    /// Where the items are now.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    fn new(starts: bool, hello: u32, patience: Duration, agenda: Agenda) -> Self {
        Self {
            agenda,
            at: At::Waiting,
            starts,
            hello,
            session: None,
            patience,
            asks: false,
            taking: false,
            mine: None,
            verdict: Verdict { gave: Gave::No, got: None },
        }
    }

    fn listen(&mut self, at: At, size: u32, now: Duration) {
        self.at = at;
        self.agenda.listen(wanted(size), self.patience, now);
    }

    fn say_hello(&mut self, at: At, now: Duration) {
        self.at = at;
        // The same packet is right before and after theirs.
        self.tell(&Message::Hello(self.hello), Some(wanted(4)), now);
    }

    fn read(&self, kind: u8, data: &[u8]) -> Result<Message, TalkError> {
        let message = Message::parse(kind, data)?;
        let fits = match message {
            Message::Hello(_) => matches!(self.at, At::Hello | At::Waiting),
            Message::Gift(_) => matches!(self.at, At::Choosing | At::Offering | At::Theirs),
            _ => false,
        };
        if fits { Ok(message) } else { Err(TalkError::Unexpected { kind, size: data.len() }) }
    }

    fn took(&mut self, message: &Message, now: Duration) {
        match (self.at, message) {
            // Ours gave way and is offered again by itself.
            (At::Hello, Message::Hello(_)) if self.agenda.yielded => {
                self.agenda.yielded = false;
                self.at = At::HelloBack;
                self.agenda.wait_for_ever();
                self.ask(message);
            }
            (At::Waiting, Message::Hello(_)) if self.starts => {
                self.ask(message);
                self.choose(now);
            }
            (At::Waiting, Message::Hello(_)) => {
                self.ask(message);
                self.say_hello(At::HelloBack, now);
            }
            (At::Offering, Message::Gift(item)) => {
                self.agenda.yielded = false;
                self.verdict.got = Some(*item);
                self.at = At::Returning;
            }
            (At::Theirs, Message::Gift(item)) => {
                self.verdict.got = Some(*item);
                self.over(*item);
            }
            (_, Message::Gift(item)) => {
                self.verdict.got = Some(*item);
                self.at = At::Second;
                self.agenda.wait_for_ever();
                self.give(now);
            }
            _ => {}
        }
    }

    fn ask(&mut self, hello: &Message) {
        if let Message::Hello(hello) = hello {
            self.agenda.ask(Question::Gift { hello: *hello });
        }
    }

    /// Both hellos are through. The answer may be there already.
    fn choose(&mut self, now: Duration) {
        if self.mine.is_some() {
            self.offer(now);
        } else {
            self.taking = false;
            self.listen(At::Choosing, 2, now);
        }
    }

    fn offer(&mut self, now: Duration) {
        self.at = At::Offering;
        if let Some(item) = self.mine {
            self.tell(&Message::Gift(item), Some(wanted(2)), now);
        }
    }

    /// What follows from our choice.
    fn give(&mut self, now: Duration) {
        match self.at {
            At::Choosing if !self.taking => {
                self.at = At::Turning;
                self.agenda.act(Command::Cancel);
            }
            At::Second if self.mine.is_some() => {
                self.at = At::Pause;
                self.agenda.wait(PAUSE, now);
            }
            _ => {}
        }
    }

    fn over(&mut self, got: u16) {
        if let Some(gave) = self.mine {
            self.agenda.done(Outcome::Gifts { gave, got });
        }
    }
}

/// Packets of gifts are judged before their acknowledgement.
fn wanted(size: u32) -> Listen {
    Listen::to(GIFTS).at_most(size).held()
}

impl Script for Gifts {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn start(&mut self, now: Duration) {
        match self.session {
            Some(session) => {
                self.at = At::Opening;
                self.open(session, GIFTS, None);
            }
            None if self.starts => self.say_hello(At::Hello, now),
            None => self.listen(At::Waiting, 4, now),
        }
    }

    fn session_known(&mut self, now: Duration) -> bool {
        let opening = self.at == At::Opening;
        if opening {
            self.say_hello(At::Hello, now);
        }
        opening
    }

    fn observe(&mut self, event: &Event) {
        if let At::Offering | At::Returning = self.at {
            match event {
                Event::Sending { done: 0, .. } => self.verdict.gave = Gave::Unknown,
                Event::Sent => self.verdict.gave = Gave::Yes,
                _ => {}
            }
        }
        // On the way to a failed end a packet may still come.
        if let (Event::Received(packet), At::Choosing | At::Turning | At::Offering | At::Theirs) = (event, self.at)
            && let Ok(Message::Gift(item)) = Message::parse(packet.kind, &packet.data)
        {
            self.verdict.got = Some(item);
        }
    }

    fn stopped(&mut self, stop: Stop, now: Duration) -> bool {
        let turned = self.at == At::Turning && stop == Stop::ByUs;
        if turned {
            self.offer(now);
        }
        turned
    }

    fn heard(&mut self, event: &Event, received: &[u8], now: Duration) {
        match event {
            Event::Receiving { done, .. } => {
                self.taking = true;
                if *done > 0 && !self.agenda.yielded {
                    self.agenda.wait(self.patience, now);
                }
            }
            Event::Held { kind, .. } => match self.read(*kind, received) {
                Ok(Message::Gift(item)) if self.asks => self.agenda.ask(Question::Item(item)),
                Ok(_) => self.agenda.act(Command::Answer(true)),
                Err(why) => self.fail(why, now),
            },
            Event::Received(packet) => match self.read(packet.kind, &packet.data) {
                Ok(message) => self.took(&message, now),
                Err(why) => self.fail(why, now),
            },
            Event::SessionSet(_) if self.at == At::Waiting && !self.starts => self.listen(At::Waiting, 4, now),
            Event::SessionSet(_) => self.fail(TalkError::Session, now),
            Event::EchoAnswered => self.listen(At::Theirs, 2, now),
            Event::Sent => match self.at {
                At::Opening => self.say_hello(At::Hello, now),
                At::Hello => self.listen(At::Waiting, 4, now),
                At::HelloBack => self.choose(now),
                At::Offering => {
                    self.at = At::Echo;
                    self.agenda.act(Command::Echo);
                }
                At::Returning => {
                    if let Some(got) = self.verdict.got {
                        self.over(got);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn expired(&mut self, now: Duration) {
        if let (At::Pause, Some(item)) = (self.at, self.mine) {
            self.at = At::Returning;
            self.tell(&Message::Gift(item), None, now);
        } else {
            self.fail(TalkError::Impatient, now);
        }
    }

    fn answered(&mut self, answer: Answer, now: Duration) -> Result<(), NotAsked> {
        match answer {
            Answer::Give(item) if self.mine.is_none() && !matches!(self.at, At::Opening | At::Hello | At::Waiting) => {
                self.mine = Some(item);
                self.give(now);
            }
            Answer::Take(welcome) if self.asks && matches!(self.at, At::Choosing | At::Offering | At::Theirs) => {
                self.agenda.act(Command::Answer(welcome));
            }
            _ => return Err(NotAsked),
        }
        Ok(())
    }

    fn explain(&self, why: TalkError) -> TalkError {
        TalkError::Gifts { why: Box::new(why), verdict: self.verdict }
    }
}
