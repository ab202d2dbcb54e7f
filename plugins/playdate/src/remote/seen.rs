//! What a table looks like, as bytes.

use super::SENTENCE;
use crate::decoration::Decoration;
use crate::keepsakes::{ONWAY, Onway, Origin, PIECES, Piece, TIES, Tie};
use crate::message::read::{Reader, put_text, put_words};
use crate::message::{self, Emote, GiftId, MessageError, Presence, SEATS, Seat, Touching, WORN};
use crate::view::{SeatView, TableView};

/// Where a seat or a gesture would be: there is none.
const NONE: u8 = 0xFF;

/// What the own pet has and knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Things {
    /// What lies in its box, and hangs on its shell.
    pub pieces: Vec<Decoration>,
    /// Its gifts that are on their way.
    pub onway: Vec<Onway>,
    /// The pets that it knows.
    pub ties: Vec<Tie>,
}

impl Things {
    /// Of a view.
    #[must_use]
    pub fn of(view: &TableView) -> Things {
        Things { pieces: view.pieces.clone(), onway: view.onway.clone(), ties: view.ties.clone() }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_list(&self.pieces, PIECES, out, |piece, out| out.push(piece.number()));
        put_list(&self.onway, ONWAY, out, |onway, out| {
            out.extend(onway.gift.0);
            out.extend(onway.to);
            out.extend(onway.since.to_le_bytes());
            out.push(onway.piece.decoration.number());
            out.push(u8::from(onway.piece.from.is_some()));
            if let Some(Origin { key, name, when }) = &onway.piece.from {
                out.extend(key);
                put_text(out, name.as_str());
                out.extend(when.to_le_bytes());
            }
        });
        put_list(&self.ties, TIES, out, |tie, out| {
            out.extend(tie.key);
            out.extend(tie.pet.to_le_bytes());
            put_text(out, tie.name.as_str());
            out.push(tie.friendship);
            out.extend(tie.visits.to_le_bytes());
            out.extend(tie.since.to_le_bytes());
            out.extend(tie.last.to_le_bytes());
        });
    }

    pub(super) fn read(reader: &mut Reader) -> Result<Things, MessageError> {
        let pieces = reader.long_list(PIECES, decoration)?;
        let onway = reader.long_list(ONWAY, |reader| {
            let (gift, to, since) = (GiftId(reader.array()?), reader.array()?, reader.u64()?);
            let decoration = decoration(reader)?;
            let from = match bit(reader)? {
                true => Some(Origin { key: reader.array()?, name: reader.name()?, when: reader.u64()? }),
                false => None,
            };
            Ok(Onway { gift, to, since, piece: Piece { decoration, from } })
        })?;
        let ties = reader.long_list(TIES, |reader| {
            let (key, pet, name, friendship) = (reader.array()?, reader.u32()?, reader.name()?, reader.byte()?);
            Ok(Tie { key, pet, name, friendship, visits: reader.u32()?, since: reader.u64()?, last: reader.u64()? })
        })?;
        Ok(Things { pieces, onway, ties })
    }
}

/// Everything of a table but pictures and [`Things`].
pub(super) fn put_table(view: &TableView, out: &mut Vec<u8>) {
    out.push(view.you.map_or(NONE, Seat::number));
    put_words(out, &view.words, SENTENCE);
    for seat in &view.seats {
        out.push(u8::from(seat.is_some()));
        if let Some(seat) = seat {
            put_seat(seat, out);
        }
    }
    put_list(&view.touching, SEATS / 2, out, |pair, out| pair.put(out));
}

fn put_seat(seat: &SeatView, out: &mut Vec<u8>) {
    out.extend(seat.key);
    put_text(out, seat.name.as_str());
    put_text(out, seat.toy.as_str());
    put_text(out, seat.look.as_str());
    put_list(&seat.worn, WORN, out, |piece, out| out.push(piece.number()));
    seat.presence.put(out);
    put_words(out, &seat.words, SENTENCE);
    out.push(seat.emote.map_or(NONE, |emote| emote as u8));
}

/// The table, without pictures and [`Things`].
pub(super) fn read_table(reader: &mut Reader) -> Result<TableView, MessageError> {
    let you = reader.value("seat", |seat| if seat == NONE { Some(None) } else { Seat::new(seat).map(Some) })?;
    let words = reader.words(SENTENCE)?;
    let mut seats = [const { None }; SEATS];
    for seat in &mut seats {
        if bit(reader)? {
            *seat = Some(read_seat(reader)?);
        }
    }
    let touching = reader.long_list(SEATS / 2, Touching::read)?;
    Ok(TableView { you, words, seats, touching, ..TableView::default() })
}

fn read_seat(reader: &mut Reader) -> Result<SeatView, MessageError> {
    let (key, name, toy, look) = (reader.array()?, reader.name()?, reader.name()?, reader.look()?);
    let worn = reader.long_list(WORN, decoration)?;
    let (presence, words) = (Presence::read(reader)?, reader.words(SENTENCE)?);
    let gesture = |value: u8| match value {
        NONE => Some(None),
        value => Emote::ALL.get(usize::from(value)).copied().map(Some),
    };
    let emote = reader.value("emote", gesture)?;
    Ok(SeatView { key, name, toy, look, worn, presence, words, frame: None, emote })
}

pub(super) fn decoration(reader: &mut Reader) -> Result<Decoration, MessageError> {
    reader.value("decoration", Decoration::new)
}

pub(super) fn bit(reader: &mut Reader) -> Result<bool, MessageError> {
    reader.value("bit", |bit| (bit < 2).then_some(bit == 1))
}

pub(super) use message::seat;

/// Two bytes of how many, and each; of more than `most` the first.
fn put_list<T>(list: &[T], most: usize, out: &mut Vec<u8>, mut put: impl FnMut(&T, &mut Vec<u8>)) {
    let list = list.get(..most).unwrap_or(list);
    out.extend((list.len() as u16).to_le_bytes());
    list.iter().for_each(|item| put(item, out));
}
