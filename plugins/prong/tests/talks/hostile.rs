//! Any event in any order, any bytes, any answers: no panic, no endless work, one end.

use super::world::{A, Chance, Side, World, ms, pass};
use eggtooth_prong::engine::{Command, CommandError, Engine, Event, Input, Packet, Stop};
use eggtooth_prong::line::Custom;
use eggtooth_prong::packet::{Ending, Exchange, PlayResult};
use eggtooth_prong::talk::{Answer, Download, Gifts, Playdate, ReceiveOne, Session, Step, Talk, Turn, drive};
use eggtooth_prong::unit::{Screen, Unit, UnitConfig};
use proptest::prelude::*;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const SESSION: Session = Session { id: 1, random: [0, 0] };

fn talk(number: usize) -> Box<dyn Talk> {
    let mine = || Exchange::example(1);
    match number {
        0 => Box::new(Playdate::initiator(mine(), Some(SESSION), PATIENCE)),
        1 => Box::new(Playdate::recipient(mine(), PATIENCE)),
        2 => Box::new(Gifts::initiator(1, Some(SESSION), PATIENCE).asking()),
        3 => Box::new(Gifts::recipient(1, PATIENCE)),
        4 => Box::new(Download::take(true, PATIENCE)),
        5 => Box::new(ReceiveOne::new(eggtooth_prong::engine::Listen::to(0), PATIENCE)),
        _ => Box::new(Unit::new(UnitConfig { screen: Screen::Any, ..UnitConfig::default() }, Box::new(Chance(1)))),
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Event(Event),
    Held(u8, Vec<u8>),
    Answer(Answer),
    Refused(CommandError),
    Time(u64),
    GiveUp,
}

fn packet() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let exchange = std::sync::LazyLock::new(|| Exchange::example(3).to_bytes());
    prop_oneof![
        4 => (0_u8..16, prop::collection::vec(any::<u8>(), 1..6)),
        2 => (1_u8..3, prop::collection::vec(0_u8..5, 2..=2)),
        2 => (1_u8..3, prop::collection::vec(0_u8..2, 4..=4)),
        2 => Just(()).prop_map(move |()| (1, exchange.clone())),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let words = ["BREED 0", "BREED 1", "SYNC 1", "SYNC 2", "HELLO"];
    let event = prop_oneof![
        Just(Event::EchoAnswered),
        Just(Event::EchoUnanswered),
        (0_u16..3).prop_map(|done| Event::Sending { done, chunks: 2 }),
        Just(Event::Sent),
        Just(Event::Sent),
        (0_u16..3).prop_map(|done| Event::Receiving { size: 2, done, chunks: 2 }),
        any::<u32>().prop_map(Event::SessionSet),
        any::<u32>().prop_map(|size| Event::Offered { size }),
        any::<u32>().prop_map(|size| Event::TooLarge { size }),
        prop::sample::select(words.to_vec()).prop_map(|words| Event::Custom(Custom::new(words).unwrap())),
        Just(Event::StrayCancel),
        any::<u32>().prop_map(|size| Event::Yielded { size }),
        prop::sample::select(vec![Stop::ByPeer, Stop::ByUs, Stop::NotTaken, Stop::Refused, Stop::Glare])
            .prop_map(Event::Stopped),
        Just(Event::LinkLost),
    ];
    let answer = prop_oneof![
        any::<Option<u16>>().prop_map(Answer::Known),
        any::<bool>().prop_map(|can| Answer::Played(PlayResult::new(Ending::Played, can))),
        any::<u16>().prop_map(|result| Answer::Played(PlayResult { result, flags: 1 })),
        any::<bool>().prop_map(Answer::Breed),
        Just(Answer::Shown),
        any::<u16>().prop_map(Answer::Give),
        any::<bool>().prop_map(Answer::Take),
    ];
    prop_oneof![
        6 => event.prop_map(Happening::Event),
        3 => packet().prop_map(|(kind, data)| Happening::Event(Event::Received(Packet { kind, data }))),
        3 => packet().prop_map(|(kind, data)| Happening::Held(kind, data)),
        4 => answer.prop_map(Happening::Answer),
        1 => prop::sample::select(vec![CommandError::Busy, CommandError::SessionSet, CommandError::NothingHeld])
            .prop_map(Happening::Refused),
        2 => (0_u64..30_000).prop_map(Happening::Time),
        1 => Just(Happening::GiveUp),
    ]
}

proptest! {
    // Failures become tests of their own below.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_events_in_any_order(number in 0_usize..7, happenings in prop::collection::vec(happening(), 1..40)) {
        let mut talk = talk(number);
        let mut now = Duration::ZERO;
        let mut ends = 0;
        for happening in happenings {
            for round in 0.. {
                prop_assert!(round < 40, "it never waits");
                match talk.next(now) {
                    Step::Done(_) => ends += 1,
                    Step::Wait(until) => {
                        prop_assert!(until.is_none_or(|until| until > now));
                        break;
                    }
                    Step::Do(_) | Step::Ask(_) => {}
                }
            }
            match happening {
                Happening::Event(event) => talk.hear(&event, &[], now),
                Happening::Held(kind, data) => talk.hear(&Event::Held { index: 0, chunks: 1, kind }, &data, now),
                Happening::Answer(answer) => {
                    // Most answers nobody asked for.
                    let _ = talk.answer(answer, now);
                }
                Happening::Refused(error) => talk.refused(error, now),
                Happening::Time(later) => now += ms(later),
                Happening::GiveUp => talk.give_up(now),
            }
        }
        // All but a unit end once.
        prop_assert!(number == 6 || ends <= 1, "{} ends", ends);
        talk.give_up(now);
        let mut over = number == 6 || ends == 1;
        for _ in 0..100 {
            match talk.next(now) {
                Step::Done(_) => over = true,
                Step::Wait(None) => break,
                Step::Wait(Some(until)) => now = until,
                Step::Do(Command::Cancel) => talk.hear(&Event::Stopped(Stop::ByUs), &[], now),
                Step::Do(_) | Step::Ask(_) => {}
            }
        }
        prop_assert!(over, "it never ends");
    }

    #[test]
    fn any_bytes(
        number in 0_usize..7,
        pieces in prop::collection::vec(
            (any::<Option<u8>>(), prop::collection::vec(any::<u8>(), 0..60), 0_u64..3000),
            1..40,
        ),
    ) {
        let words: [&[u8]; 10] = [
            b"ACK\r\n", b"NAK\r\n", b"CAN\r\n", b"PKT 2\r\n", b"PKT 131092\r\n", b"ENQ 0\r\n", b"ECHO REQ\r\n",
            b"ECHO REP\r\n", b"SYNC 1\r\n", b"PKT 1048576\r\n",
        ];
        let mut side = Side::new(ReceiveOne::new(eggtooth_prong::engine::Listen::to(0), PATIENCE), 5, |_| None);
        side.talk = talk(number);
        let mut now = Duration::ZERO;
        for (word, noise, later) in pieces {
            let bytes = word.map_or(&noise[..], |word| words[usize::from(word) % words.len()]);
            side.engine.handle_input(Input::Bytes(bytes), now);
            for round in 0.. {
                prop_assert!(round < 200, "it never waits");
                if let Turn::Wait(_) = drive(&mut side.engine, &mut *side.talk, now) {
                    break;
                }
            }
            now += ms(later);
            side.engine.handle_input(Input::Time, now);
        }
    }
}

#[test]
fn a_peer_that_claims_a_megabyte_for_ever_and_sends_nothing() {
    for number in 0..7 {
        let mut side = Side::new(ReceiveOne::new(eggtooth_prong::engine::Listen::to(0), PATIENCE), 5, |_| None);
        side.talk = talk(number);
        let claim = |engine: &mut Engine, now| engine.handle_input(Input::Bytes(b"PKT 1048576\r\n"), now);
        let mut now = Duration::ZERO;
        let mut over = false;
        for _ in 0..400 {
            loop {
                match drive(&mut side.engine, &mut *side.talk, now) {
                    Turn::Wait(_) => break,
                    Turn::Done(result) => {
                        assert!(result.is_err());
                        over = true;
                    }
                    Turn::Transmit { .. } | Turn::Ask(_) => {}
                }
            }
            now += ms(500);
            side.engine.handle_input(Input::Time, now);
            claim(&mut side.engine, now);
        }
        // A unit stands on its screen for ever.
        assert!(over || number == 6, "talk {number}");
        assert!(side.engine.received().is_empty(), "talk {number}");
    }
}

#[test]
fn a_talk_that_is_over_stays_over() {
    let mut world = World::new(
        Side::new(Gifts::initiator(1, None, ms(100)), 1, |_| None),
        Side::new(Gifts::recipient(1, ms(100)), 2, |_| None),
    );
    let _ = world.run(pass);
    let talk = &mut world.sides[A].talk;
    talk.hear(&Event::Sent, &[], ms(9000));
    talk.hear(&Event::LinkLost, &[], ms(9000));
    talk.give_up(ms(9000));
    assert!(matches!(talk.next(ms(9_000_000)), Step::Wait(None)));
}

#[test]
fn a_refusal_on_the_way_out_is_no_beginning() {
    let mut talk = Gifts::initiator(1, Some(SESSION), PATIENCE);
    assert!(matches!(talk.next(ms(0)), Step::Do(Command::Send(_))));
    talk.hear(&Event::TooLarge { size: 9 }, &[], ms(0));
    talk.refused(CommandError::SessionSet, ms(0));
    while let Step::Do(command) = talk.next(ms(0)) {
        assert!(matches!(command, Command::Cancel));
    }
    assert!(matches!(talk.next(ms(0)), Step::Wait(None)));
}
