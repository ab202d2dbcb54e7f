//! The cards of an absence, and what is shown of recordings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{SIZES, click, crowded, enabled, has, menu, model, table, texts};
use eggtooth_desk::cards::Told;
use eggtooth_desk::model::{Absence, Action, Model, Tape};
use eggtooth_desk::view::{CARD_SECONDS, View};
use eggtooth_toy::Choice;

fn asked() -> Model {
    Model { absence: Some(Absence::Asked { span: "3 days".into() }), ..model() }
}

fn living() -> Model {
    Model { absence: Some(Absence::Living { per_cent: 42, left: "8 seconds".into() }), ..model() }
}

fn told() -> View {
    let sentences = [
        "Pip called 3 times, was fed by nobody and made 2 messes.",
        "It called for 2 hours in all.",
        "It is hungry now.",
    ];
    let told = Told { span: "3 days".into(), sentences: sentences.map(str::to_owned).into() };
    View { told: Some(told), ..View::new() }
}

#[test]
fn it_is_asked_in_plain_words() {
    for size in SIZES {
        let mut harness = table(size, asked(), View::new());
        assert!(has(&harness, "Pip was away for 3 days."));
        assert_eq!(click(&mut harness, "Live it"), [Action::Decide(Choice::Live)]);
        assert_eq!(click(&mut harness, "Hold it"), [Action::Decide(Choice::Hold)]);
        assert!(has(&harness, "You are asked once; the menu changes it."));
    }
}

#[test]
fn it_is_lived_with_progress_and_can_be_stopped() {
    for size in SIZES {
        let mut harness = table(size, living(), View::new());
        assert!(has(&harness, "42%, about 8 seconds left"));
        assert_eq!(click(&mut harness, "Stop here"), [Action::StopLiving]);
    }
}

#[test]
fn it_is_told_until_it_was_read() {
    for size in SIZES {
        let mut harness = table(size, model(), told());
        assert!(has(&harness, "While you were away") && has(&harness, "It is hungry now."));
        harness.state_mut().view.pass(1000.0);
        harness.run_ok();
        assert!(has(&harness, "While you were away"));
        click(&mut harness, "All right");
        harness.run_ok();
        assert_eq!(harness.state().view.told, None);
        assert!(!has(&harness, "While you were away"));
    }
}

#[test]
fn there_is_one_card_at_a_time() {
    let first = View { card: CARD_SECONDS, ..told() };
    let harness = table(SIZES[0], asked(), first);
    assert!(has(&harness, "Live it") && !has(&harness, "While you were away") && !has(&harness, "Three buttons"));
    let harness = table(SIZES[0], model(), View { card: CARD_SECONDS, ..told() });
    assert!(has(&harness, "While you were away") && !has(&harness, "Three buttons"));
}

#[test]
fn cards_fit_beside_the_menu_and_their_words_are_large_enough() {
    for size in [SIZES[0], SIZES[1], [700.0, 400.0]] {
        for open in [false, true] {
            for base in [asked(), living(), model()] {
                let long = crowded();
                let model = Model { pet: long.pet, ..base };
                let view = View { open, ..told() };
                let harness = table(size, model, view);
                let all = texts(&harness);
                assert!(!all.is_empty());
                for (text, rect, clip, points) in &all {
                    assert!(rect.left() >= 0.0 && rect.right() <= size[0], "{text} is outside: {rect} at {size:?}");
                    assert!(rect.left() >= clip.left() - 0.5 && rect.right() <= clip.right() + 0.5, "{text} is cut");
                    assert!(*points >= 14.0, "{text}");
                }
            }
        }
    }
}

#[test]
fn a_recording_is_seen_and_ended() {
    for size in SIZES {
        let recording = Model { tape: Some(Tape::Recording(75)), ..model() };
        assert!(has(&table(size, recording.clone(), View::new()), "Recording 1:15"));
        let mut harness = menu(size, recording);
        assert_eq!(click(&mut harness, "Stop recording (1:15)"), [Action::Record(false)]);

        let playing = |ended| Model { tape: Some(Tape::Playing { at: 5, of: 60, ended }), current: None, ..model() };
        let mut harness = table(size, playing(false), View::new());
        assert!(has(&harness, "Recording: 0:05 of 1:00"));
        assert_eq!(click(&mut harness, "Stop playing"), [Action::StopPlaying]);
        assert!(has(&table(size, playing(true), View::new()), "The recording has ended"));
        let mut harness = menu(size, playing(false));
        assert!(!enabled(&harness, "Record") && has(&harness, "A recording is being played."));
        assert!(!has(&harness, "Pip is not on the shelf: it will be gone when Eggtooth is closed."));
        assert_eq!(click(&mut harness, "Stop playing"), [Action::StopPlaying]);
    }
}
