//! Packets that mean something (§3): typed messages, strictly read and written back byte for byte.
//!
//! A type number and the bytes of a packet become a [`Message`] by [`Message::parse`]. What the bytes say about
//! themselves (sizes, sums, offsets) is checked, what they say about a pet is not: any number comes through, and the
//! game deals with it. Types nobody knows are messages, too.

mod archive;
mod bytes;
mod ghost;
mod name;
pub mod picture;
mod playdate;
pub mod rules;
mod screenshot;
mod words;

pub use archive::{Item, ItemError, Patch, PatchError};
pub use ghost::{Ghost, GhostError, GhostPlan};
pub use name::{LANGUAGES, LETTERS, Name, NameError};
pub use playdate::{Ending, Exchange, ExchangeError, PlayResult, PlaydateData};
pub use screenshot::{Screenshot, ScreenshotError};
pub use words::{Stage, Words};

use crate::guard::{DEV_TEST, DOWNLOAD, FACTORY, STAGED};

/// Packets of playdates.
pub const PLAYDATE: u8 = 0x1;
/// Packets of gifts.
pub const GIFTS: u8 = 0x2;

/// Bytes of a factory test.
const FACTORY_SIZE: usize = 256;

/// A packet that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message {
    /// Type 0: any bytes (§3.0).
    DevTest(Vec<u8>),
    /// Type 1, 131,092 bytes: what each side of a playdate shows of itself.
    Exchange(Box<Exchange>),
    /// Type 1, 2 bytes: how good friends they are, 0 to 4 in a toy. Setting the session is of the same size and never
    /// gets here: the engine knows it by bit 4.
    Friendship(u16),
    /// Type 1, 4 bytes: how the playdate ended.
    Result(PlayResult),
    /// Type 2, 4 bytes: version (1), or what the toy can do (1, 2, 7 are seen).
    Hello(u32),
    /// Type 2, 2 bytes: the number of an item.
    Gift(u16),
    /// Type 3, at most 0x4000 bytes.
    Item(Item),
    /// Type 3, 0x4001 to 0x10000 bytes.
    Patch(Patch),
    /// Type 15, 256 bytes, all alike.
    Factory(Pattern),
    /// Any other type; any bytes.
    Unknown {
        /// 4 to 14.
        kind: u8,
        /// As they came.
        data: Vec<u8>,
    },
}

/// The byte a factory test is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// 0x55, what a computer sends.
    Computer = 0x55,
    /// 0xAA.
    Other = 0xAA,
}

/// Why a packet of a known type cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Type 1 or 2.
    #[error("no packet of type {kind} has {size} bytes: the other side speaks something else")]
    Size {
        /// The packet's type.
        kind: u8,
        /// Its bytes.
        size: usize,
    },
    /// Above four bits.
    #[error("{0} is no packet type: there are 0 to 15")]
    Kind(u8),
    /// Type 1.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// Type 3, small.
    #[error(transparent)]
    Item(#[from] ItemError),
    /// Type 3, large.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// Type 15.
    #[error("a factory test is 256 times 0xAA or 256 times 0x55: this is something else")]
    Pattern,
}

impl Message {
    /// Reads a packet.
    ///
    /// # Errors
    /// Its type is known and its bytes are wrong.
    pub fn parse(kind: u8, data: &[u8]) -> Result<Self, MessageError> {
        let message = match (kind, data) {
            (DEV_TEST, data) => Self::DevTest(data.to_vec()),
            (PLAYDATE, &[a, b]) => Self::Friendship(u16::from_le_bytes([a, b])),
            (PLAYDATE, &[a, b, c, d]) => Self::Result(PlayResult::read([a, b, c, d])),
            (PLAYDATE, data) if data.len() == Exchange::SIZE => Self::Exchange(Box::new(Exchange::parse(data)?)),
            (GIFTS, &[a, b]) => Self::Gift(u16::from_le_bytes([a, b])),
            (GIFTS, &[a, b, c, d]) => Self::Hello(u32::from_le_bytes([a, b, c, d])),
            (PLAYDATE | GIFTS, data) => return Err(MessageError::Size { kind, size: data.len() }),
            (DOWNLOAD, data) if data.len() <= STAGED => Self::Item(Item::parse(data)?),
            (DOWNLOAD, data) if data.len() <= Patch::MAX => Self::Patch(Patch::new(data.to_vec())?),
            (DOWNLOAD, data) => return Err(PatchError(data.len()).into()),
            (FACTORY, data) => Self::Factory(Pattern::of(data).ok_or(MessageError::Pattern)?),
            (4..FACTORY, data) => Self::Unknown { kind, data: data.to_vec() },
            (kind, _) => return Err(MessageError::Kind(kind)),
        };
        Ok(message)
    }

    /// The packet's type.
    pub fn kind(&self) -> u8 {
        match self {
            Self::DevTest(_) => DEV_TEST,
            Self::Exchange(_) | Self::Friendship(_) | Self::Result(_) => PLAYDATE,
            Self::Hello(_) | Self::Gift(_) => GIFTS,
            Self::Item(_) | Self::Patch(_) => DOWNLOAD,
            Self::Factory(_) => FACTORY,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// The packet's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::DevTest(data) | Self::Unknown { data, .. } => data.clone(),
            Self::Exchange(exchange) => exchange.to_bytes(),
            Self::Friendship(value) | Self::Gift(value) => value.to_le_bytes().to_vec(),
            Self::Result(result) => result.to_bytes(),
            Self::Hello(value) => value.to_le_bytes().to_vec(),
            Self::Item(item) => item.bytes().to_vec(),
            Self::Patch(patch) => patch.bytes().to_vec(),
            Self::Factory(pattern) => pattern.bytes().to_vec(),
        }
    }
}

impl Pattern {
    /// The packet.
    pub fn bytes(self) -> [u8; FACTORY_SIZE] {
        [self as u8; FACTORY_SIZE]
    }

    fn of(data: &[u8]) -> Option<Self> {
        [Self::Computer, Self::Other].into_iter().find(|pattern| data == pattern.bytes())
    }
}
