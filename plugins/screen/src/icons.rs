//! The eight pictograms printed on the glass, drawn as distances.
//!
//! In the order of the chip's icons: food, light, game, medicine above; clean, status, discipline, attention below.

use bevy::image::Image;
use bevy::math::{Vec2, vec2};

use crate::glyph::{arc, atlas, convex, cut, disc, line, slab, union};

/// Names of the icons, in order.
pub const NAMES: [&str; 8] = ["food", "light", "game", "medicine", "clean", "status", "discipline", "attention"];

/// Texels of an icon, one way: its finest strokes are a tenth of the cell.
const SIDE: usize = 80;
/// Distance, in half cells, that a texel of the atlas can tell.
pub(crate) const REACH: f32 = 0.25;

/// Distance of a point in −1…1 to icon `n`; far outside for an `n` above 7.
#[must_use]
pub fn distance(n: usize, p: Vec2) -> f32 {
    match n {
        0 => food(p),
        1 => light(p),
        2 => game(p),
        3 => medicine(p),
        4 => clean(p),
        5 => status(p),
        6 => discipline(p),
        7 => attention(p),
        _ => f32::MAX,
    }
}

/// The icons as a texture, side by side.
#[must_use]
pub(crate) fn image() -> Image {
    atlas(8, SIDE, REACH, distance)
}

/// A bowl with a heap of food and two wisps of steam.
fn food(p: Vec2) -> f32 {
    let below = p.y + 0.12;
    let bowl = disc(p, vec2(0.0, -0.12), 0.78).max(below).max(-0.72 - p.y);
    let foot = slab(p, vec2(0.0, -0.78), vec2(0.36, 0.1), 0.05);
    let rim = slab(p, vec2(0.0, -0.05), vec2(0.92, 0.11), 0.1);
    let stripe = slab(p, vec2(0.0, -0.4), vec2(0.34, 0.07), 0.07);
    let steam = |x: f32| {
        union(&[
            arc(p, vec2(x - 0.11, 0.37), 0.14, -60.0, 120.0, 0.13),
            arc(p, vec2(x + 0.11, 0.65), 0.14, 120.0, 120.0, 0.13),
        ])
    };
    union(&[cut(bowl, stripe), foot, rim, steam(-0.42), steam(0.0), steam(0.42)])
}

/// A light bulb.
fn light(p: Vec2) -> f32 {
    let glass = union(&[
        disc(p, vec2(0.0, 0.3), 0.58),
        convex(p, &[vec2(-0.26, -0.42), vec2(0.26, -0.42), vec2(0.5, 0.02), vec2(-0.5, 0.02)]),
    ]);
    let hollow = arc(p, vec2(0.0, 0.3), 0.34, 100.0, 75.0, 0.13);
    let thread = |y: f32, half: f32| slab(p, vec2(0.0, y), vec2(half, 0.07), 0.07);
    union(&[cut(glass, hollow), thread(-0.56, 0.27), thread(-0.75, 0.25), thread(-0.92, 0.13)])
}

/// A game pad: a cross on the left, two buttons on the right.
fn game(p: Vec2) -> f32 {
    let body = union(&[
        slab(p, vec2(0.0, 0.08), vec2(0.92, 0.42), 0.38),
        disc(p, vec2(-0.55, -0.2), 0.36),
        disc(p, vec2(0.55, -0.2), 0.36),
    ]);
    let cross = union(&[
        slab(p, vec2(-0.45, 0.08), vec2(0.25, 0.08), 0.02),
        slab(p, vec2(-0.45, 0.08), vec2(0.08, 0.25), 0.02),
    ]);
    let dots = union(&[disc(p, vec2(0.32, -0.03), 0.11), disc(p, vec2(0.6, 0.2), 0.11)]);
    let cable = arc(p, vec2(0.22, 0.5), 0.22, 90.0, 100.0, 0.11);
    union(&[cut(body, union(&[cross, dots])), cable, line(p, vec2(0.22, 0.72), vec2(0.6, 0.72), 0.11)])
}

/// A first-aid case.
fn medicine(p: Vec2) -> f32 {
    let case = slab(p, vec2(0.0, -0.14), vec2(0.86, 0.62), 0.16);
    let cross =
        union(&[slab(p, vec2(0.0, -0.14), vec2(0.36, 0.13), 0.02), slab(p, vec2(0.0, -0.14), vec2(0.13, 0.36), 0.02)]);
    let handle = cut(slab(p, vec2(0.0, 0.56), vec2(0.36, 0.28), 0.14), slab(p, vec2(0.0, 0.5), vec2(0.2, 0.2), 0.06));
    union(&[cut(case, cross), handle])
}

/// A broom that sweeps something away.
fn clean(p: Vec2) -> f32 {
    // The broom stands askew: draw it upright in turned coordinates.
    let q = Vec2::from_angle(0.6).rotate(p - vec2(-0.1, -0.05));
    let stick = line(q, vec2(0.0, 0.1), vec2(0.0, 1.0), 0.16);
    let collar = slab(q, vec2(0.0, -0.08), vec2(0.24, 0.1), 0.05);
    let straw = convex(q, &[vec2(-0.5, -0.78), vec2(0.5, -0.78), vec2(0.24, -0.24), vec2(-0.24, -0.24)]);
    let gap = |x: f32| line(q, vec2(x * 0.45, -0.42), vec2(x, -0.9), 0.07);
    let dust =
        union(&[disc(p, vec2(0.5, -0.78), 0.13), disc(p, vec2(0.82, -0.52), 0.1), disc(p, vec2(0.86, -0.86), 0.09)]);
    union(&[stick, collar, cut(straw, union(&[gap(-0.2), gap(0.2)])), dust])
}

/// A gauge: a half round dial with marks and a needle.
fn status(p: Vec2) -> f32 {
    let centre = vec2(0.0, -0.42);
    let dial = arc(p, centre, 0.82, 0.0, 180.0, 0.15);
    let mark = |degrees: f32| {
        let d = Vec2::from_angle(degrees.to_radians());
        line(p, centre + d * 0.56, centre + d * 0.7, 0.12)
    };
    let needle = line(p, centre, centre + Vec2::from_angle(0.95) * 0.55, 0.13);
    let base = slab(p, vec2(0.0, -0.68), vec2(0.88, 0.08), 0.08);
    union(&[dial, mark(30.0), mark(90.0), mark(150.0), needle, disc(p, centre, 0.17), base])
}

/// A speech bubble with a mark of exclamation.
fn discipline(p: Vec2) -> f32 {
    let bubble = union(&[
        slab(p, vec2(0.0, 0.18), vec2(0.9, 0.66), 0.42),
        convex(p, &[vec2(-0.62, -0.9), vec2(0.06, -0.42), vec2(-0.5, -0.3)]),
    ]);
    let stroke = convex(p, &[vec2(-0.08, 0.08), vec2(0.08, 0.08), vec2(0.14, 0.62), vec2(-0.14, 0.62)]);
    cut(bubble, union(&[stroke, disc(p, vec2(0.0, -0.16), 0.13)]))
}

/// A bell that rings.
fn attention(p: Vec2) -> f32 {
    let dome = disc(p, vec2(0.0, 0.28), 0.46);
    let skirt = convex(p, &[vec2(-0.66, -0.46), vec2(0.66, -0.46), vec2(0.46, 0.28), vec2(-0.46, 0.28)]);
    let rim = slab(p, vec2(0.0, -0.46), vec2(0.74, 0.1), 0.1);
    let clapper = disc(p, vec2(0.0, -0.68), 0.2);
    let knob = disc(p, vec2(0.0, 0.8), 0.13);
    let ring = |start: f32| arc(p, vec2(0.0, 0.2), 0.84, start, 44.0, 0.13);
    union(&[dome, skirt, rim, clapper, knob, ring(8.0), ring(128.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(n: usize) -> Vec<bool> {
        let at = |k: usize| (k as f32 + 0.5) / 20.0 - 1.0;
        (0..1600).map(|k| distance(n, vec2(at(k % 40), -at(k / 40))) < 0.0).collect()
    }

    #[test]
    fn icons_fill_their_cells_and_are_told_apart() {
        let icons: Vec<_> = (0..8).map(raster).collect();
        for (n, icon) in icons.iter().enumerate() {
            let ink = icon.iter().filter(|&&on| on).count() as f32 / 1600.0;
            assert!((0.15..0.6).contains(&ink), "{} covers {ink}", NAMES[n]);
            for (m, other) in icons.iter().enumerate().take(n) {
                let differ = icon.iter().zip(other).filter(|(a, b)| a != b).count() as f32 / 1600.0;
                assert!(differ > 0.15, "{} and {} differ in {differ} only", NAMES[n], NAMES[m]);
            }
        }
    }

    #[test]
    fn nothing_is_cut_by_the_cell() {
        for (n, name) in NAMES.iter().enumerate() {
            for k in 0..200 {
                let t = k as f32 / 100.0 - 1.0;
                for edge in [vec2(t, 1.0), vec2(t, -1.0), vec2(1.0, t), vec2(-1.0, t)] {
                    assert!(distance(n, edge) > 0.0, "{name} reaches its cell's edge at {edge}");
                }
            }
        }
    }
}
