//! The components of a link.

use std::collections::VecDeque;
use std::time::Duration;

use bevy_ecs::prelude::*;

use crate::talk::Question;

/// Rows of [`Traffic`] that are kept; of more the oldest are forgotten.
pub const TRAFFIC: usize = 60;

/// To whom a link leads. Set it while the link is closed; it is looked at when the link is opened.
#[derive(Component, Clone, Debug, PartialEq, Eq)]
#[require(LinkState, Progress, Traffic, Offer, Asked, Task)]
pub enum Line {
    /// A serial port, or a pseudo-terminal, by its name; in a page, a port that the page may use already.
    Port(String),
    /// A serial port that the browser lets the player choose, while the link is being opened: soon after a click or key,
    /// else the browser does not ask. Only in a page.
    Chooser,
    /// A friend who waits.
    Call {
        /// Address and port: `192.168.1.5:7777`, `[fe80::1]:7777`, `host:7777`.
        addr: String,
        /// Their key: 64 hexadecimal digits.
        key: String,
    },
    /// Waits for a friend.
    Listen {
        /// Address and port on this computer, `0.0.0.0:0` for any.
        addr: String,
    },
    /// A toy of our own in memory, as slow as a real one.
    Simulated,
}

/// How far a link is.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// There is none.
    #[default]
    Closed,
    /// It is being opened.
    Opening,
    /// A friend is waited for, who needs these.
    Waiting {
        /// Address and port, as far as they can be known from here.
        addr: String,
        /// Our key.
        key: String,
    },
    /// It is open.
    Open {
        /// There is a secret: packets can be moved, not only echoes.
        packets: bool,
    },
    /// The port is away and may come back.
    Lost {
        /// Why, a clause.
        reason: String,
    },
    /// It is being closed.
    Closing,
}

impl LinkState {
    /// Whether something can be asked of the link.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// A packet on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// It goes out; else it comes in.
    pub sending: bool,
    /// Chunks acknowledged.
    pub done: u16,
    /// Chunks in all, 1 to 256.
    pub chunks: u16,
    /// Bytes in all.
    pub size: u32,
    /// Bytes a second so far; 0 while unknown.
    pub rate: f64,
    /// Time left, if it goes on like this.
    pub left: Option<Duration>,
}

/// The packet that is on its way, if there is one.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress(pub Option<Transfer>);

/// Something that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Time since the link was opened.
    pub at: Duration,
    /// It went out; else it came in.
    pub sent: bool,
    /// What it was: `PKT 16384`, `chunk 3/4`, `ACK`.
    pub words: String,
    /// Its bytes on the line; 0 for a silence.
    pub bytes: usize,
}

/// The last [`TRAFFIC`] things that passed, oldest first.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic(pub VecDeque<Row>);

impl Traffic {
    pub(super) fn add(&mut self, rows: Vec<Row>) {
        self.0.extend(rows);
        let over = self.0.len().saturating_sub(TRAFFIC);
        self.0.drain(..over);
    }
}

/// Bytes that the other side offers although nothing of that kind is going on here.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer(pub Option<u32>);

/// What a person is asked, until it is answered or over: one of [`Question::Gift`] and [`Question::Breed`].
#[derive(Component, Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked(pub Option<Question>);

/// What goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Asking whether anybody is there.
    Echo,
    /// Sending an item.
    Send,
    /// Waiting for an item, or taking it.
    Take,
    /// Giving a gift, and taking one.
    Gift,
    /// Waiting for the other side to begin with gifts.
    TakeGift,
    /// A playdate begun here.
    Playdate,
    /// A playdate that the other side begins.
    AwaitPlaydate,
}

/// The conversation that goes on, if there is one.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Task(pub Option<Job>);
