//! Keys and what this program is.

use super::{heading, note, wide};
use crate::look::{AMBER, CREAM, SAND, TEXT};
use crate::model::{Action, Model};
use bevy_egui::egui::{
    Align2, CollapsingHeader, Color32, FontId, Painter, Rect, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, vec2,
};

/// What is printed on a key.
#[derive(Clone, Copy)]
enum Cap {
    Letter(&'static str),
    /// An arrow that points this way; painted, because the typeface has none.
    Arrow(Vec2),
}

use Cap::{Arrow, Letter};

/// The buttons with the keys that press them.
const BUTTONS: [(&str, [Cap; 3]); 3] = [
    ("A", [Letter("Z"), Letter("1"), Arrow(vec2(-1.0, 0.0))]),
    ("B", [Letter("X"), Letter("2"), Arrow(vec2(0.0, 1.0))]),
    ("C", [Letter("C"), Letter("3"), Arrow(vec2(1.0, 0.0))]),
];
/// The other keys.
const KEYS: [(&str, &str); 8] = [
    ("V or 4", "A and C together"),
    ("T", "tap the toy"),
    ("Space", "pause"),
    ("F", "fast-forward until it calls"),
    ("+ and −", "faster, slower"),
    ("M", "mute"),
    ("Esc", "this menu"),
    ("Gamepad", "left, bottom and right button"),
];

/// Draws the three buttons as they lie on the toy, each above its keys.
pub fn buttons_picture(ui: &mut Ui) {
    ui.columns(3, |columns| {
        for (number, (column, (name, keys))) in columns.iter_mut().zip(BUTTONS).enumerate() {
            // The middle one lies lower, as on the toy.
            let drop = if number == 1 { 12.0 } else { 0.0 };
            column.vertical_centered(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(48.0, 60.0), Sense::hover());
                let centre = rect.center_top() + vec2(0.0, 24.0 + drop);
                let painter = ui.painter();
                painter.circle_filled(centre + vec2(0.0, 2.0), 23.0, Color32::from_black_alpha(0x70));
                painter.circle(centre, 22.0, Color32::from_rgb(0xd9, 0x8d, 0x45), Stroke::new(1.0, AMBER));
                painter.circle_filled(centre - vec2(0.0, 2.0), 18.0, Color32::from_rgb(0xe8, 0xa4, 0x5c));
                let font = FontId::proportional(crate::look::TITLE);
                painter.text(
                    centre - vec2(0.0, 1.0),
                    Align2::CENTER_CENTER,
                    name,
                    font,
                    Color32::from_rgb(0x2a, 0x1c, 0x10),
                );
                let (row, _) = ui.allocate_exact_size(vec2(3.0 * 22.0 + 2.0 * 4.0, 24.0), Sense::hover());
                for (number, key) in keys.into_iter().enumerate() {
                    let at = row.min + vec2(26.0 * number as f32, 0.0);
                    keycap(ui.painter(), Rect::from_min_size(at, vec2(22.0, 24.0)), key);
                }
            });
        }
    });
}

/// Draws a key.
fn keycap(painter: &Painter, rect: Rect, cap: Cap) {
    painter.rect(rect, 5.0, Color32::from_rgb(0x5a, 0x48, 0x39), Stroke::new(1.0, SAND), StrokeKind::Inside);
    let centre = rect.center();
    match cap {
        Cap::Letter(letter) => {
            painter.text(centre, Align2::CENTER_CENTER, letter, FontId::proportional(TEXT), CREAM);
        }
        Cap::Arrow(way) => {
            let stroke = Stroke::new(1.5, CREAM);
            let tip = centre + way * 6.0;
            painter.line_segment([centre - way * 6.0, tip], stroke);
            for side in [way.rot90(), -way.rot90()] {
                painter.line_segment([tip - way * 4.0 + side * 4.0, tip], stroke);
            }
        }
    }
}

/// The other keys, one a line.
pub fn keys_table(ui: &mut Ui) {
    for (keys, does) in KEYS {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(84.0, 22.0), Sense::hover());
            ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, keys, FontId::proportional(TEXT), CREAM);
            ui.label(RichText::new(does).color(SAND));
        });
    }
}

pub(super) fn help(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    heading(ui, "Help");
    CollapsingHeader::new("Keys").show_unindented(ui, |ui| {
        buttons_picture(ui);
        keys_table(ui);
        note(ui, "Letters are meant by their place: Z X C are the first three of the lowest row.");
        if wide(ui, "Show the buttons beside the toy", None).clicked() {
            out.push(Action::ShowKeys);
        }
    });
    CollapsingHeader::new("About").show_unindented(ui, |ui| {
        ui.label(format!("Eggtooth {}", env!("CARGO_PKG_VERSION")));
        note(
            ui,
            "Hatches first-generation keychain pets: an exact emulator of the Epson E0C6S46, the chip inside them, \
             with a pet of its own, Pip.",
        );
        note(ui, "No program of a real toy is included; bring one you own. Names of toys belong to their makers.");
        note(ui, "Free software under the MIT licence.");
        note(ui, format!("Pets are kept in {}", model.folder));
    });
}
