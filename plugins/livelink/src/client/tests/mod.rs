//! The client against a small daycare in the same process, which does as each test says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod house;
mod live;
mod moves;
mod pin;
mod table;
mod web;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use house::{Behaviour, House};

/// What a test waits for at most; a failure, not a measure.
const LONG: Duration = Duration::from_secs(20);

/// A daycare and a client that has confirmed it.
struct Known {
    house: House,
    daycare: Daycare,
    pins: Arc<Pins>,
    _folder: tempfile::TempDir,
}

fn known(behaviour: Behaviour) -> Known {
    known_with(behaviour, LONG)
}

fn known_with(behaviour: Behaviour, patience: Duration) -> Known {
    let house = House::start(behaviour);
    let folder = tempfile::tempdir().unwrap();
    let pins = Arc::new(Pins::new(folder.path()));
    pins.confirm(&house.address(), &house.authority()).unwrap();
    let daycare = Daycare::open_with(&house.address(), pins.clone(), patience).unwrap();
    Known { house, daycare, pins, _folder: folder }
}

/// The answer, which is there at once.
fn now<T>(answer: impl Future<Output = T>) -> T {
    pollster::block_on(answer)
}
