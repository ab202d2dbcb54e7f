//! How liquid crystal answers: every dot moves towards its target exponentially and comes to rest exactly.

use bevy::math::FloatExt;
use eggtooth_toy::Frame;

/// Dots and icons of one LCD.
const CELLS: usize = Frame::WIDTH * Frame::HEIGHT + Frame::ICONS;
/// Time constant of a dot that turns dark, in seconds.
const DARKEN: f32 = 0.022;
/// Time constant of a dot that clears: crystals relax slower than they are driven.
const CLEAR: f32 = 0.034;
/// Below this distance a cell jumps to its target: a step of a few grey levels that nobody sees.
const REST: f32 = 0.03;

/// The darkness of every cell of one LCD, 0 clear … 1 dark, and its contrast.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    cells: Box<[f32; CELLS]>,
    contrast: f32,
}

impl Response {
    /// An LCD that has shown `frame` long enough to have come to rest.
    #[must_use]
    pub fn settled(frame: &Frame) -> Self {
        let mut cells = Box::new([0.0; CELLS]);
        for (n, cell) in cells.iter_mut().enumerate() {
            *cell = target(frame, n);
        }
        Self { cells, contrast: contrast_target(frame) }
    }

    /// Lets `seconds` pass while the driver shows `frame`; true while something still moves afterwards.
    pub fn step(&mut self, frame: &Frame, seconds: f32) -> bool {
        let darken = 1.0 - (-seconds.max(0.0) / DARKEN).exp();
        let clear = 1.0 - (-seconds.max(0.0) / CLEAR).exp();
        let mut moving = false;
        for (n, cell) in self.cells.iter_mut().enumerate() {
            let goal = target(frame, n);
            if *cell == goal {
                continue;
            }
            *cell = cell.lerp(goal, if goal > *cell { darken } else { clear });
            if (goal - *cell).abs() < REST {
                *cell = goal;
            } else {
                moving = true;
            }
        }
        let goal = contrast_target(frame);
        if self.contrast != goal {
            self.contrast = self.contrast.lerp(goal, clear);
            if (goal - self.contrast).abs() < REST {
                self.contrast = goal;
            } else {
                moving = true;
            }
        }
        moving
    }

    /// Darkness of the dot in column `x` (0–31) and row `y` (0–15); 0 outside.
    #[must_use]
    pub fn dot(&self, x: usize, y: usize) -> f32 {
        if x < Frame::WIDTH && y < Frame::HEIGHT { self.cells[y * Frame::WIDTH + x] } else { 0.0 }
    }

    /// Darkness of icon `n` (0–7); 0 outside.
    #[must_use]
    pub fn icon(&self, n: usize) -> f32 {
        if n < Frame::ICONS { self.cells[Frame::WIDTH * Frame::HEIGHT + n] } else { 0.0 }
    }

    /// The contrast register as it acts now, 0 light … 1 dark.
    #[must_use]
    pub fn contrast(&self) -> f32 {
        self.contrast
    }
}

fn target(frame: &Frame, cell: usize) -> f32 {
    let dots = Frame::WIDTH * Frame::HEIGHT;
    let on = if cell < dots { frame.dot(cell % Frame::WIDTH, cell / Frame::WIDTH) } else { frame.icon(cell - dots) };
    f32::from(u8::from(on))
}

fn contrast_target(frame: &Frame) -> f32 {
    f32::from(frame.contrast.min(15)) / 15.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dark() -> Frame {
        Frame { rows: [u32::MAX; 16], icons: 0xFF, contrast: 8 }
    }

    fn light() -> Frame {
        Frame { contrast: 8, ..Frame::default() }
    }

    #[test]
    fn a_dot_fades_and_rests_exactly() {
        let mut lcd = Response::settled(&light());
        assert!(lcd.step(&dark(), 0.016));
        let first = lcd.dot(3, 4);
        assert!(first > 0.3 && first < 0.8, "{first} after one frame");
        let mut seconds = 0.016;
        while lcd.step(&dark(), 0.016) {
            seconds += 0.016;
        }
        assert!((0.06..=0.12).contains(&seconds), "dark after {seconds} s");
        assert_eq!(lcd, Response::settled(&dark()));
        let mut seconds = 0.0;
        while lcd.step(&light(), 0.016) {
            seconds += 0.016;
        }
        assert!((0.08..=0.14).contains(&seconds), "clear after {seconds} s");
        assert_eq!(lcd, Response::settled(&light()));
    }

    #[test]
    fn at_rest_nothing_moves_and_a_long_pause_is_one_step() {
        let mut lcd = Response::settled(&dark());
        assert!(!lcd.step(&dark(), 0.016));
        assert!(!lcd.step(&light(), 5.0));
        assert_eq!(lcd, Response::settled(&light()));
    }

    #[test]
    fn cells_are_their_own() {
        let mut frame = light();
        frame.rows[5] = 1 << 7;
        frame.icons = 1 << 2;
        let lcd = Response::settled(&frame);
        for y in 0..16 {
            for x in 0..32 {
                assert_eq!(lcd.dot(x, y), f32::from(u8::from((x, y) == (7, 5))));
            }
        }
        assert_eq!((0..8).map(|n| lcd.icon(n)).collect::<Vec<_>>(), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((lcd.dot(32, 0), lcd.dot(0, 16), lcd.icon(8)), (0.0, 0.0, 0.0));
    }
}
