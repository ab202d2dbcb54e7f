//! The LCD as a PNG: 32×16 dots, four icons above and four below as small shapes of our own.

use eggtooth_toy::Frame;
use png::{BitDepth, ColorType, Encoder, EncodingError};

/// Most pixels along a dot's side.
pub const LARGEST: u32 = 16;
/// From this size on dots have gaps, as on the glass.
const GAPS_FROM: usize = 4;
/// Dots around everything.
const MARGIN: usize = 1;
/// Dots along an icon's side.
const ICON: usize = 5;
/// Where the matrix begins: a margin, a row of icons, a margin.
const TOP: usize = MARGIN + ICON + MARGIN;
const WIDTH: usize = MARGIN + Frame::WIDTH + MARGIN;
const HEIGHT: usize = TOP + Frame::HEIGHT + TOP;

/// Icons in the chip's order, five rows of five dots; the leftmost dot is the highest bit.
const ICONS: [[u8; ICON]; 8] = [
    // A bowl: food.
    [0b00100, 0b01010, 0b11111, 0b11111, 0b01110],
    // A lamp: light.
    [0b01110, 0b11111, 0b01110, 0b01110, 0b00100],
    // A bat and a ball: game.
    [0b11001, 0b11010, 0b00100, 0b01000, 0b10011],
    // A cross: medicine.
    [0b01110, 0b11011, 0b10001, 0b11011, 0b01110],
    // A drop: clean.
    [0b00100, 0b01110, 0b11111, 0b11111, 0b01110],
    // Three bars: status.
    [0b00001, 0b00101, 0b00101, 0b10101, 0b10101],
    // A voice: discipline.
    [0b00110, 0b11100, 0b11110, 0b11100, 0b00110],
    // A face that calls: attention.
    [0b01110, 0b11111, 0b10101, 0b11111, 0b01110],
];

const GLASS: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

/// Colours of the glass, of what is light and of what is dark, at a contrast of 0 to 15.
fn palette(contrast: u8) -> [u8; 9] {
    const LIGHT: [u8; 3] = [0xb7, 0xc2, 0xa0];
    const DARK: [u8; 3] = [0x1c, 0x22, 0x1a];
    // Light by light at 0; full at the normal 7; the light dots begin to show beyond.
    let strength = |step: u16, of: u16| {
        move |n: usize| {
            let (light, dark) = (u16::from(LIGHT[n]), u16::from(DARK[n]));
            u8::try_from(light - (light - dark) * step.min(of) / of).unwrap_or(u8::MAX)
        }
    };
    let contrast = u16::from(contrast.min(15));
    let (off, on) = (strength(4 + contrast.saturating_sub(8) * 3, 80), strength(10 + contrast * 10, 80));
    let [a, b, c] = LIGHT;
    [a, b, c, off(0), off(1), off(2), on(0), on(1), on(2)]
}

/// What is at a place of the grid of dots.
fn at(frame: &Frame, x: usize, y: usize) -> u8 {
    let dark = |dark| if dark { ON } else { OFF };
    let below = TOP + Frame::HEIGHT;
    let (Some(x), Some(row)) = (x.checked_sub(MARGIN), y.checked_sub(MARGIN)) else { return GLASS };
    if x >= Frame::WIDTH {
        return GLASS;
    }
    if (TOP..below).contains(&y) {
        return dark(frame.dot(x, y - TOP));
    }
    let (first, row) = if y < below { (0, row) } else { (4, y.wrapping_sub(below + MARGIN)) };
    // Four icons share the width; each stands in the middle of its quarter.
    let quarter = Frame::WIDTH / 4;
    let Some(column) = (x % quarter).checked_sub((quarter - ICON) / 2) else { return GLASS };
    let n = first + x / quarter;
    let line = ICONS.get(n).and_then(|icon| icon.get(row)).copied().unwrap_or_default();
    if column < ICON && line >> (ICON - 1 - column) & 1 != 0 { dark(frame.icon(n)) } else { GLASS }
}

/// The picture of a frame, with dots of `scale` pixels, 1 to [`LARGEST`].
///
/// # Errors
/// None that a frame can cause.
pub fn png(frame: &Frame, scale: u32) -> Result<Vec<u8>, EncodingError> {
    let scale = scale.clamp(1, LARGEST) as usize;
    let (width, height) = (WIDTH * scale, HEIGHT * scale);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let gap = scale >= GAPS_FROM && (x % scale == scale - 1 || y % scale == scale - 1);
            pixels.push(if gap { GLASS } else { at(frame, x / scale, y / scale) });
        }
    }
    let mut out = Vec::new();
    // At most 544 × 480.
    let mut encoder = Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette(frame.contrast).to_vec());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn read(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    #[test]
    fn every_dot_and_icon_has_a_place_of_its_own() {
        let dark = |frame: &Frame| {
            let (width, height, pixels) = read(&png(frame, 1).unwrap());
            assert_eq!((width, height, pixels.len()), (34, 30, 34 * 30));
            pixels.iter().enumerate().filter(|(_, pixel)| **pixel == ON).map(|(n, _)| n).collect::<Vec<_>>()
        };
        assert!(dark(&Frame::default()).is_empty());
        let mut seen = std::collections::HashSet::new();
        for icon in 0..8 {
            let lit = dark(&Frame { icons: 1 << icon, ..Frame::default() });
            assert!(lit.len() >= 9 && lit.into_iter().all(|place| seen.insert(place)), "icon {icon}");
        }
        let mut corners = Frame::default();
        corners.rows[0] = 1;
        corners.rows[15] = 1 << 31;
        assert_eq!(dark(&corners), [7 * 34 + 1, 22 * 34 + 32]);
    }

    #[test]
    fn dots_grow_and_get_gaps() {
        let frame = Frame { rows: [u32::MAX; 16], icons: 255, contrast: 7 };
        for scale in 1..=LARGEST {
            let (width, height, pixels) = read(&png(&frame, scale).unwrap());
            assert_eq!((width, height), (34 * scale, 30 * scale));
            let place = (7 * scale * width + scale) as usize;
            assert_eq!(pixels.get(place), Some(&ON));
            let gap = pixels[place + scale as usize - 1];
            assert_eq!(gap == GLASS, scale >= 4, "{scale}");
        }
    }

    #[test]
    fn contrast_darkens_what_is_dark() {
        let shades: Vec<u8> = (0..16).map(|contrast| palette(contrast)[6]).collect();
        assert!(shades.is_sorted_by(|a, b| a >= b) && shades[0] > shades[7], "{shades:?}");
        assert_eq!(palette(7)[6], 0x1c, "the normal contrast is full");
    }
}
