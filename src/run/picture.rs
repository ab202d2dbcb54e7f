//! `--frame`: the LCD as text and as a picture.

use anyhow::Result;
use eggtooth_toy::Frame;

/// The icons' names, in the chip's order.
pub const ICONS: [&str; Frame::ICONS] =
    ["food", "light", "game", "medicine", "toilet", "status", "discipline", "attention"];

/// Sixteen lines of 32 `#` or `.`, then `icons:` and the names of those that are lit.
pub fn text(frame: &Frame) -> String {
    let mut text = String::new();
    for y in 0..Frame::HEIGHT {
        text.extend((0..Frame::WIDTH).map(|x| if frame.dot(x, y) { '#' } else { '.' }));
        text.push('\n');
    }
    text.push_str("icons:");
    for (n, name) in ICONS.iter().enumerate() {
        if frame.icon(n) {
            text.push(' ');
            text.push_str(name);
        }
    }
    text.push('\n');
    text
}

/// Pixels a dot, one way.
const DOT: usize = 8;
/// Pixels a dot of an icon, one way.
const ICON_DOT: usize = 3;
/// Pixels around the matrix and the icons.
const MARGIN: usize = 16;
/// Height of a row of icons with the space to the matrix.
const ICON_ROW: usize = 8 * ICON_DOT + MARGIN;
const WIDTH: usize = Frame::WIDTH * DOT + 2 * MARGIN;
const HEIGHT: usize = Frame::HEIGHT * DOT + 2 * (MARGIN + ICON_ROW);

/// The palette: glass, a resting dot, a resting icon, a dark dot.
const PALETTE: [[u8; 3]; 4] = [[0xB9, 0xC4, 0xA6], [0xB1, 0xBC, 0x9E], [0xA3, 0xAE, 0x91], [0x26, 0x2B, 0x24]];
const REST: u8 = 1;
const FAINT: u8 = 2;
const DARK: u8 = 3;

/// The icons, drawn for this program: eight rows each, the highest bit is the left.
const DRAWINGS: [[u8; 8]; Frame::ICONS] = [
    // A bowl that steams.
    [0x24, 0x48, 0x24, 0x00, 0xFF, 0x7E, 0x7E, 0x3C],
    // A bulb.
    [0x3C, 0x42, 0x81, 0x81, 0x5A, 0x24, 0x3C, 0x18],
    // A ball on a racket.
    [0x06, 0x76, 0xF8, 0xF8, 0xF8, 0x74, 0x02, 0x01],
    // A cross.
    [0x3C, 0x24, 0xE7, 0x81, 0x81, 0xE7, 0x24, 0x3C],
    // A toilet.
    [0xC0, 0xC0, 0xC0, 0xFF, 0xFE, 0x7C, 0x38, 0x7C],
    // Bars that rise.
    [0x03, 0x03, 0x1B, 0x1B, 0x1B, 0xDB, 0xDB, 0xDB],
    // A megaphone.
    [0x03, 0x0F, 0x3F, 0xFF, 0xFF, 0x3F, 0x4F, 0x63],
    // A call.
    [0x18, 0x3C, 0x3C, 0x18, 0x18, 0x00, 0x18, 0x18],
];

/// The LCD as a PNG file: the matrix with its icons above and below.
pub fn png(frame: &Frame) -> Result<Vec<u8>> {
    let mut pixels = vec![0u8; WIDTH * HEIGHT];
    for y in 0..Frame::HEIGHT {
        for x in 0..Frame::WIDTH {
            let ink = if frame.dot(x, y) { DARK } else { REST };
            // A pixel of glass between two dots.
            fill(&mut pixels, MARGIN + x * DOT, MARGIN + ICON_ROW + y * DOT, DOT - 1, ink);
        }
    }
    for (n, drawing) in DRAWINGS.iter().enumerate() {
        let quarter = Frame::WIDTH * DOT / 4;
        let left = MARGIN + n % 4 * quarter + (quarter - 8 * ICON_DOT) / 2;
        let top = if n < 4 { MARGIN } else { HEIGHT - MARGIN - 8 * ICON_DOT };
        let ink = if frame.icon(n) { DARK } else { FAINT };
        for (y, row) in drawing.iter().enumerate() {
            for x in (0..8).filter(|x| row << x & 0x80 != 0) {
                fill(&mut pixels, left + x * ICON_DOT, top + y * ICON_DOT, ICON_DOT, ink);
            }
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(PALETTE.concat());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

/// A square of one colour; what lies outside the picture is left out.
fn fill(pixels: &mut [u8], left: usize, top: usize, side: usize, ink: u8) {
    for row in pixels.chunks_mut(WIDTH).skip(top).take(side) {
        row.iter_mut().skip(left).take(side).for_each(|pixel| *pixel = ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        let mut frame = Frame { icons: 1 | 1 << 7, ..Frame::default() };
        frame.rows[0] = 1;
        frame.rows[15] = 1 << 31 | 1 << 30;
        frame
    }

    #[test]
    fn text_has_the_top_left_dot_first() {
        let text = text(&frame());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 17);
        assert_eq!(lines[0], format!("#{}", ".".repeat(31)));
        assert_eq!(lines[15], format!("{}##", ".".repeat(30)));
        assert_eq!(lines[16], "icons: food attention");
        assert_eq!(super::text(&Frame::default()).lines().last(), Some("icons:"));
    }

    #[test]
    fn a_picture_can_be_read_back() {
        let file = png(&frame()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!((reader.info().width, reader.info().height), (288, 240));
        let at = |x: usize, y: usize| pixels[y * WIDTH + x];
        let (left, top) = (MARGIN, MARGIN + ICON_ROW);
        assert_eq!([at(left, top), at(left + 6, top + 6), at(left + 7, top)], [DARK, DARK, 0]);
        assert_eq!(at(left + 8, top), REST);
        assert_eq!(at(left + 31 * 8 + 6, top + 15 * 8 + 6), DARK);
        let count = |ink: u8| pixels.iter().filter(|pixel| **pixel == ink).count();
        let ones = |n: usize| DRAWINGS[n].iter().map(|row| row.count_ones() as usize).sum::<usize>() * 9;
        assert_eq!(count(DARK), 3 * 49 + ones(0) + ones(7));
        assert_eq!(count(FAINT), (1..7).map(ones).sum::<usize>());
    }
}
