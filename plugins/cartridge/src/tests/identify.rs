//! Identification without any program of others: words that were made up are changed in a few bits
//! until their checksum is the wanted one (CRC-32 is linear, so that is a system of equations).

use super::{big_endian, program};
use crate::{By, Cartridge, ChipKind, Kind, TOYS, find_toy, models};

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// Flips bits of words `from..from + 8` so that `checksum` of the words becomes `wanted`.
fn forge(words: &mut [u16], from: usize, wanted: u32, checksum: impl Fn(&[u16]) -> u32) {
    let start = checksum(words);
    // What each bit changes; the change does not depend on the other bits.
    let mut rows: Vec<(u32, u64)> = Vec::new();
    for bit in 0..64 {
        let flip = |words: &mut [u16]| words[from + bit / 8] ^= 1 << (bit % 8);
        flip(words);
        let mut effect = checksum(words) ^ start;
        flip(words);
        let mut recipe = 1u64 << bit;
        for (value, from) in &rows {
            if effect ^ value < effect {
                effect ^= value;
                recipe ^= from;
            }
        }
        if effect != 0 {
            rows.push((effect, recipe));
            rows.sort_by_key(|row| std::cmp::Reverse(row.0));
        }
    }
    let mut rest = start ^ wanted;
    let mut recipe = 0;
    for (value, from) in &rows {
        if rest ^ value < rest {
            rest ^= value;
            recipe ^= from;
        }
    }
    assert_eq!(rest, 0, "64 bits always reach 32");
    for bit in (0..64).filter(|bit| recipe >> bit & 1 == 1) {
        words[from + bit / 8] ^= 1 << (bit % 8);
    }
}

/// A made-up program that has the checksum of a toy's whole image.
fn forged(id: &str, seed: u32) -> Vec<u16> {
    let toy = find_toy(id).unwrap();
    let mut words = program(toy.chip.words(), seed);
    forge(&mut words, 40, toy.image.crc32.unwrap(), |words| CRC.checksum(&big_endian(words)));
    words
}

#[test]
fn every_toy_with_a_published_image_is_found_by_its_checksum() {
    let mut found = 0;
    for toy in TOYS.iter().filter(|toy| toy.image.crc32.is_some()) {
        let rom = Cartridge::from_bytes(None, &big_endian(&forged(toy.id, 1))).unwrap();
        let known = rom.known.unwrap();
        assert_eq!((known.toy.id, known.exact, known.by), (toy.id, true, By::Image));
        assert_eq!(rom.model(), Some(toy.wiring.model.name));
        assert_eq!(models::model_for(&rom).name, toy.wiring.model.name);
        assert_eq!(rom.checksums().crc32, toy.image.crc32.unwrap());
        let text = rom.explain();
        assert!(text.contains(toy.name) && !text.contains("changed") && !text.contains("guess"), "{text}");
        assert_eq!(text.contains("LCD"), toy.kind == Kind::Game, "{text}");
        found += 1;
    }
    assert_eq!(found, 16);
}

#[test]
fn checksums_are_those_of_other_programs() {
    // Computed with another implementation over 4,096 times 0FFB, 0FF8, then 4,095 times 0FFB.
    let mut words = vec![0xffb; 8192];
    words[4096] = 0xff8;
    let rom = Cartridge::from_words(&words).unwrap();
    let sums = rom.checksums();
    assert_eq!(format!("{:08x}", sums.crc32), "67f372da");
    assert_eq!(sums.sha1, "137d6dca8da17ee6cf18a07b14dc00a4ce636f3a");
    assert_eq!(sums.sha256, "fd743a080dd6897605bd3ad11b19643d9efc28b4a98ad8bd4bc169575ef4e137");
}

#[test]
fn patched_toys_are_found_by_their_code() {
    let mut found = 0;
    for toy in TOYS.iter().filter(|toy| toy.region.is_some()) {
        let mut words = program(toy.chip.words(), 2);
        let code = |words: &[u16]| {
            let bytes: Vec<u8> = words[0x178..0x200].iter().flat_map(|w| w.to_le_bytes()).collect();
            CRC.checksum(&bytes)
        };
        forge(&mut words, 0x180, toy.region.unwrap(), code);
        // Pictures lie elsewhere; changing them changes nothing.
        words[0x700] ^= 0x0f;
        let rom = Cartridge::from_words(&words).unwrap();
        let known = rom.known.unwrap();
        assert_eq!((known.toy.id, known.exact, known.by), (toy.id, false, By::Code));
        assert!(rom.explain().contains("changed") && rom.explain().contains("a patched copy"));
        words[0x181] ^= 1;
        assert_eq!(Cartridge::from_words(&words).unwrap().known, None);
        found += 1;
    }
    assert_eq!(found, 3);
}

#[test]
fn the_first_word_is_a_guess_that_says_so() {
    let with = |chip: ChipKind, first: u16| {
        let mut words = program(chip.words(), 4);
        words[0] = first;
        Cartridge::from_words(&words).unwrap()
    };
    for (chip, first, id, model) in [
        (ChipKind::S46, 0xfa2, "p1", "p1"),
        (ChipKind::S48, 0xfc4, "angel", "angel"),
        (ChipKind::S48, 0x587, "digimon-1", "digimon"),
        (ChipKind::S48, 0x581, "mothra", "mothra"),
    ] {
        let rom = with(chip, first);
        let known = rom.known.unwrap();
        assert_eq!((known.toy.id, known.exact, known.by), (id, false, By::FirstWord));
        assert_eq!(rom.model(), Some(model));
        assert!(rom.explain().contains("perhaps") && rom.explain().contains("guessed from its first word alone"));
        assert!(rom.unverified().contains(&"first word"));
    }
    // The word of the other chip's toy means nothing.
    assert_eq!(with(ChipKind::S48, 0xfa2).known, None);
    assert_eq!(with(ChipKind::S46, 0x587).known, None);
}

#[test]
fn unknown_programs_get_the_common_wiring_of_their_chip() {
    let small = Cartridge::from_words(&program(6144, 9)).unwrap();
    let large = Cartridge::from_words(&program(8192, 9)).unwrap();
    assert_eq!((small.known, small.model()), (None, Some("p1")));
    assert_eq!((large.known, large.model()), (None, Some("angel")));
    assert!(large.explain().contains("wired like the Angel toy") && large.explain().contains("--model"));
    assert!(!small.explain().contains("wired"));
    assert_eq!(large.unverified(), ["wiring"]);
}

#[test]
fn doubts_are_those_that_matter() {
    let doubts = |id: &str| Cartridge::from_words(&forged(id, 5)).unwrap().unverified();
    assert_eq!(doubts("p1"), [""; 0]);
    assert_eq!(doubts("p1-japan"), ["image checksums"]);
    assert_eq!(doubts("angel"), ["icon meanings", "OSC3 frequency"]);
    assert_eq!(doubts("genjintch"), ["image checksums", "icon meanings", "sensor", "OSC3 frequency"]);
    let all = ["chip", "image checksums", "buttons", "LCD", "icon pins", "icon meanings", "sensor", "OSC3 frequency"];
    assert_eq!(doubts("tamaotch"), all);
}

#[test]
fn the_toy_is_taken_from_a_zip_with_its_test_program() {
    use std::io::{Cursor, Write};
    let forged = |id: &str| big_endian(&forged(id, 3));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("test.bin", forged("p1-test")), ("tama.bin", forged("p1"))] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let rom = Cartridge::from_bytes(None, &zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!(rom.known.unwrap().toy.id, "p1");
    assert!(rom.explain().contains("the ZIP has other images too (test.bin): tama.bin was taken"), "{}", rom.explain());
}
