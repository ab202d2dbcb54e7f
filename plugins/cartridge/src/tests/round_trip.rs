use proptest::prelude::*;

use super::{any_program, big_endian, program};
use crate::{Cartridge, ChipKind, Format};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_format_comes_back(words in any_program()) {
        let original = Cartridge::from_words(&words).unwrap();
        for format in Format::ALL {
            let bytes = original.to_bytes(format);
            let back = Cartridge::from_bytes(None, &bytes).unwrap();
            prop_assert_eq!(&back.words[..], &words[..], "{}", format);
            prop_assert_eq!(back.format, format);
            prop_assert_eq!(back.identity, original.identity);
            prop_assert_eq!(back.chip, original.chip);
        }
    }
}

#[test]
fn sizes_and_layouts_are_those_of_the_fact_sheet() {
    let words = program(6144, 1);
    let rom = Cartridge::from_words(&words).unwrap();
    assert_eq!((rom.chip, rom.model()), (ChipKind::S46, Some("p1")));
    let be = rom.to_bytes(Format::BigEndian);
    assert_eq!(be.len(), 12_288);
    assert_eq!([be[0], be[1]], [(words[0] >> 8) as u8, words[0] as u8]);
    let le = rom.to_bytes(Format::LittleEndian);
    assert_eq!([le[1], le[0]], [be[0], be[1]]);
    let packed = rom.to_bytes(Format::Packed);
    assert_eq!(packed.len(), 9216);
    let [a, b] = [words[0], words[1]];
    assert_eq!(packed[..3], [(a >> 4) as u8, (((a & 15) << 4) | (b >> 8)) as u8, b as u8]);

    let large = Cartridge::from_words(&program(8192, 1)).unwrap();
    assert_eq!((large.chip, large.model()), (ChipKind::S48, Some("angel")));
    assert_eq!(large.to_bytes(Format::BigEndian).len(), 16_384);
    assert_eq!(large.to_bytes(Format::Packed).len(), 12_288);
    assert_eq!(large.normalised(), large.to_bytes(Format::BigEndian));
}

#[test]
fn a_padded_image_is_the_program_without_padding() {
    let plain = Cartridge::from_words(&program(6144, 2)).unwrap();
    for filler in [0x0fff, 0x0000] {
        let mut words = plain.words.to_vec();
        words.resize(8192, filler);
        let padded = Cartridge::from_words(&words).unwrap();
        assert_eq!((padded.identity, padded.chip), (plain.identity, ChipKind::S46));
        assert!(padded.explain().contains("padded"), "{}", padded.explain());
        let packed = Cartridge::from_words(&words).unwrap().to_bytes(Format::Packed);
        assert_eq!(packed.len(), 9216);
    }
    // Padding of FF bytes, in either order and packed.
    for format in [Format::BigEndian, Format::LittleEndian, Format::Packed] {
        let mut bytes = plain.to_bytes(format);
        bytes.resize(if format == Format::Packed { 12_288 } else { 16_384 }, 0xff);
        let padded = Cartridge::from_bytes(None, &bytes).unwrap_or_else(|e| panic!("{format}: {e}"));
        assert_eq!((padded.identity, padded.format), (plain.identity, format));
        assert!(padded.explain().contains("padded"), "{}", padded.explain());
    }
    // One word more is a program for the larger chip.
    let mut words = plain.words.to_vec();
    words.resize(8192, 0xfff);
    words[8191] = 0xffb;
    assert_eq!(Cartridge::from_words(&words).unwrap().chip, ChipKind::S48);
}

#[test]
fn swapped_bytes_are_converted_and_told() {
    let words = program(6144, 3);
    let le: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    let rom = Cartridge::from_bytes(None, &le).unwrap();
    assert_eq!(rom.words[..], words[..]);
    assert!(rom.explain().contains("bytes were swapped: converted"));
    assert!(!Cartridge::from_bytes(None, &big_endian(&words)).unwrap().explain().contains("swapped"));
}

#[test]
fn bits_that_the_chip_does_not_have_are_cleared() {
    let words = program(8192, 4);
    let mut be = big_endian(&words);
    for at in [0, 500, 7000] {
        be[at] |= 0xa0;
    }
    let rom = Cartridge::from_bytes(None, &be).unwrap();
    assert_eq!(rom.words[..], words[..]);
    assert!(rom.explain().contains("set in 3 words"), "{}", rom.explain());

    let mut be = big_endian(&program(6144, 4));
    be[40] |= 0x80;
    assert_eq!(Cartridge::from_bytes(None, &be).unwrap().format, Format::BigEndian);
}

/// Small words: no byte above 0F in either order, so that only the entry tells the order.
#[test]
fn an_ambiguous_order_is_settled_by_the_entry() {
    let mut words = vec![0x0102u16; 6144];
    words[7] = 0x0304;
    let rom = Cartridge::from_bytes(None, &big_endian(&words)).unwrap();
    assert_eq!((rom.format, rom.words[7]), (Format::BigEndian, 0x0304));
}

#[test]
fn format_names_are_those_of_the_command_line() {
    let names = Format::ALL.map(Format::name);
    assert_eq!(names, ["be16", "le16", "packed", "epson", "c", "hex"]);
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    let text = "elf".parse::<Format>().unwrap_err();
    assert!(text.contains("be16") && text.contains("\"elf\""));
}
