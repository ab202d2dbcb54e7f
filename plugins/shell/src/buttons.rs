//! The three buttons in the shell: pointers press them, and they travel whoever presses.

use bevy::app::{App, Update};
use bevy::camera::visibility::RenderLayers;
use bevy::ecs::prelude::*;
use bevy::picking::Pickable;
use bevy::picking::PickingPlugin;
use bevy::picking::events::{Cancel, DragEnd, Out, Pointer, Press as Down, Release};
use bevy::picking::mesh_picking::ray_cast::RayCastVisibility;
use bevy::picking::mesh_picking::{MeshPickingPlugin, MeshPickingSettings};
use bevy::picking::pointer::{PointerButton, PointerId};
use bevy::time::{Real, Time};
use bevy::transform::components::Transform;
use bevy::window::RequestRedraw;
use eggtooth_toy::Button;
use eggtooth_toy::face::{Press, Shown};

use crate::egg::shape::TRAVEL;
use crate::layers;
use crate::redraw::Redraw;
use crate::scene::EggShell;

/// Millimetres a second downwards and back: a button snaps in and is pushed out by rubber.
const DOWN: f32 = 28.0;
const UP: f32 = 16.0;

/// A button that is seen.
#[derive(Component, Debug)]
pub(crate) struct Key {
    button: Button,
    rest: Transform,
    socket: Entity,
    held: bool,
    depth: f32,
    /// Photographs before it began to move.
    photos: u64,
}

impl Key {
    /// A button at rest; `socket` is what is drawn behind it while it moves.
    pub(crate) fn new(button: Button, rest: Transform, socket: Entity) -> Self {
        Self { button, rest, socket, held: false, depth: 0.0, photos: 0 }
    }
}

/// What a pointer can press: a button, or the body for a tap.
#[derive(Component, Clone, Copy, Debug)]
#[require(Pickable, Fingers)]
pub(crate) struct Touch(pub(crate) Button);

/// The pointers that hold a [`Touch`] down; several fingers may.
#[derive(Component, Clone, Debug, Default)]
struct Fingers(Vec<PointerId>);

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, travel).add_observer(attach);
    // Headless programs have no picking to add to.
    if app.is_plugin_added::<PickingPlugin>() {
        if !app.is_plugin_added::<MeshPickingPlugin>() {
            app.add_plugins(MeshPickingPlugin);
        }
        app.insert_resource(MeshPickingSettings {
            require_markers: true,
            // Bevy's per-view visibility is stale after a frame that was not drawn.
            ray_cast_visibility: RayCastVisibility::Visible,
        });
    }
}

/// Watches the pointers on a new [`Touch`]. A release is told only to what is below the pointer then, so leaving,
/// dragging off and cancelling release as well.
fn attach(add: On<Add, Touch>, mut commands: Commands) {
    commands
        .entity(add.entity)
        .observe(down)
        .observe(|event: On<Pointer<Release>>, up: Lift| lift(event.entity, event.pointer_id, up))
        .observe(|event: On<Pointer<Out>>, up: Lift| lift(event.entity, event.pointer_id, up))
        .observe(|event: On<Pointer<DragEnd>>, up: Lift| lift(event.entity, event.pointer_id, up))
        .observe(|event: On<Pointer<Cancel>>, up: Lift| lift(event.entity, event.pointer_id, up));
}

/// What pressing and lifting need.
#[derive(bevy::ecs::system::SystemParam)]
struct Lift<'w, 's> {
    touches: Query<'w, 's, (&'static Touch, &'static ChildOf, &'static mut Fingers)>,
    eggs: Query<'w, 's, &'static EggShell>,
    presses: MessageWriter<'w, Press>,
}

impl Lift<'_, '_> {
    /// Changes the pointers on a touch; a press or release is written when the first comes or the last goes.
    fn change(&mut self, entity: Entity, change: impl FnOnce(&mut Vec<PointerId>)) {
        let Ok((touch, egg, mut fingers)) = self.touches.get_mut(entity) else { return };
        let before = !fingers.0.is_empty();
        change(&mut fingers.0);
        let down = !fingers.0.is_empty();
        let toy = self.eggs.get(egg.parent()).ok().and_then(|egg| egg.toy);
        if let Some(toy) = toy
            && before != down
        {
            self.presses.write(Press { toy, button: touch.0, down });
        }
    }
}

fn down(event: On<Pointer<Down>>, mut lift: Lift) {
    let pointer = event.pointer_id;
    if event.button != PointerButton::Primary {
        return;
    }
    lift.change(event.entity, |fingers| {
        if !fingers.contains(&pointer) {
            fingers.push(pointer);
        }
    });
}

fn lift(entity: Entity, pointer: PointerId, mut lift: Lift) {
    lift.change(entity, |fingers| fingers.retain(|&finger| finger != pointer));
}

/// Buttons follow the presses of their toy, from wherever these come.
fn travel(
    mut presses: MessageReader<Press>,
    shown: Query<Entity, With<Shown>>,
    eggs: Query<Ref<EggShell>>,
    mut keys: Query<(&mut Key, &mut Transform, &mut RenderLayers, &ChildOf)>,
    mut sockets: Query<&mut RenderLayers, Without<Key>>,
    time: Res<Time<Real>>,
    mut redraw: ResMut<Redraw>,
    mut again: MessageWriter<RequestRedraw>,
) {
    // Another toy in the shell: its buttons are up.
    for (mut key, _, _, egg) in &mut keys {
        if key.held && eggs.get(egg.parent()).is_ok_and(|egg| egg.is_changed()) {
            key.held = false;
        }
    }
    for press in presses.read() {
        for (mut key, _, _, egg) in &mut keys {
            if key.button == press.button && eggs.get(egg.parent()).is_ok_and(|egg| egg.toy == Some(press.toy)) {
                key.held = press.down;
            }
        }
    }
    // The first frame after a rest may have waited long: a movement that begins now begins now.
    let seconds = time.delta_secs().min(0.025);
    for (mut key, mut transform, mut seen, _) in &mut keys {
        // Without a toy nothing holds a button.
        let goal = if key.held && !shown.is_empty() { TRAVEL } else { 0.0 };
        if key.depth == goal {
            continue;
        }
        let depth = if goal > key.depth {
            (key.depth + DOWN * seconds).min(goal)
        } else {
            (key.depth - UP * seconds).max(goal)
        };
        let was_moving = key.depth > 0.0;
        key.depth = depth;
        *transform = key.rest;
        transform.translation -= key.rest.rotation * bevy::math::Vec3::Z * depth;
        let moving = depth > 0.0;
        if moving != was_moving {
            *seen = layers::moving(moving);
            if moving {
                key.photos = redraw.photos();
            } else if key.photos != redraw.photos() {
                redraw.request_photo();
            }
            if let Ok(mut socket) = sockets.get_mut(key.socket) {
                *socket = if moving { layers::both() } else { layers::still() };
            }
        }
        redraw.request();
        if depth != goal {
            again.write(RequestRedraw);
        }
    }
}

#[cfg(test)]
mod tests;
