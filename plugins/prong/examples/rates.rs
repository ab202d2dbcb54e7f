//! How fast the link is: `cargo run --release -p eggtooth_prong --features quic --example rates [quick]`.
//!
//! One figure a line, `name: value unit, limit …`. `quick` moves less over the paced line, for a look.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot be made ends the program")]

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::{Config, Engine, Event, FarSide, Input, Listen, Outgoing, Output};
use eggtooth_prong::pump::{Link, OsEntropy};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::transport::{Clock, Transport};
use eggtooth_prong::{CHUNK, MAX_PACKET, chunks};

const RUNS: usize = 5;

fn main() {
    let quick = std::env::args().any(|argument| argument == "quick");
    codec_rate();
    engine_overhead();
    #[cfg(unix)]
    paced(if quick { MAX_PACKET / 16 } else { MAX_PACKET });
    #[cfg(not(unix))]
    let _ = quick;
    #[cfg(feature = "quic")]
    over_quic::rates();
}

fn secret() -> Arc<Secret> {
    Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap())
}

fn engine(line_rate: Option<u32>) -> Engine {
    let config = Config { far_side: FarSide::Virtual, line_rate, ..Config::default() };
    Engine::new(config, Some(secret()), Box::new(OsEntropy::new().unwrap()))
}

fn link<T: Transport>(transport: T, clock: Clock) -> Link<T> {
    Link::new(engine(transport.line_rate()), transport, clock)
}

fn data(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * i / 7) as u8).collect()
}

/// The middle one of a few measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Seconds for one full chunk, packed and unpacked.
fn codec_times() -> (f64, f64) {
    const ROUNDS: u32 = 20_000;
    let (secret, data) = (secret(), data(CHUNK));
    let header = Header { session: 0, kind: 1, set_session: false, index: 0, crc: 0 };
    let start = Instant::now();
    for round in 0..ROUNDS {
        black_box(codec::encode(&secret, round.to_le_bytes(), header, black_box(&data)));
    }
    let packing = start.elapsed().as_secs_f64() / f64::from(ROUNDS);
    let chunk = codec::encode(&secret, [1, 2, 3, 4], header, &data);
    let mut copy = chunk.clone();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        copy.copy_from_slice(&chunk);
        assert!(black_box(codec::decode(&secret, &mut copy)).is_ok());
    }
    (packing, start.elapsed().as_secs_f64() / f64::from(ROUNDS))
}

fn codec_rate() {
    let times: Vec<(f64, f64)> = (0..RUNS).map(|_| codec_times()).collect();
    for (name, time) in [
        ("codec encode", median(times.iter().map(|time| time.0).collect())),
        ("codec decode", median(times.iter().map(|time| time.1).collect())),
    ] {
        println!("{name}: {:.2} GB/s, limit at least 1", CHUNK as f64 / time / 1e9);
    }
}

/// Moves everything one engine wants to send into the other; `true` when there was something.
fn hand_over(from: &mut Engine, to: &mut Engine, now: Duration, done: &mut bool) -> bool {
    let mut moved = false;
    loop {
        match from.poll_output() {
            Output::Transmit { bytes, .. } => {
                to.handle_input(Input::Bytes(&bytes), now);
                moved = true;
            }
            Output::Event(Event::Received(_)) => *done = true,
            Output::Event(Event::Stopped(stop)) => panic!("{stop}"),
            Output::Event(_) => {}
            Output::Timeout(_) => return moved,
        }
    }
}

/// Two engines without a line: what a chunk costs beside packing and unpacking it.
fn engine_overhead() {
    let count = chunks(MAX_PACKET) as f64;
    let overhead = |_| {
        let (mut near, mut far) = (engine(None), engine(None));
        let (mut now, mut done, mut ignored) = (Duration::ZERO, false, false);
        let outgoing = Outgoing::new(1, data(MAX_PACKET)).unwrap();
        let start = Instant::now();
        far.listen(Listen::to(0), now).unwrap();
        near.send(outgoing, now).unwrap();
        while !done {
            now += Duration::from_micros(10);
            let moved = hand_over(&mut near, &mut far, now, &mut ignored);
            assert!(hand_over(&mut far, &mut near, now, &mut done) | moved, "the engines are stuck");
        }
        let whole = start.elapsed().as_secs_f64() / count;
        let (packing, unpacking) = codec_times();
        (whole - packing - unpacking) * 1e6
    };
    println!("engine overhead: {:.2} µs/chunk, limit below 50", median((0..RUNS).map(overhead).collect()));
}

/// Bytes a second of one packet from link to link, from the command to the word that it was taken.
fn payload_rate<A: Transport, B: Transport + 'static>(near: &mut Link<A>, far: Link<B>, size: usize) -> (f64, Link<B>) {
    let mut far = far;
    far.listen(Listen::to(0)).unwrap();
    let outgoing = Outgoing::new(1, data(size)).unwrap();
    let other = thread::spawn(move || {
        loop {
            match far.poll(Duration::from_secs(9)).unwrap() {
                Some(Event::Received(packet)) => {
                    // The last acknowledgement is still on its way out.
                    far.flush(Duration::from_secs(9)).unwrap();
                    return (packet.data == data(size), far);
                }
                Some(Event::Stopped(stop)) => panic!("{stop}"),
                _ => {}
            }
        }
    });
    let start = Instant::now();
    near.send(outgoing).unwrap();
    loop {
        match near.poll(Duration::from_secs(9)).unwrap() {
            Some(Event::Sent) => break,
            Some(Event::Stopped(stop)) => panic!("{stop}"),
            _ => {}
        }
    }
    let time = start.elapsed().as_secs_f64();
    let (right, far) = other.join().unwrap();
    assert!(right, "the packet came changed");
    (size as f64 / time, far)
}

#[cfg(unix)]
fn paced(size: usize) {
    use eggtooth_prong::transport::pace::Paced;
    use eggtooth_prong::transport::pty::{self, Pty};

    let clock = Clock::start();
    let near = Pty::create(None, clock).unwrap();
    let far = pty::open(near.path(), clock).unwrap();
    let mut near = link(Paced::new(near, 460_800, clock), clock);
    let far = link(Paced::new(far, 460_800, clock), clock);
    let (rate, _far) = payload_rate(&mut near, far, size);
    assert_eq!(near.counters().repeated, 0, "the line was disturbed: measure again");
    println!("paced terminal, {size} bytes: {rate:.0} B/s, limit at least 45000 (possible: 45845)");
}

#[cfg(feature = "quic")]
mod over_quic {
    use std::io::{Read, Write};

    use super::*;
    use eggtooth_peer::{Allow, Endpoint, Identity, Stream};
    use eggtooth_prong::transport::quic;

    const SIZE: usize = 64 * 1024;

    /// The same 64 KiB by the protocol, and as bytes of a stream without it, in turn.
    pub fn rates() {
        let (one, two) = (Identity::generate().unwrap(), Identity::generate().unwrap());
        let host = Endpoint::bind("127.0.0.1:0".parse().unwrap(), &one, Allow::Only(vec![two.key()])).unwrap();
        let guest = Endpoint::bind("127.0.0.1:0".parse().unwrap(), &two, Allow::Only(vec![])).unwrap();
        let pair = || {
            let called = guest.connect(host.local_addr(), one.key(), Duration::from_secs(9)).unwrap();
            (called, host.accept(Duration::from_secs(9)).unwrap().unwrap())
        };
        let (mut by_prong, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let clock = Clock::start();
            let (near, far) = pair();
            let mut near = link(quic::over(near, clock).unwrap(), clock);
            let far = link(quic::over(far, clock).unwrap(), clock);
            by_prong.push(payload_rate(&mut near, far, SIZE).0 / 1e6);
            bare.push(stream_rate(pair()) / 1e6);
        }
        let (by_prong, bare) = (median(by_prong), median(bare));
        println!("QUIC link on loopback, {SIZE} bytes: {by_prong:.2} MB/s, limit none");
        println!("bare QUIC stream on loopback, {SIZE} bytes: {bare:.2} MB/s, limit none");
        println!("QUIC link against bare stream: {:.1} %, limit none", by_prong / bare * 100.0);
    }

    /// From the first byte to the other side's word, one byte, that the last has come.
    fn stream_rate((near, far): (Stream, Stream)) -> f64 {
        let other = thread::spawn(move || {
            let (mut reader, mut writer) = far.split();
            let mut got = vec![0; SIZE];
            reader.read_exact(&mut got).unwrap();
            writer.write_all(&[6]).unwrap();
            writer.flush().unwrap();
            got
        });
        let (mut reader, mut writer) = near.split();
        let sent = data(SIZE);
        let start = Instant::now();
        writer.write_all(&sent).unwrap();
        reader.read_exact(&mut [0]).unwrap();
        let time = start.elapsed().as_secs_f64();
        assert!(other.join().unwrap() == sent, "the bytes came changed");
        SIZE as f64 / time
    }
}
