//! One end of a bridge: whether the far toy is there, and how much may be on its way.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Friend, Guard, Loss, Nonsense, Off, PIECE, Stop, WINDOW, Word, Words};
use crate::budget::Budget;
use crate::message::Seat;

/// So many bytes are taken before that is said.
const TELL: usize = WINDOW / 4;

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Write this to the stream.
    Write(Vec<u8>),
    /// For the own toy's line.
    Joined,
    /// The same.
    Lost(Loss),
    /// The same.
    Bytes(Vec<u8>),
    /// Tell the player.
    Friend(Friend),
    /// The same; whether it was for the toy here.
    Stopped(bool, Stop),
}

/// One end of a stream that two real toys use.
#[derive(Debug)]
pub(crate) struct End {
    seat: Seat,
    words: Words,
    own: Result<Guard, Off>,
    /// How often this side began anew; 0: it was never on.
    mine: u16,
    /// The same of the other side, as heard last; 0: never, or it is off.
    theirs: u16,
    /// What the other side was told last that was heard of it.
    told: u16,
    /// The other side was told that the own toy is not there.
    told_off: Option<Off>,
    friend: Option<Result<Guard, Off>>,
    joined: bool,
    /// Bytes that are on their way there.
    out: usize,
    /// Bytes that came and were not taken.
    due: usize,
    /// Bytes that were taken, which the other side does not know yet.
    untold: usize,
    /// How often the other side may begin anew, and tell of stops.
    anew: Budget,
    stops: Budget,
    acts: VecDeque<Act>,
}

impl End {
    /// An end towards a seat, of a toy that is switched on or not there for a reason. Whether it is said at once is for
    /// [`open`](End::open).
    pub(crate) fn new(seat: Seat, own: Result<Guard, Off>, now: Duration) -> End {
        End {
            seat,
            words: Words::default(),
            own,
            mine: u16::from(own.is_ok()),
            theirs: 0,
            told: 0,
            told_off: None,
            friend: None,
            joined: false,
            out: 0,
            due: 0,
            untold: 0,
            anew: Budget::new(5, 20, now),
            stops: Budget::new(1, 4, now),
            acts: VecDeque::new(),
        }
    }

    /// Says how it stands here.
    pub(crate) fn open(&mut self) {
        self.say_own();
    }

    /// The next thing to be done.
    pub(crate) fn act(&mut self) -> Option<Act> {
        self.acts.pop_front()
    }

    pub(crate) fn seat(&self) -> Seat {
        self.seat
    }

    pub(crate) fn is_joined(&self) -> bool {
        self.joined
    }

    pub(crate) fn friend(&self) -> Option<Friend> {
        self.friend.map(|toy| Friend { seat: self.seat, toy })
    }

    fn say(&mut self, word: Word) {
        self.acts.push_back(Act::Write(word.to_bytes()));
    }

    fn say_own(&mut self) {
        match self.own {
            Ok(guard) => {
                (self.told, self.told_off) = (self.theirs, None);
                self.say(Word::On { mine: self.mine, yours: self.theirs, guard });
            }
            Err(why) if self.told_off == Some(why) => {}
            Err(why) => {
                self.told_off = Some(why);
                self.say(Word::Off(why));
            }
        }
    }

    fn forget(&mut self) {
        (self.joined, self.out, self.due, self.untold) = (false, 0, 0, 0);
    }

    /// The own toy is there, or not any more, or behind another guard.
    pub(crate) fn set(&mut self, own: Result<Guard, Off>) {
        if self.own == own {
            return;
        }
        if std::mem::take(&mut self.joined) {
            self.acts.push_back(Act::Lost(Loss::Here));
        }
        self.own = own;
        self.begin();
    }

    /// What the own toy had under way is lost. [`Act::Joined`] follows when the other side knows.
    pub(crate) fn anew(&mut self) {
        if self.joined {
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.forget();
        if self.own.is_ok() {
            // Never 0, which means never.
            self.mine = self.mine.checked_add(1).unwrap_or(1);
        }
        self.say_own();
    }

    /// How many bytes may be sent now.
    pub(crate) fn room(&self) -> usize {
        if self.joined { WINDOW.saturating_sub(self.out) } else { 0 }
    }

    /// Sends bytes, no more than there is room for.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            self.out += piece.len();
            self.say(Word::Bytes(piece));
        }
    }

    /// So many bytes have reached the own toy.
    pub(crate) fn taken(&mut self, count: usize) {
        let count = count.min(self.due);
        self.due -= count;
        self.untold += count;
        if self.untold >= TELL {
            self.say(Word::Taken(self.untold as u16));
            self.untold = 0;
        }
    }

    /// The guard here has stopped something on its way to the own toy, or to the other.
    pub(crate) fn stopped(&mut self, mine: bool, why: Stop) {
        self.say(Word::Stopped { mine, why });
    }

    /// Bytes came on the stream.
    ///
    /// # Errors
    /// They are no words, or too many.
    pub(crate) fn receive(&mut self, mut bytes: &[u8], now: Duration) -> Result<(), Nonsense> {
        while let Some(word) = self.words.next(&mut bytes)? {
            match word {
                Word::On { mine, yours, guard } => self.friend_on(mine, yours, guard, now)?,
                Word::Off(why) => {
                    self.friend_is(Err(why));
                    self.lose(Loss::Friend(why));
                    (self.theirs, self.told) = (0, 0);
                }
                // Of what was on its way when one side began anew.
                Word::Bytes(_) | Word::Taken(_) if !self.joined => {}
                Word::Bytes(piece) => {
                    self.due += piece.len();
                    if self.due + self.untold > WINDOW {
                        return Err(Nonsense);
                    }
                    self.acts.push_back(Act::Bytes(piece.to_vec()));
                }
                Word::Taken(count) => self.out = self.out.checked_sub(count.into()).ok_or(Nonsense)?,
                Word::Stopped { mine, why } => {
                    if self.stops.take(1, now) {
                        self.acts.push_back(Act::Stopped(!mine, why));
                    }
                }
            }
        }
        Ok(())
    }

    fn friend_on(&mut self, theirs: u16, yours: u16, guard: Guard, now: Duration) -> Result<(), Nonsense> {
        if theirs != self.theirs {
            if !self.anew.take(1, now) {
                return Err(Nonsense);
            }
            self.lose(Loss::Anew);
            self.theirs = theirs;
        }
        self.friend_is(Ok(guard));
        if self.own.is_err() || self.told != theirs {
            self.say_own();
        }
        if self.own.is_ok() && yours == self.mine && !self.joined {
            self.forget();
            self.joined = true;
            self.acts.push_back(Act::Joined);
        }
        Ok(())
    }

    fn friend_is(&mut self, toy: Result<Guard, Off>) {
        if self.friend.replace(toy) != Some(toy) {
            self.acts.push_back(Act::Friend(Friend { seat: self.seat, toy }));
        }
    }

    fn lose(&mut self, why: Loss) {
        if self.joined {
            self.acts.push_back(Act::Lost(why));
        }
        self.forget();
    }
}

#[cfg(test)]
mod tests;
