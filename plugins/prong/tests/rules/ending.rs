//! held chunks, sessions, the end of a packet.

use eggtooth_prong::codec::Header;
use eggtooth_prong::engine::{Activity, Event, Hold, Input, Listen, Refusal, Stop};

use super::desk::{Desk, both, chunk, chunk_as, data, header};
use super::receiving::{each, received};

fn holding(hold: Hold, size: usize) -> Desk {
    let mut desk = Desk::new(false);
    desk.listen(Listen { hold, ..Listen::to(1) });
    desk.hear(&format!("PKT {size}"));
    desk.said();
    desk.told();
    desk
}

#[test]
fn r9_a_held_chunk_waits_for_its_answer() {
    let mut desk = holding(Hold::Every, 5000);
    desk.bytes(&chunk(5000, 0));
    assert_eq!(desk.told(), [Event::Held { index: 0, chunks: 2, kind: 1 }]);
    assert_eq!((desk.said(), desk.engine.received()), (vec![], &data(5000)[..4096]));
    for line in ["ECHO REQ", "PKT 9", "ACK", "NAK", "ENQ 0", "SYNC 1"] {
        desk.hear(line);
    }
    assert_eq!((desk.said(), desk.told().len(), desk.engine.counters().ignored), (vec!["ECHO REP".into()], 1, 4));
    desk.until_us(4_500_000 - 1);
    desk.answer(true);
    desk.bytes(&chunk(5000, 1));
    assert_eq!((desk.said(), desk.engine.activity()), (vec!["ACK".into()], Activity::Holding));
    desk.answer(true);
    assert_eq!(desk.said(), ["ACK"]);
    assert_eq!(desk.told().last(), Some(&received(1, 5000)));
    let mut last = holding(Hold::Last, 5000);
    last.bytes(&chunk(5000, 0));
    assert_eq!((last.said(), last.told()), (vec!["ACK".into()], vec![]));
    last.bytes(&chunk(5000, 1));
    assert_eq!((last.said(), last.told()), (vec![], vec![Event::Held { index: 1, chunks: 2, kind: 1 }]));
}

#[test]
fn r9_no_late_or_refused_answer_is_an_ack() {
    let mut desk = holding(Hold::Last, 5);
    desk.bytes(&chunk(5, 0));
    desk.answer(false);
    assert_eq!((desk.said(), desk.told().pop()), (vec!["CAN".into()], Some(Event::Stopped(Stop::Refused))));
    let mut desk = holding(Hold::Last, 5);
    desk.bytes(&chunk(5, 0));
    desk.until(60_000);
    assert_eq!(desk.said_when(), [(4_500_000, "CAN".to_owned())]);
    assert_eq!(desk.told().pop(), Some(Event::Stopped(Stop::HeldTooLong)));
    assert!(desk.engine.answer(true, desk.now).is_err());
    // Nor when the application comes before its timer does.
    let mut desk = holding(Hold::Last, 5);
    desk.bytes(&chunk(5, 0));
    let late = desk.now + std::time::Duration::from_micros(4_500_001);
    assert!(desk.engine.answer(true, late).is_err());
    assert_eq!((desk.said(), desk.told().pop()), (vec!["CAN".into()], Some(Event::Stopped(Stop::HeldTooLong))));
    let mut desk = holding(Hold::Last, 5);
    desk.bytes(&chunk(5, 0));
    desk.hear("CAN");
    assert_eq!((desk.said(), desk.told().pop()), (vec![], Some(Event::Stopped(Stop::ByPeer))));
}

fn setting(session: u32) -> Vec<u8> {
    chunk_as(Header { session, set_session: true, ..header(1, 0) }, 2, 0)
}

#[test]
fn r10_a_session_is_set_once_and_both_directions_carry_it() {
    each(3, |mut desk| {
        desk.hear("PKT 2");
        // Its type is not judged.
        desk.bytes(&setting(0xA1B2_C3D4));
        assert_eq!(desk.told(), [Event::SessionSet(0xA1B2_C3D4)], "its data are dropped");
        assert_eq!(desk.said(), ["ACK", "ACK"]);
        desk.pass(10_000);
        desk.listen(Listen::to(1));
        desk.hear("PKT 2");
        // The same again, another one, none: NAK, and CAN the third time.
        desk.bytes(&setting(0xA1B2_C3D4));
        desk.bytes(&setting(5));
        desk.bytes(&chunk(2, 0));
        assert_eq!(desk.said(), ["ACK", "NAK", "NAK", "CAN"]);
        assert_eq!(desk.told(), [Event::Stopped(Stop::Refusals { chunk: 0, why: Refusal::Session })]);
        // CAN did not end it.
        assert_eq!(desk.engine.session(), Some(0xA1B2_C3D4));
        desk.pass(1000);
        desk.listen(Listen::to(1));
        desk.hear("PKT 2");
        desk.bytes(&chunk_as(Header { session: 0xA1B2_C3D4, ..header(1, 0) }, 2, 0));
        assert_eq!(desk.told(), [received(1, 2)]);
        desk.send(1, 2);
        desk.pass(1000);
        desk.said();
        desk.bytes(b"ACK\r\n");
        let mut sent = desk.raw().pop().unwrap();
        let read = eggtooth_prong::codec::decode(&super::desk::SECRET, &mut sent).unwrap();
        assert_eq!(read.header.session, 0xA1B2_C3D4);
    });
}

#[test]
fn r10_any_packet_of_one_chunk_may_set_it() {
    for size in [1, 2, 4096] {
        let mut desk = Desk::receiving(false, size);
        desk.bytes(&chunk_as(Header { session: 7, set_session: true, ..header(0, 0) }, size, 0));
        assert_eq!(desk.told(), [Event::SessionSet(7)], "A-15");
    }
    // Only on the second chunk.
    let mut desk = Desk::receiving(false, 5000);
    desk.bytes(&chunk(5000, 0));
    desk.bytes(&chunk_as(Header { session: 7, set_session: true, ..header(1, 1) }, 5000, 1));
    assert_eq!((desk.said(), desk.engine.session()), (vec!["ACK".into(), "NAK".into()], None));
}

#[test]
fn r11_a_packet_is_delivered_once() {
    each(1, |mut desk| {
        desk.hear("PKT 5000");
        desk.bytes(&chunk(5000, 0));
        desk.bytes(&chunk(5000, 1));
        desk.bytes(&chunk(5000, 1));
        desk.pass(500);
        desk.bytes(&chunk(5000, 1));
        desk.pass(60_000);
        assert_eq!(desk.told(), [received(1, 5000)]);
        assert!(desk.engine.is_idle());
    });
}

#[test]
fn r12_cancelling_waits_for_the_chunk_to_end() {
    both(|desk| {
        let begin = || {
            let mut desk = desk();
            desk.listen(Listen::to(1));
            desk.hear("PKT 5000");
            desk.said();
            desk
        };
        let mut whole = begin();
        let bytes = chunk(5000, 0);
        whole.bytes(&bytes[..100]);
        whole.cancel();
        whole.cancel();
        assert_eq!((whole.said(), whole.told()), (vec![], vec![]), "never while the peer transmits");
        whole.bytes(&bytes[100..]);
        assert_eq!((whole.said(), whole.told()), (vec!["CAN".into()], vec![Event::Stopped(Stop::ByUs)]));
        let mut cut = begin();
        cut.bytes(&bytes[..100]);
        cut.cancel();
        cut.until(2000);
        assert_eq!(cut.said_when(), [(2_000_000, "CAN".to_owned())]);
        let mut silent = begin();
        silent.cancel();
        silent.until(60_000);
        assert_eq!(silent.said(), ["CAN"]);
        assert_eq!(silent.told(), [Event::Stopped(Stop::ByUs)]);
    });
    let mut held = holding(Hold::Last, 5);
    held.bytes(&chunk(5, 0));
    held.cancel();
    assert_eq!((held.said(), held.told().pop()), (vec!["CAN".into()], Some(Event::Stopped(Stop::ByUs))));
}

#[test]
fn r13_memory_follows_what_came() {
    let mut desk = Desk::receiving(false, 1_048_576);
    assert_eq!(desk.engine.received(), [0; 0]);
    desk.bytes(&chunk(1_048_576, 0));
    assert_eq!(desk.engine.received().len(), 4096);
}

#[test]
fn the_largest_packet_has_256_chunks() {
    each(1, |mut desk| {
        desk.hear("PKT 1048576");
        for index in 0..256 {
            desk.engine.handle_input(Input::Bytes(&chunk(1_048_576, index)), desk.now);
            assert_eq!(desk.said().last().unwrap(), "ACK", "{index}");
        }
        assert_eq!(desk.told(), [received(1, 1_048_576)]);
    });
    let mut sender = Desk::sending(false, 1_048_576);
    for index in 1..256 {
        sender.hear("ACK");
        assert_eq!(sender.said(), [format!("#{index}")]);
    }
    // There is no chunk 256 to ask for.
    sender.hear("ENQ 256");
    assert_eq!(sender.said(), ["#255"]);
    sender.hear("ACK");
    assert_eq!(sender.told(), [Event::Sent]);
}
