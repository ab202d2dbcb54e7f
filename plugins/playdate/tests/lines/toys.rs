//! Real toys at the table: lines of bytes that are joined while the virtual toys touch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use eggtooth_playdate::bridge::{Friend, Guard, Off};
use eggtooth_playdate::message::Presence;
use eggtooth_playdate::net::{Command, Event, RealToy, RealToyEvent, RealToyState};
use eggtooth_prong::bridge::Guarding;
use eggtooth_prong::guard::RawPermit;
use eggtooth_prong::secret::Secret;
use eggtooth_prong::transport::memory::{self, Memory};
use eggtooth_prong::transport::{Arrival, Clock, Transport, TransportError};

use super::{House, LONG, Player, here, invite, seat};

fn raw() -> Arc<Guarding> {
    Arc::new(Guarding::Raw(RawPermit::confirmed(RawPermit::PHRASE).unwrap()))
}

/// Switches a toy on; the other end of its line.
fn switch_on(player: &Player, name: &str, guarding: Arc<Guarding>) -> Memory {
    let (near, far) = memory::pair(Clock::start());
    let open = Box::new(move |_| Ok(Box::new(near) as Box<dyn Transport>));
    assert!(player.handle.switch_on(RealToy { name: name.into(), guarding, open }));
    far
}

fn stands(player: &mut Player, state: RealToyState, words: &str) -> Option<Friend> {
    let end = Instant::now() + LONG;
    loop {
        let view = player.handle.real_toy();
        if view.state == state && view.words.contains(words) {
            return view.friend;
        }
        assert!(Instant::now() < end, "{state:?} {words:?} is not seen: {view:?}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Waits until so many bytes are counted.
fn passed(player: &Player, given: u64, sent: u64) {
    let end = Instant::now() + LONG;
    while (player.handle.real_toy().given, player.handle.real_toy().sent) != (given, sent) {
        assert!(Instant::now() < end, "{:?}", player.handle.real_toy());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// The next so many bytes.
fn read(line: &mut Memory, count: usize) -> Vec<u8> {
    let (mut got, end) = (Vec::new(), Instant::now() + LONG);
    while got.len() < count {
        if let Some(Arrival::Bytes { bytes, .. }) = line.next(std::time::Duration::from_millis(50)).unwrap() {
            got.extend(bytes);
        }
        assert!(Instant::now() < end, "only {} of {count} bytes came", got.len());
    }
    got
}

fn ask(one: &mut Memory, other: &mut Memory) {
    one.send(b"ECHO REQ\r\n").unwrap();
    assert_eq!(read(other, 10), b"ECHO REQ\r\n");
    other.send(b"ECHO REP\r\n").unwrap();
    assert_eq!(read(one, 10), b"ECHO REP\r\n");
}

#[test]
fn real_toys_are_joined_while_the_toys_touch_and_both_are_switched_on() {
    let house = House::new();
    let mut host = house.host();
    let mut guest = house.guest(1, invite(&host));
    guest.sees("the host", |view| here(view, 0));
    let mut ada = switch_on(&host, "Ada's port", Arc::new(Guarding::Secret(Arc::new(Secret::own()))));
    stands(&mut host, RealToyState::Apart, "hold the toys together");
    guest.does(Command::Touch(seat(0)));
    stands(&mut host, RealToyState::Waiting, "waiting for Bo's real toy: over there the real toy is switched off");
    let seen = stands(&mut guest, RealToyState::Off, "Ada's real toy is there, behind the flash guard");
    assert_eq!(seen, Some(Friend { seat: seat(0), toy: Ok(Guard::Secret) }));
    let mut bo = switch_on(&guest, "Bo's port", Arc::new(Guarding::Blind));
    stands(&mut guest, RealToyState::Joined, "Bo's port is joined with Ada's real toy");
    stands(&mut host, RealToyState::Joined, "there without the secret");
    ask(&mut ada, &mut bo);
    ask(&mut bo, &mut ada);
    // The pets do not mind.
    for player in [&mut host, &mut guest] {
        player.pet("the playdate", |event| {
            matches!(event, eggtooth_playdate::player::Event::Played { .. }).then_some(())
        });
    }
    ask(&mut ada, &mut bo);
    passed(&guest, 30, 30);
    // What nobody can read here is told here and there.
    bo.send(b"PKT 3\r\n").unwrap();
    assert_eq!(read(&mut bo, 5), b"CAN\r\n");
    let stopped = |event: &Event| match event {
        Event::RealToy(RealToyEvent::Stopped { by_friend, to_here, words }) => {
            Some((*by_friend, *to_here, words.clone()))
        }
        _ => None,
    };
    let (by_friend, to_here, words) = guest.told("the stop", stopped);
    assert!(!by_friend && !to_here && words.contains("a packet of 3 bytes does not pass"), "{words}");
    let (by_friend, to_here, words) = host.told("the stop", stopped);
    assert!(by_friend && to_here && words.contains("without the secret"), "{words}");
    // Switched off, and on again with the same friend.
    assert!(guest.handle.switch_off());
    stands(&mut guest, RealToyState::Off, "");
    assert_eq!(
        stands(&mut host, RealToyState::Waiting, "switched off"),
        Some(Friend { seat: seat(1), toy: Err(Off::Switched) })
    );
    drop(bo);
    let mut bo = switch_on(&guest, "Bo's port", Arc::new(Guarding::Blind));
    stands(&mut host, RealToyState::Joined, "");
    stands(&mut guest, RealToyState::Joined, "");
    ask(&mut bo, &mut ada);
    guest.does(Command::Part);
    stands(&mut host, RealToyState::Apart, "");
    stands(&mut guest, RealToyState::Apart, "");
    host.does(Command::Touch(seat(1)));
    stands(&mut host, RealToyState::Joined, "");
    stands(&mut guest, RealToyState::Joined, "");
    ask(&mut ada, &mut bo);
    let ends: Vec<_> = guest.events.iter().filter(|event| matches!(event, Event::Trouble(_))).collect();
    assert!(ends.is_empty(), "{ends:?}");
    guest.does(Command::Leave);
    guest.over();
    stands(&mut host, RealToyState::Apart, "");
    assert_eq!(guest.handle.real_toy().state, RealToyState::Off);
}

#[test]
fn two_guests_toys_are_joined_through_the_host_and_a_slow_one_slows_the_other() {
    let house = House::new();
    let mut host = house.host();
    let mut one = house.guest(1, invite(&host));
    host.sees("a guest", |view| here(view, 1));
    let mut two = house.guest(2, invite(&host));
    for guest in [&mut one, &mut two] {
        guest.sees("both", |view| here(view, 1) && here(view, 2));
    }
    let (mut bo, mut cy) = (switch_on(&one, "Bo's port", raw()), switch_on(&two, "Cy's port", raw()));
    one.does(Command::Touch(seat(2)));
    stands(&mut one, RealToyState::Joined, "behind nothing");
    stands(&mut two, RealToyState::Joined, "");
    ask(&mut bo, &mut cy);
    // Nobody reads at Cy's until Bo's toy is held up: everything between them is full then, and nothing is lost.
    let sent: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let count = Arc::new(AtomicU64::new(0));
    let (all, done) = (sent.clone(), count.clone());
    let sender = std::thread::spawn(move || {
        for piece in all.chunks(4000) {
            while let Err(error) = bo.send(piece) {
                assert!(matches!(error, TransportError::Clogged(_)), "{error}");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        bo
    });
    let end = Instant::now() + LONG;
    let mut before = (0, Instant::now());
    while before.0 == 0 || before.1.elapsed() < std::time::Duration::from_secs(3) {
        let now = count.load(Ordering::Relaxed);
        if now != before.0 {
            before = (now, Instant::now());
        }
        assert!(Instant::now() < end, "it is never held up");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(before.0 * 4000 < sent.len() as u64 / 2, "{before:?}");
    assert!(read(&mut cy, sent.len()) == sent);
    let mut bo = sender.join().unwrap();
    ask(&mut cy, &mut bo);
    passed(&two, sent.len() as u64 + 20, 20);
    // The switch is for this friend alone.
    one.does(Command::Part);
    stands(&mut one, RealToyState::Apart, "hold the toys");
    let _ada = switch_on(&host, "Ada's port", raw());
    one.does(Command::Touch(seat(0)));
    stands(&mut one, RealToyState::Apart, "for the friend whom the toy touched first");
    stands(&mut host, RealToyState::Refused, "there for somebody else");
    drop(one);
    host.sees("that Bo left", |view| {
        view.seats[1].as_ref().is_some_and(|seat| matches!(seat.presence, Presence::Gone(_)))
    });
    stands(&mut host, RealToyState::Apart, "");
}

#[test]
fn a_line_that_cannot_be_opened_or_is_lost_is_told() {
    let house = House::new();
    let mut host = house.host();
    let mut guest = house.guest(1, invite(&host));
    let open =
        Box::new(|_| Err(TransportError::Open { port: "/dev/none".into(), reason: "there is no such port".into() }));
    assert!(guest.handle.switch_on(RealToy { name: "Bo's port".into(), guarding: raw(), open }));
    stands(&mut guest, RealToyState::Failed, "there is no such port");
    let mut ada = switch_on(&host, "Ada's port", raw());
    let mut bo = switch_on(&guest, "Bo's port", raw());
    guest.sees("the host", |view| here(view, 0));
    guest.does(Command::Touch(seat(0)));
    stands(&mut host, RealToyState::Joined, "");
    stands(&mut guest, RealToyState::Joined, "");
    ask(&mut ada, &mut bo);
    // A line that comes back at once: both begin anew.
    bo.send(b"half a li").unwrap();
    assert!(bo.hang_up());
    stands(&mut guest, RealToyState::Joined, "");
    stands(&mut host, RealToyState::Joined, "");
    while matches!(bo.next(std::time::Duration::ZERO), Ok(Some(_))) {}
    let end = Instant::now() + LONG;
    // What is said while they are not joined again is lost.
    loop {
        ada.send(b"ECHO REQ\r\n").unwrap();
        if let Some(Arrival::Bytes { bytes, .. }) = bo.next(std::time::Duration::from_millis(200)).unwrap() {
            assert!(bytes.starts_with(b"ECHO REQ\r\n"), "{bytes:?}");
            break;
        }
        assert!(Instant::now() < end);
    }
    // And one that does not.
    drop(bo);
    stands(&mut guest, RealToyState::Failed, "Bo's port: the line is gone");
    let seen = stands(&mut host, RealToyState::Waiting, "switched off");
    assert_eq!(seen, Some(Friend { seat: seat(1), toy: Err(Off::Switched) }));
}
