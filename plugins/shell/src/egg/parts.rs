//! The parts of the toy as meshes, in its own millimetres.

use core::f32::consts::TAU;

use bevy::math::{FloatExt, Vec2, Vec3, vec2, vec3};
use bevy::mesh::Mesh;

use super::chain;
use super::mesh::{Corner, Part, Sculpture};
use super::shape::{BUTTON, FLOOR, HALF, OPENING, OPENING_ROUND, SEAM, WINDOW, button_axis, height, normal};
use super::shape::{rise_at, surface};

/// How far below the surface the gap around a button ends.
const WELL: f32 = 1.5;

/// The shell with bezel, rim and lug: everything that never moves.
#[must_use]
pub fn body() -> Mesh {
    let mut out = Sculpture::default();
    halves(&mut out);
    window(&mut out);
    lug(&mut out);
    out.mesh()
}

/// Ring and ball chain. The chain lies on the desk, [`HALF`]`.z` below the origin.
#[must_use]
pub fn keychain() -> Mesh {
    let mut out = Sculpture::default();
    let (centre, across, up) = chain::ring();
    let ring = |u: f32| centre + (across * (u * TAU).cos() + up * (u * TAU).sin()) * chain::RING;
    out.tube(Part::Metal, 41, 0.42, across.cross(up), ring, |_| 1.0);
    let beads = chain::beads();
    for (n, &bead) in beads.iter().enumerate() {
        let next = beads[(n + 1) % beads.len()];
        // The desk below takes light from a bead's underside.
        out.ball(Part::Metal, bead, chain::BEAD, |normal| {
            let above = ((bead.z + HALF.z) / 4.0).clamp(0.0, 1.0);
            (0.62 + 0.38 * normal.z).max(0.0).lerp(1.0, above * 0.7)
        });
        let middle = bead.midpoint(next);
        out.ball(Part::Metal, middle, 0.42, |_| 0.45);
    }
    out.mesh()
}

/// How far the prongs stand out of the flanks.
pub const PRONG: f32 = 3.6;

/// The contacts of the link at both flanks, two each: they meet those of a toy that lies beside this one.
#[must_use]
pub fn prongs() -> Mesh {
    const RADIUS: f32 = 0.95;
    let mut out = Sculpture::default();
    for side in [-1.0, 1.0] {
        for y in [-2.6, 2.6] {
            let from = vec3(side * (HALF.x - 1.5), y, SEAM);
            let tip = HALF.x + PRONG;
            // A closed line along the pin and back in itself would be hollow at its end: a ball closes it.
            out.grid(Part::Metal, 12, 5, true, |c, r| {
                let (sin, cos) = (c as f32 / 12.0 * TAU * side).sin_cos();
                let along = from.x.lerp(side * (tip - RADIUS), r as f32 / 4.0);
                let at = vec3(along, from.y + cos * RADIUS, from.z + sin * RADIUS);
                Corner { at, open: 0.6 + 0.4 * sin.max(0.0), extra: 0.0 }
            });
            out.ball(Part::Metal, vec3(side * (tip - RADIUS), y, SEAM), RADIUS, |n| 0.7 + 0.3 * n.z);
        }
    }
    out.mesh()
}

/// A button with its axis along z, the origin on the shell's surface.
#[must_use]
pub fn button() -> Mesh {
    let r = BUTTON;
    let mut profile = vec![vec2(r, -WELL + 0.05), vec2(r, -0.4), vec2(r, 0.2), vec2(r, 0.62)];
    // A round edge, then a flat dome.
    let fillet = 0.62;
    for k in 1..=6 {
        let (sin, cos) = (k as f32 / 6.0 * 1.25).sin_cos();
        profile.push(vec2(r - fillet + fillet * cos, 0.62 + fillet * sin));
    }
    let (edge, base) = (profile[profile.len() - 1].x, profile[profile.len() - 1].y);
    for k in 1..=7 {
        let t = 1.0 - k as f32 / 7.0;
        profile.push(vec2(edge * t, base + 0.52 * (1.0 - t * t)));
    }
    let mut out = Sculpture::default();
    lathe(&mut out, Part::Button, 40, &profile, |p| ((p.y + 0.7) / 1.3).clamp(0.15, 1.0));
    out.mesh()
}

/// Collar, gap and floor around button `n`: what is drawn behind a button that moves.
#[must_use]
pub fn socket(n: usize) -> Mesh {
    let mut out = Sculpture::default();
    collar(&mut out, n);
    out.mesh()
}

/// A coarse body for pointers to hit.
#[must_use]
pub fn touch_body() -> Mesh {
    let mut out = Sculpture::default();
    out.grid(Part::Front, 20, 12, true, |c, r| Corner::new(surface(-(c as f32) / 20.0 * TAU, r as f32 / 11.0)));
    kept(out)
}

/// A coarse button for pointers to hit, a little wider than what is seen: fingers are blunt.
#[must_use]
pub fn touch_button() -> Mesh {
    let mut out = Sculpture::default();
    let (r, top) = (BUTTON + 0.9, 1.7);
    lathe(&mut out, Part::Button, 16, &[vec2(r, -0.5), vec2(r, 1.0), vec2(r - 1.2, top), vec2(0.0, top)], |_| 1.0);
    kept(out)
}

/// Rays are cast on the main world's copy of a mesh.
fn kept(sculpture: Sculpture) -> Mesh {
    let mut mesh = sculpture.mesh();
    mesh.asset_usage = bevy::asset::RenderAssetUsages::default();
    mesh
}

/// Turns a profile of (radius, height), from outside inwards, around the z axis.
fn lathe(out: &mut Sculpture, part: Part, round: usize, profile: &[Vec2], open: impl Fn(Vec2) -> f32) {
    out.grid(part, round, profile.len(), true, |c, r| {
        let (sin, cos) = (c as f32 / round as f32 * TAU).sin_cos();
        let p = profile[r];
        Corner { at: vec3(cos * p.x, sin * p.x, p.y), open: open(p), extra: 0.0 }
    });
}

fn halves(out: &mut Sculpture) {
    const ROUND: usize = 112;
    let seam = rise_at(SEAM);
    let extra = |p: Vec3| p.z / (2.0 * HALF.z) + 0.5;
    // Light reaches the underside only past the desk.
    let open = |p: Vec3| {
        let n = normal(p);
        let low = ((p.z + HALF.z) / 14.0).clamp(0.0, 1.0);
        (0.5 + 0.5 * n.z).lerp(1.0, 0.25 + 0.55 * low).lerp(1.0, n.z.max(0.0))
    };
    let mut half = |part: Part, from: f32, to: f32, rows: usize| {
        out.grid_with(
            part,
            ROUND,
            rows,
            true,
            |c, r| {
                let at = surface(-(c as f32) / ROUND as f32 * TAU, from.lerp(to, r as f32 / (rows - 1) as f32));
                Corner { at, open: open(at), extra: extra(at) }
            },
            Some(normal),
        );
    };
    half(Part::Front, 0.0, seam, 48);
    half(Part::Back, seam, 1.0, 28);
}

/// The opening's outline: points counter-clockwise with their outward directions.
#[must_use]
pub fn opening() -> Vec<(Vec2, Vec2)> {
    const ARC: usize = 9;
    const SIDE: usize = 9;
    let mut out = Vec::new();
    let core = OPENING - OPENING_ROUND;
    for corner in 0..4 {
        let start = corner as f32 * TAU / 4.0;
        let sign = Vec2::from_angle(start + TAU / 8.0).signum();
        for k in 0..=ARC {
            let dir = Vec2::from_angle(start + k as f32 / ARC as f32 * TAU / 4.0);
            out.push((WINDOW + core * sign + dir * OPENING_ROUND, dir));
        }
        // The straight side to the next corner.
        let dir = Vec2::from_angle(start + TAU / 4.0);
        let next = Vec2::from_angle(start + TAU * 3.0 / 8.0).signum();
        let (a, b) = (core * sign, core * next);
        for k in 1..SIDE {
            out.push((WINDOW + a.lerp(b, k as f32 / SIDE as f32) + dir * OPENING_ROUND, dir));
        }
    }
    out
}

fn window(out: &mut Sculpture) {
    let outline = opening();
    // Over the shell: a raised lip. Offsets outward, then above the surface.
    let lip = [
        vec2(1.5, -0.3),
        vec2(1.32, 0.0),
        vec2(1.12, 0.22),
        vec2(0.86, 0.38),
        vec2(0.6, 0.42),
        vec2(0.33, 0.34),
        vec2(0.15, 0.17),
        vec2(0.03, -0.08),
    ];
    const WALL: usize = 5;
    out.grid(Part::Rim, outline.len(), lip.len() + WALL, true, |c, r| {
        let (p, dir) = outline[c];
        if let Some(offset) = lip.get(r) {
            let p = p + dir * offset.x;
            let open = if offset.y < 0.0 && r == 0 { 0.7 } else { 1.0 };
            return Corner { at: p.extend(height(p) + offset.y), open, extra: 0.0 };
        }
        // Inside: the wall down to the bezel, leaning in a little.
        let down = (r - lip.len() + 1) as f32 / WALL as f32;
        let p = p - dir * (0.55 * down);
        let top = height(p) - 0.1;
        Corner { at: p.extend(top.lerp(FLOOR - 0.1, down)), open: 1.0.lerp(0.42, down), extra: down }
    });
    out.grid(Part::Bezel, outline.len(), 2, true, |c, r| {
        let (p, dir) = outline[c];
        let p = if r == 0 { p + dir * 0.3 } else { WINDOW };
        Corner::new(p.extend(FLOOR))
    });
}

fn collar(out: &mut Sculpture, n: usize) {
    const ROUND: usize = 40;
    let (origin, axis) = button_axis(n);
    let side = axis.cross(Vec3::Y).normalize_or(Vec3::X);
    let up = axis.cross(side);
    let profile = [
        vec2(4.3, -0.28),
        vec2(4.12, -0.02),
        vec2(3.92, 0.18),
        vec2(3.68, 0.3),
        vec2(3.46, 0.27),
        vec2(3.3, 0.12),
        vec2(3.22, -0.15),
    ];
    let at = |angle: f32, radius: f32, rise: f32| {
        let (sin, cos) = angle.sin_cos();
        let flat = origin + (side * cos + up * sin) * radius;
        // Outside the collar follows the shell, inside it is a plane for the button.
        let follow = ((radius - 3.3) / 0.9).clamp(0.0, 1.0);
        let on_shell = flat.truncate().extend(height(flat.truncate()));
        flat.lerp(on_shell, follow) + axis * rise
    };
    let angle = |c: usize| c as f32 / ROUND as f32 * TAU;
    out.grid(Part::Rim, ROUND, profile.len(), true, |c, r| {
        let open = [0.7, 0.85, 1.0, 1.0, 0.9, 0.65, 0.35][r];
        Corner { at: at(angle(c), profile[r].x, profile[r].y), open, extra: 0.0 }
    });
    let depths = [vec2(3.22, -0.15), vec2(3.2, -0.6), vec2(3.2, -WELL), vec2(0.0, -WELL)];
    out.grid(Part::Well, ROUND, depths.len(), true, |c, r| {
        let open = [0.3, 0.14, 0.05, 0.03][r];
        Corner { at: at(angle(c), depths[r].x, depths[r].y), open, extra: 0.0 }
    });
}

/// The eye on top that the ring goes through.
fn lug(out: &mut Sculpture) {
    let centre = chain::LUG;
    let line = |u: f32| centre + vec3((u * TAU).cos(), (u * TAU).sin(), 0.0) * chain::LUG_RADIUS;
    out.tube(Part::Front, 37, 0.95, Vec3::Z, line, |p| 0.75 + 0.25 * (p.z - centre.z).clamp(-1.0, 1.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, sculpture: &Sculpture, outward: impl Fn(Vec3) -> Vec3) {
        for (triangle, normal) in sculpture.triangles() {
            let [a, b, c] = triangle;
            let face = (b - a).cross(c - a);
            assert!(face.is_finite() && normal.is_finite(), "{name}: {triangle:?}");
            if face.length() < 1e-4 {
                continue;
            }
            assert!(face.dot(normal) > 0.0, "{name}: normals and winding differ at {a}");
            let middle = (a + b + c) / 3.0;
            assert!(face.dot(outward(middle)) > 0.0, "{name}: faces inward at {middle}");
        }
    }

    #[test]
    fn surfaces_face_outward() {
        let mut shell = Sculpture::default();
        halves(&mut shell);
        check("shell", &shell, |p| p);
        let mut tube = Sculpture::default();
        lug(&mut tube);
        check("lug", &tube, |p| {
            let flat = p - chain::LUG;
            flat - vec3(flat.x, flat.y, 0.0).normalize_or_zero() * chain::LUG_RADIUS
        });
        let mut ball = Sculpture::default();
        ball.ball(Part::Metal, Vec3::ONE, 2.0, |_| 1.0);
        check("ball", &ball, |p| p - Vec3::ONE);
        let mut rim = Sculpture::default();
        window(&mut rim);
        // The lip faces up, the wall inside it towards the window's middle.
        check("window", &rim, |p| {
            let out = ((p.truncate() - WINDOW).abs() - (OPENING - OPENING_ROUND)).max(Vec2::ZERO).length();
            if out > OPENING_ROUND { Vec3::Z } else { vec3(WINDOW.x, WINDOW.y, 40.0) - p }
        });
        for n in 0..3 {
            let mut out = Sculpture::default();
            collar(&mut out, n);
            let (origin, axis) = button_axis(n);
            check("collar", &out, |p| origin + axis * 30.0 - p);
        }
    }
}
