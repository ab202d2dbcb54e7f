//! The secret shows nowhere: not in what is printed for debugging, not in errors, not in captures.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::capture::{Captured, Writer};
use eggtooth_prong::engine::{Config, Engine, FarSide, Input, Listen, Outgoing};
use eggtooth_prong::gate::Gate;
use eggtooth_prong::pump::{Link, Seeded};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::transport::{Clock, memory};

const TEXT: &str = "prong-dev-secret-A";

fn secret() -> Arc<Secret> {
    Arc::new(Secret::new(TEXT.into()).unwrap())
}

fn engine() -> Engine {
    Engine::new(Config::default(), Some(secret()), Box::new(Seeded::new(1)))
}

/// As text, as numbers, as hexadecimal.
fn shows(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let hex: String = TEXT.bytes().map(|byte| format!("{byte:02x}")).collect();
    let numbers = format!("{:?}", TEXT.as_bytes());
    let pretty: String = text.split_whitespace().collect();
    text.contains(TEXT)
        || text.to_lowercase().contains(&hex)
        || pretty.contains(numbers.replace(' ', "").trim_matches(['[', ']']))
}

fn hides(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shows(text.as_bytes()), "{text}");
    }
}

#[test]
fn nothing_that_holds_the_secret_prints_it() {
    assert!(shows(format!("{:#?}", TEXT.as_bytes()).as_bytes()), "the test would see nothing");
    hides(&secret());
    let mut sending = engine();
    sending.send(Outgoing::new(1, vec![7; 9000]).unwrap(), Duration::ZERO).unwrap();
    sending.handle_input(Input::Bytes(b"ACK\r\n"), Duration::from_millis(1));
    hides(&sending);
    let mut receiving = engine();
    receiving.listen(Listen::to(0), Duration::ZERO).unwrap();
    receiving.handle_input(Input::Bytes(b"PKT 9000\r\n"), Duration::from_millis(1));
    receiving.handle_input(Input::Bytes(&[7; 100]), Duration::from_millis(2));
    hides(&receiving);
    hides(&Gate::new(Some(secret()), FarSide::Hardware));
    let clock = Clock::start();
    let (near, _far) = memory::pair(clock);
    let mut capture = Vec::new();
    let writer = Writer::new(&mut capture, Duration::ZERO).unwrap();
    let mut link = Link::new(engine(), Captured::new(near, writer, clock), clock);
    link.send(Outgoing::new(1, vec![7; 9000]).unwrap()).unwrap();
    hides(&link);
    link.cancel().unwrap();
    drop(link);
    assert!(!shows(&capture));
    for wrong in [Secret::new(TEXT.repeat(20).into()).unwrap_err(), Secret::from_hex(TEXT).unwrap_err()] {
        hides(&wrong);
        assert!(!shows(wrong.to_string().as_bytes()));
    }
}
