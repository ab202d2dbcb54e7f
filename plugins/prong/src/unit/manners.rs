//! How a simulated toy behaves, well or badly.

use std::time::Duration;

use crate::packet::Exchange;
use crate::talk::{Gifts, PATIENCE, Session};

/// Which screen a toy is on: it takes only what belongs there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// None of those below: it answers echo requests and takes nothing.
    Idle,
    /// Takes items.
    Download,
    /// Takes and gives gifts.
    Gifts,
    /// Plays.
    Playdate,
    /// All at once, which no toy has: the first packet says what it is to be. Other packets of at most 131,092 bytes
    /// are taken as well and change nothing.
    #[default]
    Any,
}

/// Bad manners. The default is perfect behaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manners {
    /// How long it waits before each answer to a chunk and before each packet. Above 4.5 s its own engine cancels
    ///
    pub slow: Duration,
    /// Damaged bytes in a million. The unit has no line: its owner injects them.
    pub noisy: u32,
    /// It hears and says nothing, not even echoes: its owner gives the engine no bytes, the unit no commands.
    pub deaf: bool,
    /// In how many of a hundred moments of a transfer it cancels or says something of no use.
    pub rude: u32,
}

/// What a simulated toy is and does.
#[derive(Clone, Debug)]
pub struct UnitConfig {
    /// Where it begins.
    pub screen: Screen,
    /// It begins the conversation of its screen itself, once. Of no meaning for other screens than gifts and playdate.
    pub starts: bool,
    /// Its manners.
    pub manners: Manners,
    /// It takes patches as well.
    pub patches: bool,
    /// Its pet.
    pub mine: Exchange,
    /// What it remembers of any other pet.
    pub known: Option<u16>,
    /// Whether it says yes to breeding.
    pub breeds: bool,
    /// What it says in hello.
    pub hello: u32,
    /// Number of the item that it gives.
    pub gift: u16,
    /// How long its player thinks about a question, and how long its animations take.
    pub thinks: Duration,
    /// The session it sets for a playdate that it begins.
    pub session: Option<Session>,
    /// How long it waits for the other side in the middle of a conversation.
    pub patience: Duration,
}

impl Default for UnitConfig {
    fn default() -> Self {
        Self {
            screen: Screen::Any,
            starts: false,
            manners: Manners::default(),
            patches: false,
            mine: Exchange::example(2),
            known: None,
            breeds: true,
            hello: Gifts::VERSION,
            gift: 1,
            thinks: Duration::from_millis(200),
            session: None,
            patience: PATIENCE,
        }
    }
}
