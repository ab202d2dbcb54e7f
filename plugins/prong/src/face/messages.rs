//! What is asked of links, and what they tell.

use std::path::PathBuf;
use std::sync::Arc;

use bevy_ecs::prelude::*;

use super::advice::Trouble;
use crate::secret::Secret;
use crate::talk::{Answer, Outcome, Question};

/// Something that a link is to do.
#[derive(Message, Clone, Debug)]
pub struct LinkRequest {
    /// The link, an entity with a [`Line`](super::Line).
    pub link: Entity,
    /// What it is to do.
    pub order: Order,
}

/// What a link can do. Orders that are not possible are answered by [`News::Failed`].
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Opens the line.
    Open(SecretFrom),
    /// Cancels what goes on and closes the line.
    Close,
    /// Asks whether anybody is there.
    Echo,
    /// Sends an item, after looking whether it is one.
    Send(Load),
    /// Waits for an item.
    Take,
    /// Begins with gifts; without a number [`Question::Gift`] is asked.
    Gift(Option<u16>),
    /// Waits for the other side to begin with gifts; [`Question::Gift`] is asked.
    TakeGift,
    /// Begins a playdate.
    Playdate,
    /// Waits for the other side to begin a playdate.
    AwaitPlaydate,
    /// Answers the question that was asked last.
    Answer(Answer),
    /// Ends what goes on by the protocol's rules.
    Cancel,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// A file, read by the link, of which no more than a packet is looked at; a page has none.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// Where the secret of a real toy is. Friends and simulated toys have a secret of our own instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SecretFrom {
    /// In `EGGTOOTH_PRONG_SECRET`, in hexadecimal, or nowhere, as always in a page: then there are only echoes.
    #[default]
    Environment,
    /// The raw bytes in a file; a page has none.
    File(PathBuf),
    /// This one: what a page has read of a file that the player has chosen. It is wiped when nobody has it any more.
    Given(Arc<Secret>),
}

/// Something that happened on a link.
#[derive(Message, Clone, Debug)]
pub struct LinkNews {
    /// The link.
    pub link: Entity,
    /// What happened.
    pub news: News,
}

/// What happens on links.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// It is open.
    Opened,
    /// Something worth knowing, one sentence.
    Note(String),
    /// How far a packet is; not every step is told.
    Progress(super::Transfer),
    /// A person is asked.
    Asked(Question),
    /// What was asked for is done.
    Done(Box<Outcome>),
    /// What was asked for failed, or could not be begun.
    Failed(Trouble),
    /// It is closed.
    Closed,
}
