//! The data memory map (TM 2.2): RAM, display RAM, I/O registers, and the holes between.

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

/// Everything an instruction can reach, borrowed for a run.
pub(crate) struct Bus<'a, S: ?Sized> {
    pub ram: &'a mut [u8; RAM],
    pub display: &'a mut [u8; 2 * DISPLAY_BLOCK],
    pub io: &'a mut Io,
    pub model: &'static Model,
    pub sink: &'a mut S,
    /// The run loop leaves its fast path at the first instruction boundary at or after this tick.
    pub limit: u64,
}

impl<S: Sink + ?Sized> Bus<'_, S> {
    /// Makes the run loop look at events and interrupts at the next boundary.
    #[inline(always)]
    pub fn recheck(&mut self) {
        self.limit = 0;
    }

    #[inline(always)]
    pub fn read(&mut self, address: u16, tick: u64) -> u8 {
        if address < self.model.ram_nibbles { self.ram[usize::from(address)] } else { self.read_far(address, tick) }
    }

    #[inline(always)]
    pub fn write(&mut self, address: u16, value: u8, tick: u64) {
        if address < self.model.ram_nibbles {
            self.ram[usize::from(address)] = value;
        } else {
            self.write_far(address, value, tick);
        }
    }

    /// Display RAM and I/O; unmounted addresses read 0.
    #[inline(never)]
    fn read_far(&mut self, address: u16, tick: u64) -> u8 {
        if let Some(at) = display_index(address, self.model) {
            self.display[at]
        } else if address & 0xF80 == 0xF00 {
            self.io.sync(tick, self.sink);
            self.recheck();
            self.io.read(address as u8)
        } else {
            0
        }
    }

    /// Writes to unmounted addresses and read-only registers are ignored.
    #[inline(never)]
    fn write_far(&mut self, address: u16, value: u8, tick: u64) {
        if let Some(at) = display_index(address, self.model) {
            self.display[at] = value;
        } else if address & 0xF80 == 0xF00 {
            self.io.sync(tick, self.sink);
            self.recheck();
            self.io.write(address as u8, value, tick, self.sink);
        }
    }

    #[cold]
    #[inline(never)]
    pub fn undefined(&mut self, pc: u16, tick: u64) {
        self.sink.edge(tick, Edge::UndefinedOpcode(pc));
    }
}

/// Where a display address lies in [`Memory::display`], if it is mounted.
pub(crate) fn display_index(address: u16, model: &Model) -> Option<usize> {
    let column = usize::from(address & 0x7F);
    (address & 0xF00 == 0xE00 && column < 2 * model.segments)
        .then_some(column + if address & 0x80 == 0 { 0 } else { DISPLAY_BLOCK })
}
