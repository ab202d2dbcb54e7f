//! The protocol between two friends, over QUIC on this computer.
#![cfg(feature = "quic")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod lines;

use std::thread;
use std::time::Duration;

use eggtooth_peer::{Allow, Endpoint, Friends, Guests, Identity, Line, Meeting, Name, Whom};
use eggtooth_prong::engine::{Event, Listen, Outgoing};
use eggtooth_prong::transport::threaded::Threaded;
use eggtooth_prong::transport::{Arrival, Clock, Transport, TransportError, quic};
use lines::{LONG, both_ways, data, link, outcome};

fn pair(clock: Clock) -> (Threaded, Threaded) {
    let (one, two) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    let host = Endpoint::bind("127.0.0.1:0".parse().unwrap(), &one, Allow::Only(vec![two.key()])).unwrap();
    let guest = Endpoint::bind("127.0.0.1:0".parse().unwrap(), &two, Allow::Only(vec![])).unwrap();
    let called = guest.connect(host.local_addr(), one.key(), LONG).unwrap();
    let came = host.accept(LONG).unwrap().unwrap();
    (quic::over(called, clock).unwrap(), quic::over(came, clock).unwrap())
}

#[test]
fn packets_go_both_ways_over_quic() {
    let clock = Clock::start();
    let (near, far) = pair(clock);
    assert_eq!((near.line_rate(), far.line_rate()), (None, None));
    both_ways(near, far, clock, &[1, 4096, 4097, 131_092]);
}

#[test]
fn an_end_is_told_and_what_was_flushed_came_before_it() {
    let clock = Clock::start();
    let (mut near, mut far) = pair(clock);
    near.send(b"CAN\r\n").unwrap();
    near.flush(LONG).unwrap();
    drop(near);
    assert!(matches!(far.next(LONG).unwrap(), Some(Arrival::Bytes { bytes, .. }) if bytes == b"CAN\r\n"));
    let Some(Arrival::Lost { reason, .. }) = far.next(LONG).unwrap() else { panic!("no loss") };
    assert_eq!(reason, "the other side hung up");
    assert!(matches!(far.next(LONG), Err(TransportError::Gone(_))));
    assert!(matches!(far.send(b"x"), Err(TransportError::Gone(_))));
    assert!(matches!(far.flush(LONG), Err(TransportError::Gone(_))));
}

#[test]
fn a_purge_forgets_what_has_come() {
    let clock = Clock::start();
    let (mut near, mut far) = pair(clock);
    near.send(&[0; 20_000]).unwrap();
    near.flush(LONG).unwrap();
    thread::sleep(Duration::from_millis(200));
    far.purge();
    near.send(b"new").unwrap();
    assert!(matches!(far.next(LONG).unwrap(), Some(Arrival::Bytes { bytes, .. }) if bytes == b"new"));
}

#[test]
fn the_last_acknowledgement_gets_out_before_the_line_is_closed() {
    let clock = Clock::start();
    for _ in 0..5 {
        let (near, far) = pair(clock);
        let (mut near, mut far) = (link(near, clock), link(far, clock));
        far.listen(Listen::to(0)).unwrap();
        let other = thread::spawn(move || {
            assert!(matches!(outcome(&mut far), Event::Received(_)));
            far.close(LONG).map(drop).unwrap();
        });
        near.send(Outgoing::new(1, data(5000)).unwrap()).unwrap();
        assert_eq!(outcome(&mut near), Event::Sent);
        other.join().unwrap();
    }
}

#[test]
fn a_friend_who_vanishes_in_mid_packet_ends_it() {
    let clock = Clock::start();
    let (near, mut far) = pair(clock);
    let mut near = link(near, clock);
    near.listen(Listen::to(0)).unwrap();
    far.send(b"PKT 9000\r\n").unwrap();
    far.send(&[7; 1000]).unwrap();
    far.flush(LONG).unwrap();
    drop(far);
    assert_eq!(outcome(&mut near), Event::LinkLost);
}

/// The two ends of a line at a table.
fn at_a_table() -> (Line, Line) {
    let (one, two) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    let (folder, name) = (tempfile::tempdir().unwrap(), Name::new("Anna").unwrap());
    let friends = Friends::open(folder.path()).unwrap();
    friends.befriend(two.key(), &name, &[], 0).unwrap();
    let here = "127.0.0.1:0".parse().unwrap();
    let host = Meeting::host(here, &one, &name, &Guests::new(friends)).unwrap();
    let guest = Meeting::guest(here, &two, &name).unwrap();
    let called = guest.join(Whom::Friend { key: one.key(), addresses: &[host.local_addr()] }, LONG).unwrap();
    (called, host.accept(LONG).unwrap().unwrap())
}

#[test]
fn a_stream_of_a_table_carries_it_and_ends_alone() {
    let clock = Clock::start();
    let (near, far) = at_a_table();
    for kind in [1, 2] {
        let called = quic::over(near.open(kind).unwrap(), clock).unwrap();
        let (came, stream) = far.accept(LONG).unwrap().unwrap();
        assert_eq!(came, kind);
        both_ways(called, quic::over(stream, clock).unwrap(), clock, &[1, 4097, 131_092]);
    }
    let mut called = quic::over(near.open(3).unwrap(), clock).unwrap();
    let mut came = quic::over(far.accept(LONG).unwrap().unwrap().1, clock).unwrap();
    called.send(b"CAN\r\n").unwrap();
    called.flush(LONG).unwrap();
    drop(called);
    assert!(matches!(came.next(LONG).unwrap(), Some(Arrival::Bytes { bytes, .. }) if bytes == b"CAN\r\n"));
    let Some(Arrival::Lost { reason, .. }) = came.next(LONG).unwrap() else { panic!("no loss") };
    assert_eq!(reason, "the other side has ended the connection");
    assert_eq!((near.ended(), far.ended()), (None, None));
}
