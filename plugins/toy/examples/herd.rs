//! Ten thousand toys of the plugin on one core: how long one second of theirs takes.
//!
//! `cargo run --release -p eggtooth_toy --features bevy --example herd [TOYS]` prints `toys: N` and
//! `seconds: S`, the best of five. Every toy is a hatched Pip at a moment of its own in the first hours of
//! its life; none is shown, none is saved.
#![allow(clippy::unwrap_used, reason = "an example ends by panicking")]

use bevy_app::App;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use eggtooth_toy::face::{Clock, Toy, ToyPlugin};
use eggtooth_toy::{Home, Machine, TICKS_PER_SECOND, pip};
use std::time::Instant;

/// Fixed steps of a second.
const STEPS: u32 = 64;
/// Moments of Pip's life that the toys begin at.
const MOMENTS: usize = 100;

/// Pip at moments two minutes apart.
fn moments() -> Vec<Machine> {
    let mut machine = Machine::new(&pip().unwrap());
    let at = |n: usize| {
        machine.advance((1 + n as u64) * 120 * TICKS_PER_SECOND, &mut ());
        machine.clone()
    };
    (0..MOMENTS).map(at).collect()
}

fn main() {
    let count = std::env::args().nth(1).map_or(10_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().join("data"))).unwrap();
    let mut app = App::new();
    app.add_plugins((TimePlugin, ToyPlugin)).insert_resource(TimeUpdateStrategy::FixedTimesteps(STEPS / 4));
    let moments = moments();
    let toys: Vec<_> = (0..count)
        .map(|n| app.world_mut().spawn(Toy(home.guest(moments[n % MOMENTS].clone(), "Pip").unwrap())).id())
        .collect();
    app.finish();
    app.cleanup();
    // At the first frame no time has passed.
    app.update();
    app.update();
    let lived = |app: &App| toys.iter().map(|toy| app.world().get::<Clock>(*toy).unwrap().0).sum::<u64>();
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let before = lived(&app);
        let start = Instant::now();
        // Four frames of a quarter of a second, the longest that Bevy's clock allows.
        for _ in 0..4 {
            app.update();
        }
        best = best.min(start.elapsed().as_secs_f64());
        assert_eq!(lived(&app) - before, count as u64 * TICKS_PER_SECOND);
    }
    println!("toys: {count}\nseconds: {best:.3}");
}
