//! Lines to friends that come back, over QUIC and over a bad network.
#![cfg(feature = "quic")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod lines;
#[path = "../examples/udp_proxy/proxy.rs"]
mod proxy;

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use eggtooth_peer::{Allow, Endpoint, Identity};
use eggtooth_prong::transport::threaded::Threaded;
use eggtooth_prong::transport::{Arrival, Clock, Transport, recall};
use lines::{LONG, both_ways};
use proxy::{Proxy, Weather};

const ANY: &str = "127.0.0.1:0";

fn any() -> SocketAddr {
    ANY.parse().unwrap()
}

struct Pair {
    host: Arc<Endpoint>,
    guest: Arc<Endpoint>,
    called: Threaded,
    calling: Threaded,
    _proxy: Proxy,
}

fn pair(weather: Weather, seed: u64) -> Pair {
    let clock = Clock::start();
    let (one, two) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    let host = Arc::new(Endpoint::bind(any(), &one, Allow::Anyone).unwrap());
    let guest = Arc::new(Endpoint::bind(any(), &two, Allow::Only(vec![])).unwrap());
    let proxy = Proxy::start(any(), host.local_addr(), weather, seed).unwrap();
    let stream = guest.connect(proxy.addr(), one.key(), LONG).unwrap();
    let came = host.accept(LONG).unwrap().unwrap();
    let calling = recall::calling(guest.clone(), proxy.addr(), stream, clock).unwrap();
    let called = recall::called(host.clone(), came, clock).unwrap();
    Pair { host, guest, called, calling, _proxy: proxy }
}

fn next(line: &mut Threaded) -> Arrival {
    line.next(LONG).unwrap().unwrap()
}

#[track_caller]
fn lost_and_back(line: &mut Threaded) -> String {
    let Arrival::Lost { reason, .. } = next(line) else { panic!("not lost") };
    assert!(matches!(next(line), Arrival::Back { .. }));
    reason
}

/// One end speaks, the other hears it.
fn speaks(from: &mut Threaded, to: &mut Threaded) {
    from.send(b"SYNC 1\r\n").unwrap();
    assert!(matches!(next(to), Arrival::Bytes { bytes, .. } if bytes == b"SYNC 1\r\n"));
}

#[test]
fn whoever_hangs_up_the_line_is_called_again() {
    let mut pair = pair(Weather::default(), 1);
    for by_host in [true, false] {
        let line = if by_host { &mut pair.called } else { &mut pair.calling };
        assert!(line.hang_up());
        lost_and_back(&mut pair.calling);
        lost_and_back(&mut pair.called);
        speaks(&mut pair.calling, &mut pair.called);
        speaks(&mut pair.called, &mut pair.calling);
    }
}

#[test]
fn a_newer_call_of_the_same_friend_counts_and_a_strangers_does_not() {
    let mut pair = pair(Weather::default(), 1);
    let stranger = Endpoint::bind(any(), &Identity::generate().unwrap(), Allow::Only(vec![])).unwrap();
    let strange = stranger.connect(pair.host.local_addr(), pair.host.key(), LONG).unwrap();
    let (mut strange, _) = strange.split();
    strange.set_limit(Some(LONG));
    assert_ne!(std::io::Read::read(&mut strange, &mut [0; 9]).unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    speaks(&mut pair.calling, &mut pair.called);
    // As if the program had been started again, while the host still believes in the old line.
    let again = pair.guest.connect(pair.host.local_addr(), pair.host.key(), LONG).unwrap();
    assert_eq!(lost_and_back(&mut pair.called), "the friend has called again");
    let (_, mut writer) = again.split();
    std::io::Write::write_all(&mut writer, b"CAN\r\n").unwrap();
    assert!(matches!(next(&mut pair.called), Arrival::Bytes { bytes, .. } if bytes == b"CAN\r\n"));
}

#[test]
fn packets_come_through_a_bad_network_and_a_change_of_address() {
    let weather = Weather {
        delay: Duration::from_millis(30),
        jitter: Duration::from_millis(10),
        loss: 20.0,
        ..Weather::default()
    };
    let pair = pair(weather, 7);
    pair._proxy.switch();
    both_ways(pair.calling, pair.called, Clock::start(), &[1, 20_000]);
    assert!(pair._proxy.count().lost > 0);
}

/// What of numbered datagrams comes out of a proxy, in which order.
fn fate(seed: u64, weather: Weather) -> Vec<u8> {
    let server = UdpSocket::bind(any()).unwrap();
    server.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let proxy = Proxy::start(any(), server.local_addr().unwrap(), weather, seed).unwrap();
    let client = UdpSocket::bind(any()).unwrap();
    for number in 0..100 {
        client.send_to(&[number], proxy.addr()).unwrap();
    }
    let mut got = Vec::new();
    let mut buffer = [0; 9];
    let clock = Clock::start();
    // Until every one has come out or is known to be lost.
    while proxy.count().lost + got.len() as u64 != 100 {
        assert!(clock.now() < LONG, "{got:?} {:?}", proxy.count());
        if server.recv(&mut buffer).is_ok() {
            got.push(buffer[0]);
        }
    }
    assert_eq!(proxy.count().came, 100);
    got
}

#[test]
fn the_same_seed_has_the_same_losses() {
    let weather = Weather { loss: 20.0, ..Weather::default() };
    let one = fate(1, weather);
    assert!((60..95).contains(&one.len()), "{one:?}");
    assert_eq!(one, fate(1, weather));
    assert_ne!(one, fate(2, weather));
    assert_eq!(fate(3, Weather::default()), (0..100).collect::<Vec<_>>());
    assert!(fate(3, Weather { cut: true, ..weather }).is_empty());
    let swapped = fate(4, Weather { jitter: Duration::from_millis(50), ..Weather::default() });
    assert!(swapped.len() == 100 && !swapped.is_sorted(), "{swapped:?}");
}

#[test]
fn after_a_switch_a_client_comes_from_another_port_and_is_answered() {
    let server = UdpSocket::bind(any()).unwrap();
    server.set_read_timeout(Some(LONG)).unwrap();
    let proxy = Proxy::start(any(), server.local_addr().unwrap(), Weather::default(), 1).unwrap();
    let client = UdpSocket::bind(any()).unwrap();
    client.set_read_timeout(Some(LONG)).unwrap();
    let ask = || {
        client.send_to(b"hello", proxy.addr()).unwrap();
        let (_, from) = server.recv_from(&mut [0; 9]).unwrap();
        server.send_to(b"there", from).unwrap();
        client.recv(&mut [0; 9]).unwrap();
        from
    };
    let first = ask();
    assert_eq!(ask(), first);
    proxy.switch();
    assert_ne!(ask(), first);
}
