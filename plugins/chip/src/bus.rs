//! The data memory map (TM 2.2): RAM, display RAM, I/O registers, and the holes between.

use crate::TICKS_PER_SECOND;
use crate::cpu::Side;
use crate::io::Io;
use crate::model::Model;
use crate::output::{Edge, Sink};
use serde::{Deserialize, Serialize};
use serde_big_array::BigArray;

/// RAM nibbles of the larger chip; the smaller one uses the first 640.
pub(crate) const RAM: usize = 768;
/// Display nibbles of the larger chip in each of its two blocks.
pub(crate) const DISPLAY_BLOCK: usize = 102;

/// RAM and display RAM, one nibble a byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Memory {
    #[serde(with = "BigArray")]
    pub ram: [u8; RAM],
    /// E00… then E80….
    #[serde(with = "BigArray")]
    pub display: [u8; 2 * DISPLAY_BLOCK],
}

impl Memory {
    pub const EMPTY: Memory = Memory { ram: [0; RAM], display: [0; 2 * DISPLAY_BLOCK] };
}

/// What an instruction can reach beyond RAM, borrowed for a run, and what reaching it brought about.
pub(crate) struct Far<'a, S: ?Sized> {
    pub display: &'a mut [u8; 2 * DISPLAY_BLOCK],
    pub io: &'a mut Io,
    pub model: &'static Model,
    pub sink: &'a mut S,
    pub side: Side,
    /// The tick at which the CPU clocks that are passed in were 0, the part of a tick spent
    /// before it, and the CPU clock in hertz.
    pub base: u64,
    pub phase: u32,
    pub hz: u32,
    /// The next event may have moved closer.
    pub recheck: bool,
    /// An interrupt was requested when the run began, so that setting I lets it in.
    pub pending: bool,
    /// The picture may have changed.
    pub drawn: bool,
    /// A read cleared a flag.
    pub touched: bool,
    /// The first tick at which something that was read may read differently.
    pub horizon: u64,
}

impl<S: Sink + ?Sized> Far<'_, S> {
    /// The tick when so many CPU clocks have passed, and the part of one left over, in CPU clocks
    /// times 32,768.
    #[inline(always)]
    pub fn time(&self, clocks: i64) -> (u64, u32) {
        let clocks = clocks as u64;
        if u64::from(self.hz) == TICKS_PER_SECOND {
            return (self.base + clocks, self.phase);
        }
        let (hz, sum) = (u64::from(self.hz), u64::from(self.phase) + clocks * TICKS_PER_SECOND);
        (self.base + sum / hz, (sum % hz) as u32)
    }

    /// The least number of CPU clocks after which `tick` is reached.
    pub fn clocks_until(&self, tick: u64) -> i64 {
        let ticks = tick.saturating_sub(self.base);
        if u64::from(self.hz) == TICKS_PER_SECOND {
            return i64::try_from(ticks).unwrap_or(i64::MAX);
        }
        // A day is more than any run takes at a time.
        let spans = ticks.min(86_400 * TICKS_PER_SECOND) * u64::from(self.hz);
        spans.saturating_sub(u64::from(self.phase)).div_ceil(TICKS_PER_SECOND) as i64
    }

    /// Brings the peripherals to the start of an instruction. On OSC3 the next boundary may be at
    /// the same tick.
    #[inline(always)]
    fn catch_up(&mut self, tick: u64) {
        if u64::from(self.hz) == TICKS_PER_SECOND {
            self.io.sync(tick, self.model, self.sink);
        } else {
            self.io.settle(tick, self.model, self.sink);
        }
    }

    /// Display RAM and I/O; unmounted addresses read 0.
    #[inline(never)]
    pub fn read(&mut self, address: u16, clocks: i64) -> u8 {
        if let Some(at) = display_index(address, self.model) {
            return self.display[at];
        }
        if address & 0xF80 != 0xF00 {
            return 0;
        }
        let tick = self.time(clocks).0;
        let register = address as u8;
        if matches!(register, 0..0x28 | 0x30 | 0x31 | 0x75) {
            self.catch_up(tick);
        }
        let value = self.io.read(register, tick, self.model, self.sink);
        self.touched |= register < 6 && value != 0 || register & 0xFE == 0x30;
        self.horizon = self.horizon.min(self.io.next_change(register));
        value
    }

    /// Writes to unmounted addresses and read-only registers are ignored.
    #[inline(never)]
    pub fn write(&mut self, address: u16, value: u8, clocks: i64) {
        if let Some(at) = display_index(address, self.model) {
            self.drawn |= self.display[at] != value;
            self.display[at] = value;
        } else if address & 0xF80 == 0xF00 {
            let tick = self.time(clocks).0;
            self.catch_up(tick);
            self.io.write(address as u8, value, tick, self.model, self.sink);
            // Ports, the LCD, the supply check and the reload value bring no event closer.
            self.recheck =
                !matches!(address as u8, 0x26 | 0x27 | 0x50..=0x53 | 0x60..=0x63 | 0x71..=0x73 | 0x7B..=0x7E);
            self.drawn |= matches!(address, 0xF71 | 0xF72);
        }
    }

    #[cold]
    #[inline(never)]
    pub fn undefined(&mut self, pc: u16, clocks: i64) {
        let tick = self.time(clocks).0;
        self.sink.edge(tick, Edge::UndefinedOpcode(pc));
    }
}

/// Where a display address lies in [`Memory::display`], if it is mounted.
#[inline(always)]
pub(crate) fn display_index(address: u16, model: &Model) -> Option<usize> {
    let column = usize::from(address & 0x7F);
    (address & 0xF00 == 0xE00 && column < 2 * usize::from(model.segments))
        .then_some(column + if address & 0x80 == 0 { 0 } else { DISPLAY_BLOCK })
}
