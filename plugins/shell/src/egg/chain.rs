//! Ring and ball chain: where they lie.
//!
//! The chain hangs from the ring, reaches the desk after a hand's breadth and lies there in a lazy loop. Its line is a
//! closed spline; the beads are set along it at equal distances.

use bevy::math::{Vec3, vec3};

use super::shape::HALF;

/// Centre of the eye on the egg's top.
pub const LUG: Vec3 = vec3(0.0, 27.3, 0.6);
/// Radius of the eye's middle line.
pub const LUG_RADIUS: f32 = 2.15;
/// Radius of the ring's middle line.
pub const RING: f32 = 3.1;
/// Radius of a bead.
pub const BEAD: f32 = 1.15;
/// Distance between neighbouring beads.
const STEP: f32 = 2.95;

/// The ring: its centre, and two directions that span its plane.
#[must_use]
pub fn ring() -> (Vec3, Vec3, Vec3) {
    // It passes through the eye and leans to the right, towards the chain, and down to the desk.
    let along = vec3(0.36, 1.0, -0.38).normalize();
    let across = along.cross(vec3(0.75, 0.1, 0.9)).normalize();
    (LUG + vec3(0.1, 0.9, 0.0) + along * (RING - 0.55), along, across)
}

/// Corners of the spline: x and y on the desk, z above it.
const LINE: [[f32; 3]; 12] = [
    [3.3, 33.2, 6.6],
    [7.5, 35.6, 3.6],
    [13.5, 35.2, BEAD],
    [23.0, 30.5, BEAD],
    [34.0, 25.0, BEAD],
    [45.0, 15.5, BEAD],
    [47.5, 2.0, BEAD],
    [40.5, -5.5, BEAD],
    [32.5, 1.5, BEAD],
    [30.0, 13.5, BEAD],
    [21.0, 24.5, BEAD],
    [8.9, 30.7, 3.0],
];

fn corner(n: usize) -> Vec3 {
    let [x, y, z] = LINE[n % LINE.len()];
    vec3(x, y, z - HALF.z)
}

/// A point of the closed line, `u` in corners.
fn line(u: f32) -> Vec3 {
    let n = u.floor() as usize;
    let t = u - u.floor();
    let last = LINE.len();
    let [a, b, c, d] = [corner(n + last - 1), corner(n), corner(n + 1), corner(n + 2)];
    let p = 0.5
        * (2.0 * b + (c - a) * t + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t + (3.0 * b - a - 3.0 * c + d) * t * t * t);
    // The spline may swing a little below the desk.
    p.with_z(p.z.max(BEAD - HALF.z))
}

/// Centres of the beads, in order around the loop.
#[must_use]
pub fn beads() -> Vec<Vec3> {
    const FINE: usize = 1200;
    let points: Vec<Vec3> = (0..=FINE).map(|k| line(k as f32 / FINE as f32 * LINE.len() as f32)).collect();
    let length: f32 = points.windows(2).map(|w| w[0].distance(w[1])).sum();
    // The beads fill the loop exactly.
    let step = length / (length / STEP).round();
    let (mut out, mut run, mut due) = (Vec::new(), 0.0, 0.0);
    for w in points.windows(2) {
        run += w[0].distance(w[1]);
        if run > due && due < length - step * 0.5 {
            out.push(w[1]);
            due += step;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::shape::{height, radius};
    use super::*;

    #[test]
    fn beads_touch_neither_desk_nor_egg_nor_each_other() {
        let beads = beads();
        assert!((30..80).contains(&beads.len()), "{} beads", beads.len());
        for (n, &a) in beads.iter().enumerate() {
            assert!(a.z >= BEAD - HALF.z - 1e-3, "bead {n} is in the desk: {a}");
            let flat = a.truncate();
            assert!(radius(flat) > 1.06 || a.z.abs() > height(flat) + BEAD, "bead {n} is in the egg: {a}");
            let next = beads[(n + 1) % beads.len()];
            assert!((2.3..3.4).contains(&a.distance(next)), "beads {n} and next are {} apart", a.distance(next));
            for (m, &b) in beads.iter().enumerate().skip(n + 2) {
                if n != 0 || m != beads.len() - 1 {
                    assert!(a.distance(b) > 2.0 * BEAD, "beads {n} and {m} touch");
                }
            }
        }
    }

    #[test]
    fn the_ring_passes_through_the_eye_and_holds_the_chain() {
        let (centre, along, across) = ring();
        assert!(along.dot(across).abs() < 1e-3);
        let nearest = (0..200)
            .map(|k| {
                let (sin, cos) = (k as f32 / 200.0 * core::f32::consts::TAU).sin_cos();
                (centre + (along * cos + across * sin) * RING).distance(LUG)
            })
            .fold(f32::MAX, f32::min);
        assert!(nearest < LUG_RADIUS - 0.9, "the ring misses the eye by {nearest}");
        let end = centre + along * RING;
        assert!(end.distance(beads()[0]) < 2.5, "the chain starts at {} and the ring ends at {end}", beads()[0]);
    }
}
