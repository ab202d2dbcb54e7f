//! The 3D egg: shell, buttons, chain, desk, light and camera.
//!
//! [`ShellPlugin`] builds the whole scene by itself: one [`EggShell`] on a desk that follows the toy marked
//! [`Shown`](eggtooth_toy::face::Shown), and the cameras. Change [`ShellDesign`] on the egg to repaint it, the resource
//! [`Quality`] to change what it may cost, and call [`Redraw::request`] when something of yours changed the picture.
//!
//! Everything still is photographed once into an image; a frame shows that image and draws only the screen and the
//! buttons that move over it ([`photo`]). A frame that would look like the one before is not drawn at all
//! ([`redraw`]). So a software renderer is enough, and a sleeping pet costs nothing.

use bevy::app::{App, Plugin, PostUpdate};
use bevy::ecs::prelude::*;

pub mod buttons;
pub mod camera;
pub mod design;
pub mod egg;
pub mod layers;
mod paste;
pub mod photo;
pub mod picture;
pub mod quality;
pub mod redraw;
pub mod scene;
mod stickers;
mod studio;
pub mod table;
mod wordmark;

pub use camera::{DrawTo, Framing, Insets, LiveCamera, PhotoCamera};
pub use design::{Design, ShellDesign};
pub use picture::Picture;
pub use quality::{Quality, Step};
pub use redraw::Redraw;
pub use scene::{EggShell, FollowShown};
pub use table::{Charm, Emote, Prongs, Seat, Table};

/// When the shell works.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShellSystems {
    /// Decides whether this frame is drawn, in `PostUpdate`; ask for a redraw before it.
    Decide,
}

/// Builds the scene and draws it when it changes. Needs `ScreenPlugin`, and `ToyPlugin` for the messages.
pub struct ShellPlugin;

impl Plugin for ShellPlugin {
    fn build(&self, app: &mut App) {
        app.configure_sets(PostUpdate, ShellSystems::Decide);
        studio::plugin(app);
        camera::plugin(app);
        quality::plugin(app);
        photo::plugin(app);
        paste::plugin(app);
        redraw::plugin(app);
        scene::plugin(app);
        buttons::plugin(app);
        table::plugin(app);
        stickers::plugin(app);
    }
}
