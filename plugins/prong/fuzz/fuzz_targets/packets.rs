//! Packets: any bytes of any type are a message or refused in one sentence; a message is written back byte for byte,
//! and a packet whose sums are right is never refused for its sums.
//!
//! The first byte chooses what is made, the second one changes nothing, repairs the sums, or cuts and fills up; then
//! come parameters and changes: a place, a number of bytes, the bytes.
#![no_main]

use std::sync::LazyLock;

use eggtooth_prong::line::{Custom, Line, LineBuffer};
use eggtooth_prong::packet::{
    Exchange, ExchangeError, Ghost, GhostError, GhostPlan, Item, ItemError, LANGUAGES, LETTERS, Message, MessageError,
    Name, Patch, Pattern, Screenshot, ScreenshotError, Words, picture, rules,
};
use libfuzzer_sys::fuzz_target;

static EXAMPLES: LazyLock<[Exchange; 2]> = LazyLock::new(|| [1, 2].map(Exchange::example));
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| EXAMPLES[0].to_bytes());

/// Where a ghost's sum is made of: its head, its composites; then its sprites by the table.
const SUMMED: [std::ops::Range<usize>; 2] = [8..0x180, 0x600..0x1D34];
/// Where the fields are that an exchange's parsers look at: kind, flags, table, length; screenshot, data.
const EXCHANGE: [usize; 10] =
    [0, 8, 12, 252, 0x110, 0x120, 268, Ghost::SIZE, Ghost::SIZE + 12, Ghost::SIZE + Screenshot::SIZE];
const ITEM: [usize; 10] = [0, 4, 8, 12, 16, 20, 24, 28, 36, 52];
const SIZES: [usize; 16] = [
    0,
    1,
    2,
    3,
    4,
    5,
    255,
    256,
    257,
    0x4000,
    0x4001,
    0x10000,
    0x10001,
    Ghost::SIZE,
    Exchange::SIZE,
    Exchange::SIZE + 1,
];

/// Parameters from the input; zeros when it is at its end.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or_default()
    }

    fn word(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    fn some(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        self.0.split_off(..length).unwrap_or_default()
    }

    /// A few bytes of the input, or many that are alike.
    fn much(&mut self) -> Vec<u8> {
        match self.byte() {
            0..128 => self.some().to_vec(),
            fill => vec![fill; usize::from(self.word())],
        }
    }

    /// Changes at places that matter, and at any.
    fn change(&mut self, bytes: &mut [u8], places: &[usize]) {
        while !self.0.is_empty() {
            let what = self.byte();
            let place = match places.get(usize::from(what & 15)) {
                Some(place) => place + usize::from(self.byte()),
                None => usize::from(self.word()) << (what >> 4 & 1),
            };
            let values = match what >> 6 {
                0 => self.some(),
                1 => &[0xFF; 4],
                2 => &[0; 4],
                _ => self.0.split_off(..4.min(self.0.len())).unwrap_or_default(),
            };
            if let Some(part) = bytes.get_mut(place..).and_then(|rest| rest.get_mut(..values.len())) {
                part.copy_from_slice(values);
            }
        }
    }
}

fn get(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize
}

fn set(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn sum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().chain([&last]).fold(0, |sum: u32, word| sum.wrapping_add(u32::from_le_bytes(*word)))
}

/// Makes the sums of ghost and screenshot right, as far as what they are made of is there.
fn repair_exchange(bytes: &mut [u8]) {
    let (ghost, rest) = bytes.split_at_mut(Ghost::SIZE);
    let sprites = (0..6).map(|i| (get(ghost, 0x110 + 8 * i), get(ghost, 0x114 + 8 * i)));
    let sprites = sprites.filter(|(start, _)| *start != 0).map(|(start, length)| start..start + length);
    let total = SUMMED.into_iter().chain(sprites);
    let total = total.fold(0_u32, |total, part| total.wrapping_add(ghost.get(part).map_or(0, sum)));
    set(ghost, 0, total);
    set(ghost, 4, total.wrapping_neg());
    let (screenshot, _) = rest.split_at_mut(Screenshot::SIZE);
    let image = screenshot.get(0x200..get(screenshot, 12)).map_or(0, sum);
    set(screenshot, 0, image);
    set(screenshot, 4, !image);
}

fn repair_item(bytes: &mut [u8]) {
    if bytes.len() >= 16 {
        let length = bytes.len() as u32 - 16;
        set(bytes, 8, length);
        let sum = bytes[8..].iter().map(|byte| u32::from(*byte)).sum();
        set(bytes, 4, sum);
    }
}

fn plain(text: &str) -> bool {
    text.chars().all(|character| !character.is_control())
}

fn look_at(ghost: &Ghost) {
    let used = ghost.used() as usize;
    assert!(used <= Ghost::SIZE);
    for index in 0..=255 {
        let place = 0x110 + 8 * usize::from(index);
        // Every one that the table has lies behind the composites and was summed.
        let start = if index < 6 { get(ghost.bytes(), place) } else { 0 };
        let sprite = (start != 0).then(|| &ghost.bytes()[start..start + get(ghost.bytes(), place + 4)]);
        assert_eq!(ghost.sprite(index), sprite);
        assert!(sprite.is_none_or(|sprite| start >= 0x1D34 && start + sprite.len() <= used));
    }
    for name in (0..LANGUAGES + 2).map(|language| ghost.name().text(language)) {
        assert!(plain(&name) && name.chars().count() <= LETTERS + 1);
    }
    assert!(plain(&format!("{ghost:?}")));
    let _ = (ghost.character(), ghost.eyes(), ghost.colour(), ghost.field());
}

fn parse(kind: u8, data: &[u8], repaired: bool) {
    let message = match Message::parse(kind, data) {
        Ok(message) => message,
        Err(error) => {
            let sentence = error.to_string();
            assert!(sentence.len() < 200 && plain(&sentence));
            let sums = matches!(
                error,
                MessageError::Exchange(
                    ExchangeError::Ghost(GhostError::Sum | GhostError::Complement)
                        | ExchangeError::Screenshot(ScreenshotError::Sum | ScreenshotError::Complement)
                ) | MessageError::Item(ItemError::Sum | ItemError::Length(_))
            );
            assert!(!repaired || !sums, "{sentence}");
            return;
        }
    };
    assert_eq!(message.kind(), kind);
    assert!(message.to_bytes() == data);
    match &message {
        Message::Exchange(exchange) => {
            look_at(&exchange.ghost);
            assert!(plain(&format!("{:?}", exchange.screenshot)) && exchange.screenshot.image().len() <= 0x4E00);
            let friends = rules::friendship(Some(exchange.data.friendship), &EXAMPLES[1].ghost, exchange);
            let result = rules::play(&EXAMPLES[1], exchange, friends);
            let ending = result.ending().expect("a playdate ends");
            assert!(friends <= rules::BEST_FRIENDS && result.can_breed() <= (friends == rules::BEST_FRIENDS));
            let after = rules::remember(friends, ending, [exchange.data.in_love(), false]);
            assert!((friends..=rules::BEST_FRIENDS).contains(&after));
        }
        Message::Item(item) => {
            let files = [0, 1, 2].map(|index| item.file(index).expect("an item has three files"));
            assert_eq!(item.file(3), None);
            // Built again it is no larger, as nothing lies between its files.
            let again = Item::build(files[0], files[1], files[2]).expect("what fitted fits");
            assert!(again.bytes().len() <= data.len());
            assert_eq!([0, 1, 2].map(|index| again.file(index)), files.map(Some));
        }
        Message::Result(result) => assert_eq!(result.ending().is_some(), result.result < 4),
        _ => {}
    }
}

/// A ghost, a screenshot and pictures of parts of any size.
fn build(input: &mut Input<'_>) -> Option<Exchange> {
    let numbers = [(); 6].map(|()| input.word());
    let colours = [(); 16].map(|()| input.word());
    let mut sprite = || (input.byte() & 1 != 0).then(|| input.much());
    let sprites = [(); 2].map(|()| [(); 3].map(|()| sprite()));
    let image = input.much();
    let name = Name::new(&String::from_utf8_lossy(input.some())).unwrap_or_default();
    let (width, height, pixels) = (input.byte(), input.byte(), input.much());
    let few = picture::sixteen_colours(width, height, &colours, &pixels);
    let many = picture::many_colours(width, height, &[7; 256], &pixels);
    let fits = usize::from(width) * usize::from(height) == pixels.len();
    assert_eq!(few.is_ok(), fits && pixels.iter().all(|pixel| *pixel < 16));
    assert_eq!(many.is_ok(), fits);
    let [character, eyes, stage, rank, field, flags] = numbers;
    let (body_palette, mouth_palette, colour) = (colours, colours, numbers[0] as i8);
    let plan =
        GhostPlan { character, eyes, colour, name, stage, rank, field, flags, body_palette, mouth_palette, sprites };
    let screenshot = Screenshot::build(&name, &image);
    assert_eq!(screenshot.is_ok(), image.len() <= 0x4E00);
    let size: usize = plan.sprites.iter().flatten().flatten().map(|sprite| sprite.len().next_multiple_of(4)).sum();
    let ghost = Ghost::build(&plan);
    assert_eq!(ghost.is_ok(), 0x1D34 + size <= Ghost::SIZE);
    let (ghost, screenshot) = (ghost.ok()?, screenshot.ok()?);
    assert_eq!((ghost.name(), screenshot.name(), screenshot.image()), (name, name, &image[..]));
    for (index, sprite) in (0..).zip(plan.sprites.iter().flatten()) {
        assert_eq!(ghost.sprite(index), sprite.as_deref().filter(|sprite| !sprite.is_empty()));
    }
    Some(Exchange { ghost, screenshot, data: EXAMPLES[0].data })
}

fn words(bytes: &[u8]) {
    let mut lines = LineBuffer::default();
    let heard = bytes.iter().chain(b"\n").filter_map(|byte| lines.push(*byte)?.line).filter_map(|line| match line {
        Line::Custom(custom) => Some(custom),
        _ => None,
    });
    let said = std::str::from_utf8(bytes).ok().and_then(|text| Custom::new(text).ok());
    for custom in heard.chain(said) {
        let words = Words::read(&custom);
        let written = words.write().expect("what was heard can be written");
        assert_eq!(Words::read(&written), words);
        assert!(matches!(words, Words::Other(_)) <= (written == custom));
    }
}

fuzz_target!(|input: &[u8]| {
    let mut input = Input(input);
    let (what, how) = (input.byte(), input.byte());
    let mut repaired = how & 1 != 0;
    let (mut kind, mut data) = match what & 7 {
        0 => (input.byte() & 31, input.0.to_vec()),
        1 | 2 => (1, BYTES.clone()),
        3 => match build(&mut input) {
            Some(exchange) => (1, exchange.to_bytes()),
            None => return,
        },
        4 | 5 => match Item::build(&input.much(), &input.much(), input.some()) {
            Ok(item) => (3, item.into_bytes()),
            Err(error) => {
                assert!(matches!(error, ItemError::TooLarge(0x4001..)));
                return;
            }
        },
        6 => {
            let (kind, size) = (input.byte() & 31, SIZES[usize::from(input.byte() & 15)]);
            assert_eq!(Patch::new(vec![0; size]).is_ok(), (0x4001..=0x10000).contains(&size));
            let pattern = if how & 64 == 0 { Pattern::Computer } else { Pattern::Other };
            (kind, vec![pattern as u8; size])
        }
        _ => {
            words(input.0);
            return;
        }
    };
    let places = if kind == 3 { &ITEM } else { &EXCHANGE };
    if what & 7 != 0 {
        input.change(&mut data, places);
    }
    match what & 7 {
        1..=3 if repaired => repair_exchange(&mut data),
        4 | 5 if repaired => repair_item(&mut data),
        _ => repaired = false,
    }
    if how & 2 != 0 {
        data.resize(SIZES[usize::from(how >> 2 & 15)], 0);
        repaired = false;
    }
    if how & 128 != 0 {
        kind = how & 15;
    }
    parse(kind, &data, repaired);
});
