//! The menu: everything in it can be reached, fits, and asks for what it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use bevy_egui::egui::{Key, accesskit::Role};
use common::{SIZES, crowded, enabled, field, has, menu, model, row, slug, texts, type_into};
use eggtooth_desk::model::{Action, PetClock, Program, Quality};
use eggtooth_desk::panel::new_name;
use eggtooth_desk::view::View;
use eggtooth_toy::Choice;
use egui_kittest::kittest::Queryable;

#[test]
fn every_button_does_what_it_says() {
    for size in SIZES {
        for (label, action) in [
            ("Close", Action::Menu(false)),
            ("Pause", Action::Pause(true)),
            ("Fast-forward until it calls", Action::FastForward(true)),
            ("×1", Action::Speed(1)),
            ("×2", Action::Speed(2)),
            ("×64", Action::Speed(64)),
            ("Set the clock to 14:32", Action::SetClock),
            ("Tap the toy", Action::Tap),
            ("Momo", Action::Switch(slug("momo"))),
            ("Choose a file…", Action::ChooseRom),
            ("Ask me", Action::Choose(Choice::Ask)),
            ("It lives", Action::Choose(Choice::Live)),
            ("Time stands still", Action::Choose(Choice::Hold)),
            ("Record", Action::Record(true)),
            ("Play a recording…", Action::ChooseRecording),
            ("Mute", Action::Mute(true)),
            ("      Midnight", Action::Design(2)),
            ("Low", Action::Quality(Quality::Low)),
            ("High", Action::Quality(Quality::High)),
            ("Auto", Action::Quality(Quality::Auto)),
            ("Less motion", Action::LessMotion(true)),
        ] {
            let mut harness = menu(size, model());
            assert_eq!(common::click(&mut harness, label), [action], "{label} at {size:?}");
            assert!(!harness.ctx.egui_wants_keyboard_input(), "a click on {label} takes the toy's keys away");
        }
    }
}

#[test]
fn states_change_the_words() {
    let mut paused = model();
    paused.time.paused = true;
    paused.time.fast_forward = true;
    paused.sound.muted = true;
    let mut harness = menu(SIZES[0], paused);
    assert_eq!(common::click(&mut harness, "Go on"), [Action::Pause(false)]);
    assert_eq!(common::click(&mut harness, "Stop fast-forward"), [Action::FastForward(false)]);
    assert_eq!(common::click(&mut harness, "Unmute"), [Action::Mute(false)]);
    assert_eq!(common::click(&mut harness, "Pip"), [], "it is on the desk already");
}

#[test]
fn the_volume_is_dragged() {
    let mut harness = menu(SIZES[1], model());
    harness.get_by_role(Role::Slider).scroll_to_me();
    harness.run_ok();
    let rail = harness.get_by_role(Role::Slider).rect();
    harness.state_mut().actions.clear();
    harness.drag_at(rail.left_center());
    harness.drop_at(rail.left_center());
    harness.run_ok();
    assert_eq!(harness.state().actions.first(), Some(&Action::Volume(0)));
}

#[test]
fn what_cannot_be_done_is_grey_and_says_why() {
    let mut harness = menu(SIZES[0], crowded());
    assert!(!enabled(&harness, "Set the clock to 14:32"));
    assert!(has(&harness, "Only Pip's clock can be set from here so far."));
    assert!(!enabled(&harness, "Tap the toy"));
    assert!(has(&harness, "This toy has no tap sensor."));
    assert!(has(&harness, "Nothing is saved: another Eggtooth has the folder open."));
    assert!(!enabled(&harness, "Momo"), "its saves are damaged");
    assert_eq!(common::click(&mut harness, "Tap the toy"), []);
    let mut busy = model();
    busy.clock = PetClock::Busy;
    assert!(!enabled(&menu(SIZES[0], busy), "Set the clock to 14:32"));
}

/// Unfolds the pet in this line of the shelf.
fn unfold(harness: &mut egui_kittest::Harness<'static, common::Table>, line: usize) {
    harness.get_all_by_label("…").nth(line).unwrap().scroll_to_me();
    harness.run_ok();
    harness.get_all_by_label("…").nth(line).unwrap().click();
    harness.run_ok();
}

#[test]
fn a_pet_is_renamed_in_place() {
    for size in SIZES {
        let mut harness = menu(size, model());
        unfold(&mut harness, 1);
        assert_eq!(common::click(&mut harness, "Rename"), []);
        assert!(harness.ctx.egui_wants_keyboard_input(), "the field has the keyboard at once");
        assert_eq!(harness.state().view.form.renaming, Some((slug("momo"), "Momo".into())));
        harness.event(bevy_egui::egui::Event::Text(" II".into()));
        harness.run_ok();
        harness.key_press(Key::Enter);
        harness.run_ok();
        assert_eq!(harness.state().actions, [Action::Rename(slug("momo"), "Momo II".into())]);
        assert_eq!(harness.state().view.form.renaming, None);
        assert!(!harness.ctx.egui_wants_keyboard_input());
    }
}

#[test]
fn renaming_is_cancelled_by_escape_and_refused_with_a_reason() {
    let mut harness = menu(SIZES[1], model());
    unfold(&mut harness, 1);
    common::click(&mut harness, "Rename");
    harness.state_mut().view.form.renaming = Some((slug("momo"), "pip".into()));
    harness.run_ok();
    assert!(has(&harness, "Another pet has this name."));
    assert!(!enabled(&harness, "Save"));
    harness.key_press(Key::Enter);
    harness.run_ok();
    assert_eq!(harness.state().actions, []);
    assert!(harness.state().view.form.renaming.is_some());
    harness.key_press(Key::Escape);
    harness.run_ok();
    assert_eq!(harness.state().view.form.renaming, None);
    assert_eq!(harness.state().actions, []);
}

#[test]
fn names_are_checked() {
    let model = model();
    let check = |typed: &str| new_name(&slug("momo"), typed, &model);
    assert_eq!(check("  Momo the Second "), Ok("Momo the Second".into()));
    assert_eq!(check("MOMO"), Ok("MOMO".into()), "its own name");
    assert_eq!(check("ピップ"), Ok("ピップ".into()));
    for typed in ["", "  ", "../x", "a/b", ".hidden", "a\nb", "pip", "PIP"] {
        let reason = check(typed).unwrap_err();
        assert!(reason.ends_with('.') && reason.len() > 10, "{typed:?}: {reason}");
    }
    assert!(check(&"x".repeat(41)).is_err());
    assert!(check(&"x".repeat(40)).is_ok());
}

#[test]
fn a_pet_retires_and_comes_back() {
    for size in SIZES {
        let mut harness = menu(size, model());
        unfold(&mut harness, 0);
        assert_eq!(common::click(&mut harness, "Retire"), [Action::Retire(slug("pip"))]);
        common::click(&mut harness, "Retired (1)");
        assert_eq!(common::click(&mut harness, "Bring back"), [Action::Restore(slug("old-one"), false)]);
    }
    let mut read_only = model();
    read_only.read_only = Some("the disk is full".into());
    let mut harness = menu(SIZES[0], read_only);
    unfold(&mut harness, 0);
    assert!(!enabled(&harness, "Retire") && !enabled(&harness, "Rename"));
}

#[test]
fn undo_is_beside_the_sentence() {
    for size in SIZES {
        for open in [false, true] {
            let mut view = View { open, ..View::new() };
            let undo = Action::Restore(slug("momo"), true);
            view.toasts.offer("Momo has retired", "Undo", undo.clone());
            let mut harness = common::table(size, model(), view);
            assert_eq!(common::click(&mut harness, "Undo"), [undo]);
            assert!(harness.state().view.toasts.is_empty());
        }
    }
}

#[test]
fn a_pet_is_hatched() {
    let mut harness = menu(SIZES[1], model());
    common::click(&mut harness, "New pet…");
    assert!(!has(&harness, "Like Pip"), "there is but one program");
    assert_eq!(common::click(&mut harness, "Hatch"), [Action::New { name: None, program: Program::Pip }]);

    let mut model = model();
    model.program = Some("Lumi".into());
    let mut harness = menu(SIZES[1], model);
    common::click(&mut harness, "New pet…");
    common::click(&mut harness, "Like Lumi");
    harness.state_mut().view.form.new_name = "../x".into();
    harness.run_ok();
    assert!(!enabled(&harness, "Hatch"));
    harness.state_mut().view.form.new_name = " Nova ".into();
    harness.run_ok();
    let new = Action::New { name: Some("Nova".into()), program: Program::Same };
    assert_eq!(common::click(&mut harness, "Hatch"), [new]);
    assert!(has(&harness, "New pet…"));
}

#[test]
fn a_path_is_typed() {
    for size in SIZES {
        let mut harness = menu(size, model());
        harness.get_by_role(Role::TextInput).scroll_to_me();
        harness.run_ok();
        assert!(!enabled(&harness, "Open"));
        type_into(&mut harness, field, "/roms/lumi.b");
        assert!(harness.ctx.egui_wants_keyboard_input());
        assert_eq!(common::click(&mut harness, "Open"), [Action::OpenRom("/roms/lumi.b".into())]);
        assert!(harness.state().view.form.path.is_empty());
        type_into(&mut harness, field, "/roms/mo.b");
        harness.state_mut().actions.clear();
        harness.key_press(Key::Enter);
        harness.run_ok();
        assert_eq!(harness.state().actions, [Action::OpenRom("/roms/mo.b".into())]);
    }
}

#[test]
fn help_says_the_keys_and_what_this_is() {
    for size in SIZES {
        let mut harness = menu(size, model());
        common::click(&mut harness, "Keys");
        harness.set_size([size[0], 5000.0].into());
        harness.run_ok();
        let all: Vec<String> = texts(&harness).into_iter().map(|(text, ..)| text).collect();
        for words in ["Z", "1", "X", "2", "C", "3", "V or 4", "A and C together", "Space", "tap the toy"] {
            assert!(all.iter().any(|text| text == words), "{words}");
        }
        assert_eq!(common::click(&mut harness, "Show the buttons beside the toy"), [Action::ShowKeys]);
        common::click(&mut harness, "About");
        assert!(has(&harness, "Free software under the MIT licence."));
        assert!(has(&harness, &format!("Eggtooth {}", env!("CARGO_PKG_VERSION"))));
    }
}

/// Draws the whole menu page by page and collects what is painted on each.
fn pages(size: [f32; 2], crowded_model: bool) -> Vec<Vec<(String, bevy_egui::egui::Rect, bevy_egui::egui::Rect, f32)>> {
    let mut harness = menu(size, if crowded_model { crowded() } else { model() });
    // Tall enough for everything, at the same width.
    harness.set_size([size[0], 5000.0].into());
    harness.run_ok();
    for header in ["Keys", "About", "Retired (1)", "New pet…"] {
        common::click(&mut harness, header);
    }
    unfold(&mut harness, 0);
    vec![texts(&harness)]
}

#[test]
fn nothing_is_cut_or_overlaps_and_all_is_large_enough() {
    for size in [SIZES[0], SIZES[1], [500.0, 500.0], [700.0, 400.0]] {
        for crowd in [false, true] {
            for page in pages(size, crowd) {
                assert!(page.len() > 40);
                for (n, (text, rect, clip, points)) in page.iter().enumerate() {
                    assert!(*points >= 14.0, "{text} has {points} points");
                    assert!(
                        rect.left() >= clip.left() - 0.5 && rect.right() <= clip.right() + 0.5,
                        "{text} is cut: {rect}"
                    );
                    assert!(rect.left() >= 0.0 && rect.right() <= size[0], "{text} is outside: {rect}");
                    for (other, there, ..) in &page[..n] {
                        let common = rect.shrink(1.0).intersect(there.shrink(1.0));
                        assert!(!common.is_positive(), "{text} lies on {other} at {size:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_typeface_has_every_character() {
    let mut harness = menu([360.0, 5000.0], crowded());
    for header in ["Keys", "About", "Retired (1)", "New pet…"] {
        common::click(&mut harness, header);
    }
    let font = bevy_egui::egui::FontId::proportional(eggtooth_desk::look::TEXT);
    for (text, ..) in texts(&harness) {
        assert!(harness.ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, &text)), "{text}");
    }
    // Which is why arrows are painted.
    assert!(!harness.ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, "←")));
}

#[test]
fn the_menu_scrolls_in_a_small_window() {
    let mut harness = menu([360.0, 400.0], model());
    let before = harness.get_by_label("About").rect();
    assert!(before.top() > 400.0);
    harness.get_by_label("About").scroll_to_me();
    harness.run_ok();
    let after = harness.get_by_label("About").rect();
    assert!(after.bottom() <= 400.0 && after.top() > 0.0, "{after}");
}

#[test]
fn a_long_shelf_keeps_every_pet_reachable() {
    let mut model = model();
    model.shelf = (0..60).map(|n| row(&format!("pet-{n}"), &format!("Pet {n}"))).collect();
    let mut harness = menu(SIZES[1], model);
    assert_eq!(common::click(&mut harness, "Pet 59"), [Action::Switch(slug("pet-59"))]);
}
