//! Brings the photograph into the frame: copied where the sizes agree, drawn as a backdrop otherwise.
//!
//! A copy is what software renderers do fastest; drawing the same pixels through a shader costs them ten times more,
//! for each is decoded, filtered and encoded again.

use bevy::app::{App, PostUpdate};
use bevy::asset::Assets;
use bevy::camera::visibility::{Visibility, VisibilitySystems};
use bevy::camera::{Camera, ClearColorConfig};
use bevy::core_pipeline::schedule::{Core2d, Core2dSystems};
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
use crate::redraw::Redraw;

/// Marks the mesh that shows the photograph where it cannot be copied.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(crate) struct Backdrop;

/// On the live camera: the photograph is copied into its frames.
#[derive(Component, ExtractComponent, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paste(bool);

pub(super) fn plugin(app: &mut App) {
    app.add_plugins((ExtractComponentPlugin::<Paste>::default(), ExtractResourcePlugin::<Photo>::default()))
        .add_plugins(ExtractResourcePlugin::<Redraw>::default())
        .add_systems(PostUpdate, choose.before(VisibilitySystems::VisibilityPropagate));
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        render_app.add_systems(Core2d, paste.in_set(Core2dSystems::Prepass));
    }
}

fn choose(
    photo: Option<Res<Photo>>,
    canvas: Res<Canvas>,
    images: Res<Assets<Image>>,
    mut cameras: Query<(&mut Paste, &mut Camera), With<LiveCamera>>,
    mut backdrops: Query<&mut Visibility, With<Backdrop>>,
) {
    let Some(photo) = photo else { return };
    let same = images.get(&photo.image).is_some_and(|image| image.size() == canvas.0);
    for (mut paste, mut camera) in &mut cameras {
        if paste.0 != same {
            paste.0 = same;
            camera.clear_color = if same { ClearColorConfig::None } else { dusk() };
        }
    }
    for mut visibility in &mut backdrops {
        visibility.set_if_neq(if same { Visibility::Hidden } else { Visibility::Visible });
    }
}

fn paste(
    view: ViewQuery<(&Paste, &ViewTarget, &ExtractedCamera)>,
    (photo, redraw): (Option<Res<Photo>>, Option<Res<Redraw>>),
    images: Res<RenderAssets<GpuImage>>,
    mut ctx: RenderContext,
) {
    let (paste, target, _) = view.into_inner();
    let Some(image) = photo.as_ref().and_then(|photo| images.get(&photo.image)) else { return };
    let (from, to) = (&image.texture, target.main_texture());
    if paste.0 && from.size() == to.size() && from.format() == to.format() {
        // A page shows the part alone, and the rest of the frame is not looked at; a window shows all of it.
        let part = redraw
            .and_then(|redraw| redraw.part())
            .filter(|_| cfg!(target_family = "wasm"))
            .filter(|part| part.max.x <= to.width() && part.max.y <= to.height());
        let (mut from, mut to, mut size) = (from.as_image_copy(), to.as_image_copy(), from.size());
        if let Some(part) = part {
            (from.origin.x, from.origin.y) = (part.min.x, part.min.y);
            to.origin = from.origin;
            (size.width, size.height) = (part.width(), part.height());
        }
        ctx.command_encoder().copy_texture_to_texture(from, to, size);
    }
}
