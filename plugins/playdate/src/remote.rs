//! A table at which a toy of a daycare sits, seen and led from a page: messages as bytes, without I/O, the same on both
//! sides. `TABLE.md` has them under *From a daycare to a page*.
//!
//! A daycare holds the [`PlaydateHandle`](crate::net), a page a [`RemoteTable`] with the same view, events and commands.
//! Each message is a WebSocket's binary message: the version, 1, a byte of kind, and fields, little-endian; nothing
//! follows them. Decoding takes any bytes, allocates nothing whose length was not checked, and what decodes is encoded
//! into the same bytes.

mod client;
mod event;
mod seen;

pub use client::{Invited, RemoteTable};
pub use seen::Things;

use crate::decoration::Decoration;
use crate::frame::Frame;
use crate::message::read::{Reader, put_words};
use crate::message::{self, MessageError, Seat};
use crate::net::{Command, Event};
use crate::view::TableView;

/// The version of these messages.
pub const VERSION: u8 = 1;
/// Bytes of a message from a page at most.
pub const LONGEST_FROM_PAGE: usize = 64;
/// Bytes of a message to a page at most.
pub const LONGEST_TO_PAGE: usize = 128 * 1024;
/// Bytes of a sentence at most.
pub const SENTENCE: usize = 512;

/// What a daycare says.
#[derive(Clone, Debug, PartialEq)]
pub enum ToPage {
    /// 0x01: the table, without pictures and without what the own pet has. Said on every change.
    Table(Box<TableView>),
    /// 0x02: what the own pet has and knows. Said on every change.
    Things(Box<Things>),
    /// 0x03: what a toy shows and sounds, as a datagram of the table (82 bytes). The newest counts.
    Frame(Frame),
    /// 0x04: something happened. [`Event::Cable`] and [`Event::RealToy`] are never said.
    Event(Event),
    /// 0x05: the invite that was asked for, as text, and until when it is good (seconds since 1970 UTC).
    Invite(Invited),
    /// 0x06: there is none: why, in a sentence.
    NoInvite(String),
    /// 0x07: the last words: the code with which the socket closes, and a sentence.
    Bye(u16, String),
}

/// What a page says.
#[derive(Clone, PartialEq, Eq)]
pub enum FromPage {
    /// 0x41: the first message, within three seconds.
    Ticket([u8; 16]),
    /// 0x42: to be done. [`Command::Cable`], [`Command::Profile`] and [`Command::Rebind`] are the daycare's alone.
    Command(Command),
    /// 0x43: asks a host for an invite, good for so many seconds (1 to 600).
    Invite(u16),
}

impl std::fmt::Debug for FromPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FromPage::Ticket(_) => f.write_str("Ticket"),
            FromPage::Command(command) => command.fmt(f),
            FromPage::Invite(seconds) => write!(f, "Invite({seconds})"),
        }
    }
}

/// The kind, if version and length are right.
fn begin(bytes: &[u8], longest: usize) -> Result<(u8, Reader<'_>), MessageError> {
    if bytes.len() > longest {
        return Err(MessageError::TooLong(bytes.len()));
    }
    let mut reader = Reader::new(bytes);
    match reader.byte()? {
        VERSION => {}
        other => return Err(MessageError::Version(other)),
    }
    Ok((reader.byte()?, reader))
}

impl ToPage {
    /// The bytes; `None` for an event that is never said.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut out = vec![VERSION];
        match self {
            ToPage::Table(view) => {
                out.push(1);
                seen::put_table(view, &mut out);
            }
            ToPage::Things(things) => {
                out.push(2);
                things.put(&mut out);
            }
            ToPage::Frame(frame) => {
                out.push(3);
                out.extend(frame.encode());
            }
            ToPage::Event(event) => {
                out.push(4);
                event::put(event, &mut out)?;
            }
            ToPage::Invite(Invited { text, expires }) => {
                out.push(5);
                put_words(&mut out, text, SENTENCE);
                out.extend(expires.to_le_bytes());
            }
            ToPage::NoInvite(why) => {
                out.push(6);
                put_words(&mut out, why, SENTENCE);
            }
            ToPage::Bye(code, words) => {
                out.push(7);
                out.extend(code.to_le_bytes());
                put_words(&mut out, words, SENTENCE);
            }
        }
        Some(out)
    }

    /// Reads a message.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(bytes: &[u8]) -> Result<ToPage, MessageError> {
        let (kind, mut reader) = begin(bytes, LONGEST_TO_PAGE)?;
        let message = match kind {
            1 => ToPage::Table(Box::new(seen::read_table(&mut reader)?)),
            2 => ToPage::Things(Box::new(Things::read(&mut reader)?)),
            3 => return Frame::decode(reader.rest()).map(ToPage::Frame).ok_or(MessageError::Short),
            4 => ToPage::Event(event::read(&mut reader)?),
            5 => ToPage::Invite(Invited { text: reader.words(SENTENCE)?, expires: reader.u64()? }),
            6 => ToPage::NoInvite(reader.words(SENTENCE)?),
            7 => ToPage::Bye(u16::from_le_bytes(reader.array()?), reader.words(SENTENCE)?),
            other => return Err(MessageError::Kind(other)),
        };
        reader.end()?;
        Ok(message)
    }
}

impl FromPage {
    /// The bytes; `None` for a command that is not a page's.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut out = vec![VERSION];
        match self {
            FromPage::Ticket(ticket) => {
                out.push(0x41);
                out.extend(ticket);
            }
            FromPage::Command(command) => {
                out.push(0x42);
                out.extend(match command {
                    Command::Emote(emote) => [0, *emote as u8],
                    Command::Touch(seat) => [1, seat.number()],
                    Command::Part => [2, 0],
                    Command::Gift(decoration) => [3, decoration.number()],
                    Command::Kick(seat) => [4, seat.number()],
                    Command::Leave => [5, 0],
                    Command::Cable(_) | Command::Profile(..) | Command::Rebind(_) => return None,
                });
            }
            FromPage::Invite(seconds) => {
                out.push(0x43);
                out.extend(seconds.to_le_bytes());
            }
        }
        Some(out)
    }

    /// Reads a message.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(bytes: &[u8]) -> Result<FromPage, MessageError> {
        let (kind, mut reader) = begin(bytes, LONGEST_FROM_PAGE)?;
        let message = match kind {
            0x41 => FromPage::Ticket(reader.array()?),
            0x42 => {
                let nothing = |value| (value == 0).then_some(());
                FromPage::Command(match reader.value("command", |command| (command < 6).then_some(command))? {
                    0 => Command::Emote(message::emote(&mut reader)?),
                    1 => Command::Touch(message::seat(&mut reader)?),
                    2 => reader.value("rest of a command", nothing).map(|()| Command::Part)?,
                    3 => Command::Gift(reader.value("decoration", Decoration::new)?),
                    4 => Command::Kick(reader.value("seat", Seat::new)?),
                    _ => reader.value("rest of a command", nothing).map(|()| Command::Leave)?,
                })
            }
            0x43 => FromPage::Invite(u16::from_le_bytes(reader.array()?)),
            other => return Err(MessageError::Kind(other)),
        };
        reader.end()?;
        Ok(message)
    }
}

#[cfg(test)]
mod tests;
