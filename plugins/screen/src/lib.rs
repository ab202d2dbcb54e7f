//! The LCD as a texture and a material
