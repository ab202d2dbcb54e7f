//! Who sits where.

use super::read::{Reader, put_text};
use super::{Farewell, MessageError, Profile, SEATS, Seat};
use crate::text::Name;

/// How far a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// 0: all is well.
    Here,
    /// 1: nothing was heard for some seconds.
    Late,
    /// 2: its line was lost, and the seat is kept for 30 s.
    Waiting,
    /// 3: it is gone, and the seat may be taken.
    Gone(Farewell),
}

/// Who has a seat, or had it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The player's public key.
    pub key: [u8; 32],
    /// What the player calls themselves.
    pub name: Name,
    /// Their toy.
    pub profile: Profile,
    /// Whether they are there.
    pub presence: Presence,
}

/// Two toys whose prongs meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touching {
    /// Its number at this table, counting up from 1.
    pub number: u32,
    /// Who came; opens the stream.
    pub opener: Seat,
    /// To whom.
    pub other: Seat,
}

impl Touching {
    /// The other one of the two; `None` if `seat` is neither.
    #[must_use]
    pub fn partner(&self, seat: Seat) -> Option<Seat> {
        match seat {
            seat if seat == self.opener => Some(self.other),
            seat if seat == self.other => Some(self.opener),
            _ => None,
        }
    }
}

/// The whole table at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Counts the changes; the newest counts.
    pub sequence: u32,
    /// Whose copy this is.
    pub you: Seat,
    /// By seat.
    pub members: [Option<Member>; SEATS],
    /// At most two pairs.
    pub touching: Vec<Touching>,
}

impl Snapshot {
    /// Who sits, or sat, there.
    #[must_use]
    pub fn member(&self, seat: Seat) -> Option<&Member> {
        self.members.get(seat.index())?.as_ref()
    }

    /// The pair to which a seat belongs.
    #[must_use]
    pub fn touching(&self, seat: Seat) -> Option<Touching> {
        self.touching.iter().find(|pair| pair.partner(seat).is_some()).copied()
    }

    /// Whether an honest host could have said it to the owner of the key `you`: it is the one with the key `host`, the
    /// reader is at the table, nobody sits twice, and who touches is there and touches one other.
    #[must_use]
    pub fn is_sound(&self, you: [u8; 32], host: [u8; 32]) -> bool {
        let is_here = |seat: Seat| {
            let presence = self.member(seat).map(|member| member.presence);
            matches!(presence, Some(Presence::Here | Presence::Late))
        };
        let is = |seat: Seat, key| self.member(seat).is_some_and(|member| member.key == key);
        let mut keys: Vec<_> = self.members.iter().flatten().map(|member| member.key).collect();
        keys.sort_unstable();
        let mut touching: Vec<_> = self.touching.iter().flat_map(|pair| [pair.opener, pair.other]).collect();
        touching.sort_unstable();
        self.you != Seat::HOST
            && is(self.you, you)
            && is_here(self.you)
            && is(Seat::HOST, host)
            && keys.windows(2).all(|pair| pair.first() != pair.last())
            && touching.windows(2).all(|pair| pair.first() != pair.last())
            && touching.iter().all(|seat| is_here(*seat))
    }

    pub(crate) fn read(reader: &mut Reader) -> Result<Snapshot, MessageError> {
        let sequence = reader.u32()?;
        let you = super::seat(reader)?;
        let mut members = [const { None }; SEATS];
        for member in &mut members {
            if reader.value("bit", |bit| (bit < 2).then_some(bit == 1))? {
                *member = Some(Member::read(reader)?);
            }
        }
        let touching = reader.list("number of pairs", SEATS / 2, Touching::read)?;
        Ok(Snapshot { sequence, you, members, touching })
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.sequence.to_le_bytes());
        out.push(self.you.number());
        for member in &self.members {
            out.push(u8::from(member.is_some()));
            if let Some(member) = member {
                member.put(out);
            }
        }
        let touching = self.touching.get(..SEATS / 2).unwrap_or(&self.touching);
        out.push(touching.len() as u8);
        touching.iter().for_each(|pair| pair.put(out));
    }
}

impl Member {
    fn read(reader: &mut Reader) -> Result<Member, MessageError> {
        let (key, name, profile) = (reader.array()?, reader.name()?, Profile::read(reader)?);
        Ok(Member { key, name, profile, presence: Presence::read(reader)? })
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.key);
        put_text(out, self.name.as_str());
        self.profile.put(out);
        self.presence.put(out);
    }
}

impl Presence {
    pub(crate) fn read(reader: &mut Reader) -> Result<Presence, MessageError> {
        Ok(match reader.value("presence", |presence| (presence < 4).then_some(presence))? {
            0 => Presence::Here,
            1 => Presence::Late,
            2 => Presence::Waiting,
            _ => Presence::Gone(reader.value("reason", Farewell::new)?),
        })
    }

    pub(crate) fn put(self, out: &mut Vec<u8>) {
        match self {
            Presence::Here => out.push(0),
            Presence::Late => out.push(1),
            Presence::Waiting => out.push(2),
            Presence::Gone(farewell) => out.extend([3, farewell as u8]),
        }
    }
}

impl Touching {
    pub(crate) fn read(reader: &mut Reader) -> Result<Touching, MessageError> {
        Ok(Touching { number: reader.u32()?, opener: super::seat(reader)?, other: super::seat(reader)? })
    }

    pub(crate) fn put(self, out: &mut Vec<u8>) {
        out.extend(self.number.to_le_bytes());
        out.extend([self.opener.number(), self.other.number()]);
    }
}
