//! What is decided between two instructions: resets (TM 4) and interrupts (CM 2.5).

use super::buzzer::Buzzer;
use super::clock::Clock;
use super::input::Inputs;
use super::ports::Ports;
use super::stopwatch::Stopwatch;
use super::{Slow, counts};
use eggtooth_chip::Edge;

/// Ticks RESET must be low: 2 ms (TM 4.1.1).
const RESET_TICKS: u64 = 66;
/// Ticks the reset keys must be held: 2 s (TM 4.1.2).
const KEYS_TICKS: u64 = 65_536;
/// CPU clocks from an accepted request to the first instruction of its handler (TM 11.2).
const ENTRY: u32 = 12;
/// CPU clocks before that when the CPU was halted (CM 2.5.3).
const WAKE: u32 = 2;

/// Why the chip is held in reset.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    Pin,
    Keys,
}

impl Slow {
    /// The resets that are due at this boundary.
    pub fn resets(&mut self) {
        let due = |since: Option<u64>, ticks| since.is_some_and(|t| counts(t + ticks, self.tick, self.r.halted));
        let hold = match () {
            () if self.hold.is_some() => return,
            () if due(self.reset_low_since, RESET_TICKS) => Some(Hold::Pin),
            () if due(self.keys_low_since, KEYS_TICKS) => Some(Hold::Keys),
            () => None,
        };
        if hold.is_some() {
            self.hold = hold;
            self.seen.resets[1] += 1;
            self.edges.push((self.tick, Edge::PinReset));
            self.reset();
        } else if self.watchdog_on && self.clock.watchdog_bites(self.tick, self.r.halted) {
            self.seen.resets[0] += 1;
            self.edges.push((self.tick, Edge::WatchdogReset));
            self.reset();
        }
    }

    /// Every reset but power-on: RAM and the registers the manual calls undefined survive.
    pub fn reset(&mut self) {
        self.phase = 0;
        self.r.reset();
        self.clock = Clock::default();
        self.stopwatch = Stopwatch::default();
        self.timer.reset();
        self.buzzer = Buzzer::default();
        self.inputs = Inputs::default();
        self.ports = Ports::default();
        self.serial.reset();
        self.oscillators = 0;
        self.lcd = 0b1000;
        self.contrast = 0;
        self.supply = 0;
        self.show();
    }

    /// The vector of the request that is taken at this boundary, in the order of priority.
    pub fn accepted(&self) -> Option<u8> {
        if !self.r.interruptible() {
            return None;
        }
        let (now, halted) = (self.tick, self.r.halted);
        let requests = [
            (0x0C, self.timer.requests(now, halted)),
            (0x0A, self.serial.requests(now, halted)),
            (0x08, self.inputs.factor[1].counts(now, halted)),
            (0x06, self.inputs.factor[0].counts(now, halted)),
            (0x04, self.stopwatch.requests(now, halted)),
            (0x02, self.clock.requests(now, halted)),
        ];
        requests.iter().find(|request| request.1).map(|request| request.0)
    }

    /// The interrupt sequence.
    pub fn enter(&mut self, vector: u8) {
        let clocks = if self.r.halted { WAKE + ENTRY } else { ENTRY };
        let clock = self.osc3();
        self.remember();
        self.seen.interrupts[usize::from(vector / 2 - 1)] += 1;
        self.seen.wakes += u64::from(self.r.halted);
        self.push_pc(self.r.pc);
        self.r.enter(vector);
        self.spend(clocks, clock);
    }
}
