//! Where things are on the glass, in millimetres from its centre, x right and y up.
//!
//! The window of such toys is about 25 × 21 mm; the dots fill it in width and leave a row for icons above and below.

use bevy::math::Vec2;

/// Size of the visible glass.
pub const GLASS: Vec2 = Vec2::new(25.0, 21.0);
/// Distance from one dot to the next, both ways.
pub const PITCH: f32 = 0.72;
/// Side of the dark square of a dot; the rest of the pitch is gap.
pub const DOT: f32 = 0.63;
/// Side of the square that an icon is drawn in.
pub const ICON: f32 = 3.7;
/// Distance between the centres of neighbouring icons.
pub const ICON_PITCH: f32 = 5.76;
/// Height of the icon rows' centres above and below the centre of the glass.
pub const ICON_ROW: f32 = 8.05;

/// Centre of the dot in column `x` and row `y` (row 0 on top).
#[must_use]
pub fn dot_centre(x: usize, y: usize) -> Vec2 {
    Vec2::new((x as f32 - 15.5) * PITCH, (7.5 - y as f32) * PITCH)
}

/// Centre of icon `n`: 0–3 above from left to right, 4–7 below.
#[must_use]
pub fn icon_centre(n: usize) -> Vec2 {
    let row = if n < 4 { ICON_ROW } else { -ICON_ROW };
    Vec2::new(((n % 4) as f32 - 1.5) * ICON_PITCH, row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_on_the_glass() {
        let half = GLASS / 2.0;
        for (x, y) in [(0, 0), (31, 15)] {
            let edge = dot_centre(x, y).abs() + PITCH / 2.0;
            assert!(edge.cmplt(half).all(), "dot {x},{y} reaches {edge}");
        }
        for n in 0..8 {
            let edge = icon_centre(n).abs() + ICON / 2.0;
            assert!(edge.cmplt(half).all(), "icon {n} reaches {edge}");
            let inner = icon_centre(n).y.abs() - ICON / 2.0;
            assert!(inner > 8.0 * PITCH, "icon {n} touches the dots");
        }
    }
}
