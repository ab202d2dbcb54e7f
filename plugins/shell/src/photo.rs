//! The photograph: everything still is drawn once into an image, as richly as the machine can, and then only shown.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use bevy::app::{App, PostUpdate, PreUpdate};
use bevy::asset::{Assets, Handle};
use bevy::camera::visibility::VisibilitySystems;
use bevy::camera::{Camera, Projection, RenderTarget};
use bevy::ecs::prelude::*;
use bevy::image::{Image, ImageSampler};
use bevy::math::UVec2;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::render_resource::{
    CachedPipelineState, PipelineCache, PipelineDescriptor, TextureFormat, TextureUsages,
};
use bevy::render::renderer::RenderDevice;
use bevy::render::view::Msaa;
use bevy::render::{Render, RenderApp, RenderSystems};

use crate::ShellSystems;
use crate::camera::{Canvas, PhotoCamera};
use crate::quality::Step;
use crate::redraw::Redraw;
use crate::studio::BackdropMaterial;

/// More pixels than this, one way, help nobody.
const LARGEST: u32 = 4096;

/// The image, and the material that shows it.
#[derive(Resource, ExtractResource, Clone, Debug)]
pub struct Photo {
    /// What the photo camera draws into.
    pub image: Handle<Image>,
    /// The backdrop of the live camera.
    pub backdrop: Handle<BackdropMaterial>,
}

/// Counts the photographs that were begun, for the render world.
#[derive(Resource, ExtractResource, Clone, Copy, Debug, Default)]
struct Ticket(u64);

/// What the render world says: the last ticket it has drawn with every pipeline ready, and the last it has tried.
#[derive(Resource, Clone, Default)]
struct Report(Arc<Done>);

#[derive(Default)]
struct Done {
    complete: AtomicU64,
    tried: AtomicU64,
}

/// An image for a photograph for a window of this size; `limit` is the renderer's for a texture's side.
#[must_use]
pub fn image(window: UVec2, step: Step, limit: u32) -> Image {
    let largest = LARGEST.min(limit) as f32;
    let size = window.max(UVec2::ONE).as_vec2();
    let scale = step.scale().min(largest / size.max_element());
    let size = (size * scale).round().as_uvec2().max(UVec2::ONE);
    let mut image = Image::new_target_texture(size.x, size.y, TextureFormat::Rgba8UnormSrgb, None);
    image.texture_descriptor.usage |= TextureUsages::COPY_SRC;
    image.sampler = ImageSampler::linear();
    image
}

pub(super) fn plugin(app: &mut App) {
    let report = Report::default();
    app.init_resource::<Ticket>()
        .insert_resource(report.clone())
        .add_plugins(ExtractResourcePlugin::<Ticket>::default())
        .add_systems(PreUpdate, resize.after(crate::quality::choose))
        .add_systems(PostUpdate, take.before(ShellSystems::Decide).before(VisibilitySystems::CheckVisibility));
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        render_app.insert_resource(report).add_systems(Render, look.in_set(RenderSystems::Cleanup));
    }
}

/// The image follows the window and the quality.
fn resize(
    canvas: Res<Canvas>,
    step: Res<Step>,
    photo: Option<Res<Photo>>,
    device: Option<Res<RenderDevice>>,
    mut images: ResMut<Assets<Image>>,
    mut backdrops: ResMut<Assets<BackdropMaterial>>,
    mut cameras: Query<(&mut Msaa, &mut RenderTarget, &mut Projection), With<PhotoCamera>>,
    mut redraw: ResMut<Redraw>,
) {
    let Some(photo) = photo else { return };
    if canvas.0.min_element() == 0 || !(canvas.is_changed() || step.is_changed() || photo.is_added()) {
        return;
    }
    let limit = device.map_or(LARGEST, |device| device.limits().max_texture_dimension_2d);
    let new = image(canvas.0, *step, limit);
    if images.get(&photo.image).is_none_or(|old| old.size() != new.size()) {
        // The same handle, so that the camera keeps its target; the material must be told to bind anew.
        if images.insert(photo.image.id(), new).is_ok()
            && let Some(mut backdrop) = backdrops.get_mut(&photo.backdrop)
        {
            backdrop.photo = photo.image.clone();
        }
    }
    for (mut msaa, mut target, mut projection) in &mut cameras {
        msaa.set_if_neq(step.msaa());
        target.set_changed();
        // The image changes under the same handle: Bevy looks at its shape again only when told to.
        projection.set_changed();
    }
    redraw.request_photo();
}

/// Switches the photo camera on for the frames in which a photograph is begun, until one is complete.
fn take(
    mut redraw: ResMut<Redraw>,
    mut ticket: ResMut<Ticket>,
    report: Res<Report>,
    mut waiting: Local<bool>,
    mut cameras: Query<&mut Camera, With<PhotoCamera>>,
) {
    let (complete, tried) = (report.0.complete.load(Ordering::Acquire), report.0.tried.load(Ordering::Acquire));
    let mut begin = redraw.wants_photo() && !redraw.is_first();
    if *waiting {
        if complete >= ticket.0 {
            *waiting = false;
            redraw.photo_complete();
        } else {
            // Not all pipelines were ready: once more, when this attempt is through.
            begin |= tried >= ticket.0;
        }
    }
    if begin {
        ticket.0 += 1;
        *waiting = true;
        redraw.photo_begun();
    } else if *waiting {
        redraw.request_frames(1);
    }
    for mut camera in &mut cameras {
        if camera.is_active != begin {
            camera.is_active = begin;
        }
    }
}

/// In the render world: whether the photograph just drawn has everything in it.
fn look(ticket: Option<Res<Ticket>>, report: Res<Report>, pipelines: Res<PipelineCache>) {
    let Some(ticket) = ticket else { return };
    // Meshes need render pipelines only. Of the compute pipelines some wait for ever where there is no compute. Where
    // there is one thread, those just made are still among the waiting, and were drawn with all the same.
    let lacks = |id: usize| {
        pipelines.pipelines().nth(id).is_none_or(|pipeline| {
            matches!(pipeline.descriptor, PipelineDescriptor::RenderPipelineDescriptor(_))
                && !matches!(pipeline.state, CachedPipelineState::Ok(_))
        })
    };
    if !pipelines.waiting_pipelines().any(lacks) {
        report.0.complete.store(ticket.0, Ordering::Release);
    }
    report.0.tried.store(ticket.0, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_has_the_windows_shape_and_bounds() {
        let size = |x, y, step| image(UVec2::new(x, y), step, 8192).size();
        assert_eq!(size(1280, 720, Step::Low), UVec2::new(1280, 720));
        assert_eq!(size(1280, 720, Step::Medium), UVec2::new(1280, 720));
        assert_eq!(size(1280, 720, Step::High), UVec2::new(2560, 1440));
        assert_eq!(size(3840, 2160, Step::High), UVec2::new(4096, 2304));
        assert_eq!(image(UVec2::new(3840, 2160), Step::Low, 2048).size(), UVec2::new(2048, 1152));
        assert_eq!(size(0, 0, Step::Low), UVec2::ONE);
    }
}
