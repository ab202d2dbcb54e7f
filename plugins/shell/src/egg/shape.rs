//! The shape of the toy, in millimetres: x right, y up the face, z out of it, the origin in the middle.
//!
//! The body is an egg outline of 53 × 41 mm with a cushioned profile 19 mm thick. All of it is one closed formula, so
//! that every part that touches the surface (rims, collars, prints) knows exactly where the surface is.

use bevy::math::{Vec2, Vec3, vec2, vec3};

/// Half the width, height and thickness of the body.
pub const HALF: Vec3 = vec3(20.5, 26.5, 9.5);
/// Height of the line where the two halves of the shell meet.
pub const SEAM: f32 = 1.6;
/// Centre of the window and of the screen in it.
pub const WINDOW: Vec2 = vec2(0.0, 2.6);
/// Half size of the opening around bezel and glass.
pub const OPENING: Vec2 = vec2(14.0, 12.0);
/// Radius of the opening's corners.
pub const OPENING_ROUND: f32 = 3.6;
/// Height of the printed bezel in the window.
pub const FLOOR: f32 = 6.1;
/// Radius of a button.
pub const BUTTON: f32 = 3.0;
/// Where the buttons' axes leave the surface: A, B, C.
pub const BUTTONS: [Vec2; 3] = [vec2(-9.3, -15.3), vec2(0.0, -17.7), vec2(9.3, -15.3)];
/// How far a button travels when pressed.
pub const TRAVEL: f32 = 1.2;

/// How much the egg narrows towards the top.
const TAPER: f32 = 0.16;
/// Makes the widest place exactly `HALF.x`: the largest value of (1 − TAPER·t)·√(1 − t²).
const WIDEST: f32 = 1.012_41;
/// The profile's exponent: 2 were an ellipsoid, more is flatter on the face and fuller at the rim.
const FULL: f32 = 3.0;

/// Narrowing of the outline at the relative height `t` (−1 bottom … 1 top).
fn taper(t: f32) -> f32 {
    (1.0 - TAPER * t) / WIDEST
}

/// The point of the outline's inside at `radius` (0 centre … 1 rim) in the direction `angle`.
#[must_use]
pub fn inside(radius: f32, angle: f32) -> Vec2 {
    let (sin, cos) = angle.sin_cos();
    let t = radius * sin;
    vec2(HALF.x * taper(t) * radius * cos, HALF.y * t)
}

/// The inverse of [`inside`]'s radius: 0 in the middle, 1 on the outline, more outside.
#[must_use]
pub fn radius(p: Vec2) -> f32 {
    let t = p.y / HALF.y;
    vec2(p.x / (HALF.x * taper(t).max(0.1)), t).length()
}

/// Height of the face above the middle plane at `p`; 0 outside of the outline.
#[must_use]
pub fn height(p: Vec2) -> f32 {
    HALF.z * (1.0 - radius(p).powf(FULL)).max(0.0).powf(1.0 / FULL)
}

/// The point of the surface at `angle` around and `rise` from the face's middle (0) over the rim (½) to the back (1).
#[must_use]
pub fn surface(angle: f32, rise: f32) -> Vec3 {
    let (sin, cos) = (rise.clamp(0.0, 1.0) * core::f32::consts::PI).sin_cos();
    let z = HALF.z * cos.abs().powf(2.0 / FULL).copysign(cos);
    inside(sin.max(0.0).powf(2.0 / FULL), angle).extend(z)
}

/// The rise at which [`surface`] is `z` high.
#[must_use]
pub fn rise_at(z: f32) -> f32 {
    let cos = (z.abs() / HALF.z).min(1.0).powf(FULL / 2.0).copysign(z);
    cos.acos() / core::f32::consts::PI
}

/// Outward normal at a point of the surface.
#[must_use]
pub fn normal(p: Vec3) -> Vec3 {
    let t = p.y / HALF.y;
    let wide = HALF.x * taper(t);
    let slope = -TAPER / WIDEST / HALF.y;
    let r = radius(p.truncate()).max(1e-4);
    // Gradient of r², then of r^FULL + (z / HALF.z)^FULL.
    let square = vec2(2.0 * p.x / (wide * wide), 2.0 * t / HALF.y - 2.0 * p.x * p.x * HALF.x * slope / wide.powi(3));
    let out = square * 0.5 * r.powf(FULL - 2.0);
    let up = (p.z.abs() / HALF.z).powf(FULL - 1.0).copysign(p.z) / HALF.z;
    out.extend(up).normalize_or(Vec3::Z)
}

/// The frame of button `n` (0–2): where its axis leaves the surface, and its axis. The axes lean out a little less
/// than the surface does.
#[must_use]
pub fn button_axis(n: usize) -> (Vec3, Vec3) {
    let p = BUTTONS[n.min(2)];
    let origin = p.extend(height(p));
    (origin, normal(origin).lerp(Vec3::Z, 0.35).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_the_size_of_such_toys() {
        let mut low = Vec3::MAX;
        let mut high = Vec3::MIN;
        for a in 0..720 {
            for r in 0..=90 {
                let p = surface(a as f32 / 720.0 * core::f32::consts::TAU, r as f32 / 90.0);
                low = low.min(p);
                high = high.max(p);
            }
        }
        let size = high - low;
        assert!((size - vec3(41.0, 53.0, 19.0)).abs().max_element() < 0.02, "{size}");
        assert!(inside(1.0, 1.2).x < inside(1.0, -1.2).x, "the top is the narrow end");
    }

    #[test]
    fn surface_height_and_normal_agree() {
        for a in 0..60 {
            for r in 1..20 {
                let p = surface(a as f32 / 60.0 * core::f32::consts::TAU, r as f32 / 41.0);
                assert!((height(p.truncate()) - p.z).abs() < 0.02, "{p}");
                assert!((surface(0.3, rise_at(p.z)).z - p.z).abs() < 1e-3);
                let n = normal(p);
                let step = 0.01;
                let dx = (height(p.truncate() + Vec2::X * step) - height(p.truncate() - Vec2::X * step)) / (2.0 * step);
                let dy = (height(p.truncate() + Vec2::Y * step) - height(p.truncate() - Vec2::Y * step)) / (2.0 * step);
                let measured = vec3(-dx, -dy, 1.0).normalize();
                assert!(p.z < 3.0 || n.dot(measured) > 0.999, "normal {n} at {p}, measured {measured}");
            }
        }
    }

    #[test]
    fn window_and_buttons_are_on_the_face() {
        let corner = WINDOW + OPENING - OPENING_ROUND * (1.0 - core::f32::consts::FRAC_1_SQRT_2);
        assert!(height(corner) > FLOOR + 0.3, "the bezel pokes out: surface at {}", height(corner));
        for p in BUTTONS {
            assert!(radius(p) < 0.85);
            assert!(p.y + BUTTON + 1.5 < WINDOW.y - OPENING.y, "a button touches the window");
        }
        assert!(BUTTONS[0].distance(BUTTONS[1]) > 2.0 * BUTTON + 2.0);
    }
}
