//! The file's content: JSON, so that everybody can look into it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{GOT, KeepError, Key, MARKS, MARKS_OF_ONE, ONWAY, PIECES, TIES, TIES_OF_ONE};
use crate::decoration::Decoration;
use crate::message::GiftId;
use crate::text::Name;

/// The version that is written.
const VERSION: u32 = 1;

/// A decoration that the pet owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Which.
    #[serde(with = "decoration")]
    pub decoration: Decoration,
    /// Who gave it; `None`: it was there from the start.
    pub from: Option<Origin>,
}

/// Who gave something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The player.
    #[serde(with = "bytes")]
    pub key: Key,
    /// Their pet, as it was called.
    #[serde(with = "name")]
    pub name: Name,
    /// Seconds since 1970 UTC.
    pub when: u64,
}

/// A gift of which it is not known yet whether it has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onway {
    /// Its number.
    #[serde(with = "gift")]
    pub gift: GiftId,
    /// To whom.
    #[serde(with = "bytes")]
    pub to: Key,
    /// Seconds since 1970 UTC.
    pub since: u64,
    /// What it is; if it never arrives it comes back as it was.
    pub piece: Piece,
}

/// What was told of a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Its number.
    #[serde(with = "gift")]
    pub gift: GiftId,
    /// Who gave it.
    #[serde(with = "bytes")]
    pub from: Key,
    /// Whether it is here; else it never will be.
    pub have: bool,
}

/// What is remembered of another pet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tie {
    /// Its player.
    #[serde(with = "bytes")]
    pub key: Key,
    /// Its number.
    pub pet: u32,
    /// What it was called last.
    #[serde(with = "name")]
    pub name: Name,
    /// 0 to 4.
    pub friendship: u8,
    /// How often they have played.
    pub visits: u32,
    /// When first, in seconds since 1970 UTC.
    pub since: u64,
    /// When last.
    pub last: u64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    pub pet: u32,
    pub pieces: Vec<Piece>,
    pub onway: Vec<Onway>,
    pub marks: Vec<Mark>,
    /// Gifts that came, and of which their givers know, the latest last.
    #[serde(with = "gifts", default)]
    pub got: Vec<GiftId>,
    pub ties: Vec<Tie>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Record {
    pub fn fresh(pet: u32) -> Record {
        let pieces = Decoration::all().map(|decoration| Piece { decoration, from: None }).collect();
        Record {
            version: VERSION,
            pet,
            pieces,
            onway: Vec::new(),
            marks: Vec::new(),
            got: Vec::new(),
            ties: Vec::new(),
        }
    }

    pub fn decode(bytes: &[u8]) -> Result<Record, KeepError> {
        let damaged = |error: serde_json::Error| KeepError::Damaged(error.to_string());
        let Version { version } = serde_json::from_slice(bytes).map_err(damaged)?;
        if version > VERSION {
            return Err(KeepError::Newer(version));
        }
        let record: Record = serde_json::from_slice(bytes).map_err(damaged)?;
        let full = record.pieces.len() + record.onway.len() > PIECES || record.onway.len() > ONWAY;
        if full || record.marks.len() > MARKS || record.got.len() > GOT || record.ties.len() > TIES {
            return Err(KeepError::Damaged("it has more entries than there may be".into()));
        }
        if record.ties.iter().any(|tie| tie.friendship > 4) {
            return Err(KeepError::Damaged("a friendship is above 4".into()));
        }
        Ok(record)
    }

    pub fn encode(&self) -> Result<Vec<u8>, KeepError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| KeepError::Write(error.into()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What was told of a gift, or would be.
    pub fn told(&self, gift: GiftId, from: Key) -> Option<bool> {
        let mark = self.marks.iter().find(|mark| mark.gift == gift && mark.from == from);
        mark.map(|mark| mark.have).or_else(|| self.got.contains(&gift).then_some(true))
    }

    /// A giver no longer asks for a gift.
    pub fn forget(&mut self, gift: GiftId, from: Key) {
        let Some(place) = self.marks.iter().position(|mark| mark.gift == gift && mark.from == from) else { return };
        if self.marks.remove(place).have {
            if self.got.len() >= GOT {
                self.got.remove(0);
            }
            self.got.push(gift);
        }
    }

    /// Marks that may not be forgotten, of one player and of all.
    fn firm(&self, from: Key) -> (usize, usize) {
        let firm = || self.marks.iter().filter(|mark| mark.have);
        (firm().filter(|mark| mark.from == from).count(), firm().count())
    }

    /// Whether one more mark of a player finds room, if those that never came are forgotten.
    pub fn has_room(&self, from: Key) -> bool {
        let (of_one, all) = self.firm(from);
        of_one < MARKS_OF_ONE && all < MARKS
    }

    /// Makes room for one more mark of a player; false: there is none.
    pub fn make_room(&mut self, from: Key) -> bool {
        if !self.has_room(from) {
            return false;
        }
        if self.marks.iter().filter(|mark| mark.from == from).count() >= MARKS_OF_ONE {
            self.forget_first(|mark| mark.from == from);
        }
        if self.marks.len() >= MARKS {
            self.forget_first(|_| true);
        }
        true
    }

    fn forget_first(&mut self, of: impl Fn(&Mark) -> bool) {
        if let Some(place) = self.marks.iter().position(|mark| !mark.have && of(mark)) {
            self.marks.remove(place);
        }
    }

    /// Takes a tie out.
    pub fn untie(&mut self, key: Key, pet: u32) -> Option<Tie> {
        let place = self.ties.iter().position(|tie| tie.key == key && tie.pet == pet)?;
        Some(self.ties.remove(place))
    }

    /// Puts a tie at the end. Of too many pets of one player that player's first goes, of too many in all the first.
    pub fn tie(&mut self, tie: Tie) {
        if self.ties.iter().filter(|other| other.key == tie.key).count() >= TIES_OF_ONE
            && let Some(place) = self.ties.iter().position(|other| other.key == tie.key)
        {
            self.ties.remove(place);
        }
        if self.ties.len() >= TIES {
            self.ties.remove(0);
        }
        self.ties.push(tie);
    }

    /// Puts one that is only told of at the beginning, so that it is the first to go; nothing goes for it.
    pub fn tie_told(&mut self, tie: Tie) {
        let of_one = self.ties.iter().filter(|other| other.key == tie.key).count();
        if of_one < TIES_OF_ONE && self.ties.len() < TIES {
            self.ties.insert(0, tie);
        }
    }
}

mod bytes {
    use super::*;

    pub fn serialize<const N: usize, S: Serializer>(bytes: &[u8; N], to: S) -> Result<S::Ok, S::Error> {
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        to.serialize_str(&text)
    }

    pub fn deserialize<'de, const N: usize, D: Deserializer<'de>>(from: D) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || D::Error::custom(format!("{N} bytes in hexadecimal digits are expected"));
        let digits = text.as_bytes();
        if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(wrong());
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(bytes)
    }
}

mod gift {
    use super::*;

    pub fn serialize<S: Serializer>(gift: &GiftId, to: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(&gift.0, to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<GiftId, D::Error> {
        bytes::deserialize(from).map(GiftId)
    }
}

mod gifts {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct One(#[serde(with = "gift")] GiftId);

    pub fn serialize<S: Serializer>(gifts: &[GiftId], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(gifts.iter().copied().map(One))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<GiftId>, D::Error> {
        Ok(Vec::<One>::deserialize(from)?.into_iter().map(|One(gift)| gift).collect())
    }
}

mod decoration {
    use super::*;

    pub fn serialize<S: Serializer>(decoration: &Decoration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(decoration.number())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decoration, D::Error> {
        let number = u8::deserialize(from)?;
        Decoration::new(number).ok_or_else(|| D::Error::custom("there are decorations 0 to 15"))
    }
}

mod name {
    use super::*;

    pub fn serialize<S: Serializer>(name: &Name, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(name.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
        let text = String::deserialize(from)?;
        Name::new(&text).ok_or_else(|| D::Error::custom("this is no name"))
    }
}
