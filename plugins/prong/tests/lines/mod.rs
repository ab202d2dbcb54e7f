//! Two sides that exchange packets, for the tests of transports and of the pump.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use eggtooth_prong::engine::{Config, Engine, Event, FarSide, Listen, Outgoing};
use eggtooth_prong::pump::{Link, OsEntropy};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::transport::{Clock, Transport};

/// Longer than anything takes.
pub const LONG: Duration = Duration::from_secs(60);

/// An engine with the vectors' first secret on a line.
pub fn link<T: Transport>(transport: T, clock: Clock) -> Link<T> {
    let secret = Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap());
    let config = Config { far_side: FarSide::Virtual, line_rate: transport.line_rate(), ..Config::default() };
    Link::new(Engine::new(config, Some(secret), Box::new(OsEntropy::new().unwrap())), transport, clock)
}

/// Bytes that no shift maps onto themselves.
pub fn data(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * i / 7) as u8).collect()
}

/// Polls until an event says that something is over.
pub fn outcome<T: Transport>(link: &mut Link<T>) -> Event {
    let clock = Clock::start();
    while clock.now() < LONG {
        match link.poll(Duration::from_secs(1)).unwrap() {
            None | Some(Event::Sending { .. } | Event::Receiving { .. }) => {}
            Some(event) => return event,
        }
    }
    panic!("nothing in a minute");
}

/// One side: sends when the other listens, and says when it listens itself.
struct Side<T> {
    link: Link<T>,
    ready: Sender<()>,
    other: Receiver<()>,
}

impl<T: Transport> Side<T> {
    fn send(&mut self, len: usize) {
        while self.other.try_recv().is_err() {
            // The last acknowledgement may have to be given again.
            assert_eq!(self.link.poll(Duration::from_millis(1)).unwrap(), None);
        }
        self.link.send(Outgoing::new(1, data(len)).unwrap()).unwrap();
        assert_eq!(outcome(&mut self.link), Event::Sent);
    }

    fn receive(&mut self, len: usize) {
        self.link.listen(Listen::to(0)).unwrap();
        self.ready.send(()).unwrap();
        match outcome(&mut self.link) {
            Event::Received(packet) => assert!(packet.kind == 1 && packet.data == data(len), "{len} bytes"),
            event => panic!("{event:?} for {len} bytes"),
        }
    }
}

/// Packets of every size both ways, each side in a thread of its own.
pub fn both_ways<A: Transport, B: Transport + 'static>(near: A, far: B, clock: Clock, sizes: &'static [usize]) {
    let (near_ready, from_near) = channel();
    let (far_ready, from_far) = channel();
    let mut near = Side { link: link(near, clock), ready: near_ready, other: from_far };
    let far = link(far, clock);
    let other = thread::spawn(move || {
        let mut far = Side { link: far, ready: far_ready, other: from_near };
        for &size in sizes {
            far.receive(size);
            far.send(size);
        }
        far
    });
    for &size in sizes {
        near.send(size);
        near.receive(size);
    }
    near.link.flush(LONG).unwrap();
    while !other.is_finished() {
        assert_eq!(near.link.poll(Duration::from_millis(1)).unwrap(), None);
    }
    other.join().unwrap().link.flush(LONG).unwrap();
}
