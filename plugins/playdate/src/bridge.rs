//! The bridge between two real toys whose virtual ones touch: who has switched theirs on, and the bytes of the two serial
//! ports. No I/O and no clock; `TABLE.md` has the bytes.
//!
//! Either side says when it switches on and off, and both begin anew whenever one does: what was on its way before is
//! void on both sides, so that nobody takes the rest of an old packet for the beginning of the next one.

mod end;
mod word;

use std::time::Duration;

use crate::message::Seat;

pub(crate) use end::{Act, End};
pub use word::{Nonsense, Word, Words};

/// Bytes that may be on their way without being taken at the far end: nobody between can be made to hold more. Four
/// chunks of the protocol, of which it sends one at a time.
pub const WINDOW: usize = 16 * 1024;
/// Bytes in one piece at most.
pub const PIECE: usize = 4096;
/// Bytes a second that are put into a bridge, its own words among them: more than a toy's 46,080, and less than the
/// 65,536 a line may send, so that a visit has its share.
pub const RATE: u32 = 52 * 1024;
/// How long after a bridge was closed by the other side it is opened again, while the toys touch.
pub const AGAIN: Duration = Duration::from_secs(5);

/// What stands in front of a real toy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    /// 0: no secret, and packets of at most two bytes.
    Blind,
    /// 1: the flash guard, with the secret.
    Secret,
    /// 2: nothing; its owner has said so.
    Raw,
}

impl Guard {
    /// The guard of a number; `None` above 2.
    #[must_use]
    pub fn new(number: u8) -> Option<Guard> {
        [Guard::Blind, Guard::Secret, Guard::Raw].get(usize::from(number)).copied()
    }

    /// What it means, a clause.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Guard::Blind => "without the secret, so that only packets of one or two bytes pass",
            Guard::Secret => "behind the flash guard",
            Guard::Raw => "behind nothing: whatever comes passes",
        }
    }
}

/// Why a real toy is not there. Its text is a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Off {
    /// 0
    #[error("the real toy is switched off")]
    Switched,
    /// 1
    #[error("the real toy was unplugged, and may come back")]
    Unplugged,
    /// 2
    #[error("the real toy is there for somebody else")]
    Elsewhere,
}

impl Off {
    /// The reason of a number; `None` above 2.
    #[must_use]
    pub fn new(number: u8) -> Option<Off> {
        [Off::Switched, Off::Unplugged, Off::Elsewhere].get(usize::from(number)).copied()
    }
}

/// Why the guard let something not through. Its text is a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Stop {
    /// 0
    #[error("a packet that may be written to the toy's flash for good")]
    Flash,
    /// 1
    #[error("a packet that leads a toy into its factory test")]
    Factory,
    /// 2
    #[error("a packet that nobody can read without the secret")]
    NoSecret,
    /// 3
    #[error("a chunk that does not decrypt: the line is noisy, or its secret is another one")]
    Unreadable,
    /// 4
    #[error("a packet that was offered while another one was not yet sent")]
    Overlapping,
    /// 5
    #[error("something that the flash guard does not know")]
    Other,
}

impl Stop {
    /// All of them, by number.
    pub const ALL: [Stop; 6] =
        [Stop::Flash, Stop::Factory, Stop::NoSecret, Stop::Unreadable, Stop::Overlapping, Stop::Other];

    /// The reason of a number; `None` above 5.
    #[must_use]
    pub fn new(number: u8) -> Option<Stop> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// Why two real toys are not joined any more. Its text is a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Loss {
    /// The other side says so.
    #[error("over there {0}")]
    Friend(Off),
    /// The other side lost what was under way.
    #[error("the other side begins anew")]
    Anew,
    /// The prongs are apart.
    #[error("the toys are apart")]
    Apart,
    /// The own line to the table is lost.
    #[error("the line to the table was lost")]
    Line,
    /// The stream was closed.
    #[error("the other side takes no bytes for a real toy, and is asked again")]
    Closed,
    /// What came is none of a bridge's words.
    #[error("what came is nothing that is said on a bridge: is it the same version of the program?")]
    Nonsense,
    /// The switch here.
    #[error("the real toy was switched off here")]
    Here,
}

/// How the own real toy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its switch is off.
    Off,
    /// The switch is on, and the toys do not touch.
    Apart,
    /// The toys touch, but the real one is there for the friend whom they touched first.
    Elsewhere,
    /// The friend's real toy is waited for.
    Waiting,
    /// The two real toys are joined.
    Joined(Seat),
    /// They cannot be: why.
    Refused(Loss),
}

/// The friend's switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Friend {
    /// Where they sit.
    pub seat: Seat,
    /// What stands in front of their real toy, or why it is not there.
    pub toy: Result<Guard, Off>,
}

/// What the own real toy's line is to be told, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The far toy is there; bytes may be sent.
    Joined,
    /// It is not any more; what was under way is void.
    Lost(Loss),
    /// Bytes from it, at most [`PIECE`]; fewer than [`WINDOW`] in all that were not taken.
    Bytes(Vec<u8>),
}

/// Something to tell a player about real toys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The friend's switch.
    Friend(Friend),
    /// The guard at the other side stopped something.
    Stopped {
        /// It was on its way to the toy here.
        here: bool,
        /// What.
        why: Stop,
    },
}
