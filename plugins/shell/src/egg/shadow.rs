//! What the toy takes from the desk's light, worked out once: the soft shadow of the window's light and the darkness
//! around the places where it touches.

use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageSampler};
use bevy::math::{Vec2, Vec3, vec2, vec3};
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

use super::chain;
use super::shape::{HALF, radius};

/// Lower left corner of the texture on the desk, in millimetres from the middle of the toy.
pub const CORNER: Vec2 = vec2(-40.0, -62.0);
/// Size of the texture on the desk, in millimetres.
pub const SIZE: Vec2 = vec2(128.0, 112.0);
/// Direction to the middle of the light, in the desk's space.
pub const LIGHT: Vec3 = vec3(-0.52, 0.50, 0.69);
/// Half the apparent size of the window that the light comes from, as a share of its distance.
const SPREAD: f32 = 0.17;
/// Rays to the window, per side.
const RAYS: usize = 6;

/// The shadow as a texture with `per_mm` texels a millimetre: red is the share of the window that is seen from there,
/// green the share of the sky. The first row is the far (upper) edge. With the chain's shadow where it is on the egg.
#[must_use]
pub fn image(per_mm: f32, chained: bool) -> Image {
    let (width, rows) = ((SIZE.x * per_mm).round() as u32, (SIZE.y * per_mm).round() as u32);
    let beads = if chained { chain::beads() } else { Vec::new() };
    let light = Light::new();
    let mut data = Vec::with_capacity((width * rows * 2) as usize);
    let grid: Vec<(f32, f32)> = bead_shade(&beads, width, rows);
    for y in 0..rows {
        for x in 0..width {
            let p = place(x, y, width, rows);
            let (bead_light, bead_sky) = grid[(y * width + x) as usize];
            let light = light.at(p) * bead_light;
            let sky = egg_sky(p) * bead_sky;
            data.extend([light, sky].map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8));
        }
    }
    let mut image = Image::new(
        Extent3d { width, height: rows, depth_or_array_layers: 1 },
        TextureDimension::D2,
        data,
        TextureFormat::Rg8Unorm,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.sampler = ImageSampler::linear();
    image
}

fn place(x: u32, y: u32, width: u32, rows: u32) -> Vec2 {
    CORNER + SIZE * vec2((x as f32 + 0.5) / width as f32, 1.0 - (y as f32 + 0.5) / rows as f32)
}

/// The egg's shadow, which is soft over some millimetres: worked out at each, and blended in between.
struct Light {
    width: usize,
    points: Vec<f32>,
}

impl Light {
    fn new() -> Self {
        let rays = rays();
        let (width, rows) = (SIZE.x as usize + 1, SIZE.y as usize + 1);
        let at = |n: usize| CORNER + vec2((n % width) as f32, (n / width) as f32);
        Self { width, points: (0..width * rows).map(|n| egg_light(at(n), &rays)).collect() }
    }

    /// Inside the texture.
    fn at(&self, p: Vec2) -> f32 {
        let p = p - CORNER;
        let (x, y) = (p.x as usize, p.y as usize);
        let point = |dx, dy| self.points.get((y + dy) * self.width + x + dx).copied().unwrap_or(1.0);
        let blend = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let (across, up) = (p.x.fract(), p.y.fract());
        blend(blend(point(0, 0), point(1, 0), across), blend(point(0, 1), point(1, 1), across), up)
    }
}

/// Directions to points of the window, each reaching z = 1.
fn rays() -> Vec<Vec2> {
    let side = LIGHT.cross(Vec3::Z).normalize();
    let up = side.cross(LIGHT.normalize());
    let at = |k: usize| ((k as f32 + 0.5) / RAYS as f32 * 2.0 - 1.0) * SPREAD;
    (0..RAYS * RAYS)
        .map(|k| LIGHT.normalize() + side * at(k % RAYS) + up * at(k / RAYS) * 1.3)
        .map(|d| d.truncate() / d.z)
        .collect()
}

/// The share of the window that the egg leaves visible from `p` on the desk.
fn egg_light(p: Vec2, rays: &[Vec2]) -> f32 {
    // Far off, or towards the light, nothing is in the way.
    let middle = p + LIGHT.truncate() / LIGHT.z * HALF.z;
    if radius(middle) > 1.9 {
        return 1.0;
    }
    let free = rays.iter().filter(|ray| !meets_egg(p, **ray)).count();
    free as f32 / rays.len() as f32
}

/// Whether the ray from `p` that goes `slope` sideways for each millimetre up meets the egg.
fn meets_egg(p: Vec2, slope: Vec2) -> bool {
    // At each height the egg is an outline scaled down; the profile is close to a quartic in between.
    (0..14).any(|k| {
        let z = (k as f32 + 0.5) / 14.0 * 2.0 - 1.0;
        let section = 1.0 - z.abs().powi(3);
        let r = radius(p + slope * ((z + 1.0) * HALF.z));
        r * r * r < section
    })
}

/// The share of the sky that the egg leaves visible from `p`.
fn egg_sky(p: Vec2) -> f32 {
    // Out in the open the egg is a lump on the horizon, below it a roof.
    let r = radius(p);
    let gap = if r < 1.0 { (1.0 - (1.0 - r.powi(3)).cbrt()) * HALF.z } else { 0.0 };
    if r < 1.0 {
        return (0.03 + 0.025 * gap).min(0.34);
    }
    let away = (r - 1.0) * 21.0;
    1.0 - 0.66 * (-away / 6.5).exp()
}

/// What the beads leave of window and sky: each darkens a small spot around itself.
fn bead_shade(beads: &[Vec3], width: u32, rows: u32) -> Vec<(f32, f32)> {
    let mut out = vec![(1.0f32, 1.0f32); (width * rows) as usize];
    let slope = -LIGHT.truncate() / LIGHT.z;
    for bead in beads {
        let lift = bead.z + HALF.z;
        let foot = bead.truncate();
        let cast = foot + slope * lift;
        let along = slope.normalize_or(Vec2::X);
        // The shadow of a ball is an ellipse; higher up it is softer.
        let stretch = 1.0 / LIGHT.normalize().z;
        let soft = 0.35 + lift * SPREAD * 1.2;
        let reach = 4.0 + lift * 1.5;
        let low = (cast.min(foot) - reach - CORNER) / SIZE;
        let high = (cast.max(foot) + reach - CORNER) / SIZE;
        let range = |a: f32, b: f32, n: u32| {
            let clamp = |v: f32| (v * n as f32).clamp(0.0, n as f32) as u32;
            clamp(a)..clamp(b)
        };
        for y in range(1.0 - high.y, 1.0 - low.y, rows) {
            for x in range(low.x, high.x, width) {
                let p = place(x, y, width, rows);
                let cell = &mut out[(y * width + x) as usize];
                let d = p - cast;
                let round = vec2(d.dot(along) / stretch, d.perp_dot(along)).length();
                let shade = 1.0 - smooth(chain::BEAD - soft, chain::BEAD + soft, round);
                cell.0 *= 1.0 - shade * 0.96;
                let near = p.distance(foot) / (chain::BEAD + lift * 0.5);
                cell.1 *= 1.0 - 0.8 * (-near * near * 0.9).exp() * (chain::BEAD / lift).min(1.0);
            }
        }
    }
    out
}

fn smooth(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shadow_lies_away_from_the_light_and_ends_inside_the_texture() {
        let rays = rays();
        let towards = LIGHT.truncate().normalize();
        assert_eq!(egg_light(towards * 40.0, &rays), 1.0);
        assert!(egg_light(-towards * 24.0, &rays) < 0.2);
        // Half shadow lies between.
        let soft = (20..60).filter(|&d| (0.1..0.9).contains(&egg_light(-towards * d as f32, &rays))).count();
        assert!(soft >= 3, "a penumbra of {soft} mm");
        for k in 0..100 {
            let t = k as f32 / 99.0;
            for p in [vec2(t, 0.0), vec2(0.0, t), vec2(t, 1.0), vec2(1.0, t)] {
                let p = CORNER + SIZE * p;
                assert_eq!(egg_light(p, &rays), 1.0, "shadow is cut at {p}");
                assert!(egg_sky(p) > 0.93, "darkness is cut at {p}: {}", egg_sky(p));
            }
        }
    }

    #[test]
    fn blended_light_is_as_it_would_be_there() {
        let (light, rays) = (Light::new(), rays());
        for n in 0..2000u32 {
            let p = CORNER + SIZE * vec2((n * 7919 % 2000) as f32, (n * 6007 % 2000) as f32) / 2000.0;
            // Below the egg nobody sees it.
            if radius(p) > 1.0 {
                assert!((light.at(p) - egg_light(p, &rays)).abs() < 0.2, "at {p}");
            }
        }
    }

    #[test]
    fn below_the_egg_it_is_dark() {
        assert!(egg_sky(Vec2::ZERO) < 0.05);
        assert!(egg_sky(vec2(18.0, 0.0)) > egg_sky(Vec2::ZERO));
        assert!(egg_sky(vec2(30.0, 0.0)) > 0.6);
    }
}
