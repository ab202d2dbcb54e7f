#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::keepsakes::Keep;
use crate::message::{Member, Profile};
use crate::text::Look;
use crate::visit::item;
use eggtooth_cartridge::labels::Labels;

const A: Key = [1; 32];
const B: Key = [2; 32];
const C: Key = [3; 32];

/// A pet's file, and how often it was written.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<(Option<Vec<u8>>, usize)>>);

impl Keep for Shelf {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().0.clone())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut shelf = self.0.lock().unwrap();
        *shelf = (Some(bytes.to_vec()), shelf.1 + 1);
        Ok(())
    }
}

impl Shelf {
    fn bells(&self) -> usize {
        let kept = Keepsakes::open(Box::new(self.clone()), 1).unwrap();
        kept.pieces().iter().filter(|piece| piece.decoration == bell()).count()
    }
}

fn bell() -> Decoration {
    Decoration::new(3).unwrap()
}

fn seat(number: u8) -> Seat {
    Seat::new(number).unwrap()
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn sits(key: Key, pet: u32, shelf: &Shelf) -> Player {
    let name = Name::new("Pip").unwrap();
    let portrait = crate::ghost::portrait(&name, 1, pet, &Labels::default(), &[], &[]);
    let mut chance = u64::from(pet);
    let draw = move || {
        chance = chance.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        chance
    };
    let keepsakes = Keepsakes::open(Box::new(shelf.clone()), pet).unwrap();
    Player::new(key, Some(keepsakes), portrait, ms(100), Box::new(draw))
}

/// A table at which these players sit, with these pets; the first two touch.
fn table(you: u8, pets: &[(Key, u32)], touching: bool) -> Snapshot {
    let name = Name::new("Somebody").unwrap();
    let mut members = [const { None }; SEATS];
    for (place, (key, pet)) in members.iter_mut().zip(pets) {
        let profile = Profile { toy: name.clone(), look: Look::default(), worn: Vec::new(), pet: *pet };
        *place = Some(Member { key: *key, name: name.clone(), profile, presence: Presence::Here });
    }
    let pair = Touching { number: 1, opener: seat(0), other: seat(1) };
    Snapshot { sequence: 1, you: seat(you), members, touching: if touching { vec![pair] } else { Vec::new() } }
}

/// What is said now.
fn says(player: &mut Player, now: Duration) -> Vec<Whisper> {
    let outputs = std::iter::from_fn(|| player.output(now));
    outputs.filter_map(|output| if let Output::Whisper(_, whisper) = output { Some(whisper) } else { None }).collect()
}

/// The two say what they have to say to each other, until nobody says anything more.
fn talk(a: &mut Player, b: &mut Player, now: Duration) {
    loop {
        let (from_a, from_b) = (says(a, now), says(b, now));
        if from_a.is_empty() && from_b.is_empty() {
            return;
        }
        from_a.into_iter().for_each(|whisper| b.heard(seat(0), whisper, now));
        from_b.into_iter().for_each(|whisper| a.heard(seat(1), whisper, now));
    }
}

/// A's pet 11 has given a bell to B's pet 21, which has it; A was not told.
fn taken_and_not_told(here: &Shelf, there: &Shelf) -> GiftId {
    let (mut a, mut b) = (sits(A, 11, here), sits(B, 21, there));
    let pets = [(A, 11), (B, 21)];
    a.table(table(0, &pets, true), ms(0));
    b.table(table(1, &pets, true), ms(0));
    assert!(b.opened(1, seat(0), ms(0)));
    let gift = a.give(bell(), ms(1)).unwrap();
    talk(&mut a, &mut b, ms(1));
    b.item(seat(0), item(&gift, bell()), ms(2));
    assert_eq!(says(&mut b, ms(2)), [Whisper::Told { gift, have: true }]);
    gift
}

/// B comes back with one pet, A with another, and they have all the time they want.
fn meet(a: &mut Player, b: &mut Player, now: Duration) {
    let pets = [(A, a.pet()), (B, b.pet())];
    a.table(table(0, &pets, false), now);
    b.table(table(1, &pets, false), now);
    for second in 0..30 {
        let now = now + Duration::from_secs(second);
        a.tick(now);
        b.tick(now);
        talk(a, b, now);
    }
}

#[test]
fn another_pet_of_the_receiver_does_not_say_what_became_of_a_gift() {
    let [here, there, other] = <[Shelf; 3]>::default();
    taken_and_not_told(&here, &there);
    let mut a = sits(A, 11, &here);
    meet(&mut a, &mut sits(B, 22, &other), ms(0));
    assert_eq!((here.bells(), there.bells(), other.bells()), (0, 2, 1));
    assert_eq!(a.keepsakes().unwrap().onway().len(), 1);
    meet(&mut a, &mut sits(B, 21, &there), Duration::from_secs(60));
    assert!(a.keepsakes().unwrap().onway().is_empty());
    assert_eq!((here.bells(), there.bells(), other.bells()), (0, 2, 1));
}

#[test]
fn another_pet_of_the_giver_does_not_let_a_gift_be_forgotten() {
    let [here, there, other] = <[Shelf; 3]>::default();
    taken_and_not_told(&here, &there);
    meet(&mut sits(A, 12, &other), &mut sits(B, 21, &there), ms(0));
    meet(&mut sits(A, 11, &here), &mut sits(B, 21, &there), ms(0));
    assert_eq!((here.bells(), there.bells(), other.bells()), (0, 2, 1));
    let kept = |shelf: &Shelf| Keepsakes::open(Box::new(shelf.clone()), 1).unwrap();
    assert!(kept(&here).onway().is_empty() && kept(&there).marks().is_empty());
}

#[test]
fn another_pet_in_the_same_seat_is_somebody_else() {
    let mut a = sits(A, 11, &Shelf::default());
    a.table(table(0, &[(A, 11), (B, 21)], false), ms(0));
    a.keepsakes.as_mut().unwrap().played(B, 22, &Name::new("Egg").unwrap(), 2, 5, 1).unwrap();
    assert_eq!(says(&mut a, ms(1)), []);
    a.table(table(0, &[(A, 11), (B, 22)], false), ms(2));
    let words = TieWords { mine: 11, yours: 22, friendship: 2, visits: 5, since: 1 };
    assert_eq!(says(&mut a, ms(2)), [Whisper::Tie(words)]);
}

#[test]
fn what_others_ask_costs_little() {
    let shelf = Shelf::default();
    let mut b = sits(B, 21, &shelf);
    b.table(table(1, &[(A, 11), (B, 21), (C, 31)], false), ms(0));
    let before = shelf.0.lock().unwrap().1;
    let (mut said, mut chance) = (0, 0);
    for step in 0..10_000_u64 {
        // As fast as a host takes it: forty a second of each.
        let now = ms(step * 25);
        for from in [0, 2] {
            let gifts = (0..16).map(|_| {
                chance += 1;
                GiftId::new(chance, 11, 21)
            });
            b.heard(seat(from), Whisper::Settle(gifts.collect()), now);
            b.heard(seat(from), Whisper::Forget(GiftId::new(chance, 11, 21)), now);
        }
        said += says(&mut b, now).len();
    }
    let writes = shelf.0.lock().unwrap().1 - before;
    assert!((64..=250 * 10 + 30).contains(&said), "{said}");
    assert!((1..=2 * 250 * 8 + 128).contains(&writes), "{writes}");
    assert!(b.keepsakes().unwrap().marks().len() <= 64);
    // And an honest one is heard again soon.
    let gift = GiftId::new(7, 11, 21);
    b.heard(seat(0), Whisper::Settle(vec![gift]), ms(260_000));
    assert!(says(&mut b, ms(270_000)).contains(&Whisper::Told { gift, have: false }));
}

#[test]
fn what_is_remembered_is_heard_once() {
    let mut b = sits(B, 21, &Shelf::default());
    b.table(table(1, &[(A, 11), (B, 21)], false), ms(0));
    let words = TieWords { mine: 11, yours: 21, friendship: 1, visits: 3, since: 1 };
    b.heard(seat(0), Whisper::Tie(words), ms(1));
    for visits in 4..1000 {
        b.heard(seat(0), Whisper::Tie(TieWords { visits, ..words }), ms(1000 * u64::from(visits)));
        b.heard(seat(0), Whisper::Tie(TieWords { mine: visits, ..words }), ms(1000 * u64::from(visits)));
    }
    let ties = b.keepsakes().unwrap().ties();
    assert_eq!((ties.len(), ties[0].visits), (1, 3));
}

#[test]
fn an_offer_from_elsewhere_does_not_disturb_the_one_that_is_coming() {
    let (here, there) = (Shelf::default(), Shelf::default());
    let (mut a, mut b) = (sits(A, 11, &here), sits(B, 21, &there));
    let pets = [(A, 11), (B, 21), (C, 31)];
    a.table(table(0, &pets, true), ms(0));
    b.table(table(1, &pets, true), ms(0));
    assert!(b.opened(1, seat(0), ms(0)));
    let gift = a.give(bell(), ms(1)).unwrap();
    talk(&mut a, &mut b, ms(1));
    b.heard(seat(2), Whisper::Offer { gift: GiftId::new(1, 31, 21), decoration: bell() }, ms(2));
    assert_eq!(says(&mut b, ms(2)), []);
    b.item(seat(0), item(&gift, bell()), ms(3));
    assert_eq!((b.keepsakes().unwrap().told(gift, A), there.bells()), (Some(true), 2));
}

#[test]
fn who_keeps_nothing_is_given_nothing() {
    let mut a = sits(A, 11, &Shelf::default());
    a.table(table(0, &[(A, 11), (B, 0)], true), ms(0));
    assert!(matches!(a.give(bell(), ms(1)), Err(GiveError::Unkept)));
    assert!(a.keepsakes().unwrap().onway().is_empty());
}
