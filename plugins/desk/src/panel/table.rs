//! What is around the pet: sound, design, picture.

use super::{chip, heading, note};
use crate::look::CREAM;
use crate::model::{Action, Model, Quality};
use bevy_egui::egui::{Color32, RichText, Slider, Stroke, Ui, vec2};

/// Volume and mute.
pub(super) fn sound(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    let sound = model.sound;
    heading(ui, "Sound");
    ui.horizontal(|ui| {
        if chip(ui, sound.muted, if sound.muted { "Unmute" } else { "Mute" }).on_hover_text("M").clicked() {
            out.push(Action::Mute(!sound.muted));
        }
        let per_cent = 48.0;
        ui.spacing_mut().slider_width = (ui.available_width() - per_cent - ui.spacing().item_spacing.x).max(60.0);
        let mut volume = sound.volume;
        if ui.add(Slider::new(&mut volume, 0..=100).show_value(false)).changed() {
            out.push(Action::Volume(volume));
        }
        ui.label(format!("{}%", sound.volume));
    });
    if sound.no_device {
        note(ui, "There is no sound device. One that is plugged in is found within a minute.");
    }
}

/// The designs of the shell.
pub(super) fn design(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    heading(ui, "Design");
    ui.horizontal_wrapped(|ui| {
        for (number, design) in model.designs.iter().enumerate() {
            // Room for the swatch, which is painted, because no font is sure to have it.
            let text = RichText::new(format!("      {}", design.name));
            let response = chip(ui, model.design == number, text);
            let [r, g, b] = design.swatch;
            let centre = response.rect.left_center() + vec2(20.0, 0.0);
            ui.painter().circle(centre, 8.0, Color32::from_rgb(r, g, b), Stroke::new(1.0, CREAM.gamma_multiply(0.5)));
            if response.clicked() {
                out.push(Action::Design(number));
            }
        }
    });
}

/// Quality and movement.
pub(super) fn picture(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    heading(ui, "Picture");
    ui.horizontal_wrapped(|ui| {
        for quality in Quality::ALL {
            if chip(ui, model.quality == quality, quality.name()).clicked() {
                out.push(Action::Quality(quality));
            }
        }
    });
    let mut less = model.less_motion;
    if ui.checkbox(&mut less, "Less motion").changed() {
        out.push(Action::LessMotion(less));
    }
}
