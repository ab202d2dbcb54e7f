//! The Epson E0C6S46 microcontroller as a pure function of ROM, state and timestamped inputs.
//!
//! No I/O, no clock, no randomness, no floating point: [`Chip::run_until`] and [`Chip::step`] are
//! the only ways time passes, and the same inputs give the same bytes on every target. Time is
//! counted in *ticks*, periods of the 32,768 Hz crystal.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod bus;
mod buzzer;
mod chip;
mod clock;
mod cpu;
mod decode;
mod execute;
mod input;
mod instructions;
mod io;
pub mod isa;
mod model;
mod output;
mod parts;
mod program;
mod registers;
mod serial;
mod stopwatch;
mod timer;

pub use chip::{Chip, InvalidState, State, Step};
pub use model::{InputPin, Model, Options, Pins, R33, Rattle, S46, S48};
pub use output::{Button, Edge, Frame, Group, Outputs, SerialLines, Sink, TimerClock, Tone};
pub use parts::Parts;
pub use program::Program;
pub use registers::{Registers, flag};

/// Ticks of the OSC1 crystal in one second (TM: 32.768 kHz).
pub const TICKS_PER_SECOND: u64 = 32_768;
