//! Floods: what a peer can make an engine keep is bounded, polled or not, and nothing that must be known is lost.

use std::time::Duration;

use eggtooth_prong::engine::{Activity, Config, Event, FarSide, Input, Listen, Output, Packet, Timers};

use super::desk::{Desk, chunk, data};

/// Events that may wait: 64 that inform, and what one operation still has to say.
const EVENTS: usize = 64 + 4;
/// Lines and chunks that may wait.
const TRANSMISSIONS: usize = 16 + 4;

fn flood(desk: &mut Desk, bytes: &[u8]) {
    for _ in 0..2000 {
        desk.engine.handle_input(Input::Bytes(bytes), desk.now);
    }
    // And all of it in one piece.
    desk.engine.handle_input(Input::Bytes(&bytes.repeat(2000)), desk.now);
}

fn waiting(desk: &mut Desk) -> (Vec<Event>, usize) {
    let (mut events, mut transmissions) = (Vec::new(), 0);
    loop {
        match desk.engine.poll_output() {
            Output::Transmit { bytes, .. } => {
                assert!(bytes.len() <= 4112);
                transmissions += 1;
            }
            Output::Event(event) => events.push(event),
            Output::Timeout(_) => return (events, transmissions),
        }
    }
}

const LINES: &[&[u8]] = &[
    b"ECHO REQ\r\n",
    b"HELLO\r\n",
    b"ACK\r\n",
    b"NAK\r\n",
    b"CAN\r\n",
    b"ENQ 0\r\n",
    b"ENQ 999\r\n",
    b"PKT 5\r\n",
    b"PKT 0\r\n",
    b"PKT 9999999\r\n",
    b"PKT 5000\r\n",
    b"PKT 5\r\nPKT 0\r\n",
    b"ECHO REP\r\n",
    b"\xFF\r\n",
    b"\r\n",
    b"x",
    b"\0",
];

#[test]
fn no_line_repeated_fills_the_memory() {
    let states: [fn(&mut Desk); 7] = [
        |_| {},
        |desk| desk.listen(Listen::to(1).at_most(4999)),
        Desk::echo,
        |desk| desk.send(1, 1_048_576),
        |desk| {
            desk.send(1, 1_048_576);
            desk.hear("ACK");
        },
        |desk| {
            desk.listen(Listen::to(1));
            desk.hear("PKT 5");
        },
        |desk| {
            desk.listen(Listen::to(1).held());
            desk.hear("PKT 5");
            desk.bytes(&chunk(5, 0));
        },
    ];
    for strict in [false, true] {
        for enter in states {
            for line in LINES {
                let mut desk = Desk::new(strict);
                enter(&mut desk);
                flood(&mut desk, line);
                let (events, transmissions) = waiting(&mut desk);
                assert!(events.len() <= EVENTS, "{} events, {line:?}", events.len());
                assert!(transmissions <= TRANSMISSIONS, "{transmissions} transmissions, {line:?}");
            }
        }
    }
}

#[test]
fn offers_one_after_the_other_do_not_pile_up() {
    let mut desk = Desk::listening(false, 1);
    for i in 0..5000 {
        let line: &[u8] = if i % 2 == 0 { b"PKT 5\r\n" } else { b"PKT 0\r\n" };
        desk.engine.handle_input(Input::Bytes(line), desk.now);
    }
    let (events, transmissions) = waiting(&mut desk);
    assert!(events.len() <= EVENTS && transmissions <= TRANSMISSIONS, "{} {transmissions}", events.len());
    assert!(desk.engine.counters().dropped > 0);
    // Heard again as soon as somebody fetches.
    desk.hear("PKT 5");
    desk.bytes(&chunk(5, 0));
    assert_eq!(desk.told().pop(), Some(Event::Received(Packet { kind: 1, data: data(5) })));
}

#[test]
fn repeated_last_chunks_are_answered_boundedly() {
    let mut desk = Desk::receiving(false, 5);
    for _ in 0..5000 {
        desk.engine.handle_input(Input::Bytes(&chunk(5, 0)), desk.now);
    }
    let (events, transmissions) = waiting(&mut desk);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Received(_))).count(), 1);
    assert!(transmissions <= TRANSMISSIONS);
}

#[test]
fn what_must_be_known_survives_a_flood_of_words() {
    // Received, behind a full queue: the offer came before.
    let mut desk = Desk::new(false);
    desk.listen(Listen::to(1).held());
    desk.hear("PKT 5");
    desk.bytes(&chunk(5, 0));
    desk.told();
    for _ in 0..1000 {
        desk.engine.handle_input(Input::Bytes(b"HELLO\r\n"), desk.now);
    }
    desk.engine.answer(true, desk.now).unwrap();
    let (events, _) = waiting(&mut desk);
    assert_eq!(events.last(), Some(&Event::Received(Packet { kind: 1, data: data(5) })));
    // Sent, and an echo.
    let mut desk = Desk::sending(false, 5);
    for _ in 0..1000 {
        desk.engine.handle_input(Input::Bytes(b"HELLO\r\n"), desk.now);
    }
    desk.engine.handle_input(Input::Bytes(b"ACK\r\n"), desk.now);
    assert_eq!(waiting(&mut desk).0.last(), Some(&Event::Sent));
    let mut desk = Desk::new(false);
    desk.echo();
    for _ in 0..1000 {
        desk.engine.handle_input(Input::Bytes(b"HELLO\r\n"), desk.now);
    }
    desk.engine.handle_input(Input::Time, Duration::from_secs(100));
    desk.engine.handle_input(Input::Time, Duration::from_secs(200));
    desk.engine.handle_input(Input::Time, Duration::from_secs(300));
    assert_eq!(waiting(&mut desk).0.last(), Some(&Event::EchoUnanswered));
    let mut desk = Desk::new(false);
    for _ in 0..1000 {
        desk.engine.handle_input(Input::Bytes(b"HELLO\r\n"), desk.now);
        desk.engine.handle_input(Input::LinkLost, desk.now);
    }
    let (events, _) = waiting(&mut desk);
    assert!(events.len() <= EVENTS, "{}", events.len());
    assert_eq!(events.last(), Some(&Event::LinkLost));
}

#[test]
fn a_claim_of_a_mebibyte_costs_nothing() {
    let mut desk = Desk::receiving(false, 1_048_576);
    assert_eq!(desk.engine.received().len(), 0);
    desk.bytes(&chunk(1_048_576, 0)[..4000]);
    assert_eq!(desk.engine.received().len(), 0);
    desk.until(60_000);
    assert_eq!(desk.engine.activity(), Activity::Idle);
}

#[test]
fn no_clock_and_no_timer_overflows() {
    let max = Duration::MAX;
    let timers = Timers {
        packet: max,
        response: max,
        first: max,
        byte: max,
        echo_interval: max,
        hold: max,
        ..Timers::default()
    };
    let config = Config { timers, far_side: FarSide::Virtual, ..Config::default() };
    for now in [Duration::ZERO, max] {
        for strict_seed in [false, true] {
            let mut desk = Desk::with(Config { strict_seed, ..config.clone() });
            desk.now = now;
            desk.echo();
            desk.hear("ECHO REP");
            desk.listen(Listen::to(1).held());
            desk.hear("PKT 5");
            desk.bytes(&chunk(5, 0));
            desk.answer(true);
            assert_eq!(desk.told().pop(), Some(Event::Received(Packet { kind: 1, data: data(5) })));
            desk.engine.handle_input(Input::Time, now);
            desk.send(1, 5);
            desk.cancel();
            desk.engine.handle_input(Input::Time, max);
            desk.poll();
            assert!(desk.engine.is_idle());
        }
    }
}
