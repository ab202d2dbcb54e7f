//! The pet's own picture: cut from an LCD, packed into a ghost, and read from a stranger's.

use eggtooth_livelink::Lcd;
use eggtooth_prong::packet::picture::{self, PictureError};

/// Dots in a row at most.
pub const WIDTH: u8 = 32;
/// Rows at most.
pub const HEIGHT: u8 = 16;
/// Parts of a picture may be so many dots apart and still belong together.
const APART: i32 = 2;
/// Bytes before the palette, and where the pixels of sixteen colours begin.
const HEADER: usize = 24;
const PIXELS: usize = HEADER + 2 * 16;
/// What pictures of sixteen colours are made with (`prong`'s `packet::picture`).
const FLAGS: u8 = 0b111;
/// A dark dot's place in the palette.
const DARK: u8 = 1;
/// Its colour, RGB565.
const INK: u16 = 0x2124;

/// A picture in one colour, at most 32 by 16 dots.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sprite {
    width: u8,
    /// Top first, bit x being column x.
    rows: Vec<u32>,
}

impl Sprite {
    /// Cuts the pet out of an LCD: the largest thing on it, with what lies close by. `None` where nothing is.
    #[must_use]
    pub fn cut(lcd: &Lcd) -> Option<Sprite> {
        let mut things = things(lcd.rows());
        things.sort_by_key(|thing| (std::cmp::Reverse(thing.dots), thing.top, thing.left));
        let mut things = things.into_iter();
        let mut whole = things.next()?;
        let mut rest: Vec<Thing> = things.collect();
        // A limb may lie close to a limb.
        while let Some(place) = rest.iter().position(|thing| thing.is_close_to(&whole)) {
            whole.join(&rest.remove(place));
        }
        let (left, width) = (whole.left, whole.right - whole.left + 1);
        let mask = u32::MAX >> (32 - width.clamp(1, 32));
        let rows = whole.rows.get(whole.top as usize..=whole.bottom as usize)?;
        Some(Sprite { width: width as u8, rows: rows.iter().map(|row| row >> left & mask).collect() })
    }

    /// Of rows, top first; `None` for none, for more than 16 and for a width of none or more than 32.
    #[must_use]
    pub fn new(width: u8, rows: &[u32]) -> Option<Sprite> {
        let fits = (1..=WIDTH).contains(&width) && (1..=usize::from(HEIGHT)).contains(&rows.len());
        let mask = u32::MAX >> (32_u32.checked_sub(width.into())?.min(31));
        fits.then(|| Sprite { width, rows: rows.iter().map(|row| row & mask).collect() })
    }

    /// Dots in a row.
    #[must_use]
    pub fn width(&self) -> u8 {
        self.width
    }

    /// Rows, top first, bit x being column x.
    #[must_use]
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// In the toys' format, in two of sixteen colours.
    ///
    /// # Errors
    /// None that a sprite can cause.
    pub fn to_picture(&self) -> Result<Vec<u8>, PictureError> {
        let dots = self.rows.iter().flat_map(|row| (0..self.width).map(move |x| (row >> x & 1) as u8 * DARK));
        let pixels: Vec<u8> = dots.collect();
        picture::sixteen_colours(self.width, self.rows.len() as u8, &palette(), &pixels)
    }

    /// From the toys' format, if it is one sprite of sixteen colours, not compressed and not too large: what is not
    /// transparent is a dot.
    #[must_use]
    pub fn from_picture(bytes: &[u8]) -> Option<Sprite> {
        let (header, _) = bytes.split_first_chunk::<HEADER>()?;
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
        let offsets = [header[18], header[19], header[20], header[21]];
        let expected = [HEADER as u8, 0, PIXELS as u8, 0];
        let plain = (header[4], header[5], header[6], header[7]) == (FLAGS, 2, 1, 0) && offsets == expected;
        if !plain || usize::try_from(length).ok()? > bytes.len() {
            return None;
        }
        let (width, height) = (header[8], header[9]);
        if !(1..=WIDTH).contains(&width) || !(1..=HEIGHT).contains(&height) {
            return None;
        }
        let pixel = |at: usize| {
            let pair = *bytes.get(PIXELS + at / 2)?;
            Some(if at.is_multiple_of(2) { pair & 0xF } else { pair >> 4 } != 0)
        };
        let (width, height) = (usize::from(width), usize::from(height));
        let mut rows = vec![0_u32; height];
        for (y, row) in rows.iter_mut().enumerate() {
            for x in 0..width {
                *row |= u32::from(pixel(y * width + x)?) << x;
            }
        }
        Some(Sprite { width: width as u8, rows })
    }
}

/// The two colours.
pub(crate) fn palette() -> [u16; 16] {
    let mut palette = [0; 16];
    palette[usize::from(DARK)] = INK;
    palette
}

/// Dots that touch each other, also at corners.
struct Thing {
    rows: [u32; 16],
    dots: u32,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Thing {
    fn of(rows: [u32; 16]) -> Thing {
        let all = rows.iter().fold(0, |all, row| all | row);
        let filled = |row: &&u32| **row != 0;
        let top = rows.iter().take_while(|row| !filled(row)).count() as i32;
        let below = rows.iter().rev().take_while(|row| !filled(row)).count() as i32;
        let dots = rows.iter().map(|row| row.count_ones()).sum();
        let (left, right) = (all.trailing_zeros().min(31) as i32, 31 - all.leading_zeros().min(31) as i32);
        Thing { rows, dots, left, right, top: top.min(15), bottom: (15 - below).max(0) }
    }

    fn is_close_to(&self, other: &Thing) -> bool {
        let between = |a: (i32, i32), b: (i32, i32)| (b.0 - a.1).max(a.0 - b.1);
        between((self.left, self.right), (other.left, other.right)) <= APART
            && between((self.top, self.bottom), (other.top, other.bottom)) <= APART
    }

    fn join(&mut self, other: &Thing) {
        let mut rows = self.rows;
        rows.iter_mut().zip(other.rows).for_each(|(row, more)| *row |= more);
        *self = Thing::of(rows);
    }
}

/// Everything that is on an LCD, apart.
fn things(mut rows: [u32; 16]) -> Vec<Thing> {
    let mut things = Vec::new();
    while let Some(y) = rows.iter().position(|row| *row != 0) {
        let mut found = [0_u32; 16];
        if let (Some(row), Some(seed)) = (rows.get(y), found.get_mut(y)) {
            *seed = row & row.wrapping_neg();
        }
        loop {
            let before = found;
            let wide = found.map(|row| row | row << 1 | row >> 1);
            for (y, row) in found.iter_mut().enumerate() {
                let near = |y: usize| wide.get(y).copied().unwrap_or_default();
                let reached = near(y) | near(y + 1) | y.checked_sub(1).map_or(0, near);
                *row = reached & rows.get(y).copied().unwrap_or_default();
            }
            if found == before {
                break;
            }
        }
        rows.iter_mut().zip(found).for_each(|(row, taken)| *row &= !taken);
        things.push(Thing::of(found));
    }
    things
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_thing_is_the_pet() {
        let mut rows = [0; 16];
        // A heap in the corner, a body of 4 × 3 with an ear two dots off, and something far away.
        (rows[15], rows[14]) = (0x7, 0x2);
        (rows[6], rows[7], rows[8]) = (0xF << 20, 0x9 << 20, 0xF << 20);
        rows[4] = 1 << 21;
        rows[0] = 0b111 << 10;
        let sprite = Sprite::cut(&Lcd::from_rows(rows, 0)).unwrap();
        assert_eq!((sprite.width(), sprite.rows()), (4, &[0b10, 0, 0xF, 0x9, 0xF][..]));
        assert_eq!(Sprite::cut(&Lcd::BLANK), None);
        let full = Sprite::cut(&Lcd::from_rows([u32::MAX; 16], 0)).unwrap();
        assert_eq!((full.width(), full.rows()), (32, &[u32::MAX; 16][..]));
    }

    proptest! {
        #[test]
        fn what_is_cut_comes_back_from_a_ghost(rows in any::<[u32; 16]>(), sparse in any::<[u32; 16]>()) {
            let rows = std::array::from_fn(|y| rows[y] & sparse[y] & sparse[15 - y].rotate_left(7));
            if let Some(sprite) = Sprite::cut(&Lcd::from_rows(rows, 0)) {
                let picture = sprite.to_picture().unwrap();
                for end in 0..picture.len() {
                    prop_assert_eq!(Sprite::from_picture(&picture[..end]), None);
                }
                prop_assert_eq!(Sprite::from_picture(&picture), Some(sprite));
            } else {
                prop_assert_eq!(rows, [0; 16]);
            }
        }

        #[test]
        fn any_bytes_are_a_sprite_or_none(mut bytes in prop::collection::vec(any::<u8>(), 0..400), plain in any::<bool>()) {
            if plain && bytes.len() >= HEADER {
                let made = Sprite::new(3, &[1, 2, 3]).unwrap().to_picture().unwrap();
                let (width, height) = (bytes[8], bytes[9]);
                bytes[..HEADER].copy_from_slice(&made[..HEADER]);
                (bytes[8], bytes[9]) = (width % 36, height % 20);
            }
            if let Some(sprite) = Sprite::from_picture(&bytes) {
                prop_assert_eq!(Sprite::new(sprite.width(), sprite.rows()), Some(sprite));
            }
        }
    }
}
