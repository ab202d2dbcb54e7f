//! From a toy's frame to what is drawn.

use core::time::Duration;

use bevy::app::{App, PostUpdate, Startup};
use bevy::asset::{AssetEventSystems, Assets, Handle};
use bevy::camera::visibility::VisibilitySystems;
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::math::Rect;
use bevy::math::primitives::Rectangle;
use bevy::mesh::{Mesh, Mesh2d, Meshable};
use bevy::sprite_render::MeshMaterial2d;
use bevy::time::{Real, Time};
use bevy::transform::components::Transform;
use eggtooth_toy::Frame;
use eggtooth_toy::face::LcdFrame;

use crate::material::{LcdLook, LcdMaterial, LcdParams, Rich};
use crate::response::Response;
use crate::texture;
use crate::{ScreenSystems, icons, layout};

/// A screen that shows the [`LcdFrame`] of a toy: a glass of [`layout::GLASS`] millimetres facing +z of its
/// `Transform`. A toy without a frame, or none at all, leaves it blank.
#[derive(Component, Clone, Copy, Debug)]
#[require(Transform, LcdLook, LcdChange)]
pub struct LcdScreen {
    /// The toy.
    pub toy: Entity,
}

/// What of a screen differs from the last frame's picture, in millimetres from the middle of its glass; empty where nothing
/// does.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct LcdChange(pub Rect);

/// What the screens did this frame, for whoever decides whether to draw.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcdActivity {
    /// A texture was rewritten: the picture differs from the last frame's.
    pub changed: bool,
    /// Dots still fade: the next frame will differ as well.
    pub moving: bool,
}

/// How often fading dots are drawn. A fade looks the same at 30 steps a second as at 60 and costs half as much.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcdPace {
    /// Shortest time between two steps of a fade; zero for every frame.
    pub step: Duration,
}

/// The state behind one screen.
#[derive(Component)]
struct Panel {
    response: Response,
    texels: texture::Texels,
    image: Handle<Image>,
    material: Handle<LcdMaterial>,
}

/// What all screens share.
#[derive(Resource)]
struct Stock {
    glass: Handle<Mesh>,
    icons: Handle<Image>,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<LcdActivity>().init_resource::<LcdPace>().add_systems(Startup, stock).add_systems(
        PostUpdate,
        (build, relook, fade)
            .chain()
            .in_set(ScreenSystems::Update)
            .before(AssetEventSystems)
            .before(VisibilitySystems::CalculateBounds),
    );
}

fn stock(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, mut images: ResMut<Assets<Image>>) {
    let glass = meshes.add(Rectangle::from_size(layout::GLASS).mesh());
    commands.insert_resource(Stock { glass, icons: images.add(icons::image()) });
}

/// Gives a new screen its mesh, texture and material; it starts with its toy's picture, without a fade.
fn build(
    mut commands: Commands,
    stock: Res<Stock>,
    screens: Query<(Entity, &LcdScreen, &LcdLook), Without<Panel>>,
    frames: Query<&LcdFrame>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<LcdMaterial>>,
    mut activity: ResMut<LcdActivity>,
) {
    for (entity, screen, look) in &screens {
        let response = Response::settled(&frame(&frames, screen));
        let texels = texture::texels(&response);
        let image = images.add(texture::image(&texels));
        let material = materials.add(LcdMaterial {
            params: LcdParams::new(look),
            cells: image.clone(),
            icons: stock.icons.clone(),
            rich: Rich(look.rich),
        });
        activity.changed = true;
        commands.entity(entity).insert((
            Mesh2d(stock.glass.clone()),
            MeshMaterial2d(material.clone()),
            Panel { response, texels, image, material },
        ));
    }
}

fn relook(panels: Query<(&Panel, &LcdLook), Changed<LcdLook>>, mut materials: ResMut<Assets<LcdMaterial>>) {
    for (panel, look) in &panels {
        let (params, rich) = (LcdParams::new(look), Rich(look.rich));
        if materials.get(&panel.material).is_some_and(|material| material.params != params || material.rich != rich)
            && let Some(mut material) = materials.get_mut(&panel.material)
        {
            (material.params, material.rich) = (params, rich);
        }
    }
}

fn fade(
    time: Res<Time<Real>>,
    frames: Query<&LcdFrame>,
    mut panels: Query<(&LcdScreen, &LcdLook, &mut LcdChange, &mut Panel)>,
    mut images: ResMut<Assets<Image>>,
    mut activity: ResMut<LcdActivity>,
    pace: Res<LcdPace>,
    mut waited: Local<Duration>,
) {
    *waited += time.delta();
    if activity.moving && *waited < pace.step {
        activity.set_if_neq(LcdActivity { changed: false, moving: true });
        return;
    }
    let mut now = LcdActivity::default();
    // At rest the program may sleep between updates; a fade that begins now begins now.
    let seconds = if activity.moving { waited.as_secs_f32() } else { waited.as_secs_f32().min(1.0 / 60.0) };
    *waited = Duration::ZERO;
    for (screen, look, mut change, mut panel) in &mut panels {
        change.set_if_neq(LcdChange::default());
        let target = frame(&frames, screen);
        now.moving |= panel.response.step(&target, seconds);
        let texels = texture::texels(&panel.response);
        if texels == panel.texels {
            continue;
        }
        if let Some(mut image) = images.get_mut(&panel.image)
            && let Some(data) = image.data.as_mut()
        {
            data.copy_from_slice(&texels);
            *change = LcdChange(texture::changed(&panel.texels, &texels).inflate(look.reach()));
            panel.texels = texels;
            now.changed = true;
        }
    }
    activity.set_if_neq(now);
}

fn frame(frames: &Query<&LcdFrame>, screen: &LcdScreen) -> Frame {
    frames.get(screen.toy).map(|frame| frame.0).unwrap_or_default()
}
