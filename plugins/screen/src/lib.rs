//! The LCD: 32×16 dots and eight icons, as a texture and a material on a mesh.
//!
//! Put [`LcdScreen`] on an entity with a `Transform`: it becomes a glass of [`layout::GLASS`] millimetres that shows
//! the [`LcdFrame`](eggtooth_toy::face::LcdFrame) of its toy. Dots fade in and out as liquid crystal does; when they
//! have come to rest nothing is uploaded any more, and [`LcdActivity`] says so to whoever decides about drawing.
//!
//! This crate knows nothing of shells, cameras or windows.

use bevy::app::{App, Plugin, PostUpdate};
use bevy::ecs::prelude::*;

pub mod glyph;
pub mod icons;
pub mod layout;
mod lcd;
mod material;
mod response;
pub mod stage;
mod texture;

pub use lcd::{LcdActivity, LcdChange, LcdPace, LcdScreen};
pub use material::{LcdLook, LcdMaterial};
pub use response::Response;

/// When the screens work, in `PostUpdate`: after this set the textures show what is drawn this frame.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScreenSystems {
    /// Fades the dots towards their toys' frames and writes what changed.
    Update,
}

/// Draws the LCD of every [`LcdScreen`].
pub struct ScreenPlugin;

impl Plugin for ScreenPlugin {
    fn build(&self, app: &mut App) {
        app.configure_sets(PostUpdate, ScreenSystems::Update);
        stage::plugin(app);
        material::plugin(app);
        lcd::plugin(app);
    }
}
