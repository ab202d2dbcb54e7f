//! The name on the shell, drawn letter by letter from lines and arcs.

use bevy::image::Image;
use bevy::math::{Vec2, vec2};
use eggtooth_screen::glyph::{arc, field, line, union};

/// Width of a stroke, in units of which the small letters are one high.
const STROKE: f32 = 0.21;
/// Half height of the picture in these units: small letters, what stands up and what hangs down.
const HALF_HEIGHT: f32 = 0.98;
/// Width to height of the picture; the shader draws it in a box of that shape.
const ASPECT: f32 = 16.0 / 3.0;
/// Rows of the texture.
const ROWS: usize = 96;

/// The wordmark as a texture of distances: ½ on an edge, 1 and 0 at 0.3 of the half height inside and outside.
#[must_use]
pub fn image() -> Image {
    let size = ((ROWS as f32 * ASPECT) as usize, ROWS);
    field(size.0, size.1, 0.3, |p| distance(p * HALF_HEIGHT) / HALF_HEIGHT)
}

/// Distance to the word, its small letters between −½ and ½.
fn distance(p: Vec2) -> f32 {
    // Each letter with the place of its middle.
    let letters: [(fn(Vec2) -> f32, f32); 8] = [
        (letter_e, -4.08),
        (letter_g, -2.83),
        (letter_g, -1.58),
        (letter_t, -0.50),
        (letter_o, 0.60),
        (letter_o, 1.85),
        (letter_t, 2.95),
        (letter_h, 4.02),
    ];
    letters.iter().map(|(letter, x)| letter(p - vec2(*x, 0.1))).fold(f32::MAX, f32::min)
}

const R: f32 = 0.5 - STROKE / 2.0;

fn letter_o(p: Vec2) -> f32 {
    arc(p, Vec2::ZERO, R, 0.0, 360.0, STROKE)
}

fn letter_e(p: Vec2) -> f32 {
    union(&[arc(p, Vec2::ZERO, R, 0.0, 310.0, STROKE), line(p, vec2(-R, 0.0), vec2(R, 0.0), STROKE)])
}

fn letter_g(p: Vec2) -> f32 {
    let down = line(p, vec2(R, R), vec2(R, -0.52), STROKE);
    union(&[letter_o(p), down, arc(p, vec2(0.0, -0.52), R, 200.0, 160.0, STROKE)])
}

fn letter_t(p: Vec2) -> f32 {
    let stem = line(p, vec2(-0.08, 0.72), vec2(-0.08, -0.2), STROKE);
    let hook = arc(p, vec2(0.11, -0.2), 0.19, 180.0, 110.0, STROKE);
    union(&[stem, hook, line(p, vec2(-0.32, R), vec2(0.24, R), STROKE)])
}

fn letter_h(p: Vec2) -> f32 {
    let left = line(p, vec2(-R, 0.74), vec2(-R, -R), STROKE);
    let right = line(p, vec2(R, 0.0), vec2(R, -R), STROKE);
    union(&[left, right, arc(p, Vec2::ZERO, R, 0.0, 180.0, STROKE)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_fits_its_picture_and_reads_as_eight_letters() {
        let half = vec2(HALF_HEIGHT * ASPECT, HALF_HEIGHT);
        for k in 0..=400 {
            let t = k as f32 / 200.0 - 1.0;
            for edge in [vec2(t, 1.0), vec2(t, -1.0), vec2(1.0, t), vec2(-1.0, t)] {
                assert!(distance(edge * half) > 0.02, "cut at {}", edge * half);
            }
        }
        // Between two letters there is a column without ink.
        let inked: Vec<bool> = (0..1000)
            .map(|x| (0..100).any(|y| distance(vec2(x as f32 / 500.0 - 1.0, y as f32 / 50.0 - 1.0) * half) < 0.0))
            .collect();
        let letters = inked.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        assert_eq!(letters, 8);
    }
}
