//! What is said over toys at the table, what hangs on them, and their pets while they are out.

use core::f32::consts::TAU;
use std::collections::HashMap;

use bevy::app::{App, Startup, Update};
use bevy::asset::{Assets, Handle};
use bevy::color::{ColorToComponents, LinearRgba, Srgba};
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use bevy::image::Image;
use bevy::math::primitives::Rectangle;
use bevy::math::{Vec2, Vec3, Vec4, vec2, vec3, vec4};
use bevy::mesh::{Mesh, Mesh2d, Meshable};
use bevy::sprite_render::MeshMaterial2d;
use bevy::time::{Real, Time};
use bevy::transform::components::Transform;
use bevy::window::RequestRedraw;

use crate::egg::shape::{HALF, inside};
use crate::layers;
use crate::picture::Picture;
use crate::redraw::Redraw;
use crate::studio::{Sticker, StickerMaterial, Stuff};
use crate::table::{CHARMS, Laid, Place, SEATS, Table, places};

/// Half the side of a sticker's quad, in millimetres: the thing, its tail and its shadow.
const REACH: f32 = 13.0;
/// Where a bubble is, from the middle of its toy, and where its tail points to from there.
const BUBBLE: Vec3 = vec3(14.5, 24.5, HALF.z + 7.0);
const TAIL: Vec2 = vec2(-6.2, -7.4);
/// The longer side of a charm's and of a bubble's picture, in millimetres.
const ENAMEL: f32 = 5.2;
const SAID: f32 = 7.4;
/// Where charms hang: the direction from the middle of the shell, in turns.
const HOOKS: [f32; CHARMS] = [0.726, 0.774, 0.679, 0.821, 0.632, 0.868];
/// The longest side of a pet that is out, in millimetres, and the least number of dots that are so long: pets keep their
/// sizes among each other.
const PET: f32 = 12.5;
const PET_DOTS: f32 = 16.0;
/// How far a charm's middle is from the rim of the shell, and its ring from there, in millimetres.
const HANG: f32 = 4.9;
const RING: f32 = 4.3;
/// Where a pet stands that is out: in front of its toy, or beside the place where the prongs meet.
const STAND: f32 = -HALF.y - 10.5;
const BESIDE: Vec2 = vec2(6.8, STAND);
/// Seconds of a pet's dance, and of a hop in it; how high it goes, in millimetres.
const DANCE: f32 = 1.8;
const HOP: f32 = 0.45;
const HIGH: f32 = 5.0;
/// Pictures and materials kept ready; of more the set is begun anew.
const KEPT: usize = 128;

/// Paper and ink in sRGB.
const PAPER: [u8; 3] = [0xFB, 0xF4, 0xE4];
const INK: [u8; 3] = [0x2B, 0x2A, 0x33];

/// Which sticker this is.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stuck {
    Pet(usize),
    Emote(usize),
    Charm(usize, usize),
}

impl Stuck {
    fn stuff(self) -> Stuff {
        match self {
            Stuck::Pet(_) => Stuff::Paper,
            Stuck::Emote(_) => Stuff::Bubble,
            Stuck::Charm(..) => Stuff::Charm,
        }
    }
}

/// The quad that all share.
#[derive(Resource)]
struct Quad(Handle<Mesh>);

/// Pictures, and the materials that show them. A material is never changed once it is there: the renderer does not give
/// back what the old one held (bevy#18882), and pets change theirs twice a second.
#[derive(Resource, Default)]
struct Sheet {
    pictures: HashMap<Picture, Handle<Image>>,
    materials: HashMap<(Stuff, [u32; 16], Picture), Handle<StickerMaterial>>,
}

/// What is needed to cut a sticker out.
#[derive(SystemParam)]
struct Scissors<'w> {
    sheet: ResMut<'w, Sheet>,
    images: ResMut<'w, Assets<Image>>,
    materials: ResMut<'w, Assets<StickerMaterial>>,
}

impl Scissors<'_> {
    /// The material of a sticker with a picture.
    fn cut(&mut self, stuff: Stuff, sticker: Sticker, picture: Picture) -> Handle<StickerMaterial> {
        let sheet = &mut *self.sheet;
        if sheet.materials.len() >= KEPT {
            *sheet = Sheet::default();
        }
        let Sticker { ink, base, place, tail } = sticker;
        let mut key = [0; 16];
        let values = [ink, base, place, tail].into_iter().flat_map(|value| value.to_array());
        key.iter_mut().zip(values).for_each(|(key, value)| *key = value.to_bits());
        let image = sheet.pictures.entry(picture).or_insert_with(|| self.images.add(picture.image()));
        let new = || self.materials.add(StickerMaterial { sticker, picture: image.clone(), stuff });
        sheet.materials.entry((stuff, key, picture)).or_insert_with(new).clone()
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Sheet>()
        .add_systems(Startup, sheet)
        .add_systems(Update, (stick.run_if(resource_changed::<Table>), dance).chain().after(Laid));
}

fn sheet(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>) {
    let quad = meshes.add(Rectangle::from_size(Vec2::splat(2.0 * REACH)).mesh());
    commands.insert_resource(Quad(quad));
}

fn linear(colour: [u8; 3], w: f32) -> Vec4 {
    LinearRgba::from(Srgba::rgb_u8(colour[0], colour[1], colour[2])).to_vec3().extend(w)
}

/// What a sticker looks like at rest, its picture, and where it is: on the desk, or on its toy.
fn look(table: &Table, stuck: Stuck) -> Option<(Sticker, Picture, Vec3)> {
    let place = |picture: Picture, size: f32, dots: f32| {
        let (middle, side) = picture.middle();
        vec4(middle[0], middle[1], side.max(dots) / size, REACH)
    };
    let small = |picture: Picture, size: f32| place(picture, size, 12.0);
    match stuck {
        Stuck::Pet(seat) => {
            let picture = *table.seats.get(seat)?.pet.first()?;
            let out = table.seats.iter().take(SEATS).flat_map(|seat| &seat.pet);
            let dots = out.map(|picture| picture.middle().1).fold(PET_DOTS, f32::max);
            let sticker = Sticker {
                ink: linear(INK, 0.0),
                base: linear(PAPER, 0.4),
                place: place(picture, PET, dots),
                tail: Vec4::ZERO,
            };
            Some((sticker, picture, stand(table, seat)?.extend(0.3)))
        }
        Stuck::Emote(seat) => {
            let emote = table.seats.get(seat)?.emote?;
            let sticker = Sticker {
                ink: linear(emote.ink, 0.0),
                base: linear([0xFF; 3], 5.0),
                place: small(emote.picture, SAID),
                tail: TAIL.extend(0.0).extend(0.0),
            };
            Some((sticker, emote.picture, BUBBLE))
        }
        Stuck::Charm(seat, n) => {
            let charms = &table.seats.get(seat)?.charms;
            let charm = charms.get(charms.len().saturating_sub(CHARMS) + n)?;
            let angle = HOOKS.get(n)? * TAU;
            let rim = inside(1.0, angle);
            let out = Vec2::from_angle(angle);
            let sticker = Sticker {
                ink: linear(charm.ink, 0.0),
                base: linear(charm.enamel, 1.1),
                place: small(charm.picture, ENAMEL),
                tail: (-out * RING).extend(0.0).extend(0.0),
            };
            Some((sticker, charm.picture, (rim + out * HANG).extend(1.2 - HALF.z)))
        }
    }
}

/// Where the pet of a seat stands.
fn stand(table: &Table, seat: usize) -> Option<Vec2> {
    let places = places(table);
    let own = *places.get(seat)?;
    let other = table.touching.iter().find_map(|&(a, b)| match () {
        () if a == seat => Some(b),
        () if b == seat => Some(a),
        () => None,
    });
    match other.and_then(|other| places.get(other)) {
        Some(there) => {
            let side = if own.x < there.x { -1.0 } else { 1.0 };
            Some((own + *there) / 2.0 + BESIDE * vec2(side, 1.0))
        }
        None => Some(own + vec2(0.0, STAND)),
    }
}

/// Makes, changes and removes stickers.
fn stick(
    table: Res<Table>,
    mut commands: Commands,
    quad: Res<Quad>,
    mut scissors: Scissors,
    mut there: Query<(Entity, &Stuck, &mut MeshMaterial2d<StickerMaterial>, &mut Transform)>,
    eggs: Query<(Entity, &Place)>,
    mut redraw: ResMut<Redraw>,
) {
    let mut wanted: Vec<Stuck> = Vec::new();
    for (n, seat) in table.seats.iter().take(SEATS).enumerate() {
        wanted.extend((!seat.pet.is_empty()).then_some(Stuck::Pet(n)));
        wanted.extend(seat.emote.map(|_| Stuck::Emote(n)));
        wanted.extend((0..seat.charms.len().min(CHARMS)).map(|k| Stuck::Charm(n, k)));
    }
    for (entity, stuck, mut material, mut transform) in &mut there {
        let here = wanted.iter().position(|other| other == stuck);
        let (Some(here), Some((sticker, picture, at))) = (here, look(&table, *stuck)) else {
            commands.entity(entity).despawn();
            changed(*stuck, &mut redraw);
            continue;
        };
        wanted.swap_remove(here);
        // A pet dances: see there.
        if matches!(stuck, Stuck::Pet(_)) {
            continue;
        }
        let cut = MeshMaterial2d(scissors.cut(stuck.stuff(), sticker, picture));
        if *material != cut {
            *material = cut;
            changed(*stuck, &mut redraw);
        }
        if transform.translation != at {
            transform.translation = at;
            changed(*stuck, &mut redraw);
        }
    }
    for stuck in wanted {
        let Some((sticker, picture, at)) = look(&table, stuck) else { continue };
        let material = MeshMaterial2d(scissors.cut(stuck.stuff(), sticker, picture));
        let new = (stuck, Mesh2d(quad.0.clone()), material, Transform::from_translation(at));
        let on = |seat: usize| eggs.iter().find(|(_, place)| place.seat == seat).map(|(egg, _)| egg);
        match stuck {
            Stuck::Pet(_) => drop(commands.spawn(new)),
            Stuck::Emote(seat) => {
                if let Some(egg) = on(seat) {
                    commands.spawn((new, ChildOf(egg)));
                }
            }
            Stuck::Charm(seat, _) => {
                if let Some(egg) = on(seat) {
                    commands.spawn((new, layers::still(), ChildOf(egg)));
                }
            }
        }
        changed(stuck, &mut redraw);
    }
}

fn changed(stuck: Stuck, redraw: &mut Redraw) {
    if matches!(stuck, Stuck::Charm(..)) {
        redraw.request_photo();
    }
    redraw.request();
}

/// Pets that are out hop in turns and change their pictures.
fn dance(
    table: Res<Table>,
    time: Res<Time<Real>>,
    mut scissors: Scissors,
    mut there: Query<(&Stuck, &mut MeshMaterial2d<StickerMaterial>, &mut Transform)>,
    mut redraw: ResMut<Redraw>,
    mut again: MessageWriter<RequestRedraw>,
) {
    let now = time.elapsed_secs_wrapped();
    for (stuck, mut material, mut transform) in &mut there {
        let Stuck::Pet(seat) = *stuck else { continue };
        again.write(RequestRedraw);
        let Some(said) = table.seats.get(seat) else { continue };
        let phase = (now + seat as f32 * DANCE / 2.0) % DANCE;
        let high = if phase < HOP { HIGH * (phase / HOP * core::f32::consts::PI).sin() } else { 0.0 };
        let step = (now / (DANCE / 4.0)) as usize;
        let Some(pose) = said.pet.get(step % said.pet.len().max(1)) else { continue };
        let Some((sticker, first, at)) = look(&table, *stuck) else { continue };
        // It keeps its feet where they are.
        let feet = |picture: &Picture| picture.bounds().map_or(0.0, |([_, top], [_, height])| (top + height) as f32);
        let middle = vec2(pose.middle().0[0], sticker.place.y + feet(pose) - feet(&first));
        let place = middle.extend(sticker.place.z).extend(sticker.place.w);
        let cut = MeshMaterial2d(scissors.cut(Stuff::Paper, Sticker { place, ..sticker }, *pose));
        let up = at + vec3(0.0, 0.6 * high, high);
        if *material != cut || transform.translation != up {
            *material = cut;
            transform.translation = up;
            redraw.request();
        }
    }
}
