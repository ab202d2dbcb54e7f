//! Serial interface (TM 7).

use super::Factor;
use eggtooth_chip::{Options, SerialLines};

/// Edges of SCLK in a transfer.
const EDGES: u8 = 16;

/// A transfer under way.
#[derive(Clone, Copy)]
struct Transfer {
    /// Edges of SCLK so far.
    done: u8,
    clock: Source,
}

#[derive(Clone, Copy)]
enum Source {
    /// SCLK comes from outside.
    Slave,
    /// SCLK of so many CPU clocks a period, counted at this frequency from this tick, when so many
    /// edges were done.
    Master { clocks: u64, hz: u64, from: u64, before: u8 },
}

#[derive(Clone, Copy)]
pub struct Serial {
    /// SD7–SD0.
    pub data: u8,
    /// F7A: SEN SCS1 SCS0.
    pub control: u8,
    /// F30 or F31 was accessed since the last trigger.
    armed: bool,
    transfer: Option<Transfer>,
    /// The output lines; `ready` as it would be with the SRDY option.
    pub lines: SerialLines,
    pub factor: Factor,
    /// EISIO.
    pub mask: u8,
}

impl Default for Serial {
    fn default() -> Serial {
        Serial {
            data: 0,
            control: 0,
            armed: false,
            transfer: None,
            lines: SerialLines { clock: true, data: true, ready: true },
            factor: Factor::default(),
            mask: 0,
        }
    }
}

impl Serial {
    /// Whether a transfer is under way.
    pub fn busy(&self) -> bool {
        self.transfer.is_some()
    }

    /// The program read or wrote F30 or F31.
    pub fn access(&mut self, high: bool) {
        self.armed = true;
        if high {
            self.lines.ready = true;
        }
    }

    /// F7A: SCTRG SEN SCS1 SCS0, at a CPU clock of `hz`.
    pub fn set_control(&mut self, value: u8, hz: u64, now: u64) {
        self.control = value & 7;
        if value & 8 == 0 || !self.armed || self.transfer.is_some() {
            return;
        }
        self.armed = false;
        let master = |clocks| Source::Master { clocks, hz, from: now, before: 0 };
        let clock = match value & 3 {
            0 => Source::Slave,
            1 => master(4),
            2 => master(2),
            _ => master(1),
        };
        self.lines.ready = !matches!(clock, Source::Slave);
        self.transfer = Some(Transfer { done: 0, clock });
    }

    /// The CPU clock is `hz` from now on.
    pub fn clock_changes(&mut self, hz: u64, now: u64) {
        if let Some(Transfer { done, clock: Source::Master { clocks, .. } }) = self.transfer {
            self.transfer = Some(Transfer { done, clock: Source::Master { clocks, hz, from: now, before: done } });
        }
    }

    /// Whether a master's next edge has come.
    pub fn due(&self, now: u64) -> bool {
        let Some(Transfer { done, clock: Source::Master { clocks, hz, from, before } }) = self.transfer else {
            return false;
        };
        let nth = u64::from(done - before + 1);
        from + nth * clocks * 32_768 / (2 * hz) <= now
    }

    /// SCLK of the other side is at `level` from now on.
    pub fn external_clock(&mut self, level: bool, data: bool, options: Options, now: u64) {
        let Some(Transfer { done, clock: Source::Slave }) = self.transfer else { return };
        let falling = done % 2 == 0;
        if falling != level {
            self.lines.ready = true;
            self.edge(data, options, now);
        }
    }

    /// One edge of SCLK: odd ones fall, even ones rise. At a falling edge SOUT moves first.
    pub fn edge(&mut self, data: bool, options: Options, now: u64) {
        let Some(transfer) = &mut self.transfer else { return };
        transfer.done += 1;
        let falling = transfer.done % 2 == 1;
        let over = transfer.done == EDGES;
        if matches!(transfer.clock, Source::Master { .. }) {
            self.lines.clock = !falling;
        }
        if falling {
            let bit = if options.serial_msb_first { self.data >> 7 } else { self.data & 1 };
            self.lines.data = bit != 0;
        }
        let samples_falling = self.control & 4 != 0;
        if falling == samples_falling {
            let bit = u8::from(data);
            self.data = if options.serial_msb_first { self.data << 1 | bit } else { self.data >> 1 | bit << 7 };
        }
        if over {
            self.transfer = None;
            self.factor.raise(now);
        }
    }

    /// The data survive.
    pub fn reset(&mut self) {
        *self = Serial { data: self.data, ..Serial::default() };
    }

    pub fn requests(&self, now: u64, halted: bool) -> bool {
        self.mask != 0 && self.factor.counts(now, halted)
    }
}
