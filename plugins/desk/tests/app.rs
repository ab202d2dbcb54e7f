//! The plugin in an app without a window: keys, shelf, settings, files, clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use bevy::MinimalPlugins;
use bevy::app::{App, AppExit};
use bevy::ecs::prelude::*;
use bevy::input::keyboard::{Key, KeyCode};
use bevy::input::{ButtonInput, InputPlugin};
use bevy::time::TimeUpdateStrategy;
use bevy::window::{FileDragAndDrop, Window, WindowCloseRequested, WindowFocused};
use eggtooth_buzzer::face::BuzzerSettings;
use eggtooth_desk::logic;
use eggtooth_desk::model::{Action, Program, Quality};
use eggtooth_desk::settings::{self, DeskSettings};
use eggtooth_desk::view::{CARD_SECONDS, View};
use eggtooth_toy::face::{
    Away, Notice, Pace, Press, SaveNow, ShelfCommand, ShelfView, Shown, Tape, Toy, ToyPlugin, ToySwapped,
};
use eggtooth_toy::{Button, Choice, Home, LEFT, Left, Request, TICKS_PER_SECOND, pip};
use std::time::Duration;

struct Desk {
    app: App,
    toy: Entity,
    folder: std::sync::Arc<tempfile::TempDir>,
}

impl Desk {
    fn new() -> Desk {
        Desk::with(Request::default(), |_| {})
    }

    fn with(request: Request, before: impl FnOnce(&Home)) -> Desk {
        Desk::at(std::sync::Arc::new(tempfile::tempdir().unwrap()), request, before)
    }

    fn at(folder: std::sync::Arc<tempfile::TempDir>, request: Request, before: impl FnOnce(&Home)) -> Desk {
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        before(&home);
        let session = home.start(request).unwrap().session;
        let mut app = App::new();
        app.add_plugins((MinimalPlugins, InputPlugin, ToyPlugin, logic))
            .add_message::<FileDragAndDrop>()
            .add_message::<WindowFocused>()
            .add_message::<WindowCloseRequested>()
            .add_message::<bevy::window::CursorMoved>()
            .insert_resource(TimeUpdateStrategy::FixedTimesteps(1))
            .init_resource::<BuzzerSettings>()
            .insert_resource(home);
        let toy = app.world_mut().spawn((Toy(session), Shown)).id();
        app.finish();
        app.cleanup();
        app.world_mut().write_message(ShelfCommand::Refresh);
        app.update();
        Desk { app, toy, folder }
    }

    fn key(&mut self, act: impl FnOnce(&mut ButtonInput<KeyCode>)) -> Vec<(Button, bool)> {
        self.app.world_mut().resource_mut::<Messages<Press>>().clear();
        // What a keyboard's messages would do; `InputPlugin` clears the edges before the next frame.
        let mut keys = self.app.world_mut().resource_mut::<ButtonInput<KeyCode>>();
        act(&mut keys);
        let keys = keys.clone();
        self.frame_with(keys)
    }

    /// A frame in which the keys are exactly these.
    fn frame_with(&mut self, keys: ButtonInput<KeyCode>) -> Vec<(Button, bool)> {
        self.app.world_mut().insert_resource(Forced(Some(keys)));
        self.app.update();
        let mut messages = self.app.world_mut().resource_mut::<Messages<Press>>();
        let toy = self.toy;
        messages.drain().filter(|press| press.toy == toy).map(|press| (press.button, press.down)).collect()
    }

    fn act(&mut self, action: Action) {
        self.app.world_mut().write_message(action);
        // Obeyed, served by the shelf, told.
        for _ in 0..3 {
            self.app.update();
        }
    }

    fn pace(&self) -> Pace {
        *self.app.world().get::<Pace>(self.toy).unwrap()
    }

    fn name(&self) -> String {
        self.app.world().get::<Toy>(self.toy).unwrap().0.name().to_owned()
    }

    fn shelf(&self) -> Vec<String> {
        self.app.world().resource::<ShelfView>().toys.iter().map(|entry| entry.name().to_owned()).collect()
    }

    fn settings(&self) -> DeskSettings {
        self.app.world().resource::<DeskSettings>().clone()
    }

    fn view(&self) -> &View {
        self.app.world().resource()
    }

    fn said(&self) -> Vec<String> {
        self.view().toasts.shown().map(|toast| toast.text.clone()).collect()
    }

    /// Updates until `done`, for what another thread does.
    fn until(&mut self, done: impl Fn(&Desk) -> bool) {
        for _ in 0..2000 {
            if done(self) {
                return;
            }
            self.app.update();
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("it did not come: {:?}", self.said());
    }
}

/// Keys to put in place after Bevy has read its (absent) keyboard.
#[derive(Resource)]
struct Forced(Option<ButtonInput<KeyCode>>);

fn force(app: &mut App) {
    app.insert_resource(Forced(None)).add_systems(
        bevy::app::PreUpdate,
        (|mut forced: ResMut<Forced>, mut keys: ResMut<ButtonInput<KeyCode>>| {
            if let Some(next) = forced.0.take() {
                *keys = next;
            }
        })
        .after(bevy::input::InputSystems)
        .before(eggtooth_desk::DeskSystems::Input),
    );
}

fn keyboard() -> Desk {
    let mut desk = Desk::new();
    force(&mut desk.app);
    desk
}

#[test]
fn keys_press_the_toy() {
    let mut desk = keyboard();
    for (key, buttons) in [
        (KeyCode::KeyZ, &[Button::A][..]),
        (KeyCode::Digit2, &[Button::B]),
        (KeyCode::ArrowRight, &[Button::C]),
        (KeyCode::KeyV, &[Button::A, Button::C]),
        (KeyCode::KeyT, &[Button::Tap]),
    ] {
        let expected = |down| buttons.iter().map(|button| (*button, down)).collect::<Vec<_>>();
        assert_eq!(desk.key(|keys| keys.press(key)), expected(true), "{key:?}");
        assert_eq!(desk.key(ButtonInput::clear), [], "held");
        assert_eq!(desk.key(|keys| keys.release(key)), expected(false), "{key:?}");
        desk.key(ButtonInput::clear);
    }
}

#[test]
fn a_tap_within_a_frame_reaches_the_chip() {
    let mut desk = keyboard();
    let presses = desk.key(|keys| {
        keys.press(KeyCode::KeyX);
        keys.release(KeyCode::KeyX);
    });
    assert_eq!(presses, [(Button::B, true), (Button::B, false)]);
}

#[test]
fn keys_with_control_are_not_for_the_toy() {
    let mut desk = keyboard();
    let presses = desk.key(|keys| {
        keys.press(KeyCode::ControlLeft);
        keys.press(KeyCode::KeyC);
    });
    assert_eq!(presses, []);
}

#[test]
fn leaving_the_window_lets_go_and_saves() {
    let mut desk = keyboard();
    let window = desk.app.world_mut().spawn(Window::default()).id();
    assert_eq!(desk.key(|keys| keys.press(KeyCode::KeyZ)), [(Button::A, true)]);
    desk.app.world_mut().get_mut::<Window>(window).unwrap().focused = false;
    desk.app.world_mut().write_message(WindowFocused { window, focused: false });
    desk.app.world_mut().resource_mut::<Messages<SaveNow>>().clear();
    assert_eq!(desk.key(ButtonInput::clear), [(Button::A, false)]);
    assert_eq!(desk.app.world_mut().resource_mut::<Messages<SaveNow>>().drain().count(), 1);
    assert_eq!(desk.key(|keys| keys.press(KeyCode::KeyX)), [], "keys of another window");
    desk.app.world_mut().get_mut::<Window>(window).unwrap().focused = true;
    assert_eq!(desk.key(ButtonInput::clear), [], "held since before");
}

#[test]
fn another_pet_is_not_pressed_by_a_key_that_is_still_down() {
    let mut desk = keyboard();
    desk.key(|keys| keys.press(KeyCode::KeyZ));
    let toy = desk.toy;
    desk.app.world_mut().write_message(ToySwapped { toy });
    assert_eq!(desk.key(ButtonInput::clear), [(Button::A, false)]);
    assert_eq!(desk.key(ButtonInput::clear), []);
}

#[test]
fn shortcuts_ask_for_what_the_help_says() {
    let mut desk = keyboard();
    let mut tap = |key| {
        desk.key(|keys| keys.press(key));
        desk.key(|keys| {
            keys.clear();
            keys.release(key);
        });
        desk.key(ButtonInput::clear);
        let buzzer = *desk.app.world().resource::<BuzzerSettings>();
        (desk.view().open, desk.pace(), buzzer.muted)
    };
    let plain = Pace::default();
    assert_eq!(tap(KeyCode::Escape), (true, plain, false));
    assert_eq!(tap(KeyCode::Escape), (false, plain, false));
    assert_eq!(tap(KeyCode::Space), (false, Pace { paused: true, ..plain }, false));
    assert_eq!(tap(KeyCode::KeyF), (false, Pace { fast_forward: true, ..plain }, false));
    assert_eq!(tap(KeyCode::KeyF), (false, plain, false));
    assert_eq!(tap(KeyCode::KeyM), (false, plain, true));
    assert_eq!(tap(KeyCode::NumpadAdd), (false, Pace { speed: 2, ..plain }, true));
    assert_eq!(tap(KeyCode::NumpadSubtract), (false, plain, true));
    assert_eq!(eggtooth_desk::keys::written(&Key::Character("+".into())), Some(eggtooth_desk::keys::Shortcut::Faster));
}

#[test]
fn time_is_obeyed() {
    let mut desk = Desk::new();
    desk.act(Action::Speed(16));
    desk.act(Action::Speed(17));
    desk.act(Action::Pause(true));
    assert_eq!(desk.pace(), Pace { speed: 16, paused: true, fast_forward: false });
    desk.act(Action::FastForward(true));
    assert!(desk.pace().fast_forward && !desk.pace().paused);
}

#[test]
fn fast_forward_says_why_it_stopped() {
    let mut desk = Desk::new();
    desk.act(Action::FastForward(true));
    desk.until(|desk| !desk.pace().fast_forward);
    desk.app.update();
    assert_eq!(desk.said(), ["Pip calls."]);
}

#[test]
fn choices_survive_the_program() {
    let folder = {
        let mut desk = Desk::new();
        desk.act(Action::Volume(33));
        desk.act(Action::Mute(true));
        desk.act(Action::Quality(Quality::Low));
        desk.act(Action::LessMotion(true));
        assert_eq!(desk.app.world().resource::<BuzzerSettings>().volume, 0.33);
        let home = desk.app.world().resource::<Home>().clone();
        assert_eq!(settings::load(&home).0.volume, 70, "not written while it changes");
        desk.app.world_mut().write_message(AppExit::Success);
        desk.app.update();
        desk.folder.clone()
    };
    let desk = Desk::at(folder, Request::default(), |_| {});
    let read = desk.settings();
    assert_eq!((read.volume, read.muted, read.quality, read.less_motion), (33, true, Quality::Low, true));
    let buzzer = desk.app.world().resource::<BuzzerSettings>();
    assert_eq!((buzzer.volume, buzzer.muted), (0.33, true));
}

#[test]
fn choices_are_written_when_they_settle() {
    let mut desk = Desk::new();
    desk.act(Action::Volume(12));
    let home = desk.app.world().resource::<Home>().clone();
    for _ in 0..80 {
        desk.app.update();
    }
    assert_eq!(settings::load(&home).0.volume, 12);
}

#[test]
fn muted_for_one_run_is_not_a_choice() {
    let mut desk = Desk::new();
    desk.app.world_mut().resource_mut::<BuzzerSettings>().muted = true;
    desk.act(Action::Volume(50));
    assert!(!desk.settings().muted);
    desk.act(Action::Mute(false));
    assert!(!desk.app.world().resource::<BuzzerSettings>().muted);
}

#[test]
fn the_keys_are_shown_at_the_first_start_only() {
    let folder = {
        let mut desk = Desk::new();
        assert!(desk.view().card > 0.0 && !desk.settings().keys_shown);
        for _ in 0..(CARD_SECONDS as u32 + 3) * 64 {
            desk.app.update();
        }
        assert_eq!(desk.view().card, 0.0);
        assert!(desk.settings().keys_shown);
        desk.folder.clone()
    };
    let mut desk = Desk::at(folder, Request::default(), |_| {});
    assert_eq!(desk.view().card, 0.0);
    desk.act(Action::Menu(true));
    desk.act(Action::ShowKeys);
    assert!(desk.view().card > 0.0 && !desk.view().open);
}

#[test]
fn pets_are_hatched_switched_and_renamed() {
    let mut desk = Desk::new();
    desk.act(Action::New { name: Some("Momo".into()), program: Program::Pip });
    assert_eq!((desk.name().as_str(), desk.shelf()), ("Momo", vec!["Momo".to_owned(), "Pip".to_owned()]));
    let slug = |desk: &Desk, name: &str| {
        let shelf: &ShelfView = desk.app.world().resource();
        shelf.toys.iter().find(|entry| entry.name() == name).unwrap().slug.clone()
    };
    desk.act(Action::Switch(slug(&desk, "Pip")));
    assert_eq!(desk.name(), "Pip");
    desk.act(Action::Rename(slug(&desk, "Pip"), "Pipa".into()));
    assert_eq!((desk.name().as_str(), desk.shelf()), ("Pipa", vec!["Momo".to_owned(), "Pipa".to_owned()]));
    desk.act(Action::Rename(slug(&desk, "Pipa"), "../x".into()));
    assert_eq!(desk.name(), "Pipa");
    assert!(desk.said()[0].contains("path separator"), "{:?}", desk.said());
}

#[test]
fn retiring_can_be_undone_from_the_sentence() {
    let mut desk = Desk::new();
    desk.act(Action::New { name: Some("Momo".into()), program: Program::Pip });
    let slug = desk.app.world().resource::<ShelfView>().current.clone().unwrap();
    desk.act(Action::Retire(slug));
    assert_eq!((desk.name().as_str(), desk.shelf()), ("Pip", vec!["Pip".to_owned()]));
    let toast = desk.view().toasts.shown().next().unwrap().clone();
    assert_eq!(toast.text, "Momo has retired. Nothing of it is lost.");
    let (label, undo) = toast.button.unwrap();
    assert_eq!(label, "Undo");
    desk.act(undo);
    assert_eq!((desk.name().as_str(), desk.shelf()), ("Momo", vec!["Momo".to_owned(), "Pip".to_owned()]));
    assert!(desk.app.world().resource::<ShelfView>().retired.is_empty());
}

#[test]
fn a_retirement_that_fails_offers_nothing() {
    let mut desk = Desk::new();
    let shelf = desk.shelf();
    let none = eggtooth_vault::Slug::parse("nobody").unwrap();
    desk.act(Action::Retire(none));
    assert_eq!(desk.shelf(), shelf);
    assert_eq!(desk.view().toasts.shown().filter(|toast| toast.button.is_some()).count(), 0);
    assert_eq!(desk.said().len(), 1);
}

#[test]
fn notices_become_sentences() {
    let mut desk = Desk::new();
    desk.app.world_mut().write_message(Notice("the disk is full; free some space".into()));
    desk.app.update();
    desk.app.update();
    assert_eq!(desk.said(), ["The disk is full; free some space."]);
}

/// A program that is not Pip's: Pip's with a word changed that is never reached.
fn other_rom(desk: &Desk) -> std::path::PathBuf {
    let mut words = pip().unwrap().words.to_vec();
    let end = words.len() - 1;
    words[end] ^= 0x555;
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let path = desk.folder.path().join("Lumi.b");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_rom_is_opened_and_the_second_time_its_pet() {
    let mut desk = Desk::new();
    let path = other_rom(&desk);
    desk.act(Action::OpenRom(path.display().to_string()));
    desk.until(|desk| desk.name() == "Lumi");
    assert_eq!(desk.shelf(), ["Lumi", "Pip"]);
    assert!(desk.said().iter().any(|text| text.starts_with("Lumi.b: a 12 KiB image")), "{:?}", desk.said());
    let pip = desk.app.world().resource::<ShelfView>().toys[1].slug.clone();
    desk.act(Action::Switch(pip));
    let window = Entity::PLACEHOLDER;
    desk.app.world_mut().write_message(FileDragAndDrop::HoveredFile { window, path_buf: path.clone() });
    desk.app.update();
    assert!(desk.view().hovering);
    desk.app.world_mut().write_message(FileDragAndDrop::DroppedFile { window, path_buf: path });
    desk.until(|desk| desk.name() == "Lumi");
    assert!(!desk.view().hovering);
    assert_eq!(desk.shelf(), ["Lumi", "Pip"], "no second one");
    let offer = desk.view().toasts.shown().find_map(|toast| toast.button.clone()).unwrap();
    assert_eq!(offer.0, "New pet");
    desk.act(offer.1);
    assert_eq!(desk.shelf().len(), 3);
    assert_ne!(desk.name(), "Pip");
}

#[test]
fn what_is_no_rom_is_refused_and_nothing_is_lost() {
    let mut desk = Desk::new();
    let photo = desk.folder.path().join("photo.jpg");
    std::fs::write(&photo, b"\xff\xd8\xff\xe0\0\x10JFIF\0").unwrap();
    let folder = desk.folder.path().to_owned();
    for path in [photo, folder, "/dev/zero".into(), "/no/such/file.b".into()] {
        let before = desk.said().len();
        desk.act(Action::OpenRom(path.display().to_string()));
        desk.until(|desk| desk.said().len() > before || desk.said().len() == 3);
        let said = desk.said().pop().unwrap();
        assert!(said.contains("was not opened"), "{said}");
        let ids: Vec<u64> = desk.view().toasts.shown().map(|toast| toast.id).collect();
        let mut view = desk.app.world_mut().resource_mut::<View>();
        ids.into_iter().for_each(|id| view.toasts.dismiss(id));
    }
    assert_eq!((desk.name().as_str(), desk.shelf()), ("Pip", vec!["Pip".to_owned()]));
}

#[test]
fn a_saved_pet_is_dropped_on_the_window() {
    let mut desk = Desk::new();
    let home = desk.app.world().resource::<Home>().clone();
    let egg = desk.folder.path().join("friend.egg");
    let slug = desk.app.world().resource::<ShelfView>().current.clone().unwrap();
    home.dir().export(&slug, &egg).unwrap();
    let window = Entity::PLACEHOLDER;
    desk.app.world_mut().write_message(FileDragAndDrop::DroppedFile { window, path_buf: egg });
    desk.until(|desk| desk.shelf().len() == 2);
    assert!(desk.said().iter().any(|text| text.contains("came to the shelf")), "{:?}", desk.said());
}

#[test]
fn the_clock_is_set_by_presses() {
    let mut desk = Desk::new();
    for _ in 0..64 {
        desk.app.update();
    }
    desk.act(Action::Speed(64));
    desk.act(Action::SetClock);
    desk.until(|desk| desk.said().iter().any(|text| text.starts_with("The clock is set: ")));
}

#[test]
fn a_button_of_the_players_stops_setting_the_clock() {
    let mut desk = Desk::new();
    desk.act(Action::SetClock);
    let (toy, button) = (desk.toy, Button::A);
    desk.app.world_mut().write_message(Press { toy, button, down: true });
    desk.app.update();
    desk.app.update();
    assert_eq!(desk.said(), ["The clock was not set: a button was pressed."]);
}

#[test]
fn an_absence_is_asked_about_lived_and_told() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let before = |home: &Home| {
        let mut session = home.start(Request::default()).unwrap().session;
        session.machine.advance(60 * TICKS_PER_SECOND, &mut ());
        session.save().unwrap();
        let slug = session.slug().unwrap().clone();
        let mut envelope = home.dir().load(&slug).unwrap().envelope;
        let at = eggtooth_toy::now_millis() - 6 * 3_600_000;
        envelope.set_value(LEFT, &Left { tick: envelope.meta.tick, at }).unwrap();
        home.dir().save(&slug, &envelope).unwrap();
    };
    let mut desk = Desk::at(folder, Request::default(), before);
    assert!(desk.app.world().get::<Away>(desk.toy).unwrap().is_away());
    desk.act(Action::Decide(Choice::Live));
    desk.until(|desk| desk.view().told.is_some());
    let told = desk.view().told.clone().unwrap();
    assert_eq!(told.span, "6 hours");
    assert!(told.sentences[0].starts_with("Pip called "), "{told:?}");
    assert_eq!(desk.app.world().get::<Toy>(desk.toy).unwrap().0.choice(), Choice::Live);
    desk.act(Action::Choose(Choice::Hold));
    assert_eq!(desk.app.world().get::<Toy>(desk.toy).unwrap().0.choice(), Choice::Hold);
}

#[test]
fn a_recording_is_made_dropped_on_the_window_and_left() {
    let mut desk = Desk::new();
    desk.act(Action::Record(true));
    for _ in 0..64 {
        desk.app.update();
    }
    desk.act(Action::Record(false));
    let folder = desk.folder.path().join("data/recordings");
    let path = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!(desk.said(), [format!("The recording was saved as {}.", path.display())]);
    let lived = desk.app.world().get::<Toy>(desk.toy).unwrap().0.machine.tick();
    let window = Entity::PLACEHOLDER;
    desk.app.world_mut().write_message(FileDragAndDrop::DroppedFile { window, path_buf: path });
    desk.until(|desk| desk.app.world().get::<Tape>(desk.toy).unwrap().recording().is_some());
    desk.until(|desk| desk.said().iter().any(|text| text == "The recording has ended."));
    desk.act(Action::StopPlaying);
    assert!(desk.app.world().get::<Tape>(desk.toy).unwrap().recording().is_none());
    assert!(desk.app.world().get::<Toy>(desk.toy).unwrap().0.machine.tick() >= lived);
    assert_eq!(desk.shelf(), ["Pip"]);
}
