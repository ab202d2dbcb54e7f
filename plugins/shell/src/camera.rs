//! The two cameras and how they frame the toy in a window of any shape.

use bevy::app::{App, PreUpdate};
use bevy::camera::{
    Camera, Camera2d, CameraMainTextureUsages, ClearColorConfig, PerspectiveProjection, Projection, RenderTarget,
};
use bevy::color::Color;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::ecs::prelude::*;
use bevy::math::{Mat4, Quat, Vec2, Vec3, vec2, vec3};
use bevy::picking::mesh_picking::MeshPickingCamera;
use bevy::render::render_resource::TextureUsages;
use bevy::render::view::Msaa;
use bevy::transform::components::Transform;
use bevy::window::{PrimaryWindow, Window};

use crate::egg::shape::HALF;
use crate::paste::Paste;
use crate::redraw::Redraw;
use crate::table;

/// Marks the camera that draws to the window: the photograph, the screen, what moves. Menus draw on it too.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct LiveCamera;

/// Marks the camera that takes the photograph of everything still.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct PhotoCamera;

/// Where the scene is drawn to, if not to the primary window: tests draw to an image of a known size.
#[derive(Resource, Clone, Debug)]
pub struct DrawTo {
    /// The target.
    pub target: RenderTarget,
    /// Its size in pixels.
    pub size: bevy::math::UVec2,
}

/// The size in pixels of what is drawn to; zero while there is nothing to draw to.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Canvas(pub bevy::math::UVec2);

/// Vertical angle of view: a long lens, as for a product's photograph.
const VIEW: f32 = 26.0;
/// How far the camera leans back from straight above, in degrees.
const TILT: f32 = 17.0;
/// What must be seen, in millimetres: the egg with lug and ring and a margin.
const HEIGHT: f32 = 68.5;
const WIDTH: f32 = 2.0 * HALF.x + 7.0;
/// What the camera looks at: between egg and ring, at the height of the screen.
const TARGET: Vec3 = vec3(0.0, 2.6, HALF.z + 5.0);

/// What the cameras frame: one toy with its chain's ring, or as many as sit at the table.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct Framing {
    /// Toys at the table; 0: one toy alone.
    pub seats: usize,
    /// What of the picture is left free around a table, for words and menus.
    pub free: Insets,
}

/// Parts of a picture along its edges, as shares of its height and width, 0 to 0.45 each. One toy alone does not make
/// room: it has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Insets {
    /// Above, of the height.
    pub top: f32,
    /// Below, of the height.
    pub bottom: f32,
    /// To the right, of the width.
    pub right: f32,
}

impl Framing {
    /// Height of what is seen at the target, in millimetres, and what lies in its middle.
    fn field(self, aspect: f32) -> (f32, Vec3) {
        let aspect = aspect.clamp(0.05, 20.0);
        if self.seats == 0 {
            return (HEIGHT.max(WIDTH / aspect), TARGET);
        }
        let width = (self.seats - 1) as f32 * table::APART + WIDTH + 8.0;
        let height = 2.0 * HALF.y + 9.0 + table::BELOW;
        let [top, bottom, right] = [self.free.top, self.free.bottom, self.free.right].map(|part| part.clamp(0.0, 0.45));
        let seen = (height / (1.0 - top - bottom)).max(width / (1.0 - right) / aspect);
        let aside = vec2(right * aspect, top - bottom) * seen / 2.0;
        (seen, TARGET - vec3(0.0, 0.5 * table::BELOW + 2.6, 0.0) + aside.extend(0.0))
    }

    /// The camera's pose for a picture of the given width to height: the toys fit with a margin in any of them.
    #[must_use]
    pub fn pose(self, aspect: f32) -> Transform {
        let (height, target) = self.field(aspect);
        let distance = height / 2.0 / (VIEW / 2.0).to_radians().tan();
        let turn = Quat::from_rotation_x(TILT.to_radians());
        Transform::from_translation(target + turn * Vec3::Z * distance).with_rotation(turn)
    }

    /// How far a movement over the picture is on the desk: `pixels` (y down) in a picture of `canvas` pixels, in
    /// millimetres (y up).
    #[must_use]
    pub fn on_desk(self, pixels: Vec2, canvas: Vec2) -> Vec2 {
        let (height, _) = self.field(canvas.x / canvas.y.max(1.0));
        pixels * vec2(1.0, -1.0 / TILT.to_radians().cos()) * height / canvas.y.max(1.0)
    }

    /// The pixel of a point, in millimetres from the middle of the desk, z up from it, in a picture of `canvas` pixels.
    #[must_use]
    pub fn pixel(self, at: Vec3, canvas: Vec2) -> Vec2 {
        let aspect = canvas.x / canvas.y.max(1.0);
        let pose = self.pose(aspect).to_matrix().inverse();
        let clip = Mat4::perspective_rh(VIEW.to_radians(), aspect, 20.0, 4000.0) * pose;
        let ndc = clip.project_point3(at);
        (vec2(ndc.x, -ndc.y) * 0.5 + 0.5) * canvas
    }
}

fn projection() -> Projection {
    Projection::Perspective(PerspectiveProjection {
        fov: VIEW.to_radians(),
        near: 20.0,
        far: 4000.0,
        ..PerspectiveProjection::default()
    })
}

/// What both cameras have in common. The shaders develop the light themselves, so no tone mapping comes after.
fn lens(order: isize, clear: ClearColorConfig) -> impl Bundle {
    (
        // For what it does not have, see `eggtooth_screen::stage`.
        Camera2d,
        Camera { order, clear_color: clear, ..Camera::default() },
        projection(),
        Framing::default().pose(16.0 / 9.0),
        Tonemapping::None,
        DebandDither::Disabled,
    )
}

/// What is seen before the first photograph.
pub(crate) fn dusk() -> ClearColorConfig {
    ClearColorConfig::Custom(Color::srgb(0.30, 0.20, 0.13))
}

/// The photograph is copied into the frame's texture.
fn takes_copies() -> CameraMainTextureUsages {
    CameraMainTextureUsages::default().with(TextureUsages::COPY_DST)
}

/// The camera for the window.
#[must_use]
pub fn live(target: RenderTarget) -> impl Bundle {
    (LiveCamera, lens(0, dusk()), target, Msaa::Off, MeshPickingCamera, Paste::default(), takes_copies())
}

/// The camera for the photograph.
#[must_use]
pub fn photo(target: RenderTarget, msaa: Msaa) -> impl Bundle {
    (PhotoCamera, lens(-1, dusk()), target, msaa, crate::layers::still())
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Canvas>().init_resource::<Framing>().add_systems(PreUpdate, follow_canvas);
}

fn follow_canvas(
    mut canvas: ResMut<Canvas>,
    framing: Res<Framing>,
    mut redraw: ResMut<Redraw>,
    draw_to: Option<Res<DrawTo>>,
    window: Query<&Window, With<PrimaryWindow>>,
    mut cameras: Query<&mut Transform, Or<(With<LiveCamera>, With<PhotoCamera>)>>,
) {
    let size = match (&draw_to, window.single()) {
        (Some(to), _) => to.size,
        (None, Ok(window)) => window.resolution.physical_size(),
        (None, Err(_)) => return,
    };
    if size.min_element() == 0 || canvas.0 == size && !framing.is_changed() {
        return;
    }
    canvas.set_if_neq(Canvas(size));
    redraw.request_photo();
    redraw.request();
    for mut transform in &mut cameras {
        *transform = framing.pose(size.x as f32 / size.y as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egg::{chain, parts, shape};
    use eggtooth_screen::layout;

    /// Pixel of a point of the toy in a picture of this size.
    fn pixel(size: Vec2, at: Vec3) -> Vec2 {
        Framing::default().pixel(at + vec3(0.0, 0.0, HALF.z), size)
    }

    #[test]
    fn a_full_table_fits_any_window() {
        for size in [vec2(1280.0, 720.0), vec2(360.0, 800.0), vec2(2560.0, 1080.0), vec2(800.0, 300.0)] {
            for seats in 1..=table::SEATS {
                for free in [Insets::default(), Insets { top: 0.13, bottom: 0.1, right: 0.3 }] {
                    let framing = Framing { seats, free };
                    for x in [-1.0, 1.0] {
                        let middle = x * (seats - 1) as f32 / 2.0 * table::APART;
                        let corners = [
                            vec3(middle + x * HALF.x, 0.0, HALF.z),
                            vec3(middle, HALF.y + 3.5, HALF.z),
                            vec3(middle, -HALF.y - table::BELOW, 0.0),
                        ];
                        let (from, to) = (size * vec2(0.0, free.top), size * vec2(1.0 - free.right, 1.0 - free.bottom));
                        for p in corners.map(|at| framing.pixel(at, size)) {
                            assert!(p.cmpgt(from).all() && p.cmplt(to).all(), "{p} in {size} with {seats}, {free:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_drag_follows_the_finger() {
        let (framing, size) = (Framing { seats: 2, ..Framing::default() }, vec2(1280.0, 720.0));
        let from = vec3(-30.0, 0.0, HALF.z);
        let there = from + framing.on_desk(vec2(100.0, -60.0), size).extend(0.0);
        let moved = framing.pixel(there, size) - framing.pixel(from, size);
        assert!((moved - vec2(100.0, -60.0)).length() < 6.0, "{moved}");
    }

    #[test]
    fn the_toy_fits_any_window() {
        for size in
            [vec2(1280.0, 720.0), vec2(360.0, 800.0), vec2(2560.0, 1080.0), vec2(500.0, 500.0), vec2(800.0, 300.0)]
        {
            let margin = size.min_element() * 0.025;
            for a in 0..90 {
                for r in 0..=20 {
                    let at = shape::surface(a as f32 / 90.0 * core::f32::consts::TAU, r as f32 / 20.0);
                    let p = pixel(size, at);
                    assert!(
                        p.cmpgt(Vec2::splat(margin)).all() && p.cmplt(size - margin).all(),
                        "{at} at {p} in {size}"
                    );
                }
            }
            let (centre, along, _) = chain::ring();
            let p = pixel(size, centre + along * chain::RING);
            assert!(p.y > 0.0 && p.x > 0.0 && p.x < size.x, "the ring is cut in {size}: {p}");
        }
    }

    #[test]
    fn a_dot_has_at_least_six_pixels_at_720p() {
        let size = vec2(1280.0, 720.0);
        let at = |x, y| (shape::WINDOW + layout::dot_centre(x, y)).extend(shape::FLOOR);
        for (x, y) in [(0, 0), (15, 7), (30, 14), (0, 14), (30, 0)] {
            let here = pixel(size, at(x, y));
            assert!(pixel(size, at(x + 1, y)).distance(here) >= 6.0);
            assert!(pixel(size, at(x, y + 1)).distance(here) >= 6.0);
        }
    }

    #[test]
    fn the_opening_hides_no_dot() {
        // The rim stands highest at the lower edge, nearest to the camera.
        let eye = Framing::default().pose(16.0 / 9.0).translation - vec3(0.0, 0.0, HALF.z);
        let lowest = (shape::WINDOW - vec2(0.0, layout::GLASS.y / 2.0)).extend(shape::FLOOR);
        let towards = (eye - lowest).normalize();
        for (edge, dir) in parts::opening() {
            let p = edge + dir * 0.6;
            if dir.y > -0.9 {
                continue;
            }
            let top = shape::height(p) + 0.45;
            let run = (lowest.y - p.y) / -towards.y;
            assert!(lowest.z + towards.z * run > top, "the rim at {p} hides the glass");
        }
    }
}
