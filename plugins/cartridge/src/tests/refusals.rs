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
    assert!(refusal(&[0xe7; 5000]).contains("every byte of it is E7h"));
    // Also where all bytes are alike: the size is the clearer fault.
    assert!(refusal(&[0; 12_287]).contains("one byte short of 12,288"));
    let far = Cartridge::from_bytes(None, &vec![1; 1 << 21]).unwrap_err();
    assert!(far.to_string().starts_with("2 MiB is far more"), "{far}");
}

/// A program that begins as they do: with jumps at the entries of page 1.
fn with_entries(words: usize, seed: u32) -> Vec<u8> {
    let mut program = program(words, seed);
    for entry in (0x100..0x110).step_by(2) {
        program[entry] = 0x010;
    }
    big_endian(&program)
}

#[test]
fn what_is_cut_short_is_told_by_what_is_missing() {
    for length in [300, 5000, 6144, 8192, 11_000] {
        let text = refusal(&with_entries(6144, 11)[..length]);
        let missing = 12_288 - length;
        assert!(text.contains("beginning of an image of 12,288: at least"), "{text}");
        assert!(text.replace(',', "").contains(&format!("at least {missing} are missing")), "{text}");
    }
    let text = refusal(&with_entries(8192, 12)[..14_000]);
    assert!(text.contains("14,000 bytes, the beginning of an image of 16,384: at least 2,384"), "{text}");
    let little: Vec<u8> = program(6144, 13).iter().flat_map(|word| word.to_le_bytes()).collect();
    assert!(refusal(&little[..8000]).contains("at least 4,288"));
    // Of packed words a beginning looks like any other bytes.
    let packed = Cartridge::from_words(&program(6144, 14)).unwrap().to_bytes(Format::Packed);
    assert!(refusal(&packed[..8000]).contains("8,000 bytes is no ROM size"));
}

#[test]
fn headers_and_trailers_are_counted_and_placed() {
    for (words, size) in [(6144, "12,288"), (8192, "16,384")] {
        let image = with_entries(words, 15);
        for (header, told) in
            [(&b"ROM DUMP V1.0\0\0\0"[..], "16 bytes"), (&[0; 128], "128 bytes"), (&[9; 512], "512 bytes")]
        {
            let text = refusal(&[header, &image].concat());
            assert!(text.contains(&format!("{told} more than {size}; they are a header in front")), "{text}");
            assert!(text.contains(&format!("cut off the first {told}")), "{text}");
            let text = refusal(&[&image, header].concat());
            assert!(text.contains(&format!("{told} more than {size}; they come after the image")), "{text}");
            assert!(text.contains(&format!("cut off the last {told}")), "{text}");
        }
        let text = refusal(&[&image[..], b"\n"].concat());
        assert!(text.contains("one byte more than") && text.contains("cut off the last byte"), "{text}");
    }
    // Where it does not show, nothing is claimed.
    let image = big_endian(&program(6144, 16));
    let text = refusal(&[&[0; 4], &image[..]].concat());
    assert!(text.contains("4 bytes more than 12,288"), "{text}");
}

#[test]
fn images_that_fill_a_larger_memory_are_told() {
    let image = with_entries(6144, 17);
    let text = refusal(&[&image[..], &image].concat());
    assert!(text.contains("the same 2 times: keep the first 12,288 bytes"), "{text}");
    let large = with_entries(8192, 18);
    let text = refusal(&large.repeat(4));
    assert!(text.contains("the same 4 times: keep the first 16,384 bytes"), "{text}");
    for filler in [0x00, 0xff] {
        let mut padded = image.clone();
        padded.resize(32_768, filler);
        let text = refusal(&padded);
        assert!(text.contains("20,480 bytes more than 12,288; what comes after is all"), "{text}");
        let mut padded = large.clone();
        padded.resize(65_536, filler);
        assert!(refusal(&padded).contains("keep the first 16,384 bytes"), "{}", refusal(&padded));
    }
    // Noise is no image, whatever is behind it.
    let mut noise: Vec<u8> = (0..12_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    noise.resize(40_000, 0xff);
    assert!(refusal(&noise).contains("40,000 bytes is no ROM size"));
}

#[test]
fn a_half_of_a_binary_pair_is_suspected() {
    let low: Vec<u8> = program(6144, 19).iter().map(|word| *word as u8).collect();
    let high: Vec<u8> = program(8192, 19).iter().map(|word| (word >> 8) as u8).collect();
    for half in [low, high] {
        let text = refusal(&half);
        assert!(text.contains("no ROM size") && text.contains("half of a pair"), "{text}");
    }
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
    for length in [9216, 12_288, 16_384] {
        let mut nearly_blank = vec![0; length];
        nearly_blank[1000..1010].fill(0x8f);
        assert!(refusal(&nearly_blank).contains("size is right but"), "{}", refusal(&nearly_blank));
    }
    // A log with control characters.
    let log = b"\x1b[31mThe quick brown fox jumps over the lazy dog.\x1b[0m\n".repeat(300);
    for length in [9216, 12_288] {
        assert!(refusal(&log[..length]).contains("nearly all of it is text"), "{}", refusal(&log[..length]));
    }
    let mut words = program(6144, 2);
    words[0x100] = 0xff1 + 0xb;
    let text = refusal(&big_endian(&words));
    assert!(text.contains("at 100h, would be FFCh"), "{text}");
    assert!(matches!(Cartridge::from_words(&[0x1000; 6144]), Err(RomError::Implausible { .. })));
    assert!(matches!(Cartridge::from_words(&[1, 2]), Err(RomError::WordCount { have: 2, .. })));
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

    /// Every length, word pairs or not, with anything in front or behind.
    #[test]
    fn any_length_is_refused_in_one_sentence(
        length in 0usize..70_000,
        seed: u32,
        mask in prop::sample::select(vec![[0xffu8, 0xff], [0x0f, 0xff], [0xff, 0x0f], [0, 0]]),
        front in vec(any::<u8>(), 0..20),
        tail in (any::<u8>(), 0usize..40_000),
    ) {
        let word = |n: usize| (seed.wrapping_add(n as u32).wrapping_mul(2_654_435_761) >> 11) as u8;
        let mut bytes = front;
        bytes.extend((0..length).map(|n| word(n) & mask[n % 2]));
        bytes.extend(std::iter::repeat_n(tail.0, tail.1));
        if let Err(error) = Cartridge::from_bytes(None, &bytes) {
            super::sentence(error);
        }
    }

    /// A whole image with something in front or behind is never taken for a right one.
    #[test]
    fn extra_bytes_are_counted(seed: u32, large: bool, extra in 1usize..=64, front: bool, filler: u8) {
        let image = with_entries(if large { 8192 } else { 6144 }, seed);
        let more = vec![filler; extra];
        let bytes = if front { [&more[..], &image].concat() } else { [&image[..], &more].concat() };
        let text = refusal(&bytes);
        let count = if extra == 1 { "one byte".to_owned() } else { format!("{extra} bytes") };
        prop_assert!(text.contains(&format!("{count} more than")), "{}", text);
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
