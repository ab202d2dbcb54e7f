//! Bytes between two endpoints.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use eggtooth_peer::{Allow, Limits, PeerError, Reader, Writer};
use support::{LONG, call, endpoint, hasty, pair_with};

/// Bytes that show where they belong.
fn pattern(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..1 << 20).map(|_| next()).collect()
}

fn send(mut writer: Writer, bytes: Vec<u8>) -> Writer {
    writer.write_all(&bytes).unwrap();
    writer.finish().unwrap();
    writer
}

/// Reads until the end in pieces of 1 to 997 bytes.
fn receive(mut reader: Reader) -> (Reader, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut buf = [0; 997];
    for size in (1..=997).cycle() {
        match reader.read(&mut buf[..size]).unwrap() {
            0 => break,
            len => bytes.extend_from_slice(&buf[..len]),
        }
    }
    (reader, bytes)
}

#[test]
fn a_mebibyte_each_way() {
    let (_a, _b, at_a, at_b) = pair_with(Limits::default());
    let ((from_b, to_b), (from_a, to_a)) = (at_a.split(), at_b.split());
    let (one, two) = (pattern(1), pattern(2));
    let tasks = (thread::spawn(move || send(to_b, pattern(1))), thread::spawn(move || send(to_a, pattern(2))));
    let reads = (thread::spawn(move || receive(from_a)), thread::spawn(move || receive(from_b)));
    let ((mut end, got_one), (_, got_two)) = (reads.0.join().unwrap(), reads.1.join().unwrap());
    let mut writer = tasks.0.join().unwrap();
    tasks.1.join().unwrap();
    assert!(got_one == one && got_two == two);
    // The end stays the end, and what is finished stays finished.
    assert_eq!(end.read(&mut [0]).unwrap(), 0);
    writer.finish().unwrap();
    assert_eq!(writer.write(b"more").unwrap_err().kind(), ErrorKind::BrokenPipe);
}

#[test]
fn either_side_may_speak_first() {
    let (a, b, at_a, at_b) = pair_with(Limits::default());
    assert_eq!((at_a.peer(), at_b.peer()), (b.key(), a.key()));
    assert_eq!((at_a.remote(), at_b.remote()), (b.local_addr(), a.local_addr()));
    let ((mut from_b, mut to_b), (mut from_a, mut to_a)) = (at_a.split(), at_b.split());
    let mut buf = [0; 16];
    to_a.write_all(b"first").unwrap();
    assert_eq!(from_b.read(&mut buf).unwrap(), 5);
    to_b.write_all(b"ok").unwrap();
    assert_eq!(from_a.read(&mut buf).unwrap(), 2);
}

#[test]
fn both_ends_export_the_same_bytes() {
    let (a, b, at_a, at_b) = pair_with(Limits::default());
    let bytes = at_a.exporter(b"label", b"context").unwrap();
    assert_eq!(bytes, at_b.exporter(b"label", b"context").unwrap());
    assert_ne!(bytes, at_a.exporter(b"label", b"other").unwrap());
    assert_ne!(bytes, at_a.exporter(b"other", b"context").unwrap());
    assert_eq!(at_a.exporter(b"", b"").unwrap(), at_b.exporter(b"", b"").unwrap());
    let (again, _) = call(&a, &b);
    assert_ne!(bytes, again.exporter(b"label", b"context").unwrap(), "each connection has its own");
}

#[test]
fn one_socket_dials_and_accepts_at_once() {
    let (a, b) = (endpoint(Allow::Anyone), endpoint(Allow::Anyone));
    thread::scope(|scope| {
        let outgoing = [(&a, &b), (&b, &a)]
            .map(|(from, to)| scope.spawn(move || from.connect(to.local_addr(), to.key(), LONG).unwrap()));
        let incoming = [&a, &b].map(|at| scope.spawn(move || at.accept(LONG).unwrap().unwrap()));
        let [a_to_b, b_to_a] = outgoing.map(|thread| thread.join().unwrap());
        let [at_a, at_b] = incoming.map(|thread| thread.join().unwrap());
        for (from, to, text) in [(a_to_b, at_b, b"one"), (b_to_a, at_a, b"two")] {
            assert_eq!(from.exporter(b"", b"").unwrap(), to.exporter(b"", b"").unwrap());
            let ((_reader, mut writer), (mut reader, _writer)) = (from.split(), to.split());
            let mut buf = [0; 3];
            writer.write_all(text).unwrap();
            reader.read_exact(&mut buf).unwrap();
            assert_eq!(&buf, text);
        }
    });
}

#[test]
fn flush_waits_for_the_acknowledgement() {
    let (_a, b, at_a, at_b) = pair_with(hasty());
    let ((_from_b, mut to_b), (mut from_a, _to_a)) = (at_a.split(), at_b.split());
    // Fits the window of the stream, so that it is acknowledged although nobody has read.
    to_b.write_all(&[7; 60_000]).unwrap();
    to_b.flush().unwrap();
    let mut bytes = vec![0; 60_000];
    from_a.set_limit(Some(Duration::from_millis(500)));
    from_a.read_exact(&mut bytes).unwrap();
    assert!(bytes.iter().all(|&byte| byte == 7));
    // Writing goes on as before.
    let writer = thread::spawn(move || {
        to_b.write_all(&[8; 200_000]).unwrap();
        to_b.flush().unwrap();
        to_b
    });
    from_a.read_exact(&mut vec![0; 200_000]).unwrap();
    let mut to_b = writer.join().unwrap();
    drop(b);
    to_b.write_all(b"streams outlive their endpoint").unwrap();
    to_b.flush().unwrap();
}

#[test]
fn closing_wakes_both_halves() {
    let (_a, _b, at_a, at_b) = pair_with(Limits::default());
    let closer = at_a.closer();
    let ((mut from_b, mut to_b), (mut from_a, _to_a)) = (at_a.split(), at_b.split());
    to_b.set_limit(LONG);
    let reader = thread::spawn(move || from_b.read(&mut [0]).unwrap_err());
    let writer = thread::spawn(move || to_b.write_all(&[0; 1 << 20]).unwrap_err());
    // The writer has filled the windows when this much has come.
    from_a.read_exact(&mut [0; 1000]).unwrap();
    closer.close("bed time\u{1b}[2J");
    for error in [reader.join().unwrap(), writer.join().unwrap()] {
        assert_eq!(error.to_string(), "the connection is gone: it was closed here");
    }
    let mut rest = Vec::new();
    let error = from_a.read_to_end(&mut rest).unwrap_err();
    assert_eq!(error.to_string(), "the connection is gone: the other side hung up: bed time[2J");
    let inner = error.into_inner().unwrap();
    assert!(matches!(inner.downcast_ref(), Some(PeerError::Lost(_))));
    closer.close("again, which does nothing");
}

#[test]
fn a_reason_may_have_any_length() {
    let (_a, _b, at_a, at_b) = pair_with(Limits::default());
    at_a.closer().close(&"é".repeat(1000));
    let (mut reader, _writer) = at_b.split();
    let error = reader.read(&mut [0]).unwrap_err().to_string();
    assert!(error.ends_with(&"é".repeat(100)), "{error}");
}

#[test]
fn dropping_everything_hangs_up() {
    let (_a, b, at_a, at_b) = pair_with(Limits::default());
    let closer = at_a.closer();
    let (reader, writer) = at_a.split();
    let (mut from_a, mut to_a) = at_b.split();
    drop(reader);
    // One half still lives: writes from the other side end, the connection does not.
    let stopped = loop {
        match to_a.write(b"x").and_then(|_| to_a.flush()) {
            Ok(()) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(stopped.to_string(), "the connection is gone: the other side stopped reading");
    drop(writer);
    closer.close("too late");
    let error = from_a.read_to_end(&mut Vec::new());
    // The end of the bytes may come before the end of the connection.
    assert!(error.is_ok_and(|len| len == 0) || to_a.write(b"x").is_err());
    drop((from_a, to_a));
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
}

#[test]
fn reading_can_have_a_limit() {
    let (_a, _b, at_a, _at_b) = pair_with(Limits::default());
    let (mut reader, _writer) = at_a.split();
    reader.set_limit(Some(Duration::from_millis(50)));
    let began = Instant::now();
    assert_eq!(reader.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
    assert!(began.elapsed() >= Duration::from_millis(50));
    assert_eq!(reader.read(&mut []).unwrap(), 0);
}

#[test]
fn an_asynchronous_task_is_told_so() {
    let (a, b, at_a, _at_b) = pair_with(Limits::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (mut reader, mut writer) = at_a.split();
    runtime.block_on(async {
        assert_eq!(a.accept(LONG).unwrap_err(), PeerError::Asynchronous);
        assert_eq!(a.connect(b.local_addr(), b.key(), LONG).unwrap_err(), PeerError::Asynchronous);
        assert!(reader.read(&mut [0]).is_err() && writer.write(b"x").is_err());
        drop((reader, writer, a));
    });
}
