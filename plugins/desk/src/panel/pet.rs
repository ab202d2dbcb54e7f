//! The pet on the desk: its time, its clock, its sensor.

use super::{chip, heading, note, wide};
use crate::model::{Action, Model, PetClock};
use bevy_egui::egui::Ui;

/// Speed, pause, fast-forward.
pub(super) fn time(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    let time = model.time;
    heading(ui, "Time");
    ui.horizontal_wrapped(|ui| {
        if chip(ui, time.paused, if time.paused { "Go on" } else { "Pause" }).on_hover_text("Space").clicked() {
            out.push(Action::Pause(!time.paused));
        }
        let text = if time.fast_forward { "Stop fast-forward" } else { "Fast-forward until it calls" };
        if chip(ui, time.fast_forward, text).on_hover_text("F").clicked() {
            out.push(Action::FastForward(!time.fast_forward));
        }
    });
    ui.horizontal_wrapped(|ui| {
        for &speed in model.speeds {
            if chip(ui, time.speed == speed, format!("×{speed}")).clicked() {
                out.push(Action::Speed(speed));
            }
        }
    });
}

/// The clock and the tap sensor.
pub(super) fn pet(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    heading(ui, "Pet");
    let (hours, minutes) = model.now;
    let text = format!("Set the clock to {hours:02}:{minutes:02}");
    match &model.clock {
        PetClock::Ready { shows: (hours, minutes) } => {
            if wide(ui, text, None).clicked() {
                out.push(Action::SetClock);
            }
            note(ui, format!("It shows {hours:02}:{minutes:02} now; buttons will be pressed for you."));
        }
        PetClock::Busy => {
            wide(ui, text, Some("The clock is being set. Any button of yours stops that."));
        }
        PetClock::No(reason) => {
            wide(ui, text, Some(reason));
        }
    }
    let refusal = (!model.tap).then_some("This toy has no tap sensor.");
    if wide(ui, "Tap the toy", refusal).on_hover_text("T").clicked() {
        out.push(Action::Tap);
    }
}
