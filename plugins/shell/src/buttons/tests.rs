//! Pointers and presses without a window or a renderer.

use core::time::Duration;

use bevy::app::App;
use bevy::camera::NormalizedRenderTarget;
use bevy::ecs::message::Messages;
use bevy::math::Vec2;
use bevy::picking::backend::HitData;
use bevy::picking::pointer::Location;
use bevy::reflect::Reflect;

use super::*;
use crate::scene::FollowShown;

const MOUSE: PointerId = PointerId::Mouse;

/// A desk with one shown toy in an egg that has button A as a touch and as a key.
struct Desk {
    app: App,
    toy: Entity,
    touch: Entity,
    key: Entity,
    socket: Entity,
}

fn desk() -> Desk {
    let mut app = App::new();
    app.add_message::<Press>().add_message::<RequestRedraw>().init_resource::<Time<Real>>().init_resource::<Redraw>();
    plugin(&mut app);
    let world = app.world_mut();
    let toy = world.spawn(Shown).id();
    let egg = world.spawn((EggShell { toy: Some(toy) }, FollowShown)).id();
    let socket = world.spawn(layers::still()).id();
    let touch = world.spawn((Touch(Button::A), ChildOf(egg))).id();
    let rest = Transform::from_xyz(1.0, 2.0, 3.0);
    let key = world.spawn((Key::new(Button::A, rest, socket), rest, layers::still(), ChildOf(egg))).id();
    Desk { app, toy, touch, key, socket }
}

impl Desk {
    fn point<E: core::fmt::Debug + Clone + Reflect>(&mut self, pointer: PointerId, event: E) {
        let target = NormalizedRenderTarget::None { width: 1, height: 1 };
        let location = Location { target, position: Vec2::ZERO };
        let event = Pointer::new(pointer, location, event, self.touch);
        self.app.world_mut().trigger(event);
        self.app.world_mut().flush();
    }

    fn press(&mut self, pointer: PointerId, button: PointerButton) {
        self.point(pointer, Down { button, hit: hit(), count: 1 });
    }

    /// The presses written since the last call: button and whether it went down.
    fn written(&mut self) -> Vec<(Button, bool)> {
        let toy = self.toy;
        let drained: Vec<Press> = self.app.world_mut().resource_mut::<Messages<Press>>().drain().collect();
        assert!(drained.iter().all(|press| press.toy == toy));
        drained.iter().map(|press| (press.button, press.down)).collect()
    }

    /// Lets time pass in steps of ten milliseconds.
    fn pass(&mut self, steps: u32) {
        for _ in 0..steps {
            self.app.world_mut().resource_mut::<Time<Real>>().update_with_duration(Duration::from_millis(10));
            self.app.update();
        }
    }

    fn height(&self) -> f32 {
        self.app.world().get::<Transform>(self.key).unwrap().translation.z
    }
}

fn hit() -> HitData {
    HitData::new(Entity::PLACEHOLDER, 0.0, None, None)
}

fn touch(id: u64) -> PointerId {
    PointerId::Touch(id)
}

#[test]
fn a_click_is_a_press_and_a_release() {
    let mut desk = desk();
    desk.press(MOUSE, PointerButton::Primary);
    assert_eq!(desk.written(), [(Button::A, true)]);
    desk.point(MOUSE, Release { button: PointerButton::Primary, hit: hit() });
    desk.point(MOUSE, Out { hit: hit() });
    assert_eq!(desk.written(), [(Button::A, false)], "one release, however many ways it is told");
}

#[test]
fn leaving_dragging_off_and_cancelling_release() {
    for way in 0..3 {
        let mut desk = desk();
        desk.press(MOUSE, PointerButton::Primary);
        match way {
            0 => desk.point(MOUSE, Out { hit: hit() }),
            1 => desk.point(MOUSE, DragEnd { button: PointerButton::Primary, distance: Vec2::ONE }),
            _ => desk.point(MOUSE, Cancel { hit: hit() }),
        }
        assert_eq!(desk.written(), [(Button::A, true), (Button::A, false)], "way {way}");
    }
}

#[test]
fn the_last_finger_releases() {
    let mut desk = desk();
    desk.press(touch(1), PointerButton::Primary);
    desk.press(touch(2), PointerButton::Primary);
    desk.point(touch(1), Out { hit: hit() });
    assert_eq!(desk.written(), [(Button::A, true)]);
    desk.point(touch(3), Out { hit: hit() });
    assert_eq!(desk.written(), [], "a finger that never pressed lifts nothing");
    desk.point(touch(2), Cancel { hit: hit() });
    assert_eq!(desk.written(), [(Button::A, false)]);
}

#[test]
fn other_mouse_buttons_press_nothing() {
    let mut desk = desk();
    desk.press(MOUSE, PointerButton::Secondary);
    desk.press(MOUSE, PointerButton::Middle);
    assert_eq!(desk.written(), []);
}

#[test]
fn a_button_travels_down_and_back_exactly_and_then_rests() {
    let mut desk = desk();
    // Bevy's real time has no length in its first update.
    desk.pass(1);
    let (toy, button) = (desk.toy, Button::A);
    desk.app.world_mut().write_message(Press { toy, button, down: true });
    desk.pass(1);
    let started = desk.height();
    assert!(started < 3.0 && started > 3.0 - TRAVEL, "it is on its way: {started}");
    let seen = |desk: &Desk, entity| desk.app.world().get::<RenderLayers>(entity).cloned().unwrap();
    assert_eq!(seen(&desk, desk.key), layers::moving(true));
    assert_eq!(seen(&desk, desk.socket), layers::both());
    desk.pass(20);
    assert_eq!(desk.height(), 3.0 - TRAVEL);
    desk.app.world_mut().write_message(Press { toy, button, down: false });
    desk.pass(30);
    assert_eq!(desk.height(), 3.0);
    assert_eq!(seen(&desk, desk.key), layers::still());
    assert_eq!(seen(&desk, desk.socket), layers::still());
    desk.app.world_mut().resource_mut::<Messages<RequestRedraw>>().clear();
    desk.pass(3);
    assert!(desk.app.world().resource::<Messages<RequestRedraw>>().is_empty(), "at rest nothing is drawn");
}

#[test]
fn presses_of_other_toys_and_buttons_move_nothing() {
    let mut desk = desk();
    let (toy, other) = (desk.toy, desk.app.world_mut().spawn_empty().id());
    desk.app.world_mut().write_message(Press { toy: other, button: Button::A, down: true });
    desk.app.world_mut().write_message(Press { toy, button: Button::B, down: true });
    desk.pass(5);
    assert_eq!(desk.height(), 3.0);
}

#[test]
fn a_button_that_moved_in_a_photograph_is_in_the_next() {
    for photographs in 0..3 {
        let mut desk = desk();
        desk.app.world_mut().resource_mut::<Redraw>().photo_begun();
        desk.pass(1);
        let (toy, button) = (desk.toy, Button::A);
        desk.app.world_mut().write_message(Press { toy, button, down: true });
        desk.pass(20);
        for _ in 0..photographs {
            desk.app.world_mut().resource_mut::<Redraw>().photo_begun();
            desk.pass(1);
        }
        let wants = |desk: &Desk| desk.app.world().resource::<Redraw>().wants_photo();
        assert!(!wants(&desk), "while it is held nothing is to be gained");
        desk.app.world_mut().write_message(Press { toy, button, down: false });
        desk.pass(30);
        assert_eq!(wants(&desk), photographs > 0, "it was left out of {photographs}");
    }
}
