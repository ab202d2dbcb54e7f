//! The fast chip under random programs and pins against the slow one of the tests.
//!
//! An input is: a model, a kind of program, the length of the program's bytes (two bytes, low first), the
//! program, and changes of pins of three bytes each.
#![no_main]
#![allow(dead_code, reason = "the tests use more of the slow chip")]

use bytes::Bytes;
use bytes::models::model;
use bytes::pins::change;
use bytes::words::words;
use eggtooth_chip::{Chip, Model, Pins, Program};
use libfuzzer_sys::fuzz_target;
use lockstep::{Lockstep, observe};

mod bytes;
#[path = "../../tests/slow/lockstep.rs"]
mod lockstep;
#[path = "../../tests/slow/mod.rs"]
mod slow;

/// Ticks of one input at most: enough for the reset keys, or for the watchdog.
const TICKS: [u64; 2] = [70_000, 150_000];
const INSTRUCTIONS: u64 = 10_000;

/// Both chips in step, and the fast one a second time, in other pieces and through snapshots.
struct Trial {
    model: &'static Model,
    both: Lockstep,
    alone: Chip,
    mode: u8,
}

fuzz_target!(|input: &[u8]| {
    let mut input = Bytes(input);
    let (model, kind) = (model(input.byte()), input.byte());
    let length = usize::from(input.short());
    let mut code = input.take(length);
    let words = if kind & 1 == 0 { words(&mut code) } else { slow::program::program(code.short().into()) };
    let mut trial = Trial {
        model,
        both: Lockstep::new(model, &words),
        alone: Chip::new(model, Program::new(&words)),
        mode: kind >> 1,
    };
    let mut pins = Pins::IDLE;
    while !input.is_empty() && trial.goes_on() {
        let wait = change(&mut input, &mut pins);
        trial.run(trial.both.slow.tick() + wait);
        trial.set_pins(pins);
    }
    trial.run(trial.both.slow.tick() + 3000);
});

impl Trial {
    fn goes_on(&self) -> bool {
        self.both.slow.tick() < TICKS[usize::from(self.mode >> 5 & 1)]
            && self.both.slow.seen.instructions < INSTRUCTIONS
    }

    fn run(&mut self, to: u64) {
        while self.both.slow.tick() < to && self.goes_on() {
            let cut = to.min(self.both.slow.tick() + [100_000, 2000, 300, 40][usize::from(self.mode & 3)]);
            let compared = match self.mode >> 2 & 3 {
                0 | 1 => self.both.run_until(cut),
                2 => self.both.run_by_edges(cut),
                _ => self.both.run_by_steps(cut.min(self.both.slow.tick() + 500)),
            };
            if let Err(said) = compared {
                panic!("{} {:?}: {said}", self.model.name, self.model);
            }
        }
        self.alone.run_until(self.both.slow.tick(), &mut ());
        if self.mode & 16 != 0 {
            let state = self.alone.state().clone();
            let program = self.alone.program().clone();
            self.alone = Chip::restore(self.model, program, state).expect("a chip's own snapshot");
        }
        let (seen, wanted) = (observe(&self.alone), self.both.slow.observe());
        if seen != wanted {
            panic!("in other pieces: {:?} (slow, fast)\n{}", wanted.difference(&seen), self.both.slow.last_steps());
        }
    }

    fn set_pins(&mut self, pins: Pins) {
        self.both.set_pins(pins);
        self.alone.set_pins(pins, &mut ());
    }
}
