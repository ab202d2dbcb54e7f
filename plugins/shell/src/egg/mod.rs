//! The egg's body as numbers and meshes; no Bevy systems here.

pub mod chain;
pub mod mesh;
pub mod parts;
pub mod shadow;
pub mod shape;
