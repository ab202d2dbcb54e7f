//! What a guest and the host of a table say to each other on the control stream, byte for byte as `TABLE.md` says.
//!
//! A message is a length of two bytes, then so many bytes: one of kind, and the fields, little-endian; nothing may
//! follow them. Decoding takes any bytes, allocates nothing whose length was not checked, and what decodes is encoded
//! into the same bytes.

mod framer;
pub(crate) mod read;
mod table;
mod whisper;

use crate::decoration::Decoration;
use crate::text::{Look, Name};
use read::{Reader, put_text};

pub use framer::Framer;
pub use table::{Member, Presence, Snapshot, Touching};
pub use whisper::{GiftId, SETTLED, TieWords, Whisper};

/// The version of the table's protocol.
pub const VERSION: u8 = 1;
/// Bytes of a message at most, without its length.
pub const LONGEST: usize = 4096;
/// Toys at a table at most, the host's among them.
pub const SEATS: usize = 4;
/// Decorations that a shell shows at most.
pub const WORN: usize = 16;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The length before it.
    #[error("a message says that it has {0} bytes, and 4096 are the most: end the playdate")]
    TooLong(usize),
    /// The first byte.
    #[error("a message is of the unknown kind {0:#04x}: update the older side")]
    Kind(u8),
    /// Sit's version.
    #[error("the other side speaks version {0} of the table, and this program version 1: update the older side")]
    Version(u8),
    /// It ends inside a field.
    #[error("a message ends too early: end the playdate")]
    Short,
    /// Something follows the fields.
    #[error("a message has {0} bytes too many behind its fields: end the playdate")]
    Trailing(usize),
    /// A field has a value without a meaning.
    #[error("a message has the value {value} as its {field}, which means nothing: update the older side")]
    Value {
        /// Which field.
        field: &'static str,
        /// What is there.
        value: u8,
    },
    /// A text is no UTF-8, or has characters that may not be there.
    #[error("a message has a {0} with characters that may not be there: end the playdate")]
    Text(&'static str),
}

/// A place at the table, 0 to 3; 0 is the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seat(u8);

impl Seat {
    /// The host's.
    pub const HOST: Seat = Seat(0);

    /// The seat of a number; `None` above 3.
    #[must_use]
    pub fn new(number: u8) -> Option<Seat> {
        (usize::from(number) < SEATS).then_some(Seat(number))
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Seat> {
        (0..SEATS as u8).map(Seat)
    }

    /// Its number, 0 to 3.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Its place in an array of [`SEATS`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0.into()
    }
}

/// What a toy shows of itself beside its LCD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What the toy is called.
    pub toy: Name,
    /// The theme of its shell.
    pub look: Look,
    /// What hangs on the shell, at most [`WORN`].
    pub worn: Vec<Decoration>,
    /// The pet's number, so that what is said to one pet of a player is not taken for another's; 0: it keeps nothing.
    pub pet: u32,
}

/// A gesture that all see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Emote {
    /// 0
    Wave,
    /// 1
    Heart,
    /// 2
    Laugh,
    /// 3
    Surprise,
    /// 4
    Tears,
    /// 5
    Anger,
    /// 6
    Sleep,
    /// 7
    Song,
}

impl Emote {
    /// All of them, by number.
    pub const ALL: [Emote; 8] = [
        Emote::Wave,
        Emote::Heart,
        Emote::Laugh,
        Emote::Surprise,
        Emote::Tears,
        Emote::Anger,
        Emote::Sleep,
        Emote::Song,
    ];

    /// In lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Emote::Wave => "wave",
            Emote::Heart => "heart",
            Emote::Laugh => "laugh",
            Emote::Surprise => "surprise",
            Emote::Tears => "tears",
            Emote::Anger => "anger",
            Emote::Sleep => "sleep",
            Emote::Song => "song",
        }
    }
}

/// Why somebody is not, or no longer, at the table. Its text is a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Farewell {
    /// 0
    #[error("left the table")]
    Left,
    /// 1
    #[error("the host left, and the table is closed")]
    HostLeft,
    /// 2
    #[error("the host asked to leave")]
    Kicked,
    /// 3
    #[error("all four seats are taken: try again when somebody has left")]
    Full,
    /// 4
    #[error("too much came at once")]
    TooMuch,
    /// 5
    #[error("nothing was said in time")]
    Silent,
    /// 6
    #[error("something came that is no message of the table: is it the same version of the program?")]
    Garbage,
    /// 7
    #[error("the same player came back on another line")]
    Replaced,
    /// 8
    #[error("the line was lost for more than 30 seconds")]
    Lost,
}

impl Farewell {
    /// All of them, by number.
    pub const ALL: [Farewell; 9] = [
        Farewell::Left,
        Farewell::HostLeft,
        Farewell::Kicked,
        Farewell::Full,
        Farewell::TooMuch,
        Farewell::Silent,
        Farewell::Garbage,
        Farewell::Replaced,
        Farewell::Lost,
    ];

    /// The farewell of a number; `None` above 8.
    #[must_use]
    pub fn new(number: u8) -> Option<Farewell> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A message on the control stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// 0x01, guest: the first message, sits down or comes back.
    Sit(Profile),
    /// 0x02, guest: the profile has changed.
    Look(Profile),
    /// 0x03, guest: makes a gesture.
    Emote(Emote),
    /// 0x04, guest: holds its prongs to those of a seat.
    Touch(Seat),
    /// 0x05, guest: takes them away.
    Part,
    /// 0x06, guest: for the player of a seat.
    To(Seat, Whisper),
    /// 0x07, both: still here; every two seconds.
    Beat,
    /// 0x08, guest: goes away for good.
    Leave,
    /// 0x41, host: who sits where; after each change.
    Table(Box<Snapshot>),
    /// 0x42, host: somebody makes a gesture.
    Emoted(Seat, Emote),
    /// 0x43, host: from the player of a seat.
    From(Seat, Whisper),
    /// 0x44, host: the last message.
    Closed(Farewell),
}

impl Message {
    /// Reads a message without its length.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(bytes: &[u8]) -> Result<Message, MessageError> {
        if bytes.len() > LONGEST {
            return Err(MessageError::TooLong(bytes.len()));
        }
        let mut reader = Reader::new(bytes);
        let message = match reader.byte()? {
            0x01 => {
                let version = reader.byte()?;
                if version != VERSION {
                    return Err(MessageError::Version(version));
                }
                Message::Sit(Profile::read(&mut reader)?)
            }
            0x02 => Message::Look(Profile::read(&mut reader)?),
            0x03 => Message::Emote(emote(&mut reader)?),
            0x04 => Message::Touch(seat(&mut reader)?),
            0x05 => Message::Part,
            0x06 => Message::To(seat(&mut reader)?, Whisper::read(&mut reader)?),
            0x07 => Message::Beat,
            0x08 => Message::Leave,
            0x41 => Message::Table(Box::new(Snapshot::read(&mut reader)?)),
            0x42 => Message::Emoted(seat(&mut reader)?, emote(&mut reader)?),
            0x43 => Message::From(seat(&mut reader)?, Whisper::read(&mut reader)?),
            0x44 => Message::Closed(reader.value("reason", Farewell::new)?),
            kind => return Err(MessageError::Kind(kind)),
        };
        reader.end()?;
        Ok(message)
    }

    /// The bytes without the length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Message::Sit(profile) => {
                out.extend([0x01, VERSION]);
                profile.put(&mut out);
            }
            Message::Look(profile) => {
                out.push(0x02);
                profile.put(&mut out);
            }
            Message::Emote(emote) => out.extend([0x03, *emote as u8]),
            Message::Touch(seat) => out.extend([0x04, seat.0]),
            Message::Part => out.push(0x05),
            Message::To(seat, whisper) => {
                out.extend([0x06, seat.0]);
                whisper.put(&mut out);
            }
            Message::Beat => out.push(0x07),
            Message::Leave => out.push(0x08),
            Message::Table(snapshot) => {
                out.push(0x41);
                snapshot.put(&mut out);
            }
            Message::Emoted(seat, emote) => out.extend([0x42, seat.0, *emote as u8]),
            Message::From(seat, whisper) => {
                out.extend([0x43, seat.0]);
                whisper.put(&mut out);
            }
            Message::Closed(farewell) => out.extend([0x44, *farewell as u8]),
        }
        out
    }

    /// The bytes as they go into the stream, with the length.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let message = self.encode();
        // Every field is bounded: the longest, a full table, has less than 1,400 bytes.
        [&(message.len() as u16).to_le_bytes()[..], &message].concat()
    }
}

impl Profile {
    pub(crate) fn read(reader: &mut Reader) -> Result<Profile, MessageError> {
        let (toy, look) = (reader.name()?, reader.look()?);
        let worn = reader.list("number of decorations", WORN, |reader| reader.value("decoration", Decoration::new))?;
        Ok(Profile { toy, look, worn, pet: reader.u32()? })
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put_text(out, self.toy.as_str());
        put_text(out, self.look.as_str());
        let worn = self.worn.get(..WORN).unwrap_or(&self.worn);
        out.push(worn.len() as u8);
        out.extend(worn.iter().map(|decoration| decoration.number()));
        out.extend(self.pet.to_le_bytes());
    }
}

pub(crate) fn seat(reader: &mut Reader) -> Result<Seat, MessageError> {
    reader.value("seat", Seat::new)
}

pub(crate) fn emote(reader: &mut Reader) -> Result<Emote, MessageError> {
    reader.value("gesture", |number| Emote::ALL.get(usize::from(number)).copied())
}

#[cfg(test)]
mod tests;
