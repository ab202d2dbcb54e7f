//! The desk's link in an app without a window: what is asked for in the panel happens, and is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use bevy::MinimalPlugins;
use bevy::app::App;
use bevy::input::InputPlugin;
use bevy::window::{CursorMoved, FileDragAndDrop, WindowCloseRequested, WindowFocused};
use eggtooth_desk::link::LinkAction;
use eggtooth_desk::logic;
use eggtooth_desk::model::Action;
use eggtooth_desk::view::View;
use eggtooth_prong::face::{Line, LinkState, Load, Order, SecretFrom};
use eggtooth_prong::packet::Item;
use eggtooth_toy::Home;
use eggtooth_toy::face::ToyPlugin;
use std::time::{Duration, Instant};

struct Desk {
    app: App,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, InputPlugin, ToyPlugin, logic))
            .add_message::<FileDragAndDrop>()
            .add_message::<WindowFocused>()
            .add_message::<WindowCloseRequested>()
            .add_message::<CursorMoved>()
            .insert_resource(home);
        app.finish();
        app.cleanup();
        app.update();
        Desk { app, folder }
    }

    fn act(&mut self, action: LinkAction) {
        self.app.world_mut().write_message(Action::Link(action));
        self.app.update();
    }

    fn states(&mut self) -> Vec<LinkState> {
        self.app.world_mut().query::<&LinkState>().iter(self.app.world()).cloned().collect()
    }

    fn said(&self) -> Vec<String> {
        self.app.world().resource::<View>().toasts.shown().map(|toast| toast.text.clone()).collect()
    }

    fn until(&mut self, done: impl Fn(&mut Desk) -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !done(self) {
            assert!(Instant::now() < end, "it did not come: {:?}", self.said());
            std::thread::sleep(Duration::from_millis(2));
            self.app.update();
        }
    }

    fn tells(&mut self, words: &str) {
        self.until(|desk| desk.said().iter().any(|said| said.contains(words)));
    }
}

#[test]
fn nothing_is_opened_unasked() {
    let mut desk = Desk::new();
    for _ in 0..50 {
        desk.app.update();
    }
    assert_eq!(desk.states(), []);
    assert!(!desk.folder.path().join("data/peer.key").exists(), "nor is a key made");
}

#[test]
fn the_simulated_toy_takes_an_item_and_all_is_told_over_the_picture() {
    let mut desk = Desk::new();
    desk.act(LinkAction::Connect(Line::Simulated, SecretFrom::Environment));
    desk.tells("Connected with the simulated toy.");
    let path = desk.folder.path().join("hat.arc2");
    std::fs::write(&path, Item::build(b"data", b"sprites", b"strings").unwrap().bytes()).unwrap();
    desk.act(LinkAction::Do(Order::Send(Load::File(path))));
    desk.tells("The item was sent");
    desk.act(LinkAction::Disconnect);
    desk.tells("The link is closed.");
    assert_eq!(desk.states(), [LinkState::Closed]);
    // The same link once more, not a second one.
    desk.act(LinkAction::Connect(Line::Simulated, SecretFrom::Environment));
    desk.until(|desk| desk.states() == [LinkState::Open { packets: true }]);
}

#[test]
fn failures_are_told_and_the_panel_is_shown_from_there() {
    let mut desk = Desk::new();
    desk.act(LinkAction::Connect(Line::Port("/dev/null".into()), SecretFrom::Environment));
    desk.tells("no serial port");
    desk.act(LinkAction::Show);
    let view = desk.app.world().resource::<View>();
    assert!(view.open && view.form.link.open);
}

#[test]
fn friends_know_each_other_by_a_key_that_stays() {
    let mut desk = Desk::new();
    let mut keys = vec![];
    for _ in 0..2 {
        desk.act(LinkAction::Connect(Line::Listen { addr: "127.0.0.1:0".into() }, SecretFrom::Environment));
        desk.until(|desk| matches!(desk.states().as_slice(), [LinkState::Waiting { .. }]));
        let Some(LinkState::Waiting { key, .. }) = desk.states().pop() else { panic!() };
        keys.push(key);
        desk.act(LinkAction::Disconnect);
        desk.until(|desk| desk.states() == [LinkState::Closed]);
    }
    assert!(keys[0] == keys[1] && keys[0].len() == 64, "{keys:?}");
    assert!(desk.folder.path().join("data/peer.key").exists());
}

#[test]
fn an_item_that_comes_is_kept() {
    let mut host = Desk::new();
    host.act(LinkAction::Connect(Line::Listen { addr: "127.0.0.1:0".into() }, SecretFrom::Environment));
    host.until(|desk| matches!(desk.states().as_slice(), [LinkState::Waiting { .. }]));
    let Some(LinkState::Waiting { addr, key }) = host.states().pop() else { panic!() };
    let mut guest = Desk::new();
    guest.act(LinkAction::Connect(Line::Call { addr, key }, SecretFrom::Environment));
    guest.tells("Connected");
    host.tells("Connected with a friend.");
    host.act(LinkAction::Do(Order::Take));
    let item = Item::build(b"data", b"sprites", b"strings").unwrap();
    guest.act(LinkAction::Do(Order::Send(Load::Bytes(item.bytes().to_vec()))));
    guest.tells("The item was sent");
    host.tells("is kept as");
    let kept = std::fs::read(host.folder.path().join("data/items/item.arc2")).unwrap();
    assert_eq!(kept, item.bytes());
}
