#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::message::{Member, Presence, SEATS, Touching};
use crate::text::{Look, Name};

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn profile(toy: &str) -> Profile {
    Profile { toy: Name::new(toy).unwrap(), look: Look::default(), worn: Vec::new(), pet: 7 }
}

const ME: Key = [1; 32];
const HOST: Key = [9; 32];

fn seat(number: u8) -> Seat {
    Seat::new(number).unwrap()
}

fn snapshot(sequence: u32) -> Snapshot {
    let name = Name::new("Somebody").unwrap();
    let member = |key| Some(Member { key, name: name.clone(), profile: profile("Toy"), presence: Presence::Here });
    let mut members = [const { None }; SEATS];
    (members[0], members[1]) = (member(HOST), member(ME));
    Snapshot { sequence, you: seat(1), members, touching: Vec::new() }
}

fn told(guest: &mut Guest, sequence: u32, now: u64) -> bool {
    !guest.receive(Message::Table(Box::new(snapshot(sequence))), s(now)).is_empty()
}

fn seated() -> Guest {
    let mut guest = Guest::new(ME, profile("Toy"), s(0));
    assert_eq!(guest.connect(HOST, s(0)), [Effect::Send(Message::Sit(profile("Toy")))]);
    assert!(told(&mut guest, 7, 0));
    guest
}

#[test]
fn the_newest_table_counts() {
    let mut guest = seated();
    assert!(told(&mut guest, 9, 1) && !told(&mut guest, 8, 1) && told(&mut guest, 10, 1));
    guest.disconnect(s(2));
    guest.connect(HOST, s(3));
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
    guest.connect(HOST, s(34));
    assert!(told(&mut guest, 1, 34));
    guest.disconnect(s(40));
    assert_eq!(guest.tick(s(70)), [Effect::Over(Farewell::Lost)]);
    assert_eq!((guest.connect(HOST, s(71)), guest.leave()), (vec![], vec![]));
}

#[test]
fn a_host_that_says_nothing_is_late_or_never_was_there() {
    let mut guest = seated();
    assert_eq!(guest.tick(s(5)), [Effect::Send(Message::Beat)]);
    guest.tick(s(6));
    assert_eq!(guest.standing(), Standing::HostLate);
    guest.receive(Message::Beat, s(7));
    assert_eq!(guest.standing(), Standing::Seated);
    let mut guest = Guest::new(ME, profile("Toy"), s(0));
    // On a bad line the first call alone may take minutes.
    assert_eq!((guest.tick(s(200)), guest.standing()), (vec![], Standing::Joining));
    guest.connect(HOST, s(200));
    assert_eq!(guest.tick(s(230)), [Effect::Over(Farewell::Silent)]);
}

/// On a bad line the greeting may come too late, which is no reason to stay away.
#[test]
fn a_line_on_which_the_host_heard_nothing_in_time_is_made_again() {
    let mut guest = Guest::new(ME, profile("Toy"), s(0));
    let unheard = |guest: &mut Guest, now| {
        guest.connect(HOST, s(now));
        guest.receive(Message::Closed(Farewell::Silent), s(now + 5))
    };
    for round in 0..8 {
        assert_eq!(unheard(&mut guest, round * 10), []);
        assert_eq!(guest.disconnect(s(round * 10 + 6)), [Effect::Redial]);
    }
    guest.connect(HOST, s(90));
    assert!(told(&mut guest, 1, 91));
    guest.disconnect(s(92));
    // From here on it is counted anew, and not for ever.
    for round in 10..18 {
        assert_eq!(unheard(&mut guest, round * 10), []);
        guest.disconnect(s(round * 10 + 6));
    }
    assert_eq!(unheard(&mut guest, 180), [Effect::Over(Farewell::Silent)]);
    let mut guest = seated();
    assert_eq!(guest.receive(Message::Closed(Farewell::Silent), s(1)), [Effect::Over(Farewell::Silent)]);
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
    let mut guest = Guest::new(ME, profile("Toy"), s(0));
    guest.connect(HOST, s(0));
    assert_eq!((guest.emote(Emote::Wave), guest.part()), (vec![], vec![]));
    let mut guest = seated();
    assert_eq!(guest.emote(Emote::Wave), [Effect::Send(Message::Emote(Emote::Wave))]);
    assert_eq!(guest.set_profile(profile("Toy")), []);
    assert_eq!(guest.set_profile(profile("New")), [Effect::Send(Message::Look(profile("New")))]);
}

#[test]
fn a_host_that_lies_about_itself_or_the_table_is_left() {
    let name = Name::new("Somebody").unwrap();
    let member =
        |key: u8, presence| Some(Member { key: [key; 32], name: name.clone(), profile: profile("Toy"), presence });
    let pair = |opener, other| Touching { number: 1, opener: seat(opener), other: seat(other) };
    let lies: [(&str, &dyn Fn(&mut Snapshot)); 10] = [
        ("another host", &|table| table.members[0] = member(3, Presence::Here)),
        ("no host", &|table| table.members[0] = None),
        ("the reader as host", &|table| table.you = Seat::HOST),
        ("the reader elsewhere", &|table| table.you = seat(2)),
        ("the reader as another", &|table| table.members[1] = member(3, Presence::Here)),
        ("the reader gone", &|table| table.members[1] = member(1, Presence::Gone(Farewell::Lost))),
        ("somebody twice", &|table| table.members[2] = member(1, Presence::Gone(Farewell::Lost))),
        ("a toy that touches itself", &|table| table.touching = vec![pair(1, 1)]),
        ("one that touches two", &|table| {
            table.members[2] = member(3, Presence::Here);
            table.touching = vec![pair(1, 0), pair(2, 1)];
        }),
        ("one that touches nobody", &|table| table.touching = vec![pair(1, 3)]),
    ];
    for (what, lie) in lies {
        let (mut guest, mut table) = (seated(), snapshot(8));
        lie(&mut table);
        let effects = guest.receive(Message::Table(Box::new(table)), s(1));
        assert_eq!(effects, [Effect::Over(Farewell::Garbage)], "{what}");
    }
}

#[test]
fn a_host_that_floods_is_left() {
    let mut guest = seated();
    let flood = (0..10_000).find(|_| !guest.receive(Message::Beat, s(1)).is_empty());
    assert_eq!((flood, guest.standing()), (Some(640), Standing::Over(Farewell::TooMuch)));
    let mut guest = seated();
    for second in 0..60 {
        assert!((0..120).all(|_| guest.receive(Message::Beat, s(second)).is_empty()));
    }
}
