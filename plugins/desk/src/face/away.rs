//! Absences and recordings: what the player wants of them, and what is told.

use crate::cards::Told;
use crate::model::{Absence, Action, Tape};
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::window::RequestRedraw;
use eggtooth_toy::face::{self, Away, AwayCommand, AwayView, Shown, TapeCommand, Toy, WhileAway};
use eggtooth_toy::{TICKS_PER_SECOND, span};

/// Passes on what was asked for.
pub(super) fn obey(
    mut actions: MessageReader<Action>,
    shown: Query<Entity, With<Shown>>,
    mut away: MessageWriter<AwayCommand>,
    mut tape: MessageWriter<TapeCommand>,
) {
    for action in actions.read() {
        let Ok(toy) = shown.single() else { continue };
        match action {
            Action::Decide(choice) => drop(away.write(AwayCommand::Decide { toy, choice: *choice })),
            Action::StopLiving => drop(away.write(AwayCommand::Stop { toy })),
            Action::Choose(choice) => drop(away.write(AwayCommand::Choose { toy, choice: *choice })),
            Action::Record(true) => drop(tape.write(TapeCommand::Record)),
            Action::Record(false) => drop(tape.write(TapeCommand::StopRecording)),
            Action::StopPlaying => drop(tape.write(TapeCommand::StopPlaying)),
            _ => {}
        }
    }
}

/// Keeps frames coming while an absence is lived, and takes in what happened.
pub(super) fn tell(
    shown: Query<(Entity, &Away), With<Shown>>,
    mut lived: MessageReader<WhileAway>,
    mut view: ResMut<View>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let Ok((toy, away)) = shown.single() else { return };
    if away.is_living() {
        redraw.write(RequestRedraw);
    }
    for account in lived.read().filter(|account| account.toy == toy) {
        view.told = Some(Told { span: span(account.time.as_secs()), sentences: account.sentences.clone() });
    }
}

/// What the menu and the cards show of an absence. One that is over in a moment shows nothing.
pub(super) fn absence(away: &Away) -> Option<Absence> {
    match away.view()? {
        AwayView::Asked(time) => Some(Absence::Asked { span: span(time.as_secs()) }),
        AwayView::Living(progress, left) => {
            let per_cent = (progress.fraction() * 100.0) as u8;
            Some(Absence::Living { per_cent, left: span(coarse(left?.as_secs() + 1)) })
        }
    }
}

/// A length of time that does not change with every frame.
fn coarse(seconds: u64) -> u64 {
    if seconds < 20 { seconds } else { seconds.div_ceil(10) * 10 }
}

/// What they show of a recording.
pub(super) fn tape(toy: &Toy, tape: &face::Tape) -> Option<Tape> {
    let machine = &toy.0.machine;
    let seconds = |from: u64| machine.tick().saturating_sub(from) / TICKS_PER_SECOND;
    match (tape.recording(), machine.recorder()) {
        (Some(recording), _) => Some(Tape::Playing {
            at: seconds(recording.start().meta.tick),
            of: recording.ticks() / TICKS_PER_SECOND,
            ended: tape.has_ended(),
        }),
        (None, Some(recorder)) => Some(Tape::Recording(seconds(recorder.start_tick()))),
        (None, None) => None,
    }
}
