//! The studio's materials: desk, egg, shadow, lens, flat things, and the photograph behind them.
//!
//! All light is worked out by formulas in the shaders: no Bevy lights, shadow maps or environment maps, so that the
//! picture is the same within WebGL2's limits and on a software renderer.

use bevy::app::App;
use bevy::asset::{Asset, Handle, embedded_asset};
use bevy::image::Image;
use bevy::math::{Vec4, vec4};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::reflect::TypePath;
use bevy::render::render_resource::{
    AsBindGroup, BlendComponent, BlendFactor, BlendOperation, BlendState, RenderPipelineDescriptor, ShaderType,
    SpecializedMeshPipelineError,
};
use bevy::shader::{ShaderRef, load_shader_library};
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};
use eggtooth_screen::layout::GLASS;
use eggtooth_screen::stage;

use crate::design::Design;
use crate::egg::mesh::Part;
use crate::egg::shape::{BUTTON, BUTTONS, FLOOR, HALF, OPENING, OPENING_ROUND, SEAM, WINDOW};

/// Declares a material by its fragment shader; one that is transparent names how it blends.
macro_rules! studio_material {
    ($type:ty, $file:literal, $blend:expr $(, $extra:item)*) => {
        impl Material2d for $type {
            fn vertex_shader() -> ShaderRef {
                stage::vertex_shader()
            }
            fn fragment_shader() -> ShaderRef {
                concat!("embedded://eggtooth_shell/studio/", $file).into()
            }
            fn alpha_mode(&self) -> AlphaMode2d {
                mode($blend)
            }
            fn specialize(
                descriptor: &mut RenderPipelineDescriptor,
                _: &MeshVertexBufferLayoutRef,
                _: Material2dKey<Self>,
            ) -> Result<(), SpecializedMeshPipelineError> {
                stage::specialize(descriptor, $blend);
                Ok(())
            }
            $($extra)*
        }
    };
}

fn mode(blend: Option<BlendState>) -> AlphaMode2d {
    if blend.is_some() { AlphaMode2d::Blend } else { AlphaMode2d::Opaque }
}

/// Light that is there is weakened by each colour.
const MULTIPLY: BlendState = BlendState {
    color: BlendComponent {
        src_factor: BlendFactor::Dst,
        dst_factor: BlendFactor::OneMinusSrcAlpha,
        operation: BlendOperation::Add,
    },
    alpha: BlendComponent::OVER,
};
const PREMULTIPLIED: BlendState = BlendState::PREMULTIPLIED_ALPHA_BLENDING;

/// A design's colours, see `egg.wgsl`.
#[derive(ShaderType, Clone, Copy, Debug)]
pub struct Paint {
    colours: [Vec4; 10],
}

/// Where the toy's parts are, see `egg.wgsl`.
#[derive(ShaderType, Clone, Copy, Debug)]
pub struct Place {
    window: Vec4,
    corner: Vec4,
    glass: Vec4,
    buttons: [Vec4; 3],
}

/// Plastic, print and metal of one toy.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub struct EggMaterial {
    #[uniform(0)]
    paint: Paint,
    #[uniform(1)]
    place: Place,
    #[texture(2)]
    #[sampler(3)]
    mark: Handle<Image>,
}

impl EggMaterial {
    /// The material of a toy that wears `design`; `mark` is the wordmark's texture.
    pub fn new(design: Design, mark: Handle<Image>) -> Self {
        let place = Place {
            window: vec4(WINDOW.x, WINDOW.y, OPENING.x, OPENING.y),
            corner: vec4(OPENING_ROUND, FLOOR, HALF.z, SEAM),
            glass: vec4(GLASS.x / 2.0, GLASS.y / 2.0, BUTTON, 0.0),
            buttons: BUTTONS.map(|p| vec4(p.x, p.y, 0.0, 0.0)),
        };
        Self { paint: Paint { colours: design.paint() }, place, mark }
    }

    /// Paints it anew; pale for a toy that is away.
    pub fn wear(&mut self, design: Design, pale: bool) {
        self.paint.colours = design.paint();
        self.paint.colours[9].y = f32::from(u8::from(pale));
    }
}

studio_material!(EggMaterial, "egg.wgsl", None);

/// The desk's wood.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug, Default)]
pub struct DeskMaterial {
    #[uniform(0)]
    params: Vec4,
}

studio_material!(DeskMaterial, "desk.wgsl", None);

/// A toy's baked shadow.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub struct ShadeMaterial {
    /// Window and sky as seen from the desk, see [`crate::egg::shadow`].
    #[texture(0)]
    #[sampler(1)]
    pub shade: Handle<Image>,
}

studio_material!(ShadeMaterial, "shade.wgsl", Some(MULTIPLY));

/// The lens over the screen.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug, Default)]
pub struct LensMaterial {}

studio_material!(
    LensMaterial,
    "lens.wgsl",
    Some(PREMULTIPLIED),
    fn depth_bias(&self) -> f32 {
        // After the screen below it, however the two sort.
        10.0
    }
);

/// What a [`StickerMaterial`] shows, see `sticker.wgsl`.
#[derive(ShaderType, Clone, Copy, Debug, PartialEq)]
pub struct Sticker {
    /// Colour of the dots, linear; nothing.
    pub ink: Vec4,
    /// Colour of what they are on, linear; millimetres above the desk, which paper that hops says itself.
    pub base: Vec4,
    /// Middle of the picture in dots, dots a millimetre, half the quad's side in millimetres.
    pub place: Vec4,
    /// Where a bubble's tail points to, or a charm's ring lies, in millimetres from the middle.
    pub tail: Vec4,
}

/// What a sticker is made of; each has its own program, so that what is drawn often is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stuff {
    /// A pet cut out of paper.
    Paper,
    /// Enamel in metal, with a ring.
    Charm,
    /// A speech bubble.
    Bubble,
}

/// Something flat: a pet cut out of paper, a charm, a speech bubble.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
#[bind_group_data(Stuff)]
pub struct StickerMaterial {
    /// What it looks like.
    #[uniform(0)]
    pub sticker: Sticker,
    /// The picture's distances, see [`crate::picture`].
    #[texture(1)]
    #[sampler(2)]
    pub picture: Handle<Image>,
    /// What it is.
    pub stuff: Stuff,
}

impl From<&StickerMaterial> for Stuff {
    fn from(material: &StickerMaterial) -> Stuff {
        material.stuff
    }
}

impl Material2d for StickerMaterial {
    fn vertex_shader() -> ShaderRef {
        stage::vertex_shader()
    }

    fn fragment_shader() -> ShaderRef {
        "embedded://eggtooth_shell/studio/sticker.wgsl".into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }

    fn depth_bias(&self) -> f32 {
        // After the toys' shadows.
        20.0
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        stage::specialize(descriptor, Some(PREMULTIPLIED));
        let name = match key.bind_group_data {
            Stuff::Paper => "PAPER",
            Stuff::Charm => "CHARM",
            Stuff::Bubble => "BUBBLE",
        };
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.shader_defs.push(name.into());
        }
        Ok(())
    }
}

/// The photograph of the still scene.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub struct BackdropMaterial {
    /// What the photo camera draws into.
    #[texture(0)]
    #[sampler(1)]
    pub photo: Handle<Image>,
}

impl Material2d for BackdropMaterial {
    fn vertex_shader() -> ShaderRef {
        "embedded://eggtooth_shell/studio/backdrop.wgsl".into()
    }

    fn fragment_shader() -> ShaderRef {
        Self::vertex_shader()
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let positions = bevy::mesh::Mesh::ATTRIBUTE_POSITION.at_shader_location(0);
        descriptor.vertex.buffers = vec![layout.0.get_layout(&[positions])?];
        Ok(())
    }
}

pub(super) fn plugin(app: &mut App) {
    load_shader_library!(app, "studio.wgsl");
    load_shader_library!(app, "prints.wgsl");
    embedded_asset!(app, "egg.wgsl");
    embedded_asset!(app, "desk.wgsl");
    embedded_asset!(app, "shade.wgsl");
    embedded_asset!(app, "lens.wgsl");
    embedded_asset!(app, "sticker.wgsl");
    embedded_asset!(app, "backdrop.wgsl");
    app.add_plugins((
        Material2dPlugin::<EggMaterial>::default(),
        Material2dPlugin::<DeskMaterial>::default(),
        Material2dPlugin::<ShadeMaterial>::default(),
        Material2dPlugin::<LensMaterial>::default(),
        Material2dPlugin::<StickerMaterial>::default(),
        Material2dPlugin::<BackdropMaterial>::default(),
    ));
    // The shader counts parts with the same numbers.
    const { assert!(Part::Front as u8 == 0 && Part::Metal as u8 == 6) };
}
