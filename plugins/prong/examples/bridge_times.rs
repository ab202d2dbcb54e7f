//! How long a playdate takes between two toys far apart: simulated toys on terminals, paced as real lines are, two
//! bridges with the flash guard, QUIC between them, and a network that is late and loses datagrams.
//!
//! `cargo run -p eggtooth_prong --features quic --example bridge_times [DELAY[/LOSS] ...]`, with delays in milliseconds
//! each way and losses in percent; without arguments 0, 50, 150 and 300 ms. One row of BRIDGE.md's table each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot be made ends the program")]

#[cfg(all(unix, feature = "quic"))]
#[path = "udp_proxy/proxy.rs"]
mod proxy;

#[cfg(all(unix, feature = "quic"))]
fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    println!("| each way, ms | lost, % | there, s | back, s | possible, s | of it, % | whole visit, s |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    if given.is_empty() {
        [0, 50, 150, 300].into_iter().for_each(|delay| measure::row(delay, 0.0));
    }
    for text in given {
        let (delay, loss) = text.split_once('/').unwrap_or((&text, "0"));
        measure::row(delay.parse().unwrap(), loss.parse().unwrap());
    }
}

#[cfg(not(all(unix, feature = "quic")))]
fn main() {
    eprintln!("this needs terminals and the feature `quic`");
}

#[cfg(all(unix, feature = "quic"))]
mod measure {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use eggtooth_peer::{Allow, Endpoint, Identity};
    use eggtooth_prong::bridge::{Behind, Bridge, Guarding, Note};
    use eggtooth_prong::engine::{Config, Engine, Event, FarSide, Glare};
    use eggtooth_prong::packet::Exchange;
    use eggtooth_prong::pump::{Link, OsEntropy};
    use eggtooth_prong::secret::Secret;
    use eggtooth_prong::talk::{Outcome, Session, Step, Talk};
    use eggtooth_prong::transport::pace::Paced;
    use eggtooth_prong::transport::pty::{self, Pty};
    use eggtooth_prong::transport::{Clock, Transport, recall};
    use eggtooth_prong::unit::{Screen, Unit, UnitConfig};
    use eggtooth_prong::{OVERHEAD, chunks};

    use super::proxy::{Proxy, Weather};

    const BAUD: u32 = 460_800;
    const LONG: Duration = Duration::from_secs(300);

    fn secret() -> Arc<Secret> {
        Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap())
    }

    /// When a toy's exchange was accepted and when its last chunk was acknowledged, and the end of its visit.
    #[derive(Debug, Default)]
    struct Times {
        accepted: Duration,
        acknowledged: Duration,
        over: Duration,
    }

    /// What it measured, and the line, which stays open until both are done.
    fn toy(line: Pty, starts: bool, clock: Clock) -> JoinHandle<(Times, Link<Paced<Pty>>)> {
        let mine = Exchange::example(if starts { 1 } else { 2 });
        let theirs = Exchange::example(if starts { 2 } else { 1 });
        let session = starts.then_some(Session { id: 0x0BAD_C0DE, random: [1, 2] });
        let thinks = Duration::ZERO;
        let config = UnitConfig { screen: Screen::Playdate, starts, mine, session, thinks, ..UnitConfig::default() };
        thread::spawn(move || {
            let line = Paced::new(line, BAUD, clock);
            let config_of_link = Config {
                far_side: FarSide::Virtual,
                glare: Glare::Hold,
                line_rate: line.line_rate(),
                ..Config::default()
            };
            let mut link = Link::new(
                Engine::new(config_of_link, Some(secret()), Box::new(OsEntropy::new().unwrap())),
                line,
                clock,
            );
            let mut unit = Unit::new(config, Box::new(OsEntropy::new().unwrap()));
            let mut times = Times::default();
            let count = chunks(Exchange::SIZE) as u16;
            loop {
                let until = match link.perform(&mut unit) {
                    Step::Done(Ok(Outcome::Played(played))) => {
                        assert!(played.theirs.ghost.bytes() == theirs.ghost.bytes(), "another visitor came");
                        times.over = clock.now();
                        // The last acknowledgement may have to be given again.
                        while clock.now() < times.over + Duration::from_secs(1) {
                            let _ = link.poll(Duration::from_millis(20)).unwrap();
                        }
                        return (times, link);
                    }
                    Step::Done(other) => panic!("{other:?}"),
                    Step::Wait(until) => until,
                    _ => continue,
                };
                assert!(clock.now() < LONG, "the visit does not end: {times:?}");
                let wait = until.map_or(LONG, |until| until.saturating_sub(clock.now()));
                if let Some(event) = link.poll(wait.min(Duration::from_millis(100))).unwrap() {
                    match event {
                        Event::Sending { done: 0, chunks } if chunks == count => times.accepted = clock.now(),
                        Event::Sending { done, chunks } if done == count && chunks == count => {
                            times.acknowledged = clock.now();
                        }
                        _ => {}
                    }
                    unit.hear(&event, link.received(), clock.now());
                }
            }
        })
    }

    fn bridge(port: &Path, friend: impl Transport + 'static, going: &Arc<AtomicBool>, clock: Clock) -> JoinHandle<()> {
        let toy = Paced::new(pty::open(port, clock).unwrap(), BAUD, clock);
        let going = going.clone();
        thread::spawn(move || {
            let ends: [(Box<dyn Transport>, Behind); 2] =
                [(Box::new(toy), Behind::Toy), (Box::new(friend), Behind::Friend)];
            let mut bridge = Bridge::new(ends, &Guarding::Secret(secret()), clock);
            let mut tell = |note: Note<'_>| {
                if !matches!(note, Note::Passed { .. }) {
                    eprintln!("{note:?}");
                }
            };
            while going.load(Ordering::Relaxed) {
                bridge.turn(&mut tell).unwrap();
            }
        })
    }

    /// One visit, and its row.
    pub fn row(delay: u64, loss: f64) {
        let clock = Clock::start();
        let any = "127.0.0.1:0".parse().unwrap();
        let (one, two) = (Identity::generate().unwrap(), Identity::generate().unwrap());
        let host = Arc::new(Endpoint::bind(any, &one, Allow::Only(vec![two.key()])).unwrap());
        let guest = Arc::new(Endpoint::bind(any, &two, Allow::Only(vec![])).unwrap());
        let weather = Weather { delay: Duration::from_millis(delay), loss, ..Weather::default() };
        let proxy = Proxy::start(any, host.local_addr(), weather, 1).unwrap();
        let stream = guest.connect(proxy.addr(), one.key(), LONG).unwrap();
        let came = host.accept(LONG).unwrap().unwrap();
        let calling = recall::calling(guest, proxy.addr(), stream, clock).unwrap();
        let called = recall::called(host, came, clock).unwrap();
        let (near, far) = (Pty::create(None, clock).unwrap(), Pty::create(None, clock).unwrap());
        let going = Arc::new(AtomicBool::new(true));
        let bridges = [bridge(near.path(), calling, &going, clock), bridge(far.path(), called, &going, clock)];
        let far = toy(far, false, clock);
        let start = clock.now();
        let near = toy(near, true, clock);
        let ((near, _near), (far, _far)) = (near.join().unwrap(), far.join().unwrap());
        going.store(false, Ordering::Relaxed);
        bridges.into_iter().for_each(|bridge| bridge.join().unwrap());

        let count = chunks(Exchange::SIZE);
        let wire = Exchange::SIZE + count * (OVERHEAD + b"ACK\r\n".len());
        let possible = wire as f64 * 10.0 / f64::from(BAUD) + count as f64 * 2.0 * delay as f64 / 1000.0;
        let way = |times: &Times| (times.acknowledged - times.accepted).as_secs_f64();
        let (there, back) = (way(&near), way(&far));
        let whole = (near.over.max(far.over) - start).as_secs_f64();
        let share = possible * 200.0 / (there + back);
        println!("| {delay} | {loss} | {there:.2} | {back:.2} | {possible:.2} | {share:.1} | {whole:.2} |");
    }
}
