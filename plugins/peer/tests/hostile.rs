//! Those who are let in and misbehave, and those who only throw bytes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};

use eggtooth_peer::{Allow, Endpoint, HELLO, Limits};
use quinn::ConnectionError;
use support::relay::Relay;
use support::{LONG, LOOPBACK, Stranger, call, endpoint, endpoint_with, hasty, pair_with};

/// A stranger whom the endpoint takes for one of us, and our end of the stream.
fn guest(b: &Endpoint) -> (Stranger, (quinn::SendStream, quinn::RecvStream), eggtooth_peer::Stream) {
    let stranger = Stranger::knowing();
    let connection = stranger.connect(b.local_addr()).unwrap();
    let ends = stranger.runtime.block_on(async {
        let (mut send, mut recv) = connection.open_bi().await.unwrap();
        send.write_all(&HELLO).await.unwrap();
        let mut hello = [0; 4];
        recv.read_exact(&mut hello).await.unwrap();
        assert_eq!(hello, HELLO);
        (send, recv)
    });
    let stream = b.accept(LONG).unwrap().unwrap();
    assert_eq!(stream.peer(), stranger.key);
    (stranger, ends, stream)
}

#[test]
fn the_silent_are_shown_out() {
    let b = endpoint_with(Allow::Anyone, hasty());
    let stranger = Stranger::knowing();
    let connection = stranger.connect(b.local_addr()).unwrap();
    let began = Instant::now();
    // Half a hello is none.
    let half = stranger.runtime.block_on(async {
        let (mut send, recv) = connection.open_bi().await.unwrap();
        send.write_all(&HELLO[..2]).await.unwrap();
        (send, recv)
    });
    let other = stranger.connect(b.local_addr()).unwrap();
    for connection in [connection, other] {
        let end = stranger.end(&connection);
        assert!(matches!(&end, ConnectionError::ApplicationClosed(close) if close.error_code == 3u32.into()), "{end}");
    }
    assert!(began.elapsed() >= hasty().greeting);
    drop(half);
    let refusals = b.refusals();
    assert!(!refusals.is_empty() && refusals.iter().all(|refusal| refusal.key == Some(stranger.key)), "{refusals:?}");
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
}

#[test]
fn a_peer_that_never_reads_is_given_up() {
    let limits = Limits { write: Duration::from_millis(300), ..Limits::default() };
    let (_a, _b, at_a, at_b) = pair_with(limits.clone());
    let ((_from_b, mut to_b), _unread) = (at_a.split(), at_b.split());
    let mut taken = 0;
    let (error, waited) = loop {
        let began = Instant::now();
        match to_b.write(&[0; 4096]) {
            Ok(len) => taken += len,
            Err(error) => break (error, began.elapsed()),
        }
    };
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!((limits.write..limits.write * 5).contains(&waited), "{waited:?}");
    // What its window holds, less the hello, and not a byte more.
    assert_eq!(taken, limits.stream_window as usize - HELLO.len());
    // A full window is not told from one that nobody acknowledges; the end of the bytes needs no window.
    assert_eq!(to_b.flush().unwrap_err().kind(), ErrorKind::TimedOut);
    to_b.finish().unwrap();
}

#[test]
fn a_flood_stops_at_the_window() {
    let b = endpoint(Allow::Anyone);
    let (stranger, (mut send, _recv), stream) = guest(&b);
    stranger.runtime.block_on(async {
        let flood = async {
            loop {
                send.write_all(&[7; 4096]).await.unwrap();
            }
        };
        assert!(tokio::time::timeout(Duration::from_millis(300), flood).await.is_err(), "it has to stop");
    });
    // Everything that was let through is there to be read: at most one window, then nothing.
    let (mut reader, _writer) = stream.split();
    reader.set_limit(Some(Duration::from_millis(200)));
    let mut total = 0;
    let mut buf = [0; 4096];
    while let Ok(len) = reader.read(&mut buf) {
        total += len;
    }
    assert!((60_000..=Limits::default().stream_window as usize).contains(&total), "{total}");
}

#[test]
fn a_killed_peer_is_noticed() {
    let limits = hasty();
    let b = endpoint_with(Allow::Anyone, limits.clone());
    // Its tasks run no more from here on: it says nothing, not even goodbye.
    let (_stranger, _ends, stream) = guest(&b);
    let (mut reader, mut writer) = stream.split();
    let began = Instant::now();
    writer.write_all(b"are you there?").unwrap();
    assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::TimedOut, "nobody acknowledges");
    let error = reader.read(&mut [0]).unwrap_err();
    assert!(error.to_string().contains("was not heard of for too long"), "{error}");
    assert!((limits.idle / 2..limits.idle * 4).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert!(writer.write(b"x").is_err());
}

#[test]
fn an_idle_line_is_kept_alive() {
    let limits = hasty();
    let (_a, _b, at_a, at_b) = pair_with(limits.clone());
    let ((mut reader, _w), (_r, mut writer)) = (at_a.split(), at_b.split());
    reader.set_limit(Some(limits.idle * 2));
    assert_eq!(reader.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut, "nothing was sent, nothing is lost");
    writer.write_all(b"x").unwrap();
    assert_eq!(reader.read(&mut [0]).unwrap(), 1);
}

#[test]
fn garbage_does_no_harm() {
    let (a, b, at_a, at_b) = pair_with(Limits::default());
    let socket = UdpSocket::bind(LOOPBACK).unwrap();
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u32
    };
    for round in 0..3000 {
        let len = [0, 1, 20, 64, 1199, 1200, 1252, 1472][random() as usize % 8];
        let mut bytes: Vec<u8> = (0..len).map(|_| random() as u8).collect();
        // Two of three look like the beginning of something: an Initial of version 1, or of another one.
        let head: &[u8] = match round % 3 {
            0 => &[0xC3, 0, 0, 0, 1, 8],
            1 => &[0xC0, 0xFF, 0, 0, 29, 20],
            _ => &[],
        };
        bytes.iter_mut().zip(head).for_each(|(to, from)| *to = *from);
        // A full buffer drops some; that is as good.
        let _ = socket.send_to(&bytes, b.local_addr());
    }
    let ((_r, mut writer), (mut reader, _w)) = (at_a.split(), at_b.split());
    writer.write_all(b"still here").unwrap();
    writer.flush().unwrap();
    assert_eq!(reader.read(&mut [0; 16]).unwrap(), 10);
    call(&a, &b);
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
}

#[test]
fn an_address_is_validated_and_may_change() {
    let (a, b) = (endpoint(Allow::Anyone), endpoint(Allow::Anyone));
    let relay = Relay::new(b.local_addr());
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        let relaying = scope.spawn(|| relay.run(&done));
        let talk = scope.spawn(|| {
            let at_a = a.connect(relay.addr(), b.key(), LONG).unwrap();
            let at_b = b.accept(LONG).unwrap().unwrap();
            let before = at_b.remote();
            relay.move_house();
            let closer = at_a.closer();
            let (_r, mut writer) = at_a.split();
            writer.set_limit(LONG);
            writer.write_all(b"from the train").unwrap();
            writer.flush().unwrap();
            assert_ne!(at_b.remote(), before, "{closer:?}");
            assert_eq!(at_b.peer(), a.key());
            let (mut reader, mut back) = at_b.split();
            back.set_limit(LONG);
            assert_eq!(reader.read(&mut [0; 64]).unwrap(), 14);
            back.write_all(b"hello").unwrap();
            back.flush().unwrap();
        });
        let talked = talk.join();
        done.store(true, std::sync::atomic::Ordering::Release);
        let first = relaying.join().unwrap().unwrap();
        talked.unwrap();
        // A long header of type Retry (RFC 9000 §17.2.5): nothing was done for an address that proved nothing.
        assert_eq!(first & 0xB0, 0xB0, "{first:#x}");
    });
}
