//! The table: eggs side by side, one for each toy that sits at it, and what lies between them.
//!
//! [`Table`] says who sits there and who touches whom; whoever knows that (the game's link to friends) writes it, and
//! hears by [`Prongs`] what the player does with the own egg. Without seats the egg lies alone, with its chain.

use bevy::app::{App, Update};
use bevy::camera::visibility::{RenderLayers, Visibility};
use bevy::ecs::prelude::*;
use bevy::math::{Vec2, vec2};
use bevy::picking::events::{Drag, DragEnd, Pointer};
use bevy::picking::pointer::PointerButton;
use bevy::sprite_render::MeshMaterial2d;
use bevy::time::{Real, Time};
use bevy::transform::components::Transform;
use bevy::window::{PrimaryWindow, RequestRedraw, Window};
use eggtooth_screen::LcdScreen;
use eggtooth_toy::Button;

use crate::buttons::Touch;
use crate::camera::{Canvas, Framing};
use crate::design::{Design, ShellDesign};
use crate::egg::parts::PRONG;
use crate::egg::shape::HALF;
use crate::layers;
use crate::picture::Picture;
use crate::redraw::Redraw;
use crate::scene::{EggShell, FollowShown, Pale, Piece, Potter};
use crate::studio::{LensMaterial, ShadeMaterial};

/// Toys that fit on the table.
pub const SEATS: usize = 4;
/// Charms that hang on a shell at once; of more the newest are seen.
pub const CHARMS: usize = 6;
/// From the middle of a toy to that of the next, in millimetres.
pub(crate) const APART: f32 = 60.0;
/// The same for two whose prongs touch: the tips meet.
const TOUCHING: f32 = 2.0 * (HALF.x + PRONG);
/// A toy that is brought this near to where the prongs meet snaps there.
const SNAP: f32 = 7.0;
/// A toy that is drawn this far from its place lets go.
const LET_GO: f32 = 14.0;
/// How fast toys glide to their places: the share of the way that is left after a second is e to the minus this.
const GLIDE: f32 = 9.0;
/// Room below the toys that their pets need.
pub(crate) const BELOW: f32 = 17.0;

/// Who sits at the table, from left to right. Of more than [`SEATS`] the first are shown.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The toys; nobody: no table.
    pub seats: Vec<Seat>,
    /// Pairs of seats whose prongs touch.
    pub touching: Vec<(usize, usize)>,
}

/// One toy at the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    /// Whose screen it is.
    pub toy: Option<Entity>,
    /// What the shell looks like.
    pub design: Design,
    /// Whether it is the player's own: the egg that is always there, which can be dragged.
    pub own: bool,
    /// Whether it is not there just now: it is pale.
    pub away: bool,
    /// What is said over it.
    pub emote: Option<Emote>,
    /// What hangs on its shell, the oldest first.
    pub charms: Vec<Charm>,
    /// The pet, while it is out on the table: its pictures, one after the other.
    pub pet: Vec<Picture>,
}

/// A picture in a bubble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Emote {
    /// The picture.
    pub picture: Picture,
    /// Colour of its dots in sRGB.
    pub ink: [u8; 3],
}

/// An enamel charm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Charm {
    /// The picture.
    pub picture: Picture,
    /// Colour of its dots in sRGB.
    pub ink: [u8; 3],
    /// Colour of the enamel around them in sRGB.
    pub enamel: [u8; 3],
}

/// What the player did with the own toy.
#[derive(Message, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prongs {
    /// Brought its prongs to those of the toy in this seat.
    Met(usize),
    /// Drew it away.
    Parted,
}

/// An egg's place: which seat, and where it glides to.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) seat: usize,
    goal: Vec2,
    moving: bool,
}

/// The own egg in the player's hand.
#[derive(Resource, Clone, Copy, Debug, Default)]
struct Hand {
    /// How far it was drawn from its place; `None` while it is not held, or after it snapped.
    pull: Option<Vec2>,
    /// It is held, but what was wanted is done.
    spent: bool,
}

/// When the table is laid.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Laid;

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Table>()
        .init_resource::<Hand>()
        .add_message::<Prongs>()
        .add_systems(Update, (seat.run_if(resource_changed::<Table>), glide).chain().in_set(Laid))
        .add_observer(attach);
}

/// The seats from left to right as they are laid: two that touch lie next to each other.
#[must_use]
pub fn order(table: &Table) -> Vec<usize> {
    let count = table.seats.len().min(SEATS);
    let mut order: Vec<usize> = (0..count).collect();
    for &(a, b) in &table.touching {
        if a == b || a >= count || b >= count {
            continue;
        }
        let (at_a, at_b) = (order.iter().position(|&s| s == a), order.iter().position(|&s| s == b));
        let (Some(at_a), Some(at_b)) = (at_a, at_b) else { continue };
        if at_a.abs_diff(at_b) > 1 {
            order.remove(at_a);
            let at_b = order.iter().position(|&s| s == b).unwrap_or(0);
            order.insert(if at_a < at_b { at_b } else { at_b + 1 }, a);
        }
    }
    order
}

/// Where the middles of the seats are, in millimetres from that of the table, by seat.
#[must_use]
pub fn places(table: &Table) -> Vec<Vec2> {
    let order = order(table);
    let touch = |a: usize, b: usize| table.touching.iter().any(|&pair| pair == (a, b) || pair == (b, a));
    let mut x = 0.0;
    let mut along = vec![0.0; order.len()];
    for (n, &seat) in order.iter().enumerate() {
        if let Some(&before) = n.checked_sub(1).and_then(|n| order.get(n)) {
            x += if touch(before, seat) { TOUCHING } else { APART };
        }
        along[seat] = x;
    }
    along.into_iter().map(|at| vec2(at - x / 2.0, 0.0)).collect()
}

/// Lays the table as it is said to be.
fn seat(
    table: Res<Table>,
    mut commands: Commands,
    mut potter: Potter,
    mut framing: ResMut<Framing>,
    mut hand: ResMut<Hand>,
    mut eggs: Query<(Entity, &mut EggShell, &mut ShellDesign, &mut Transform, Option<&mut Place>, Has<Pale>)>,
    own: Query<Entity, With<FollowShown>>,
    (children, mut pieces, mut shades): (
        Query<&Children>,
        Query<(&Piece, &mut Visibility)>,
        Query<&mut MeshMaterial2d<ShadeMaterial>>,
    ),
    mut redraw: ResMut<Redraw>,
) {
    let places = places(&table);
    let Ok(own) = own.single() else { return };
    let laid = !places.is_empty();
    let mine = table.seats.iter().take(SEATS).position(|seat| seat.own);
    if mine.is_none() {
        *hand = Hand::default();
    }
    let mut free: Vec<usize> = (0..places.len()).filter(|&n| Some(n) != mine).collect();
    for (egg, mut shell, mut design, mut transform, place, pale) in &mut eggs {
        let seat = if egg == own {
            if framing.seats != places.len() {
                dress(egg, laid, &children, &mut pieces, &mut shades, &mut potter);
            }
            mine
        } else {
            let seat = place.as_ref().map(|place| place.seat).filter(|seat| free.contains(seat));
            free.retain(|&n| Some(n) != seat);
            if seat.is_none() {
                commands.entity(egg).despawn();
                redraw.request_photo();
                continue;
            }
            seat
        };
        let said = seat.and_then(|n| table.seats.get(n).map(|said| (n, said)));
        match (said, place) {
            (Some((n, _)), Some(mut place)) => (place.seat, place.goal) = (n, places[n]),
            (Some((n, _)), None) => {
                // It is put down at once where it belongs.
                (transform.translation.x, transform.translation.y) = places[n].into();
                commands.entity(egg).insert(Place { seat: n, goal: places[n], moving: false });
            }
            (None, _) => {
                (transform.translation.x, transform.translation.y) = (0.0, 0.0);
                commands.entity(egg).remove::<Place>();
            }
        }
        let away = said.is_some_and(|(_, said)| said.away);
        match (away, pale) {
            (true, false) => {
                commands.entity(egg).insert(Pale);
            }
            (false, true) => {
                commands.entity(egg).remove::<Pale>();
            }
            _ => {}
        }
        if let (Some((_, said)), true) = (said, egg != own) {
            shell.toy = said.toy;
            design.set_if_neq(ShellDesign(said.design));
        }
    }
    for n in free {
        let said = &table.seats[n];
        let egg = potter.egg(&mut commands, said.design, true);
        let at = Transform::from_xyz(places[n].x, places[n].y, HALF.z);
        commands.entity(egg).insert((
            EggShell { toy: said.toy },
            Place { seat: n, goal: places[n], moving: false },
            at,
        ));
        if said.away {
            commands.entity(egg).insert(Pale);
        }
        redraw.request_photo();
    }
    if framing.seats != places.len() {
        framing.seats = places.len();
        redraw.request_photo();
    }
}

/// The own egg with its chain, or with its prongs.
fn dress(
    egg: Entity,
    laid: bool,
    children: &Query<&Children>,
    pieces: &mut Query<(&Piece, &mut Visibility)>,
    shades: &mut Query<&mut MeshMaterial2d<ShadeMaterial>>,
    potter: &mut Potter,
) {
    for child in children.iter_descendants(egg) {
        let Ok((piece, mut visibility)) = pieces.get_mut(child) else { continue };
        let shown = match piece {
            Piece::Chain => !laid,
            Piece::Prongs => laid,
            Piece::Shade => {
                if let Ok(mut material) = shades.get_mut(child) {
                    material.0 = potter.shadow(!laid);
                }
                true
            }
        };
        visibility.set_if_neq(if shown { Visibility::Inherited } else { Visibility::Hidden });
    }
}

/// Moves the eggs to their places, or after the player's hand. While one moves it is drawn over the photograph.
fn glide(
    time: Res<Time<Real>>,
    hand: Res<Hand>,
    mut eggs: Query<(&mut Transform, &mut Place, &Children, Has<FollowShown>)>,
    mut parts: Query<(&mut RenderLayers, Has<LcdScreen>, Has<MeshMaterial2d<LensMaterial>>)>,
    mut redraw: ResMut<Redraw>,
    mut again: MessageWriter<RequestRedraw>,
) {
    // The first frame after a rest may have waited long: a movement that begins now begins now.
    let seconds = time.delta_secs().min(0.05);
    for (mut transform, mut place, children, own) in &mut eggs {
        let here = transform.translation.truncate();
        let held = hand.pull.filter(|_| own);
        let goal = place.goal + held.unwrap_or_default();
        let rest = here.distance(goal) < 0.05;
        let next = match (rest, held) {
            (true, _) | (_, Some(_)) => goal,
            _ => goal + (here - goal) * (-GLIDE * seconds).exp(),
        };
        let moving = held.is_some() || !rest;
        if moving != place.moving {
            place.moving = moving;
            for child in children {
                let Ok((mut seen, screen, lens)) = parts.get_mut(*child) else { continue };
                *seen = if !moving && (screen || lens) { layers::both() } else { layers::moving(moving) };
            }
            redraw.request_photo();
        }
        if here != next {
            (transform.translation.x, transform.translation.y) = next.into();
            redraw.request();
        }
        if moving {
            again.write(RequestRedraw);
        }
    }
}

/// Watches the pointer on the body of an egg; only the own one moves.
fn attach(add: On<Add, Touch>, touches: Query<&Touch>, mut commands: Commands) {
    if touches.get(add.entity).is_ok_and(|touch| touch.0 == Button::Tap) {
        commands.entity(add.entity).observe(drag).observe(drop_it);
    }
}

fn drag(
    event: On<Pointer<Drag>>,
    bodies: Query<&ChildOf>,
    eggs: Query<(&Place, Has<FollowShown>)>,
    table: Res<Table>,
    (framing, canvas): (Res<Framing>, Res<Canvas>),
    window: Query<&Window, With<PrimaryWindow>>,
    mut hand: ResMut<Hand>,
    mut prongs: MessageWriter<Prongs>,
) {
    let Ok(body) = bodies.get(event.entity) else { return };
    let Ok((place, true)) = eggs.get(body.parent()) else { return };
    if event.button != PointerButton::Primary || hand.spent || canvas.0.y == 0 {
        return;
    }
    // Pointers are told in points.
    let scale = window.single().map_or(1.0, Window::scale_factor);
    let pull = framing.on_desk(event.distance * scale, canvas.0.as_vec2());
    // A finger that shakes taps.
    if hand.pull.is_none() && pull.length() < 2.0 {
        return;
    }
    hand.pull = Some(pull);
    let own = place.seat;
    let touching = table.touching.iter().any(|&(a, b)| a == own || b == own);
    if touching {
        if pull.length() > LET_GO {
            *hand = Hand { pull: None, spent: true };
            prongs.write(Prongs::Parted);
        }
        return;
    }
    let here = place.goal + pull;
    let met = places(&table).into_iter().enumerate().filter(|&(n, _)| n != own).find(|(n, at)| {
        let free = !table.touching.iter().any(|&(a, b)| a == *n || b == *n);
        let there = table.seats.get(*n).is_some_and(|seat| !seat.away);
        let gap = vec2((here.x - at.x).abs() - TOUCHING, here.y - at.y);
        free && there && gap.x.max(0.0) < SNAP && gap.y.abs() < 2.0 * SNAP
    });
    if let Some((n, _)) = met {
        *hand = Hand { pull: None, spent: true };
        prongs.write(Prongs::Met(n));
    }
}

fn drop_it(_: On<Pointer<DragEnd>>, mut hand: ResMut<Hand>) {
    *hand = Hand::default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::camera::NormalizedRenderTarget;
    use bevy::ecs::message::Messages;
    use bevy::math::UVec2;
    use bevy::picking::pointer::{Location, PointerId};

    /// A table whose first seat is the own one, and what the hand does there.
    struct Laid {
        app: App,
        body: Entity,
    }

    impl Laid {
        fn new(table: Table) -> Laid {
            let mut app = App::new();
            app.add_message::<Prongs>().init_resource::<Hand>().add_observer(attach);
            let framing = Framing { seats: table.seats.len(), ..Framing::default() };
            let place = Place { seat: 0, goal: places(&table)[0], moving: false };
            app.insert_resource(table).insert_resource(framing).insert_resource(Canvas(UVec2::new(1280, 720)));
            let egg = app.world_mut().spawn((place, FollowShown)).id();
            let body = app.world_mut().spawn((Touch(Button::Tap), ChildOf(egg))).id();
            app.world_mut().flush();
            Laid { app, body }
        }

        /// Draws the egg so many millimetres to the right, with a button, and lets go or not.
        fn draw(&mut self, by: f32, button: PointerButton, let_go: bool) -> Vec<Prongs> {
            let target = NormalizedRenderTarget::None { width: 1, height: 1 };
            let location = Location { target, position: Vec2::ZERO };
            let framing = *self.app.world().resource::<Framing>();
            let canvas = vec2(1280.0, 720.0);
            let distance = vec2(by / framing.on_desk(Vec2::X, canvas).x, 0.0);
            let drag = Drag { button, distance, delta: Vec2::ZERO };
            self.app.world_mut().trigger(Pointer::new(PointerId::Mouse, location.clone(), drag, self.body));
            if let_go {
                let end = DragEnd { button, distance };
                self.app.world_mut().trigger(Pointer::new(PointerId::Mouse, location, end, self.body));
            }
            self.app.world_mut().flush();
            self.app.world_mut().resource_mut::<Messages<Prongs>>().drain().collect()
        }

        fn pull(&self) -> Option<Vec2> {
            self.app.world().resource::<Hand>().pull
        }
    }

    const PRIMARY: PointerButton = PointerButton::Primary;
    const NONE: [Prongs; 0] = [];

    #[test]
    fn prongs_snap_when_they_are_near_and_only_once() {
        let mut laid = Laid::new(table(3, &[]));
        let way = APART - TOUCHING;
        assert_eq!(laid.draw(1.0, PRIMARY, false), NONE);
        assert_eq!(laid.pull(), None, "a finger that shakes taps");
        assert_eq!(laid.draw(way - SNAP - 1.0, PRIMARY, false), NONE);
        assert!((laid.pull().unwrap().x - (way - SNAP - 1.0)).abs() < 0.01, "it follows the hand");
        assert_eq!(laid.draw(way - SNAP + 1.0, PointerButton::Secondary, false), NONE);
        assert_eq!(laid.draw(way - SNAP + 1.0, PRIMARY, false), [Prongs::Met(1)]);
        assert_eq!(laid.pull(), None, "it glides there by itself");
        assert_eq!(laid.draw(way, PRIMARY, false), NONE, "once a drag");
        assert_eq!(laid.draw(way, PRIMARY, true), NONE);
        assert_eq!(laid.draw(way, PRIMARY, false), [Prongs::Met(1)], "another drag");
    }

    #[test]
    fn who_touches_is_drawn_away_and_who_is_away_or_busy_cannot_be_met() {
        let mut laid = Laid::new(table(2, &[(0, 1)]));
        assert_eq!(laid.draw(-LET_GO + 1.0, PRIMARY, false), NONE);
        assert_eq!(laid.draw(-LET_GO - 1.0, PRIMARY, false), [Prongs::Parted]);
        let mut away = table(2, &[]);
        away.seats[1].away = true;
        assert_eq!(Laid::new(away).draw(APART - TOUCHING, PRIMARY, true), NONE);
        assert_eq!(Laid::new(table(3, &[(1, 2)])).draw(APART - TOUCHING, PRIMARY, true), NONE);
    }

    fn table(count: usize, touching: &[(usize, usize)]) -> Table {
        let seat = Seat {
            toy: None,
            design: Design::default(),
            own: false,
            away: false,
            emote: None,
            charms: Vec::new(),
            pet: Vec::new(),
        };
        Table { seats: vec![seat; count], touching: touching.to_vec() }
    }

    #[test]
    fn who_touches_lies_side_by_side() {
        assert_eq!(order(&table(4, &[])), [0, 1, 2, 3]);
        assert_eq!(order(&table(4, &[(0, 1)])), [0, 1, 2, 3]);
        assert_eq!(order(&table(4, &[(0, 3)])), [1, 2, 0, 3]);
        assert_eq!(order(&table(4, &[(3, 0)])), [0, 3, 1, 2]);
        assert_eq!(order(&table(4, &[(0, 2), (1, 3)])), [0, 2, 1, 3]);
        assert_eq!(order(&table(6, &[(0, 5), (2, 2)])), [0, 1, 2, 3]);
    }

    #[test]
    fn places_are_around_the_middle_and_prongs_meet() {
        for count in 0..=4 {
            let places = places(&table(count, &[]));
            assert_eq!(places.len(), count);
            assert!(places.iter().map(|p| p.x).sum::<f32>().abs() < 1e-3);
            assert!(places.windows(2).all(|pair| pair[1].x - pair[0].x > 2.0 * HALF.x + 2.0 * PRONG));
        }
        let places = places(&table(3, &[(0, 2)]));
        assert!((places[0].x - places[2].x).abs() - 2.0 * (HALF.x + PRONG) < 1e-3);
    }
}
