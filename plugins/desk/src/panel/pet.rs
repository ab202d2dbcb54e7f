//! The pet on the desk: its time, its clock, its sensor.

use super::{chip, heading, note, wide};
use crate::model::{Action, Model, PetClock, Tape};
use bevy_egui::egui::Ui;
use eggtooth_toy::Choice;

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

/// What becomes of the time in which nobody plays.
pub(super) fn absences(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    heading(ui, "While you are away");
    ui.horizontal_wrapped(|ui| {
        for (choice, text) in [(Choice::Ask, "Ask me"), (Choice::Live, "It lives"), (Choice::Hold, "Time stands still")]
        {
            if chip(ui, model.choice == choice, text).clicked() {
                out.push(Action::Choose(choice));
            }
        }
    });
    note(
        ui,
        match model.choice {
            Choice::Ask => "You are asked when you come back.",
            Choice::Live => "It lives through all of it when you come back.",
            Choice::Hold => "It is as you left it when you come back.",
        },
    );
}

/// Recording and playing recordings.
pub(super) fn tape(ui: &mut Ui, model: &Model, out: &mut Vec<Action>) {
    heading(ui, "Recordings");
    let playing = matches!(model.tape, Some(Tape::Playing { .. }));
    match &model.tape {
        Some(Tape::Recording(seconds)) => {
            if wide(ui, format!("Stop recording ({})", clock(*seconds)), None).clicked() {
                out.push(Action::Record(false));
            }
        }
        _ => {
            if wide(ui, "Record", playing.then_some("A recording is being played.")).clicked() {
                out.push(Action::Record(true));
            }
        }
    }
    if playing {
        if wide(ui, "Stop playing", None).clicked() {
            out.push(Action::StopPlaying);
        }
    } else if wide(ui, "Play a recording…", None).clicked() {
        out.push(Action::ChooseRecording);
    }
    note(ui, "A recording keeps every press. Played again, the same life is lived to the last dot.");
}

/// Minutes and seconds.
pub(crate) fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
