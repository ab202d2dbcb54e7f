//! Drawing with signed distances: shapes as functions that say how far a point is from their edge.
//!
//! Negative inside, positive outside, in the unit of the point; `y` is up. An [`atlas`] of such distances is sampled
//! bilinearly by a shader and stays sharp at any size.

use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageSampler};
use bevy::math::Vec2;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

/// Distance to a disc.
#[must_use]
pub fn disc(p: Vec2, centre: Vec2, radius: f32) -> f32 {
    p.distance(centre) - radius
}

/// Distance to a rectangle with rounded corners.
#[must_use]
pub fn slab(p: Vec2, centre: Vec2, half: Vec2, round: f32) -> f32 {
    let q = (p - centre).abs() - half + round;
    q.max(Vec2::ZERO).length() + q.max_element().min(0.0) - round
}

/// Distance to a line with round ends, `width` wide.
#[must_use]
pub fn line(p: Vec2, a: Vec2, b: Vec2, width: f32) -> f32 {
    let (ap, ab) = (p - a, b - a);
    let along = (ap.dot(ab) / ab.length_squared().max(f32::EPSILON)).clamp(0.0, 1.0);
    (ap - ab * along).length() - width / 2.0
}

/// Distance to an arc with round ends, `width` wide: from `start` counter-clockwise by `sweep`, in degrees from the
/// x axis.
#[must_use]
pub fn arc(p: Vec2, centre: Vec2, radius: f32, start: f32, sweep: f32, width: f32) -> f32 {
    let d = p - centre;
    let angle = (d.y.atan2(d.x).to_degrees() - start).rem_euclid(360.0);
    if angle <= sweep {
        return (d.length() - radius).abs() - width / 2.0;
    }
    let end = |degrees: f32| centre + radius * Vec2::from_angle(degrees.to_radians());
    p.distance(end(start)).min(p.distance(end(start + sweep))) - width / 2.0
}

/// Distance to a convex polygon with its corners counter-clockwise.
#[must_use]
pub fn convex(p: Vec2, corners: &[Vec2]) -> f32 {
    let mut inside = f32::MIN;
    let mut edge = f32::MAX;
    for (n, &a) in corners.iter().enumerate() {
        let b = corners[(n + 1) % corners.len()];
        let along = (b - a).normalize_or_zero();
        inside = inside.max(along.perp_dot(a - p));
        edge = edge.min(line(p, a, b, 0.0));
    }
    if inside <= 0.0 { -edge } else { edge }
}

/// Both shapes.
#[must_use]
pub fn union(shapes: &[f32]) -> f32 {
    shapes.iter().copied().fold(f32::MAX, f32::min)
}

/// `shape` without `hole`.
#[must_use]
pub fn cut(shape: f32, hole: f32) -> f32 {
    shape.max(-hole)
}

/// A texture of distances: `count` square cells side by side, each `side` texels wide and covering −1…1 both ways.
/// A texel is ½ on the edge, 1 at `reach` inside, 0 at `reach` outside.
#[must_use]
pub fn atlas(count: usize, side: usize, reach: f32, distance: impl Fn(usize, Vec2) -> f32) -> Image {
    let wide = count as f32;
    field(count * side, side, reach, |p| {
        let x = p.x + wide;
        let cell = ((x / 2.0) as usize).min(count.saturating_sub(1));
        distance(cell, Vec2::new(x - 2.0 * cell as f32 - 1.0, p.y))
    })
}

/// A texture of distances, `width` × `rows` texels, that covers −1…1 in height and as much in width as it is wider.
/// Texels as in [`atlas`].
#[must_use]
pub fn field(width: usize, rows: usize, reach: f32, distance: impl Fn(Vec2) -> f32) -> Image {
    let half = Vec2::new(width as f32, rows as f32) / 2.0;
    let mut data = Vec::with_capacity(width * rows);
    for y in 0..rows {
        for x in 0..width {
            let p = (Vec2::new(x as f32, y as f32) + 0.5 - half) / half.y;
            let d = distance(Vec2::new(p.x, -p.y));
            data.push(((0.5 - 0.5 * d / reach).clamp(0.0, 1.0) * 255.0).round() as u8);
        }
    }
    let mut image = Image::new(
        Extent3d { width: width as u32, height: rows as u32, depth_or_array_layers: 1 },
        TextureDimension::D2,
        data,
        TextureFormat::R8Unorm,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.sampler = ImageSampler::linear();
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_have_the_right_sign_and_size() {
        let o = Vec2::ZERO;
        assert_eq!(disc(Vec2::new(3.0, 0.0), o, 1.0), 2.0);
        assert!((slab(Vec2::new(2.0, 0.0), o, Vec2::ONE, 0.2) - 1.0).abs() < 1e-6);
        assert!(slab(o, o, Vec2::ONE, 0.2) < -0.9);
        assert_eq!(line(Vec2::new(0.0, 1.0), -Vec2::X, Vec2::X, 0.5), 0.75);
        assert!(arc(Vec2::new(0.0, 1.0), o, 1.0, 0.0, 180.0, 0.2) < 0.0);
        assert!(arc(Vec2::new(0.0, -1.0), o, 1.0, 0.0, 180.0, 0.2) > 1.0);
        let triangle = [Vec2::new(-1.0, 0.0), Vec2::new(1.0, 0.0), Vec2::new(0.0, 1.0)];
        assert!(convex(Vec2::new(0.0, 0.3), &triangle) < 0.0);
        assert!((convex(Vec2::new(0.0, -2.0), &triangle) - 2.0).abs() < 1e-6);
        assert!(cut(-1.0, -1.0) > 0.0 && union(&[1.0, -1.0]) < 0.0);
    }

    #[test]
    fn an_atlas_is_bright_inside() {
        let image = atlas(2, 8, 0.5, |n, p| disc(p, Vec2::ZERO, if n == 0 { 0.6 } else { 0.0 }));
        let data = image.data.unwrap();
        assert_eq!(data.len(), 128);
        assert!(data[4 * 16 + 4] > 200 && data[4 * 16 + 12] < 128 && data[0] == 0);
    }
}
