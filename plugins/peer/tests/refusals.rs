//! Who does not come in, and what everybody is told.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::net::UdpSocket;
use std::time::Duration;

use eggtooth_peer::{ALPN, Allow, Endpoint, Identity, Limits, PeerError, PeerKey, Refusal};
use quinn::ConnectionError;
use support::{LONG, LOOPBACK, Shows, Stranger, call, endpoint, endpoint_with, hasty};

/// The one refusal; the listener may still be about to note it.
fn refusal(at: &Endpoint) -> Refusal {
    let deadline = std::time::Instant::now() + LONG;
    loop {
        match at.refusals().as_slice() {
            [one] => return one.clone(),
            [] if std::time::Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            other => panic!("{other:?}"),
        }
    }
}

/// The endpoint is as good as new.
fn still_works(b: &Endpoint) {
    let a = endpoint(Allow::Anyone);
    let (_at_a, at_b) = call(&a, b);
    assert_eq!(at_b.peer(), a.key());
}

#[test]
fn the_pin_decides_on_the_calling_side() {
    let (a, b) = (endpoint(Allow::Anyone), endpoint(Allow::Anyone));
    let pinned = PeerKey([7; 32]);
    let error = a.connect(b.local_addr(), pinned, LONG).unwrap_err();
    assert_eq!(error, PeerError::WrongKey { addr: b.local_addr(), pinned, shown: b.key() });
    assert!(error.to_string().contains(&pinned.to_string()) && error.to_string().contains(&b.key().to_string()));
    // The listener learns that it was not wanted, and from whom: nobody proved a key yet.
    let refusal = refusal(&b);
    assert_eq!((refusal.remote, refusal.key), (a.local_addr(), None));
    assert_eq!(refusal.reason, "the other side does not let this key in");
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
    still_works(&b);
}

#[test]
fn the_list_decides_on_the_listening_side() {
    let friend = Identity::generate().unwrap();
    let b = endpoint(Allow::Only(vec![friend.key()]));
    let a = endpoint(Allow::Anyone);
    let error = a.connect(b.local_addr(), b.key(), LONG).unwrap_err();
    assert_eq!(error, PeerError::Refused { addr: b.local_addr(), own: a.key() });
    let refusal = refusal(&b);
    assert_eq!((refusal.remote, refusal.key), (a.local_addr(), Some(a.key())));
    assert_eq!(refusal.reason, "its key is not among those allowed");
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
    let friend = Endpoint::bind(LOOPBACK, &friend, Allow::Anyone).unwrap();
    assert_eq!(call(&friend, &b).1.peer(), friend.key());
}

#[test]
fn an_empty_list_lets_nobody_in() {
    let (a, b) = (endpoint(Allow::Anyone), endpoint(Allow::Only(vec![])));
    assert!(matches!(a.connect(b.local_addr(), b.key(), LONG), Err(PeerError::Refused { .. })));
    // Who listens to nobody may still call.
    call(&b, &a);
}

/// The code with which TLS broke off.
fn alert(error: &ConnectionError) -> u64 {
    match error {
        ConnectionError::ConnectionClosed(close) => u64::from(close.error_code).checked_sub(0x100).unwrap(),
        ConnectionError::TransportError(fault) => u64::from(fault.code).checked_sub(0x100).unwrap(),
        other => panic!("{other}"),
    }
}

#[test]
fn strangers_to_our_handshake_are_refused() {
    let b = endpoint(Allow::Anyone);
    let cases = [
        (Shows::Certificate, &[ALPN][..]),
        (Shows::Nothing, &[ALPN]),
        (Shows::Key, &[b"h3"]),
        (Shows::Key, &[b"prong/2", b"prong/10"]),
        (Shows::Key, &[]),
    ];
    for (shows, alpn) in cases {
        let stranger = Stranger::new(shows, alpn);
        let error = stranger.refused(b.local_addr());
        // unsupported_certificate, no_application_protocol, or the like: in any case an alert of TLS.
        assert!((40..=120).contains(&alert(&error)), "{error}");
        let refusal = refusal(&b);
        assert_eq!(refusal.key, None);
        assert!(refusal.reason.starts_with("its handshake is not ours"), "{refusal:?}");
        assert!(b.accept(Duration::ZERO).unwrap().is_none());
    }
    still_works(&b);
}

#[test]
fn a_server_of_another_kind_is_named() {
    let a = endpoint(Allow::Anyone);
    let strangers = [
        (Stranger::new(Shows::Certificate, &[ALPN]), "TLS alert"),
        (Stranger::new(Shows::Key, &[b"h3"]), "TLS alert"),
        (Stranger::impostor(Identity::generate().unwrap().key()), "no key that fits"),
        (Stranger::knowing(), "its hello is another one"),
    ];
    for (stranger, expected) in strangers {
        let addr = stranger.endpoint.local_addr().unwrap();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let (answer, key) = (stranger.endpoint.clone(), stranger.key);
        let server = async move {
            // However it goes, its end is the caller's to report.
            let connection = answer.accept().await.unwrap().await;
            let stream = match &connection {
                Ok(connection) => connection.accept_bi().await.ok(),
                Err(_) => None,
            };
            if let Some((mut send, _recv)) = stream {
                send.write_all(b"HTTP/1.1").await.unwrap();
                let _ = ended.await;
            }
        };
        std::thread::scope(|scope| {
            let serving = scope.spawn(|| stranger.runtime.block_on(server));
            let error = a.connect(addr, key, LONG).unwrap_err();
            drop(end);
            serving.join().unwrap();
            assert!(matches!(&error, PeerError::Foreign { reason, .. } if reason.contains(expected)), "{error}");
        });
    }
}

#[test]
fn a_key_must_be_proven() {
    let friend = Identity::generate().unwrap();
    let b = endpoint(Allow::Only(vec![friend.key()]));
    let error = Stranger::impostor(friend.key()).refused(b.local_addr());
    // decrypt_error (RFC 8446 §6.2): a signature could not be verified.
    assert_eq!(alert(&error), 51, "{error}");
    let refusal = refusal(&b);
    assert_eq!(refusal.key, Some(friend.key()), "what was shown, not what was proven");
    assert!(refusal.reason.starts_with("its handshake is not ours"), "{refusal:?}");
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
    // The same with the key's owner.
    call(&Endpoint::bind(LOOPBACK, &friend, Allow::Anyone).unwrap(), &b);
}

/// Knocks with other first bytes; how the connection ends.
fn say(b: &Endpoint, hello: &[u8]) -> ConnectionError {
    let stranger = Stranger::knowing();
    let connection = stranger.connect(b.local_addr()).unwrap();
    stranger.runtime.block_on(async {
        let (mut send, _recv) = connection.open_bi().await.unwrap();
        send.write_all(hello).await.unwrap();
        send.finish().unwrap();
        tokio::time::timeout(LONG, connection.closed()).await.unwrap()
    })
}

#[test]
fn another_hello_is_refused() {
    let b = endpoint(Allow::Anyone);
    for hello in [b"EGG\x02", &b"GET / HTTP/1.1\r\n\r\n"[..], b"EGG", b"egg\x01", b""] {
        let error = say(&b, hello);
        assert!(
            matches!(&error, ConnectionError::ApplicationClosed(close) if close.error_code == 1u32.into()),
            "{error}"
        );
        assert!(refusal(&b).key.is_some());
    }
    assert!(b.accept(Duration::ZERO).unwrap().is_none());
    still_works(&b);
}

#[test]
fn a_full_house_says_busy() {
    let b = endpoint_with(Allow::Anyone, Limits { backlog: 2, connections: 3, ..Limits::default() });
    let a = endpoint(Allow::Anyone);
    let busy = || match a.connect(b.local_addr(), b.key(), LONG) {
        Err(PeerError::Busy { addr }) => assert_eq!(addr, b.local_addr()),
        other => panic!("{other:?}"),
    };
    // Two wait to be fetched, a third finds no room.
    let waiting = [(); 2].map(|()| a.connect(b.local_addr(), b.key(), LONG).unwrap());
    busy();
    let fetched = [(); 2].map(|()| b.accept(LONG).unwrap().unwrap());
    let third = call(&a, &b);
    // Three are open, a fourth finds no room.
    busy();
    drop((fetched, waiting, third));
    call(&a, &b);
}

#[test]
fn who_hung_up_is_not_handed_out() {
    let (a, b) = (endpoint(Allow::Anyone), endpoint(Allow::Anyone));
    let first = a.connect(b.local_addr(), b.key(), LONG).unwrap();
    first.closer().close("changed my mind");
    let second = a.connect(b.local_addr(), b.key(), LONG).unwrap();
    // The goodbye was sent before the second call began, from the same socket.
    let fetched = b.accept(LONG).unwrap().unwrap();
    assert_eq!(fetched.exporter(b"", b"").unwrap(), second.exporter(b"", b"").unwrap());
}

#[test]
fn silence_is_reported() {
    let a = endpoint(Allow::Anyone);
    let deaf = UdpSocket::bind(LOOPBACK).unwrap();
    let (addr, waited) = (deaf.local_addr().unwrap(), Duration::from_millis(200));
    assert_eq!(a.connect(addr, a.key(), waited).unwrap_err(), PeerError::Nobody { addr, waited });
    let hasty = endpoint_with(Allow::Anyone, hasty());
    let error = hasty.connect(addr, a.key(), LONG).unwrap_err();
    assert!(matches!(error, PeerError::Nobody { waited, .. } if waited < LONG), "{error}");
}

#[test]
fn bad_addresses_are_explained() {
    let a = endpoint(Allow::Anyone);
    for (addr, reason) in [("127.0.0.1:0", "no port"), ("0.0.0.0:99", "nobody's address"), ("[::1]:99", "IPv6")] {
        let error = a.connect(addr.parse().unwrap(), a.key(), LONG).unwrap_err();
        assert!(matches!(&error, PeerError::Address { reason: r, .. } if r.contains(reason)), "{error}");
    }
    let identity = Identity::generate().unwrap();
    let taken = Endpoint::bind(a.local_addr(), &identity, Allow::Anyone).unwrap_err();
    assert!(taken.to_string().contains("another program has it"), "{taken}");
    let elsewhere = Endpoint::bind("192.0.2.1:0".parse().unwrap(), &identity, Allow::Anyone).unwrap_err();
    assert!(elsewhere.to_string().contains("no such address"), "{elsewhere}");
    let endless = Limits { idle: Duration::MAX, ..Limits::default() };
    assert!(matches!(Endpoint::bind_with(LOOPBACK, &identity, Allow::Anyone, endless), Err(PeerError::Setup(_))));
}
