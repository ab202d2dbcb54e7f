use proptest::collection::vec;
use proptest::prelude::*;

use super::{STATE, envelope};
use crate::envelope::ReadError;
use crate::{Damage, Envelope, FORMAT_VERSION, MAX_BLOCKS, Meta, Tag, VaultError};

fn damage(bytes: &[u8]) -> Damage {
    match Envelope::from_bytes(bytes) {
        Err(ReadError::Damage(damage)) => damage,
        other => panic!("{other:?}"),
    }
}

/// Puts a right checksum on bytes that were changed on purpose.
fn reseal(bytes: &mut [u8]) {
    let end = bytes.len() - 4;
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&bytes[..end]);
    bytes[end..].copy_from_slice(&crc.to_le_bytes());
}

#[test]
fn every_flipped_bit_is_noticed() {
    let good = envelope("Pip", 5).to_bytes(1).unwrap();
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(Envelope::from_bytes(&bad), Err(ReadError::Damage(_))), "bit {bit}");
    }
}

#[test]
fn every_shorter_or_longer_file_is_noticed() {
    let mut bytes = envelope("Pip", 5).to_bytes(1).unwrap();
    for length in 0..bytes.len() {
        let found = damage(&bytes[..length]);
        let expected = length == 0 || matches!(found, Damage::Truncated { have, .. } if have == length as u64);
        assert!(expected, "{length}: {found}");
    }
    bytes.push(0);
    assert_eq!(damage(&bytes), Damage::TooLong(1));
}

#[test]
fn a_newer_version_is_told_from_damage() {
    let mut bytes = envelope("Pip", 5).to_bytes(1).unwrap();
    bytes[8] = FORMAT_VERSION as u8 + 1;
    // Without a right checksum it is just a flipped bit.
    assert!(matches!(damage(&bytes), Damage::Checksum { .. }));
    reseal(&mut bytes);
    assert_eq!(Envelope::from_bytes(&bytes).unwrap_err(), ReadError::Newer(FORMAT_VERSION + 1));
    bytes[8] = 0;
    reseal(&mut bytes);
    assert!(matches!(damage(&bytes), Damage::Content(_)));
}

#[test]
fn an_unknown_codec_is_refused() {
    let mut bytes = envelope("Pip", 5).to_bytes(1).unwrap();
    bytes[10] = 9;
    reseal(&mut bytes);
    assert_eq!(damage(&bytes), Damage::Content("unknown codec 9".into()));
}

#[test]
fn blocks_are_set_replaced_and_removed() {
    let mut e = envelope("Pip", 5);
    e.set_value(Tag(*b"NUMB"), &77u32).unwrap();
    e.set_value(Tag(*b"NUMB"), &78u32).unwrap();
    assert_eq!(e.value::<u32>(Tag(*b"NUMB")).unwrap(), 78);
    assert_eq!(e.blocks().len(), 2);
    assert!(e.value::<u64>(Tag(*b"NUMB")).is_err());
    let missing = e.value::<u32>(Tag(*b"none")).unwrap_err().to_string();
    assert!(missing.contains("none") && missing.contains("missing"));
    assert!(e.remove_block(STATE) && !e.remove_block(STATE));
    assert!(e.set_block(Tag::META, vec![]).is_err());
}

#[test]
fn limits_are_enforced_when_writing() {
    let mut e = envelope("Pip", 5);
    for n in 0..MAX_BLOCKS as u32 - 2 {
        e.set_block(Tag(n.to_be_bytes()), vec![]).unwrap();
    }
    let (back, _) = Envelope::from_bytes(&e.to_bytes(1).unwrap()).unwrap();
    assert_eq!(back, e);
    e.set_block(Tag(*b"more"), vec![]).unwrap();
    assert!(matches!(e.to_bytes(1), Err(VaultError::TooLarge(_))));

    let mut e = envelope("Pip", 5);
    e.set_block(STATE, vec![0; crate::MAX_FILE as usize]).unwrap();
    assert!(matches!(e.to_bytes(1), Err(VaultError::TooLarge(_))));
}

#[test]
fn names_that_could_harm_a_terminal_are_not_written_or_read() {
    let e = envelope("\u{1b}[2J", 5);
    assert!(matches!(e.to_bytes(1), Err(VaultError::BadName { .. })));
    let mut bytes = envelope("Pip", 5).to_bytes(1).unwrap();
    let at = bytes.windows(3).position(|w| w == b"Pip").unwrap();
    bytes[at] = 0x1b;
    reseal(&mut bytes);
    assert!(matches!(damage(&bytes), Damage::Content(_)));
}

#[test]
fn another_rom_is_refused_with_both_names() {
    let e = envelope("Pip", 5);
    e.check_rom(&[7; 32]).unwrap();
    let text = e.check_rom(&[0xab; 32]).unwrap_err().to_string();
    assert!(text.contains("another ROM") && text.contains("070707") && text.contains("ababab"));
}

prop_compose! {
    fn any_envelope()(
        name in "[a-zA-Z0-9äöüたま][a-zA-Z0-9 äöüたま.]{0,38}",
        rom: [u8; 32],
        model in "[a-z0-9]{0,40}",
        saved_at: u64,
        tick: u64,
        blocks in vec((any::<[u8; 4]>(), vec(any::<u8>(), 0..200)), 0..8),
    ) -> Envelope {
        let mut e = Envelope::new(Meta { name, rom, model, saved_at, tick });
        for (tag, bytes) in blocks {
            if tag != *b"META" {
                e.set_block(Tag(tag), bytes).unwrap();
            }
        }
        e
    }
}

proptest! {
    #[test]
    fn envelopes_come_back_with_unknown_blocks(e in any_envelope(), sequence: u64) {
        let bytes = e.to_bytes(sequence).unwrap();
        let (back, number) = Envelope::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&back, &e);
        prop_assert_eq!(number, sequence);
        prop_assert_eq!(back.to_bytes(number).unwrap(), bytes);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = Envelope::from_bytes(&bytes);
    }

    /// The checksum is made right, so that the parser behind it sees the garbage.
    #[test]
    fn sealed_garbage_is_survived(body in vec(any::<u8>(), 0..300)) {
        let mut bytes = envelope("Pip", 5).to_bytes(1).unwrap();
        bytes.truncate(24);
        bytes.extend_from_slice(&body);
        bytes.extend_from_slice(&[0; 4]);
        let length = bytes.len() as u32;
        bytes[12..16].copy_from_slice(&length.to_le_bytes());
        reseal(&mut bytes);
        let _ = Envelope::from_bytes(&bytes);
    }

    /// One whole save with one byte of its body changed and sealed again.
    #[test]
    fn sealed_mutations_are_survived(e in any_envelope(), at: prop::sample::Index, value: u8) {
        let mut bytes = e.to_bytes(1).unwrap();
        let end = bytes.len() - 4;
        bytes[24 + at.index(end - 24)] = value;
        reseal(&mut bytes);
        let _ = Envelope::from_bytes(&bytes);
    }
}
