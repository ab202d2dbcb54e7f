//! What a pet owns and remembers: decorations, gifts that are on their way, and the pets it knows.
//!
//! **Exactly once.** A gift has a number ([`GiftId`]). Who gives writes it down as on its way before anything is said;
//! who receives writes down that it has it before the last acknowledgement. What became of a gift only the receiver
//! can say, and says it once and for all: that it has it, or that it never will, which is written down, too, before it
//! is said. Only then the giver lets go of it, or takes it back. Until then it is on its way, and neither side's. So
//! whatever breaks at whatever moment, both sides come to the same end when they meet again.
//!
//! Everything is in one file ([`FileKeep`]) that is replaced as a whole, before the change counts in memory. It lies
//! beside the pet's saves, not in them: a save may step back to an older generation, and a gift must not; a copy of a
//! pet has none of its things; and where a pet is carried to a daycare its folder, and with it this file, stays.

mod error;
#[cfg(not(target_family = "wasm"))]
mod file;
mod keep;
mod record;

use crate::decoration::Decoration;
use crate::message::{GiftId, TieWords};
use crate::text::Name;

pub use error::KeepError;
#[cfg(not(target_family = "wasm"))]
pub use file::FileKeep;
pub use keep::{Keep, LARGEST};
use record::Record;
pub use record::{Mark, Onway, Origin, Piece, Tie};

/// Decorations that a pet can own.
pub const PIECES: usize = 256;
/// Gifts of one pet that may be on their way.
pub const ONWAY: usize = 32;
/// Gifts of one friend of which it is kept what was told.
pub const MARKS_OF_ONE: usize = 32;
/// The same of all friends together.
pub const MARKS: usize = 1024;
/// Gifts that came of which it is known after their givers know, should a giver's file be put back to what it was before.
pub const GOT: usize = 256;
/// Pets that are remembered; of more, those that were met longest ago are forgotten.
pub const TIES: usize = 256;
/// Of them, pets of one player.
pub const TIES_OF_ONE: usize = 16;

/// Visits that the other side may remember and this one not.
pub const MISSED: u32 = 16;

/// A player's key.
pub type Key = [u8; 32];

/// What a pet owns and remembers.
pub struct Keepsakes {
    record: Record,
    keep: Box<dyn Keep>,
}

impl Keepsakes {
    /// Reads what was kept, or begins: with one of each decoration, and with `pet`, a number drawn by chance that this
    /// pet keeps (0, which is nobody's, becomes 1). Writes at once where nothing was kept.
    ///
    /// # Errors
    /// It cannot be read or written, or is damaged.
    pub fn open(mut keep: Box<dyn Keep>, pet: u32) -> Result<Keepsakes, KeepError> {
        let record = match keep.read().map_err(KeepError::Read)? {
            Some(bytes) => Record::decode(&bytes)?,
            None => {
                let record = Record::fresh(pet.max(1));
                keep.write(&record.encode()?).map_err(KeepError::Write)?;
                record
            }
        };
        Ok(Keepsakes { record, keep })
    }

    /// Changes a copy, writes it, and only then lets it count.
    fn change<T>(&mut self, edit: impl FnOnce(&mut Record) -> Result<T, KeepError>) -> Result<T, KeepError> {
        let mut next = self.record.clone();
        let result = edit(&mut next)?;
        if next != self.record {
            self.keep.write(&next.encode()?).map_err(KeepError::Write)?;
            self.record = next;
        }
        Ok(result)
    }

    /// The pet's number.
    #[must_use]
    pub fn pet(&self) -> u32 {
        self.record.pet
    }

    /// What it owns: pieces that were given hang on its shell, the others lie in its box.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.record.pieces
    }

    /// What hangs on its shell, the newest first, each kind once.
    #[must_use]
    pub fn worn(&self) -> Vec<Decoration> {
        let mut worn: Vec<Decoration> = Vec::new();
        for piece in self.record.pieces.iter().rev().filter(|piece| piece.from.is_some()) {
            if !worn.contains(&piece.decoration) {
                worn.push(piece.decoration);
            }
        }
        worn
    }

    /// Gifts that are on their way.
    #[must_use]
    pub fn onway(&self) -> &[Onway] {
        &self.record.onway
    }

    /// Gifts to one player that are on their way.
    pub fn onway_to(&self, key: Key) -> impl Iterator<Item = GiftId> {
        self.record.onway.iter().filter(move |gift| gift.to == key).map(|gift| gift.gift)
    }

    /// What was told, and is kept until it is no longer asked for.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.record.marks
    }

    /// A decoration of the box, or else of the shell, goes on its way.
    ///
    /// # Errors
    /// There is none, too many are on their way, or it cannot be written down.
    pub fn give(&mut self, gift: GiftId, decoration: Decoration, to: Key, wall: u64) -> Result<(), KeepError> {
        self.change(|record| {
            if record.onway.len() >= ONWAY {
                return Err(KeepError::TooManyOnway);
            }
            let of_kind = |piece: &&Piece| piece.decoration == decoration;
            let boxed = record.pieces.iter().position(|piece| of_kind(&piece) && piece.from.is_none());
            let place = boxed.or_else(|| record.pieces.iter().position(|piece| of_kind(&piece)));
            let piece = record.pieces.remove(place.ok_or(KeepError::None(decoration))?);
            record.onway.push(Onway { gift, to, since: wall, piece });
            Ok(())
        })
    }

    /// Whether a gift of this player could be taken.
    ///
    /// # Errors
    /// Why not.
    pub fn has_room(&self, from: Key) -> Result<(), KeepError> {
        if !self.record.has_room(from) {
            return Err(KeepError::TooManyMarks);
        }
        if self.record.pieces.len() + self.record.onway.len() >= PIECES { Err(KeepError::TooMany) } else { Ok(()) }
    }

    /// A gift hangs on the shell from now on. Once more says nothing and changes nothing.
    ///
    /// # Errors
    /// It was told that it never will, there is no room, or it cannot be written down.
    pub fn take(
        &mut self,
        gift: GiftId,
        decoration: Decoration,
        from: Key,
        name: &Name,
        wall: u64,
    ) -> Result<(), KeepError> {
        match self.told(gift, from) {
            Some(true) => return Ok(()),
            Some(false) => return Err(KeepError::Never),
            None => self.has_room(from)?,
        }
        self.change(|record| {
            if !record.make_room(from) {
                return Err(KeepError::TooManyMarks);
            }
            record.marks.push(Mark { gift, from, have: true });
            record.pieces.push(Piece { decoration, from: Some(Origin { key: from, name: name.clone(), when: wall }) });
            Ok(())
        })
    }

    /// What was told of a gift, also if its giver no longer asks.
    #[must_use]
    pub fn told(&self, gift: GiftId, from: Key) -> Option<bool> {
        self.record.told(gift, from)
    }

    /// What becomes of gifts, once and for all: each is here, or from now on it never will be. Those that never will are
    /// forgotten, the oldest first, where there are too many: they are known so that nothing that came late is taken,
    /// and nobody offers a gift twice. What is here is not forgotten before its giver knows.
    ///
    /// # Errors
    /// That cannot be written down: nothing may be told.
    pub fn settle(&mut self, gifts: &[GiftId], from: Key) -> Result<Vec<(GiftId, bool)>, KeepError> {
        self.change(|record| {
            let mut told = Vec::new();
            for &gift in gifts {
                let have = record.told(gift, from);
                if have.is_none() && record.make_room(from) {
                    record.marks.push(Mark { gift, from, have: false });
                }
                told.push((gift, have.unwrap_or(false)));
            }
            Ok(told)
        })
    }

    /// The receiver has told what became of a gift: it is gone, or it is back in the box. `None`: no such gift is on
    /// its way to them.
    ///
    /// # Errors
    /// It cannot be written down: it stays on its way.
    pub fn learn(&mut self, gift: GiftId, by: Key, have: bool) -> Result<Option<Decoration>, KeepError> {
        self.change(|record| {
            let Some(place) = record.onway.iter().position(|onway| onway.gift == gift && onway.to == by) else {
                return Ok(None);
            };
            let onway = record.onway.remove(place);
            let decoration = onway.piece.decoration;
            if !have {
                record.pieces.push(onway.piece);
            }
            Ok(Some(decoration))
        })
    }

    /// The giver no longer asks for a gift.
    ///
    /// # Errors
    /// It cannot be written down: it is still known.
    pub fn forget(&mut self, gift: GiftId, from: Key) -> Result<(), KeepError> {
        self.change(|record| {
            record.forget(gift, from);
            Ok(())
        })
    }

    /// What is remembered of a pet.
    #[must_use]
    pub fn tie(&self, key: Key, pet: u32) -> Option<&Tie> {
        self.record.ties.iter().find(|tie| tie.key == key && tie.pet == pet)
    }

    /// All pets that are remembered, those met last at the end.
    #[must_use]
    pub fn ties(&self) -> &[Tie] {
        &self.record.ties
    }

    /// A playdate with a pet was played to its end, the `visit`th of the two (one more than [`Tie::visits`] was when it
    /// began: the other side may have told of it before).
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn played(
        &mut self,
        key: Key,
        pet: u32,
        name: &Name,
        friendship: u8,
        visit: u32,
        wall: u64,
    ) -> Result<(), KeepError> {
        self.change(|record| {
            let mut tie = record.untie(key, pet).unwrap_or(Tie {
                key,
                pet,
                name: name.clone(),
                friendship: 0,
                visits: 0,
                since: wall,
                last: wall,
            });
            tie.name = name.clone();
            tie.friendship = tie.friendship.max(friendship.min(4));
            tie.visits = tie.visits.max(visit);
            tie.last = wall;
            record.tie(tie);
            Ok(())
        })
    }

    /// What the other side remembers of the two pets; where cut lines have left one side with less, it is made good:
    /// the better friendship counts, and at most [`MISSED`] visits more.
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn hear(&mut self, key: Key, name: &Name, words: &TieWords, wall: u64) -> Result<(), KeepError> {
        if words.yours != self.record.pet || words.visits == 0 {
            return Ok(());
        }
        self.change(|record| {
            let known = record.ties.iter().position(|tie| tie.key == key && tie.pet == words.mine);
            let mut tie = known.map_or_else(
                || Tie { key, pet: words.mine, name: name.clone(), friendship: 0, visits: 0, since: wall, last: wall },
                |place| record.ties.remove(place),
            );
            tie.visits = tie.visits.max(words.visits.min(tie.visits.saturating_add(MISSED)));
            tie.friendship = tie.friendship.max(words.friendship.min(4));
            tie.since = if words.since == 0 { tie.since } else { tie.since.min(words.since) };
            // In its place, or before all: hearing of somebody is not meeting them.
            match known {
                Some(place) => record.ties.insert(place.min(record.ties.len()), tie),
                None => record.tie_told(tie),
            }
            Ok(())
        })
    }
}

impl std::fmt::Debug for Keepsakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.record.fmt(f)
    }
}

#[cfg(test)]
mod tests;
