//! The LCD (TM 9).

use super::Slow;
use eggtooth_chip::Frame;

impl Slow {
    /// Whether the dot at a crossing is driven dark.
    fn lit(&self, segment: u8, com: u8) -> bool {
        let (off, on, eighth) = (self.lcd & 8 != 0, self.lcd & 4 != 0, self.lcd & 2 != 0);
        let half = if com < 8 { 0xE00 } else { 0xE80 };
        let address = half + 2 * u16::from(segment) + u16::from(com % 8 / 4);
        match () {
            () if segment >= self.model.segments || com >= 16 => false,
            () if eighth && com >= 8 => false,
            () if on => true,
            () if off => false,
            () => self.peek(address) >> (com % 4) & 1 != 0,
        }
    }

    /// What the model's wiring makes of it.
    pub fn frame(&self) -> Frame {
        let mut frame = Frame { contrast: self.contrast, ..Frame::default() };
        for y in 0..16 {
            let com = if self.model.flipped { 15 - y } else { y };
            for x in 0..32 {
                if self.lit(self.model.columns[x], com) {
                    frame.rows[usize::from(y)] |= 1 << x;
                }
            }
        }
        for (n, crossing) in self.model.icons.iter().enumerate() {
            if crossing.is_some_and(|(segment, com)| self.lit(segment, com)) {
                frame.icons |= 1 << n;
            }
        }
        frame
    }
}
