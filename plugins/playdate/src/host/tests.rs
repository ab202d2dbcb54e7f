#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::message::GiftId;
use crate::text::Look;
use eggtooth_livelink::{Lcd, Tone};

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn profile(toy: &str) -> Profile {
    Profile { toy: Name::new(toy).unwrap(), look: Look::default(), worn: Vec::new(), pet: 7 }
}

fn seat(number: u8) -> Seat {
    Seat::new(number).unwrap()
}

fn table() -> Host {
    Host::new([9; 32], Name::new("Host").unwrap(), profile("Pip"), s(0))
}

/// A guest sits down on a line of the same number as its key.
fn sits(host: &mut Host, line: LineId, now: u64) -> Vec<Effect> {
    let name = Name::new(&format!("guest {line}")).unwrap();
    assert_eq!(host.connect(line, [line as u8; 32], name, s(now)), []);
    host.receive(line, Message::Sit(profile("Toy")), s(now))
}

fn says(host: &mut Host, line: LineId, message: Message, now: u64) -> Vec<Effect> {
    host.receive(line, message, s(now))
}

fn presence(host: &Host, number: u8) -> Option<Presence> {
    host.snapshot(Seat::HOST).member(seat(number)).map(|member| member.presence)
}

fn closes(effects: &[Effect], line: LineId, farewell: Farewell) -> bool {
    effects.contains(&Effect::Send(line, Message::Closed(farewell))) && effects.contains(&Effect::Close(line, farewell))
}

#[test]
fn three_guests_sit_and_a_fourth_does_not() {
    let mut host = table();
    for line in 1..=3 {
        let effects = sits(&mut host, line, 0);
        // Everybody who sits is told, each with their own seat; and the host itself.
        assert_eq!(effects.len(), line as usize + 1);
        for effect in &effects {
            match effect {
                Effect::Send(to, Message::Table(snapshot)) => assert_eq!(snapshot.you, seat(*to as u8)),
                Effect::Table(snapshot) => assert_eq!(snapshot.you, Seat::HOST),
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(closes(&sits(&mut host, 4, 0), 4, Farewell::Full));
    // Who has left makes room, and the seat is known as theirs until then.
    let effects = says(&mut host, 2, Message::Leave, 1);
    assert!(effects.contains(&Effect::Close(2, Farewell::Left)));
    assert_eq!(presence(&host, 2), Some(Presence::Gone(Farewell::Left)));
    sits(&mut host, 5, 2);
    assert_eq!(host.snapshot(Seat::HOST).member(seat(2)).unwrap().key, [5; 32]);
}

#[test]
fn a_lost_line_keeps_its_seat_for_half_a_minute() {
    let mut host = table();
    sits(&mut host, 1, 0);
    host.disconnect(1, s(10));
    assert_eq!(presence(&host, 1), Some(Presence::Waiting));
    host.tick(s(39));
    assert_eq!(presence(&host, 1), Some(Presence::Waiting));
    host.connect(8, [1; 32], Name::new("guest 1").unwrap(), s(39));
    host.receive(8, Message::Sit(profile("Toy")), s(39));
    assert_eq!(presence(&host, 1), Some(Presence::Here));
    host.disconnect(8, s(50));
    host.tick(s(80));
    assert_eq!(presence(&host, 1), Some(Presence::Gone(Farewell::Lost)));
}

#[test]
fn who_comes_back_before_the_old_line_is_known_to_be_lost_takes_its_place() {
    let mut host = table();
    sits(&mut host, 1, 0);
    host.connect(8, [1; 32], Name::new("again").unwrap(), s(3));
    let effects = host.receive(8, Message::Sit(profile("Toy")), s(3));
    assert!(closes(&effects, 1, Farewell::Replaced));
    assert_eq!(host.disconnect(1, s(4)), []);
    let member = host.snapshot(Seat::HOST).member(seat(1)).cloned().unwrap();
    assert_eq!((member.presence, member.name.as_str()), (Presence::Here, "again"));
    assert!(closes(&host.connect(9, [9; 32], Name::new("me").unwrap(), s(5)), 9, Farewell::Replaced));
}

#[test]
fn silence_is_lateness_and_any_word_ends_it() {
    let mut host = table();
    sits(&mut host, 1, 0);
    host.tick(s(5));
    assert_eq!(presence(&host, 1), Some(Presence::Here));
    host.tick(s(6));
    assert_eq!(presence(&host, 1), Some(Presence::Late));
    says(&mut host, 1, Message::Beat, 7);
    assert_eq!(presence(&host, 1), Some(Presence::Here));
    host.tick(s(13));
    let (lcd, tone) = (Lcd::BLANK, Tone::SILENT);
    let frame = Frame { seat: seat(3), sequence: 1, tick: 1, lcd, contrast: 8, tone };
    host.datagram(1, &frame.encode(), s(14));
    assert_eq!(presence(&host, 1), Some(Presence::Here));
    // Whatever it says, it is its own picture.
    assert!(host.album().latest(seat(1)).is_some() && host.album().latest(seat(3)).is_none());
}

#[test]
fn a_line_that_says_nothing_or_nonsense_is_closed() {
    let mut host = table();
    host.connect(1, [1; 32], Name::new("a").unwrap(), s(0));
    assert_eq!(host.tick(s(4)), []);
    assert!(closes(&host.tick(s(5)), 1, Farewell::Silent));
    host.connect(2, [2; 32], Name::new("b").unwrap(), s(5));
    assert!(closes(&says(&mut host, 2, Message::Beat, 5), 2, Farewell::Garbage));
    sits(&mut host, 3, 5);
    assert!(closes(&says(&mut host, 3, Message::Sit(profile("x")), 6), 3, Farewell::Garbage));
    sits(&mut host, 4, 5);
    assert!(closes(&host.garbage(4), 4, Farewell::Garbage));
    assert_eq!(host.receive(4, Message::Beat, s(6)), []);
    for line in 10..10 + LINES as u64 {
        host.connect(line, [line as u8; 32], Name::new("c").unwrap(), s(6));
    }
    assert!(closes(&host.connect(30, [30; 32], Name::new("d").unwrap(), s(6)), 30, Farewell::Full));
}

#[test]
fn too_much_is_too_much() {
    let mut host = table();
    sits(&mut host, 1, 0);
    let many = (0..200).map(|_| says(&mut host, 1, Message::Beat, 0)).position(|effects| !effects.is_empty());
    assert_eq!(many, Some(72));
    assert_eq!(presence(&host, 1), Some(Presence::Gone(Farewell::TooMuch)));
    sits(&mut host, 2, 0);
    sits(&mut host, 3, 0);
    // Pictures beyond thirty a second are dropped, and nobody is sent away for them.
    let sent = (1..200_u32).filter(|sequence| {
        let (lcd, tone) = (Lcd::BLANK, Tone::SILENT);
        let frame = Frame { seat: Seat::HOST, sequence: *sequence, tick: 1, lcd, contrast: 8, tone };
        host.datagram(2, &frame.encode(), s(0)).iter().any(|effect| matches!(effect, Effect::Datagram(3, _)))
    });
    assert_eq!(sent.count(), 30);
    assert_eq!(host.datagram(2, b"what", s(0)), []);
}

#[test]
fn toys_touch_in_pairs() {
    let mut host = table();
    (1..=3).for_each(|line| drop(sits(&mut host, line, 0)));
    says(&mut host, 1, Message::Touch(seat(2)), 1);
    let pair = host.snapshot(Seat::HOST).touching(seat(2)).unwrap();
    assert_eq!((pair.number, pair.opener, pair.other), (1, seat(1), seat(2)));
    // Nobody else comes between, and nobody touches itself or an empty seat.
    for (line, to) in [(3, 1), (2, 3), (3, 3)] {
        assert_eq!(says(&mut host, line, Message::Touch(seat(to)), 1), []);
    }
    assert_eq!(host.route(1, seat(2), 1), Some(Route::Line(2, seat(1))));
    assert_eq!(host.route(2, seat(1), 1), Some(Route::Line(1, seat(2))));
    for (line, to, number) in [(1, 2, 2), (1, 3, 1), (3, 1, 1), (1, 0, 1), (7, 1, 1)] {
        assert_eq!(host.route(line, seat(to), number), None);
    }
    host.own_touch(seat(3), s(1));
    assert_eq!(host.route(3, Seat::HOST, 2), Some(Route::Own(seat(3))));
    says(&mut host, 2, Message::Part, 2);
    assert_eq!(host.route(1, seat(2), 1), None);
    host.disconnect(3, s(3));
    assert_eq!(host.snapshot(Seat::HOST).touching, []);
    assert_eq!(host.own_touch(seat(3), s(1)), []);
}

#[test]
fn words_go_to_one_and_gestures_to_all() {
    let mut host = table();
    (1..=2).for_each(|line| drop(sits(&mut host, line, 0)));
    let whisper = Whisper::Expecting(GiftId([3; 16]));
    let to = |number| Message::To(seat(number), whisper.clone());
    assert_eq!(says(&mut host, 1, to(2), 0), [Effect::Send(2, Message::From(seat(1), whisper.clone()))]);
    assert_eq!(says(&mut host, 1, to(0), 0), [Effect::Heard(seat(1), whisper.clone())]);
    assert_eq!(says(&mut host, 1, to(1), 0), []);
    assert_eq!(says(&mut host, 1, to(3), 0), []);
    let wave = says(&mut host, 1, Message::Emote(Emote::Wave), 0);
    let told = Effect::Send(2, Message::Emoted(seat(1), Emote::Wave));
    assert_eq!(wave, [told, Effect::Emoted(seat(1), Emote::Wave)]);
    let changed = says(&mut host, 2, Message::Look(profile("New")), 0);
    assert_eq!(changed.len(), 3);
    assert_eq!(says(&mut host, 2, Message::Look(profile("New")), 0), []);
}

#[test]
fn who_is_asked_to_leave_does_not_come_back() {
    let mut host = table();
    sits(&mut host, 1, 0);
    assert!(closes(&host.kick(seat(1)), 1, Farewell::Kicked));
    assert!(closes(&host.connect(2, [1; 32], Name::new("a").unwrap(), s(1)), 2, Farewell::Kicked));
    sits(&mut host, 3, 1);
    assert!(closes(&host.end(), 3, Farewell::HostLeft));
    assert!(closes(&host.connect(4, [4; 32], Name::new("a").unwrap(), s(1)), 4, Farewell::HostLeft));
}

#[test]
fn hearts_beat_every_two_seconds() {
    let mut host = table();
    sits(&mut host, 1, 0);
    let beats: usize = (0..20).map(|half| host.tick(Duration::from_millis(half * 500)).len()).sum();
    // And one change, to late.
    assert_eq!(beats, 4 + 2);
}

#[test]
fn who_was_parted_from_again_and_again_keeps_away() {
    let mut host = table();
    (1..=3).for_each(|line| drop(sits(&mut host, line, 0)));
    let pairs =
        |host: &Host| host.snapshot(Seat::HOST).touching.iter().map(|p| (p.opener, p.other)).collect::<Vec<_>>();
    for second in 1..=3 {
        assert_ne!(says(&mut host, 1, Message::Touch(seat(2)), second), []);
        says(&mut host, 2, Message::Part, second);
    }
    assert_eq!(says(&mut host, 1, Message::Touch(seat(2)), 12), []);
    // Others it may touch, and the other may come itself.
    says(&mut host, 1, Message::Touch(Seat::HOST), 12);
    assert_eq!(pairs(&host), [(seat(1), Seat::HOST)]);
    host.own_part(s(12));
    says(&mut host, 2, Message::Touch(seat(1)), 12);
    assert_eq!(pairs(&host), [(seat(2), seat(1))]);
    says(&mut host, 1, Message::Part, 12);
    says(&mut host, 1, Message::Touch(seat(2)), 13);
    assert_eq!(pairs(&host), [(seat(1), seat(2))]);
}

#[test]
fn one_player_has_one_line_that_says_nothing() {
    let mut host = table();
    sits(&mut host, 1, 0);
    for line in 20..100 {
        let effects = host.connect(line, [1; 32], Name::new("many").unwrap(), s(0));
        assert_eq!(closes(&effects, line - 1, Farewell::Replaced), line > 20);
    }
    // The seat is not lost by it, and others come in.
    assert_eq!(presence(&host, 1), Some(Presence::Here));
    sits(&mut host, 2, 0);
    assert_eq!(presence(&host, 2), Some(Presence::Here));
}

#[test]
fn who_is_no_longer_welcome_goes_from_wherever_it_is() {
    let mut host = table();
    (1..=2).for_each(|line| drop(sits(&mut host, line, 0)));
    host.connect(7, [1; 32], Name::new("again").unwrap(), s(0));
    let effects = host.expel([1; 32]);
    assert!(closes(&effects, 1, Farewell::Kicked) && closes(&effects, 7, Farewell::Kicked));
    assert_eq!(presence(&host, 1), Some(Presence::Gone(Farewell::Kicked)));
    host.disconnect(2, s(1));
    host.expel([2; 32]);
    assert_eq!(presence(&host, 2), Some(Presence::Gone(Farewell::Kicked)));
    assert_eq!(host.expel([2; 32]), []);
}

#[test]
fn another_pet_needs_another_line() {
    let mut host = table();
    sits(&mut host, 1, 0);
    let other = Profile { pet: 8, ..profile("Toy") };
    assert!(closes(&says(&mut host, 1, Message::Look(other), 1), 1, Farewell::Garbage));
}
