//! Scripts of `run`: every refusal names a line, every script can be written and read again, and its
//! buttons, recorded and lived again, lead to the same state.
#![no_main]

use eggtooth_toy::script::{Event, parse};
use eggtooth_toy::{Button, Machine, Recording, pip};
use libfuzzer_sys::fuzz_target;
use std::fmt::Write;

/// Buttons that are pressed at most, and ticks that are lived.
const EVENTS: usize = 64;
const MOST: u64 = 100_000;

fuzz_target!(|bytes: &[u8]| {
    match parse(bytes) {
        Ok(events) => check(&events),
        Err(error) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            let text = error.to_string();
            assert!((1..=lines).contains(&error.line), "{text}");
            assert!(text.len() < 400 && !text.chars().any(char::is_control), "{text:?}");
        }
    }
});

fn check(events: &[Event]) {
    assert!(events.is_sorted_by_key(|event| event.tick));
    let mut text = String::new();
    for Event { tick, button, down } in events {
        let name = ["A", "B", "C", "TAP"][*button as usize];
        _ = writeln!(text, "{tick} {} {name}", if *down { "press" } else { "release" });
    }
    assert_eq!(parse(text.as_bytes()).as_deref(), Ok(events));
    if !events.is_empty() {
        live(&events[..events.len().min(EVENTS)]);
    }
}

fn live(events: &[Event]) {
    let pet = pip().expect("the pet");
    let mut machine = Machine::new(&pet);
    machine.record("script").expect("a state");
    events.iter().for_each(|event| machine.press_at(event.button, event.down, event.tick));
    let end = events[events.len() - 1].tick.saturating_add(1000).min(MOST);
    machine.advance(end, &mut ());
    let recording = machine.stop_recording().expect("a state").expect("a recording");
    let held = |button: Button| events.iter().rfind(|event| event.button == button).is_some_and(|event| event.down);
    assert!(Button::ALL.into_iter().all(|button| machine.is_down(button) == held(button)));

    let read = Recording::from_bytes(&recording.to_bytes().expect("it fits")).expect("what was written can be read");
    let mut again = Machine::play(&pet, &read).expect("the pet's recording");
    again.advance(read.end(), &mut ());
    assert!(again.state() == machine.state() && again.state_hash().ok() == Some(*recording.hash()));
}
