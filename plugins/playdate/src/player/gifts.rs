//! Gifts on their way.

use std::time::Duration;

use super::{Event, GiveError, OFFERED, Output, Player};
use crate::decoration::Decoration;
use crate::keepsakes::Key;
use crate::message::{GiftId, Seat, Whisper};
use crate::visit::{NOTHING, item};

/// The gift that is being given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Giving {
    gift: GiftId,
    decoration: Decoration,
    seat: Seat,
    /// The other side expects it.
    pub agreed: bool,
    since: Duration,
}

impl Giving {
    /// Nobody has said in time that it is expected.
    pub fn is_stale(&self, now: Duration) -> bool {
        !self.agreed && now.saturating_sub(self.since) >= OFFERED
    }
}

/// The gift that is expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub seat: Seat,
    gift: GiftId,
    decoration: Decoration,
}

impl Player {
    /// Gives a decoration to the toy whose prongs are held.
    ///
    /// # Errors
    /// Why not.
    pub fn give(&mut self, decoration: Decoration, now: Duration) -> Result<GiftId, GiveError> {
        let visited = self.visits().and_then(|seat| Some((seat, self.key_of(seat)?.0)));
        let (seat, key) = visited.ok_or(GiveError::Apart)?;
        if self.giving.is_some() {
            return Err(GiveError::Busy);
        }
        let gift = self.new_gift();
        let wall = self.wall;
        let keepsakes = self.keepsakes.as_mut().ok_or(GiveError::NoKeepsakes)?;
        keepsakes.give(gift, decoration, key, wall)?;
        self.giving = Some(Giving { gift, decoration, seat, agreed: false, since: now });
        self.whisper(seat, Whisper::Offer { gift, decoration });
        self.tell(Event::OnItsWay { gift, decoration });
        self.worn();
        Ok(gift)
    }

    /// A number by chance, whose item is not taken for nothing.
    fn new_gift(&mut self) -> GiftId {
        let mut bytes = [0; 16];
        for half in bytes.chunks_mut(8) {
            half.copy_from_slice(&(self.chance)().to_le_bytes());
        }
        let gift = GiftId(bytes);
        if gift.tag() == NOTHING >> 4 {
            bytes[0] ^= 1;
        }
        GiftId(bytes)
    }

    fn worn(&mut self) {
        if let Some(keepsakes) = &self.keepsakes {
            self.outputs.push_back(Output::Worn(keepsakes.worn()));
        }
    }

    /// Nothing moves the gift any more: what has become of it?
    pub(super) fn stop_giving(&mut self, now: Duration) {
        if let Some(giving) = self.giving.take()
            && let Some((key, _)) = self.key_of(giving.seat)
        {
            self.settle_with(giving.seat, key, now);
        }
    }

    /// Asks for all gifts to a player that nothing moves.
    pub(super) fn settle_with(&mut self, seat: Seat, key: Key, now: Duration) {
        let moving = self.giving.as_ref().filter(|giving| !giving.is_stale(now)).map(|giving| giving.gift);
        let Some(keepsakes) = &self.keepsakes else { return };
        let open: Vec<GiftId> = keepsakes.onway_to(key).filter(|gift| Some(*gift) != moving).collect();
        for gifts in open.chunks(16) {
            self.whisper(seat, Whisper::Settle(gifts.to_vec()));
        }
    }

    /// Tells again what was told, so that it can be forgotten.
    pub(super) fn tell_marks(&mut self, seat: Seat, key: Key) {
        let Some(keepsakes) = &self.keepsakes else { return };
        let marks: Vec<(GiftId, bool)> =
            keepsakes.marks().iter().filter(|mark| mark.from == key).map(|mark| (mark.gift, mark.have)).collect();
        for (gift, have) in marks {
            self.whisper(seat, Whisper::Told { gift, have });
        }
    }

    /// The player of a seat has said something.
    pub fn heard(&mut self, seat: Seat, whisper: Whisper, now: Duration) {
        let Some((key, name)) = self.key_of(seat) else { return };
        let wall = self.wall;
        match whisper {
            Whisper::Offer { gift, decoration } => self.offered(seat, key, gift, decoration),
            Whisper::Expecting(gift) => self.agreed(seat, gift, now),
            Whisper::Settle(gifts) => {
                for gift in gifts {
                    self.asked_for(seat, key, gift);
                }
            }
            Whisper::Told { gift, have } => self.told(seat, key, gift, have),
            Whisper::Forget(gift) => {
                if let Some(Err(error)) = self.keepsakes.as_mut().map(|keepsakes| keepsakes.forget(gift, key)) {
                    self.tell(Event::Trouble(error.to_string()));
                }
            }
            Whisper::Tie(words) => {
                if let Some(Err(error)) = self.keepsakes.as_mut().map(|kept| kept.hear(key, &name, &words, wall)) {
                    self.tell(Event::Trouble(error.to_string()));
                }
            }
        }
    }

    /// What cannot be taken is not answered: whoever offered it will ask, and is told that it never comes.
    fn offered(&mut self, seat: Seat, key: Key, gift: GiftId, decoration: Decoration) {
        let Some(keepsakes) = &self.keepsakes else { return };
        if let Some(have) = keepsakes.told(gift, key) {
            return self.whisper(seat, Whisper::Told { gift, have });
        }
        if let Err(error) = keepsakes.has_room(key) {
            return self.tell(Event::Trouble(error.to_string()));
        }
        self.expected = Some(Expected { seat, gift, decoration });
        self.whisper(seat, Whisper::Expecting(gift));
    }

    fn agreed(&mut self, seat: Seat, gift: GiftId, now: Duration) {
        let Some(giving) = self.giving.as_mut().filter(|giving| giving.gift == gift && giving.seat == seat) else {
            return;
        };
        if std::mem::replace(&mut giving.agreed, true) {
            return;
        }
        let item = item(&gift, giving.decoration);
        match self.visiting.as_mut().filter(|visiting| visiting.seat == seat) {
            Some(visiting) => {
                visiting.visit.give(item);
                self.run(now);
            }
            None => self.stop_giving(now),
        }
    }

    /// An item comes over the prongs: it is taken when it is written down.
    pub(super) fn item(&mut self, seat: Seat, came: u16, now: Duration) {
        let expected = self.expected.filter(|one| one.seat == seat && item(&one.gift, one.decoration) == came);
        let taken = expected.and_then(|Expected { gift, decoration, .. }| {
            let (key, name) = self.key_of(seat)?;
            let wall = self.wall;
            self.expected = None;
            match self.keepsakes.as_mut()?.take(gift, decoration, key, &name, wall) {
                Ok(()) => {
                    self.whisper(seat, Whisper::Told { gift, have: true });
                    self.tell(Event::Got { gift, decoration, seat });
                    self.worn();
                    Some(())
                }
                Err(error) => {
                    self.tell(Event::Trouble(error.to_string()));
                    None
                }
            }
        });
        if let Some(visiting) = &mut self.visiting {
            visiting.visit.take(taken.is_some(), now);
        }
    }

    /// What has become of a gift to us? Nothing is said that could not be written down.
    fn asked_for(&mut self, seat: Seat, key: Key, gift: GiftId) {
        if self.expected.is_some_and(|expected| expected.gift == gift) {
            self.expected = None;
        }
        match self.keepsakes.as_mut().map(|keepsakes| keepsakes.settle(gift, key)) {
            Some(Ok(have)) => self.whisper(seat, Whisper::Told { gift, have }),
            Some(Err(error)) => self.tell(Event::Trouble(error.to_string())),
            None => {}
        }
    }

    /// That has become of a gift of ours.
    fn told(&mut self, seat: Seat, key: Key, gift: GiftId, have: bool) {
        let Some(keepsakes) = &mut self.keepsakes else { return };
        let learnt = keepsakes.learn(gift, key, have);
        let known = keepsakes.onway().iter().any(|onway| onway.gift == gift);
        match learnt {
            Ok(decoration) => {
                if self.giving.is_some_and(|giving| giving.gift == gift) && decoration.is_some() {
                    self.giving = None;
                }
                if !known {
                    self.whisper(seat, Whisper::Forget(gift));
                }
                if let Some(decoration) = decoration {
                    self.tell(if have {
                        Event::Arrived { gift, decoration }
                    } else {
                        Event::Back { gift, decoration }
                    });
                    self.worn();
                }
            }
            Err(error) => self.tell(Event::Trouble(error.to_string())),
        }
    }
}
