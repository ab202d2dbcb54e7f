//! Golden pictures: the egg's part of the frame, halved in size.
#![allow(dead_code, reason = "each test program uses its part")]

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

use crate::stand::{Picture, SIZE};

/// The part of the frame that is kept: left, top, width, height.
const PART: [usize; 4] = [190, 20, 260, 330];
/// Colours are kept in steps of this: grain that nobody sees makes large files.
const STEP: u8 = 4;

/// Compares with the golden picture of this name, or writes it.
pub fn compare(name: &str, picture: &Picture) {
    if std::env::var_os("EGGTOOTH_BLESS").is_some() {
        write(&path(name), &reduced(picture));
    } else {
        compare_only(name, picture);
    }
}

fn path(name: &str) -> PathBuf {
    let file = format!("{}.png", name.to_lowercase());
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)
}

/// Compares with the golden picture of this name.
pub fn compare_only(name: &str, picture: &Picture) {
    let (seen, path) = (reduced(picture), path(name));
    let golden = read(&path);
    let (mean, off) = difference(&seen, &golden);
    if mean >= 3.0 || off >= 0.01 {
        let actual = std::env::temp_dir().join(format!("eggtooth-{}.png", name.to_lowercase()));
        write(&actual, &seen);
        panic!(
            "{name} differs from {}: {mean:.2} in the mean, {:.2} % of it much; what was drawn is in {}; if it is meant, \
             run `cargo xtask bless`",
            path.display(),
            off * 100.0,
            actual.display()
        );
    }
}

/// Mean difference of two pictures' bytes, and the share that differs by more than 24.
pub fn difference(a: &[u8], b: &[u8]) -> (f64, f64) {
    assert_eq!(a.len(), b.len(), "the pictures have different sizes");
    let (mut sum, mut off) = (0u64, 0u64);
    for (a, b) in a.iter().zip(b) {
        sum += u64::from(a.abs_diff(*b));
        off += u64::from(a.abs_diff(*b) > 24);
    }
    (sum as f64 / a.len() as f64, off as f64 / a.len() as f64)
}

fn reduced(picture: &Picture) -> Vec<u8> {
    let [left, top, width, height] = PART;
    let mut out = Vec::new();
    for y in (top..top + height).step_by(2) {
        for x in (left..left + width).step_by(2) {
            for channel in 0..3 {
                let byte = |x: usize, y: usize| u32::from(picture.0[(y * SIZE.x as usize + x) * 3 + channel]);
                let mean = (byte(x, y) + byte(x + 1, y) + byte(x, y + 1) + byte(x + 1, y + 1) + 2) / 4;
                out.push((mean as u8).saturating_add(STEP / 2) / STEP * STEP);
            }
        }
    }
    out
}

fn write(path: &PathBuf, data: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder =
        png::Encoder::new(BufWriter::new(File::create(path).unwrap()), PART[2] as u32 / 2, PART[3] as u32 / 2);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(data).unwrap();
}

fn read(path: &PathBuf) -> Vec<u8> {
    let file = File::open(path)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask bless` writes golden pictures", path.display()));
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    data.truncate(info.buffer_size());
    data
}
