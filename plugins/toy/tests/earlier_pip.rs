//! A pet that hatched on the firmware before lives on it, also where its ROM is in no store.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_cartridge::Cartridge;
use eggtooth_toy::pip_clock::{PipClock, Places};
use eggtooth_toy::{Home, Machine, Recording, Request, TICKS_PER_SECOND as SECOND, Watch, is_pip, pip};

fn earlier() -> Cartridge {
    Cartridge::from_bytes(None, include_bytes!("../../../assets/firmware/pip/earlier/pip-1.rom")).unwrap()
}

#[test]
fn it_is_found_by_its_hash_and_a_new_egg_is_of_today() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().join("data"))).unwrap();
    let mut session = home.hatch(Some(earlier()), Some("Old".into())).unwrap();
    session.machine.advance(130 * SECOND, &mut ());
    session.save().unwrap();
    let state = session.machine.state().clone();
    drop(session);
    for rom in std::fs::read_dir(home.dir().path().join("roms")).unwrap() {
        std::fs::remove_file(rom.unwrap().path()).unwrap();
    }
    assert!(home.dir().rom(&earlier().identity).is_err());

    let mut old = home.start(Request { toy: Some("Old".into()), ..Request::default() }).unwrap().session;
    assert!(old.machine.state() == &state && old.machine.identity() == &earlier().identity);
    // What is known of Pip is known of it, and it is the same life as without the shelf.
    assert!(is_pip(old.machine.identity()) && *old.watch() == Watch::of_pip());
    assert_eq!(PipClock::read(&old.machine, &Places::of_pip().unwrap()).minutes, 2);
    let mut lived = Machine::new(&earlier());
    lived.advance(130 * SECOND, &mut ());
    old.machine.advance(3600 * SECOND, &mut ());
    lived.advance(3600 * SECOND, &mut ());
    assert!(old.machine.state() == lived.state());
    drop(old);

    let new = home.start(Request { toy: Some("New".into()), ..Request::default() }).unwrap().session;
    assert_eq!(new.machine.identity(), &pip().unwrap().identity);
    assert_ne!(new.machine.identity(), &earlier().identity);
}

#[test]
fn its_recordings_are_played_without_a_store() {
    let mut machine = Machine::new(&earlier());
    machine.record("Old").unwrap();
    machine.advance(100 * SECOND, &mut ());
    let recording = machine.stop_recording().unwrap().unwrap();
    let read = Recording::from_bytes(&recording.to_bytes().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().join("data"))).unwrap();
    let mut played = home.play(&read).unwrap();
    played.machine.advance(read.end(), &mut ());
    assert_eq!(played.machine.state_hash().unwrap(), *read.hash());
}
