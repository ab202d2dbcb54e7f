//! Visitors: whatever an exchange holds, if the protocol takes it, it is shown by a fit name and fit pictures; any bytes
//! are a picture or none; and what is cut from any LCD comes back from a ghost.
//!
//! The first byte chooses: an LCD, a picture with or without a right beginning, or a ghost's name, numbers and pictures.
#![no_main]

use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::Lcd;
use eggtooth_playdate::ghost::{Visitor, portrait};
use eggtooth_playdate::sprite::{HEIGHT, Sprite, WIDTH};
use eggtooth_playdate::{Decoration, Name};
use eggtooth_prong::packet::{Exchange, Ghost, GhostPlan};
use libfuzzer_sys::fuzz_target;

fn fits(sprite: &Sprite) {
    assert!((1..=WIDTH).contains(&sprite.width()) && (1..=usize::from(HEIGHT)).contains(&sprite.rows().len()));
    let outside = u64::MAX << sprite.width();
    assert!(sprite.rows().iter().all(|row| u64::from(*row) & outside == 0));
}

fn shown(exchange: &Exchange) -> Visitor {
    let visitor = Visitor::of(exchange);
    assert!(Name::new(visitor.name.as_str()).is_some());
    assert!((1..=5).contains(&visitor.stage) && visitor.hunger <= 6 && visitor.happiness <= 20);
    assert!(visitor.poses.len() <= 2);
    visitor.poses.iter().for_each(fits);
    visitor
}

fuzz_target!(|input: &[u8]| {
    let [kind, rest @ ..] = input else { return };
    match kind % 4 {
        0 => {
            let mut lcd = [0; Lcd::SIZE];
            lcd.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            let lcd = Lcd(lcd);
            let name = Name::cleaned(&String::from_utf8_lossy(rest), "pet");
            let exchange = portrait(&name, 1, 2, &Labels::default(), rest, &[lcd]);
            assert_eq!(Exchange::parse(&exchange.to_bytes()).as_ref(), Ok(&exchange));
            let visitor = shown(&exchange);
            assert_eq!(visitor.poses.first(), Sprite::cut(&lcd).as_ref());
        }
        1 => {
            if let Some(sprite) = Sprite::from_picture(rest) {
                fits(&sprite);
            }
            // With a right beginning, and any size.
            let Some(made) = Sprite::new(1, &[1]).and_then(|sprite| sprite.to_picture().ok()) else { return };
            let mut picture = [&made[..56], rest].concat();
            if let [_, width, height, ..] = input {
                (picture[8], picture[9]) = (*width, *height);
            }
            if let Some(sprite) = Sprite::from_picture(&picture) {
                fits(&sprite);
                let again = sprite.to_picture().expect("a sprite is a picture");
                assert_eq!(Sprite::from_picture(&again), Some(sprite));
            }
        }
        _ => {
            let text: String = String::from_utf8_lossy(rest).chars().filter(|letter| *letter != '\0').take(6).collect();
            let numbers = |at: usize| rest.get(at..at + 2).map_or(7, |two| u16::from_le_bytes([two[0], two[1]]));
            let plan = GhostPlan {
                name: eggtooth_prong::packet::Name::new(&text).unwrap_or_default(),
                stage: numbers(0),
                rank: numbers(2),
                flags: numbers(4),
                sprites: [[Some(rest.to_vec()), None, None], [Some(rest.iter().rev().copied().collect()), None, None]],
                ..GhostPlan::default()
            };
            let Ok(ghost) = Ghost::build(&plan) else { return };
            let mut exchange = Exchange::example(1);
            exchange.ghost = ghost;
            (exchange.data.hunger, exchange.data.happiness) = (numbers(6) as u8, numbers(8) as u8);
            shown(&exchange);
        }
    }
    assert!(Decoration::new(*kind).is_none_or(|decoration| decoration.number() == *kind));
});
