//! Every packet there and back, cut and damaged.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_prong::packet::{
    Ending, Exchange, ExchangeError, Ghost, GhostError, GhostPlan, Item, ItemError, Message, MessageError, Name, Patch,
    Pattern, PlayResult, Screenshot, ScreenshotError, picture,
};
use proptest::prelude::*;

/// Bytes 0x180 to 0x600 of a ghost, and what lies behind its end.
fn unused(ghost: &Ghost, at: usize) -> bool {
    (0x180..0x600).contains(&at) || at >= ghost.used() as usize
}

#[test]
fn every_byte_of_a_ghost_counts_or_is_documented_not_to() {
    let ghost = Ghost::example(1);
    let mut bytes = ghost.bytes().to_vec();
    for at in 0..bytes.len() {
        let flips: &[u8] = if at < 0x180 { &[1, 2, 4, 8, 16, 32, 64, 128, 255] } else { &[1, 0x80] };
        // Of what is never looked at, a part is enough.
        if at > 0x3000 && at % 97 != 0 {
            continue;
        }
        for flip in flips {
            bytes[at] ^= flip;
            assert_eq!(Ghost::check(&bytes).is_ok(), unused(&ghost, at), "byte {at:#x} changed by {flip:#x}");
            bytes[at] ^= flip;
        }
    }
}

#[test]
fn every_byte_of_a_screenshot_counts_or_is_documented_not_to() {
    let screenshot = Screenshot::example(1);
    let mut bytes = screenshot.bytes().to_vec();
    let end = 0x200 + screenshot.image().len();
    for at in 0..bytes.len() {
        for flip in [1_u8, 2, 4, 8, 16, 32, 64, 128, 255] {
            bytes[at] ^= flip;
            let size = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
            let grown = (end..=Screenshot::SIZE).contains(&size) && (12..16).contains(&at);
            let free = (16..0x200).contains(&at) || at >= end || grown;
            assert_eq!(Screenshot::check(&bytes).is_ok(), free, "byte {at:#x} changed by {flip:#x}");
            bytes[at] ^= flip;
        }
    }
}

#[test]
fn the_parts_of_an_exchange_are_where_they_belong() {
    let exchange = Exchange::example(7);
    let bytes = exchange.to_bytes();
    assert_eq!(bytes.len(), 131_092);
    assert_eq!(&bytes[..0x1B000], exchange.ghost.bytes());
    assert_eq!(&bytes[0x1B000..0x20000], exchange.screenshot.bytes());
    // Edition 1, device, character, no friendship, no result, hunger 4, happiness 15.
    let data = [0, 0, 1, 0, 7, 0, 0x47, 0x45, 1, 7, 0, 0, 0, 0, 0, 0, 4, 15, 0, 0];
    assert_eq!(bytes[0x20000..], data);
    assert_eq!(Message::parse(1, &bytes).unwrap(), Message::Exchange(Box::new(exchange.clone())));
    for at in 0x20000..bytes.len() {
        let mut other = bytes.clone();
        other[at] ^= 0xFF;
        let read = Exchange::parse(&other).unwrap();
        assert_ne!(read.data, exchange.data, "byte {at:#x} is not read");
        assert_eq!(read.to_bytes(), other);
    }
}

#[test]
fn what_is_cut_is_refused_at_every_length() {
    let bytes = Exchange::example(1).to_bytes();
    for size in 0..bytes.len() {
        match Message::parse(1, &bytes[..size]) {
            Ok(Message::Friendship(_)) if size == 2 => {}
            Ok(Message::Result(_)) if size == 4 => {}
            Err(MessageError::Size { kind: 1, size: said }) if said == size => {}
            other => panic!("{size} bytes: {other:?}"),
        }
    }
    assert_eq!(Exchange::parse(&[&bytes[..], &[0]].concat()), Err(ExchangeError::Size(131_093)));
    assert_eq!(Ghost::check(&bytes[..Ghost::SIZE - 1]), Err(GhostError::Size(Ghost::SIZE - 1)));
    assert_eq!(Screenshot::check(&[]), Err(ScreenshotError::Size(0)));
    let item = Item::build(b"data", b"sprites", b"strings").unwrap();
    for size in 1..item.bytes().len() {
        assert!(Message::parse(3, &item.bytes()[..size]).is_err());
    }
}

#[test]
fn a_file_is_a_ghost_or_an_exchange() {
    let exchange = Exchange::example(3);
    assert_eq!(Exchange::from_file(&exchange.to_bytes()).unwrap(), exchange);
    assert_eq!(Exchange::from_file(exchange.ghost.bytes()).unwrap().ghost, exchange.ghost);
    assert_eq!(Exchange::from_file(b"no ghost"), Err(ExchangeError::Size(8)));
}

/// A ghost of which one field was changed and the sums made right again.
fn with(at: usize, value: [u8; 4]) -> Result<Ghost, GhostError> {
    let mut bytes = Ghost::example(1).bytes().to_vec();
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let sum = word(&bytes, 0).wrapping_sub(word(&bytes, at)).wrapping_add(u32::from_le_bytes(value));
    bytes[at..at + 4].copy_from_slice(&value);
    bytes[..4].copy_from_slice(&sum.to_le_bytes());
    bytes[4..8].copy_from_slice(&sum.wrapping_neg().to_le_bytes());
    Ghost::parse(&bytes)
}

#[test]
fn a_ghost_whose_sums_are_right_can_still_be_wrong() {
    assert_eq!(with(260, [1, 2, 3, 4]).unwrap().used(), Ghost::example(1).used());
    assert_eq!(with(8, [1, 0, 0, 0]), Err(GhostError::Kind(1)));
    assert!(with(8, [4, 0, 0, 0]).is_ok());
    for total in [0, 0x1D33, 0x1B001, u32::MAX] {
        assert_eq!(with(268, total.to_le_bytes()), Err(GhostError::Total(total)));
    }
    // A shorter package than its pictures.
    assert_eq!(with(268, 0x1D34_u32.to_le_bytes()), Err(GhostError::Sprite(0)));
    for (at, value) in [(0x110, 0x1D33), (0x110, 4), (0x110, u32::MAX), (0x114, u32::MAX), (0x114, 0x1B000)] {
        assert_eq!(with(at, u32::to_le_bytes(value)), Err(GhostError::Sprite(0)), "{value:#x} at {at:#x}");
    }
    // A length without an offset is no sprite.
    assert!(with(0x12C, [9; 4]).unwrap().sprite(3).is_none());
}

#[test]
fn a_ghost_by_hand() {
    let sprite = picture::sixteen_colours(2, 2, &[0x1234; 16], &[1, 2, 3, 4]).unwrap();
    let plan = GhostPlan {
        character: 0x1122,
        eyes: 0x3344,
        colour: -1,
        name: Name::new("Ab").unwrap(),
        stage: 5,
        rank: 4,
        field: 2,
        flags: Ghost::CHILDLESS,
        body_palette: [0x5555; 16],
        mouth_palette: [0x6666; 16],
        sprites: [[Some(sprite.clone()), None, None], [None, None, Some(sprite.clone())]],
    };
    let ghost = Ghost::build(&plan).unwrap();
    let bytes = ghost.bytes();
    assert_eq!(bytes[8..24], [0, 0, 0, 0, 0x22, 0x11, 0x44, 0x33, 0xFF, 0, b'A', 0, b'b', 0, 0, 0]);
    assert_eq!(bytes[18 + 26 * 8..18 + 26 * 8 + 4], [b'A', 0, b'b', 0]);
    assert_eq!(bytes[252..260], [5, 0, 4, 0, 2, 0, 4, 0]);
    assert_eq!(bytes[0x110..0x118], [0x34, 0x1D, 0, 0, 60, 0, 0, 0]);
    assert_eq!(bytes[0x138..0x140], [0x70, 0x1D, 0, 0, 60, 0, 0, 0]);
    assert_eq!(bytes[0x140..0x142], [0x55; 2]);
    assert_eq!(bytes[0x160..0x162], [0x66; 2]);
    assert_eq!(ghost.used(), 0x1D34 + 120);
    assert_eq!(ghost.sprite(5), Some(&sprite[..]));
    assert_eq!((ghost.character(), ghost.eyes(), ghost.colour()), (0x1122, 0x3344, -1));
    assert_eq!((ghost.stage(), ghost.rank(), ghost.field(), ghost.flags()), (5, 4, 2, 4));
    assert_eq!(ghost.name().text(4), "Ab");
    let large = GhostPlan { sprites: [[Some(vec![1; Ghost::SIZE]), None, None], [None, None, None]], ..plan };
    assert_eq!(Ghost::build(&large), Err(GhostError::TooLarge(0x1D34)));
}

#[test]
fn small_packets_by_hand() {
    let result = Message::Result(PlayResult::new(Ending::Eaten, true));
    for (kind, bytes, message) in [
        (0, &[9_u8, 8][..], Message::DevTest(vec![9, 8])),
        (1, &[3, 0], Message::Friendship(3)),
        (1, &[3, 0, 1, 0], result),
        (2, &[7, 0, 0, 0], Message::Hello(7)),
        (2, &[0x34, 0x12], Message::Gift(0x1234)),
        (15, &[0xAA; 256], Message::Factory(Pattern::Other)),
        (15, &[0x55; 256], Message::Factory(Pattern::Computer)),
        (4, &[1], Message::Unknown { kind: 4, data: vec![1] }),
    ] {
        assert_eq!(Message::parse(kind, bytes).unwrap(), message);
        assert_eq!(message.to_bytes(), bytes);
        assert_eq!(message.kind(), kind);
    }
    let mut half = [0x55; 256];
    half[255] = 0xAA;
    assert_eq!(Message::parse(15, &half), Err(MessageError::Pattern));
    assert_eq!(Message::parse(15, &half[..255]), Err(MessageError::Pattern));
    assert_eq!(Message::parse(2, &[1]), Err(MessageError::Size { kind: 2, size: 1 }));
    assert_eq!(Message::parse(16, &[1]), Err(MessageError::Kind(16)));
}

#[test]
fn an_item_by_hand() {
    let item = Item::build(b"da", b"pix", b"word").unwrap();
    let mut bytes = b"ARC2\0\0\0\0".to_vec();
    bytes.extend([60_u32, 3, 0, 64, 4, 2, 0, 68, 4, 3, 0, 72, 4, 4].iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(b"da\0\0pix\0word");
    let sum: u32 = bytes[8..].iter().map(|byte| u32::from(*byte)).sum();
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    assert_eq!(item.bytes(), bytes);
    assert_eq!((item.file(0), item.file(1)), (Some(&b"da"[..]), Some(&b"pix"[..])));
    assert_eq!((item.file(2), item.file(3)), (Some(&b"word"[..]), None));
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xFF] {
            bytes[at] ^= flip;
            assert!(Item::check(&bytes).is_err(), "byte {at} changed by {flip:#x}");
            bytes[at] ^= flip;
        }
    }
}

#[test]
fn an_item_whose_sum_is_right_can_still_be_wrong() {
    let changed = |changes: &[(usize, u32)]| {
        let mut bytes = Item::build(&[0; 40], &[0; 40], &[0; 40]).unwrap().into_bytes();
        for (at, value) in changes {
            bytes[*at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        let sum: u32 = bytes[8..].iter().map(|byte| u32::from(*byte)).sum();
        bytes[4..8].copy_from_slice(&sum.to_le_bytes());
        Item::parse(&bytes)
    };
    assert!(changed(&[]).is_ok());
    assert_eq!(changed(&[(0, 0x3143_5241)]), Err(ItemError::Magic));
    assert_eq!(changed(&[(8, 167)]), Err(ItemError::Length(167)));
    assert_eq!(changed(&[(8, u32::MAX)]), Err(ItemError::Length(u32::MAX)));
    assert_eq!(changed(&[(12, 4)]), Err(ItemError::Files(4)));
    assert_eq!(changed(&[(16, 1)]), Err(ItemError::Compressed(0)));
    for place in [(20, 0), (20, 60), (20, 66), (20, u32::MAX), (24, 44), (24, u32::MAX), (28, 41), (28, u32::MAX)] {
        assert_eq!(changed(&[place]), Err(ItemError::Place(0)), "{place:?}");
    }
    assert_eq!(changed(&[(52, 148)]), Err(ItemError::Place(2)));
    assert_eq!(changed(&[(20, 104)]), Err(ItemError::Overlap));
    assert_eq!(changed(&[(20, 140)]), Err(ItemError::Overlap));
    assert_eq!(Item::build(&[0; 0x4000], &[], &[]), Err(ItemError::TooLarge(0x4040)));
    assert_eq!(Item::check(&[0; 0x4001]), Err(ItemError::TooLarge(0x4001)));
    assert!(Item::build(&[1; 0x3FC0], &[], &[]).is_ok());
}

#[test]
fn a_patch_begins_where_items_end() {
    assert!(Patch::new(vec![0; 0x4000]).is_err());
    assert!(Patch::new(vec![0; 0x4001]).is_ok());
    assert!(Patch::new(vec![0; 0x10000]).is_ok());
    assert!(matches!(Message::parse(3, &vec![0; 0x10001]), Err(MessageError::Patch(_))));
    assert!(matches!(Message::parse(3, &vec![7; 0x4001]), Ok(Message::Patch(_))));
}

proptest! {
    #[test]
    fn what_is_read_is_written_back(kind in 0_u8..20, data in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(message) = Message::parse(kind, &data) {
            prop_assert_eq!(message.kind(), kind);
            prop_assert_eq!(message.to_bytes(), data);
        }
    }

    #[test]
    fn short_packets_of_every_kind(kind in 0_u8..16, data in prop::collection::vec(any::<u8>(), 0..5)) {
        if let Ok(message) = Message::parse(kind, &data) {
            prop_assert_eq!(message.to_bytes(), data);
        }
    }

    #[test]
    fn files_of_an_item_come_back(files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..900), 3)) {
        let item = Item::build(&files[0], &files[1], &files[2]).unwrap();
        for (index, file) in files.iter().enumerate() {
            prop_assert_eq!(item.file(index), Some(&file[..]));
        }
        prop_assert_eq!(Message::parse(3, item.bytes()).unwrap().to_bytes(), item.bytes());
    }

    #[test]
    fn ghosts_of_any_plan_come_back(
        numbers: [u16; 6], colour: i8, name in "[a-zA-Z äあ]{0,12}", palettes: [[u16; 16]; 2],
        sprites in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 1..400)), 6),
    ) {
        let [character, eyes, stage, rank, field, flags] = numbers;
        let [body_palette, mouth_palette] = palettes;
        let name = Name::new(&name).unwrap();
        let pick = |i: usize| sprites[i].clone();
        let plan = GhostPlan {
            character, eyes, colour, name, stage, rank, field, flags, body_palette, mouth_palette,
            sprites: [[pick(0), pick(1), pick(2)], [pick(3), pick(4), pick(5)]],
        };
        let ghost = Ghost::build(&plan).unwrap();
        for (index, sprite) in (0_u8..).zip(&sprites) {
            prop_assert_eq!(ghost.sprite(index), sprite.as_deref());
        }
        prop_assert_eq!(ghost.name(), name);
        prop_assert_eq!(Ghost::parse(ghost.bytes()).unwrap(), ghost);
    }

    #[test]
    fn screenshots_of_any_image_come_back(image in prop::collection::vec(any::<u8>(), 0..2000), name in "[a-z]{0,12}") {
        let name = Name::new(&name).unwrap();
        let screenshot = Screenshot::build(&name, &image).unwrap();
        prop_assert_eq!(screenshot.image(), &image[..]);
        prop_assert_eq!(screenshot.name(), name);
    }
}
