//! The example of `BLOCKS.md` is exactly what the code writes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_toy::{CHOICE, Carriage, Choice, Event, HOME, Input, LEFT, Lease, Left, PLAY, Recording};
use eggtooth_vault::{Envelope, Meta, Tag};

const PAGE: &str = include_str!("../BLOCKS.md");

/// The bytes of the page's dumps: lines of `OFFSET  byte byte …  | text`.
fn dumps() -> Vec<Vec<u8>> {
    let mut dumps: Vec<Vec<u8>> = Vec::new();
    for line in PAGE.lines() {
        let Some((offset, rest)) = line.split_once("  ") else { continue };
        let Ok(offset) = usize::from_str_radix(offset, 16) else { continue };
        if offset == 0 {
            dumps.push(Vec::new());
        }
        let bytes = dumps.last_mut().unwrap();
        assert_eq!(offset, bytes.len(), "{line}");
        let digits = rest.split('|').next().unwrap();
        bytes.extend(digits.split_whitespace().map(|d| u8::from_str_radix(d, 16).unwrap()));
    }
    assert_eq!(dumps.len(), 2);
    dumps
}

/// The dump of a block.
fn page_bytes(tag: Tag) -> Vec<u8> {
    dumps().swap_remove(if tag == HOME { 0 } else { 1 })
}

fn empty(tick: u64) -> Envelope {
    Envelope::new(Meta { name: "Pip".into(), rom: [0; 32], model: "p1".into(), saved_at: 0, tick })
}

#[test]
fn the_example_reads_and_is_written_again() {
    let mut envelope = empty(5);
    envelope.set_block(PLAY, page_bytes(PLAY)).unwrap();
    let recording = Recording::from_bytes(&envelope.to_bytes(1).unwrap()).unwrap();
    assert_eq!((recording.end(), recording.ticks()), (70_000, 69_995));
    assert_eq!(*recording.hash(), std::array::from_fn(|n| n as u8));
    let event = |tick, input| Event { tick, input };
    let expected = [
        event(65_536, Input::Buttons(1)),
        event(66_000, Input::Buttons(5)),
        event(66_000, Input::Reset),
        event(66_048, Input::Byte(0x1A)),
    ];
    assert_eq!(recording.events(), expected);
    let written = Envelope::from_bytes(&recording.to_bytes().unwrap()).unwrap().0;
    assert_eq!(written.block(PLAY), Some(&page_bytes(PLAY)[..]));
}

#[test]
fn a_handle_is_as_the_page_says_and_so_are_the_numbers() {
    let mut envelope = empty(7);
    let handle = Lease::Handle { daycare: "https://egg".into(), toy: std::array::from_fn(|n| 0x10 + n as u8) };
    handle.put(&mut envelope).unwrap();
    assert_eq!(envelope.block(HOME), Some(&page_bytes(HOME)[..]));
    assert_eq!(Lease::read(&page_bytes(HOME)), handle);
    let carriage = Carriage { daycare: "d".into(), account: [0xAA; 16], id: [0xBB; 16] };
    let mut bytes = vec![0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'd'];
    bytes.extend([[0xAA; 16], [0xBB; 16]].concat());
    assert_eq!(Lease::read(&bytes), Lease::Leaving(carriage.clone()));
    bytes[0] = 2;
    bytes.extend([0xCC; 16]);
    assert_eq!(Lease::read(&bytes), Lease::Arriving { carriage, toy: [0xCC; 16] });
}

#[test]
fn the_small_blocks_are_as_the_page_says() {
    let mut envelope = empty(7);
    for (choice, byte) in [(Choice::Ask, 0), (Choice::Live, 1), (Choice::Hold, 2)] {
        choice.put(&mut envelope).unwrap();
        assert_eq!(envelope.block(CHOICE), Some(&[byte][..]));
    }
    envelope.set_value(LEFT, &Left { tick: 7, at: 0x0102 }).unwrap();
    assert_eq!(envelope.block(LEFT), Some(&[7, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0][..]));
}
