//! Buzzer: tone, envelope, one-shot (TM 10).

use eggtooth_chip::Tone;

/// Ticks of a tone's period, its duty units, those that are high at level 1, half ticks in a unit
/// (TM table 10.4.1).
const TONES: [(u8, u8, u8, u8); 8] = [
    (8, 16, 8, 1),
    (10, 20, 8, 1),
    (12, 24, 12, 1),
    (14, 28, 12, 1),
    (16, 16, 8, 2),
    (20, 20, 8, 2),
    (24, 24, 12, 2),
    (28, 28, 12, 2),
];

/// The one-shot.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Shot {
    #[default]
    Off,
    /// Triggered; will sound for so many periods of 256 Hz.
    Pending(u8),
    /// Sounds for so many more.
    Sounding(u8),
}

#[derive(Clone, Copy, Default)]
pub struct Buzzer {
    /// F74: SHOTPW BZFQ2 BZFQ1 BZFQ0.
    pub tone: u8,
    /// ENVRT ENVON in D1, D0.
    envelope: u8,
    /// Level 1 is 0, level 8 is 7.
    pub level: u8,
    /// Falling edges of 256 Hz until the next step; 0 when none is coming.
    wait: u8,
    shot: Shot,
}

impl Buzzer {
    pub fn tick(&mut self, now: u64) {
        if now % 128 == 64 {
            self.shot = match self.shot {
                Shot::Off | Shot::Sounding(1) => Shot::Off,
                Shot::Pending(periods) => Shot::Sounding(periods),
                Shot::Sounding(periods) => Shot::Sounding(periods - 1),
            };
        }
        if now.is_multiple_of(128) && self.wait > 0 {
            self.wait -= 1;
            if self.wait == 0 {
                self.level += 1;
                self.wait = if self.level < 7 { self.pace() } else { 0 };
            }
        }
    }

    /// Periods of 256 Hz for each level.
    fn pace(&self) -> u8 {
        if self.envelope & 2 != 0 { 32 } else { 16 }
    }

    /// Back to level 1.
    pub fn restart(&mut self) {
        self.level = 0;
        self.wait = if self.envelope & 1 != 0 { self.pace() } else { 0 };
    }

    /// F75: BZSHOT ENVRST ENVRT ENVON; the one-shot answers only while the regular output is off.
    pub fn control(&mut self, value: u8, regular: bool) {
        let before = self.envelope;
        self.envelope = value & 3;
        if value & 4 != 0 || (before ^ self.envelope) & 1 != 0 {
            self.restart();
        }
        if value & 8 != 0 && !regular && self.shot == Shot::Off {
            self.shot = Shot::Pending(if self.tone & 8 != 0 { 16 } else { 8 });
        }
    }

    /// F75 as read.
    pub fn status(&self) -> u8 {
        u8::from(self.shot != Shot::Off) << 3 | self.envelope
    }

    /// What sounds, given whether R43 is low.
    pub fn sound(&self, regular: bool) -> Option<Tone> {
        let (divisor, _, high, half_ticks) = TONES[usize::from(self.tone & 7)];
        let on = regular || matches!(self.shot, Shot::Sounding(_));
        on.then_some(Tone { divisor, high_half_ticks: (high - self.level) * half_ticks })
    }
}
