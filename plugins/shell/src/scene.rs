//! What stands in the scene from the start: desk, cameras, photograph, and one egg for the shown toy.

use bevy::app::{App, Startup, Update};
use bevy::asset::{Assets, Handle};
use bevy::camera::RenderTarget;
use bevy::camera::visibility::{NoFrustumCulling, Visibility};
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use bevy::image::Image;
use bevy::math::primitives::Rectangle;
use bevy::math::{Quat, UVec2, Vec2, Vec3, vec3};
use bevy::mesh::{Mesh, Mesh2d, Mesh3d, Meshable};
use bevy::render::renderer::RenderDevice;
use bevy::sprite_render::MeshMaterial2d;
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
pub(crate) struct Skin {
    material: Handle<EggMaterial>,
    worn: (Design, bool),
}

/// On an egg whose toy is not there just now: its colours are pale.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(crate) struct Pale;

/// Which of an egg's parts this is, where that matters to others.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Ring and chain, which are taken off at the table.
    Chain,
    /// The shadow, with the chain's.
    Shade,
    /// The prongs, which come out at the table.
    Prongs,
}

/// The baked shadows: of an egg with its chain, and without it once that is wanted.
#[derive(Resource)]
struct Shade {
    chained: (Handle<Image>, Handle<ShadeMaterial>),
    bare: Option<(Handle<Image>, Handle<ShadeMaterial>)>,
    baked: f32,
}

/// What every egg is made of.
#[derive(Resource)]
struct Mould {
    mark: Handle<Image>,
    body: Handle<Mesh>,
    chain: Handle<Mesh>,
    prongs: Handle<Mesh>,
    shade: Handle<Mesh>,
    glass: Handle<Mesh>,
    lens: Handle<LensMaterial>,
    touch_body: Handle<Mesh>,
    sockets: [Handle<Mesh>; 3],
    button: Handle<Mesh>,
    touch: Handle<Mesh>,
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
    commands.spawn((Mesh2d(all), MeshMaterial2d(backdrop.clone()), NoFrustumCulling, Backdrop));
    commands.insert_resource(Photo { image, backdrop });

    let desk = meshes.add(Rectangle::new(3000.0, 3000.0).mesh());
    commands.spawn((Mesh2d(desk), MeshMaterial2d(desks.add(DeskMaterial::default())), layers::still()));

    let texels = step.shadow_texels();
    let shade = images.add(shadow::image(texels, true));
    let shaded = shades.add(ShadeMaterial { shade: shade.clone() });
    commands.insert_resource(Shade { chained: (shade, shaded), bare: None, baked: texels });
    commands.insert_resource(Mould {
        mark: images.add(wordmark::image()),
        body: meshes.add(parts::body()),
        chain: meshes.add(parts::keychain()),
        prongs: meshes.add(parts::prongs()),
        shade: meshes.add(Rectangle::from_size(shadow::SIZE).mesh()),
        glass: meshes.add(Rectangle::from_size(layout::GLASS).mesh()),
        lens: lenses.add(LensMaterial::default()),
        touch_body: meshes.add(parts::touch_body()),
        sockets: core::array::from_fn(|n| meshes.add(parts::socket(n))),
        button: meshes.add(parts::button()),
        touch: meshes.add(parts::touch_button()),
    });
    commands.run_system_cached(first);
}

/// The egg that is always there.
fn first(mut commands: Commands, mut potter: Potter) {
    let egg = potter.egg(&mut commands, Design::default(), false);
    commands.entity(egg).insert(FollowShown);
}

/// Makes eggs.
#[derive(SystemParam)]
pub(crate) struct Potter<'w> {
    mould: Res<'w, Mould>,
    shade: ResMut<'w, Shade>,
    eggs: ResMut<'w, Assets<EggMaterial>>,
    shades: ResMut<'w, Assets<ShadeMaterial>>,
    images: ResMut<'w, Assets<Image>>,
    step: Res<'w, Step>,
}

impl Potter<'_> {
    /// The shadow of an egg with its chain, or without.
    pub(crate) fn shadow(&mut self, chained: bool) -> Handle<ShadeMaterial> {
        let shade = &mut *self.shade;
        if chained {
            return shade.chained.1.clone();
        }
        let bare = shade.bare.get_or_insert_with(|| {
            let image = self.images.add(shadow::image(shade.baked, false));
            (image.clone(), self.shades.add(ShadeMaterial { shade: image }))
        });
        bare.1.clone()
    }

    /// An egg without a toy in the middle of the desk: the own one, with its chain; or a guest's at the table, with its
    /// prongs, which nobody here can press.
    pub(crate) fn egg(&mut self, commands: &mut Commands, design: Design, table: bool) -> Entity {
        let shadow = self.shadow(!table);
        let mould = &*self.mould;
        let material = self.eggs.add(EggMaterial::new(design, mould.mark.clone()));
        let plastic = |mesh: &Handle<Mesh>| (Mesh2d(mesh.clone()), MeshMaterial2d(material.clone()));
        let screen = WINDOW.extend(FLOOR + 0.02);
        let shown = |shown: bool| if shown { Visibility::Inherited } else { Visibility::Hidden };
        let egg = (
            EggShell { toy: None },
            ShellDesign(design),
            Skin { material: material.clone(), worn: (design, false) },
            Transform::from_xyz(0.0, 0.0, HALF.z),
            Visibility::default(),
        );
        let mut egg = commands.spawn(egg);
        egg.with_children(|egg| {
            egg.spawn((plastic(&mould.body), layers::still()));
            egg.spawn((Piece::Chain, plastic(&mould.chain), layers::still(), shown(!table)));
            egg.spawn((Piece::Prongs, plastic(&mould.prongs), layers::still(), shown(table)));
            egg.spawn((
                Piece::Shade,
                Mesh2d(mould.shade.clone()),
                MeshMaterial2d(shadow),
                Transform::from_translation((shadow::CORNER + shadow::SIZE / 2.0).extend(0.02 - HALF.z)),
                layers::still(),
            ));
            egg.spawn((
                LcdScreen { toy: Entity::PLACEHOLDER },
                look(*self.step),
                Transform::from_translation(screen),
                layers::both(),
            ));
            egg.spawn((
                Mesh2d(mould.glass.clone()),
                MeshMaterial2d(mould.lens.clone()),
                Transform::from_translation(screen + vec3(0.0, 0.0, 0.3)),
                layers::both(),
            ));
            if !table {
                egg.spawn((Touch(Button::Tap), Mesh3d(mould.touch_body.clone())));
            }
            for (n, which) in [Button::A, Button::B, Button::C].into_iter().enumerate() {
                let (origin, axis) = button_axis(n);
                let upright = Transform::from_translation(origin).with_rotation(Quat::from_rotation_arc(Vec3::Z, axis));
                let socket = egg.spawn((plastic(&mould.sockets[n]), layers::moving(false))).id();
                egg.spawn((plastic(&mould.button), upright, layers::moving(false), Key::new(which, upright, socket)));
                if !table {
                    egg.spawn((Touch(which), Mesh3d(mould.touch.clone()), upright));
                }
            }
        });
        egg.id()
    }
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
    mut eggs: Query<(&ShellDesign, Has<Pale>, &mut Skin)>,
    mut materials: ResMut<Assets<EggMaterial>>,
    mut redraw: ResMut<Redraw>,
) {
    for (design, pale, mut skin) in &mut eggs {
        if (design.0, pale) == skin.worn {
            continue;
        }
        if let Some(mut material) = materials.get_mut(&skin.material) {
            material.wear(design.0, pale);
            skin.worn = (design.0, pale);
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
    if shade.baked != texels {
        shade.baked = texels;
        let bare = shade.bare.as_ref().map(|bare| (bare.0.id(), false));
        for (image, chained) in [(shade.chained.0.id(), true)].into_iter().chain(bare) {
            // A handle is lost only when the program ends.
            let _ = images.insert(image, shadow::image(texels, chained));
        }
        // The materials must bind the new textures.
        materials.iter_mut().for_each(drop);
    }
    redraw.request_photo();
}
