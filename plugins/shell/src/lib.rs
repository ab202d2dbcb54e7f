//! The 3D egg: shell, buttons, chain, desk, light and camera
