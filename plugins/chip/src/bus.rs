//! The data memory map (TM 2.2): RAM, display RAM, I/O registers, and the holes between.

use crate::TICKS_PER_SECOND;
use crate::cpu::Core;
use crate::model::Model;
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

impl Core<'_> {
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

    /// Reads display RAM or I/O `clocks` after the start of the run; unmounted addresses read 0.
    #[inline(never)]
    pub fn read_far(&mut self, address: u16, clocks: i64) -> u8 {
        if let Some(at) = display_index(address, self.model) {
            return self.memory.display[at];
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

    /// Writes likewise; writes to unmounted addresses and read-only registers are ignored. Returns
    /// whether an event may have come closer.
    #[inline(never)]
    pub fn write_far(&mut self, address: u16, value: u8, clocks: i64) -> bool {
        if let Some(at) = display_index(address, self.model) {
            let cell = &mut self.memory.display[at];
            self.drawn |= *cell != value;
            *cell = value;
            return false;
        }
        if address & 0xF80 != 0xF00 {
            return false;
        }
        let tick = self.time(clocks).0;
        self.catch_up(tick);
        self.io.write(address as u8, value, tick, self.model, self.sink);
        self.drawn |= matches!(address, 0xF71 | 0xF72);
        // Ports, the LCD, the supply check and the reload value bring none.
        !matches!(address as u8, 0x26 | 0x27 | 0x50..=0x53 | 0x60..=0x63 | 0x71..=0x73 | 0x7B..=0x7E)
    }
}

/// Where a display address lies in [`Memory::display`], if it is mounted.
#[inline(always)]
pub(crate) fn display_index(address: u16, model: &Model) -> Option<usize> {
    let column = usize::from(address & 0x7F);
    (address & 0xF00 == 0xE00 && column < 2 * usize::from(model.segments))
        .then_some(column + if address & 0x80 == 0 { 0 } else { DISPLAY_BLOCK })
}
