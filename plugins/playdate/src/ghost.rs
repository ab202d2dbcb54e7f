//! A pet as it visits others: made of its name, its labelled memory and its LCD; and what is seen of a visitor.

use eggtooth_cartridge::labels::{Labels, Meaning};
use eggtooth_livelink::Lcd;
use eggtooth_prong::packet::{Exchange, Ghost, GhostPlan, LETTERS, PlaydateData, Screenshot, picture};

use crate::sprite::{Sprite, palette};
use crate::text::Name;

/// Numbers of the characters of toys that have no ghost of their own: none of a real toy is as high.
const CHARACTER: u16 = 0xE660;

/// Makes the ghost of a pet, the same for the same arguments: its name, stage and two pictures, how it feels, and who
/// it is. `labels` and `ram` say what is known of its memory (perhaps nothing), `lcds` are pictures that it showed, the
/// latest last. Works for any ROM; without labels the pet is a grown-up that feels well.
#[must_use]
pub fn portrait(name: &Name, device: u32, pet: u32, labels: &Labels, ram: &[u8], lcds: &[Lcd]) -> Exchange {
    let stage = labels.read(Meaning::Stage, ram);
    let meter = |meaning: Meaning| {
        // An egg is not hungry.
        let label = labels.find(meaning).filter(|_| stage != Some(0))?;
        label.hearts(label.read(ram)?)
    };
    let stage = stage.map_or(5, |stage| stage.saturating_add(1).clamp(1, 5));
    let name = short(name);
    let mut poses: Vec<Sprite> = Vec::new();
    for sprite in lcds.iter().rev().filter_map(Sprite::cut) {
        if poses.len() < 2 && !poses.contains(&sprite) {
            poses.push(sprite);
        }
    }
    let mut poses = poses.iter().map(|pose| pose.to_picture().ok());
    let sprites = [[poses.next().flatten(), None, None], [poses.next().flatten(), None, None]];
    let plan = GhostPlan {
        character: CHARACTER,
        eyes: CHARACTER,
        colour: -1,
        name,
        stage,
        // Friendship begins low, and grows by visits.
        rank: 0,
        field: 1,
        flags: Ghost::CHILDLESS,
        body_palette: palette(),
        mouth_palette: palette(),
        sprites,
    };
    let data = PlaydateData {
        edition: 1,
        device,
        character: pet,
        hunger: meter(Meaning::Hunger).map_or(4, |hearts| hearts.min(4) * 3 / 2),
        happiness: meter(Meaning::Happiness).map_or(15, |hearts| hearts.min(4) * 5),
        ..PlaydateData::default()
    };
    // Two sprites and a picture of 32 by 16 dots are far smaller than the room for them.
    let ghost = Ghost::build(&plan).unwrap_or_else(|_| Ghost::example(CHARACTER));
    Exchange { ghost, screenshot: screenshot(&plan.name, lcds.last()), data }
}

/// A name that a toy could have: twelve units of UTF-16.
fn short(name: &Name) -> eggtooth_prong::packet::Name {
    let mut text = String::new();
    for letter in name.as_str().chars() {
        if text.encode_utf16().count() + letter.len_utf16() > LETTERS {
            break;
        }
        text.push(letter);
    }
    eggtooth_prong::packet::Name::new(text.trim_end()).unwrap_or_default()
}

/// The LCD in the list of friends.
fn screenshot(name: &eggtooth_prong::packet::Name, lcd: Option<&Lcd>) -> Screenshot {
    let rows = lcd.copied().unwrap_or_default().rows();
    let pixels: Vec<u8> = rows.iter().flat_map(|row| (0..32).map(move |x| 1 + (row >> x & 1) as u8)).collect();
    let mut colours = [0; 256];
    (colours[1], colours[2]) = (0xCE98, 0x2124);
    let image = picture::many_colours(32, 16, &colours, &pixels).unwrap_or_default();
    Screenshot::build(name, &image).unwrap_or_else(|_| Screenshot::example(CHARACTER))
}

/// What is seen of a visitor, made fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Its name.
    pub name: Name,
    /// 1 to 5.
    pub stage: u8,
    /// Which device it is from, as it says.
    pub device: u32,
    /// The pet's number, as it says.
    pub pet: u32,
    /// 0 to 6.
    pub hunger: u8,
    /// 0 to 20.
    pub happiness: u8,
    /// Its pictures, perhaps none.
    pub poses: Vec<Sprite>,
}

impl Visitor {
    /// Looks at what came.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Visitor {
        let ghost = &exchange.ghost;
        // Near and far body: what our own toys use.
        let poses = [0, 3].into_iter().filter_map(|index| Sprite::from_picture(ghost.sprite(index)?)).collect();
        Visitor {
            name: Name::cleaned(&ghost.name().text(0), "visitor"),
            stage: ghost.stage().clamp(1, 5) as u8,
            device: exchange.data.device,
            pet: exchange.data.character,
            hunger: exchange.data.hunger.min(6),
            happiness: exchange.data.happiness.min(20),
            poses,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use eggtooth_cartridge::symbols::Symbols;

    fn lcd(rows: [u32; 3]) -> Lcd {
        let mut all = [0; 16];
        all[5..8].copy_from_slice(&rows);
        Lcd::from_rows(all, 0xFF)
    }

    #[test]
    fn a_ghost_shows_what_is_known() {
        let (symbols, _) = Symbols::parse(b"ram 000 1 stage\nram 001 1 hunger\nram 002 1 happy\n");
        let labels = Labels::from_symbols(&symbols);
        let name = Name::new("Pip the Third of his name").unwrap();
        let pictures = [lcd([7, 5, 7]), lcd([7, 7, 7]), lcd([7, 5, 7]), lcd([7, 5, 7])];
        let exchange = portrait(&name, 9, 77, &labels, &[3, 2, 4], &pictures);
        let again = Exchange::parse(&exchange.to_bytes()).unwrap();
        assert_eq!(again, exchange);
        let visitor = Visitor::of(&again);
        assert_eq!((visitor.name.as_str(), visitor.stage, visitor.device, visitor.pet), ("Pip the Thir", 4, 9, 77));
        assert_eq!((visitor.hunger, visitor.happiness), (3, 20));
        let poses: Vec<_> = visitor.poses.iter().map(|pose| (pose.width(), pose.rows().to_vec())).collect();
        assert_eq!(poses, [(3, vec![7, 5, 7]), (3, vec![7, 7, 7])]);
    }

    #[test]
    fn an_egg_is_not_hungry() {
        let (symbols, _) = Symbols::parse(b"ram 000 1 stage\nram 001 1 hunger\nram 002 1 happy\n");
        let exchange = portrait(&Name::new("Egg").unwrap(), 9, 77, &Labels::from_symbols(&symbols), &[0, 0, 0], &[]);
        let visitor = Visitor::of(&exchange);
        assert_eq!((visitor.stage, visitor.hunger, visitor.happiness), (1, 4, 15));
    }

    #[test]
    fn a_pet_of_which_nothing_is_known_can_go() {
        let exchange = portrait(&Name::new("🐣🐣🐣🐣🐣🐣🐣").unwrap(), 1, 2, &Labels::default(), &[], &[]);
        let visitor = Visitor::of(&Exchange::parse(&exchange.to_bytes()).unwrap());
        assert_eq!((visitor.name.as_str(), visitor.stage, visitor.hunger), ("🐣🐣🐣🐣🐣🐣", 5, 4));
        assert!(visitor.poses.is_empty());
    }

    #[test]
    fn strangers_are_made_fit() {
        let mut exchange = Exchange::example(3);
        let plan = GhostPlan {
            name: eggtooth_prong::packet::Name::new("\u{202e}\u{7}x").unwrap(),
            stage: 900,
            sprites: [[Some(vec![0xFF; 600]), None, None], [None, None, None]],
            ..GhostPlan::default()
        };
        exchange.ghost = Ghost::build(&plan).unwrap();
        (exchange.data.hunger, exchange.data.happiness) = (255, 255);
        let visitor = Visitor::of(&exchange);
        // What the toys' own names show for a control character stays.
        assert_eq!((visitor.name.as_str(), visitor.stage), ("\u{fffd}x", 5));
        assert_eq!((visitor.hunger, visitor.happiness, visitor.poses.len()), (6, 20, 0));
    }
}
