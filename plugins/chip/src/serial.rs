//! The serial interface (TM 7.3): eight bits, synchronous, as a master or a slave.

use crate::TICKS_PER_SECOND;
use crate::output::SerialLines;
use serde::{Deserialize, Serialize};

/// Edges of SCLK in a transfer: eight falling, eight rising, by turns.
const EDGES: u8 = 16;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Serial {
    /// SD7–SD0.
    pub data: u8,
    /// SEN SCS1 SCS0 of F7A.
    pub control: u8,
    pub factor: u8,
    pub mask: u8,
    /// F30 or F31 has been accessed since the last trigger.
    armed: bool,
    /// Edges done of the transfer that runs; [`EDGES`] when none does.
    done: u8,
    /// CPU clocks in a period of SCLK; 0 while the transfer is clocked from outside.
    period: u8,
    /// The tick from which a master counts its edges, how many were done by then, and the CPU
    /// clock in hertz.
    start: u64,
    before: u8,
    hz: u32,
    lines: SerialLines,
    /// SIN and SCLK from outside.
    input: bool,
    clock_pin: bool,
}

impl Serial {
    pub const POWER_ON: Serial = Serial {
        data: 0,
        control: 0,
        factor: 0,
        mask: 0,
        armed: false,
        done: EDGES,
        period: 0,
        start: 0,
        before: 0,
        hz: TICKS_PER_SECOND as u32,
        lines: SerialLines { clock: true, data: true, ready: true },
        input: true,
        clock_pin: true,
    };

    pub fn reset(&mut self) {
        *self = Serial { data: self.data, input: self.input, clock_pin: self.clock_pin, ..Serial::POWER_ON };
    }

    pub fn lines(&self) -> SerialLines {
        self.lines
    }

    pub fn request(&self) -> bool {
        self.factor & self.mask != 0
    }

    /// The tick of a master's next edge, or never.
    #[inline]
    pub fn next_event(&self) -> u64 {
        if self.done >= EDGES || self.period == 0 {
            return u64::MAX;
        }
        // Half periods of SCLK since `start`.
        let halves = u64::from(self.done + 1 - self.before);
        self.start + halves * u64::from(self.period) * TICKS_PER_SECOND / (2 * u64::from(self.hz))
    }

    /// One edge of SCLK.
    fn edge(&mut self, msb_first: bool) {
        let falling = self.done & 1 == 0;
        if falling {
            self.lines.data = if msb_first { self.data & 0x80 != 0 } else { self.data & 1 != 0 };
            self.lines.ready = true;
        }
        if self.period != 0 {
            self.lines.clock = !falling;
        }
        let samples_falling = self.control & 4 != 0;
        if falling == samples_falling {
            let bit = u8::from(self.input);
            self.data = if msb_first { self.data << 1 | bit } else { self.data >> 1 | bit << 7 };
        }
        self.done += 1;
        if self.done == EDGES {
            self.factor = 1;
        }
    }

    /// A master's edges up to and including `tick`, of which there are seldom more than one.
    #[inline]
    pub fn sync(&mut self, tick: u64, msb_first: bool, mut changed: impl FnMut(u64, SerialLines, SerialLines)) {
        loop {
            let due = self.next_event();
            if due > tick {
                return;
            }
            let old = self.lines;
            self.edge(msb_first);
            changed(due, old, self.lines);
        }
    }

    /// SIN and SCLK as last given.
    pub fn pins(&self) -> (bool, bool) {
        (self.input, self.clock_pin)
    }

    /// The pins change; a slave is clocked by it.
    pub fn set_pins(&mut self, input: bool, clock: bool, msb_first: bool) {
        let was = core::mem::replace(&mut self.clock_pin, clock);
        self.input = input;
        let expected = self.done & 1 == 0;
        if was != clock && self.done < EDGES && self.period == 0 && expected != clock {
            self.edge(msb_first);
        }
    }

    /// An instruction reads or writes F30 (`high` false) or F31.
    pub fn access(&mut self, high: bool) {
        self.armed = true;
        self.lines.ready |= high;
    }

    /// F7A: SCTRG starts a transfer where none runs and the data were accessed before.
    pub fn control(&mut self, value: u8, tick: u64, hz: u32) {
        self.control = value & 7;
        if value & 8 == 0 || !self.armed || self.done < EDGES {
            return;
        }
        self.armed = false;
        self.done = 0;
        self.before = 0;
        self.period = [0, 4, 2, 1][usize::from(value & 3)];
        self.start = tick;
        self.hz = hz;
        self.lines.ready = self.period != 0;
    }

    /// The CPU runs on another clock from `tick` on.
    pub fn set_clock(&mut self, tick: u64, hz: u32) {
        if self.done < EDGES && self.period != 0 && hz != self.hz {
            (self.start, self.before, self.hz) = (tick, self.done, hz);
        }
    }

    /// Whether a chip at `synced` can hold these values.
    pub fn is_valid(&self, synced: u64) -> bool {
        self.control < 8
            && self.factor < 2
            && self.mask < 2
            && self.done <= EDGES
            && self.before <= self.done
            && matches!(self.period, 0 | 1 | 2 | 4)
            && self.start <= synced.saturating_add(1)
            && self.hz > 0
            && self.next_event() > synced
    }
}
