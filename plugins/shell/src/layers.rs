//! Two pictures are drawn: the photograph of everything still, and over it what moves.

use bevy::camera::visibility::RenderLayers;

/// Drawn in every frame that is drawn at all; also what pointers can hit.
pub const LIVE: usize = 0;
/// Drawn into the photograph only.
pub const STILL: usize = 1;

/// The layers of something still.
#[must_use]
pub fn still() -> RenderLayers {
    RenderLayers::layer(STILL)
}

/// The layers of something that is in the photograph and is drawn anew over it.
#[must_use]
pub fn both() -> RenderLayers {
    RenderLayers::layer(STILL).with(LIVE)
}

/// The layers of something that moves: over the photograph while it does, in it at rest.
#[must_use]
pub fn moving(moves: bool) -> RenderLayers {
    RenderLayers::layer(if moves { LIVE } else { STILL })
}
