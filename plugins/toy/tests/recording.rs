//! Recordings of Pip with random presses: lived again, they end in the same state.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_toy::{
    Button, Event, Home, Input, Machine, PLAY, Recording, RecordingError, Request, STATE, TICKS_PER_SECOND as SECOND,
    pip,
};
use eggtooth_vault::{Envelope, Meta};

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// Lives `seconds` as a person plays: presses at any time, by any way in, in frames of any length; now
/// and then the reset pin.
fn play(machine: &mut Machine, seconds: u64, random: &mut Random) {
    let end = machine.tick() + seconds * SECOND;
    while machine.tick() < end {
        let button = Button::ALL[random.below(3) as usize];
        let down = random.below(2) == 0;
        match random.below(5) {
            0 => machine.press(button, down),
            1 => machine.press_at(button, down, machine.tick() + random.below(SECOND)),
            // In the past: it happens at once.
            2 => machine.press_at(button, down, machine.tick().saturating_sub(random.below(5000))),
            3 => machine.press_by(button, down, machine.tick() + random.below(4000)),
            _ if random.below(40) == 0 => machine.reset(&mut ()),
            _ => {}
        }
        if random.below(10) == 0 {
            for _ in 0..random.below(200) {
                machine.step(machine.tick() + 1000, &mut ());
            }
        }
        machine.advance(machine.tick() + random.below(SECOND / 2), &mut ());
    }
}

fn replay(recording: &Recording) -> Machine {
    let mut machine = Machine::play(&pip().unwrap(), recording).unwrap();
    machine.advance(recording.end(), &mut ());
    machine
}

#[test]
fn random_presses_are_lived_again() {
    for seed in 1..=6 {
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ seed);
        let mut machine = Machine::new(&pip().unwrap());
        machine.advance(random.below(100 * SECOND), &mut ());
        // A button is down and another is on its way when it begins.
        machine.press(Button::B, true);
        machine.advance(machine.tick() + 700, &mut ());
        machine.press_at(Button::A, true, machine.tick() + 9000);
        machine.record("Pip").unwrap();
        play(&mut machine, 300, &mut random);
        let recording = machine.stop_recording().unwrap().unwrap();
        assert!(recording.events().len() > 300 && recording.end() == machine.tick());
        let bytes = recording.to_bytes().unwrap();
        let read = Recording::from_bytes(&bytes).unwrap();
        assert_eq!(read, recording);
        let again = replay(&read);
        assert!(again.state() == machine.state(), "seed {seed}: another life");
        assert_eq!(again.state_hash().unwrap(), *read.hash());

        // In small pieces and step by step, too.
        let mut pieces = Machine::play(&pip().unwrap(), &read).unwrap();
        while pieces.tick() < read.end() {
            if random.below(3) == 0 {
                pieces.step(read.end(), &mut ());
            } else {
                pieces.advance(read.end().min(pieces.tick() + random.below(SECOND)), &mut ());
            }
        }
        pieces.advance(read.end(), &mut ());
        assert_eq!(pieces.state_hash().unwrap(), *read.hash(), "seed {seed}");
    }
}

#[test]
fn another_life_has_another_hash() {
    let mut machine = Machine::new(&pip().unwrap());
    machine.record("Pip").unwrap();
    play(&mut machine, 60, &mut Random(7));
    let recording = machine.stop_recording().unwrap().unwrap();
    let mut envelope = Envelope::from_bytes(&recording.to_bytes().unwrap()).unwrap().0;
    let (end, hash, events): (u64, [u8; 32], Vec<Event>) = envelope.value(PLAY).unwrap();
    envelope.set_value(PLAY, &(end, hash, &events[..events.len() / 2])).unwrap();
    let changed = Recording::from_bytes(&envelope.to_bytes(1).unwrap()).unwrap();
    assert_ne!(replay(&changed).state_hash().unwrap(), *changed.hash());
}

#[test]
fn a_recording_goes_across_saves_and_a_new_one_across_a_resume() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().join("data"))).unwrap();
    let mut random = Random(99);
    let mut session = home.start(Request::default()).unwrap().session;
    session.machine.record("Pip").unwrap();
    for _ in 0..5 {
        play(&mut session.machine, 40, &mut random);
        session.save().unwrap();
    }
    let first = session.machine.stop_recording().unwrap().unwrap();
    assert_eq!(replay(&first).state_hash().unwrap(), *first.hash());
    drop(session);

    let mut session = home.start(Request::default()).unwrap().session;
    assert_eq!(session.machine.tick(), first.end());
    session.machine.record(session.name().to_owned().as_str()).unwrap();
    play(&mut session.machine, 100, &mut random);
    let second = session.machine.stop_recording().unwrap().unwrap();
    assert_eq!(second.start().meta.tick, first.end());
    let mut played = home.play(&second).unwrap();
    assert!(played.slug().is_none());
    played.machine.advance(second.end(), &mut ());
    assert!(played.machine.state() == session.machine.state());
    // Played again, it is on no shelf.
    played.save().unwrap();
    assert_eq!(home.dir().list().unwrap().len(), 1);
}

#[test]
fn a_copy_that_looks_ahead_records_nothing() {
    let mut machine = Machine::new(&pip().unwrap());
    machine.record("Pip").unwrap();
    machine.press_at(Button::A, true, 5000);
    let mut ahead = machine.ahead();
    ahead.advance(10_000, &mut ());
    assert!(ahead.recorder().is_none());
    assert_eq!(machine.stop_recording().unwrap().unwrap().events(), []);
}

/// The start of a recording, without its inputs.
fn start() -> Envelope {
    let machine = Machine::new(&pip().unwrap());
    let meta = Meta { name: "Pip".into(), rom: *machine.identity(), model: "p1".into(), saved_at: 0, tick: 0 };
    let mut envelope = Envelope::new(meta);
    envelope.set_value(STATE, machine.state()).unwrap();
    envelope
}

#[test]
fn bad_bytes_are_refused_in_a_sentence() {
    let bytes = |end: u64, events: Vec<Event>| {
        let mut envelope = start();
        envelope.set_value(PLAY, &(end, [0_u8; 32], events)).unwrap();
        envelope.to_bytes(1).unwrap()
    };
    let at = |tick, mask| Event { tick, input: Input::Buttons(mask) };
    assert!(Recording::from_bytes(&bytes(9, vec![at(3, 1), at(3, 0), at(9, 15)])).is_ok());
    for (bytes, says) in [
        (Vec::new(), "not an Eggtooth save"),
        (b"hello".to_vec(), "not an Eggtooth save"),
        (start().to_bytes(1).unwrap(), "a saved pet and not a recording"),
        (bytes(9, vec![at(5, 1), at(4, 0)]), "not in order"),
        (bytes(9, vec![at(10, 1)]), "not in order"),
        (bytes(9, vec![at(5, 16)]), "a button that no toy has"),
        (bytes(u64::MAX, vec![]), "longer than ten years"),
        (bytes(9, vec![at(1, 0); 200_001]), "more inputs"),
        (vec![0; 17 << 20], "larger than 16 MiB"),
    ] {
        let error = Recording::from_bytes(&bytes).unwrap_err().to_string();
        assert!(error.contains(says), "{says:?}: {error}");
    }
    let mut newer = start().to_bytes(1).unwrap();
    newer[8] = 9;
    assert!(!matches!(Recording::from_bytes(&newer), Ok(_) | Err(RecordingError::Save)));
    // Cut and flipped anywhere: an error, never a panic.
    let good = bytes(9, vec![at(3, 1)]);
    for n in 0..good.len() {
        assert!(Recording::from_bytes(&good[..n]).is_err());
        let mut flipped = good.clone();
        flipped[n] ^= 0x10;
        assert!(Recording::from_bytes(&flipped).is_err());
    }
}

#[test]
fn too_many_inputs_end_the_recording_and_not_the_life() {
    let mut machine = Machine::new(&pip().unwrap());
    machine.record("Pip").unwrap();
    for n in 0..200_010 {
        machine.press_at(Button::A, n % 2 == 0, machine.tick());
        machine.advance(machine.tick() + 20, &mut ());
    }
    assert!(machine.recorder().unwrap().is_full());
    let recording = machine.stop_recording().unwrap().unwrap();
    assert_eq!(recording.events().len(), 200_000);
    assert!(recording.end() < machine.tick());
    let read = Recording::from_bytes(&recording.to_bytes().unwrap()).unwrap();
    assert_eq!(replay(&read).state_hash().unwrap(), *read.hash());
}
