//! Recordings: whatever is read can be written, read again and lived, in one go or in pieces, with the
//! same end.
//!
//! The first byte: bit 0 gives the others a right frame, bit 1 makes the embedded pet their ROM, and the
//! rest chooses the model then.
#![no_main]

use eggtooth_toy::{MAX_EVENTS, Machine, Recording, pip};
use eggtooth_vault::Envelope;
use frame::framed;
use libfuzzer_sys::fuzz_target;

#[path = "../../../vault/fuzz/fuzz_targets/common/frame.rs"]
mod frame;

/// Ticks that are lived at most: six seconds.
const MOST: u64 = 200_000;
const MODELS: [&str; 8] = ["p1", "p1", "angel", "umino", "digimon", "e0c6s46", "e0c6s48", "none"];

fuzz_target!(|input: &[u8]| {
    let [kind, bytes @ ..] = input else { return };
    let mut bytes = if kind & 1 == 1 { framed(bytes) } else { bytes.to_vec() };
    if kind & 2 == 2
        && let Ok((mut envelope, _)) = Envelope::from_bytes(&bytes)
    {
        envelope.meta.rom = pip().expect("the pet").identity;
        envelope.meta.model = MODELS[usize::from(kind >> 2 & 7)].to_owned();
        bytes = envelope.to_bytes(1).expect("it had a model before");
    }
    match Recording::from_bytes(&bytes) {
        Ok(recording) => check(&recording),
        Err(error) => sentence(&error.to_string()),
    }
});

/// Short, and harmless on a terminal.
fn sentence(text: &str) {
    assert!(!text.is_empty() && text.len() < 1000 && !text.chars().any(char::is_control), "{text:?}");
}

fn check(recording: &Recording) {
    assert!(recording.events().len() <= MAX_EVENTS && recording.end() >= recording.start().meta.tick);
    let written = recording.to_bytes().expect("what was read can be written");
    assert_eq!(Recording::from_bytes(&written).as_ref().ok(), Some(recording));

    let pet = pip().expect("the pet");
    let machine = match Machine::play(&pet, recording) {
        Ok(machine) => machine,
        Err(error) => return sentence(&error.to_string()),
    };
    // The tick in the label need not be the chip's, and nobody waits for one that is years away.
    let Some(end) = machine.tick().checked_add(recording.ticks().min(MOST)) else { return };
    let mut whole = machine.ahead();
    whole.advance(end, &mut ());
    let mut pieces = machine;
    let mut length = 1;
    while pieces.tick() < end {
        length = length * 3 % 4099 + 1;
        if length % 4 == 0 {
            pieces.step(end, &mut ());
        } else {
            pieces.advance(end.min(pieces.tick() + length), &mut ());
        }
    }
    pieces.advance(end, &mut ());
    assert_eq!(whole.state_hash().expect("a state"), pieces.state_hash().expect("a state"));
    assert!(whole.state() == pieces.state());
    // What it has come to can be saved and resumed.
    whole.record("again").expect("a state");
    let again = whole.stop_recording().expect("a state").expect("a recording");
    assert!(Machine::play(&pet, &again).is_ok_and(|machine| machine.state() == whole.state()));
}
