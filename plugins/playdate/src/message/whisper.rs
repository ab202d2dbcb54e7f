//! What two players at a table say to each other through the host: which gift is which, and what they remember.

use super::MessageError;
use super::read::Reader;
use crate::decoration::Decoration;
use std::fmt;

/// Gifts that one [`Whisper::Settle`] may name.
pub const SETTLED: usize = 16;

/// The number of one gift, that no other gift ever has: eight bytes by chance, the number of the pet that gives, and of
/// the pet that gets it. One player may have several pets, and only that one knows what became of the gift.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GiftId(pub [u8; 16]);

impl GiftId {
    /// A number, of chance and the two pets.
    #[must_use]
    pub fn new(chance: u64, giver: u32, receiver: u32) -> GiftId {
        let mut bytes = [0; 16];
        let parts = [&chance.to_le_bytes()[..], &giver.to_le_bytes(), &receiver.to_le_bytes()];
        bytes.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
        GiftId(bytes)
    }

    /// The pet that gives.
    #[must_use]
    pub fn giver(&self) -> u32 {
        let [.., a, b, c, d, _, _, _, _] = self.0;
        u32::from_le_bytes([a, b, c, d])
    }

    /// The pet that gets it.
    #[must_use]
    pub fn receiver(&self) -> u32 {
        let [.., a, b, c, d] = self.0;
        u32::from_le_bytes([a, b, c, d])
    }

    /// What says on the prongs which gift an item belongs to: the lowest twelve bits.
    #[must_use]
    pub fn tag(&self) -> u16 {
        let [low, high, ..] = self.0;
        u16::from_le_bytes([low, high]) & 0xFFF
    }
}

impl fmt::Display for GiftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for GiftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GiftId({self})")
    }
}

/// What one side remembers of two pets' friendship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TieWords {
    /// The speaker's pet.
    pub mine: u32,
    /// The listener's.
    pub yours: u32,
    /// 0 to 4.
    pub friendship: u8,
    /// How often they have played.
    pub visits: u32,
    /// When they first did, in seconds since 1970 UTC.
    pub since: u64,
}

/// From player to player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whisper {
    /// 1, giver: this is about to come over the prongs.
    Offer {
        /// Its number.
        gift: GiftId,
        /// What it is.
        decoration: Decoration,
    },
    /// 2, receiver: let it come.
    Expecting(GiftId),
    /// 3, giver: what became of these? 1 to [`SETTLED`].
    Settle(Vec<GiftId>),
    /// 4, receiver: that is certain, and durable.
    Told {
        /// Its number.
        gift: GiftId,
        /// `true`: it hangs here. `false`: it never will.
        have: bool,
    },
    /// 5, giver: what was told is durable here, nobody asks for it again.
    Forget(GiftId),
    /// 6: what is remembered of the two pets.
    Tie(TieWords),
}

impl Whisper {
    pub(super) fn read(reader: &mut Reader) -> Result<Whisper, MessageError> {
        Ok(match reader.value("kind of whisper", |kind| (1..=6).contains(&kind).then_some(kind))? {
            1 => Whisper::Offer {
                gift: GiftId(reader.array()?),
                decoration: reader.value("decoration", Decoration::new)?,
            },
            2 => Whisper::Expecting(GiftId(reader.array()?)),
            3 => {
                let gifts = reader.list("number of gifts", SETTLED, |reader| reader.array().map(GiftId))?;
                if gifts.is_empty() {
                    return Err(MessageError::Value { field: "number of gifts", value: 0 });
                }
                Whisper::Settle(gifts)
            }
            4 => {
                let gift = GiftId(reader.array()?);
                Whisper::Told { gift, have: reader.value("bit", |bit| (bit < 2).then_some(bit == 1))? }
            }
            5 => Whisper::Forget(GiftId(reader.array()?)),
            _ => Whisper::Tie(TieWords {
                mine: reader.u32()?,
                yours: reader.u32()?,
                friendship: reader.value("friendship", |friendship| (friendship <= 4).then_some(friendship))?,
                visits: reader.u32()?,
                since: reader.u64()?,
            }),
        })
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Whisper::Offer { gift, decoration } => {
                out.push(1);
                out.extend(gift.0);
                out.push(decoration.number());
            }
            Whisper::Expecting(gift) => {
                out.push(2);
                out.extend(gift.0);
            }
            Whisper::Settle(gifts) => {
                let gifts = gifts.get(..SETTLED).unwrap_or(gifts);
                out.extend([3, gifts.len() as u8]);
                out.extend(gifts.iter().flat_map(|gift| gift.0));
            }
            Whisper::Told { gift, have } => {
                out.push(4);
                out.extend(gift.0);
                out.push(u8::from(*have));
            }
            Whisper::Forget(gift) => {
                out.push(5);
                out.extend(gift.0);
            }
            Whisper::Tie(words) => {
                out.push(6);
                out.extend(words.mine.to_le_bytes());
                out.extend(words.yours.to_le_bytes());
                out.push(words.friendship.min(4));
                out.extend(words.visits.to_le_bytes());
                out.extend(words.since.to_le_bytes());
            }
        }
    }
}
