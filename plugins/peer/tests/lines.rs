//! Lines between a host and its guests.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use eggtooth_peer::{Ended, Identity, Invite, Limits, Line, Meeting, PeerError, Reader, Stream, Writer};
use support::relay::Relay;
use support::tables::{START, Table, guest, guest_with, name, patient};
use support::{LONG, LOOPBACK, hasty};

const NOW: Duration = Duration::from_millis(100);

/// Says it on one side of a stream, and hears it on the other.
fn says(from: Stream, to: Stream, text: &[u8]) -> (Halves, Halves) {
    let ((reader, mut writer), (mut other, back)) = (from.split(), to.split());
    writer.write_all(text).unwrap();
    let mut heard = vec![0; text.len()];
    other.set_limit(Some(LONG));
    other.read_exact(&mut heard).unwrap();
    assert_eq!(heard, text);
    ((reader, writer), (other, back))
}

type Halves = (Reader, Writer);

#[test]
fn everything_runs_over_one_line() {
    let (table, guest) = (Table::new(), guest());
    let (near, far) = table.line(&guest);
    let ((mut from_host, mut to_host), (mut from_guest, mut to_guest)) =
        (near.control().unwrap(), far.control().unwrap());
    assert!(near.control().is_none() && far.clone().control().is_none(), "there is one");
    // Either side may speak first, on each.
    let mut buf = [0; 2];
    to_guest.write_all(b"hi").unwrap();
    from_host.read_exact(&mut buf).unwrap();
    to_host.write_all(b"ho").unwrap();
    from_guest.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"ho");
    for (one, other) in [(&near, &far), (&far, &near)] {
        let (first, second) = (one.open(1).unwrap(), one.open(255).unwrap());
        let (kind, at_first) = other.accept(LONG).unwrap().unwrap();
        assert_eq!((kind, at_first.peer()), (1, other.peer()));
        let (kind, at_second) = other.accept(LONG).unwrap().unwrap();
        assert_eq!(kind, 255);
        let _second = says(second, at_second, b"over the second");
        let (mut ends, _) = says(first, at_first, b"over the first");
        ends.1.flush().unwrap();
        assert!(other.accept(NOW).unwrap().is_none());
        assert!(one.send_datagram(b"look") && other.recv_datagram(LONG).unwrap().unwrap() == b"look");
    }
    assert!(near.rtt() < Duration::from_secs(1));
    assert_eq!((near.moves(), far.moves(), near.ended(), far.ended()), (0, 0, None, None));
}

#[test]
fn a_stream_ends_alone() {
    let (table, guest) = (Table::new(), guest());
    let (near, far) = table.line(&guest);
    let opened = near.open(1).unwrap();
    let (_, got) = far.accept(LONG).unwrap().unwrap();
    let closer = opened.closer();
    let ((mut reader, mut writer), (mut other, mut back)) = (opened.split(), got.split());
    writer.write_all(b"the last bytes").unwrap();
    let waiting = thread::spawn(move || reader.read(&mut [0]).unwrap_err());
    closer.close("");
    let error = waiting.join().unwrap();
    assert_eq!(error.to_string(), "the connection is gone: it was closed here");
    assert!(writer.write(b"more").is_err() && writer.finish().is_err());
    drop(writer);
    // The other side reads what was written, and the end; what it writes, nobody wants.
    let mut rest = Vec::new();
    other.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"the last bytes");
    let stopped = loop {
        match back.write_all(b"x") {
            Ok(()) => thread::sleep(Duration::from_millis(5)),
            Err(error) => break error,
        }
    };
    assert_eq!(stopped.kind(), ErrorKind::BrokenPipe);
    // The line is as it was.
    let again = near.open(2).unwrap();
    says(again, far.accept(LONG).unwrap().unwrap().1, b"again");
    assert_eq!((near.ended(), far.ended()), (None, None));
}

#[test]
fn streams_have_a_limit() {
    let limits = Limits { write: Duration::from_millis(300), ..patient() };
    let (table, guest) = (Table::with(limits.clone()), guest_with(limits));
    let (near, far) = table.line(&guest);
    // The control stream is one of the guest's four.
    let mut open: Vec<_> = (0..3).map(|kind| near.open(kind).unwrap()).collect();
    let full = PeerError::Lost("the other side takes no more streams; end one first".into());
    assert_eq!(near.open(3).unwrap_err(), full);
    let taken: Vec<_> = (0..3).map(|_| far.accept(LONG).unwrap().unwrap()).collect();
    assert_eq!(taken.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(near.open(3).unwrap_err(), full);
    open.remove(0);
    drop(taken);
    let _next = near.open(3).unwrap();
    // What was dropped before anybody fetched it is still fetched.
    assert_eq!(far.accept(LONG).unwrap().unwrap().0, 3);
}

#[test]
fn the_latest_datagrams_win() {
    let (table, guest) = (Table::new(), guest());
    let (near, far) = table.line(&guest);
    assert!(!near.send_datagram(&[0; Line::DATAGRAM + 1]) && near.recv_datagram(NOW).unwrap().is_none());
    // More than both buffers hold; some of these are dropped, whichever the network likes, but never the last.
    for number in 0..500_u32 {
        let mut bytes = vec![7; Line::DATAGRAM];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        assert!(near.send_datagram(&bytes));
    }
    let mut numbers = Vec::new();
    while let Some(bytes) = far.recv_datagram(Duration::from_millis(500)).unwrap() {
        assert_eq!(bytes.len(), Line::DATAGRAM);
        numbers.push(u32::from_le_bytes(*bytes.first_chunk().unwrap()));
    }
    assert!(numbers.is_sorted() && numbers.last() == Some(&499), "{numbers:?}");
    // Nobody reads while these come: of two buffers' worth, half is left at most, and it is the later half.
    for number in 0..120_u32 {
        assert!(near.send_datagram(&[&number.to_le_bytes()[..], &[0; 1000]].concat()));
        thread::sleep(Duration::from_millis(2));
    }
    thread::sleep(Duration::from_millis(200));
    let first = far.recv_datagram(LONG).unwrap().unwrap();
    let first = u32::from_le_bytes(*first.first_chunk().unwrap());
    assert!(first > 50, "{first}");
}

#[test]
fn an_end_has_a_code_and_a_reason() {
    let (table, guest) = (Table::new(), guest());
    let closed = |code, reason: &str| {
        let (near, far) = table.line(&guest);
        let reads = near.control().unwrap();
        far.close(code, reason);
        far.close(9, "too late");
        drop(reads);
        (near.wait_ended(LONG).unwrap().unwrap(), far.ended().unwrap())
    };
    let (near, far) = closed(7, "bed time\u{1b}[2J");
    assert_eq!(near, Ended { by_them: true, code: Some(7), reason: "bed time[2J".into() });
    assert_eq!(far, Ended { by_them: false, code: Some(7), reason: "bed time\u{1b}[2J".into() });
    let (near, _) = closed(0, "");
    assert_eq!(near, Ended { by_them: true, code: Some(0), reason: "the other side hung up".into() });
    let (near, far) = closed(u32::MAX, &"é".repeat(1000));
    assert_eq!((near.code, far.code), (Some(Line::LARGEST_CODE), Some(Line::LARGEST_CODE)));
    assert_eq!(near.reason, "é".repeat(100));
    // Dropping everything says nothing, and what waits returns.
    let (near, far) = table.line(&guest);
    drop(far);
    let error = near.accept(LONG).unwrap_err();
    assert_eq!(error.to_string(), "the connection is gone: the other side hung up");
    assert_eq!(near.ended().unwrap(), Ended { by_them: true, code: None, reason: "the other side hung up".into() });
    assert!(near.open(0).is_err() && near.recv_datagram(LONG).is_err() && !near.send_datagram(b"x"));
}

#[test]
fn a_lost_line_is_noticed() {
    let limits = Limits { handshakes: 1000, ..hasty() };
    let (table, guest) = (Table::with(limits.clone()), guest_with(limits));
    let relay = Relay::new(table.host.local_addr());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| relay.run(&done));
        let lines = scope.spawn(|| {
            let invite = Invite::new(table.host.key(), &[relay.addr()], START, 600).unwrap();
            table.guests.expect(&invite);
            let near = guest.join(&invite, LONG).unwrap();
            let far = table.host.accept(LONG).unwrap().unwrap();
            relay.fall_silent();
            for line in [&near, &far] {
                let ended = line.wait_ended(LONG).unwrap().unwrap();
                let reason = "the other side was not heard of for too long; check its network and yours";
                assert_eq!(ended, Ended { by_them: false, code: None, reason: reason.into() });
            }
        });
        let lines = lines.join();
        done.store(true, Ordering::Release);
        lines.unwrap();
    });
}

#[test]
fn a_guest_who_moves_stays() {
    let (table, guest) = (Table::new(), guest());
    let (near, far) = table.line(&guest);
    let stream = near.open(1).unwrap();
    let (_, got) = far.accept(LONG).unwrap().unwrap();
    let ((_near_reader, mut near_writer), (mut far_reader, _far_writer)) = says(stream, got, b"at home");
    for round in 1..=3 {
        let before = far.remote();
        guest.rebind(LOOPBACK).unwrap();
        near_writer.write_all(b"in the train").unwrap();
        far_reader.read_exact(&mut [0; 12]).unwrap();
        assert_eq!(far.remote(), guest.local_addr());
        assert_ne!(far.remote(), before);
        let deadline = Instant::now() + LONG;
        while far.moves() != round {
            assert!(Instant::now() < deadline, "{} moves", far.moves());
            thread::sleep(Duration::from_millis(10));
        }
        assert!(far.send_datagram(b"there?") && near.recv_datagram(LONG).unwrap().unwrap() == b"there?");
    }
    assert_eq!((near.moves(), near.ended(), far.ended()), (0, None, None));
    let taken = guest.rebind(table.host.local_addr()).unwrap_err();
    assert!(matches!(taken, PeerError::Bind { .. }), "{taken}");
    near_writer.write_all(b"still here").unwrap();
    far_reader.read_exact(&mut [0; 10]).unwrap();
}

/// An invite to the table, by way of these addresses.
fn by_way_of(table: &Table, addresses: &[SocketAddr]) -> Invite {
    let invite = Invite::new(table.host.key(), addresses, START, 600).unwrap();
    table.guests.expect(&invite);
    invite
}

#[test]
fn the_address_that_answers_is_taken() {
    let (table, other, guest) = (Table::new(), Table::new(), guest());
    let silent = UdpSocket::bind(LOOPBACK).unwrap();
    let (deaf, host) = (silent.local_addr().unwrap(), table.host.local_addr());
    let foreign = other.host.local_addr();
    for addresses in [&[deaf, host][..], &[foreign, deaf, deaf, host], &[host, foreign], &[host, host, host, host]] {
        let line = guest.join(&by_way_of(&table, addresses), LONG).unwrap();
        assert_eq!(line.remote(), host);
        let inside = table.host.accept(LONG).unwrap().unwrap();
        assert_eq!(inside.peer(), guest.key());
        assert!(table.is_empty(), "one guest has one line");
    }
    assert_eq!(table.host.refusals(), []);
    // What tells most is told.
    let waited = Duration::from_millis(700);
    let error = guest.join(&by_way_of(&table, &[deaf, foreign, deaf]), waited).unwrap_err();
    assert!(matches!(error, PeerError::WrongKey { addr, .. } if addr == foreign), "{error}");
    let error = guest.join(&by_way_of(&table, &[deaf, deaf]), waited).unwrap_err();
    assert_eq!(error, PeerError::NobodyAnywhere { count: 2, waited });
    let error = guest.join(&by_way_of(&table, &[deaf]), waited).unwrap_err();
    assert_eq!(error, PeerError::Nobody { addr: deaf, waited });
}

#[test]
fn both_families_reach_a_host() {
    let everywhere: SocketAddr = "[::]:0".parse().unwrap();
    let Ok(table) = Table::at(everywhere, patient()) else {
        // Past the test harness, which keeps what a good test prints.
        let words = "\nNOT TRIED: this system has no IPv6\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return;
    };
    let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), table.host.local_addr().port());
    let (v4, v6) = (at("127.0.0.1"), at("::1"));
    let both = Meeting::open(everywhere, &Identity::generate().unwrap(), &name("Both"), None, patient()).unwrap();
    let cases = [(&both, &[v4][..], v4), (&both, &[v6], v6), (&guest(), &[v6, v4], v4)];
    for (guest, addresses, reached) in cases {
        let line = guest.join(&by_way_of(&table, addresses), LONG).unwrap();
        let inside = table.host.accept(LONG).unwrap().unwrap();
        assert_eq!(line.remote(), reached);
        assert_eq!(inside.remote(), SocketAddr::new(reached.ip(), guest.local_addr().port()));
    }
    let error = guest().join(&by_way_of(&table, &[v6]), LONG).unwrap_err();
    assert!(matches!(&error, PeerError::Address { addr, .. } if *addr == v6), "{error}");
}
