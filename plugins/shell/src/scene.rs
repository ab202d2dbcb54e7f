//! What stands in the scene from the start: desk, cameras, photograph, and one egg for the shown toy.

use bevy::app::{App, Startup, Update};
use bevy::asset::{Assets, Handle};
use bevy::camera::RenderTarget;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::math::primitives::Rectangle;
use bevy::math::{Quat, UVec2, Vec2, Vec3, vec3};
use bevy::mesh::{Mesh, Mesh3d, Meshable};
use bevy::pbr::MeshMaterial3d;
use bevy::render::renderer::RenderDevice;
use bevy::transform::components::Transform;
use eggtooth_screen::{LcdLook, LcdPace, LcdScreen, layout};
use eggtooth_toy::Button;
use eggtooth_toy::face::Shown;

use crate::buttons::{Key, Touch};
use crate::camera::{self, DrawTo};
use crate::design::{Design, ShellDesign};
use crate::egg::shape::{FLOOR, HALF, OPENING, OPENING_ROUND, WINDOW, button_axis};
use crate::egg::{parts, shadow};
use crate::paste::Backdrop;
use crate::photo::{self, Photo};
use crate::quality::Step;
use crate::redraw::Redraw;
use crate::studio::{BackdropMaterial, DeskMaterial, EggMaterial, LensMaterial, ShadeMaterial};
use crate::{layers, wordmark};

/// An egg on the desk.
#[derive(Component, Clone, Copy, Debug)]
#[require(ShellDesign)]
pub struct EggShell {
    /// Whose screen it shows and whose buttons it has; nobody's as long as there is no toy.
    pub toy: Option<Entity>,
}

/// The egg always has the toy that is [`Shown`].
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct FollowShown;

/// The handles an egg needs to be repainted.
#[derive(Component)]
struct Skin {
    material: Handle<EggMaterial>,
    worn: Design,
}

/// The baked shadow's image, to bake it again for another quality.
#[derive(Resource)]
struct Shade {
    image: Handle<Image>,
    baked: f32,
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Startup, build).add_systems(Update, (follow, wear, soften));
}

/// How the screen lies in the shell.
fn look(step: Step) -> LcdLook {
    LcdLook { light: shadow::LIGHT, opening: OPENING, round: OPENING_ROUND, depth: 1.7, rich: step.rich() }
}

fn build(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut images: ResMut<Assets<Image>>,
    mut eggs: ResMut<Assets<EggMaterial>>,
    (mut desks, mut shades): (ResMut<Assets<DeskMaterial>>, ResMut<Assets<ShadeMaterial>>),
    (mut lenses, mut backdrops): (ResMut<Assets<LensMaterial>>, ResMut<Assets<BackdropMaterial>>),
    step: Res<Step>,
    draw_to: Option<Res<DrawTo>>,
    device: Option<Res<RenderDevice>>,
) {
    // The cameras and the photograph between them.
    let size = draw_to.as_ref().map_or(UVec2::new(16, 9), |to| to.size);
    let target = draw_to.map_or_else(RenderTarget::default, |to| to.target.clone());
    let limit = device.map_or(2048, |device| device.limits().max_texture_dimension_2d);
    let image = images.add(photo::image(size, *step, limit));
    let backdrop = backdrops.add(BackdropMaterial { photo: image.clone() });
    commands.spawn(camera::live(target));
    commands.spawn(camera::photo(RenderTarget::Image(image.clone().into()), step.msaa()));
    let all = meshes.add(Rectangle::from_size(Vec2::splat(2.0)).mesh());
    commands.spawn((Mesh3d(all), MeshMaterial3d(backdrop.clone()), NoFrustumCulling, Backdrop));
    commands.insert_resource(Photo { image, backdrop });

    let desk = meshes.add(Rectangle::new(3000.0, 3000.0).mesh());
    commands.spawn((Mesh3d(desk), MeshMaterial3d(desks.add(DeskMaterial::default())), layers::still()));

    let texels = step.shadow_texels();
    let shade = images.add(shadow::image(texels));
    let soft = (
        Mesh3d(meshes.add(Rectangle::from_size(shadow::SIZE).mesh())),
        MeshMaterial3d(shades.add(ShadeMaterial { shade: shade.clone() })),
        Transform::from_translation((shadow::CORNER + shadow::SIZE / 2.0).extend(0.02 - HALF.z)),
        layers::still(),
    );
    commands.insert_resource(Shade { image: shade, baked: texels });

    let design = ShellDesign::default();
    let material = eggs.add(EggMaterial::new(design.0, images.add(wordmark::image())));
    let plastic = |mesh: Handle<Mesh>| (Mesh3d(mesh), MeshMaterial3d(material.clone()));
    let screen = WINDOW.extend(FLOOR + 0.02);
    let glass = meshes.add(Rectangle::from_size(layout::GLASS).mesh());
    let (body, chain) = (meshes.add(parts::body()), meshes.add(parts::keychain()));
    let button = meshes.add(parts::button());
    let touch = meshes.add(parts::touch_button());
    commands
        .spawn((
            EggShell { toy: None },
            FollowShown,
            design,
            Skin { material: material.clone(), worn: design.0 },
            Transform::from_xyz(0.0, 0.0, HALF.z),
            bevy::camera::visibility::Visibility::default(),
        ))
        .with_children(|egg| {
            egg.spawn((plastic(body), layers::still()));
            egg.spawn((plastic(chain), layers::still()));
            egg.spawn(soft);
            egg.spawn((
                LcdScreen { toy: Entity::PLACEHOLDER },
                look(*step),
                Transform::from_translation(screen),
                layers::both(),
            ));
            egg.spawn((
                Mesh3d(glass),
                MeshMaterial3d(lenses.add(LensMaterial::default())),
                Transform::from_translation(screen + vec3(0.0, 0.0, 0.3)),
                layers::both(),
            ));
            egg.spawn((Touch(Button::Tap), Mesh3d(meshes.add(parts::touch_body()))));
            for (n, which) in [Button::A, Button::B, Button::C].into_iter().enumerate() {
                let (origin, axis) = button_axis(n);
                let upright = Transform::from_translation(origin).with_rotation(Quat::from_rotation_arc(Vec3::Z, axis));
                let socket = egg.spawn((plastic(meshes.add(parts::socket(n))), layers::moving(false))).id();
                egg.spawn((plastic(button.clone()), upright, layers::moving(false), Key::new(which, upright, socket)));
                egg.spawn((Touch(which), Mesh3d(touch.clone()), upright));
            }
        });
}

/// An egg that follows gets the shown toy; its screen gets it as well.
fn follow(
    shown: Query<Entity, With<Shown>>,
    mut eggs: Query<(&mut EggShell, &Children, Has<FollowShown>)>,
    mut screens: Query<&mut LcdScreen>,
) {
    for (mut egg, children, follows) in &mut eggs {
        if follows && egg.toy != shown.iter().next() {
            egg.toy = shown.iter().next();
        }
        let toy = egg.toy.unwrap_or(Entity::PLACEHOLDER);
        for child in children {
            if let Ok(mut screen) = screens.get_mut(*child)
                && screen.toy != toy
            {
                screen.toy = toy;
            }
        }
    }
}

fn wear(
    mut eggs: Query<(&ShellDesign, &mut Skin), Changed<ShellDesign>>,
    mut materials: ResMut<Assets<EggMaterial>>,
    mut redraw: ResMut<Redraw>,
) {
    for (design, mut skin) in &mut eggs {
        if design.0 == skin.worn {
            continue;
        }
        if let Some(mut material) = materials.get_mut(&skin.material) {
            material.wear(design.0);
            skin.worn = design.0;
            redraw.request_photo();
        }
    }
}

/// Shadow and screen follow the quality.
fn soften(
    step: Res<Step>,
    mut shade: ResMut<Shade>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<ShadeMaterial>>,
    mut looks: Query<&mut LcdLook>,
    mut pace: ResMut<LcdPace>,
    mut redraw: ResMut<Redraw>,
) {
    if !step.is_changed() {
        return;
    }
    for mut old in &mut looks {
        old.set_if_neq(look(*step));
    }
    pace.step = step.fade();
    let texels = step.shadow_texels();
    if shade.baked != texels && images.insert(shade.image.id(), shadow::image(texels)).is_ok() {
        shade.baked = texels;
        // The material must bind the new texture.
        materials.iter_mut().for_each(drop);
    }
    redraw.request_photo();
}
