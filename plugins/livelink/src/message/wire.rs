//! Messages to bytes and back.

use super::read::Reader;
use super::{
    ClientMessage, Frame, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER, MOST_SOUNDS, MessageError, Name, Reason, Sentence,
    ServerMessage, Sound, Sounds, Standing, Status, Theme, Tone, VERSION, Welcome,
};
use crate::Lcd;

impl ServerMessage {
    /// Adds the message's bytes, at most [`LONGEST_FROM_SERVER`].
    pub fn encode(&self, to: &mut Vec<u8>) {
        to.push(VERSION);
        match self {
            ServerMessage::Welcome(welcome) => {
                to.extend([0x01, welcome.standing as u8]);
                to.extend(welcome.toy);
                to.extend(welcome.tick.to_le_bytes());
                to.extend(welcome.wall.to_le_bytes());
                to.push(u8::from(welcome.sound));
                put_text(to, &welcome.name);
                put_text(to, &welcome.theme);
            }
            ServerMessage::Frame(frame) => {
                to.push(0x02);
                to.extend(frame.seq.to_le_bytes());
                to.extend(frame.tick.to_le_bytes());
                to.extend(frame.lcd.0);
                to.push(frame.contrast);
                put_tone(to, frame.tone);
            }
            ServerMessage::Sounds(sounds) => {
                to.extend([0x03, byte(sounds.get().len())]);
                for sound in sounds.get() {
                    to.extend(sound.tick.to_le_bytes());
                    put_tone(to, sound.tone);
                }
            }
            ServerMessage::Status(status) => {
                to.push(0x04);
                to.extend(status.tick.to_le_bytes());
                to.extend(status.wall.to_le_bytes());
                let flags =
                    [status.running, status.catching_up, status.calling, status.asleep, status.broken, status.leaving];
                to.push((0..).zip(flags).fold(0, |bits, (bit, flag)| bits | u8::from(flag) << bit));
                to.extend(status.watchers.to_le_bytes());
            }
            ServerMessage::Ack { client_seq, tick } => {
                to.push(0x05);
                to.extend(client_seq.to_le_bytes());
                to.extend(tick.to_le_bytes());
            }
            ServerMessage::Refused { client_seq, reason, text } => {
                to.push(0x06);
                to.extend(client_seq.to_le_bytes());
                to.push(*reason as u8 + 1);
                put_text(to, text);
            }
            ServerMessage::Pong { nonce, tick } => {
                to.push(0x07);
                to.extend(nonce.to_le_bytes());
                to.extend(tick.to_le_bytes());
            }
            ServerMessage::Bye { code, text } => {
                to.push(0x08);
                to.extend(code.to_le_bytes());
                put_text(to, text);
            }
        }
    }

    /// The message's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        self.encode(&mut bytes);
        bytes
    }

    /// Reads one message, which must be all of `bytes`.
    ///
    /// # Errors
    /// When the bytes are no message that this version knows.
    pub fn decode(bytes: &[u8]) -> Result<ServerMessage, MessageError> {
        let mut reader = Reader::new(bytes, LONGEST_FROM_SERVER)?;
        let message = match kind(&mut reader)? {
            0x01 => ServerMessage::Welcome(Welcome {
                standing: standing(reader.byte()?)?,
                toy: reader.array()?,
                tick: reader.u64()?,
                wall: reader.u64()?,
                sound: reader.bits("welcome's flags", 1)? != 0,
                name: reader.text("name", 160, Name::checked)?,
                theme: reader.text("theme", Theme::MOST, Theme::checked)?,
            }),
            0x02 => ServerMessage::Frame(Frame {
                seq: reader.u32()?,
                tick: reader.u64()?,
                lcd: Lcd(reader.array()?),
                contrast: reader.bits("contrast", 15)?,
                tone: tone(&mut reader)?,
            }),
            0x03 => ServerMessage::Sounds(sounds(&mut reader)?),
            0x04 => status(&mut reader)?,
            0x05 => ServerMessage::Ack { client_seq: reader.u32()?, tick: reader.u64()? },
            0x06 => ServerMessage::Refused {
                client_seq: reader.u32()?,
                reason: reason(reader.byte()?)?,
                text: reader.text("text", 255, Sentence::checked)?,
            },
            0x07 => ServerMessage::Pong { nonce: reader.u64()?, tick: reader.u64()? },
            0x08 => ServerMessage::Bye { code: reader.u16()?, text: reader.text("text", 255, Sentence::checked)? },
            other => return Err(MessageError::Kind(other)),
        };
        reader.end()?;
        Ok(message)
    }
}

impl ClientMessage {
    /// Adds the message's bytes, at most [`LONGEST_FROM_CLIENT`]. Bits of a mask above TAP's are left out.
    pub fn encode(&self, to: &mut Vec<u8>) {
        to.push(VERSION);
        match self {
            ClientMessage::Ticket { ticket, client } => {
                to.push(0x41);
                to.extend(ticket);
                to.extend(client);
            }
            ClientMessage::Keys { client_seq, mask, since } => {
                to.push(0x42);
                to.extend(client_seq.to_le_bytes());
                to.push(mask & 15);
                to.extend(since.unwrap_or(u16::MAX).to_le_bytes());
            }
            ClientMessage::Ping { nonce } => {
                to.push(0x43);
                to.extend(nonce.to_le_bytes());
            }
        }
    }

    /// The message's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LONGEST_FROM_CLIENT);
        self.encode(&mut bytes);
        bytes
    }

    /// Reads one message, which must be all of `bytes`.
    ///
    /// # Errors
    /// When the bytes are no message that this version knows.
    pub fn decode(bytes: &[u8]) -> Result<ClientMessage, MessageError> {
        let mut reader = Reader::new(bytes, LONGEST_FROM_CLIENT)?;
        let message = match kind(&mut reader)? {
            0x41 => ClientMessage::Ticket { ticket: reader.array()?, client: reader.array()? },
            0x42 => ClientMessage::Keys {
                client_seq: reader.u32()?,
                mask: reader.bits("mask", 15)?,
                since: Some(reader.u16()?).filter(|since| *since != u16::MAX),
            },
            0x43 => ClientMessage::Ping { nonce: reader.u64()? },
            other => return Err(MessageError::Kind(other)),
        };
        reader.end()?;
        Ok(message)
    }
}

fn byte(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Texts are never longer than 255 bytes.
fn put_text(to: &mut Vec<u8>, text: &str) {
    to.push(byte(text.len()));
    to.extend(text.bytes());
}

fn put_tone(to: &mut Vec<u8>, tone: Tone) {
    to.extend([tone.divisor, tone.high_half_ticks]);
}

fn kind(reader: &mut Reader<'_>) -> Result<u8, MessageError> {
    match reader.byte()? {
        VERSION => reader.byte(),
        other => Err(MessageError::Version(other)),
    }
}

fn standing(value: u8) -> Result<Standing, MessageError> {
    match value {
        0 => Ok(Standing::Viewer),
        1 => Ok(Standing::Caretaker),
        2 => Ok(Standing::Owner),
        _ => Err(MessageError::Value { field: "standing", value: value.into() }),
    }
}

fn reason(value: u8) -> Result<Reason, MessageError> {
    match value {
        1 => Ok(Reason::MayNot),
        2 => Ok(Reason::TooMany),
        3 => Ok(Reason::Store),
        4 => Ok(Reason::Paused),
        5 => Ok(Reason::Other),
        _ => Err(MessageError::Value { field: "reason", value: value.into() }),
    }
}

fn tone(reader: &mut Reader<'_>) -> Result<Tone, MessageError> {
    Ok(Tone { divisor: reader.byte()?, high_half_ticks: reader.byte()? })
}

fn sounds(reader: &mut Reader<'_>) -> Result<Sounds, MessageError> {
    let count = reader.byte()?;
    if !(1..=MOST_SOUNDS).contains(&usize::from(count)) {
        return Err(MessageError::Value { field: "number of sounds", value: count.into() });
    }
    let sounds = (0..count).map(|_| Ok(Sound { tick: reader.u64()?, tone: tone(reader)? }));
    sounds.collect::<Result<_, _>>().map(Sounds)
}

fn status(reader: &mut Reader<'_>) -> Result<ServerMessage, MessageError> {
    let (tick, wall, flags) = (reader.u64()?, reader.u64()?, reader.bits("status' flags", 63)?);
    let flag = |bit: u8| flags >> bit & 1 != 0;
    Ok(ServerMessage::Status(Status {
        tick,
        wall,
        running: flag(0),
        catching_up: flag(1),
        calling: flag(2),
        asleep: flag(3),
        broken: flag(4),
        leaving: flag(5),
        watchers: reader.u16()?,
    }))
}
