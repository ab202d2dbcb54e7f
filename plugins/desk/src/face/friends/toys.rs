//! The toys at the table: friends' ones as entities with a picture and a sound, and all of them in the scene.

use super::{DeskFriends, seat_model, table_model};
use crate::friends::TableModel;
use crate::table::{emote, enamel};
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::math::{Vec2, vec2};
use bevy::time::{Real, Time};
use eggtooth_buzzer::Pan;
use eggtooth_livelink::Lcd;
use eggtooth_playdate::message::{Presence, SEATS};
use eggtooth_playdate::sprite::Sprite;
use eggtooth_playdate::view::{SeatView, TableView};
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_shell::camera::Canvas;
use eggtooth_shell::egg::shape::HALF;
use eggtooth_shell::table::places;
use eggtooth_shell::{Charm, Design, Emote, Framing, Picture, Table};
use eggtooth_toy::face::{BuzzerTone, Clock, LcdFrame, Pace, Shown, ToyEdge};
use eggtooth_toy::{Edge, Frame, TICKS_PER_SECOND, Tone};
use std::collections::VecDeque;

/// Poses of a pet that is out, by turns.
const POSES: usize = 3;
/// How far a name is above the middle of its toy, in millimetres.
const ABOVE: f32 = 31.5;

/// A friend's toy, or the own one.
#[derive(Debug, Default)]
struct Sitting {
    entity: Option<Entity>,
    /// Ticks that are not whole yet.
    rest: f64,
    poses: VecDeque<Sprite>,
    last: Option<Lcd>,
}

/// The toys by seat, and how they lie.
#[derive(Debug, Default)]
pub(super) struct Toys {
    sitting: [Sitting; SEATS],
    /// The seats that are shown, in the order of the scene's table.
    order: Vec<Seat>,
    /// Where their names stand, as shares of the window.
    names: Vec<[f32; 2]>,
}

impl Toys {
    /// The seat at a place of the scene's table.
    pub(super) fn seat(&self, place: usize) -> Option<Seat> {
        self.order.get(place).copied()
    }

    pub(super) fn model(&self, view: &TableView, host: bool) -> TableModel {
        let places = self.order.iter().zip(&self.names);
        let seats = places.filter_map(|(seat, at)| seat_model(view, *seat, *at)).collect();
        table_model(view, host, seats)
    }
}

/// Whether a seat is shown.
fn seated(view: &SeatView) -> bool {
    !matches!(view.presence, Presence::Gone(_))
}

fn picture(sprite: &Sprite) -> Picture {
    Picture::new(sprite.rows())
}

/// An 8 by 8 picture, bit 7 leftmost.
fn small(rows: [u8; 8]) -> Picture {
    Picture::new(&rows.map(|row| u32::from(row.reverse_bits())))
}

fn charm(decoration: Decoration) -> Charm {
    let (enamel, ink) = enamel(decoration);
    Charm { picture: small(decoration.picture()), ink, enamel }
}

/// Lays the scene's table as the real one is.
pub(super) fn lay(
    mut desk: ResMut<DeskFriends>,
    shown: Query<Entity, With<Shown>>,
    mut toys: Query<(&mut LcdFrame, &mut BuzzerTone), Without<Shown>>,
    mut pans: Query<&mut Pan>,
    table: Option<ResMut<Table>>,
    mut commands: Commands,
) {
    let Some(mut table) = table else { return };
    let desk = desk.bypass_change_detection();
    let view = desk.table.as_ref().map(|table| table.view()).filter(|view| view.you.is_some());
    let own = shown.iter().next();
    let there = |seat: &Seat| view.as_ref().is_some_and(|view| at(view, *seat).is_some_and(seated));
    let order: Vec<Seat> = Seat::all().filter(there).collect();
    // Who has left takes their toy along.
    for (seat, sitting) in Seat::all().zip(&mut desk.toys.sitting) {
        if !order.contains(&seat)
            && let Some(entity) = std::mem::take(sitting).entity
        {
            commands.entity(entity).despawn();
        }
    }
    let mut next = Table::default();
    if let Some(view) = &view {
        for (n, seat) in order.iter().enumerate() {
            let (Some(there), Some(sitting)) = (at(view, *seat), desk.toys.sitting.get_mut(seat.index())) else {
                continue;
            };
            let mine = view.you == Some(*seat);
            let pan = Pan(if order.len() < 2 { 0.0 } else { n as f32 / (order.len() - 1) as f32 * 1.4 - 0.7 });
            let toy = if mine { own } else { Some(sitting.play(there, pan, &mut toys, &mut commands)) };
            if let Some(frame) = &there.frame {
                sitting.see(frame.lcd);
            }
            match toy.map(|toy| (toy, pans.get_mut(toy))) {
                Some((_, Ok(mut old))) => drop(old.set_if_neq(pan)),
                Some((toy, Err(_))) if mine => drop(commands.entity(toy).insert(pan)),
                _ => {}
            }
            let touching = view.touching.iter().any(|pair| pair.partner(*seat).is_some());
            next.seats.push(eggtooth_shell::Seat {
                toy,
                design: Design::named(there.look.as_str()).unwrap_or(plain(*seat)),
                own: mine,
                // Without a line nobody else is there.
                away: there.presence != Presence::Here || !mine && !view.words.is_empty(),
                emote: there.emote.map(|gesture| {
                    let (rows, ink) = emote(gesture);
                    Emote { picture: small(rows), ink }
                }),
                charms: there.worn.iter().rev().copied().map(charm).collect(),
                pet: if touching { sitting.poses.iter().map(picture).collect() } else { Vec::new() },
            });
        }
        let place = |seat: Seat| order.iter().position(|other| *other == seat);
        let pairs = view.touching.iter();
        next.touching = pairs.filter_map(|pair| Some((place(pair.opener)?, place(pair.other)?))).collect();
    } else if let Some(own) = own.filter(|own| pans.contains(*own)) {
        commands.entity(own).remove::<Pan>();
    }
    desk.toys.order = order;
    table.set_if_neq(next);
}

/// Leaves room for what is written around the table, and finds where the names stand.
pub(super) fn frame(
    mut desk: ResMut<DeskFriends>,
    table: Option<Res<Table>>,
    framing: Option<ResMut<Framing>>,
    canvas: Option<Res<Canvas>>,
    view: Res<View>,
) {
    let (Some(table), Some(mut framing), Some(canvas)) = (table, framing, canvas) else { return };
    if table.seats.is_empty() {
        return;
    }
    let next = Framing { free: view.around, ..*framing };
    framing.set_if_neq(next);
    let size = canvas.0.as_vec2().max(Vec2::ONE);
    let name = |at: Vec2| (framing.pixel((at + vec2(0.0, ABOVE)).extend(HALF.z), size) / size).into();
    desk.bypass_change_detection().toys.names = places(&table).into_iter().map(name).collect();
}

fn at(view: &TableView, seat: Seat) -> Option<&SeatView> {
    view.seats.get(seat.index())?.as_ref()
}

/// The shell of somebody who has chosen none.
fn plain(seat: Seat) -> Design {
    *Design::ALL.iter().cycle().nth(seat.index() + 1).unwrap_or(&Design::default())
}

impl Sitting {
    /// Shows and sounds as the friend's toy does.
    fn play(
        &mut self,
        there: &SeatView,
        pan: Pan,
        toys: &mut Query<(&mut LcdFrame, &mut BuzzerTone), Without<Shown>>,
        commands: &mut Commands,
    ) -> Entity {
        let toy = *self.entity.get_or_insert_with(|| {
            commands.spawn((LcdFrame::default(), BuzzerTone::default(), Clock(1), Pace::default(), pan)).id()
        });
        if let (Ok((mut lcd, mut tone)), Some(frame)) = (toys.get_mut(toy), &there.frame) {
            let picture = Frame { rows: frame.lcd.rows(), icons: frame.lcd.icons(), contrast: frame.contrast & 15 };
            lcd.set_if_neq(LcdFrame(picture));
            let silent = frame.tone.is_silent() || there.presence != Presence::Here;
            let sounds = Tone { divisor: frame.tone.divisor, high_half_ticks: frame.tone.high_half_ticks };
            tone.set_if_neq(BuzzerTone((!silent).then_some(sounds)));
        }
        toy
    }

    /// Remembers how the pet looks.
    fn see(&mut self, lcd: Lcd) {
        if self.last.replace(lcd) == Some(lcd) {
            return;
        }
        let Some(sprite) = Sprite::cut(&lcd).filter(|sprite| sprite.rows().len() > 3) else { return };
        if self.poses.contains(&sprite) {
            return;
        }
        if self.poses.len() >= POSES {
            self.poses.pop_front();
        }
        self.poses.push_back(sprite);
    }
}

/// Lets friends' toys sound: their time is this computer's, and a tone begins when it is heard of.
pub(super) fn sound(
    mut desk: ResMut<DeskFriends>,
    time: Res<Time<Real>>,
    mut toys: Query<(&mut Clock, Ref<BuzzerTone>), Without<Shown>>,
    mut edges: MessageWriter<ToyEdge>,
) {
    for sitting in &mut desk.bypass_change_detection().toys.sitting {
        let Some(entity) = sitting.entity else { continue };
        let Ok((mut clock, tone)) = toys.get_mut(entity) else { continue };
        if tone.is_changed() {
            edges.write(ToyEdge { toy: entity, tick: clock.0, edge: Edge::Tone(tone.0) });
        }
        sitting.rest += time.delta_secs_f64() * TICKS_PER_SECOND as f64;
        let whole = sitting.rest.floor();
        sitting.rest -= whole;
        clock.0 = clock.0.saturating_add(whole as u64);
    }
}
