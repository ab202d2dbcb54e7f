//! Recording the toy on the desk and playing a recording in its place.
#![cfg(feature = "bevy")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use bevy_app::{App, AppExit};
use bevy_ecs::prelude::*;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use eggtooth_toy::face::{
    Away, Clock, Clocks, LcdFrame, Notice, Press, ShelfCommand, ShelfView, Shown, Tape, TapeCommand, Toy, ToyPlugin,
    ToySwapped,
};
use eggtooth_toy::{Button, Home, Machine, Reading, Recording, Request, TICKS_PER_SECOND as SECOND, pip};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

struct Desk {
    app: App,
    toy: Entity,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        let session = home.start(Request::default()).unwrap().session;
        let mut app = App::new();
        app.add_plugins((TimePlugin, ToyPlugin)).insert_resource(home);
        app.insert_resource(TimeUpdateStrategy::FixedTimesteps(1));
        let toy = app.world_mut().spawn((Toy(session), Shown)).id();
        app.finish();
        app.cleanup();
        app.world_mut().write_message(ShelfCommand::Refresh);
        app.update();
        Desk { app, toy, folder }
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.app.update();
        }
    }

    fn command(&mut self, command: TapeCommand) {
        self.app.world_mut().write_message(command);
        self.steps(1);
    }

    fn press(&mut self, button: Button, down: bool) {
        let toy = self.toy;
        self.app.world_mut().write_message(Press { toy, button, down });
        self.steps(7);
    }

    fn get<T: Component>(&self) -> &T {
        self.app.world().get::<T>(self.toy).unwrap()
    }

    fn machine(&self) -> &Machine {
        &self.get::<Toy>().0.machine
    }

    fn taken<M: Message>(&mut self) -> Vec<M> {
        self.app.world_mut().resource_mut::<Messages<M>>().drain().collect()
    }

    fn notices(&mut self) -> Vec<String> {
        self.taken::<Notice>().into_iter().map(|notice| notice.0).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = self.folder.path().join("data/recordings");
        std::fs::read_dir(folder).map_or_else(|_| Vec::new(), |all| all.map(|file| file.unwrap().path()).collect())
    }

    /// A recording of some presses, as read from its file.
    fn recorded(&mut self) -> (Recording, Machine) {
        self.command(TapeCommand::Record);
        assert!(self.machine().recorder().is_some());
        for button in [Button::B, Button::A, Button::C] {
            self.press(button, true);
            self.press(button, false);
        }
        self.steps(20);
        let before = self.files();
        self.command(TapeCommand::StopRecording);
        let machine = self.machine().clone();
        let path = self.files().into_iter().find(|path| !before.contains(path)).unwrap();
        let told = self.notices();
        assert_eq!(told, [format!("The recording was saved as {}.", path.display())]);
        assert!(path.file_name().unwrap().to_str().unwrap().starts_with("pip-2"));
        (Recording::from_bytes(&std::fs::read(path).unwrap()).unwrap(), machine)
    }
}

#[test]
fn what_was_recorded_is_played_and_the_pet_is_held() {
    let mut desk = Desk::new();
    desk.steps(100);
    let (recording, end) = desk.recorded();
    assert_eq!(recording.events().len(), 6);
    desk.steps(50);
    // The command is heard a step later.
    let clock = desk.get::<Clock>().0 + 512;
    desk.taken::<ToySwapped>();
    desk.command(TapeCommand::Play(Arc::new(recording.clone())));
    assert_eq!(desk.taken::<ToySwapped>().len(), 1);
    assert_eq!(desk.machine().tick(), recording.start().meta.tick);
    assert_eq!(desk.get::<Tape>().recording(), Some(&recording));
    // The computer is suspended: a recording is not away, and the pet is held.
    let mut clocks = desk.app.world_mut().resource_mut::<Clocks>();
    clocks.tell(Reading::default(), 0);
    desk.steps(1);
    let day = Duration::from_secs(86_400);
    desk.app.world_mut().resource_mut::<Clocks>().tell(Reading { run: Duration::ZERO, real: day }, 0);
    desk.steps(1);
    assert!(!desk.get::<Away>().is_away());
    // Buttons of the player's do nothing in it.
    desk.press(Button::A, true);
    for _ in 0..500 {
        if desk.get::<Tape>().has_ended() {
            break;
        }
        desk.steps(1);
    }
    let told = desk.notices();
    assert_eq!(told, ["The recording has ended."]);
    desk.steps(50);
    assert_eq!(desk.machine().tick(), recording.end());
    assert!(desk.machine().state() == end.state());
    assert_eq!(desk.get::<LcdFrame>().0, end.frame());
    assert_eq!(desk.notices(), [""; 0], "it is told once");
    // Nothing of it is saved, and the shelf still says whose place it is.
    desk.app.world_mut().write_message(ShelfCommand::Refresh);
    desk.steps(1);
    let view = desk.app.world().resource::<ShelfView>();
    assert_eq!((view.toys.len(), view.current.as_ref()), (1, Some(&view.toys[0].slug)));
    desk.command(TapeCommand::StopPlaying);
    assert!(desk.get::<Tape>().recording().is_none());
    assert!(desk.machine().tick() >= clock && desk.machine().tick() < clock + 24);
    assert_eq!(desk.get::<Clock>().0, clock);
    desk.steps(3);
    assert_eq!(desk.get::<Clock>().0, clock + 3 * 512);
}

#[test]
fn the_shelf_ends_what_is_played_or_recorded() {
    let mut desk = Desk::new();
    desk.steps(10);
    let (recording, _) = desk.recorded();
    let lived = desk.machine().tick();
    desk.command(TapeCommand::Play(Arc::new(recording)));
    desk.steps(10);
    desk.app.world_mut().write_message(ShelfCommand::New { name: Some("Momo".into()), rom: None });
    desk.steps(2);
    assert!(desk.get::<Tape>().recording().is_none());
    assert_eq!(desk.get::<Toy>().0.name(), "Momo");
    let home = desk.app.world().resource::<Home>().clone();
    let saved = home.dir().find("Pip").unwrap().meta.unwrap().tick;
    assert!((lived..lived + 2 * 512).contains(&saved), "{saved} {lived}");
    // Another pet comes while this one is recorded; and the program ends.
    desk.command(TapeCommand::Record);
    desk.app.world_mut().write_message(ShelfCommand::New { name: None, rom: None });
    desk.steps(2);
    assert_eq!(desk.files().len(), 2);
    desk.command(TapeCommand::Record);
    desk.app.world_mut().write_message(AppExit::Success);
    desk.steps(1);
    assert_eq!(desk.files().len(), 3);
}

#[test]
fn what_cannot_be_played_changes_nothing() {
    let mut desk = Desk::new();
    desk.steps(10);
    let mut words = pip().unwrap().words.to_vec();
    words[6143] ^= 0x555;
    let mut other = Machine::new(&eggtooth_cartridge::Cartridge::from_words(&words).unwrap());
    other.record("Other").unwrap();
    other.advance(SECOND, &mut ());
    let recording = other.stop_recording().unwrap().unwrap();
    let clock = desk.get::<Clock>().0;
    desk.command(TapeCommand::Play(Arc::new(recording)));
    assert!(desk.get::<Tape>().recording().is_none());
    assert!(desk.get::<Clock>().0 >= clock && desk.machine().identity() == &pip().unwrap().identity);
    let told = desk.notices();
    assert!(told.len() == 1 && told[0].contains("ROM"), "{told:?}");
    desk.command(TapeCommand::StopPlaying);
    desk.command(TapeCommand::StopRecording);
    assert_eq!(desk.notices(), [""; 0]);
}
