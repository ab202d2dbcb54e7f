//! Two engines with a gate between them: what is honest comes through, what is not ends on both sides.

use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::engine::{Config, Engine, Entropy, Event, FarSide, Input, Listen, Outgoing, Output, Stop};
use eggtooth_prong::gate::{Gate, Refused};
use eggtooth_prong::guard::{FlashPermit, Forbidden};
use eggtooth_prong::secret::Secret;

use super::{gate, secret};

struct Count(u32);

impl Entropy for Count {
    fn nonce(&mut self) -> [u8; 4] {
        self.0 += 1;
        self.0.to_le_bytes()
    }

    fn below(&mut self, _: u32) -> u32 {
        0
    }
}

struct World {
    near: Engine,
    toy: Engine,
    gate: Gate,
    now: Duration,
    /// Lines of the toy that are lost, by what they are.
    lose: Vec<&'static [u8]>,
    near_events: Vec<Event>,
    toy_events: Vec<Event>,
    refused: Option<Refused>,
}

impl World {
    fn new(near_secret: Arc<Secret>) -> Self {
        let config = Config { far_side: FarSide::Virtual, ..Config::default() };
        Self {
            near: Engine::new(config.clone(), Some(near_secret), Box::new(Count(0))),
            toy: Engine::new(config, Some(secret()), Box::new(Count(1 << 20))),
            gate: gate(),
            now: Duration::from_secs(1),
            lose: vec![],
            near_events: vec![],
            toy_events: vec![],
            refused: None,
        }
    }

    /// Runs until so much time has passed.
    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let (mut to_toy, mut to_near) = (vec![], vec![]);
            let passed = self.gate.tick(self.now);
            to_toy.extend(passed.to_toy);
            while let Some(bytes) = next(&mut self.near, &mut self.near_events) {
                let passed = self.gate.outgoing(&bytes, self.now);
                to_toy.extend(passed.to_toy);
                to_near.extend(passed.to_near);
                self.refused = self.refused.or(passed.refused);
            }
            self.toy.handle_input(Input::Time, self.now);
            if !to_toy.is_empty() {
                self.toy.handle_input(Input::Bytes(&to_toy), self.now);
            }
            while let Some(bytes) = next(&mut self.toy, &mut self.toy_events) {
                if let Some(at) = self.lose.iter().position(|lost| *lost == bytes) {
                    self.lose.remove(at);
                    continue;
                }
                to_near.extend(self.gate.incoming(&bytes, self.now).to_near);
            }
            self.near.handle_input(Input::Time, self.now);
            if !to_near.is_empty() {
                self.near.handle_input(Input::Bytes(&to_near), self.now);
            }
            self.now += Duration::from_millis(10);
        }
    }
}

fn next(engine: &mut Engine, events: &mut Vec<Event>) -> Option<Vec<u8>> {
    loop {
        match engine.poll_output() {
            Output::Transmit { bytes, .. } => return Some(bytes),
            Output::Event(event) => events.push(event),
            Output::Timeout(_) => return None,
        }
    }
}

fn packet(kind: u8, len: usize) -> Outgoing {
    Outgoing::new(kind, (0..len).map(|i| (i / 3) as u8).collect()).unwrap()
}

fn got(events: &[Event], kind: u8, len: usize) -> bool {
    events
        .iter()
        .any(|event| matches!(event, Event::Received(packet) if packet.kind == kind && packet.data.len() == len))
}

const LONG: Duration = Duration::from_secs(25);

#[test]
fn a_whole_playdate_comes_through_both_ways() {
    let mut world = World::new(secret());
    world.toy.listen(Listen::to(0), world.now).unwrap();
    world.near.send(Outgoing::set_session(77, [1, 2]), world.now).unwrap();
    world.run(LONG);
    assert!(world.toy_events.contains(&Event::SessionSet(77)));
    for kind in [1, 1] {
        world.toy.listen(Listen::to(kind), world.now).unwrap();
        world.near.send(packet(kind, 131_092), world.now).unwrap();
        world.run(LONG);
        assert!(got(&world.toy_events, kind, 131_092), "{:?}", world.near_events);
        world.near.listen(Listen::to(kind), world.now).unwrap();
        world.toy.send(packet(kind, 131_092), world.now).unwrap();
        world.run(LONG);
        assert!(got(&world.near_events, kind, 131_092));
        world.near_events.clear();
        world.toy_events.clear();
    }
    assert_eq!((world.refused, world.gate.dropped()), (None, 0));
}

#[test]
fn answers_lost_on_the_way_are_made_good() {
    let lines: [&[&'static [u8]]; 3] = [&[b"ACK\r\n"], &[b"ACK\r\n", b"ACK\r\n"], &[b"ENQ 1\r\n", b"ACK\r\n"]];
    for lose in lines {
        let mut world = World::new(secret());
        world.lose = lose.to_vec();
        world.toy.listen(Listen::to(2), world.now).unwrap();
        world.near.send(packet(2, 9000), world.now).unwrap();
        world.run(LONG);
        assert!(got(&world.toy_events, 2, 9000), "{lose:?}: {:?}", world.near_events);
        assert!(world.near_events.contains(&Event::Sent));
    }
}

#[test]
fn a_patch_that_near_has_permitted_itself_ends_on_both_sides() {
    let mut world = World::new(secret());
    let permit = FlashPermit::confirmed(FlashPermit::PHRASE).unwrap();
    world.toy.listen(Listen::to(0), world.now).unwrap();
    world.near.send(Outgoing::flash(3, vec![7; 0x4001], permit).unwrap(), world.now).unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!(world.refused, Some(Forbidden::Flash { kind: 3, size: 0x4001 }.into()));
    assert!(world.near_events.contains(&Event::Stopped(Stop::ByPeer)), "{:?}", world.near_events);
    assert!(world.toy_events.contains(&Event::Stopped(Stop::ByPeer)), "{:?}", world.toy_events);
}

#[test]
fn with_another_secret_near_is_told_and_the_toy_is_left_in_peace() {
    let mut world = World::new(Arc::new(Secret::new(vec![9; 9]).unwrap()));
    world.toy.listen(Listen::to(0), world.now).unwrap();
    world.near.send(packet(2, 100), world.now).unwrap();
    world.run(LONG);
    assert_eq!(world.refused, Some(Refused::Unreadable));
    assert!(world.near_events.contains(&Event::Stopped(Stop::ByPeer)));
    assert!(world.toy.received().is_empty());
}

#[test]
fn cancelling_comes_through_from_either_side() {
    for by_toy in [false, true] {
        let mut world = World::new(secret());
        world.toy.listen(Listen::to(1).held(), world.now).unwrap();
        world.near.send(packet(1, 100), world.now).unwrap();
        world.run(Duration::from_secs(1));
        let side = if by_toy { &mut world.toy } else { &mut world.near };
        side.cancel(world.now);
        world.run(LONG);
        let stopped = |events: &[Event]| events.iter().any(|event| matches!(event, Event::Stopped(_)));
        assert!(stopped(&world.near_events) && stopped(&world.toy_events));
        assert!(!got(&world.toy_events, 1, 100));
    }
}
