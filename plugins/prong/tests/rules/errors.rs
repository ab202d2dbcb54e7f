//! The table of §1.8 where the rules' own tests do not cover it, and each case from both sides at once.

use eggtooth_prong::engine::{Activity, Config, Event, FarSide, Listen, Packet, Stop};
use eggtooth_prong::line::Custom;

use super::desk::{Desk, both, chunk, data};

/// Carries what was said from one side to the other until both are silent.
fn converse(left: &mut Desk, right: &mut Desk) {
    loop {
        left.poll();
        right.poll();
        let (from_left, from_right) = (left.raw(), right.raw());
        if from_left.is_empty() && from_right.is_empty() {
            return;
        }
        from_left.iter().for_each(|bytes| right.bytes(bytes));
        from_right.iter().for_each(|bytes| left.bytes(bytes));
    }
}

#[test]
fn two_engines_agree_without_faults() {
    for size in [1, 4095, 4096, 4097, 131_092, 1_048_576] {
        for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
            let (mut left, mut right) = (Desk::new(left), Desk::new(right));
            right.listen(Listen::to(1));
            left.send(1, size);
            converse(&mut left, &mut right);
            assert_eq!(left.told(), [Event::Sent]);
            assert_eq!(right.told(), [Event::Received(Packet { kind: 1, data: data(size) })]);
        }
    }
}

#[test]
fn a_refused_size_is_known_to_both() {
    both(|desk| {
        let (mut left, mut right) = (desk(), desk());
        right.listen(Listen::to(1).at_most(10));
        left.send(1, 11);
        converse(&mut left, &mut right);
        assert_eq!(left.told(), [Event::Stopped(Stop::ByPeer)]);
        assert_eq!(right.told(), [Event::TooLarge { size: 11 }]);
        assert_eq!(right.engine.activity(), Activity::Listening);
    });
}

#[test]
fn a_wrong_type_is_known_to_both() {
    both(|desk| {
        let (mut left, mut right) = (desk(), desk());
        right.listen(Listen::to(2));
        left.send(1, 11);
        converse(&mut left, &mut right);
        // The third failure is answered by CAN.
        assert_eq!(left.told(), [Event::Stopped(Stop::ByPeer)]);
        assert!(matches!(right.told()[..], [Event::Stopped(Stop::Refusals { .. })]));
    });
}

#[test]
fn the_initiators_can_where_a_chunk_is_due() {
    for strict in [false, true] {
        let (mut left, mut right) = (Desk::new(strict), Desk::new(strict));
        right.listen(Listen::to(1));
        left.send(1, 5000);
        left.hear("ACK");
        left.raw();
        right.hear("PKT 5000");
        right.raw();
        right.told();
        left.cancel();
        converse(&mut left, &mut right);
        left.told();
        for ms in (0..20_000).step_by(10) {
            left.until(ms);
            right.until(ms);
            converse(&mut left, &mut right);
        }
        // A side that missed it says NAK after 2 s, then nothing, and CAN after 8 s, when the cooldown of 7 s is over
        // (I-13 says "about 6 s"): it ends nothing.
        let stray = if strict { vec![Event::StrayCancel] } else { vec![] };
        assert_eq!((left.told(), left.engine.is_idle()), (stray, true));
        let stops = right.told();
        assert_eq!(stops.len(), 1);
        assert_eq!(stops == [Event::Stopped(Stop::ByPeer)], !strict, "{stops:?}");
    }
}

#[test]
fn can_where_nothing_is_to_cancel() {
    both(|desk| {
        let mut desk = desk();
        desk.hear("CAN");
        desk.listen(Listen::to(1));
        desk.hear("CAN");
        assert_eq!(desk.told(), [Event::StrayCancel, Event::StrayCancel]);
        assert_eq!((desk.said(), desk.engine.activity()), (vec![], Activity::Listening), "A-22");
    });
}

#[test]
fn answers_to_nothing_are_counted() {
    both(|desk| {
        let mut desk = desk();
        for count in [4, 8] {
            for line in ["ACK", "NAK", "ENQ 3", "ECHO REP"] {
                desk.hear(line);
            }
            assert_eq!((desk.said(), desk.told(), desk.engine.counters().ignored), (vec![], vec![], count));
            desk.listen(Listen::to(1));
        }
    });
}

#[test]
fn unknown_words_are_the_applications() {
    both(|desk| {
        let words = ["ECHO", "ECHO req", "ECHO BOO", "SYNC 1", "PKT", "ENQ", "ENQ -1", "ack", "ACKNOWLEDGE", "\tA  B"];
        let mut idle = desk();
        let mut listening = desk();
        listening.listen(Listen::to(1));
        let mut offering = desk();
        offering.send(1, 5);
        let mut awaiting = desk();
        awaiting.send(1, 5);
        awaiting.hear("ACK");
        for mut desk in [idle, listening, offering, awaiting] {
            desk.said();
            desk.told();
            let before = desk.engine.activity();
            for word in words {
                desk.hear(word);
                assert!(matches!(&desk.told()[..], [Event::Custom(heard)] if heard.text() == word), "{word:?}");
            }
            assert_eq!((desk.said(), desk.engine.activity()), (vec![], before));
        }
        idle = desk();
        idle.hear("ECHO REQ");
        assert_eq!(idle.said(), ["ECHO REP"]);
    });
}

#[test]
fn words_where_a_chunk_is_due_are_chunk_bytes() {
    for line in ["ECHO REQ", "SYNC 1", "ACK", "NAK"] {
        for strict in [false, true] {
            let mut desk = Desk::receiving(strict, 5000);
            desk.hear(line);
            desk.until_us(1_999_999);
            assert_eq!((desk.said(), desk.told()), (vec![], vec![]));
            desk.until(2000);
            assert_eq!((desk.said(), desk.told()), (vec!["NAK".into()], vec![]), "{line}");
        }
    }
}

#[test]
fn words_of_ours_in_a_transfer() {
    let words = Custom::new("BREED 1").unwrap();
    let mut sending = Desk::sending(false, 5);
    assert!(sending.engine.say(words, sending.now).is_err(), "I-12");
    let mut receiving = Desk::receiving(false, 5);
    assert!(receiving.engine.say(words, receiving.now).is_err(), "off by default");
    let allowed = Config { say_while_receiving: true, far_side: FarSide::Virtual, ..Config::default() };
    let mut receiving = Desk::with(allowed);
    receiving.listen(Listen::to(1));
    receiving.hear("PKT 5");
    assert!(receiving.engine.say(words, receiving.now).is_ok());
    assert_eq!(receiving.said(), ["ACK", "BREED 1"]);
    // Ours do not disturb theirs.
    receiving.bytes(&chunk(5, 0));
    assert_eq!(receiving.said(), ["ACK"]);
}

#[test]
fn a_port_that_is_lost_resets_everything() {
    both(|desk| {
        let states: [(&str, fn(&mut Desk)); 8] = [
            ("idle", |_| {}),
            ("listening", |desk| desk.listen(Listen::to(1))),
            ("echoing", Desk::echo),
            ("offering", |desk| desk.send(1, 5)),
            ("awaiting", |desk| {
                desk.send(1, 5);
                desk.hear("ACK");
            }),
            ("receiving", |desk| {
                desk.listen(Listen::to(1));
                desk.hear("PKT 5000");
                desk.bytes(&chunk(5000, 0)[..99]);
            }),
            ("holding", |desk| {
                desk.listen(Listen::to(1).held());
                desk.hear("PKT 5");
                desk.bytes(&chunk(5, 0));
            }),
            ("cancelled", |desk| {
                desk.listen(Listen::to(1));
                desk.hear("PKT 5");
                desk.cancel();
            }),
        ];
        for (name, enter) in states {
            let mut desk = desk();
            enter(&mut desk);
            desk.hear("ECHO ");
            desk.said();
            desk.told();
            desk.lose();
            assert_eq!((desk.said(), desk.told()), (vec![], vec![Event::LinkLost]), "{name}");
            assert!(desk.engine.is_idle() && desk.engine.received().is_empty());
            assert_eq!(desk.poll(), None, "{name}: no timer is left");
            desk.hear("ECHO REQ");
            assert_eq!(desk.said(), ["ECHO REP"], "{name}: nothing of an old line is left");
        }
    });
}
