use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{big_endian, program, refusal};
use crate::{Cartridge, Container, Format};

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        if name.ends_with('/') {
            writer.add_directory(*name, SimpleFileOptions::default()).unwrap();
            continue;
        }
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn every_format_is_found_inside_zip_and_gzip() {
    let rom = Cartridge::from_words(&program(8192, 1)).unwrap();
    for format in Format::ALL {
        let bytes = rom.to_bytes(format);
        let zipped =
            zip(&[("read.me", b"hello, a text"), ("sub/", b""), ("sub/tama.b", &bytes), ("__MACOSX/._tama.b", &bytes)]);
        let back = Cartridge::from_bytes(Some("tama.zip"), &zipped).unwrap();
        assert_eq!((back.identity, back.format), (rom.identity, format));
        assert_eq!(back.container, Container::Zip("sub/tama.b".into()));
        assert!(back.explain().contains("sub/tama.b inside a ZIP"));
        let back = Cartridge::from_bytes(None, &gzip(&bytes)).unwrap();
        assert_eq!((back.identity, back.format, back.container), (rom.identity, format, Container::Gzip));
    }
}

#[test]
fn a_pair_inside_a_zip_is_joined_in_any_order() {
    let rom = Cartridge::from_words(&program(6144, 2)).unwrap();
    let text = String::from_utf8(rom.to_bytes(Format::Epson)).unwrap();
    let mut halves = text.split_inclusive(":00000001FF\n").map(str::as_bytes);
    let (low, high) = (halves.next().unwrap(), halves.next().unwrap());
    for entries in [[("a.hex", low), ("b.hex", high)], [("a.hex", high), ("b.hex", low)]] {
        let back = Cartridge::from_bytes(None, &zip(&entries)).unwrap();
        assert_eq!((back.identity, back.format), (rom.identity, Format::Epson));
    }
    assert!(refusal(&zip(&[("a.hex", low)])).contains("low half"));
    assert!(refusal(&zip(&[("a", low), ("b", high), ("c", low)])).contains("several images"));

    // Words so small that both halves could be either: names decide.
    let small: Vec<u16> = (0..6144).map(|n| 0x0a00 + n % 16).collect();
    let text = String::from_utf8(Cartridge::from_words(&small).unwrap().to_bytes(Format::Epson)).unwrap();
    let mut halves = text.split_inclusive(":00000001FF\n").map(str::as_bytes);
    let (low, high) = (halves.next().unwrap(), halves.next().unwrap());
    let back = Cartridge::from_bytes(None, &zip(&[("x_high.hex", high), ("x_low.hex", low)])).unwrap();
    assert_eq!(back.words[..], small[..]);
}

#[test]
fn archives_without_an_image_say_what_is_inside() {
    let text = refusal(&zip(&[]));
    assert!(text.contains("a ZIP with no image inside") && text.contains("empty"), "{text}");
    let text = refusal(&zip(&[("cat.png", b"\x89PNG\r\n\x1a\n...")]));
    assert!(text.contains("no image inside (cat.png: this is a PNG picture, not a ROM for these toys)"), "{text}");
    let text = refusal(&zip(&[("a.txt", b"a text"), ("b.txt", b"b text")]));
    assert!(text.contains("(a.txt, b.txt)"), "{text}");
    assert!(refusal(&gzip(b"a text")).contains("a text without ROM words"));
    assert!(refusal(&gzip(b"")).contains("empty"));
    let text = refusal(&zip(&[("a\u{1b}[2J.txt", b"a text")]));
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn several_images_are_a_question_to_the_user() {
    let (one, two) = (big_endian(&program(6144, 3)), big_endian(&program(6144, 4)));
    let text = refusal(&zip(&[("one.b", &one), ("two.b", &two)]));
    assert!(text.contains("several images inside (one.b, two.b)"), "{text}");
    // The same program in two formats is one program.
    let packed = Cartridge::from_bytes(None, &one).unwrap().to_bytes(Format::Packed);
    assert!(Cartridge::from_bytes(None, &zip(&[("one.b", &one), ("one.packed", &packed)])).is_ok());
}

#[test]
fn archives_in_archives_are_refused() {
    let rom = big_endian(&program(6144, 5));
    assert!(refusal(&zip(&[("in.zip", &zip(&[("rom.b", &rom)]))])).contains("another archive"));
    assert!(refusal(&zip(&[("in.gz", &gzip(&rom))])).contains("another archive"));
    assert!(refusal(&gzip(&gzip(&rom))).contains("another archive"));
    assert!(refusal(&gzip(&zip(&[("rom.b", &rom)]))).contains("another archive"));
}

#[test]
fn zips_that_nobody_calls_so_are_called_by_their_kind() {
    for (names, told) in [
        (&["[Content_Types].xml", "word/document.xml"][..], "an Office document"),
        (&["AndroidManifest.xml", "META-INF/MANIFEST.MF", "classes.dex"], "an Android app"),
        (&["META-INF/MANIFEST.MF", "A.class"], "a Java program"),
        (&["mimetype", "META-INF/container.xml"], "a book"),
        (&["mimetype", "META-INF/manifest.xml"], "an OpenDocument file"),
    ] {
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"<?xml?>"[..])).collect();
        let text = refusal(&zip(&entries));
        assert!(text.contains("a ZIP with no image inside") && text.contains(told), "{text}");
    }
    // With a ROM inside, it is a ROM all the same.
    let rom = big_endian(&program(6144, 8));
    assert!(Cartridge::from_bytes(None, &zip(&[("mimetype", b"x"), ("rom.b", &rom)])).is_ok());
}

#[test]
fn methods_that_are_not_known_are_told() {
    let rom = big_endian(&program(6144, 9));
    let mut bytes = zip(&[("rom.b", &rom)]);
    // Method 14 (LZMA), in both headers.
    bytes[8] = 14;
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[directory + 10] = 14;
    let text = refusal(&bytes);
    assert!(text.contains("packed in a way that is not known here") && text.contains("unpack it"), "{text}");
}

#[test]
fn a_tar_inside_gzip_is_called_so() {
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    assert!(refusal(&gzip(&tar)).contains("a tar archive"));
}

#[test]
fn bombs_are_not_unpacked() {
    // 64 MiB of zeros in 64 KiB.
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert!(refusal(&bomb).contains("far more than a ROM"));
    let zeros = vec![0; 32 << 20];
    let bomb = zip(&[("zeros", &zeros)]);
    assert!(refusal(&bomb).contains("far larger than a ROM"), "{}", refusal(&bomb));

    // Sizes that lie: the directory says 12,288 bytes, the data are 32 MiB.
    let mut lying = bomb;
    let size = (32u32 << 20).to_le_bytes();
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == size {
            lying[at..at + 4].copy_from_slice(&12_288u32.to_le_bytes());
        }
    }
    assert!(refusal(&lying).contains("no image inside"));

    let many: Vec<(String, Vec<u8>)> = (0..65).map(|n| (format!("f{n}"), vec![1])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    assert!(refusal(&zip(&many)).contains("65 files, more than 64"));
    // Many files, each allowed, too much together.
    let megabyte = vec![b' '; 1 << 20];
    let names: Vec<String> = (0..20).map(|n| format!("f{n}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), megabyte.as_slice())).collect();
    assert!(refusal(&zip(&many)).contains("far more than a ROM"));
}

#[test]
fn damaged_archives_are_refused() {
    let rom = big_endian(&program(6144, 6));
    let (zipped, gzipped) = (zip(&[("rom.b", &rom)]), gzip(&rom));
    for length in [4, 10, 100, zipped.len() / 2, zipped.len() - 1] {
        refusal(&zipped[..length]);
    }
    for length in [4, 10, 100, gzipped.len() / 2, gzipped.len() - 1] {
        assert!(refusal(&gzipped[..length]).contains("gzip file cannot be unpacked"));
    }
    let mut flipped = gzipped.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    refusal(&flipped);
    let mut flipped = zipped.clone();
    flipped[middle] ^= 0x10;
    refusal(&flipped);
    // A password: bit 0 of the flags, in both headers.
    let mut locked = zipped;
    locked[6] |= 1;
    let directory = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[directory + 8] |= 1;
    assert!(refusal(&locked).contains("locked with a password"));
}

proptest! {
    #[test]
    fn damaged_zips_are_survived(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), seed: u32) {
        let rom = big_endian(&program(6144, seed));
        let mut bytes = zip(&[("a.txt", b"hello"), ("rom.b", &rom)]);
        // Aim at the headers: the first 60 and the last 250 bytes.
        let tail = bytes.len() - 250;
        for (at, value) in changes {
            let at = at.index(310);
            bytes[if at < 60 { at } else { tail + at - 60 }] = value;
        }
        let _ = Cartridge::from_bytes(None, &bytes);
    }

    #[test]
    fn damaged_gzip_files_are_survived(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), seed: u32) {
        let mut bytes = gzip(&big_endian(&program(6144, seed)));
        for (at, value) in changes {
            // Aim at the header and the first blocks.
            let at = at.index(bytes.len().min(200));
            bytes[at] = value;
        }
        let _ = Cartridge::from_bytes(None, &bytes);
    }

    /// Whatever the files in a zip are and are called, at most one image comes out, and it is one of them.
    #[test]
    fn any_entries_are_survived(entries in proptest::collection::vec(("[a-z/.]{1,12}", any::<Vec<u8>>()), 0..6), seed: Option<u32>) {
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, bytes) in entries {
            if !name.ends_with('/') && all.iter().all(|(other, _)| *other != name) {
                all.push((name, bytes));
            }
        }
        let words = seed.map(|seed| program(6144, seed));
        if let Some(words) = &words {
            all.push(("THE ROM".to_owned(), big_endian(words)));
        }
        let borrowed: Vec<(&str, &[u8])> = all.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let read = Cartridge::from_bytes(None, &zip(&borrowed));
        prop_assert_eq!(read.ok().map(|rom| rom.words.to_vec()), words);
    }
}
