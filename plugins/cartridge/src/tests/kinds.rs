//! Files of other kinds: each is called what it is, and told what to do with.

use proptest::prelude::*;

use super::{big_endian, program, refusal, sentence};
use crate::{Cartridge, Format};

/// `length` bytes in which `text` stands at `offset`.
fn with(offset: usize, text: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = vec![0x33; length.max(offset + text.len())];
    // No text: something unprintable early on.
    bytes[1] = 1;
    bytes[offset..offset + text.len()].copy_from_slice(text);
    bytes
}

#[test]
fn files_with_a_mark_are_called_by_their_kind_whatever_their_size() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let cases: &[(usize, &[u8], &str, &str)] = &[
        (0, png, "a PNG picture, not a ROM", "choose the ROM"),
        (0, b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a JPEG picture", "choose"),
        (0, b"GIF89a\x01\0\x01\0", "a GIF picture", "choose"),
        (0, b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP picture", "choose"),
        (0, b"8BPS\0\x01", "a Photoshop picture", "choose"),
        (0, b"RIFF\x10\0\0\0WAVEfmt ", "a WAV recording", "choose"),
        (0, b"FORM\0\0\x10\0AIFF", "an AIFF recording", "choose"),
        (0, b"\0\0\0\x18ftypmp42\0", "an MP4 film", "choose"),
        (0, b"OggS\0\x02", "an Ogg recording", "choose"),
        (0, b"%PDF-1.7\n%\xe2\xe3", "a PDF document", "choose"),
        (0, b"\x7fELF\x02\x01\x01\0", "a Linux program", "choose"),
        (0, b"\xfe\xed\xfa\xcf\x01\0", "a macOS program", "choose"),
        (0, b"\xcf\xfa\xed\xfe\x07\0", "a macOS program", "choose"),
        (0, b"\0asm\x01\0\0\0", "a WebAssembly program", "choose"),
        (0, b"dex\n035\0", "an Android program", "choose"),
        (0, b"L\0\0\0\x01\x14\x02\0\0", "a Windows shortcut", "points to"),
        (0, b"\0\x05\x16\x07\0\x02", "a macOS companion file", "without the ._"),
        (0, b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive", "unpack it first"),
        (0, b"Rar!\x1a\x07\0", "a RAR archive", "unpack it first"),
        (0, b"Rar!\x1a\x07\x01\0", "a RAR archive", "unpack it first"),
        (0, b"\xfd7zXZ\0\0\x04", "an xz archive", "unpack it first"),
        (0, b"BZh91AY&SY\0", "a bzip2 archive", "unpack it first"),
        (0, b"\x28\xb5\x2f\xfd\x04\0", "a zstd archive", "unpack it first"),
        (0, b"MSCF\0\0\0\0", "a CAB archive", "unpack it first"),
        (0, b"xar!\0\x1c", "a macOS installer package", "unpack it first"),
        (2, b"-lh5-", "an LHA archive", "unpack it first"),
        (257, b"ustar\0", "a tar archive", "unpack it first"),
        (0, b"PK\x07\x08PK\x03\x04", "one part of a ZIP", "join its parts"),
        (0, b"PATCH\0\x01", "an IPS patch", "apply it to the ROM"),
        (0, b"BPS1\x80\0", "a BPS patch", "apply it to the ROM"),
        (0, b"\xd6\xc3\xc4\0", "an xdelta patch", "apply it to the ROM"),
        (0, b"NES\x1a\x02\x01", "another console (NES)", "choose"),
        (0, b"FDS\x1a\x01\0", "another console (NES)", "choose"),
        (0x104, b"\xce\xed\x66\x66\xcc\x0d\0\x0b\x03\x73", "another console (Game Boy)", "choose"),
        (4, b"\x24\xff\xae\x51\x69\x9a\xa2\x21", "another console (Game Boy Advance)", "choose"),
        (0xc0, b"\x24\xff\xae\x51\x69\x9a\xa2\x21", "another console (Nintendo DS)", "choose"),
        (0, b"\x80\x37\x12\x40\0\0", "another console (Nintendo 64)", "choose"),
        (0x100, b"SEGA MEGA DRIVE ", "another console (Sega)", "choose"),
        (0x1ff0, b"TMR SEGA", "another console (Sega)", "choose"),
        (1, b"ATARI7800", "another console (Atari 7800)", "choose"),
        (0, b"COPYRIGHT BY SNK\0", "another console (Neo Geo Pocket)", "choose"),
        (0, b"\x89EGG\r\n\x1a\n\x01\0", "an Eggtooth save", "eggtooth save import"),
        (0, b"TLST\x03\0\0", "a saved state of TamaTool", "eggtooth save import"),
        (0, b"TM1P\x02\0\0\0", "a saved state of another program", "eggtooth save import"),
        (0, b"VPET\x01\0", "a saved state of another program", "eggtooth save import"),
        (0, b"TAMA\x01\0\0\0", "a saved state of another program", "eggtooth save import"),
        (0, b"RASTATE\x01", "a saved state of RetroArch", "eggtooth save import"),
        (0, b"SQLite format 3\0", "an SQLite database", "choose"),
        (0, b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office document", "choose"),
    ];
    for (offset, mark, kind, advice) in cases {
        for length in [600, 9216, 12_288, 16_384, 40_000] {
            let text = refusal(&with(*offset, mark, length));
            assert!(text.contains(kind) && text.contains(advice), "{kind}, {length} bytes: {text}");
        }
    }
}

#[test]
fn files_that_confirm_themselves_are_called_by_their_kind() {
    let mut exe = vec![0; 400];
    exe[..2].copy_from_slice(b"MZ");
    exe[0x3c] = 200;
    exe[200..204].copy_from_slice(b"PE\0\0");
    let mut dos = vec![0x90; 5000];
    dos[..6].copy_from_slice(b"MZ\x10\0\x0a\0");
    let mut bmp = vec![1; 300];
    bmp[..6].copy_from_slice(b"BM\x2c\x01\0\0");
    let mut ico = vec![0; 300];
    ico[..6].copy_from_slice(b"\0\0\x01\0\x01\0");
    ico[18] = 22;
    let mut snes = vec![0xea; 0x8000];
    snes[0x7fd5] = 0x20;
    snes[0x7fdc..0x7fe0].copy_from_slice(&[0x12, 0x34, 0xed, 0xcb]);
    let tga = [&[1; 300][..], b"TRUEVISION-XFILE.\0"].concat();
    for (bytes, kind) in [
        (exe, "a Windows program"),
        (dos, "a DOS program"),
        (bmp, "a BMP picture"),
        (ico, "a Windows icon"),
        (snes, "another console (Super NES)"),
        (tga, "a TGA picture"),
        (with(0, b"\xff\xfeh\0i\0", 600), "UTF-16"),
        (with(0, b"\x1f\x9d\x90", 600), "a compressed Unix file"),
        (with(0, b"\xff\xfb\x90\0", 600), "an MP3 recording"),
        (with(0, b"\0\x01\0\0\0\x0c", 600), "a font"),
    ] {
        assert!(refusal(&bytes).contains(kind), "{kind}: {}", refusal(&bytes));
    }
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        let utf16: Vec<u8> = "\u{feff}0FB ".encode_utf16().chain([0x30; 6139]).flat_map(order).collect();
        assert_eq!(utf16.len(), 12_288);
        assert!(refusal(&utf16).contains("UTF-16"), "{}", refusal(&utf16));
    }
    // A program may begin with two such bytes.
    let mut words = program(6144, 1);
    words[0] = 0xfff;
    words[1] = 0xe33;
    let packed = Cartridge::from_words(&words).unwrap().to_bytes(Format::Packed);
    assert!(packed.starts_with(b"\xff\xfe"));
    assert_eq!(Cartridge::from_bytes(None, &packed).unwrap().words[..], words[..]);
}

#[test]
fn saved_states_without_a_mark_are_suspected_by_their_size() {
    let mut eeprom = vec![0xff; 1024];
    eeprom[0] = 0x0c;
    for bytes in [eeprom, vec![0xe4; 464], with(0, b"\0\xe4", 512), with(0, b"\0\xe4", 518), with(0, b"\0\xe4", 633)] {
        let text = refusal(&bytes);
        assert!(text.contains("probably a saved state") && text.contains("eggtooth save import"), "{text}");
    }
    assert!(!refusal(&with(0, b"\0\xe4", 700)).contains("state"));
}

#[test]
fn texts_of_other_kinds_are_called_by_their_kind() {
    let numbers = |count: usize, form: fn(usize) -> String, by: &str| -> String {
        (0..count).map(|n| form(n * 7 % 256)).collect::<Vec<_>>().join(by)
    };
    let tamar =
        format!("static unsigned char g_program_b12[] = {{\n{}\n}};\n", numbers(384, |n| format!("0x{n:02X}"), ","));
    let tamar_hex = numbers(384, |n| format!("{n:02x}"), " ");
    let base64 = "TamagoNotHexAtAll0123456789+/xyzTamagoNotHexAtAll0123456789+/xyz\n".repeat(40);
    for (text, kind, advice) in [
        ("<!DOCTYPE html><html>", "a web page", "download"),
        ("\n <HTML lang=\"en\">", "a web page", "download"),
        ("<?xml version=\"1.0\"?><a/>", "an XML file", "choose"),
        ("{\"name\": 1}", "a JSON file", "choose"),
        ("{\"pc\":434,\"x\":136,\"tick_counter\":5}", "a saved state of another program in JSON", "save import"),
        ("{\"STATEpc\":434}", "a saved state of another program in JSON", "save import"),
        ("{\"rom\": \"umino\", \"cpu\": \"VEFNQQEAAAA\"}", "a saved state of another program in JSON", "save import"),
        (&tamar, "probably a saved state", "save import"),
        (&tamar_hex, "probably a saved state", "save import"),
        ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer", "git lfs pull"),
        ("-----BEGIN PGP MESSAGE-----\n", "a key or certificate", "choose"),
        ("#!/bin/sh\necho hello\n", "a script", "choose"),
        ("# names\nram 01C 2 hunger\n", "a symbol file", "choose the ROM"),
        ("code 0100 reset\n", "a symbol file", "choose the ROM"),
        ("# play\n1000 press A\n2000 release A\n", "a script of presses", "--script"),
        (&base64, "a text in Base64", "decode it"),
        ("Hello, this is a README.\nIt has lines.\n", "a text without ROM words", "choose"),
        ("; source\nreset: JP main\n", "a text without ROM words", "eggtooth asm"),
        ("12 zz 13\n", "a text without ROM words", "choose"),
    ] {
        let told = refusal(text.as_bytes());
        assert!(told.contains(kind) && told.contains(advice), "{kind}: {told}");
    }
}

#[test]
fn a_rom_is_never_taken_for_another_kind() {
    for seed in 0..200 {
        let words = program(if seed % 2 == 0 { 6144 } else { 8192 }, 1000 + seed);
        let rom = Cartridge::from_bytes(None, &big_endian(&words)).unwrap_or_else(|e| panic!("{seed}: {e}"));
        let packed = rom.to_bytes(Format::Packed);
        assert_eq!(Cartridge::from_bytes(None, &packed).unwrap().identity, rom.identity, "{seed}");
    }
}

proptest! {
    /// The first bytes of every kind, with anything after them.
    #[test]
    fn any_continuation_of_a_mark_is_survived(
        mark in prop::sample::select(vec![&b"MZ"[..], b"BM", b"RIFF", b"FORM", b"\0\0\x01\0", b"\xff\xfe", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"\x0c", b"{\"tick_counter\"", b"#!", b"ram "]),
        rest in proptest::collection::vec(any::<u8>(), 0..600),
        name in proptest::option::of("\\PC{0,20}"),
    ) {
        let bytes = [mark, &rest].concat();
        if let Err(error) = Cartridge::from_bytes(name.as_deref(), &bytes) {
            sentence(error);
        }
    }
}
