//! What lies over the picture besides the menu.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{SIZES, click, crowded, has, model, table, texts};
use eggtooth_desk::model::Action;
use eggtooth_desk::view::{CARD_SECONDS, LINGER, View};

fn moved() -> View {
    View { still: 0.0, ..View::new() }
}

#[test]
fn nothing_is_drawn_until_the_pointer_moves() {
    for size in SIZES {
        assert_eq!(texts(&table(size, model(), View::new())), []);
        let mut harness = table(size, model(), moved());
        assert_eq!(click(&mut harness, "Menu"), [Action::Menu(true)]);
    }
}

#[test]
fn the_bar_goes_after_a_while_unless_the_pointer_rests_on_it() {
    let mut view = moved();
    view.pass(LINGER);
    assert_eq!(view.bar(false), 1.0);
    view.pass(0.2);
    assert!(view.bar(false) < 1.0 && view.moves(false));
    assert_eq!(view.bar(true), 0.0, "less motion: it does not fade");
    view.pass(1.0);
    assert!(view.is_empty(false));

    let mut harness = table(SIZES[0], model(), moved());
    let button = egui_kittest::kittest::Queryable::get_by_label(&harness, "Menu").rect();
    harness.hover_at(button.center());
    harness.run_ok();
    for _ in 0..20 {
        harness.state_mut().view.pass(1.0);
        harness.run_ok();
    }
    assert!(has(&harness, "Menu"));
    harness.hover_at(bevy_egui::egui::pos2(200.0, 400.0));
    harness.run_ok();
    for _ in 0..4 {
        harness.state_mut().view.pass(1.0);
        harness.run_ok();
    }
    assert!(!has(&harness, "Menu"));
}

#[test]
fn states_are_told_in_words() {
    let mut model = model();
    model.time.paused = true;
    model.time.speed = 16;
    model.sound.muted = true;
    model.read_only = Some("the folder is read-only".into());
    // Those of time always, the others with the bar.
    let still = table(SIZES[1], model.clone(), View::new());
    assert!(has(&still, "Paused: Space goes on") && has(&still, "Time runs ×16") && !has(&still, "Muted"));
    let awake = table(SIZES[1], model.clone(), moved());
    assert!(has(&awake, "Muted") && has(&awake, "Nothing is saved"));
    model.sound.no_device = true;
    model.time.fast_forward = true;
    let awake = table(SIZES[1], model, moved());
    assert!(has(&awake, "No sound device") && has(&awake, "Fast-forward until it calls"));
}

#[test]
fn the_first_start_shows_the_keys_for_a_while() {
    for size in SIZES {
        let view = View { card: CARD_SECONDS, ..View::new() };
        let mut harness = table(size, model(), view.clone());
        assert!(has(&harness, "Three buttons"));
        // Each button above its keys.
        let all = texts(&harness);
        let at = |words: &str, n: usize| {
            all.iter().filter(|(text, ..)| text == words).nth(n).map(|(_, rect, ..)| rect.center()).unwrap()
        };
        // The letter C is on a button and on a key.
        for (button, letter, digit) in [("A", ("Z", 0), "1"), ("B", ("X", 0), "2"), ("C", ("C", 1), "3")] {
            let (button, letter, digit) = (at(button, 0), at(letter.0, letter.1), at(digit, 0));
            assert!((button.x - digit.x).abs() < 4.0 && button.y < digit.y, "{button} {digit}");
            assert!(letter.x < digit.x && (letter.y - digit.y).abs() < 3.0, "{letter} {digit}");
        }
        harness.state_mut().view.pass(CARD_SECONDS - 1.0);
        harness.run_ok();
        assert!(has(&harness, "Three buttons"));
        harness.state_mut().view.pass(1.0);
        harness.run_ok();
        assert!(!has(&harness, "Three buttons"));
        let mut harness = table(size, model(), view);
        click(&mut harness, "Got it");
        harness.run_ok();
        assert_eq!(harness.state().view.card, 0.0);
        assert!(!has(&harness, "Three buttons"));
    }
}

#[test]
fn sentences_stay_while_the_pointer_rests_on_them() {
    let mut view = View::new();
    view.toasts.say("the disk is full; free some space");
    let mut harness = table(SIZES[0], model(), view);
    let words = "The disk is full; free some space.";
    let at = egui_kittest::kittest::Queryable::get_by_label(&harness, words).rect().center();
    harness.hover_at(at);
    harness.run_ok();
    for _ in 0..60 {
        harness.state_mut().view.pass(1.0);
        harness.run_ok();
    }
    assert!(has(&harness, words));
    click(&mut harness, "Close");
    harness.run_ok();
    assert!(!has(&harness, words));
}

#[test]
fn everything_at_once_fits() {
    for size in [SIZES[0], SIZES[1], [640.0, 480.0]] {
        for open in [false, true] {
            let mut view = View { open, ..moved() };
            for n in 0..5 {
                view.toasts.say(format!("number {n}: {}", "a sentence that takes three lines or so ".repeat(3)));
            }
            let harness = table(size, crowded(), view);
            let mut within = texts(&harness);
            within.retain(|(_, rect, ..)| rect.top() < size[1]);
            assert!(within.len() > 6);
            for (text, rect, clip, points) in &within {
                assert!(rect.left() >= 0.0 && rect.right() <= size[0], "{text} is outside: {rect} at {size:?}");
                assert!(rect.left() >= clip.left() - 0.5 && rect.right() <= clip.right() + 0.5, "{text} is cut");
                assert!(*points >= 14.0);
            }
        }
    }
}

#[test]
fn files_over_the_window_are_invited() {
    let harness = table(SIZES[1], model(), View { hovering: true, ..View::new() });
    assert!(has(&harness, "Drop a ROM, a saved pet or a recording"));
}
