//! The Bevy face, driven by hand: steps, presses, edges, shelf, saves.
#![cfg(feature = "bevy")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bevy_app::{App, AppExit};
use bevy_ecs::prelude::*;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::face::{
    Clock, LcdFrame, Notice, Pace, PetCalled, Press, STEP, ShelfCommand, ShelfView, Shown, Toy, ToyEdge, ToyPlugin,
    ToySwapped,
};
use eggtooth_toy::{Button, Edge, Home, Request};

/// A program that lights the attention icon and sounds while button A is down.
fn beeper() -> Cartridge {
    let mut words = vec![0xFFB; 6144];
    let program = [
        0xE08, 0xEC2, // LD A,8 (a filler the loop returns behind)
        0xE0F, 0xE80, 0xE00, 0xB71, 0xEC8, // LD A,F; LD XP,A; LD A,0; LD X,71; LD MX,A: LCD on
        0xB40, 0xEC2, 0xC84, 0x71F, // loop: LD X,40; LD A,MX; AND A,4; JP NZ,released
        0xB54, 0xE27, 0xE0E, 0xE80, 0xBB9, 0xE28, // LD X,54; LD MX,7; LD A,E; LD XP,A; LD X,B9; LD MX,8
        0xE0F, 0xE80, 0x017, // LD A,F; LD XP,A; JP loop
    ];
    words[0x100] = 0x010;
    words[0x110..0x110 + program.len()].copy_from_slice(&program);
    let released = [0xB54, 0xE2F, 0xE0E, 0xE80, 0xBB9, 0xE20, 0xE0F, 0xE80, 0x017];
    words[0x110 + program.len()..][..released.len()].copy_from_slice(&released);
    // Labels by hand: the loop starts at step 17, `released` behind the program.
    words[0x11A] = 0x700 | (0x10 + program.len() as u16);
    Cartridge::from_words(&words).unwrap()
}

struct Table {
    app: App,
    toy: Entity,
    _folder: tempfile::TempDir,
}

impl Table {
    fn new() -> Table {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        let request = Request { rom: Some(beeper()), rom_name: Some("Beeper".into()), toy: None };
        let session = home.start(request).unwrap().session;
        let mut app = App::new();
        app.add_plugins((TimePlugin, ToyPlugin))
            .insert_resource(TimeUpdateStrategy::FixedTimesteps(1))
            .insert_resource(home);
        let toy = app.world_mut().spawn((Toy(session), Shown)).id();
        app.finish();
        app.cleanup();
        app.update();
        Table { app, toy, _folder: folder }
    }

    fn steps(&mut self, count: u32) {
        for _ in 0..count {
            self.app.update();
        }
    }

    fn press(&mut self, down: bool) {
        let press = Press { toy: self.toy, button: Button::A, down };
        self.app.world_mut().write_message(press);
    }

    fn get<T: Component + Clone>(&self) -> T {
        self.app.world().get::<T>(self.toy).unwrap().clone()
    }

    fn tick(&self) -> u64 {
        self.app.world().get::<Toy>(self.toy).unwrap().0.machine.tick()
    }

    fn taken<M: Message>(&mut self) -> Vec<M> {
        self.app.world_mut().resource_mut::<Messages<M>>().drain().collect()
    }
}

#[test]
fn a_fixed_step_is_512_ticks_and_overshoot_is_carried() {
    let mut table = Table::new();
    table.steps(1000);
    assert_eq!(table.get::<Clock>(), Clock(1000 * STEP));
    assert!((1000 * STEP..1000 * STEP + 12).contains(&table.tick()));
}

#[test]
fn a_tap_shorter_than_a_frame_sounds_and_shows_and_its_edges_are_in_order() {
    let mut table = Table::new();
    table.steps(2);
    table.press(true);
    table.press(false);
    table.steps(1);
    assert_eq!(table.get::<LcdFrame>().0.icons, 1 << 7);
    assert_eq!(table.taken::<PetCalled>().len(), 1);
    let mut edges = table.taken::<ToyEdge>();
    for _ in 0..20 {
        table.steps(1);
        edges.extend(table.taken::<ToyEdge>());
    }
    assert_eq!(table.get::<LcdFrame>().0.icons, 0);
    assert!(edges.is_sorted_by_key(|edge| edge.tick));
    let tones: Vec<bool> = edges.iter().map(|edge| matches!(edge.edge, Edge::Tone(Some(_)))).collect();
    assert!(tones.starts_with(&[true]) && tones.ends_with(&[false]), "{tones:?}");
}

#[test]
fn pause_stops_time_and_fast_forward_stops_when_the_pet_calls() {
    let mut table = Table::new();
    table.app.world_mut().get_mut::<Pace>(table.toy).unwrap().paused = true;
    let before = table.tick();
    table.steps(10);
    assert_eq!(table.tick(), before);
    *table.app.world_mut().get_mut::<Pace>(table.toy).unwrap() = Pace { fast_forward: true, ..Pace::default() };
    table.steps(3);
    assert!(table.tick() > before + 3 * 500 * STEP);
    table.press(true);
    table.steps(1);
    assert!(!table.get::<Pace>().fast_forward);
}

#[test]
fn the_shelf_switches_renames_retires_and_brings_back() {
    let mut table = Table::new();
    table.steps(64);
    let lived = table.tick();
    table
        .app
        .world_mut()
        .write_message(ShelfCommand::New { name: Some("Second".into()), rom: Some(Box::new(beeper())) });
    table.steps(1);
    assert_eq!(table.taken::<ToySwapped>().len(), 1);
    assert!(table.tick() < lived);
    let first = {
        let view = table.app.world().resource::<ShelfView>();
        assert_eq!(view.toys.iter().map(|toy| toy.name()).collect::<Vec<_>>(), ["Beeper", "Second"]);
        view.toys[0].slug.clone()
    };
    table.app.world_mut().write_message(ShelfCommand::Open(first.clone()));
    table.steps(1);
    assert!((lived..=lived + 2 * STEP).contains(&table.tick()), "{} {lived}", table.tick());
    table.app.world_mut().write_message(ShelfCommand::Rename(first.clone(), "First".into()));
    table.app.world_mut().write_message(ShelfCommand::Retire(first.clone()));
    table.steps(1);
    let retired = {
        let view = table.app.world().resource::<ShelfView>();
        assert_eq!(view.toys.iter().map(|toy| toy.name()).collect::<Vec<_>>(), ["Second"]);
        assert_eq!(view.current, Some(view.toys[0].slug.clone()));
        view.retired[0].slug.clone()
    };
    table.app.world_mut().write_message(ShelfCommand::Restore(retired));
    table.steps(1);
    assert_eq!(table.app.world().resource::<ShelfView>().toys.len(), 2);
    assert!(table.taken::<Notice>().is_empty());
}

#[test]
fn leaving_saves_to_the_tick() {
    let mut table = Table::new();
    table.steps(100);
    let lived = table.tick();
    table.app.world_mut().write_message(AppExit::Success);
    table.app.world_mut().get_mut::<Pace>(table.toy).unwrap().paused = true;
    table.steps(1);
    let home = table.app.world().resource::<Home>().clone();
    let entry = home.dir().find("Beeper").unwrap();
    assert_eq!(entry.meta.unwrap().tick, lived);
}

#[test]
fn a_program_that_changes_nothing_is_quiet_until_somebody_presses() {
    let mut table = Table::new();
    table.steps(70);
    let quiet = |table: &Table| table.app.world().resource::<eggtooth_toy::face::Quiet>().0.as_millis();
    assert_eq!(quiet(&table), 1000);
    table.press(true);
    table.press(false);
    table.steps(1);
    assert_eq!(quiet(&table), 0);
}

#[test]
fn a_press_that_ends_a_sleep_comes_after_what_was_slept() {
    let mut table = Table::new();
    table.steps(2);
    table.taken::<ToyEdge>();
    table.app.insert_resource(TimeUpdateStrategy::FixedTimesteps(16));
    let before = table.get::<Clock>().0;
    table.press(true);
    table.press(false);
    table.steps(1);
    let first = table.taken::<ToyEdge>().into_iter().map(|edge| edge.tick).min().unwrap();
    assert!(first >= before + 14 * STEP, "pressed at {first}, slept from {before}");
}
