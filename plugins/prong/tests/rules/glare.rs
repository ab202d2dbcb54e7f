//! E-6: both sides offer at once.

use eggtooth_prong::codec::Header;
use eggtooth_prong::engine::{Activity, Config, Event, FarSide, Glare, Listen, Outgoing, Packet, Stop};

use super::desk::{Desk, chunk, chunk_as, data, header};

fn offering(glare: Glare, strict_seed: bool, chosen: u32) -> Desk {
    let config = Config { glare, strict_seed, far_side: FarSide::Virtual, ..Config::default() };
    let mut desk = Desk::chosen(config, chosen);
    let outgoing = Outgoing::new(1, data(5000)).unwrap().yielding_to(Listen::to(2));
    desk.engine.send(outgoing, desk.now).unwrap();
    assert_eq!(desk.said(), ["PKT 5000"]);
    desk
}

#[test]
fn e6_who_yields_takes_the_peers_packet_first() {
    let mut desk = offering(Glare::Yield, false, 0);
    desk.pass(10);
    desk.hear("PKT 5");
    assert_eq!((desk.said(), desk.told()), (vec!["ACK".into()], vec![Event::Yielded { size: 5 }]));
    desk.bytes(&chunk_as(header(2, 0), 5, 0));
    assert_eq!(desk.said(), ["ACK"]);
    assert_eq!(desk.told(), [Event::Received(Packet { kind: 2, data: data(5) })]);
    assert!(!desk.engine.is_idle(), "ours waits");
    // Not within 100 ms of receiving anything.
    desk.until_us(109_999);
    assert_eq!(desk.said(), [""; 0]);
    desk.until(110);
    assert_eq!(desk.said(), ["PKT 5000"]);
    desk.hear("ACK");
    desk.hear("ACK");
    desk.hear("ACK");
    assert_eq!(desk.told(), [Event::Sent]);
}

#[test]
fn e6_who_holds_ignores_the_offer_and_repeats_with_jitter() {
    let mut desk = offering(Glare::Hold, false, 123);
    desk.pass(10);
    desk.hear("PKT 5");
    desk.hear("PKT 5");
    desk.until(60_000);
    let at = |ms: u64, what: &str| (ms * 1000, what.to_owned());
    // The first repeat is spread already: else two that hold would meet again.
    assert_eq!(desk.said_when(), [at(2123, "PKT 5000"), at(4246, "PKT 5000"), at(6369, "CAN")]);
    assert_eq!(desk.told(), [Event::Stopped(Stop::Glare)]);
    assert_eq!(desk.engine.counters().ignored, 2);
}

#[test]
fn e6_strict_knows_no_glare() {
    for glare in [Glare::Yield, Glare::Hold] {
        let mut desk = offering(glare, true, 123);
        desk.hear("PKT 5");
        desk.until(60_000);
        let at = |ms: u64, what: &str| (ms * 1000, what.to_owned());
        assert_eq!(desk.said_when(), [at(2000, "PKT 5000"), at(4000, "PKT 5000"), at(6000, "CAN")]);
        assert_eq!(desk.told(), [Event::Stopped(Stop::NotTaken)]);
    }
}

#[test]
fn e6_both_yielded() {
    for (chosen, back_at) in [(0, 500), (499, 999)] {
        let mut desk = offering(Glare::Yield, false, chosen);
        desk.bytes(b"PKT 5\r\n");
        desk.bytes(b"ACK\r\n");
        desk.said();
        desk.until_us(49_999);
        assert_eq!(desk.said(), [""; 0]);
        desk.until(60_000);
        let said = desk.said_when();
        assert_eq!(said[0], (50_000, "CAN".to_owned()));
        assert_eq!(said[1], (50_000 + back_at * 1000, "PKT 5000".to_owned()));
    }
}

#[test]
fn e6_the_peers_packet_comes_during_the_back_off() {
    let mut desk = offering(Glare::Yield, false, 499);
    desk.bytes(b"PKT 5\r\n");
    desk.bytes(b"ACK\r\n");
    desk.until(50);
    desk.hear("CAN");
    desk.told();
    desk.said();
    desk.until(600);
    desk.hear("PKT 5");
    desk.bytes(&chunk_as(header(2, 0), 5, 0));
    assert_eq!(desk.said(), ["ACK", "ACK"]);
    assert_eq!(desk.told(), [Event::Received(Packet { kind: 2, data: data(5) })]);
    desk.until(700);
    assert_eq!(desk.said(), ["PKT 5000"]);
}

#[test]
fn e6_glare_without_end_ends() {
    let mut desk = offering(Glare::Yield, false, 0);
    let mut rounds = 0;
    while !desk.engine.is_idle() {
        if desk.engine.activity() == Activity::Offering {
            desk.hear("PKT 5");
            desk.hear("ACK");
            rounds += 1;
        }
        desk.pass(50);
        assert!(desk.now.as_secs() < 60);
    }
    assert_eq!(rounds, 4);
    assert_eq!(desk.told().pop(), Some(Event::Stopped(Stop::Glare)));
}

#[test]
fn e6_an_offer_waits_for_a_quiet_line() {
    let mut desk = Desk::new(false);
    desk.hear("HELLO");
    desk.send(1, 5);
    assert_eq!(desk.said(), [""; 0]);
    desk.until_us(50_000);
    desk.hear("HELLO");
    desk.until_us(149_999);
    assert_eq!(desk.said(), [""; 0]);
    desk.until(150);
    assert_eq!(desk.said(), ["PKT 5"]);
    // A peer that never stops puts it off for five seconds at most.
    let mut babble = Desk::new(false);
    babble.hear("HELLO");
    babble.send(1, 5);
    while babble.said().is_empty() {
        babble.hear("HELLO");
        babble.pass(50);
        assert!(babble.now.as_millis() <= 5100);
    }
    let mut strict = Desk::new(true);
    strict.hear("HELLO");
    strict.send(1, 5);
    assert_eq!(strict.said(), ["PKT 5"]);
}

#[test]
fn e6_an_offer_of_a_session_that_was_set_meanwhile_is_not_made() {
    let mut desk = Desk::new(false);
    desk.engine.send(Outgoing::set_session(9, [1, 2]).yielding_to(Listen::to(0)), desk.now).unwrap();
    desk.hear("PKT 2");
    desk.bytes(&chunk_as(Header { session: 8, set_session: true, ..header(0, 0) }, 2, 0));
    desk.pass(10_000);
    assert_eq!(desk.said(), ["PKT 2", "ACK", "ACK"]);
    assert_eq!(desk.told(), [Event::Yielded { size: 2 }, Event::SessionSet(8), Event::Stopped(Stop::SessionSet)]);
}

#[test]
fn e6_a_fault_in_the_peers_packet_does_not_lose_ours() {
    let mut desk = offering(Glare::Yield, false, 0);
    desk.hear("PKT 5");
    for _ in 0..3 {
        desk.bytes(&chunk(5, 0));
    }
    assert_eq!(desk.said(), ["ACK", "NAK", "NAK", "CAN"], "type 1 where 2 is taken");
    desk.pass(100);
    assert_eq!(desk.said(), ["PKT 5000"]);
    // Cancelled while ours waits: both are over, with one word.
    let mut desk = offering(Glare::Yield, false, 0);
    desk.hear("PKT 5");
    desk.told();
    desk.cancel();
    desk.pass(60_000);
    assert_eq!((desk.said(), desk.told()), (vec!["ACK".into(), "CAN".into()], vec![Event::Stopped(Stop::ByUs)]));
}
