//! The designs: each a plastic of its own with its own print.

use bevy::color::{ColorToComponents, LinearRgba, Srgba};
use bevy::ecs::prelude::*;
use bevy::math::{Vec4, vec4};

/// A design of the shell. All are drawn by this project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Design {
    /// Warm yellow with white dots, coral buttons.
    #[default]
    Honey,
    /// Mint with waves, a cream back.
    Mint,
    /// White pearl with thrown paper, pink buttons.
    Party,
    /// Midnight blue pearl with golden stars.
    Night,
    /// Cream with leaves, terracotta buttons.
    Garden,
    /// Clear blue: the board inside is seen; bubbles rise.
    Lagoon,
}

/// Which design a shell wears; change it at any time.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShellDesign(pub Design);

/// The colours of a design as 0xRRGGBB in sRGB, and what it is made of.
struct Recipe {
    front: u32,
    back: u32,
    rim: u32,
    bezel: u32,
    button: u32,
    inks: [u32; 3],
    mark: u32,
    pattern: u8,
    clear: f32,
    pearl: f32,
}

impl Design {
    /// All designs, in the order of the menu.
    pub const ALL: [Design; 6] =
        [Design::Honey, Design::Mint, Design::Party, Design::Night, Design::Garden, Design::Lagoon];

    /// The name, as shown and as kept in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Design::Honey => "Honey",
            Design::Mint => "Mint",
            Design::Party => "Party",
            Design::Night => "Night",
            Design::Garden => "Garden",
            Design::Lagoon => "Lagoon",
        }
    }

    /// The design with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Design> {
        Design::ALL.into_iter().find(|design| design.name() == name)
    }

    /// The colour of its plastic in sRGB, for a menu.
    #[must_use]
    pub fn swatch(self) -> [u8; 3] {
        let [_, r, g, b] = self.recipe().front.to_be_bytes();
        [r, g, b]
    }

    /// What the shader wants to know, see `egg.wgsl`.
    pub(crate) fn paint(self) -> [Vec4; 10] {
        let r = self.recipe();
        [
            linear(r.front, r.clear),
            linear(r.back, r.pearl),
            linear(r.rim, 0.0),
            linear(r.bezel, 0.0),
            linear(r.button, 0.0),
            linear(r.inks[0], 0.0),
            linear(r.inks[1], 0.0),
            linear(r.inks[2], 0.0),
            linear(r.mark, 0.0),
            vec4(f32::from(r.pattern), 0.0, 0.0, 0.0),
        ]
    }

    fn recipe(self) -> Recipe {
        match self {
            Design::Honey => Recipe {
                front: 0xFF_BE_22,
                back: 0xFF_F0_D2,
                rim: 0xFF_F3_DA,
                bezel: 0x1F_7F_86,
                button: 0xF0_4E_37,
                inks: [0xFF_F6_E4, 0xF6_7A_3C, 0xFF_FF_FF],
                mark: 0xFF_F6_E4,
                pattern: 1,
                clear: 0.0,
                pearl: 0.0,
            },
            Design::Mint => Recipe {
                front: 0x6F_CF_B4,
                back: 0xF7_EB_D3,
                rim: 0xF7_EF_DC,
                bezel: 0x17_5A_63,
                button: 0xFF_C9_3C,
                inks: [0xE9_F7_EC, 0x1F_8C_86, 0xFF_FF_FF],
                mark: 0xF4_FB_F0,
                pattern: 2,
                clear: 0.0,
                pearl: 0.0,
            },
            Design::Party => Recipe {
                front: 0xF4_EE_EC,
                back: 0xF2_82_A6,
                rim: 0xF4_7F_A6,
                bezel: 0x5A_48_9C,
                button: 0xEE_3D_7C,
                inks: [0xEE_4C_82, 0x2F_A9_D6, 0xF9_B8_2C],
                mark: 0xE8_3A_78,
                pattern: 3,
                clear: 0.0,
                pearl: 0.55,
            },
            Design::Night => Recipe {
                front: 0x22_2C_66,
                back: 0x17_1B_3F,
                rim: 0xD9_A9_4B,
                bezel: 0x10_13_2C,
                button: 0xE9_B8_4E,
                inks: [0xF5_C8_58, 0xD8_DF_FF, 0xFF_FF_FF],
                mark: 0xF5_D2_7A,
                pattern: 4,
                clear: 0.0,
                pearl: 0.8,
            },
            Design::Garden => Recipe {
                front: 0xF4_E7_CB,
                back: 0x7D_9A_5C,
                rim: 0x7F_9C_5E,
                bezel: 0x35_4A_30,
                button: 0xD2_64_3E,
                inks: [0x5F_8A_4B, 0xA9_B8_55, 0xD8_8A_4A],
                mark: 0x5C_86_49,
                pattern: 5,
                clear: 0.0,
                pearl: 0.0,
            },
            Design::Lagoon => Recipe {
                front: 0x2A_9D_F0,
                back: 0x2A_9D_F0,
                rim: 0xF3_F7_F7,
                bezel: 0x12_3C_6B,
                button: 0xF6_F7_F4,
                inks: [0xF4_FC_FF, 0xF4_FC_FF, 0xFF_FF_FF],
                mark: 0xF4_FC_FF,
                pattern: 6,
                clear: 0.92,
                pearl: 0.0,
            },
        }
    }
}

fn linear(rgb: u32, w: f32) -> Vec4 {
    let [_, r, g, b] = rgb.to_be_bytes();
    LinearRgba::from(Srgba::rgb_u8(r, g, b)).to_vec3().extend(w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn designs_are_told_apart_by_name_and_colour() {
        for (n, a) in Design::ALL.into_iter().enumerate() {
            assert_eq!(Design::named(a.name()), Some(a));
            for b in Design::ALL.into_iter().take(n) {
                assert_ne!(a.name(), b.name());
                assert_ne!(a.swatch(), b.swatch());
                assert_ne!(a.recipe().pattern, b.recipe().pattern, "{a:?} and {b:?} are printed alike");
            }
        }
        assert_eq!(Design::named("Gold"), None);
        assert!(Design::ALL.iter().any(|design| design.recipe().clear > 0.5), "one is translucent");
    }
}
