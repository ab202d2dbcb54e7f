//! What lies over the picture of a table: names above the toys, and the bar with what can be done there.

use crate::friends::{FriendsAction, FriendsForm, FriendsModel, TableModel};
use crate::look::{self, AMBER, CREAM};
use crate::model::Action;
use bevy_egui::egui::{
    Align2, Area, Button, Color32, Context, Id, Label, Order, Rect, Response, RichText, Sense, TextStyle, Ui, Vec2,
    WidgetInfo, WidgetType, pos2, vec2,
};
use eggtooth_playdate::Decoration;
use eggtooth_playdate::message::Emote;
use eggtooth_shell::Insets;

/// From the window's edge to the bar, in points.
const EDGE: f32 = 12.0;
/// The side of a button with a picture, in points.
const SIDE: f32 = 36.0;
/// Above the toys: a sentence, and a name of one line. Around the bar below them. In points.
const TOP: f32 = 92.0;
const BOTTOM: f32 = 2.0 * EDGE;
/// What pictures of gestures are on.
const PAPER: Color32 = Color32::from_rgb(0xF6, 0xF2, 0xE8);
/// The widest line of a name or of the words below it, in points.
const NAME: f32 = 230.0;
/// Dots of a picture in a row.
const DOTS: usize = 8;

/// The pictures of gestures, eight rows of eight dots each, bit 7 leftmost, and their colours.
#[must_use]
pub fn emote(emote: Emote) -> ([u8; 8], [u8; 3]) {
    match emote {
        Emote::Wave => ([0x28, 0x2A, 0x2A, 0xAA, 0xFE, 0x7E, 0x3C, 0x3C], [0xC9, 0x82, 0x2B]),
        Emote::Heart => ([0x66, 0xFF, 0xFF, 0xFF, 0x7E, 0x3C, 0x18, 0x00], [0xD8, 0x3A, 0x5A]),
        Emote::Laugh => ([0x00, 0x44, 0xAA, 0x00, 0xFE, 0x7C, 0x38, 0x00], [0xC9, 0x82, 0x2B]),
        Emote::Surprise => ([0x18, 0x18, 0x18, 0x18, 0x18, 0x00, 0x18, 0x18], [0xD8, 0x5A, 0x28]),
        Emote::Tears => ([0x10, 0x10, 0x38, 0x38, 0x7C, 0x7C, 0x7C, 0x38], [0x2E, 0x7F, 0xC8]),
        Emote::Anger => ([0x24, 0xA5, 0xE7, 0x00, 0x00, 0xE7, 0xA5, 0x24], [0xC8, 0x2E, 0x2E]),
        Emote::Sleep => ([0xF0, 0x20, 0x4F, 0xF2, 0x04, 0x0F, 0x00, 0x00], [0x5A, 0x5A, 0x9C]),
        Emote::Song => ([0x0F, 0x0F, 0x09, 0x09, 0x09, 0x7B, 0xFB, 0x70], [0x2E, 0x8C, 0x62]),
    }
}

/// The colour of a decoration's enamel, and of the picture in it.
#[must_use]
pub fn enamel(decoration: Decoration) -> ([u8; 3], [u8; 3]) {
    const ENAMEL: [[u8; 3]; 8] = [
        [0x2F, 0x6F, 0xB0],
        [0x9A, 0x5A, 0x2A],
        [0xB8, 0x3A, 0x52],
        [0xC8, 0x8A, 0x1C],
        [0x2E, 0x86, 0x5A],
        [0x8A, 0x4A, 0x9C],
        [0x1F, 0x86, 0x90],
        [0xC8, 0x52, 0x2E],
    ];
    (ENAMEL[usize::from(decoration.number()) % ENAMEL.len()], [0xFF, 0xF6, 0xE4])
}

/// What is left free of the picture around the toys: above for a sentence and the names, below for the bar, and to the
/// right for the menu, if it leaves anything. In points: the window, the menu's width, the bar's height.
#[must_use]
pub fn around(window: Vec2, panel: f32, bar: f32) -> Insets {
    let share = |points: f32, of: f32| (points / of.max(1.0)).clamp(0.0, 0.45);
    let right = if panel < window.x { share(panel, window.x) } else { 0.0 };
    Insets { top: share(TOP, window.y), bottom: share(BOTTOM + bar, window.y), right }
}

/// Draws it and returns the height of the bar, in points.
pub(crate) fn draw(
    ctx: &Context,
    model: &FriendsModel,
    form: &mut FriendsForm,
    free: f32,
    actions: &mut Vec<Action>,
) -> f32 {
    let Some(table) = &model.table else { return 0.0 };
    names(ctx, table, free);
    if free < 200.0 {
        return 0.0;
    }
    let anchor = vec2((free - ctx.content_rect().width()) / 2.0, -EDGE);
    let area = Area::new(Id::new("table")).anchor(Align2::CENTER_BOTTOM, anchor).order(Order::Middle);
    let shown = area.show(ctx, |ui| {
        ui.set_max_width(free - 2.0 * EDGE);
        look::pill().show(ui, |ui| ui.horizontal_wrapped(|ui| bar(ui, table, form, actions)));
    });
    let height = shown.response.rect.height();
    if form.giving && table.with.is_some() {
        let above = anchor - vec2(0.0, height + 8.0);
        let area = Area::new(Id::new("gifts")).anchor(Align2::CENTER_BOTTOM, above).order(Order::Middle);
        area.show(ctx, |ui| {
            ui.set_max_width(free - 2.0 * EDGE);
            look::card().show(ui, |ui| gifts(ui, table, form, actions));
        });
    } else {
        form.giving = false;
    }
    height
}

/// The names above the toys, and how they are there.
fn names(ctx: &Context, table: &TableModel, free: f32) {
    let window = ctx.content_rect();
    for (n, seat) in table.seats.iter().enumerate() {
        let at = pos2(window.left() + seat.at[0] * window.width(), window.top() + seat.at[1] * window.height());
        if at.x > window.left() + free {
            continue;
        }
        let area = Area::new(Id::new(("seat", n))).fixed_pos(at).pivot(Align2::CENTER_BOTTOM).interactable(false);
        area.order(Order::Background).show(ctx, |ui| {
            look::pill().show(ui, |ui| {
                let name = if seat.own { seat.toy.clone() } else { format!("{} · {}", seat.toy, seat.name) };
                let font = TextStyle::Body.resolve(ui.style());
                let lines: Vec<_> = [(name.as_str(), CREAM), (seat.words.as_str(), AMBER)]
                    .into_iter()
                    .filter(|(text, _)| !text.is_empty())
                    .map(|(text, colour)| ui.painter().layout(text.to_owned(), font.clone(), colour, NAME))
                    .collect();
                // As wide as its words.
                ui.set_width(lines.iter().map(|line| line.size().x).fold(0.0, f32::max));
                ui.vertical_centered(|ui| {
                    for line in lines {
                        ui.add(Label::new(line));
                    }
                });
            });
        });
    }
}

fn bar(ui: &mut Ui, table: &TableModel, form: &mut FriendsForm, actions: &mut Vec<Action>) {
    for gesture in Emote::ALL {
        let (rows, colour) = emote(gesture);
        if on(ui, gesture.name(), rows, rgb(colour), PAPER).clicked() {
            actions.push(Action::Friends(FriendsAction::Emote(gesture)));
        }
    }
    ui.separator();
    match table.with {
        Some(_) => {
            if ui.selectable_label(form.giving, "Give…").clicked() {
                form.giving = !form.giving;
            }
            if ui.button("Part").clicked() {
                actions.push(Action::Friends(FriendsAction::Part));
            }
        }
        None => {
            let there: Vec<_> = table.seats.iter().filter(|seat| !seat.own && seat.here).collect();
            match there.as_slice() {
                [] => drop(ui.add_enabled(false, Button::new("Waiting for friends"))),
                [only] => {
                    if ui.button("Touch prongs").on_hover_text("Or drag your toy to theirs.").clicked() {
                        actions.push(Action::Friends(FriendsAction::Touch(only.seat)));
                    }
                }
                many => {
                    ui.label(RichText::new("Touch:").color(CREAM));
                    for seat in many {
                        if ui.button(&seat.name).on_hover_text("Or drag your toy to theirs.").clicked() {
                            actions.push(Action::Friends(FriendsAction::Touch(seat.seat)));
                        }
                    }
                }
            }
        }
    }
    if ui.button(if table.host { "Close the table" } else { "Leave" }).clicked() {
        actions.push(Action::Friends(FriendsAction::Leave));
    }
}

/// What can be given, as pictures.
fn gifts(ui: &mut Ui, table: &TableModel, form: &mut FriendsForm, actions: &mut Vec<Action>) {
    if table.box_.is_empty() {
        ui.label(RichText::new("The box is empty.").color(CREAM));
        return;
    }
    let width = DOTS as f32 * (SIDE + 6.0) - 6.0;
    ui.set_max_width(ui.available_width().min(width));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for decoration in &table.box_ {
            let (ground, ink) = enamel(*decoration);
            if on(ui, decoration.name(), decoration.picture(), rgb(ink), rgb(ground)).clicked() {
                form.giving = false;
                actions.push(Action::Friends(FriendsAction::Gift(*decoration)));
            }
        }
    });
}

/// A button with a picture on a colour.
fn on(ui: &mut Ui, name: &str, rows: [u8; DOTS], ink: Color32, ground: Color32) -> Response {
    let (place, response) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, ui.is_enabled(), name));
    let hovered = response.hovered() || response.has_focus();
    let painter = ui.painter();
    painter.rect_filled(place, 8.0, if hovered { ground } else { ground.gamma_multiply(0.86) });
    let dot = (SIDE - 10.0) / DOTS as f32;
    for (y, row) in rows.into_iter().enumerate() {
        for x in (0..DOTS).filter(|x| row >> (DOTS - 1 - x) & 1 == 1) {
            let at = place.min + vec2(5.0 + x as f32 * dot, 5.0 + y as f32 * dot);
            painter.rect_filled(Rect::from_min_size(at, Vec2::splat(dot)), 0.0, ink);
        }
    }
    response.on_hover_text(name)
}

fn rgb(colour: [u8; 3]) -> Color32 {
    Color32::from_rgb(colour[0], colour[1], colour[2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn gestures_have_pictures_of_their_own() {
        let pictures: HashSet<[u8; 8]> = Emote::ALL.into_iter().map(|gesture| emote(gesture).0).collect();
        assert_eq!(pictures.len(), Emote::ALL.len());
    }

    #[test]
    fn neighbours_in_the_box_have_other_colours() {
        let all: Vec<Decoration> = Decoration::all().collect();
        assert!(all.windows(2).all(|pair| enamel(pair[0]).0 != enamel(pair[1]).0));
    }
}
