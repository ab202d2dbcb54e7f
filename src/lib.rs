//! What the game is in a window and on a page: see [`game`]. Builds without either have nothing here.

#[cfg(any(feature = "game", feature = "web"))]
pub mod game;
