//! The bridge between lines that are plain memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use eggtooth_prong::bridge::{Behind, Bridge, Guarding, Note};
use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::{Config, Engine, FarSide, Listen, Outgoing, Stop};
use eggtooth_prong::engine::{Event, Event::Stopped};
use eggtooth_prong::gate::Refused;
use eggtooth_prong::guard::{FlashPermit, Forbidden, RawPermit};
use eggtooth_prong::pump::{Link, OsEntropy};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::transport::memory::{self, Memory};
use eggtooth_prong::transport::{Arrival, Clock, Transport};

const SECRET: &[u8] = b"prong-dev-secret-A";
/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(30);

fn secret() -> Arc<Secret> {
    Arc::new(Secret::new(SECRET.to_vec()).unwrap())
}

fn raw() -> Guarding {
    Guarding::Raw(RawPermit::confirmed(RawPermit::PHRASE).unwrap())
}

/// A bridge, the prongs of a toy at its end 0, and what is at its end 1.
struct World {
    clock: Clock,
    bridge: Bridge,
    toy: Memory,
    far: Memory,
    told: Vec<String>,
    /// Refusals that are told, and those they stand for.
    refusals: u32,
}

impl World {
    fn new(guarding: &Guarding, behind: Behind) -> Self {
        let clock = Clock::start();
        let ((one, toy), (two, far)) = (memory::pair(clock), memory::pair(clock));
        let bridge = Bridge::new([(Box::new(one), Behind::Toy), (Box::new(two), behind)], guarding, clock);
        Self { clock, bridge, toy, far, told: vec![], refusals: 0 }
    }

    fn turn(&mut self) {
        self.with(|bridge, tell| bridge.turn(tell).unwrap());
    }

    fn with(&mut self, work: impl FnOnce(&mut Bridge, &mut dyn FnMut(Note<'_>))) {
        let (told, refusals) = (&mut self.told, &mut self.refusals);
        work(&mut self.bridge, &mut |note| match note {
            Note::Passed { .. } => {}
            Note::Refused { to, why, untold } => {
                *refusals += 1 + untold;
                told.push(format!("{to} refused: {why:?}"));
            }
            Note::Lost { end, .. } => told.push(format!("{end} lost")),
            Note::Back { end } => told.push(format!("{end} back")),
            other => panic!("{other:?}"),
        });
    }

    fn turns(&mut self, count: usize) {
        (0..count).for_each(|_| self.turn());
    }

    /// Turns until a side has got these bytes, and no others before them.
    fn gets(&mut self, toy: bool, wanted: &[u8]) {
        let (mut got, start) = (Vec::new(), self.clock.now());
        while got.len() < wanted.len() {
            assert!(self.clock.now() - start < LONG, "only {got:?} came");
            self.turn();
            let line = if toy { &mut self.toy } else { &mut self.far };
            if let Some(Arrival::Bytes { bytes, .. }) = line.next(Duration::ZERO).unwrap() {
                got.extend(bytes);
            }
        }
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(wanted));
    }
}

fn chunk(kind: u8, len: usize) -> Vec<u8> {
    let header = Header { session: 0, kind, set_session: false, index: 0, crc: 0 };
    codec::encode(&secret(), [1, 2, 3, 4], header, &vec![0x5A; len])
}

#[test]
fn a_chunk_goes_on_before_it_is_whole() {
    for behind in [Behind::Friend, Behind::Virtual] {
        let mut world = World::new(&Guarding::Secret(secret()), behind);
        world.toy.send(b"PKT 4096\r\n").unwrap();
        world.gets(false, b"PKT 4096\r\n");
        world.far.send(b"ACK\r\n").unwrap();
        world.gets(true, b"ACK\r\n");
        let chunk = chunk(1, 4096);
        let (first, rest) = chunk.split_at(100);
        world.toy.send(first).unwrap();
        world.gets(false, first);
        for piece in rest.chunks(333) {
            world.toy.send(piece).unwrap();
        }
        world.gets(false, rest);
        assert!(world.told.is_empty(), "{:?}", world.told);
    }
}

#[test]
fn a_raw_pipe_passes_everything_both_ways() {
    let mut world = World::new(&raw(), Behind::Friend);
    let bytes: Vec<u8> = (0..20_000_u32).map(|i| (i * i / 7) as u8).collect();
    for toy in [true, false] {
        let line = if toy { &mut world.far } else { &mut world.toy };
        line.send(&bytes).unwrap();
        let (mut got, start) = (Vec::new(), world.clock.now());
        while got.len() < bytes.len() && world.clock.now() - start < LONG {
            world.turn();
            let line = if toy { &mut world.toy } else { &mut world.far };
            while let Some(Arrival::Bytes { bytes, .. }) = line.next(Duration::ZERO).unwrap() {
                got.extend(bytes);
            }
        }
        assert!(got == bytes);
    }
}

#[test]
fn without_a_secret_three_bytes_do_not_pass() {
    let mut world = World::new(&Guarding::Blind, Behind::Friend);
    world.far.send(b"PKT 3\r\n").unwrap();
    world.gets(false, b"CAN\r\n");
    assert_eq!(world.told, [format!("0 refused: {:?}", Refused::NoSecret(3))]);
    world.far.send(b"PKT 2\r\n").unwrap();
    world.gets(true, b"PKT 2\r\n");
}

#[test]
fn a_flood_of_refusals_is_told_once_a_second() {
    let mut world = World::new(&Guarding::Blind, Behind::Friend);
    let start = world.clock.now();
    for _ in 0..200 {
        world.far.send(b"PKT 3\r\n").unwrap();
        world.turn();
    }
    let seconds = (world.clock.now() - start).as_secs() as usize;
    assert!((1..=seconds + 2).contains(&world.told.len()), "{} in {seconds} s", world.told.len());
}

/// A second refusal soon after the first is told late, and not only with a third.
#[test]
fn every_refusal_is_told_or_counted() {
    let mut world = World::new(&Guarding::Blind, Behind::Friend);
    for size in 3..6 {
        world.far.send(format!("PKT {size}\r\n").as_bytes()).unwrap();
        world.gets(false, b"CAN\r\n");
    }
    let start = world.clock.now();
    while world.refusals < 3 && world.clock.now() - start < LONG {
        world.turn();
    }
    let refused = |size| format!("0 refused: {:?}", Refused::NoSecret(size));
    assert_eq!((world.told.first(), world.told.last(), world.refusals), (Some(&refused(3)), Some(&refused(5)), 3));
    // At the end nothing is waited for.
    for size in 6..8 {
        world.far.send(format!("PKT {size}\r\n").as_bytes()).unwrap();
        world.gets(false, b"CAN\r\n");
    }
    world.with(|bridge, tell| bridge.finish(LONG, tell).unwrap());
    assert_eq!((world.told.last(), world.refusals), (Some(&refused(7)), 5));
}

/// Nobody can make the bridge hold more, or end it, by talking without end to a toy that does not listen.
#[test]
fn a_toy_that_takes_nothing_is_not_given_more_and_more() {
    let mut world = World::new(&Guarding::Secret(secret()), Behind::Friend);
    let lines = b"THIS IS FLOODING\r\n".repeat(200);
    for _ in 0..100 {
        // What does not fit is lost.
        let _ = world.far.send(&lines);
        world.turn();
    }
    let mut piled = 0;
    while let Some(Arrival::Bytes { bytes, .. }) = world.toy.next(Duration::ZERO).unwrap() {
        piled += bytes.len();
    }
    assert!((lines.len()..20_000).contains(&piled), "{piled} bytes");
}

#[test]
fn a_friend_who_drops_ends_what_was_under_way() {
    let mut world = World::new(&Guarding::Secret(secret()), Behind::Friend);
    world.far.send(b"PKT 16385\r\n").unwrap();
    world.gets(true, b"PKT 16385\r\n");
    world.toy.send(b"ACK\r\n").unwrap();
    world.gets(false, b"ACK\r\n");
    world.far.hang_up();
    world.gets(true, b"CAN\r\n");
    world.turns(20);
    assert_eq!(world.told, ["1 lost", "1 back"]);
    // It calls again and offers less; the toy may still believe the first offer.
    world.far.send(b"PKT 100\r\n").unwrap();
    world.gets(true, b"PKT 100\r\n");
    world.toy.send(b"ACK\r\n").unwrap();
    world.turns(20);
    world.far.send(&chunk(3, 100)).unwrap();
    world.gets(true, b"CAN\r\n");
    let forbidden = Refused::from(Forbidden::Flash { kind: 3, size: 16_385 });
    assert_eq!(world.told[2..], [format!("0 refused: {forbidden:?}")]);
}

#[test]
fn a_toy_that_is_pulled_hangs_up_on_the_friend_and_that_is_all() {
    for behind in [Behind::Friend, Behind::Virtual] {
        let mut world = World::new(&Guarding::Secret(secret()), behind);
        world.toy.hang_up();
        world.turns(50);
        world.told.sort();
        assert_eq!(world.told, ["0 back", "0 lost", "1 back", "1 lost"]);
        let mut told = 0;
        while let Some(arrival) = world.far.next(Duration::ZERO).unwrap() {
            assert!(matches!(arrival, Arrival::Lost { .. } | Arrival::Back { .. }), "{arrival:?}");
            told += 1;
        }
        assert_eq!(told, 2);
        world.toy.send(b"ECHO REQ\r\n").unwrap();
        world.gets(false, b"ECHO REQ\r\n");
    }
}

/// Engines at both ends of two bridges, as friends have it.
fn between_friends(outgoing: Outgoing) -> (Event, Event, Vec<String>) {
    let clock = Clock::start();
    let ((one, here), (two, there), (left, right)) = (memory::pair(clock), memory::pair(clock), memory::pair(clock));
    let (done, over) = (Arc::new(()), |done: &std::sync::Weak<()>| done.strong_count() == 0);
    let bridge = |toy: Memory, friend: Memory| {
        let going = Arc::downgrade(&done);
        thread::spawn(move || {
            let ends: [(Box<dyn Transport>, Behind); 2] =
                [(Box::new(toy), Behind::Toy), (Box::new(friend), Behind::Friend)];
            let mut bridge = Bridge::new(ends, &Guarding::Secret(secret()), clock);
            let mut told = Vec::new();
            while !over(&going) {
                let mut tell = |note: Note<'_>| {
                    if let Note::Refused { why, .. } = note {
                        told.push(format!("{why:?}"));
                    }
                };
                // The toys' ends are dropped at the end.
                if bridge.turn(&mut tell).is_err() {
                    break;
                }
            }
            told
        })
    };
    let bridges = [bridge(one, left), bridge(two, right)];
    let link = |line| {
        let config = Config { far_side: FarSide::Virtual, ..Config::default() };
        Link::new(Engine::new(config, Some(secret()), Box::new(OsEntropy::new().unwrap())), line, clock)
    };
    let end = |mut link: Link<Memory>, is_over: fn(&Event) -> bool| {
        thread::spawn(move || {
            loop {
                match link.poll(LONG).unwrap() {
                    Some(event) if is_over(&event) => return (link, event),
                    Some(_) => {}
                    None => panic!("nothing happens"),
                }
            }
        })
    };
    let (mut near, mut far) = (link(here), link(there));
    far.listen(Listen::to(0)).unwrap();
    near.send(outgoing).unwrap();
    let near = end(near, |event| matches!(event, Event::Sent | Stopped(_)));
    let far = end(far, |event| matches!(event, Event::Received(_) | Stopped(_)));
    let ((_near, sent), (_far, received)) = (near.join().unwrap(), far.join().unwrap());
    drop(done);
    (sent, received, bridges.map(|bridge| bridge.join().unwrap()).concat())
}

#[test]
fn a_whole_exchange_passes_two_bridges() {
    let data: Vec<u8> = (0..131_092_u64).map(|i| (i * i / 7) as u8).collect();
    let (sent, received, refused) = between_friends(Outgoing::new(1, data.clone()).unwrap());
    assert_eq!(sent, Event::Sent);
    assert!(matches!(received, Event::Received(packet) if packet.data == data));
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn a_patch_is_stopped_at_its_first_chunk_and_both_sides_are_told() {
    let permit = FlashPermit::confirmed(FlashPermit::PHRASE).unwrap();
    let (sent, received, refused) = between_friends(Outgoing::flash(3, vec![7; 0x4001], permit).unwrap());
    assert_eq!((sent, received), (Stopped(Stop::ByPeer), Stopped(Stop::ByPeer)));
    // By the bridge that is nearer to who sends it: nothing of it has gone over the network.
    assert_eq!(refused, [format!("{:?}", Refused::from(Forbidden::Flash { kind: 3, size: 0x4001 }))]);
}
