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
use bevy::time::{Real, Time};
use bevy::window::{RequestRedraw, WindowEvent};
use eggtooth_screen::{LcdActivity, ScreenSystems};

use crate::ShellSystems;
use crate::camera::{LiveCamera, PhotoCamera};

/// Even a still picture is drawn this often, should the window system have lost it without a word.
const HEARTBEAT: Duration = Duration::from_secs(4);

/// Asks for frames to be drawn. Whoever changes what is seen asks; menus do so while they are open.
#[derive(Resource, Clone, Copy, Debug)]
pub struct Redraw {
    frames: u32,
    photo: bool,
    last: Duration,
    drawn: u64,
    skipped: u64,
    whole: bool,
}

impl Default for Redraw {
    fn default() -> Self {
        Self { frames: 3, photo: true, last: Duration::ZERO, drawn: 0, skipped: 0, whole: false }
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

    pub(crate) fn photo_complete(&mut self) {
        self.whole = true;
        self.request_frames(2);
    }

    /// The photograph is complete.
    pub(crate) fn photo_taken(&mut self) {
        self.photo = false;
        // What was taken is to be shown.
        self.request_frames(2);
    }

    pub(crate) fn wants_photo(&self) -> bool {
        self.photo
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
    mut again: MessageWriter<RequestRedraw>,
) {
    if lcd.changed || windows.read().any(shows_anew) || photo.iter().any(|camera| camera.is_active) {
        redraw.request();
    }
    if time.elapsed().saturating_sub(redraw.last) >= HEARTBEAT {
        redraw.request();
    }
    let draw = redraw.frames > 0;
    for mut camera in &mut live {
        camera.is_active = draw;
    }
    if draw {
        redraw.frames -= 1;
        redraw.last = time.elapsed();
        redraw.drawn += 1;
    } else {
        redraw.skipped += 1;
    }
    if redraw.pending() || lcd.moving {
        again.write(RequestRedraw);
    }
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
    fn requests_add_up_to_the_longest() {
        let mut redraw = Redraw { frames: 0, photo: false, ..Redraw::default() };
        assert!(!redraw.pending());
        redraw.request_frames(3);
        redraw.request();
        assert_eq!(redraw.frames, 3);
        redraw.frames = 0;
        redraw.request_photo();
        assert!(redraw.pending() && redraw.wants_photo());
        redraw.photo_taken();
        assert!(redraw.pending() && !redraw.wants_photo(), "a new photograph is shown");
    }
}
