//! The daycare panel: every state fits, says what is the matter, and asks for what its buttons say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{SIZES, Table, enabled, has, model, row, slug, table, texts};
use eggtooth_desk::daycare::{
    Carrying, DaycareAction, DaycareModel, DaycareTold, Door, Elsewhere, ElsewhereModel, Password, ThereRow,
};
use eggtooth_desk::model::{Action, Model};
use eggtooth_desk::view::View;
use egui_kittest::Harness;

const URL: &str = "https://192.168.178.123:8443";

fn page(size: [f32; 2], model: Model) -> Harness<'static, Table> {
    let mut view = View { open: true, ..View::new() };
    view.form.daycare.open = true;
    table(size, model, view)
}

fn with(daycare: DaycareModel) -> Model {
    Model { daycare, ..model() }
}

fn inside() -> DaycareModel {
    let toy = |n, name: &str, own| ThereRow {
        id: [n; 16],
        name: name.into(),
        detail: "It sleeps; lived for 3 days.".into(),
        own,
    };
    DaycareModel {
        door: Door::In { url: URL.into(), name: "The attic".into(), account: "ann".into() },
        toys: vec![toy(1, "Pop", true), toy(2, "Bob's pet", false)],
        ..DaycareModel::default()
    }
}

fn signed_out() -> DaycareModel {
    let door = Door::SignedOut { url: URL.into(), name: "The attic".into(), account: "ann".into() };
    DaycareModel { door, ..DaycareModel::default() }
}

fn asks(action: DaycareAction) -> Vec<Action> {
    vec![Action::Daycare(action)]
}

#[test]
fn the_menu_leads_there_and_back() {
    for size in SIZES {
        let mut harness = common::menu(size, model());
        assert_eq!(common::click(&mut harness, "Daycare…"), asks(DaycareAction::Show));
        assert!(has(&harness, "Where is it?"));
        assert_eq!(common::click(&mut harness, "Back"), []);
        assert!(has(&harness, "Time") && !has(&harness, "Where is it?"));
        let harness = common::menu(size, with(inside()));
        assert!(has(&harness, "Daycare… (The attic)"));
    }
}

#[test]
fn a_daycare_is_chosen_and_a_new_one_confirmed() {
    let known = vec![(URL.to_owned(), Some("ann".to_owned()))];
    let mut harness = page(SIZES[1], with(DaycareModel { known, ..DaycareModel::default() }));
    let label = format!("{URL} (ann)");
    assert_eq!(common::click(&mut harness, &label), asks(DaycareAction::Meet(URL.into())));
    assert!(!enabled(&harness, "Go there"));
    harness.state_mut().view.form.daycare.url = " egg.example ".into();
    harness.run_ok();
    assert_eq!(common::click(&mut harness, "Go there"), asks(DaycareAction::Meet("egg.example".into())));

    let fingerprint = "0123456789abcdef".repeat(4);
    let door = Door::New { url: URL.into(), name: "The attic".into(), fingerprint };
    let mut harness = page(SIZES[1], with(DaycareModel { door, ..DaycareModel::default() }));
    assert_eq!(common::click(&mut harness, "It is the same"), asks(DaycareAction::Confirm));
    assert_eq!(common::click(&mut harness, "It is another one: go away"), asks(DaycareAction::Leave));
}

#[test]
fn signing_in_sends_the_password_once() {
    let mut harness = page(SIZES[1], with(signed_out()));
    assert_eq!(harness.state().view.form.daycare.name, "ann", "who was here last");
    assert!(!enabled(&harness, "Sign in"));
    harness.state_mut().view.form.daycare.password.0.push_str("correct horse");
    harness.run_ok();
    let password = Password(zeroize::Zeroizing::new("correct horse".to_owned()));
    assert_eq!(common::click(&mut harness, "Sign in"), asks(DaycareAction::SignIn("ann".into(), password)));
    assert_eq!(harness.state().view.form.daycare.password, Password::default());
    assert!(!texts(&harness).iter().any(|(text, ..)| text.contains("horse")));
}

#[test]
fn a_password_that_is_wanted_once_more_is_given_or_not() {
    let again = Some(([1; 16], "Pop".to_owned()));
    let mut harness = page(SIZES[1], with(DaycareModel { again, ..inside() }));
    assert!(!enabled(&harness, "Take it home") && !has(&harness, "Take home"));
    harness.state_mut().view.form.daycare.password.0.push_str("correct horse");
    harness.run_ok();
    let password = Password(zeroize::Zeroizing::new("correct horse".to_owned()));
    assert_eq!(common::click(&mut harness, "Take it home"), asks(DaycareAction::Again(Some(password))));
    assert_eq!(common::click(&mut harness, "Leave it there"), asks(DaycareAction::Again(None)));
}

#[test]
fn toys_there_and_pets_here() {
    for size in SIZES {
        let mut harness = page(size, with(inside()));
        assert_eq!(common::click(&mut harness, "Pop"), asks(DaycareAction::Open([1; 16], "Pop".into())));
        assert_eq!(
            common::click(&mut harness, "Take home"),
            asks(DaycareAction::TakeHome([1; 16], "Pop".into())),
            "only one's own can be taken home"
        );
        assert_eq!(common::click(&mut harness, "Carry there"), asks(DaycareAction::Carry(slug("pip"))));
        assert_eq!(common::click(&mut harness, "Sign out"), asks(DaycareAction::SignOut));
        harness.state_mut().view.form.daycare.new_name = "Pup".into();
        harness.run_ok();
        assert_eq!(common::click(&mut harness, "Hatch there"), asks(DaycareAction::Create("Pup".into())));
        // Nothing else is begun meanwhile.
        let harness = page(size, with(DaycareModel { busy: "Looking".into(), ..inside() }));
        assert!(has(&harness, "Looking…") && !enabled(&harness, "Take home") && !enabled(&harness, "Sign out"));
    }
}

#[test]
fn what_is_on_its_way_can_be_seen_to() {
    let mut unfinished = model();
    let words = format!("is being carried to {URL}");
    unfinished.shelf[0].elsewhere = Some(Elsewhere { words, unfinished: true });
    let away = Model { daycare: signed_out(), ..unfinished.clone() };
    let harness = page(SIZES[1], away);
    assert!(!enabled(&harness, "Go on") && has(&harness, "Go to that daycare and sign in first."));
    let mut harness = page(SIZES[1], Model { daycare: inside(), ..unfinished });
    assert_eq!(common::click(&mut harness, "Go on"), asks(DaycareAction::GoOn(slug("pip"))));
    assert_eq!(common::click(&mut harness, "Give up"), asks(DaycareAction::GiveUp(slug("pip"))));
    let carrying = Carrying { name: "Pip".into(), away: true, per_cent: 50, stopping: false };
    let mut harness = page(SIZES[1], with(DaycareModel { carrying: Some(carrying.clone()), ..inside() }));
    assert!(has(&harness, "Pip is being carried there…"));
    assert_eq!(common::click(&mut harness, "Turn back"), asks(DaycareAction::TurnBack));
    let stopping = Carrying { stopping: true, ..carrying };
    let harness = page(SIZES[1], with(DaycareModel { carrying: Some(stopping), ..inside() }));
    assert!(!enabled(&harness, "Turn back"));
}

#[test]
fn the_shelf_says_where_each_lives() {
    let mut model = model();
    model.shelf.push(row("pop", "Pop"));
    model.shelf[2].elsewhere = Some(Elsewhere { words: format!("lives at {URL}"), unfinished: false });
    let mut harness = common::menu(SIZES[0], model);
    assert!(has(&harness, &format!("It lives at {URL}.")));
    assert_eq!(common::click(&mut harness, "Pop"), asks(DaycareAction::Visit(slug("pop"))));
}

#[test]
fn a_toy_elsewhere_has_its_own_page_and_says_how_far_it_is() {
    let here = ElsewhereModel {
        daycare: URL.into(),
        round_trip: Some(23),
        running: true,
        may_press: true,
        own: true,
        watchers: 2,
        ..ElsewhereModel::default()
    };
    for size in SIZES {
        let mut harness = common::menu(size, Model { elsewhere: Some(here.clone()), daycare: inside(), ..model() });
        assert!(has(&harness, "There and back in 23 ms. 2 watch it."));
        assert!(!has(&harness, "Time") && !has(&harness, "Record"), "nothing of it lives here");
        assert_eq!(common::click(&mut harness, "Stop its time"), asks(DaycareAction::Run(false)));
        assert_eq!(common::click(&mut harness, "Set its clock"), asks(DaycareAction::SetClock));
        let waiting = Some("The daycare is silent.".to_owned());
        let lost = ElsewhereModel { waiting, ..here.clone() };
        let mut harness = common::menu(size, Model { elsewhere: Some(lost.clone()), ..model() });
        assert_eq!(common::click(&mut harness, "Try again now"), asks(DaycareAction::Retry));
        // Without the menu, the state lies on the picture.
        let harness = table(size, Model { elsewhere: Some(lost), ..model() }, View::new());
        assert!(has(&harness, "… The daycare is silent."));
    }
}

fn states() -> Vec<DaycareModel> {
    let long = "a-rather-long-name-of-a-machine.in-the-attic.example.org";
    let url = format!("https://{long}:65535");
    let told = Some(DaycareTold::Ill(format!("{url} does not answer (connection refused); check the address.")));
    let known = (0..5).map(|n| (format!("{url}{n}"), Some("An account of forty letters and then some".into())));
    let name: String = "W".repeat(40);
    let toys = (0..9).map(|n| ThereRow { id: [n; 16], name: name.clone(), detail: name.clone(), own: n % 2 == 0 });
    let door = Door::In { url: url.clone(), name: name.clone(), account: name.clone() };
    vec![
        DaycareModel { known: known.collect(), told: told.clone(), ..DaycareModel::default() },
        DaycareModel {
            door: Door::New { url: url.clone(), name: name.clone(), fingerprint: "0a".repeat(32) },
            ..DaycareModel::default()
        },
        DaycareModel { door: Door::SignedOut { url, name: name.clone(), account: "ann".into() }, told, ..inside() },
        DaycareModel { door: door.clone(), toys: toys.collect(), busy: "Taking it home".into(), ..inside() },
        DaycareModel { door, carrying: Some(Carrying { name, away: false, per_cent: 30, stopping: true }), ..inside() },
    ]
}

#[test]
fn nothing_is_cut_or_overlaps_in_any_state() {
    for size in [SIZES[0], SIZES[1], [500.0, 500.0]] {
        for daycare in states() {
            let state = daycare.door.clone();
            let mut harness = page(size, Model { daycare, ..common::crowded() });
            harness.set_size([size[0], 5000.0].into());
            harness.run_ok();
            let page = texts(&harness);
            for (n, (text, rect, clip, points)) in page.iter().enumerate() {
                assert!(*points >= 14.0, "{text} has {points} points");
                let inside =
                    rect.left() >= clip.left().max(0.0) - 0.5 && rect.right() <= clip.right().min(size[0]) + 0.5;
                assert!(inside, "{text} is cut: {rect} in {state:?} at {size:?}");
                for (other, there, ..) in &page[..n] {
                    let common = rect.shrink(1.0).intersect(there.shrink(1.0));
                    assert!(!common.is_positive(), "{text} lies on {other} in {state:?} at {size:?}");
                }
            }
        }
    }
}
