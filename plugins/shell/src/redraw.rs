//! Drawing only when the picture changes.
//!
//! With software rendering a frame costs ten milliseconds and more of a core, so a still picture is not drawn again.
//! The cameras are switched off for the extraction of frames that would look like the last one; then nothing is
//! rendered or presented and the window keeps its content. They are on again before the next update's input, since
//! picking and egui skip cameras that are off.

use core::time::Duration;

use bevy::app::{App, First, PostUpdate};
use bevy::camera::Camera;
use bevy::camera::visibility::VisibilitySystems;
use bevy::ecs::prelude::*;
use bevy::math::{Rect, URect, Vec2};
use bevy::render::extract_resource::ExtractResource;
use bevy::time::{Real, Time};
use bevy::transform::components::GlobalTransform;
use bevy::window::{RequestRedraw, WindowEvent};
use eggtooth_screen::{LcdActivity, LcdChange, ScreenSystems};

use crate::ShellSystems;
use crate::camera::{Canvas, Framing, LiveCamera, PhotoCamera};

/// Even a still picture is drawn this often, should the window system have lost it without a word.
const HEARTBEAT: Duration = Duration::from_secs(4);
/// Pixels around a dot that belong to it: its edges are smooth.
const MARGIN: f32 = 3.0;

/// Asks for frames to be drawn. Whoever changes what is seen asks; menus do so while they are open.
#[derive(Resource, ExtractResource, Clone, Copy, Debug)]
pub struct Redraw {
    frames: u32,
    photo: bool,
    /// A photograph was begun, and is not known to be complete.
    taking: bool,
    /// When the whole picture was drawn last.
    whole_at: Duration,
    photos: u64,
    drawn: u64,
    skipped: u64,
    whole: bool,
    part: Option<URect>,
}

impl Default for Redraw {
    fn default() -> Self {
        Self {
            frames: 1,
            photo: true,
            taking: false,
            whole_at: Duration::ZERO,
            photos: 0,
            drawn: 0,
            skipped: 0,
            whole: false,
            part: None,
        }
    }
}

impl Redraw {
    /// Draws this frame.
    pub fn request(&mut self) {
        self.frames = self.frames.max(1);
    }

    /// Draws this and the following frames, `count` in all.
    pub fn request_frames(&mut self, count: u32) {
        self.frames = self.frames.max(count);
    }

    /// Takes the photograph of the still scene anew: camera, design, desk or quality changed.
    pub fn request_photo(&mut self) {
        self.photo = true;
    }

    /// Whether this is the first update: no shader is there yet, so all that would be drawn is the clear color.
    pub(crate) fn is_first(&self) -> bool {
        self.counts() == (0, 0)
    }

    /// Whether something is still to be drawn.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.frames > 0 || self.photo
    }

    /// Frames that were drawn, and updates that drew nothing, since the start.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.drawn, self.skipped)
    }

    /// Whether the whole picture has been drawn once, with everything in it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole && self.frames == 0
    }

    /// What of the picture drawn last differs from the one before, in pixels from the upper left corner, where that is
    /// dots and icons of screens alone; `None`: anything may.
    #[must_use]
    pub fn part(&self) -> Option<URect> {
        self.part
    }

    /// The photograph has everything in it, and so has the picture that was drawn with it.
    pub(crate) fn photo_complete(&mut self) {
        self.whole = true;
        self.taking = false;
    }

    /// The photograph is taken in this frame, before the rest of it is drawn, and shown in it.
    pub(crate) fn photo_begun(&mut self) {
        self.photo = false;
        self.taking = true;
        self.photos += 1;
        self.request();
    }

    pub(crate) fn wants_photo(&self) -> bool {
        self.photo
    }

    /// Photographs that were begun. What was moving in one is not in it, and asks for another when it comes to rest.
    pub(crate) fn photos(&self) -> u64 {
        self.photos
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Redraw>().add_message::<RequestRedraw>().add_message::<WindowEvent>();
    app.add_systems(First, wake).add_systems(
        PostUpdate,
        decide.in_set(ShellSystems::Decide).after(ScreenSystems::Update).before(VisibilitySystems::CheckVisibility),
    );
}

/// Cameras are on while input is handled.
fn wake(mut cameras: Query<&mut Camera, With<LiveCamera>>) {
    for mut camera in &mut cameras {
        camera.bypass_change_detection().is_active = true;
    }
}

fn decide(
    mut redraw: ResMut<Redraw>,
    lcd: Res<LcdActivity>,
    time: Res<Time<Real>>,
    mut windows: MessageReader<WindowEvent>,
    mut live: Query<&mut Camera, (With<LiveCamera>, Without<PhotoCamera>)>,
    photo: Query<&Camera, With<PhotoCamera>>,
    screens: Query<(&GlobalTransform, &LcdChange)>,
    (framing, canvas): (Res<Framing>, Res<Canvas>),
    mut again: MessageWriter<RequestRedraw>,
) {
    if windows.read().any(shows_anew) || photo.iter().any(|camera| camera.is_active) {
        redraw.request();
    }
    if time.elapsed().saturating_sub(redraw.whole_at) >= HEARTBEAT {
        redraw.request();
    }
    if redraw.frames > 0 {
        redraw.whole_at = time.elapsed();
        redraw.part = None;
    } else if lcd.changed {
        redraw.request();
        redraw.part = around(screens.iter(), *framing, *canvas);
    }
    let draw = redraw.frames > 0 && !redraw.is_first();
    for mut camera in &mut live {
        camera.is_active = draw;
    }
    if draw {
        redraw.frames -= 1;
        redraw.drawn += 1;
    } else {
        redraw.skipped += 1;
    }
    if redraw.pending() || redraw.taking || lcd.moving {
        again.write(RequestRedraw);
    }
}

/// The pixels that show what has changed on the screens.
fn around<'a>(
    screens: impl Iterator<Item = (&'a GlobalTransform, &'a LcdChange)>,
    framing: Framing,
    canvas: Canvas,
) -> Option<URect> {
    let size = canvas.0.as_vec2();
    let points = screens.filter(|(_, change)| !change.0.is_empty()).flat_map(|(place, change)| {
        let Rect { min, max } = change.0;
        [min, Vec2::new(max.x, min.y), Vec2::new(min.x, max.y), max]
            .map(|at| framing.pixel(place.transform_point(at.extend(0.0)), size))
    });
    let (low, high) = points.fold((Vec2::MAX, Vec2::MIN), |(low, high), at| (low.min(at), high.max(at)));
    let (low, high) = ((low - MARGIN).floor().max(Vec2::ZERO), (high + MARGIN).ceil().min(size));
    low.cmplt(high).all().then(|| URect::from_corners(low.as_uvec2(), high.as_uvec2()))
}

/// Whether the window may have lost its picture.
fn shows_anew(event: &WindowEvent) -> bool {
    matches!(
        event,
        WindowEvent::WindowResized(_)
            | WindowEvent::WindowScaleFactorChanged(_)
            | WindowEvent::WindowFocused(_)
            | WindowEvent::WindowOccluded(_)
            | WindowEvent::WindowMoved(_)
            | WindowEvent::CursorEntered(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_what_changed_is_all_of_it_and_little_else() {
        let canvas = Canvas(bevy::math::UVec2::new(1280, 720));
        let screen = |x| GlobalTransform::from_xyz(x, 5.0, 10.0);
        let change = LcdChange(Rect::new(-3.0, 1.0, 5.0, 4.0));
        let find = |screens: &[(GlobalTransform, LcdChange)]| {
            around(screens.iter().map(|(place, change)| (place, change)), Framing::default(), canvas)
        };
        let one = find(&[(screen(0.0), change)]).expect("it is in the picture");
        for x in [-3.0, 5.0] {
            for y in [1.0, 4.0] {
                let at = screen(0.0).transform_point(Vec2::new(x, y).extend(0.0));
                let at = Framing::default().pixel(at, canvas.0.as_vec2());
                assert!(one.contains(at.as_uvec2()), "{at} in {one:?}");
            }
        }
        assert!(one.size().element_product() < 100 * 50, "{one:?}");
        let two = find(&[(screen(0.0), change), (screen(20.0), change)]).expect("they are in it");
        assert!(two.contains(one.min) && two.width() > one.width());
        assert_eq!(find(&[(screen(0.0), change), (screen(20.0), LcdChange::default())]), Some(one), "one rests");
        assert_eq!(find(&[]), None);
        assert_eq!(find(&[(screen(9e3), change)]), None);
    }

    #[test]
    fn requests_add_up_to_the_longest() {
        let mut redraw = Redraw { frames: 0, photo: false, ..Redraw::default() };
        assert!(!redraw.pending());
        redraw.request_frames(3);
        redraw.request();
        assert_eq!(redraw.frames, 3);
        redraw.frames = 0;
        redraw.request_photo();
        assert!(redraw.pending() && redraw.wants_photo());
        redraw.photo_begun();
        assert!(redraw.pending() && !redraw.wants_photo(), "a new photograph is shown");
    }
}
