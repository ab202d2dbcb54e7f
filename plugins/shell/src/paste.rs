//! Brings the photograph into the frame: copied where the sizes agree, drawn as a backdrop otherwise.
//!
//! A copy is what software renderers do fastest; drawing the same pixels through a shader costs them ten times more,
//! for each is decoded, filtered and encoded again.

use bevy::app::{App, PostUpdate};
use bevy::asset::Assets;
use bevy::camera::visibility::{Visibility, VisibilitySystems};
use bevy::camera::{Camera, ClearColorConfig};
use bevy::core_pipeline::schedule::{Core3d, Core3dSystems};
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::render::RenderApp;
use bevy::render::camera::ExtractedCamera;
use bevy::render::extract_component::{ExtractComponent, ExtractComponentPlugin};
use bevy::render::extract_resource::ExtractResourcePlugin;
use bevy::render::render_asset::RenderAssets;
use bevy::render::renderer::{RenderContext, ViewQuery};
use bevy::render::texture::GpuImage;
use bevy::render::view::ViewTarget;

use crate::camera::{Canvas, LiveCamera, dusk};
use crate::photo::Photo;

/// Marks the mesh that shows the photograph where it cannot be copied.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(crate) struct Backdrop;

/// On the live camera: the photograph is copied into its frames.
#[derive(Component, ExtractComponent, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paste(bool);

pub(super) fn plugin(app: &mut App) {
    app.add_plugins((ExtractComponentPlugin::<Paste>::default(), ExtractResourcePlugin::<Photo>::default()))
        .add_systems(PostUpdate, choose.before(VisibilitySystems::VisibilityPropagate));
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        render_app.add_systems(Core3d, paste.in_set(Core3dSystems::Prepass));
    }
}

/// WebGL2 copies between textures only with detours, so there the backdrop is drawn.
fn choose(
    photo: Option<Res<Photo>>,
    canvas: Res<Canvas>,
    images: Res<Assets<Image>>,
    mut cameras: Query<(&mut Paste, &mut Camera), With<LiveCamera>>,
    mut backdrops: Query<&mut Visibility, With<Backdrop>>,
) {
    let Some(photo) = photo else { return };
    let same = images.get(&photo.image).is_some_and(|image| image.size() == canvas.0);
    let copy = same && !cfg!(target_family = "wasm");
    for (mut paste, mut camera) in &mut cameras {
        if paste.0 != copy {
            paste.0 = copy;
            camera.clear_color = if copy { ClearColorConfig::None } else { dusk() };
        }
    }
    for mut visibility in &mut backdrops {
        visibility.set_if_neq(if copy { Visibility::Hidden } else { Visibility::Visible });
    }
}

fn paste(
    view: ViewQuery<(&Paste, &ViewTarget, &ExtractedCamera)>,
    photo: Option<Res<Photo>>,
    images: Res<RenderAssets<GpuImage>>,
    mut ctx: RenderContext,
) {
    let (paste, target, _) = view.into_inner();
    let Some(image) = photo.as_ref().and_then(|photo| images.get(&photo.image)) else { return };
    let (from, to) = (&image.texture, target.main_texture());
    if paste.0 && from.size() == to.size() && from.format() == to.format() {
        ctx.command_encoder().copy_texture_to_texture(from.as_image_copy(), to.as_image_copy(), from.size());
    }
}
