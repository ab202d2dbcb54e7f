//! Real engines over every line that needs no hardware.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod lines;

use std::thread;
use std::time::Duration;

use eggtooth_prong::engine::{Event, Listen, Outgoing, Stop};
use eggtooth_prong::pump::{Link, LinkError};
use eggtooth_prong::transport::faults::{Faults, Faulty};
use eggtooth_prong::transport::pace::Paced;
use eggtooth_prong::transport::{Arrival, Clock, Transport, TransportError, memory};
use lines::{LONG, both_ways, data, link, outcome};

const SIZES: &[usize] = &[1, 2, 4095, 4096, 4097, 16_384, 131_092];

#[test]
fn a_link_may_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Link<Box<dyn Transport>>>();
}

#[test]
fn packets_go_both_ways_in_memory() {
    let clock = Clock::start();
    let (near, far) = memory::pair(clock);
    both_ways(near, far, clock, SIZES);
}

#[test]
fn packets_go_both_ways_at_the_pace_of_a_real_line() {
    let clock = Clock::start();
    let (near, far) = memory::pair(clock);
    let (near, far) = (Paced::new(near, 460_800, clock), Paced::new(far, 460_800, clock));
    let before = clock.now();
    both_ways(near, far, clock, &[1, 4113, 16_384]);
    let bytes = 2 * (1 + 4113 + 16_384);
    assert!(clock.now() - before > Duration::from_secs_f64(f64::from(bytes) / 46_080.0));
}

#[test]
fn a_bad_line_delays_packets_and_does_not_change_them() {
    let clock = Clock::start();
    let (near, far) = memory::pair(clock);
    // Only what CRC-16 is sure to see, and rarely: each chunk that is hit waits for its timers.
    let faults = Faults { losses: 3e-5, ..Faults::default() };
    let near = Faulty::new(near, faults.clone(), faults, 11, clock);
    both_ways(near, far, clock, &[30_000]);
}

#[test]
fn an_echo_is_answered_and_nobody_is_noticed() {
    let clock = Clock::start();
    let (near, far) = memory::pair(clock);
    let (mut near, mut far) = (link(near, clock), link(far, clock));
    near.echo().unwrap();
    assert_eq!(far.poll(Duration::from_millis(50)).unwrap(), None);
    assert_eq!(outcome(&mut near), Event::EchoAnswered);
    let before = clock.now();
    near.echo().unwrap();
    assert_eq!(outcome(&mut near), Event::EchoUnanswered);
    assert!(clock.now() - before >= Duration::from_millis(4500));
}

#[test]
fn bytes_that_came_in_time_are_not_late_because_nobody_polled() {
    let clock = Clock::start();
    let (near, mut far) = memory::pair(clock);
    let mut near = link(near, clock);
    near.send(Outgoing::new(1, data(1)).unwrap()).unwrap();
    assert_eq!(near.poll(Duration::from_millis(300)).unwrap(), None);
    far.send(b"CAN\r\n").unwrap();
    // Past the time at which the offer would be made again.
    thread::sleep(Duration::from_millis(2200));
    assert_eq!(near.poll(Duration::ZERO).unwrap(), Some(Event::Stopped(Stop::ByPeer)));
    assert_eq!(near.counters().repeated, 0);
}

#[test]
fn what_arrived_before_a_command_is_seen_before_it() {
    let clock = Clock::start();
    let (near, mut far) = memory::pair(clock);
    let mut near = link(near, clock);
    // An answer to nothing: it must not be taken for one to the offer that follows.
    far.send(b"ACK\r\n").unwrap();
    near.send(Outgoing::new(1, vec![1]).unwrap()).unwrap();
    assert_eq!(near.poll(Duration::from_millis(50)).unwrap(), None);
}

#[test]
fn an_offer_that_came_just_before_listening_is_taken() {
    let clock = Clock::start();
    let (near, mut far) = memory::pair(clock);
    let mut near = link(near, clock);
    far.send(b"PKT 5\r\n").unwrap();
    near.listen(Listen::to(0)).unwrap();
    assert_eq!(near.poll(Duration::from_secs(1)).unwrap(), Some(Event::Receiving { size: 5, done: 0, chunks: 1 }));
}

#[test]
fn a_closed_line_is_told_once_and_is_then_an_error() {
    let clock = Clock::start();
    let (near, far) = memory::pair(clock);
    let mut near = link(near, clock);
    near.listen(Listen::to(0)).unwrap();
    drop(far);
    assert_eq!(near.poll(LONG).unwrap(), Some(Event::LinkLost));
    assert!(near.is_lost() && near.is_idle());
    assert!(matches!(near.poll(LONG), Err(LinkError::Transport(TransportError::Gone(_)))));
}

#[test]
fn a_side_that_takes_nothing_is_an_error() {
    let clock = Clock::start();
    let (near, _far) = memory::pair(clock);
    let deaf = Faults { never_read: true, ..Faults::default() };
    let mut near = link(Faulty::new(near, deaf, Faults::default(), 1, clock), clock);
    let error = (0..20_000).find_map(|_| near.say(eggtooth_prong::line::Custom::new("SYNC 1").unwrap()).err());
    assert!(matches!(error, Some(LinkError::Transport(TransportError::Clogged(_)))), "{error:?}");
    assert!(matches!(near.close(Duration::ZERO), Err(LinkError::Transport(TransportError::Clogged(_)))));
}

#[test]
fn an_answer_purges_what_came_with_the_chunk() {
    let clock = Clock::start();
    let (near, mut far) = memory::pair(clock);
    let mut near = link(near, clock);
    near.listen(Listen::to(0)).unwrap();
    far.send(b"PKT 1\r\n").unwrap();
    assert!(matches!(near.poll(Duration::from_millis(50)).unwrap(), None | Some(Event::Receiving { .. })));
    // Seventeen bytes that are no chunk are answered by NAK; the words in the same moment are garbage.
    far.send(&[0x55; 17]).unwrap();
    far.send(b"SYNC 1\r\n").unwrap();
    let mut events = Vec::new();
    while let Some(event) = near.poll(Duration::from_millis(200)).unwrap() {
        events.push(event);
    }
    assert!(!events.iter().any(|event| matches!(event, Event::Custom(_))), "{events:?}");
    let mut answers = Vec::new();
    while let Some(Arrival::Bytes { bytes, .. }) = far.next(Duration::ZERO).unwrap() {
        answers.extend(bytes);
    }
    assert_eq!(String::from_utf8_lossy(&answers), "ACK\r\nNAK\r\n");
}
