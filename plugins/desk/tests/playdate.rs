//! Two desks, each in an app of its own, at one table on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use bevy::MinimalPlugins;
use bevy::app::App;
use bevy::ecs::query::With;
use bevy::input::InputPlugin;
use bevy::time::TimeUpdateStrategy;
use bevy::window::{CursorMoved, FileDragAndDrop, WindowCloseRequested, WindowFocused};
use eggtooth_buzzer::Pan;
use eggtooth_buzzer::face::BuzzerSettings;
use eggtooth_desk::friends::{FriendsAction, FriendsModel};
use eggtooth_desk::model::{Action, Program};
use eggtooth_desk::settings::DeskSettings;
use eggtooth_desk::view::View;
use eggtooth_desk::{DeskFriends, logic};
use eggtooth_playdate::message::Emote;
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_shell::{Design, Prongs, Table};
use eggtooth_toy::face::{LcdFrame, ShelfCommand, Shown, Toy, ToyPlugin};
use eggtooth_toy::{Home, Request};
use std::time::{Duration, Instant};

struct Desk {
    app: App,
    said: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(name: &str, design: usize) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        let session = home.start(Request::default()).unwrap().session;
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, InputPlugin, ToyPlugin, logic))
            .add_message::<FileDragAndDrop>()
            .add_message::<WindowFocused>()
            .add_message::<WindowCloseRequested>()
            .add_message::<CursorMoved>()
            .insert_resource(TimeUpdateStrategy::FixedTimesteps(1))
            .init_resource::<BuzzerSettings>()
            .init_resource::<Table>()
            .insert_resource(home);
        app.world_mut().spawn((Toy(session), Shown));
        app.finish();
        app.cleanup();
        app.world_mut().write_message(ShelfCommand::Refresh);
        app.update();
        let mut desk = Desk { app, said: Vec::new(), _folder: folder };
        desk.act(Action::Design(design));
        desk.does(FriendsAction::Name(name.into()));
        desk
    }

    fn act(&mut self, action: Action) {
        self.app.world_mut().write_message(action);
        self.update();
    }

    fn does(&mut self, action: FriendsAction) {
        self.act(Action::Friends(action));
    }

    fn update(&mut self) {
        self.app.update();
        let shown: Vec<String> = self.app.world().resource::<View>().toasts.shown().map(|t| t.text.clone()).collect();
        for text in shown {
            if !self.said.contains(&text) {
                self.said.push(text);
            }
        }
    }

    fn table(&self) -> &Table {
        self.app.world().resource()
    }

    /// Whether a cable is plugged into the own chip.
    fn is_plugged(&mut self) -> bool {
        let mut toys = self.app.world_mut().query_filtered::<&mut Toy, With<Shown>>();
        toys.single_mut(self.app.world_mut()).unwrap().0.machine.cable().is_some()
    }

    fn heard(&self, text: &str) -> bool {
        self.said.iter().any(|said| said.starts_with(text))
    }

    fn model(&self) -> FriendsModel {
        let world = self.app.world();
        world.resource::<DeskFriends>().model(true, world.resource::<DeskSettings>(), None, false)
    }

    /// The link of the invite that is shown.
    fn invite(&self) -> Option<String> {
        self.model().invite.map(|invite| invite.link)
    }
}

/// Lets both live until something is so; a frame is a sixtieth of a second of the toys' time.
fn until(desks: &mut [&mut Desk], what: &str, so: impl Fn(&[&mut Desk]) -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !so(desks) {
        assert!(Instant::now() < end, "{what}: {:?}", desks.iter().map(|desk| &desk.said).collect::<Vec<_>>());
        desks.iter_mut().for_each(|desk| desk.update());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn met() -> [Desk; 2] {
    let (mut host, mut guest) = (Desk::new("Ada", 1), Desk::new("Bo", 3));
    host.does(FriendsAction::Show);
    host.does(FriendsAction::Open);
    let invite = host.invite().expect("an invite");
    guest.does(FriendsAction::Join(invite));
    until(&mut [&mut host, &mut guest], "they meet", |desks| desks.iter().all(|desk| desk.table().seats.len() == 2));
    [host, guest]
}

#[test]
fn two_desks_meet_touch_play_give_and_part() {
    let [mut host, mut guest] = met();
    assert_eq!(host.invite(), None, "it was used");
    for (desk, own) in [(&host, 0), (&guest, 1)] {
        let seats = &desk.table().seats;
        assert_eq!((seats[own].own, seats[1 - own].own), (true, false));
        assert_eq!([seats[0].design, seats[1].design], [Design::ALL[1], Design::ALL[3]]);
        assert_ne!(seats[0].toy, seats[1].toy);
    }
    // The friend's screen is seen, and who sits right is heard from the right.
    until(&mut [&mut host, &mut guest], "the screens", |desks| {
        desks.iter().zip([1, 0]).all(|(desk, friend)| {
            let toy = desk.table().seats[friend].toy.unwrap();
            let world = desk.app.world();
            let pan = world.get::<Pan>(toy).unwrap().0;
            world.get::<LcdFrame>(toy).unwrap().0.rows.iter().any(|row| *row != 0) && (pan > 0.0) == (friend == 1)
        })
    });
    guest.does(FriendsAction::Emote(Emote::ALL[1]));
    until(&mut [&mut host, &mut guest], "a gesture", |desks| {
        desks.iter().all(|desk| desk.table().seats[1].emote.is_some())
    });
    // The egg was drawn there until the prongs met.
    host.app.world_mut().write_message(Prongs::Met(1));
    until(&mut [&mut host, &mut guest], "they touch", |desks| {
        desks
            .iter()
            .all(|desk| desk.table().touching.len() == 1 && desk.table().seats.iter().all(|s| !s.pet.is_empty()))
    });
    assert!(host.is_plugged() && guest.is_plugged());
    until(&mut [&mut host, &mut guest], "they play", |desks| {
        desks.iter().all(|desk| ["They played", "They quarrelled", "They shared"].iter().any(|how| desk.heard(how)))
    });
    assert!(host.heard("Bo is a friend from now on.") && guest.heard("Ada is a friend from now on."));
    let gift = Decoration::new(4).unwrap();
    guest.does(FriendsAction::Gift(gift));
    until(&mut [&mut host, &mut guest], "a gift", |desks| {
        desks.iter().all(|desk| desk.table().seats[0].charms.len() == 1 && desk.table().seats[1].charms.is_empty())
    });
    assert!(host.heard("Bo gives a ") && host.said.iter().any(|said| said.ends_with("It hangs on the shell.")));
    // Another shell, seen over there.
    host.act(Action::Design(0));
    until(&mut [&mut host, &mut guest], "another shell", |desks| desks[1].table().seats[0].design == Design::ALL[0]);
    guest.app.world_mut().write_message(Prongs::Parted);
    until(&mut [&mut host, &mut guest], "they part", |desks| {
        desks.iter().all(|desk| desk.table().touching.is_empty() && desk.table().seats.iter().all(|s| s.pet.is_empty()))
    });
    assert!(!host.is_plugged() && !guest.is_plugged());
    guest.does(FriendsAction::Leave);
    until(&mut [&mut host, &mut guest], "the guest is gone", |desks| {
        desks[0].table().seats.len() == 1 && desks[1].table().seats.is_empty()
    });
    // Friends need no invite.
    guest.does(FriendsAction::Show);
    let ada = guest.model().friends[0].key;
    guest.does(FriendsAction::Visit(ada));
    until(&mut [&mut host, &mut guest], "they meet again", |desks| desks.iter().all(|d| d.table().seats.len() == 2));
    host.does(FriendsAction::Leave);
    until(&mut [&mut host, &mut guest], "it is over", |desks| desks.iter().all(|d| d.table().seats.is_empty()));
    let over = "The playdate is over: the host left, and the table is closed.";
    until(&mut [&mut host, &mut guest], "it is told", |desks| desks[1].heard(over));
}

#[test]
fn who_puts_another_pet_on_the_desk_has_left() {
    let [mut host, mut guest] = met();
    guest.act(Action::New { name: Some("Momo".into()), program: Program::Pip });
    until(&mut [&mut host, &mut guest], "the guest left", |desks| {
        desks[0].table().seats.len() == 1 && desks[1].table().seats.is_empty()
    });
    assert!(guest.heard("The pet that sat at the table is not on the desk any more"));
    // A friend who was only seen, and never played with, needs an invite.
    assert!(guest.model().friends.is_empty());
}

#[test]
fn an_invite_that_leads_nowhere_is_told() {
    let mut desk = Desk::new("Ada", 0);
    let nowhere = ["127.0.0.1:9".parse().unwrap()];
    let invite =
        eggtooth_peer::Invite::new(eggtooth_peer::PeerKey([3; 32]), &nowhere, eggtooth_toy::now(), 60).unwrap();
    desk.does(FriendsAction::Join(invite.to_text()));
    assert!(desk.table().seats.is_empty());
    let seat = Seat::HOST;
    desk.does(FriendsAction::Touch(seat));
    until(&mut [&mut desk], "it is told", |desks| desks[0].said.len() > 1);
    assert!(desk.table().seats.is_empty());
}
