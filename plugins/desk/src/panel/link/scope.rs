//! The scope: what passed, in two lanes, the newest on top; and a strip of how much it was.

use crate::look::{AMBER, CREAM, SAND};
use crate::panel::heading;
use bevy_egui::egui::{Label, Rect, RichText, Sense, Ui, pos2, vec2};
use eggtooth_prong::face::Row;

/// Rows in words.
const ROWS: usize = 20;
/// Bars of the strip.
const BARS: usize = 60;
/// The strip's height, in points.
const STRIP: f32 = 44.0;
/// Room for the time before the lanes, in points.
const TIME: f32 = 72.0;
/// What a row takes, in points.
const LINE: f32 = 22.0;

/// Draws both.
pub(super) fn scope(ui: &mut Ui, traffic: &[Row]) {
    heading(ui, "What passed");
    strip(ui, traffic);
    let lane = ((ui.available_width() - TIME) / 2.0).max(60.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    row(ui, lane, [("Time", SAND), ("Out", AMBER), ("In", CREAM)]);
    for entry in traffic.iter().rev().take(ROWS) {
        let time = format!("{:.2} s", entry.at.as_secs_f64());
        let (sent, came) = if entry.sent { (entry.words.as_str(), "") } else { ("", entry.words.as_str()) };
        row(ui, lane, [(&time, SAND), (sent, AMBER), (came, CREAM)]);
    }
}

fn row(ui: &mut Ui, lane: f32, texts: [(&str, bevy_egui::egui::Color32); 3]) {
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let mut left = line.left();
    for ((text, colour), width) in texts.into_iter().zip([TIME, lane, lane]) {
        if !text.is_empty() {
            let place = Rect::from_min_size(pos2(left, line.top()), vec2(width - 4.0, LINE));
            let mut cell = ui.new_child(bevy_egui::egui::UiBuilder::new().max_rect(place));
            cell.add(Label::new(RichText::new(text).color(colour)).truncate());
        }
        left += width;
    }
}

/// A bar for each thing that passed, as high as the logarithm of its bytes: up what went out, down what came in.
fn strip(ui: &mut Ui, traffic: &[Row]) {
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), STRIP), Sense::hover());
    let painter = ui.painter_at(place);
    painter.rect_filled(place, 6.0, ui.visuals().extreme_bg_color);
    let width = place.width() / BARS as f32;
    let middle = place.center().y;
    let shown = traffic.len().saturating_sub(BARS);
    for (number, entry) in traffic.iter().skip(shown).enumerate() {
        let height = ((entry.bytes + 1) as f32).log2() / 4113_f32.log2() * (STRIP / 2.0 - 3.0);
        let left = place.left() + width * number as f32 + 1.0;
        let (top, bottom, colour) =
            if entry.sent { (middle - height, middle, AMBER) } else { (middle, middle + height, CREAM) };
        painter.rect_filled(Rect::from_min_max(pos2(left, top), pos2(left + width - 2.0, bottom)), 1.0, colour);
    }
}
