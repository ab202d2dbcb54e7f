//! Pictures in the toys' sprite format, as far as they are made here: one sprite, not encrypted.

use super::bytes::put;

/// Bytes before the palette.
const HEADER: usize = 24;
/// Has a transparent colour; bits 0 and 1 are always set, nobody knows why.
const FLAGS: u8 = 0b111;
const BYTEWISE: u8 = 1 << 5;
/// Always this, nobody knows why.
const SEVENTEEN: u8 = 17;

/// Why pixels are no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Width times height.
    #[error("a picture of {width} by {height} pixels needs as many, and {pixels} are given")]
    Pixels {
        /// Pixels a row.
        width: u8,
        /// Rows.
        height: u8,
        /// Pixels given.
        pixels: usize,
    },
    /// No palette has it.
    #[error("colour {0} is not in the palette: take one of its entries")]
    Colour(u8),
}

/// A picture of sixteen colours (RGB565), the first of them transparent, not compressed: bytes for a ghost's sprites.
/// The pixels are palette entries 0 to 15, row by row from the top.
///
/// # Errors
/// The pixels do not fill the picture, or one is above 15.
pub fn sixteen_colours(width: u8, height: u8, palette: &[u16; 16], pixels: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut bytes = start(width, height, 2, palette, pixels)?;
    if let Some(colour) = pixels.iter().find(|pixel| **pixel > 15) {
        return Err(PictureError::Colour(*colour));
    }
    let nibble = |pixel: u8| pixel.reverse_bits() >> 4;
    bytes.extend(pixels.chunks(2).map(|pair| match *pair {
        [first, second] => nibble(first) | nibble(second) << 4,
        [first] => nibble(first),
        _ => 0,
    }));
    Ok(finish(bytes))
}

/// A picture of 256 colours (RGB565), the first of them transparent, compressed byte by byte: bytes for a screenshot.
///
/// # Errors
/// The pixels do not fill the picture.
pub fn many_colours(width: u8, height: u8, palette: &[u16; 256], pixels: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut bytes = start(width, height, 3, palette, pixels)?;
    put(&mut bytes, 4, &[FLAGS | BYTEWISE]);
    let mut packed = Vec::new();
    for run in pixels.chunk_by(|a, b| a == b) {
        for piece in run.chunks(0x7F) {
            // A piece has 1 to 127 pixels, all alike.
            packed.extend([piece.len() as u8, piece.first().copied().unwrap_or_default().reverse_bits()]);
        }
    }
    packed.push(0);
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend((packed.len() as u32).to_le_bytes());
    bytes.extend(packed);
    Ok(finish(bytes))
}

/// Header and palette.
fn start(width: u8, height: u8, bpp: u8, palette: &[u16], pixels: &[u8]) -> Result<Vec<u8>, PictureError> {
    if pixels.len() != usize::from(width) * usize::from(height) {
        return Err(PictureError::Pixels { width, height, pixels: pixels.len() });
    }
    let mut bytes = vec![0; HEADER];
    put(&mut bytes, 4, &[FLAGS, bpp, 1, 0, width, height, 0, 0, 1, 1, SEVENTEEN, 1, 0, 0]);
    put(&mut bytes, 18, &(HEADER as u16).to_le_bytes());
    put(&mut bytes, 20, &((HEADER + 2 * palette.len()) as u16).to_le_bytes());
    bytes.extend(palette.iter().flat_map(|colour| colour.to_le_bytes()));
    Ok(bytes)
}

/// Fills up to a whole word, which is how sums are made, and writes the length.
fn finish(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let length = bytes.len() as u32;
    put(&mut bytes, 0, &length.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn two_by_one_pixels_by_hand() {
        let mut palette = [0; 16];
        palette[1] = 0xF800;
        let bytes = sixteen_colours(2, 1, &palette, &[1, 8]).unwrap();
        // Each pixel's highest bit comes first, in the lowest bit: 1 is 1000, 8 is 0001 and goes into the upper half.
        let expected = [60, 0, 0, 0, 7, 2, 1, 0, 2, 1, 0, 0, 1, 1, 17, 1, 0, 0, 24, 0, 56, 0, 0, 0, 0, 0, 0, 0xF8];
        assert_eq!(bytes[..28], expected);
        assert_eq!(bytes[56..], [0x18, 0, 0, 0]);
    }

    #[test]
    fn runs_by_hand() {
        let bytes = many_colours(200, 1, &[0; 256], &[[0x01; 150].as_slice(), &[0x80; 50]].concat()).unwrap();
        assert_eq!(bytes[..8], [40, 2, 0, 0, 0x27, 3, 1, 0]);
        assert_eq!(bytes[536..], [8, 0, 0, 0, 7, 0, 0, 0, 127, 0x80, 23, 0x80, 50, 0x01, 0, 0]);
    }

    #[test]
    fn pixels_must_fit() {
        let none = PictureError::Pixels { width: 2, height: 2, pixels: 3 };
        assert_eq!(sixteen_colours(2, 2, &[0; 16], &[0; 3]), Err(none));
        assert_eq!(sixteen_colours(1, 1, &[0; 16], &[16]), Err(PictureError::Colour(16)));
    }
}
