//! What goes into the chip from outside and what comes out: buttons, LCD frames, edges.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A thing a person can press on a toy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Button {
    /// Left: select.
    A,
    /// Middle: execute.
    B,
    /// Right: cancel.
    C,
    /// The tap sensor of toys that have one.
    Tap,
}

impl Button {
    /// All of them, in order.
    pub const ALL: [Button; 4] = [Button::A, Button::B, Button::C, Button::Tap];
}

/// What the LCD shows: 32×16 dots and eight icons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frame {
    /// One word a row, top first; bit x is column x, bit 0 leftmost.
    pub rows: [u32; 16],
    /// Bit n is icon n: 0–3 above the matrix from left to right, 4–7 below it.
    pub icons: u8,
    /// The contrast register LC3–LC0, 0 light … 15 dark, 7 or 8 normal.
    pub contrast: u8,
}

impl Frame {
    /// Dots in a row.
    pub const WIDTH: usize = 32;
    /// Rows.
    pub const HEIGHT: usize = 16;
    /// Icons.
    pub const ICONS: usize = 8;

    /// Whether the dot in column `x` (0–31) and row `y` (0–15) is dark; false outside.
    #[must_use]
    pub fn dot(&self, x: usize, y: usize) -> bool {
        x < Self::WIDTH && self.rows.get(y).is_some_and(|row| row >> x & 1 != 0)
    }

    /// Whether icon `n` (0–7) is dark; false outside.
    #[must_use]
    pub fn icon(&self, n: usize) -> bool {
        n < Self::ICONS && self.icons >> n & 1 != 0
    }
}

/// A square wave on the buzzer output (TM 10.4, table 10.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tone {
    /// Ticks in a period: 8, 10, 12, 14, 16, 20, 24 or 28; 32768 / `divisor` is the frequency in hertz.
    pub divisor: u8,
    /// How long the output is high in each period, in half ticks.
    pub high_half_ticks: u8,
}

/// A change on an output pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The buzzer starts, changes or stops. The wave's phase is that of the free-running divider:
    /// a period begins at every tick that is a multiple of the divisor, with the high part first.
    Tone(Option<Tone>),
    /// The watchdog ran out and reset the chip.
    WatchdogReset,
    /// An undefined opcode was met at this 13-bit address; it acted as a 5-clock NOP.
    UndefinedOpcode(u16),
}

/// Where edges go, each with the tick it happened at; ticks never fall.
pub trait Sink {
    /// Takes one edge.
    fn edge(&mut self, tick: u64, edge: Edge);
}

impl Sink for () {
    fn edge(&mut self, _: u64, _: Edge) {}
}

impl Sink for Vec<(u64, Edge)> {
    fn edge(&mut self, tick: u64, edge: Edge) {
        self.push((tick, edge));
    }
}
