//! Absences of Pip, lived in chunks: the same pet as in one go, and what is told of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{
    Account, CHUNK, CatchUp, Choice, Home, LEFT, Left, Machine, Request, Session, TICKS_PER_SECOND as SECOND, Watch,
    pip, pip_symbols,
};
use std::time::Duration;

const HOUR: u64 = 3600 * SECOND;

fn hatchling() -> Machine {
    let mut machine = Machine::new(&pip().unwrap());
    machine.advance(60 * SECOND, &mut ());
    machine
}

/// Lives `ticks` in chunks of `budget`, and owes half of them only on the way; what its memory means is
/// known as Pip's.
fn live(machine: &mut Machine, ticks: u64, budget: impl FnMut() -> u64) -> (Account, Vec<String>) {
    live_as(machine, ticks, budget, Watch::of_pip())
}

fn live_as(machine: &mut Machine, ticks: u64, mut budget: impl FnMut() -> u64, watch: Watch) -> (Account, Vec<String>) {
    let start = machine.tick();
    let mut catch_up = CatchUp::new(machine, start, ticks / 2, watch);
    catch_up.advance(machine, budget());
    catch_up.owe(ticks - ticks / 2);
    while !catch_up.advance(machine, budget()) {}
    assert_eq!((catch_up.progress().lived, catch_up.progress().total), (ticks, ticks));
    assert_eq!((catch_up.progress().fraction(), catch_up.rest()), (1.0, Duration::ZERO));
    catch_up.finish(machine, "Pip")
}

#[test]
fn chunks_change_neither_the_pet_nor_the_account() {
    let ticks = 6 * HOUR + 4321;
    let mut whole = hatchling();
    let mut small = whole.clone();
    let mut odd = whole.clone();
    let mut plain = whole.clone();
    let account = live(&mut whole, ticks, || u64::MAX);
    assert_eq!(live(&mut small, ticks, || CHUNK), account);
    let mut n = 0;
    let mut uneven = || {
        n += 1;
        1 + n * 7919 % 1_000_003
    };
    assert_eq!(live(&mut odd, ticks, &mut uneven), account);
    plain.advance(plain.tick() + ticks, &mut ());
    for other in [&small, &odd, &plain] {
        assert!(other.state() == whole.state());
    }
}

#[test]
fn pip_alone_for_six_hours() {
    let mut machine = hatchling();
    let (account, sentences) = live(&mut machine, 6 * HOUR, || CHUNK);
    let read = |name: &str| machine.peek(pip_symbols().ram[name].address);
    assert!(account.labelled && account.calls.count >= 3 && account.meals == 0 && account.hungrier);
    assert_eq!(account.messes, u64::from(read("mess")));
    assert_eq!(
        account.calls.given_up,
        u64::from(read("care_miss") + 10 * machine.peek(pip_symbols().ram["care_miss"].address + 1))
    );
    assert_eq!((account.hungry, read("hunger")), (true, 0));
    let first = &sentences[0];
    assert!(first.starts_with("Pip called ") && first.contains("fed by nobody") && first.contains("mess"), "{first}");
    println!("{}", sentences.join(" "));
}

#[test]
fn pip_hatches_sleeps_and_wakes() {
    let mut egg = Machine::new(&pip().unwrap());
    let (account, sentences) = live(&mut egg, 60 * SECOND, || CHUNK);
    assert_eq!(account.growth.iter().map(|(_, stage)| *stage).collect::<Vec<_>>(), [1]);
    assert!(!account.hungry && account.meals == 0, "{account:?}");
    assert_eq!(sentences, ["Pip hatched."]);
    let (account, _) = live(&mut egg, 24 * HOUR, || CHUNK);
    assert_eq!((account.sleeps, account.asleep), (1, false));
    let before = egg.clone();
    let (account, sentences) = live(&mut egg, SECOND, || CHUNK);
    assert_eq!((account.calls.count, sentences), (0, vec!["Nothing happened.".to_owned()]));
    assert!(before.state() != egg.state());
}

#[test]
fn a_rom_without_names_is_told_by_its_icon_and_its_sound() {
    // Pip with one word changed that is never reached: its memory is not known to mean the same.
    let mut words = pip().unwrap().words.to_vec();
    let end = words.len() - 1;
    words[end] ^= 0x555;
    let cartridge = Cartridge::from_words(&words).unwrap();
    let mut machine = Machine::new(&cartridge);
    let watch = Watch::of(&cartridge, None);
    assert!(watch.is_empty());
    machine.advance(60 * SECOND, &mut ());
    let mut twin = hatchling();
    let (account, sentences) = live_as(&mut machine, 6 * HOUR, || CHUNK, watch);
    let (known, _) = live(&mut twin, 6 * HOUR, || CHUNK);
    assert!(!account.labelled && account.tunes > 0);
    assert_eq!(account.calls.count, known.calls.count, "the icon says what the memory says");
    assert_eq!((account.tunes, account.messes), (known.tunes, 0));
    assert!(sentences[0].contains("called") && sentences[0].contains("beeped"), "{sentences:?}");
}

#[test]
fn cancelling_keeps_what_was_lived() {
    let mut machine = hatchling();
    let start = machine.tick();
    let mut catch_up = CatchUp::new(&machine, start, 10 * HOUR, Watch::of_pip());
    assert!(!catch_up.advance(&mut machine, HOUR));
    assert_eq!((catch_up.now(), catch_up.rest()), (start + HOUR, Duration::from_secs(9 * 3600)));
    assert_eq!(catch_up.progress().left(Duration::from_secs(2)), Some(Duration::from_secs(18)));
    let (account, _) = catch_up.finish(&machine, "Pip");
    let mut plain = hatchling();
    plain.advance(start + HOUR, &mut ());
    assert!(plain.state() == machine.state());
    assert_eq!(account.lived, start + HOUR - start);
}

/// A pet whose save says that it was left `ago`.
fn left(home: &Home, ago: Duration) -> Session {
    let entry = home.dir().list().unwrap().remove(0);
    let mut envelope = home.dir().load(&entry.slug).unwrap().envelope;
    let at = eggtooth_toy::now_millis() - ago.as_millis() as u64;
    envelope.set_value(LEFT, &Left { tick: envelope.meta.tick, at }).unwrap();
    home.dir().save(&entry.slug, &envelope).unwrap();
    home.start(Request::default()).unwrap().session
}

#[test]
fn an_absence_survives_until_somebody_decides() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().join("data"))).unwrap();
    let mut session = home.start(Request::default()).unwrap().session;
    assert!(!session.was_away(), "it has just been hatched");
    session.machine.advance(SECOND, &mut ());
    session.save().unwrap();
    drop(session);
    let day = Duration::from_secs(86_400);
    let near = |time: Duration, wanted: Duration| time >= wanted && time < wanted + Duration::from_secs(30);

    // Closed before anybody was asked; closed while being asked; closed with half of it lived.
    let mut session = left(&home, day);
    session.save().unwrap();
    drop(session);
    let mut session = home.start(Request::default()).unwrap().session;
    let absence = session.take_absence(eggtooth_toy::now_millis());
    assert!(near(absence.time, day), "{absence:?}");
    session.save().unwrap();
    drop(session);
    let mut session = home.start(Request::default()).unwrap().session;
    assert!(near(session.take_absence(eggtooth_toy::now_millis()).time, day));
    session.machine.advance(session.machine.tick() + HOUR, &mut ());
    session.set_behind(day / 2);
    session.save().unwrap();
    drop(session);
    let mut session = home.start(Request::default()).unwrap().session;
    assert!(near(session.take_absence(eggtooth_toy::now_millis()).time, day / 2));
    // Decided: nothing is owed any more.
    session.set_behind(Duration::ZERO);
    session.set_choice(Choice::Hold).unwrap();
    session.save().unwrap();
    drop(session);
    let mut session = home.start(Request::default()).unwrap().session;
    assert_eq!(session.choice(), Choice::Hold);
    assert!(near(session.take_absence(eggtooth_toy::now_millis()).time, Duration::ZERO));
}

#[test]
fn a_symbol_file_in_the_data_folder_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().join("data"))).unwrap();
    let mut words = pip().unwrap().words.to_vec();
    words[6143] ^= 0x555;
    let cartridge = Cartridge::from_words(&words).unwrap();
    let short: String = cartridge.identity.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let symbols = home.dir().path().join("symbols");
    std::fs::create_dir(&symbols).unwrap();
    let request = Request { rom: Some(cartridge), ..Request::default() };
    assert!(home.start(request.clone()).unwrap().session.watch().is_empty());
    std::fs::write(symbols.join(format!("{short}.sym")), "ram 031 1 mess\n").unwrap();
    assert!(!home.start(request.clone()).unwrap().session.watch().is_empty());
    std::fs::remove_file(symbols.join(format!("{short}.sym"))).unwrap();
    std::fs::create_dir(symbols.join(format!("{short}.sym"))).unwrap();
    assert!(home.start(request).unwrap().session.watch().is_empty());
}
