//! Who comes to a table and misbehaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::Read;
use std::time::Duration;

use eggtooth_peer::{ALPN, HelloError, Knock, Limits, MEETING_ALPN, PeerError, Welcome, Whom};
use quinn::ConnectionError;
use support::tables::{Table, guest, name, patient};
use support::{LONG, Shows, Stranger, hasty};

fn stranger() -> Stranger {
    Stranger::new(Shows::Key, &[MEETING_ALPN])
}

/// Knocks with these bytes, and says nothing more; the code with which the host ends it.
fn say(table: &Table, stranger: &Stranger, hello: &[u8]) -> u64 {
    let connection = stranger.connect(table.host.local_addr()).unwrap();
    let end = stranger.runtime.block_on(async {
        let (mut send, _recv) = connection.open_bi().await.unwrap();
        send.write_all(hello).await.unwrap();
        let _ = send.finish();
        tokio::time::timeout(LONG, connection.closed()).await.unwrap()
    });
    match &end {
        ConnectionError::ApplicationClosed(close) => close.error_code.into(),
        other => panic!("{other}"),
    }
}

#[test]
fn strangers_stay_outside() {
    let (table, stranger) = (Table::new(), guest());
    // Without a live invite not even the handshake is finished.
    let refused = PeerError::Refused { addr: table.host.local_addr(), own: stranger.key() };
    assert_eq!(table.call(&stranger).unwrap_err(), refused);
    assert_eq!(table.refusal().reason, "its key is not among those allowed");
    // With one, whoever has no proof is told so.
    let invite = table.invite();
    for _ in 0..4 {
        assert_eq!(table.call(&stranger).unwrap_err(), PeerError::NotInvited);
        let refusal = table.refusal();
        assert_eq!((refusal.key, refusal.remote), (Some(stranger.key()), stranger.local_addr()));
        assert_eq!(refusal.reason, "it has no invite");
    }
    assert!(table.is_empty() && table.guests.is_live(&invite));
    // Who only calls lets nobody in.
    let error =
        table.host.join(Whom::Friend { key: stranger.key(), addresses: &[stranger.local_addr()] }, LONG).unwrap_err();
    assert_eq!(error, PeerError::Refused { addr: stranger.local_addr(), own: table.host.key() });
}

#[test]
fn what_is_no_hello_is_refused() {
    let table = Table::new();
    let (invite, stranger) = (table.invite(), stranger());
    let proof = Knock { proof: Some([7; 32]), name: name("Eve") }.to_bytes();
    let long: Vec<u8> = [&b"EGT\x01\xff\x00"[..], &[b'x'; 254]].concat();
    let garbage: Vec<u8> = (0..4096_u32).map(|at| ((at * at) >> 3) as u8).collect();
    let cases: [&[u8]; 10] = [
        b"",
        b"EGG\x01",
        b"EGT\x02\x04\x00Eve",
        b"EGT\x01\x04\x02Eve",
        b"EGT\x01\x00",
        b"EGT\x01\x04\x00E\x1be",
        &long,
        &garbage,
        &proof[..20],
        b"GET / HTTP/1.1\r\n\r\n",
    ];
    for hello in cases {
        assert_eq!(say(&table, &stranger, hello), 1, "{hello:?}");
        let refusal = table.refusal();
        assert_eq!(refusal.key, Some(stranger.key));
        assert!(refusal.reason.starts_with("its "), "{refusal:?}");
    }
    assert_eq!(say(&table, &stranger, b"EGT\x01\x04\x00Eve"), 5);
    // A proof made up counts as any wrong one.
    assert_eq!([say(&table, &stranger, &proof), say(&table, &stranger, &proof)], [6, 6]);
    assert!(table.is_empty() && table.guests.is_live(&invite));
    let _line = guest().join(&invite, LONG).unwrap();
    assert_eq!(table.host.accept(LONG).unwrap().unwrap().their_name().as_str(), "Guest");
}

#[test]
fn the_silent_are_shown_out() {
    let table = Table::with(Limits { handshakes: 1000, ..hasty() });
    let (_invite, stranger) = (table.invite(), stranger());
    let silent = stranger.connect(table.host.local_addr()).unwrap();
    let end = stranger.end(&silent);
    assert!(matches!(&end, ConnectionError::ApplicationClosed(close) if close.error_code == 3u32.into()), "{end}");
    assert_eq!(table.refusal().reason, "it said no hello in time");
    let half = stranger.connect(table.host.local_addr()).unwrap();
    let _half = stranger.runtime.block_on(async {
        let (mut send, recv) = half.open_bi().await.unwrap();
        send.write_all(b"EGT\x01\x08\x00Ev").await.unwrap();
        (send, recv)
    });
    let end = stranger.end(&half);
    assert!(matches!(&end, ConnectionError::ApplicationClosed(close) if close.error_code == 3u32.into()), "{end}");
    assert!(table.is_empty());
}

#[test]
fn another_protocol_is_none_of_ours() {
    let table = Table::new();
    let _invite = table.invite();
    for alpn in [&[ALPN][..], &[b"eggtooth/2"], &[b"h3"], &[]] {
        let error = Stranger::new(Shows::Key, alpn).refused(table.host.local_addr());
        assert!(matches!(error, ConnectionError::ConnectionClosed(_)), "{error}");
        assert!(table.refusal().reason.starts_with("its handshake is not ours"));
    }
    for shows in [Shows::Certificate, Shows::Nothing] {
        let error = Stranger::new(shows, &[MEETING_ALPN]).refused(table.host.local_addr());
        assert!(matches!(error, ConnectionError::ConnectionClosed(_)), "{error}");
        assert!(table.refusal().reason.starts_with("its handshake is not ours"));
    }
    assert!(table.is_empty());
}

/// A host that proves its key and answers a knock with these bytes.
fn answered(bytes: &[u8]) -> PeerError {
    let stranger = stranger();
    let addr = stranger.endpoint.local_addr().unwrap();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let answer = stranger.endpoint.clone();
    let server = async {
        let connection = answer.accept().await.unwrap().await.unwrap();
        let (mut send, _recv) = connection.accept_bi().await.unwrap();
        send.write_all(bytes).await.unwrap();
        send.finish().unwrap();
        let _ = ended.await;
    };
    std::thread::scope(|scope| {
        let serving = scope.spawn(|| stranger.runtime.block_on(server));
        let whom = Whom::Friend { key: stranger.key, addresses: &[addr] };
        let error = guest().join(whom, LONG).unwrap_err();
        drop(end);
        serving.join().unwrap();
        error
    })
}

#[test]
fn a_host_that_answers_nonsense_is_named() {
    let cases: [(&[u8], &str); 5] = [
        (b"EGT\x02\x04Host", "another program's or version's"),
        (b"HTTP/1.1 400 Bad Request", "another program's or version's"),
        (b"EGT\x01\x05Ho\nst", "its name is none"),
        (b"EGT\x01\x00", "its name is none"),
        (b"EGT\x01\xffHost", "its hello is another one"),
    ];
    for (bytes, reason) in cases {
        let error = answered(bytes);
        assert!(matches!(&error, PeerError::Foreign { reason: r, .. } if r.contains(reason)), "{error}");
        assert!(Welcome::parse(bytes).is_err());
    }
    assert_eq!(Knock::parse(b"EGT"), Err(HelloError::Length));
}

#[test]
fn an_address_calls_ten_times_a_minute() {
    let table = Table::with(Limits::default());
    let (guest, stranger) = (guest(), stranger());
    table.befriend(&guest);
    for _ in 0..Limits::default().handshakes {
        // Held until it is fetched: who hangs up before is not handed out.
        let _line = table.call(&guest).unwrap();
        table.host.accept(LONG).unwrap().unwrap();
    }
    // Who it is does not matter, and it is the address, not the port, that counts.
    let busy = PeerError::Busy { addr: table.host.local_addr() };
    assert_eq!([table.call(&guest).unwrap_err(), table.call(&guest).unwrap_err()], [busy.clone(), busy]);
    for _ in 0..20 {
        let error = stranger.refused(table.host.local_addr());
        // CONNECTION_REFUSED (RFC 9000 §20.1).
        assert!(matches!(&error, ConnectionError::ConnectionClosed(c) if u64::from(c.error_code) == 2), "{error}");
    }
    let refusals = table.host.refusals();
    assert_eq!(refusals.iter().map(|refusal| &*refusal.reason).collect::<Vec<_>>(), ["it calls too often"]);
}

#[test]
fn a_full_house_says_busy_and_keeps_the_invite() {
    let table = Table::with(Limits { backlog: 1, ..patient() });
    let (first, second) = (table.invite(), table.invite());
    let (anna, bert) = (guest(), guest());
    let waiting = anna.join(&first, LONG).unwrap();
    let busy = PeerError::Busy { addr: table.host.local_addr() };
    assert_eq!(bert.join(&second, LONG).unwrap_err(), busy);
    assert!(table.guests.is_live(&second));
    let _inside = table.host.accept(LONG).unwrap().unwrap();
    bert.join(&second, LONG).unwrap();
    drop(waiting);
}

#[test]
fn a_stream_that_ends_before_its_kind_is_passed_over() {
    let (table, stranger) = (Table::new(), stranger());
    table.friends.befriend(stranger.key, &name("Eve"), &[], 0).unwrap();
    let connection = stranger.connect(table.host.local_addr()).unwrap();
    let (done, is_done) = tokio::sync::oneshot::channel::<()>();
    std::thread::scope(|scope| {
        let host = scope.spawn(|| {
            let line = table.host.accept(LONG).unwrap().unwrap();
            let (kind, stream) = line.accept(LONG).unwrap().unwrap();
            let mut rest = [0; 4];
            stream.split().0.read_exact(&mut rest).unwrap();
            assert_eq!((kind, &rest), (7, b"good"));
            assert!(line.accept(Duration::ZERO).unwrap().is_none() && line.ended().is_none());
            drop(done);
        });
        stranger.runtime.block_on(async {
            let (mut send, mut recv) = connection.open_bi().await.unwrap();
            send.write_all(&Knock { proof: None, name: name("Eve") }.to_bytes()).await.unwrap();
            recv.read_exact(&mut [0; 9]).await.unwrap();
            let (mut ended, _recv) = connection.open_bi().await.unwrap();
            ended.finish().unwrap();
            let (mut broken, _recv) = connection.open_bi().await.unwrap();
            broken.reset(0_u32.into()).unwrap();
            let (mut good, _recv) = connection.open_bi().await.unwrap();
            good.write_all(b"\x07good").await.unwrap();
            let _ = is_done.await;
        });
        host.join().unwrap();
    });
}
