//! The messages. Each is one binary WebSocket message: a byte [`VERSION`], a byte of kind, and the fields, little-endian;
//! nothing may follow them (`LIVELINK.md`).
//!
//! Decoding takes any bytes: it allocates nothing but texts and sounds whose length was checked, and refuses in one
//! sentence. What decodes is encoded into the same bytes.

mod error;
mod read;
mod text;
mod wire;

#[cfg(test)]
mod tests;

use crate::Lcd;

pub use error::MessageError;
pub use text::{Name, Sentence, Text, Theme};

/// The first byte of every message.
pub const VERSION: u8 = 1;
/// The longest message from a daycare, in bytes.
pub const LONGEST_FROM_SERVER: usize = 4096;
/// The longest message to a daycare, in bytes.
pub const LONGEST_FROM_CLIENT: usize = 64;
/// Sounds that one message may have.
pub const MOST_SOUNDS: usize = 32;

/// What a viewer may do with the toy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// 0: watch.
    Viewer,
    /// 1: press buttons, too.
    Caretaker,
    /// 2: everything.
    Owner,
}

/// What the buzzer sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tone {
    /// Ticks in a period, 32768 / `divisor` being the frequency in hertz; 0 for silence.
    pub divisor: u8,
    /// How long the output is high in each period, in half ticks.
    pub high_half_ticks: u8,
}

impl Tone {
    /// Nothing.
    pub const SILENT: Tone = Tone { divisor: 0, high_half_ticks: 0 };

    /// Nothing is heard.
    #[must_use]
    pub fn is_silent(self) -> bool {
        self.divisor == 0
    }
}

/// The first message of a daycare: the ticket was good.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Welcome {
    /// What this viewer may do.
    pub standing: Standing,
    /// Which toy it is.
    pub toy: [u8; 16],
    /// The toy's tick.
    pub tick: u64,
    /// The daycare's clock, in milliseconds since 1970 UTC.
    pub wall: u64,
    /// The toy's sound is on.
    pub sound: bool,
    /// What the toy is called, at most 160 bytes.
    pub name: Name,
    /// Its theme's identifier, ASCII, at most 32 bytes.
    pub theme: Theme,
}

/// What LCD and buzzer are from a tick on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Counts changes; what was skipped is missing from the numbers. It may wrap.
    pub seq: u32,
    /// When.
    pub tick: u64,
    /// The LCD.
    pub lcd: Lcd,
    /// The contrast register, 0 light … 15 dark, 7 or 8 normal.
    pub contrast: u8,
    /// What the buzzer sounds at that tick.
    pub tone: Tone,
}

/// The buzzer began, changed or ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sound {
    /// When.
    pub tick: u64,
    /// What it sounds from then on.
    pub tone: Tone,
}

/// 1 to [`MOST_SOUNDS`] sounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sounds(Vec<Sound>);

impl Sounds {
    /// Of some sounds; `None` for none and for more than [`MOST_SOUNDS`].
    #[must_use]
    pub fn new(sounds: &[Sound]) -> Option<Sounds> {
        (1..=MOST_SOUNDS).contains(&sounds.len()).then(|| Sounds(sounds.to_vec()))
    }

    /// Any number of sounds in as many messages as they need.
    pub fn pack(sounds: &[Sound]) -> impl Iterator<Item = Sounds> {
        sounds.chunks(MOST_SOUNDS).map(|some| Sounds(some.to_vec()))
    }

    /// The sounds, in the order in which they came.
    #[must_use]
    pub fn get(&self) -> &[Sound] {
        &self.0
    }
}

/// How the toy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Status {
    /// The toy's tick.
    pub tick: u64,
    /// The daycare's clock, in milliseconds since 1970 UTC.
    pub wall: u64,
    /// Bit 0: its time passes.
    pub running: bool,
    /// Bit 1: it lives what it missed.
    pub catching_up: bool,
    /// Bit 2: it calls for somebody.
    pub calling: bool,
    /// Bit 3: it sleeps.
    pub asleep: bool,
    /// Bit 4: it could not be restored.
    pub broken: bool,
    /// Bit 5: it is being carried away.
    pub leaving: bool,
    /// How many watch; 65535 for more.
    pub watchers: u16,
}

/// Why a press was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// 1: a viewer may not press.
    MayNot,
    /// 2: more than 20 presses a second.
    TooMany,
    /// 3: it could not be written down, so it has not happened.
    Store,
    /// 4: the toy is paused.
    Paused,
    /// 5: as the text says.
    Other,
}

/// What a daycare says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ServerMessage {
    /// 0x01: the ticket was good.
    Welcome(Welcome),
    /// 0x02: LCD and buzzer have changed.
    Frame(Frame),
    /// 0x03: changes of the buzzer.
    Sounds(Sounds),
    /// 0x04: how the toy is; on every change and every five seconds.
    Status(Status),
    /// 0x05: a press is durable.
    Ack {
        /// The client's number for it.
        client_seq: u32,
        /// The tick at which it happens.
        tick: u64,
    },
    /// 0x06: a press will not happen.
    Refused {
        /// The client's number for it.
        client_seq: u32,
        /// Why.
        reason: Reason,
        /// What the player is told; may be empty.
        text: Sentence,
    },
    /// 0x07: the answer to a ping.
    Pong {
        /// The ping's.
        nonce: u64,
        /// The toy's tick.
        tick: u64,
    },
    /// 0x08: the link is closed with this code.
    Bye {
        /// As in the close frame that follows: [`crate::Close::code`].
        code: u16,
        /// What the player is told; may be empty.
        text: Sentence,
    },
}

/// What a viewer says.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientMessage {
    /// 0x41: the first message.
    Ticket {
        /// As it was given, single use.
        ticket: [u8; 16],
        /// A number that this client made up, the same when it connects again.
        client: [u8; 16],
    },
    /// 0x42: what is held has changed.
    Keys {
        /// This client's number for the change, counting up from 1.
        client_seq: u32,
        /// What is held now: bit 0 A, 1 B, 2 C, 3 TAP.
        mask: u8,
        /// Milliseconds since this client's previous change; `None` (65535) where that is unknown or longer.
        since: Option<u16>,
    },
    /// 0x43: asks for a pong.
    Ping {
        /// Comes back.
        nonce: u64,
    },
}

impl std::fmt::Debug for ClientMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // A ticket opens a door.
            ClientMessage::Ticket { .. } => f.debug_struct("Ticket").finish_non_exhaustive(),
            ClientMessage::Keys { client_seq, mask, since } => write!(f, "Keys({client_seq}, {mask:04b}, {since:?})"),
            ClientMessage::Ping { nonce } => write!(f, "Ping({nonce:X})"),
        }
    }
}
