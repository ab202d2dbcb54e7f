//! Small pictures in one colour, as on the toys' screens: pets cut out of paper, charms, emotes.

use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageSampler};
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

/// Rows and columns that a picture has at most.
pub const SIDE: usize = 32;
/// Texels a dot.
const DENSE: usize = 6;
/// The distance from a dot's edge that black stands for, in dots; white is as far inside.
pub(crate) const REACH: f32 = 2.5;

/// A picture of at most 32 × 32 dots. Dots that are not set are clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Picture {
    rows: [u32; SIDE],
}

impl Picture {
    /// From rows, the first on top; bit `x` of a row is column `x`.
    #[must_use]
    pub fn new(rows: &[u32]) -> Self {
        let mut picture = Self::default();
        picture.rows.iter_mut().zip(rows).for_each(|(to, from)| *to = *from);
        picture
    }

    /// Whether a dot is set; none is outside.
    #[must_use]
    pub fn dot(&self, x: usize, y: usize) -> bool {
        x < SIDE && self.rows.get(y).is_some_and(|row| row >> x & 1 == 1)
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.rows.iter().all(|&row| row == 0)
    }

    /// The first column and row that has a dot, and how many there are to the last one; `None` for a clear picture.
    #[must_use]
    pub fn bounds(&self) -> Option<([usize; 2], [usize; 2])> {
        let columns = self.rows.iter().fold(0, |all, row| all | row);
        let top = self.rows.iter().position(|&row| row != 0)?;
        let bottom = self.rows.iter().rposition(|&row| row != 0)?;
        let (left, right) = (columns.trailing_zeros() as usize, SIDE - 1 - columns.leading_zeros() as usize);
        Some(([left, top], [right - left + 1, bottom - top + 1]))
    }

    /// The middle of what is set and the longer side of it, in dots from the upper left corner.
    pub(crate) fn middle(&self) -> ([f32; 2], f32) {
        let ([left, top], [width, height]) = self.bounds().unwrap_or(([0, 0], [SIDE, SIDE]));
        ([left as f32 + width as f32 / 2.0, top as f32 + height as f32 / 2.0], width.max(height) as f32)
    }

    /// Distance from (`x`, `y`), in dots from the upper left corner, to the nearest edge of a set dot: negative in one.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let reach = REACH.ceil() as i32;
        let (column, row) = (x.floor() as i32, y.floor() as i32);
        let mut nearest = f32::MAX;
        for r in row - reach..=row + reach {
            for c in column - reach..=column + reach {
                let set = usize::try_from(c).is_ok_and(|c| usize::try_from(r).is_ok_and(|r| self.dot(c, r)));
                if set {
                    let (dx, dy) = ((x - c as f32 - 0.5).abs() - 0.5, (y - r as f32 - 0.5).abs() - 0.5);
                    let outside = (dx.max(0.0).powi(2) + dy.max(0.0).powi(2)).sqrt();
                    nearest = nearest.min(outside + dx.max(dy).min(0.0));
                }
            }
        }
        nearest
    }

    /// The picture with everything set that is enclosed: what is left when one cuts around it with scissors, which do
    /// not get into gaps of one or two dots.
    #[must_use]
    pub fn outline(&self) -> Self {
        let wall = Self { rows: spread(&self.rows) };
        // From the border inwards, along clear dots.
        let mut outside = [0u32; SIDE];
        loop {
            let mut reached = from_border(&outside);
            reached.iter_mut().zip(&wall.rows).for_each(|(row, wall)| *row &= !wall);
            if outside == reached {
                break;
            }
            outside = reached;
        }
        // The wall was a dot thicker than the picture.
        let mut inside = from_border(&outside).map(|row| !row);
        inside.iter_mut().zip(&self.rows).for_each(|(inside, row)| *inside |= row);
        Self { rows: inside }
    }

    /// The distances as a texture of two channels, with a margin of [`REACH`] on every side: to the dots, and to the
    /// picture's [`outline`](Self::outline).
    pub(crate) fn image(&self) -> Image {
        let outline = self.outline();
        let margin = REACH.ceil() as usize;
        let side = (SIDE + 2 * margin) * DENSE;
        let at = |n: usize| (n as f32 + 0.5) / DENSE as f32 - margin as f32;
        let texel = |n: usize| {
            [self, &outline].map(|picture| {
                let distance = picture.distance(at(n % side), at(n / side));
                ((0.5 - distance / REACH / 2.0).clamp(0.0, 1.0) * 255.0).round() as u8
            })
        };
        let size = Extent3d { width: side as u32, height: side as u32, depth_or_array_layers: 1 };
        let data = (0..side * side).flat_map(texel).collect();
        let usage = RenderAssetUsages::RENDER_WORLD;
        let mut image = Image::new(size, TextureDimension::D2, data, TextureFormat::Rg8Unorm, usage);
        image.sampler = ImageSampler::linear();
        image
    }
}

/// What is set, its four neighbours each, and the border, beyond which everything is set.
fn from_border(rows: &[u32; SIDE]) -> [u32; SIDE] {
    let mut out = spread(rows).map(|row| row | 1 | 1 << (SIDE - 1));
    (out[0], out[SIDE - 1]) = (u32::MAX, u32::MAX);
    out
}

/// What is set, and its four neighbours each.
fn spread(rows: &[u32; SIDE]) -> [u32; SIDE] {
    core::array::from_fn(|y| {
        let above = y.checked_sub(1).map_or(0, |y| rows[y]);
        let below = rows.get(y + 1).copied().unwrap_or(0);
        above | below | rows[y] << 1 | rows[y] >> 1 | rows[y]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_middle_are_those_of_the_dots() {
        let mut rows = [0; 16];
        rows[3] = 0b0110_0000;
        rows[5] = 0b0001_0000;
        let picture = Picture::new(&rows);
        assert_eq!(picture.bounds(), Some(([4, 3], [3, 3])));
        assert_eq!(picture.middle(), ([5.5, 4.5], 3.0));
        assert!(picture.dot(5, 3) && picture.dot(4, 5) && !picture.dot(4, 3) && !picture.dot(40, 3));
        assert!(Picture::default().is_clear() && Picture::default().bounds().is_none());
        let full = Picture::new(&[u32::MAX; 40]);
        assert_eq!(full.bounds(), Some(([0, 0], [SIDE, SIDE])));
    }

    #[test]
    fn what_is_enclosed_belongs_to_the_outline() {
        let square = Picture::new(&[0, 0b11110, 0b10010, 0b10010, 0b11110]);
        assert_eq!(square.outline(), Picture::new(&[0, 0b11110, 0b11110, 0b11110, 0b11110]));
        let open = Picture::new(&[0, 0, 0b111_1100, 0b100_0100, 0b100_0000, 0b100_0100, 0b111_1100]);
        let filled = Picture::new(&[0, 0, 0b111_1100, 0b111_1100, 0b111_1000, 0b111_1100, 0b111_1100]);
        assert_eq!(open.outline(), filled, "scissors do not get through the gap");
        let wide = Picture::new(&[0, 0, 0b11_1100, 0b10_0000, 0b10_0000, 0b10_0000, 0b10_0000, 0b11_1100]);
        assert_eq!(wide.outline().rows[4] & 0b1100, 0, "but into this one");
        assert_eq!(square.outline().outline(), square.outline());
    }

    #[test]
    fn distances_are_measured_from_the_dots_edges() {
        let picture = Picture::new(&[0, 0, 0b100]);
        assert!((picture.distance(2.5, 2.5) + 0.5).abs() < 1e-5);
        assert!(picture.distance(3.0, 2.5).abs() < 1e-5);
        assert!((picture.distance(4.0, 2.5) - 1.0).abs() < 1e-5);
        assert!((picture.distance(4.0, 4.0) - 2.0f32.sqrt()).abs() < 1e-5);
    }
}
