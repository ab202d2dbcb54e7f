//! The way every mesh is drawn: Bevy's pipeline for `Mesh2d`, seen through a camera in perspective.
//!
//! Our shaders work out all light by themselves. Of Bevy's two mesh pipelines the flat one has nothing else either: no
//! lights, clusters, shadow maps and prepasses, whose shaders would be put together and whose systems would run for
//! nothing. It draws meshes in space as well, with a depth buffer; only what is transparent it sorts by height (z),
//! lowest first, which for a camera above the desk is the order in which things lie on each other.

use bevy::app::{App, PluginGroup, PluginGroupBuilder};
use bevy::core_pipeline::core_2d::{AlphaMask2d, Opaque2d};
use bevy::ecs::prelude::*;
use bevy::render::batching::sort_binned_render_phase;
use bevy::render::render_resource::{BlendState, Face, RenderPipelineDescriptor};
use bevy::render::{Render, RenderApp, RenderSystems};
use bevy::shader::{ShaderRef, load_shader_library};
use bevy::sprite::SpritePlugin;
use bevy::sprite_render::{Mesh2dRenderPlugin, SpriteRenderPlugin};

/// These plugins without those for sprites, which nothing here is.
#[must_use]
pub fn without_sprites(plugins: impl PluginGroup) -> PluginGroupBuilder {
    plugins.build().disable::<SpritePlugin>().disable::<SpriteRenderPlugin>()
}

/// The vertex shader of a material: needs positions, normals and texture coordinates, and hands on colours where the mesh
/// has them. Fragment shaders import `eggtooth_screen::stage::VertexOutput`.
#[must_use]
pub fn vertex_shader() -> ShaderRef {
    "embedded://eggtooth_screen/stage.wgsl".into()
}

/// Draws front faces only; what is transparent blends by `blend`.
pub fn specialize(descriptor: &mut RenderPipelineDescriptor, blend: Option<BlendState>) {
    descriptor.primitive.cull_mode = Some(Face::Back);
    let targets = descriptor.fragment.iter_mut().flat_map(|fragment| fragment.targets.iter_mut().flatten());
    for target in targets.filter(|_| blend.is_some()) {
        target.blend = blend;
    }
}

pub(super) fn plugin(app: &mut App) {
    load_shader_library!(app, "stage.wgsl");
    // Sprites bring it.
    if app.is_plugin_added::<SpriteRenderPlugin>() {
        return;
    }
    app.add_plugins(Mesh2dRenderPlugin);
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        let sort = (sort_binned_render_phase::<Opaque2d>, sort_binned_render_phase::<AlphaMask2d>);
        render_app.add_systems(Render, sort.in_set(RenderSystems::PhaseSort));
    }
}
