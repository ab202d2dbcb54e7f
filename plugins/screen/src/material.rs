//! The LCD's material: how glass, ink and reflector look.

use bevy::app::App;
use bevy::asset::{Asset, Handle, embedded_asset};
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::math::{Vec2, Vec3, Vec4, vec4};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::reflect::TypePath;
use bevy::render::render_resource::{AsBindGroup, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError};
use bevy::shader::ShaderRef;
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};

use crate::{icons, layout, stage};

/// How high the segments float above the reflector, in millimetres: what makes their shadow drop.
const CELL_GAP: f32 = 0.34;
/// Half the width of that shadow's edge, in millimetres; icons have a tenth more.
const BLUR: f32 = 0.3;

/// How a screen is built in and lit; optional beside [`LcdScreen`](crate::LcdScreen).
#[derive(Component, Clone, Copy, Debug, PartialEq)]
pub struct LcdLook {
    /// Direction to the light in the glass's own space (x right, y up, z out of the glass).
    pub light: Vec3,
    /// Half size in millimetres of the opening that the glass lies in.
    pub opening: Vec2,
    /// Radius of that opening's corners, in millimetres.
    pub round: f32,
    /// How deep below the opening's rim the glass lies, in millimetres; 0 for no shadow of the rim.
    pub depth: f32,
    /// Whether to draw what costs most: the segments' shadow and the reflector's grain.
    pub rich: bool,
}

impl Default for LcdLook {
    fn default() -> Self {
        Self {
            light: Vec3::new(-0.5, 0.55, 0.67).normalize(),
            opening: layout::GLASS / 2.0,
            round: 1.0,
            depth: 0.0,
            rich: true,
        }
    }
}

impl LcdLook {
    /// Where the shadow of what is one millimetre above the reflector falls: x right, y up.
    fn slope(&self) -> Vec2 {
        -self.light.truncate() / self.light.z.max(0.2)
    }

    /// How far outside of its dot or icon a segment is seen, in millimetres: as far as its shadow reaches.
    pub(crate) fn reach(&self) -> f32 {
        (self.slope() * CELL_GAP).abs().max_element() + 1.1 * BLUR
    }
}

/// What the shader knows beside the textures: vectors of four only, as WebGL2 wants it.
#[derive(ShaderType, Clone, Copy, Debug, PartialEq)]
pub(crate) struct LcdParams {
    /// Pitch, dot, icon, icon pitch.
    grid: Vec4,
    /// Glass width and height, icon row, reach of the icons' distances.
    place: Vec4,
    /// Shadow's offset x and y, its blur, its strength.
    shadow: Vec4,
    /// Opening's half width and height, corner radius, depth.
    rim: Vec4,
    /// Where the rim's shadow falls: offset x and y a millimetre of depth.
    light: Vec4,
}

impl LcdParams {
    pub(crate) fn new(look: &LcdLook) -> Self {
        let slope = look.slope();
        let drop = slope * CELL_GAP;
        Self {
            grid: vec4(layout::PITCH, layout::DOT, layout::ICON, layout::ICON_PITCH),
            place: vec4(layout::GLASS.x, layout::GLASS.y, layout::ICON_ROW, icons::REACH),
            shadow: vec4(drop.x, drop.y, BLUR, 0.34),
            rim: vec4(look.opening.x, look.opening.y, look.round, look.depth),
            light: vec4(slope.x, slope.y, 0.0, 0.0),
        }
    }
}

/// The material of an LCD's glass; made by this crate for every [`LcdScreen`](crate::LcdScreen).
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
#[bind_group_data(Rich)]
pub struct LcdMaterial {
    /// Look and layout.
    #[uniform(0)]
    pub(crate) params: LcdParams,
    /// Darkness of dots and icons, and the contrast.
    #[texture(1)]
    pub(crate) cells: Handle<Image>,
    /// The icons as distances.
    #[texture(2)]
    #[sampler(3)]
    pub(crate) icons: Handle<Image>,
    /// Which of its two programs draws it.
    pub(crate) rich: Rich,
}

/// Whether what costs most is drawn. Software renderers pay for branches not taken, so there is a program without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rich(pub(crate) bool);

impl From<&LcdMaterial> for Rich {
    fn from(material: &LcdMaterial) -> Rich {
        material.rich
    }
}

impl Material2d for LcdMaterial {
    fn vertex_shader() -> ShaderRef {
        stage::vertex_shader()
    }

    fn fragment_shader() -> ShaderRef {
        "embedded://eggtooth_screen/lcd.wgsl".into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        stage::specialize(descriptor, None);
        if let Some(fragment) = descriptor.fragment.as_mut().filter(|_| key.bind_group_data.0) {
            fragment.shader_defs.push("RICH".into());
        }
        Ok(())
    }
}

pub(super) fn plugin(app: &mut App) {
    embedded_asset!(app, "lcd.wgsl");
    app.add_plugins(Material2dPlugin::<LcdMaterial>::default());
}
