//! A chip taken apart: what other programs' saves hold, and nothing of how this one works inside.

use crate::bus::{DISPLAY_BLOCK, RAM};
use crate::chip::{Chip, InvalidState};
use crate::clock::PERIOD_256;
use crate::io::Io;
use crate::model::Model;
use crate::program::Program;
use crate::registers::Registers;
use alloc::sync::Arc;

/// The state of a chip as its manual names it. Nibbles are one a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Ticks lived. The chip gets the first one from there on that fits `divider`, and at least
    /// two seconds.
    pub tick: u64,
    /// Ticks since the last falling edge of 256 Hz, 0–127.
    pub divider: u8,
    /// The CPU.
    pub registers: Registers,
    /// 000–2FF; the smaller chip leaves those from 280 on.
    pub ram: [u8; RAM],
    /// E00–E65, then E80–EE5.
    pub display: [u8; 2 * DISPLAY_BLOCK],
    /// The clock timer, TM7–TM0.
    pub clock: u8,
    /// The stopwatch: SWL, SWH, and the 256 Hz periods spent in the present step of SWL.
    pub stopwatch: [u8; 3],
    /// The programmable timer's counter, PT7–PT0.
    pub timer: u8,
    /// F00–F7F: factor flags, masks, latches (of F60–F63 too), run bits. Counters, input pins,
    /// status bits and triggers in it are ignored.
    pub io: [u8; 128],
}

/// Registers that are written back as they were read, with the bits that do nothing when written.
const LATCHED: [(u8, u8); 31] = [
    (0x10, 15),
    (0x11, 3),
    (0x12, 1),
    (0x13, 1),
    (0x41, 15),
    (0x14, 15),
    (0x15, 15),
    (0x26, 15),
    (0x27, 15),
    (0x30, 15),
    (0x31, 15),
    (0x50, 15),
    (0x51, 15),
    (0x52, 15),
    (0x53, 15),
    (0x54, 15),
    (0x60, 15),
    (0x61, 15),
    (0x62, 15),
    (0x63, 15),
    (0x70, 15),
    (0x71, 15),
    (0x72, 15),
    (0x73, 7),
    (0x74, 15),
    (0x75, 3),
    (0x77, 1),
    (0x79, 15),
    (0x7A, 7),
    (0x7B, 15),
    (0x7D, 15),
];

impl Chip {
    /// A chip in a state that is told in parts; pins idle, envelope and one-shot at rest, the
    /// watchdog just served.
    ///
    /// # Errors
    /// [`InvalidState`] when a value is out of its width.
    pub fn assemble(model: &'static Model, program: Arc<Program>, parts: &Parts) -> Result<Chip, InvalidState> {
        if u64::from(parts.divider) >= PERIOD_256 || parts.tick >= 1 << 61 || parts.io.iter().any(|nibble| *nibble > 15)
        {
            return Err(InvalidState);
        }
        let start = parts.tick.max(512 * PERIOD_256);
        let tick = start + (u64::from(parts.divider) + PERIOD_256 - start % PERIOD_256) % PERIOD_256;
        let mut io = Io::POWER_ON;
        io.sync(tick, model, &mut ());
        let value = |register: u8| parts.io[usize::from(register)];
        for (register, bits) in LATCHED.into_iter().chain([(0x7E, 15)]) {
            io.write(register, value(register) & bits, tick, model, &mut ());
        }
        io.timer.control(value(0x78) & 1);
        io.set_counters(tick, parts.clock, parts.stopwatch, parts.timer);
        io.set_factors([0, 1, 2, 3, 4, 5].map(value));
        let mut ram = parts.ram;
        ram[usize::from(model.ram_nibbles)..].fill(0);
        Chip::from_state(model, program, tick, parts.registers, (ram, parts.display), io)
    }

    /// The chip in parts.
    #[must_use]
    pub fn parts(&self) -> Parts {
        let mut io = [0; 128];
        for (address, value) in self.io() {
            io[usize::from(address & 0x7F)] = value;
        }
        io[0x60..0x64].copy_from_slice(&self.port_latches());
        let mut display = [0; 2 * DISPLAY_BLOCK];
        let block = 2 * usize::from(self.model().segments);
        for (n, value) in self.display().enumerate() {
            display[if n < block { n } else { n - block + DISPLAY_BLOCK }] = value;
        }
        let mut ram = [0; RAM];
        ram[..self.ram().len()].copy_from_slice(self.ram());
        Parts {
            tick: self.tick(),
            divider: (self.tick() % PERIOD_256) as u8,
            registers: *self.registers(),
            ram,
            display,
            clock: io[0x20] | io[0x21] << 4,
            stopwatch: [io[0x22], io[0x23], self.stopwatch_step()],
            timer: io[0x24] | io[0x25] << 4,
            io,
        }
    }
}
