//! The LCD as it goes over the wire.

use std::fmt;

/// An LCD of 32 × 16 dots and 8 icons: 16 rows of 4 bytes, little-endian, bit x of a row being column x, top row and
/// left column first; then a byte of icons, 0–3 above the matrix from left to right, 4–7 below it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lcd(pub [u8; Lcd::SIZE]);

impl Lcd {
    /// Bytes.
    pub const SIZE: usize = 65;
    /// Nothing is lit.
    pub const BLANK: Lcd = Lcd([0; Lcd::SIZE]);

    /// From rows, top first, bit x being column x, and icons, bit n being icon n.
    #[must_use]
    pub fn from_rows(rows: [u32; 16], icons: u8) -> Lcd {
        let mut bytes = [icons; Lcd::SIZE];
        for (place, row) in bytes.chunks_exact_mut(4).zip(rows) {
            place.copy_from_slice(&row.to_le_bytes());
        }
        Lcd(bytes)
    }

    /// The rows, top first, bit x being column x.
    #[must_use]
    pub fn rows(&self) -> [u32; 16] {
        let mut rows = [0; 16];
        for (row, bytes) in rows.iter_mut().zip(self.0.as_chunks().0) {
            *row = u32::from_le_bytes(*bytes);
        }
        rows
    }

    /// The icons, bit n being icon n.
    #[must_use]
    pub fn icons(&self) -> u8 {
        self.0[Lcd::SIZE - 1]
    }
}

impl Default for Lcd {
    fn default() -> Lcd {
        Lcd::BLANK
    }
}

impl fmt::Debug for Lcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lcd({:08X?}, {:02X})", self.rows(), self.icons())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_icons_are_where_the_page_says() {
        let rows = std::array::from_fn(|row| 0x8000_0001_u32.rotate_left(row as u32));
        let lcd = Lcd::from_rows(rows, 0x81);
        assert_eq!((lcd.rows(), lcd.icons()), (rows, 0x81));
        assert_eq!(&lcd.0[..8], [1, 0, 0, 0x80, 3, 0, 0, 0]);
        assert_eq!(lcd.0[64], 0x81);
        assert_eq!(Lcd::default().rows(), [0; 16]);
    }
}
