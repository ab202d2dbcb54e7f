//! The friends' panel and the table's bar: every state fits, says what is the matter, and asks for what its buttons say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use bevy_egui::egui::vec2;
use common::{SIZES, Table, click, enabled, has, model, table, texts};
use eggtooth_desk::friends::{FriendRow, FriendsAction, FriendsModel, InviteModel, SeatModel, TableModel};
use eggtooth_desk::link::LinkAction;
use eggtooth_desk::model::{Action, Model};
use eggtooth_desk::table::around;
use eggtooth_desk::view::View;
use eggtooth_peer::{Invite, PeerKey};
use eggtooth_playdate::message::Emote;
use eggtooth_playdate::net::{RealToyState, RealToyView};
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_prong::face::SecretFrom;
use egui_kittest::Harness;

fn page(size: [f32; 2], friends: FriendsModel) -> Harness<'static, Table> {
    let mut view = View { open: true, ..View::new() };
    view.form.friends.open = true;
    table(size, Model { friends, ..model() }, view)
}

fn asks(actions: &[FriendsAction]) -> Vec<Action> {
    actions.iter().cloned().map(Action::Friends).collect()
}

fn named() -> FriendsModel {
    FriendsModel { name: "Ada".into(), ..FriendsModel::default() }
}

fn invite() -> String {
    let addresses = ["192.0.2.7:4791".parse().unwrap()];
    Invite::new(PeerKey([7; 32]), &addresses, 1_000, 600).unwrap().to_link("https://eggtooth.invalid/").unwrap()
}

fn seat(n: u8, name: &str, own: bool) -> SeatModel {
    let at = [(f32::from(n) + 0.5) / 4.0, 0.2];
    SeatModel {
        seat: Seat::new(n).unwrap(),
        name: name.into(),
        toy: "Pip".into(),
        words: String::new(),
        here: true,
        own,
        at,
    }
}

fn at_table(seats: Vec<SeatModel>) -> FriendsModel {
    FriendsModel { table: Some(TableModel { host: true, seats, ..TableModel::default() }), ..named() }
}

fn row(name: &str) -> FriendRow {
    FriendRow {
        key: PeerKey([9; 32]),
        name: name.into(),
        detail: "Met just now.".into(),
        blocked: false,
        unreachable: None,
    }
}

#[test]
fn the_menu_leads_there_and_back() {
    for size in SIZES {
        let mut harness = common::menu(size, model());
        assert_eq!(click(&mut harness, "Friends…"), asks(&[FriendsAction::Show]));
        assert!(has(&harness, "Your name"));
        assert_eq!(click(&mut harness, "Back"), []);
        assert!(has(&harness, "Time") && !has(&harness, "Your name"));
    }
}

#[test]
fn nobody_sits_down_without_a_name() {
    for size in SIZES {
        let mut harness = page(size, FriendsModel::default());
        assert!(!enabled(&harness, "Open a table") && has(&harness, "Friends want to know who you are: a name first."));
        harness.state_mut().view.form.friends.name = Some("Ada".into());
        harness.run_ok();
        assert_eq!(
            click(&mut harness, "Open a table"),
            asks(&[FriendsAction::Name("Ada".into()), FriendsAction::Open])
        );
        let refusal = Some("There is no pet on the desk.");
        let harness = page(size, FriendsModel { refusal, ..named() });
        assert!(!enabled(&harness, "Open a table") && !enabled(&harness, "Sit down"));
    }
}

#[test]
fn a_daycares_toy_goes_under_its_owners_name() {
    for size in SIZES {
        let there = || FriendsModel { there: true, nameless: true, ..FriendsModel::default() };
        let mut harness = page(size, there());
        assert!(has(&harness, "Its table") && !has(&harness, "Your name") && !has(&harness, "Friends want to know"));
        assert_eq!(click(&mut harness, "Open a table"), asks(&[FriendsAction::Open]));
        let link = invite();
        harness.state_mut().view.form.friends.invite = link.clone();
        harness.run_ok();
        assert_eq!(click(&mut harness, "Sit down"), asks(&[FriendsAction::Join(link)]));
        let seats = vec![seat(0, "Ada", true), seat(1, "Bo", false)];
        let harness = page(size, FriendsModel { table: at_table(seats).table, ..there() });
        assert!(has(&harness, "Bo with Pip") && !has(&harness, "Your real toy"));
        let refusal = Some("The daycare must be reached first.");
        let harness = page(size, FriendsModel { refusal, ..there() });
        assert!(!enabled(&harness, "Open a table") && has(&harness, "The daycare must be reached first."));
    }
}

#[test]
fn an_invite_is_read_while_it_is_typed() {
    let mut harness = page(SIZES[1], named());
    assert!(!enabled(&harness, "Sit down") && has(&harness, "Paste the invite that your friend sent."));
    harness.state_mut().view.form.friends.invite = "egg1nonsense".into();
    harness.run_ok();
    assert!(!enabled(&harness, "Sit down") && !has(&harness, "Paste the invite that your friend sent."));
    let link = invite();
    harness.state_mut().view.form.friends.invite = format!(" {link}\n");
    harness.run_ok();
    let expected = asks(&[FriendsAction::Name("Ada".into()), FriendsAction::Join(link)]);
    assert_eq!(click(&mut harness, "Sit down"), expected);
    assert_eq!(harness.state().view.form.friends.invite, "", "it is good once");
}

#[test]
fn a_host_sees_who_came_and_the_invite() {
    for size in SIZES {
        let mut waiting = seat(1, "Bo", false);
        (waiting.here, waiting.words) = (false, "Bo's line was lost, and the seat is kept for 21 s.".into());
        let words = waiting.words.clone();
        let model = FriendsModel {
            invite: Some(InviteModel { link: invite(), left: 65, code: vec![vec![true; 53]; 53] }),
            ..at_table(vec![seat(0, "Ada", true), waiting, seat(2, "Cy", false)])
        };
        let mut harness = page(size, model.clone());
        assert!(has(&harness, "You with Pip") && has(&harness, "Cy with Pip") && has(&harness, &words));
        assert!(has(&harness, "Good once, for 1 min 05 s. Give it to one friend alone."));
        assert!(!enabled(&harness, "Another invite"));
        assert_eq!(click(&mut harness, "Ask to leave"), asks(&[FriendsAction::Kick(Seat::new(2).unwrap())]));
        assert_eq!(click(&mut harness, "Copy the link"), []);
        let mut harness = page(size, FriendsModel { invite: None, ..model });
        assert_eq!(click(&mut harness, "Another invite"), asks(&[FriendsAction::Invite]));
        assert!(has(&harness, "Close the table") && !has(&harness, "Leave the table"));
        let full = (0..4).map(|n| seat(n, "Ada", n == 0)).collect();
        let harness = page(size, at_table(full));
        assert!(!enabled(&harness, "Another invite") && has(&harness, "The table is full."));
    }
}

#[test]
fn friends_are_visited_and_looked_after() {
    let key = PeerKey([9; 32]);
    for size in SIZES {
        let mut harness = page(size, FriendsModel { friends: vec![row("Bo")], ..named() });
        assert_eq!(click(&mut harness, "Visit"), asks(&[FriendsAction::Visit(key)]));
        assert_eq!(click(&mut harness, "…"), []);
        assert!(!enabled(&harness, "Rename"), "it is the same name");
        harness.state_mut().view.form.friends.renaming = "Neighbour".into();
        harness.run_ok();
        assert_eq!(click(&mut harness, "Rename"), asks(&[FriendsAction::Rename(key, "Neighbour".into())]));
        assert_eq!(click(&mut harness, "Keep out"), asks(&[FriendsAction::Block(key, true)]));
        assert_eq!(click(&mut harness, "Forget"), asks(&[FriendsAction::Forget(key)]));
        let far = FriendRow { unreachable: Some("Not seen."), ..row("Bo") };
        let harness = page(size, FriendsModel { friends: vec![far], ..named() });
        assert!(!enabled(&harness, "Visit") && has(&harness, "Not seen."));
        let mut harness =
            page(size, FriendsModel { friends: vec![FriendRow { blocked: true, ..row("Bo") }], ..named() });
        assert!(!has(&harness, "Visit"));
        click(&mut harness, "…");
        assert_eq!(click(&mut harness, "Let in again"), asks(&[FriendsAction::Block(key, false)]));
    }
}

#[test]
fn the_bar_has_gestures_and_what_can_be_done() {
    for size in SIZES {
        let alone = at_table(vec![seat(0, "Ada", true)]);
        let harness = table(size, Model { friends: alone, ..model() }, View::new());
        assert!(!enabled(&harness, "Waiting for friends"));
        let two = at_table(vec![seat(0, "Ada", true), seat(1, "Bo", false)]);
        let mut harness = table(size, Model { friends: two.clone(), ..model() }, View::new());
        assert!(has(&harness, "Pip") && has(&harness, "Pip · Bo"));
        let wave = Emote::ALL[0];
        assert_eq!(click(&mut harness, wave.name()), asks(&[FriendsAction::Emote(wave)]));
        assert_eq!(click(&mut harness, "Touch prongs"), asks(&[FriendsAction::Touch(Seat::new(1).unwrap())]));
        assert_eq!(click(&mut harness, "Close the table"), asks(&[FriendsAction::Leave]));
        let four = (0..4).map(|n| seat(n, ["Ada", "Bo", "Cy", "Di"][usize::from(n)], n == 0)).collect();
        let mut harness = table(size, Model { friends: at_table(four), ..model() }, View::new());
        assert_eq!(click(&mut harness, "Cy"), asks(&[FriendsAction::Touch(Seat::new(2).unwrap())]));
        let mut touching = two;
        let table_ = touching.table.as_mut().unwrap();
        (table_.with, table_.box_) = (Seat::new(1), Decoration::all().collect());
        let mut harness = table(size, Model { friends: touching, ..model() }, View::new());
        assert_eq!(click(&mut harness, "Part"), asks(&[FriendsAction::Part]));
        assert_eq!(click(&mut harness, "Give…"), []);
        let acorn = Decoration::new(1).unwrap();
        assert_eq!(click(&mut harness, acorn.name()), asks(&[FriendsAction::Gift(acorn)]));
        assert!(!has(&harness, acorn.name()), "the box is closed again");
    }
}

#[test]
fn a_real_toy_is_switched_on_and_off() {
    for size in SIZES {
        let here = at_table(vec![seat(0, "Ada", true), seat(1, "Bo", false)]);
        let mut harness = page(size, here.clone());
        assert_eq!(click(&mut harness, "Join a real toy with a friend's…"), [Action::Link(LinkAction::Look)]);
        assert!(!enabled(&harness, "Switch it on") && has(&harness, "Choose a port, or type its name."));
        harness.state_mut().view.form.link.port = " /dev/ttyUSB0 ".into();
        harness.state_mut().view.form.link.secret = "secret".into();
        harness.run_ok();
        let secret = SecretFrom::File("secret".into());
        assert_eq!(click(&mut harness, "Switch it on"), asks(&[FriendsAction::RealToy("/dev/ttyUSB0".into(), secret)]));
        let mut joined = here.clone();
        let words = "the real toys are joined".to_owned();
        joined.table.as_mut().unwrap().real =
            RealToyView { state: RealToyState::Joined, words, ..RealToyView::default() };
        let mut harness = page(size, joined);
        assert!(has(&harness, "The real toys are joined.") && !has(&harness, "Switch it on"));
        assert_eq!(click(&mut harness, "Switch it off"), asks(&[FriendsAction::NoRealToy]));
        // Why it could not be: and it can be tried again.
        let mut failed = here;
        let words = "there is no port /dev/ttyUSB0".to_owned();
        failed.table.as_mut().unwrap().real =
            RealToyView { state: RealToyState::Failed, words, ..RealToyView::default() };
        let harness = page(size, failed);
        assert!(has(&harness, "There is no port /dev/ttyUSB0.") && has(&harness, "Join a real toy with a friend's…"));
    }
}

#[test]
fn a_lost_line_is_told_over_the_picture() {
    let mut friends = at_table(vec![seat(0, "Ada", true), seat(1, "Bo", false)]);
    friends.table.as_mut().unwrap().words = "The line was lost, and is made again for 21 s.".into();
    for size in SIZES {
        let harness = table(size, Model { friends: friends.clone(), ..model() }, View::new());
        assert!(has(&harness, "The line was lost, and is made again for 21 s."));
    }
}

#[test]
fn what_lies_over_a_table_is_in_the_window_and_what_is_around_it_is_left_free() {
    let mut four: Vec<SeatModel> = (0..4).map(|n| seat(n, "An exceedingly long name", n == 0)).collect();
    four[3].words = "An exceedingly long name's line was lost, and the seat is kept for 30 s.".into();
    let mut friends = at_table(four);
    friends.table.as_mut().unwrap().box_ = Decoration::all().collect();
    friends.table.as_mut().unwrap().with = Seat::new(1);
    for size in SIZES {
        let mut view = View::new();
        view.form.friends.giving = true;
        view.toasts.say("They played: Pip was met for the first time, and this is a rather long sentence about it. ♥");
        let harness = table(size, Model { friends: friends.clone(), ..model() }, view);
        for (text, rect, ..) in texts(&harness) {
            let inside = rect.min.x >= 0.0 && rect.min.y >= 0.0 && rect.max.x <= size[0] && rect.max.y <= size[1];
            assert!(inside, "{text:?} at {rect:?} in {size:?}");
        }
        let free = harness.state().view.around;
        let bar = texts(&harness).into_iter().find(|(text, ..)| text == "Close the table").unwrap().1;
        assert!(bar.min.y > size[1] * (1.0 - free.bottom), "the bar is within what is left free");
    }
    assert_eq!(around(vec2(1000.0, 500.0), 0.0, 50.0).right, 0.0);
    assert_eq!(around(vec2(1000.0, 500.0), 300.0, 50.0).right, 0.3);
    assert_eq!(around(vec2(300.0, 500.0), 300.0, 50.0).right, 0.0, "the menu hides everything");
}
