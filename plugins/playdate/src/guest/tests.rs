#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::message::SEATS;
use crate::text::{Look, Name};

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn profile(toy: &str) -> Profile {
    Profile { toy: Name::new(toy).unwrap(), look: Look::default(), worn: Vec::new() }
}

fn snapshot(sequence: u32) -> Snapshot {
    Snapshot { sequence, you: Seat::new(1).unwrap(), members: [const { None }; SEATS], touching: Vec::new() }
}

fn told(guest: &mut Guest, sequence: u32, now: u64) -> bool {
    !guest.receive(Message::Table(Box::new(snapshot(sequence))), s(now)).is_empty()
}

fn seated() -> Guest {
    let mut guest = Guest::new(profile("Toy"), s(0));
    assert_eq!(guest.connect(s(0)), [Effect::Send(Message::Sit(profile("Toy")))]);
    assert!(told(&mut guest, 7, 0));
    guest
}

#[test]
fn the_newest_table_counts() {
    let mut guest = seated();
    assert!(told(&mut guest, 9, 1) && !told(&mut guest, 8, 1) && told(&mut guest, 10, 1));
    guest.disconnect(s(2));
    guest.connect(s(3));
    // The host may have begun anew.
    assert!(told(&mut guest, 1, 3));
    assert_eq!(guest.snapshot().unwrap().sequence, 1);
}

#[test]
fn a_lost_line_is_made_again_for_half_a_minute() {
    let mut guest = seated();
    assert_eq!(guest.disconnect(s(5)), [Effect::Redial]);
    assert_eq!((guest.disconnect(s(6)), guest.standing()), (vec![], Standing::Waiting(s(5))));
    assert_eq!(guest.tick(s(34)), []);
    assert_eq!(guest.touch(Seat::HOST), []);
    guest.connect(s(34));
    assert!(told(&mut guest, 1, 34));
    guest.disconnect(s(40));
    assert_eq!(guest.tick(s(70)), [Effect::Over(Farewell::Lost)]);
    assert_eq!((guest.connect(s(71)), guest.leave()), (vec![], vec![]));
}

#[test]
fn a_host_that_says_nothing_is_late_or_never_was_there() {
    let mut guest = seated();
    assert_eq!(guest.tick(s(5)), [Effect::Send(Message::Beat)]);
    guest.tick(s(6));
    assert_eq!(guest.standing(), Standing::HostLate);
    guest.receive(Message::Beat, s(7));
    assert_eq!(guest.standing(), Standing::Seated);
    let mut guest = Guest::new(profile("Toy"), s(0));
    guest.connect(s(0));
    assert_eq!(guest.tick(s(30)), [Effect::Over(Farewell::Silent)]);
}

#[test]
fn the_end_is_told_once() {
    let mut guest = seated();
    assert_eq!(guest.receive(Message::Closed(Farewell::HostLeft), s(1)), [Effect::Over(Farewell::HostLeft)]);
    assert_eq!((guest.receive(Message::Beat, s(2)), guest.disconnect(s(2))), (vec![], vec![]));
    let mut guest = seated();
    assert_eq!(guest.leave(), [Effect::Send(Message::Leave), Effect::Over(Farewell::Left)]);
    let mut guest = seated();
    assert_eq!(guest.receive(Message::Part, s(1)), [Effect::Over(Farewell::Garbage)]);
    let mut guest = seated();
    assert_eq!(guest.garbage(), [Effect::Over(Farewell::Garbage)]);
}

#[test]
fn what_is_said_needs_a_seat() {
    let mut guest = Guest::new(profile("Toy"), s(0));
    guest.connect(s(0));
    assert_eq!((guest.emote(Emote::Wave), guest.part()), (vec![], vec![]));
    let mut guest = seated();
    assert_eq!(guest.emote(Emote::Wave), [Effect::Send(Message::Emote(Emote::Wave))]);
    assert_eq!(guest.set_profile(profile("Toy")), []);
    assert_eq!(guest.set_profile(profile("New")), [Effect::Send(Message::Look(profile("New")))]);
}
