//! The LCD as bytes: one a dot, rewritten in place and only when something changed.

use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageSampler};
use bevy::math::{Rect, Vec2};
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use eggtooth_toy::Frame;

use crate::layout::{self, GLASS, ICON, PITCH};
use crate::response::Response;

/// Width of the texture in texels.
pub const WIDTH: usize = Frame::WIDTH;
/// Height: the dots' rows and one row with the icons (texels 0–7) and the contrast (texel 8).
pub const HEIGHT: usize = Frame::HEIGHT + 1;

/// The bytes of the texture.
pub type Texels = [u8; WIDTH * HEIGHT];

/// Writes the state of an LCD as bytes.
#[must_use]
pub fn texels(lcd: &Response) -> Texels {
    let mut out = [0; WIDTH * HEIGHT];
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    for y in 0..Frame::HEIGHT {
        for x in 0..WIDTH {
            out[y * WIDTH + x] = byte(lcd.dot(x, y));
        }
    }
    let extra = &mut out[Frame::HEIGHT * WIDTH..];
    for (n, texel) in extra.iter_mut().take(Frame::ICONS).enumerate() {
        *texel = byte(lcd.icon(n));
    }
    extra[Frame::ICONS] = byte(lcd.contrast());
    out
}

/// Where on the glass two states differ, in millimetres from its middle: around the dots and icons that do, all of it where
/// the contrast does, empty where nothing does.
#[must_use]
pub fn changed(before: &Texels, after: &Texels) -> Rect {
    let differing = (0..before.len()).filter(|&n| before[n] != after[n]);
    let places = differing.filter_map(|n| match (n % WIDTH, n / WIDTH) {
        (x, y) if y < Frame::HEIGHT => Some(Rect::from_center_size(layout::dot_centre(x, y), Vec2::splat(PITCH))),
        (icon, _) if icon < Frame::ICONS => Some(Rect::from_center_size(layout::icon_centre(icon), Vec2::splat(ICON))),
        (Frame::ICONS, _) => Some(Rect::from_center_size(Vec2::ZERO, GLASS)),
        _ => None,
    });
    places.reduce(|all, place| all.union(place)).unwrap_or_default()
}

/// A texture for one LCD.
#[must_use]
pub fn image(texels: &Texels) -> Image {
    let mut image = Image::new(
        Extent3d { width: WIDTH as u32, height: HEIGHT as u32, depth_or_array_layers: 1 },
        TextureDimension::D2,
        texels.to_vec(),
        TextureFormat::R8Unorm,
        RenderAssetUsages::default(),
    );
    image.sampler = ImageSampler::nearest();
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_rows_then_icons_then_contrast() {
        let mut frame = Frame { icons: 0b1000_0001, contrast: 15, ..Frame::default() };
        frame.rows[0] = 1;
        frame.rows[15] = 1 << 31;
        let bytes = texels(&Response::settled(&frame));
        let lit: Vec<usize> = (0..bytes.len()).filter(|&n| bytes[n] == 255).collect();
        assert_eq!(lit, [0, 15 * 32 + 31, 512, 519, 520]);
        assert_eq!(bytes.iter().filter(|&&b| b == 0).count(), bytes.len() - 5);
    }

    #[test]
    fn what_changed_is_around_the_dots_and_icons_that_did() {
        let state = |dots: &[(usize, usize)], icons, contrast| {
            let mut frame = Frame { icons, contrast, ..Frame::default() };
            for &(x, y) in dots {
                frame.rows[y] |= 1 << x;
            }
            texels(&Response::settled(&frame))
        };
        let blank = state(&[], 0, 7);
        assert!(changed(&blank, &blank).is_empty());
        let dot = changed(&blank, &state(&[(3, 2)], 0, 7));
        assert!(dot.contains(layout::dot_centre(3, 2)) && (dot.size() - PITCH).abs().max_element() < 1e-3, "{dot:?}");
        let two = changed(&state(&[(3, 2)], 0, 7), &state(&[(9, 14)], 0, 7));
        assert!(two.contains(layout::dot_centre(3, 2)) && two.contains(layout::dot_centre(9, 14)), "{two:?}");
        assert!(!two.contains(layout::dot_centre(2, 2)) && !two.contains(layout::dot_centre(9, 15)), "{two:?}");
        let icon = changed(&blank, &state(&[], 0b10_0000, 7));
        assert_eq!(icon, Rect::from_center_size(layout::icon_centre(5), Vec2::splat(ICON)));
        assert_eq!(changed(&blank, &state(&[], 0, 8)).size(), GLASS, "the contrast is seen everywhere");
    }
}
