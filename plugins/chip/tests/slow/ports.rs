//! Output ports R0x–R4x (TM 5.2), I/O ports P0x–P3x (TM 6.2), and what is seen of them outside.

use super::Slow;
use super::timer::period;
use eggtooth_chip::{Edge, Group, Options, R33, SerialLines, TimerClock, Tone};

#[derive(Clone, Copy)]
pub struct Ports {
    /// F50–F54.
    pub r: [u8; 5],
    /// F60–F63.
    pub p: [u8; 4],
    /// F7B: bit n drives Rnx.
    pub driven: u8,
    /// F7D: bit n makes Pnx an output.
    pub output: u8,
    /// F7E: bit n takes Pnx's pull-ups off.
    pub no_pull_up: u8,
}

impl Default for Ports {
    fn default() -> Ports {
        Ports { r: [0, 0, 0, 0, 15], p: [0; 4], driven: 0, output: 0, no_pull_up: 0 }
    }
}

/// The output pins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Outside {
    pub r: [Group; 5],
    pub p: [Group; 4],
    pub serial: SerialLines,
    pub timer_clock: Option<TimerClock>,
    pub tone: Option<Tone>,
}

impl Outside {
    pub fn at_power_on() -> Outside {
        let mut r = [Group::OPEN; 5];
        r[4] = Group::new(15, 7);
        let serial = SerialLines { clock: true, data: true, ready: true };
        Outside { r, p: [Group::OPEN; 4], serial, timer_clock: None, tone: None }
    }
}

impl Slow {
    /// R43 low sounds the regular tone.
    pub fn regular(&self) -> bool {
        self.ports.r[4] & 8 == 0
    }

    /// A P port as read: the latch of an output; of an input what drives it, else its pull-up.
    pub fn pin_levels(&self, n: usize) -> u8 {
        let outside = self.pins.p[n];
        if self.ports.output >> n & 1 != 0 {
            return self.ports.p[n];
        }
        let pulled = if self.ports.no_pull_up >> n & 1 == 0 { 15 } else { 0 };
        (outside.levels & outside.driven | pulled & !outside.driven) & 15
    }

    /// The output pins now.
    pub fn outside(&self) -> Outside {
        let Options { r33, .. } = self.model.options;
        let r = std::array::from_fn(|n| {
            let pins = match n {
                4 => 7,
                _ if self.ports.driven >> n & 1 == 0 => 0,
                3 if r33 != R33::Port => 7,
                _ => 15,
            };
            Group::new(self.ports.r[n], pins)
        });
        let p =
            std::array::from_fn(|n| Group::new(self.ports.p[n], if self.ports.output >> n & 1 != 0 { 15 } else { 0 }));
        let mut serial = self.serial.lines;
        serial.ready |= r33 != R33::SerialReady;
        Outside { r, p, serial, timer_clock: self.timer_clock(), tone: self.buzzer.sound(self.regular()) }
    }

    /// What R33 carries of the programmable timer (TM 8.3.4).
    fn timer_clock(&self) -> Option<TimerClock> {
        let on = self.model.options.r33 == R33::TimerClock
            && self.timer.control & 8 != 0
            && self.ports.r[3] & 8 == 0
            && self.ports.driven & 8 != 0;
        on.then(|| match period(self.timer.control & 7) {
            None => TimerClock::K03,
            Some(ticks) => TimerClock::Divided(ticks as u8),
        })
    }

    /// Tells of every output pin that is not as it was.
    pub fn show(&mut self) {
        let (old, new) = (self.outside, self.outside());
        if old == new {
            return;
        }
        self.outside = new;
        let mut edges = Vec::new();
        for n in 0..5 {
            edges.push((new.r[n] != old.r[n], Edge::R(n as u8, new.r[n])));
        }
        for n in 0..4 {
            edges.push((new.p[n] != old.p[n], Edge::P(n as u8, new.p[n])));
        }
        edges.push((new.serial != old.serial, Edge::Serial(new.serial)));
        edges.push((new.timer_clock != old.timer_clock, Edge::TimerClock(new.timer_clock)));
        edges.push((new.tone != old.tone, Edge::Tone(new.tone)));
        let now = self.tick;
        self.edges.extend(edges.into_iter().filter(|edge| edge.0).map(|edge| (now, edge.1)));
    }
}
