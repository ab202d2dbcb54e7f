//! Identification without any program of others: words that were made up are changed in a few bits
//! until their checksum is the wanted one (CRC-32 is linear, so that is a system of equations).

use super::{big_endian, program};
use crate::{Cartridge, KNOWN_TOYS, Source};

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

#[test]
fn every_known_toy_is_found_by_its_checksum() {
    for toy in &KNOWN_TOYS {
        let mut words = program(toy.chip.words(), 1);
        forge(&mut words, 40, toy.crc32, |words| CRC.checksum(&big_endian(words)));
        let rom = Cartridge::from_bytes(None, &big_endian(&words)).unwrap();
        let known = rom.known.unwrap();
        assert_eq!((known.toy.id, known.exact), (toy.id, true));
        assert_eq!(rom.model(), toy.model);
        assert!(rom.explain().contains(toy.name));
        assert!(!rom.explain().contains("changed"));
    }
}

#[test]
fn patched_toys_are_found_by_their_code() {
    let mut found = 0;
    for toy in KNOWN_TOYS.iter().filter(|toy| toy.region.is_some()) {
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
        assert_eq!((known.toy.id, known.exact), (toy.id, false));
        assert!(rom.explain().contains("changed") && rom.explain().contains("a patched copy"));
        words[0x181] ^= 1;
        assert_eq!(Cartridge::from_words(&words).unwrap().known, None);
        found += 1;
    }
    assert_eq!(found, 3);
}

#[test]
fn the_toy_is_taken_from_a_zip_with_its_test_program() {
    use std::io::{Cursor, Write};
    let forged = |id: &str| {
        let toy = KNOWN_TOYS.iter().find(|toy| toy.id == id).unwrap();
        let mut words = program(6144, 3);
        forge(&mut words, 40, toy.crc32, |words| CRC.checksum(&big_endian(words)));
        big_endian(&words)
    };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("test.bin", forged("p1-test")), ("tama.bin", forged("p1"))] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let rom = Cartridge::from_bytes(None, &zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!(rom.known.unwrap().toy.id, "p1");
    assert!(rom.explain().contains("other images"));
}

#[test]
fn the_table_is_sound() {
    for (n, toy) in KNOWN_TOYS.iter().enumerate() {
        for other in &KNOWN_TOYS[..n] {
            assert!(toy.id != other.id && toy.crc32 != other.crc32);
        }
    }
    assert_eq!(KNOWN_TOYS.iter().filter(|t| t.source == Source::Single).count(), 5);
}
