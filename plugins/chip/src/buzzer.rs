//! The buzzer (TM 10): eight tones, an envelope of eight duty levels, a one-shot.

use crate::clock::PERIOD_256;
use crate::output::{Edge, Sink, Tone};
use serde::{Deserialize, Serialize};

/// OSC1 divisor of each tone (TM table 10.3.1).
const DIVISOR: [u8; 8] = [8, 10, 12, 14, 16, 20, 24, 28];
/// High time at level 1 in units, and half ticks a unit lasts (TM table 10.4.1).
const HIGH: [(u8, u8); 8] = [(8, 1), (8, 1), (12, 1), (12, 1), (8, 2), (8, 2), (12, 2), (12, 2)];
/// The quietest envelope level, counted from 0.
const LAST_LEVEL: u8 = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Shot {
    Off,
    /// Triggered; sounds from this tick on.
    Waiting {
        start: u64,
        end: u64,
    },
    Sounding {
        end: u64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Buzzer {
    /// F74: SHOTPW BZFQ2–BZFQ0.
    pub tone: u8,
    /// ENVRT ENVON of F75.
    pub envelope: u8,
    /// Envelope level, 0 loudest to 7.
    level: u8,
    /// The tick of the next level, while the envelope runs.
    next_level: u64,
    shot: Shot,
    /// R43 as last seen: low sounds.
    r43: bool,
    /// What the sink was told last.
    told: Option<Tone>,
}

impl Buzzer {
    pub const POWER_ON: Buzzer =
        Buzzer { tone: 0, envelope: 0, level: 0, next_level: u64::MAX, shot: Shot::Off, r43: true, told: None };

    pub fn reset(&mut self, tick: u64, sink: &mut dyn Sink) {
        *self = Buzzer { told: self.told, ..Buzzer::POWER_ON };
        self.tell(tick, sink);
    }

    /// What sounds now.
    pub fn sounding(&self) -> Option<Tone> {
        if self.r43 && !matches!(self.shot, Shot::Sounding { .. }) {
            return None;
        }
        let select = usize::from(self.tone & 7);
        let (units, half_ticks) = HIGH[select];
        Some(Tone { divisor: DIVISOR[select], high_half_ticks: (units - self.level) * half_ticks })
    }

    fn tell(&mut self, tick: u64, sink: &mut dyn Sink) {
        let now = self.sounding();
        if now != self.told {
            self.told = now;
            sink.edge(tick, Edge::Tone(now));
        }
    }

    /// Ticks an envelope level lasts.
    fn level_ticks(&self) -> u64 {
        if self.envelope & 2 == 0 { 16 * PERIOD_256 } else { 32 * PERIOD_256 }
    }

    /// Back to level 1; the first step is synchronised to 256 Hz (TM 10.4).
    fn restart_envelope(&mut self, tick: u64) {
        self.level = 0;
        self.next_level =
            if self.envelope & 1 == 0 { u64::MAX } else { tick / PERIOD_256 * PERIOD_256 + self.level_ticks() };
    }

    fn next_shot(&self) -> u64 {
        match self.shot {
            Shot::Off => u64::MAX,
            Shot::Waiting { start, .. } => start,
            Shot::Sounding { end } => end,
        }
    }

    /// Acts on everything due up to and including `tick`, in order.
    #[inline]
    pub fn sync(&mut self, tick: u64, sink: &mut dyn Sink) {
        if self.next_level <= tick || self.shot != Shot::Off {
            self.pass(tick, sink);
        }
    }

    fn pass(&mut self, tick: u64, sink: &mut dyn Sink) {
        loop {
            let due = self.next_level.min(self.next_shot());
            if due > tick {
                return;
            }
            if due == self.next_level {
                self.level += 1;
                self.next_level = if self.level == LAST_LEVEL { u64::MAX } else { due + self.level_ticks() };
            }
            match self.shot {
                Shot::Waiting { start, end } if start == due => self.shot = Shot::Sounding { end },
                Shot::Sounding { end } if end == due => self.shot = Shot::Off,
                _ => {}
            }
            self.tell(due, sink);
        }
    }

    /// The tick of the next audible change.
    #[inline]
    pub fn next_event(&self) -> u64 {
        if self.r43 && self.shot == Shot::Off {
            return u64::MAX;
        }
        let level = if self.sounding().is_some() { self.next_level } else { u64::MAX };
        level.min(self.next_shot())
    }

    /// Writes F74.
    pub fn set_tone(&mut self, value: u8, tick: u64, sink: &mut dyn Sink) {
        self.tone = value;
        self.tell(tick, sink);
    }

    /// Writes F75: BZSHOT triggers (only while the regular output is off), ENVRST and a rising
    /// ENVON restart the envelope.
    pub fn control(&mut self, value: u8, tick: u64, sink: &mut dyn Sink) {
        let was_on = self.envelope & 1 != 0;
        self.envelope = value & 3;
        let on = value & 1 != 0;
        if !on || !was_on || value & 4 != 0 {
            self.restart_envelope(tick);
        }
        if value & 8 != 0 && self.r43 && self.shot == Shot::Off {
            let periods = if self.tone & 8 == 0 { 8 } else { 16 };
            // The next rising edge of 256 Hz lies half a period after a falling one.
            let start = (tick + PERIOD_256 / 2) / PERIOD_256 * PERIOD_256 + PERIOD_256 / 2;
            self.shot = Shot::Waiting { start, end: start + periods * PERIOD_256 };
        }
        self.tell(tick, sink);
    }

    /// F75 as read: BZSHOT while a one-shot is pending or sounding, ENVRT, ENVON.
    pub fn status(&self) -> u8 {
        let busy = self.shot != Shot::Off;
        u8::from(busy) << 3 | self.envelope
    }

    /// R43 was written: low sounds. A change restarts the envelope.
    pub fn set_r43(&mut self, high: bool, tick: u64, sink: &mut dyn Sink) {
        if high != self.r43 {
            self.r43 = high;
            self.restart_envelope(tick);
            self.tell(tick, sink);
        }
    }

    pub fn is_valid(&self, synced: u64) -> bool {
        self.tone < 16
            && self.envelope < 4
            && self.level <= LAST_LEVEL
            && (self.next_level > synced && (self.level < LAST_LEVEL || self.next_level == u64::MAX))
            && self.next_shot() > synced
    }
}
