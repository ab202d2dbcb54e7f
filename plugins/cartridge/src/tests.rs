//! Tests of the cartridge, one subject a file.

mod archives;
mod identify;
mod intake;
mod kinds;
mod labels;
mod refusals;
mod round_trip;
mod symbols;
mod texts;
mod toys;
mod wiring;

use eggtooth_chip::isa;
use proptest::prelude::*;

use crate::{Cartridge, RomError};

/// A program of valid instructions, different for each seed, that is no program of anybody.
fn program(words: usize, seed: u32) -> Vec<u16> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as u16 & 0xfff
    };
    let mut out = Vec::with_capacity(words);
    while out.len() < words {
        let word = next();
        if isa::find(word).is_some() {
            out.push(word);
        }
    }
    out
}

fn big_endian(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_be_bytes()).collect()
}

fn any_program() -> impl Strategy<Value = Vec<u16>> {
    (any::<bool>(), any::<u32>()).prop_map(|(large, seed)| program(if large { 8192 } else { 6144 }, seed))
}

/// The sentence with which bytes are refused.
fn refusal(bytes: &[u8]) -> String {
    sentence(Cartridge::from_bytes(None, bytes).unwrap_err())
}

/// A refusal's text, after checking that it is one line that says what to do.
fn sentence(error: RomError) -> String {
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("; ") && !text.ends_with('.') && text.len() < 300, "{text}");
    text
}
