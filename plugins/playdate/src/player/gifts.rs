//! Gifts on their way.

use std::time::Duration;

use super::{Event, GiveError, OFFERED, Other, Output, Player};
use crate::decoration::Decoration;
use crate::message::{GiftId, SETTLED, Seat, Whisper};
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
        let visited = self.visits().and_then(|seat| Some((seat, self.other(seat)?)));
        let (seat, other) = visited.ok_or(GiveError::Apart)?;
        if self.giving.is_some() {
            return Err(GiveError::Busy);
        }
        let (gift, wall) = (self.new_gift(other.pet), self.wall);
        let keepsakes = self.keepsakes.as_mut().ok_or(GiveError::NoKeepsakes)?;
        if other.pet == 0 {
            return Err(GiveError::Unkept);
        }
        keepsakes.give(gift, decoration, other.key, wall)?;
        self.giving = Some(Giving { gift, decoration, seat, agreed: false, since: now });
        self.whisper(seat, Whisper::Offer { gift, decoration });
        self.tell(Event::OnItsWay { gift, decoration });
        self.worn();
        Ok(gift)
    }

    /// A number by chance, whose item is not taken for nothing.
    fn new_gift(&mut self, receiver: u32) -> GiftId {
        let chance = (self.chance)();
        let gift = GiftId::new(chance, self.pet(), receiver);
        if gift.tag() == NOTHING >> 4 { GiftId::new(chance ^ 1, self.pet(), receiver) } else { gift }
    }

    fn worn(&mut self) {
        if let Some(keepsakes) = &self.keepsakes {
            self.outputs.push_back(Output::Worn(keepsakes.worn()));
        }
    }

    /// Nothing moves the gift any more: what has become of it?
    pub(super) fn stop_giving(&mut self, now: Duration) {
        if let Some(giving) = self.giving.take()
            && let Some(other) = self.other(giving.seat)
        {
            self.settle_with(giving.seat, &other, now);
        }
    }

    /// Asks for all gifts to a player's pet that nothing moves. Another pet of theirs knows nothing of them.
    pub(super) fn settle_with(&mut self, seat: Seat, other: &Other, now: Duration) {
        let moving = self.giving.as_ref().filter(|giving| !giving.is_stale(now)).map(|giving| giving.gift);
        let Some(keepsakes) = &self.keepsakes else { return };
        let to = keepsakes.onway_to(other.key).filter(|gift| gift.receiver() == other.pet);
        let open: Vec<GiftId> = to.filter(|gift| Some(*gift) != moving).collect();
        for gifts in open.chunks(SETTLED) {
            self.whisper(seat, Whisper::Settle(gifts.to_vec()));
        }
    }

    /// Tells the pet again what was told, so that it can be forgotten.
    pub(super) fn tell_marks(&mut self, seat: Seat, other: &Other) {
        let Some(keepsakes) = &self.keepsakes else { return };
        let of_pet = keepsakes.marks().iter().filter(|mark| mark.from == other.key && mark.gift.giver() == other.pet);
        let marks: Vec<(GiftId, bool)> = of_pet.map(|mark| (mark.gift, mark.have)).collect();
        for (gift, have) in marks {
            self.whisper(seat, Whisper::Told { gift, have });
        }
    }

    /// The player of a seat has said something.
    pub fn heard(&mut self, seat: Seat, whisper: Whisper, now: Duration) {
        let Some(other) = self.other(seat) else { return };
        let cost = if let Whisper::Settle(gifts) = &whisper { gifts.len() as u32 } else { 1 };
        if !self.heard.get_mut(seat.index()).is_some_and(|budget| budget.take(cost, now)) {
            return;
        }
        match whisper {
            Whisper::Offer { gift, decoration } => self.offered(seat, &other, gift, decoration),
            Whisper::Expecting(gift) => self.agreed(seat, gift, now),
            Whisper::Settle(gifts) => self.asked_for(seat, &other, &gifts),
            Whisper::Told { gift, have } => self.told(seat, &other, gift, have),
            Whisper::Forget(gift) => {
                if let Some(Err(error)) = self.keepsakes.as_mut().map(|keepsakes| keepsakes.forget(gift, other.key)) {
                    self.tell(Event::Trouble(error.to_string()));
                }
            }
            Whisper::Tie(words) => {
                let Some(ties @ 1..) = self.ties.get_mut(seat.index()) else { return };
                *ties -= 1;
                let (wall, is_pets) = (self.wall, words.mine == other.pet);
                let kept = self.keepsakes.as_mut().filter(|_| is_pets);
                if let Some(Err(error)) = kept.map(|kept| kept.hear(other.key, &other.name, &words, wall)) {
                    self.tell(Event::Trouble(error.to_string()));
                }
            }
        }
    }

    /// What cannot be taken is not answered: whoever offered it will ask, and is told that it never comes.
    fn offered(&mut self, seat: Seat, other: &Other, gift: GiftId, decoration: Decoration) {
        let Some(keepsakes) = &self.keepsakes else { return };
        if gift.receiver() != keepsakes.pet() || gift.giver() != other.pet {
            return;
        }
        if let Some(have) = keepsakes.told(gift, other.key) {
            return self.whisper(seat, Whisper::Told { gift, have });
        }
        if let Err(error) = keepsakes.has_room(other.key) {
            return self.tell(Event::Trouble(error.to_string()));
        }
        // An offer may overtake the stream on which its visit begins; it does not disturb another's.
        if self.visits().is_some_and(|visited| visited != seat) {
            return;
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
            let (other, wall) = (self.other(seat)?, self.wall);
            self.expected = None;
            match self.keepsakes.as_mut()?.take(gift, decoration, other.key, &other.name, wall) {
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
        if let Some((visiting, lived)) = self.lives(now) {
            visiting.visit.take(taken.is_some(), lived);
        }
    }

    /// What has become of gifts to us? Nothing is said that could not be written down, nor of gifts to another pet.
    fn asked_for(&mut self, seat: Seat, other: &Other, gifts: &[GiftId]) {
        let Some(keepsakes) = &mut self.keepsakes else { return };
        let own = gifts.iter().copied().filter(|gift| gift.receiver() == keepsakes.pet());
        let own: Vec<GiftId> = own.collect();
        if self.expected.is_some_and(|expected| own.contains(&expected.gift)) {
            self.expected = None;
        }
        match keepsakes.settle(&own, other.key) {
            Ok(told) => told.into_iter().for_each(|(gift, have)| self.whisper(seat, Whisper::Told { gift, have })),
            Err(error) => self.tell(Event::Trouble(error.to_string())),
        }
    }

    /// That has become of a gift of ours, unless another pet gave it.
    fn told(&mut self, seat: Seat, other: &Other, gift: GiftId, have: bool) {
        let Some(keepsakes) = self.keepsakes.as_mut().filter(|kept| gift.giver() == kept.pet()) else { return };
        let learnt = keepsakes.learn(gift, other.key, have);
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
