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

/// Four pins: what is driven onto them, and which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// Levels, bit n for pin n; 0 for a pin that is not driven.
    pub levels: u8,
    /// The pins that are driven; the others are open.
    pub driven: u8,
}

impl Group {
    /// Nothing is driven.
    pub const OPEN: Group = Group { levels: 0, driven: 0 };

    /// `levels` on the pins in `driven`.
    #[must_use]
    pub fn new(levels: u8, driven: u8) -> Group {
        Group { levels: levels & driven & 15, driven: driven & 15 }
    }
}

/// What the programmable timer's clock output carries (TM 8.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimerClock {
    /// A square wave of so many ticks a period, in phase with the free-running divider.
    Divided(u8),
    /// What is on K03.
    K03,
}

/// The output lines of the serial interface (TM 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SerialLines {
    /// SCLK as the master drives it; high at rest and while the chip is a slave.
    pub clock: bool,
    /// SOUT.
    pub data: bool,
    /// SRDY, low while a slave waits for its clock.
    pub ready: bool,
}

/// A change on an output pin, or a mishap. Where R33 or R43 has a special function, its port group
/// does not show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The buzzer starts, changes or stops. The wave's phase is that of the free-running divider:
    /// a period begins at every tick that is a multiple of the divisor, with the high part first.
    Tone(Option<Tone>),
    /// Output port R0x–R4x.
    R(u8, Group),
    /// I/O port P0x–P3x, as far as the chip drives it.
    P(u8, Group),
    /// A serial line.
    Serial(SerialLines),
    /// The timer's clock output starts, changes or stops.
    TimerClock(Option<TimerClock>),
    /// The chip was reset by the watchdog.
    WatchdogReset,
    /// The chip was reset by its RESET pin or a key combination.
    PinReset,
    /// An undefined opcode was met at this 13-bit address; it acted as a 5-clock NOP.
    UndefinedOpcode(u16),
}

/// Everything on the output pins at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outputs {
    /// The LCD.
    pub lcd: Frame,
    /// The buzzer.
    pub tone: Option<Tone>,
    /// R0x–R4x.
    pub r: [Group; 5],
    /// P0x–P3x as far as the chip drives them.
    pub p: [Group; 4],
    /// The serial interface.
    pub serial: SerialLines,
    /// The timer's clock output.
    pub timer_clock: Option<TimerClock>,
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
