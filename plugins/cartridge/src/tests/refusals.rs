use proptest::collection::vec;
use proptest::prelude::*;

use super::{big_endian, program, refusal};
use crate::{Cartridge, Format, RomError};

#[test]
fn wrong_sizes_are_counted() {
    assert!(refusal(b"").contains("empty"));
    let be = big_endian(&program(6144, 1));
    let text = refusal(&be[..12_287]);
    assert!(text.contains("12,287 bytes, one byte short of 12,288"), "{text}");
    let text = refusal(&[&be[..], &[1, 2, 3]].concat());
    assert!(text.contains("12,291 bytes, 3 bytes more than 12,288"), "{text}");
    assert!(refusal(&be[..9210]).contains("6 bytes short of 9,216"));
    assert!(refusal(&be[..5000]).contains("5,000 bytes is no ROM size"));
    // Also where all bytes are alike: the size is the clearer fault.
    assert!(refusal(&[0; 12_287]).contains("one byte short of 12,288"));
    let far = Cartridge::from_bytes(None, &vec![1; 1 << 21]).unwrap_err();
    assert!(far.to_string().starts_with("2 MiB is far more"), "{far}");
}

#[test]
fn blank_images_are_blank() {
    for length in [9216, 12_288, 16_384] {
        for value in [0x00, 0xff, 0x0f] {
            let text = refusal(&vec![value; length]);
            assert!(text.contains("no program") && text.contains(&format!("{value:02X}h")), "{text}");
        }
    }
    assert!(refusal(&big_endian(&[0xfff; 6144])).contains("every word of it is FFFh"));
}

#[test]
fn what_is_no_program_is_refused_though_its_size_is_right() {
    let mut state = 1u32;
    let mut noise = |length: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    };
    for length in [9216, 12_288, 16_384] {
        let text = refusal(&noise(length));
        assert!(text.contains("size is right but"), "{text}");
    }
    let mut words = program(6144, 2);
    words[0x100] = 0xff1 + 0xb;
    let text = refusal(&big_endian(&words));
    assert!(text.contains("at 100h, would be FFCh"), "{text}");
    assert!(matches!(Cartridge::from_words(&[0x1000; 6144]), Err(RomError::Implausible { .. })));
    assert!(matches!(Cartridge::from_words(&[1, 2]), Err(RomError::WordCount { have: 2, .. })));
}

#[test]
fn other_files_are_called_by_their_kind() {
    let mut tar = vec![b'a'; 600];
    tar[100] = 0;
    tar[257..262].copy_from_slice(b"ustar");
    let mut exe = vec![0; 400];
    exe[..2].copy_from_slice(b"MZ");
    exe[0x3c] = 200;
    exe[200..204].copy_from_slice(b"PE\0\0");
    let mut bmp = vec![1; 300];
    bmp[..6].copy_from_slice(b"BM\x2c\x01\0\0");
    for (bytes, kind) in [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), "a JPEG picture"),
        (b"%PDF-1.7\n%\xe2\xe3".to_vec(), "a PDF document"),
        (b"\x7fELF\x02\x01\x01\0".to_vec(), "a Linux program"),
        (b"GIF89a\x01\0\x01\0".to_vec(), "a GIF picture"),
        (b"RIFF\x10\0\0\0WAVEfmt ".to_vec(), "a WAV recording"),
        (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "a WebP picture"),
        (b"\0\0\0\x18ftypmp42\0".to_vec(), "an MP4 film"),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "unpack it first"),
        (b"Rar!\x1a\x07\0".to_vec(), "a RAR archive"),
        (b"\x89EGG\r\n\x1a\n\x01\0".to_vec(), "an Eggtooth save"),
        (b"TLST\x03\0\0".to_vec(), "a saved state"),
        (b"\xff\xfeh\0i\0".to_vec(), "UTF-16"),
        (tar, "a tar archive"),
        (exe, "a Windows program"),
        (bmp, "a BMP picture"),
    ] {
        let text = refusal(&bytes);
        assert!(text.contains(kind), "{kind}: {text}");
        // The kind counts more than a size that happens to be right.
        if !kind.contains("UTF") && !kind.contains("BMP") {
            let mut padded = bytes.clone();
            padded.resize(12_288, 0x33);
            assert!(refusal(&padded).contains(kind), "{kind}");
        }
    }
}

#[test]
fn a_name_that_promises_a_text_is_noted() {
    let be = big_endian(&program(6144, 3));
    let rom = Cartridge::from_bytes(Some("ROM.H"), &be).unwrap();
    assert!(rom.explain().contains("promises a text"));
    assert!(!Cartridge::from_bytes(Some("tama.b"), &be).unwrap().explain().contains("promises"));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = Cartridge::from_bytes(None, &bytes);
    }

    #[test]
    fn any_bytes_of_a_right_size_are_survived(
        size in prop::sample::select(vec![9216usize, 12_288, 16_384]),
        pattern in vec(any::<u8>(), 1..64),
        mask in prop::sample::select(vec![[0xffu8, 0xff], [0x0f, 0xff], [0xff, 0x0f]]),
    ) {
        let bytes: Vec<u8> = (0..size).map(|n| pattern[n % pattern.len()] & mask[n % 2]).collect();
        if let Ok(rom) = Cartridge::from_bytes(None, &bytes) {
            prop_assert!(rom.words.iter().all(|w| *w <= 0xfff));
            prop_assert_eq!(rom.words.len(), rom.chip.words());
        }
    }

    /// A whole file of any format with a few bytes changed or cut off.
    #[test]
    fn damaged_files_are_survived(
        seed: u32,
        format in prop::sample::select(Format::ALL.to_vec()),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in 0usize..40,
    ) {
        let mut bytes = Cartridge::from_words(&program(6144, seed)).unwrap().to_bytes(format);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(bytes.len() - cut);
        let _ = Cartridge::from_bytes(None, &bytes);
    }
}
