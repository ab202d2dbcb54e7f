//! What happened at a table, as bytes.

use super::SENTENCE;
use super::seen::{bit, decoration, seat};
use crate::decoration::Decoration;
use crate::ghost::Visitor;
use crate::message::read::{Reader, put_text, put_words};
use crate::message::{self, Farewell, GiftId, MessageError, Snapshot};
use crate::net::Event;
use crate::player;
use crate::sprite::{HEIGHT, Sprite, WIDTH};
use eggtooth_prong::packet::Ending;

/// Pictures of a visitor at most.
const POSES: usize = 8;
/// How a visit ended, by number; 4 is what nobody knows.
const ENDINGS: [Option<Ending>; 5] =
    [Some(Ending::Played), Some(Ending::Fought), Some(Ending::Ate), Some(Ending::Eaten), None];

/// `None`: it is never said.
pub(super) fn put(event: &Event, out: &mut Vec<u8>) -> Option<()> {
    match event {
        Event::Table(table) => {
            out.push(0);
            table.put(out);
        }
        Event::Emoted(seat, emote) => out.extend([1, seat.number(), *emote as u8]),
        Event::Pet(event) => {
            out.push(2);
            put_pet(event, out);
        }
        Event::Line(words) => put_said(3, words, out),
        Event::Refused(from, words) => {
            put_said(4, words, out);
            put_words(out, &from.to_string(), SENTENCE);
        }
        Event::Befriended(name) => {
            out.push(5);
            put_text(out, name.as_str());
        }
        Event::Trouble(words) => put_said(6, words, out),
        Event::Over(farewell) => out.extend([7, *farewell as u8]),
        Event::Failed(words) => put_said(8, words, out),
        Event::Cable(_) | Event::RealToy(_) => return None,
    }
    Some(())
}

pub(super) fn read(reader: &mut Reader) -> Result<Event, MessageError> {
    Ok(match reader.value("event", |event| (event < 9).then_some(event))? {
        0 => Event::Table(Box::new(Snapshot::read(reader)?)),
        1 => Event::Emoted(seat(reader)?, message::emote(reader)?),
        2 => Event::Pet(read_pet(reader)?),
        3 => Event::Line(reader.words(SENTENCE)?),
        4 => {
            let words = reader.words(SENTENCE)?;
            let from = reader.words(SENTENCE)?;
            let address = from.parse().ok().filter(|address: &std::net::SocketAddr| address.to_string() == from);
            Event::Refused(address.ok_or(MessageError::Text("address"))?, words)
        }
        5 => Event::Befriended(reader.name()?),
        6 => Event::Trouble(reader.words(SENTENCE)?),
        7 => Event::Over(reader.value("reason", Farewell::new)?),
        _ => Event::Failed(reader.words(SENTENCE)?),
    })
}

fn put_said(kind: u8, words: &str, out: &mut Vec<u8>) {
    out.push(kind);
    put_words(out, words, SENTENCE);
}

fn put_pet(event: &player::Event, out: &mut Vec<u8>) {
    use player::Event;
    let put_gift = |kind: u8, gift: &GiftId, decoration: &Decoration, out: &mut Vec<u8>| {
        out.push(kind);
        out.extend(gift.0);
        out.push(decoration.number());
    };
    match event {
        Event::Touched { seat, came } => out.extend([0, seat.number(), u8::from(*came)]),
        Event::Visiting { seat, visitor } => {
            out.extend([1, seat.number()]);
            put_visitor(visitor, out);
        }
        Event::Played { seat, name, ending, friendship, visits } => {
            out.extend([2, seat.number()]);
            put_text(out, name.as_str());
            let ending = ENDINGS.iter().position(|known| known == ending).unwrap_or(ENDINGS.len() - 1);
            out.extend([ending as u8, *friendship]);
            out.extend(visits.to_le_bytes());
        }
        Event::OnItsWay { gift, decoration } => put_gift(3, gift, decoration, out),
        Event::Arrived { gift, decoration } => put_gift(4, gift, decoration, out),
        Event::Back { gift, decoration } => put_gift(5, gift, decoration, out),
        Event::Got { gift, decoration, seat } => {
            put_gift(6, gift, decoration, out);
            out.push(seat.number());
        }
        Event::Parted { seat, why } => {
            out.extend([7, seat.number(), u8::from(why.is_some())]);
            if let Some(why) = why {
                put_words(out, why, SENTENCE);
            }
        }
        Event::Trouble(words) => put_said(8, words, out),
    }
}

fn read_pet(reader: &mut Reader) -> Result<player::Event, MessageError> {
    use player::Event;
    let kind = reader.value("event of the pet", |event| (event < 9).then_some(event))?;
    let gift = |reader: &mut Reader| Ok::<_, MessageError>((GiftId(reader.array()?), decoration(reader)?));
    Ok(match kind {
        0 => Event::Touched { seat: seat(reader)?, came: bit(reader)? },
        1 => Event::Visiting { seat: seat(reader)?, visitor: Box::new(read_visitor(reader)?) },
        2 => {
            let (seat, name) = (seat(reader)?, reader.name()?);
            let ending = reader.value("ending", |ending| ENDINGS.get(usize::from(ending)).copied())?;
            Event::Played { seat, name, ending, friendship: reader.byte()?, visits: reader.u32()? }
        }
        3 => gift(reader).map(|(gift, decoration)| Event::OnItsWay { gift, decoration })?,
        4 => gift(reader).map(|(gift, decoration)| Event::Arrived { gift, decoration })?,
        5 => gift(reader).map(|(gift, decoration)| Event::Back { gift, decoration })?,
        6 => {
            let (gift, decoration) = gift(reader)?;
            Event::Got { gift, decoration, seat: seat(reader)? }
        }
        7 => {
            let seat = seat(reader)?;
            let why = if bit(reader)? { Some(reader.words(SENTENCE)?) } else { None };
            Event::Parted { seat, why }
        }
        _ => Event::Trouble(reader.words(SENTENCE)?),
    })
}

fn put_visitor(visitor: &Visitor, out: &mut Vec<u8>) {
    put_text(out, visitor.name.as_str());
    out.push(visitor.stage);
    out.extend(visitor.device.to_le_bytes());
    out.extend(visitor.pet.to_le_bytes());
    out.extend([visitor.hunger, visitor.happiness]);
    let poses = visitor.poses.get(..POSES).unwrap_or(&visitor.poses);
    out.push(poses.len() as u8);
    for pose in poses {
        out.extend([pose.width(), pose.rows().len() as u8]);
        out.extend(pose.rows().iter().flat_map(|row| row.to_le_bytes()));
    }
}

fn read_visitor(reader: &mut Reader) -> Result<Visitor, MessageError> {
    let (name, stage) = (reader.name()?, reader.byte()?);
    let (device, pet, hunger, happiness) = (reader.u32()?, reader.u32()?, reader.byte()?, reader.byte()?);
    let poses = reader.list("number of pictures", POSES, |reader| {
        let width = reader.value("width", |width| (1..=WIDTH).contains(&width).then_some(width))?;
        let rows = reader.list("number of rows", HEIGHT.into(), Reader::u32)?;
        // What is beyond the width is nothing.
        Sprite::new(width, &rows).filter(|sprite| sprite.rows() == rows).ok_or(MessageError::Short)
    })?;
    Ok(Visitor { name, stage, device, pet, hunger, happiness, poses })
}
