//! Draws the interface when there is something to see.

use super::away::{absence, tape};
use super::clock::{Job, Pip};
use super::daycare::DeskDaycare;
use super::friends::{self, DeskFriends};
use super::link::LinkSources;
use crate::clock::local_time;
use crate::look;
use crate::model::{Action, DesignRow, Model, PetClock, PetRow, Sound, Time};
use crate::settings::DeskSettings;
use crate::view::{self, View};
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use bevy_egui::{EguiContexts, EguiInput, EguiRenderOutput, PrimaryEguiContext, egui};
use eggtooth_buzzer::face::{BuzzerSettings, Speaker};
use eggtooth_shell::{Design, LiveCamera, Redraw};
use eggtooth_toy::face::{Away, Pace, Remote, SPEEDS, ShelfView, Shown, Tape, Toy};
use eggtooth_toy::{Button, Home, TICKS_PER_SECOND};
use eggtooth_vault::Entry;

/// The designs of the shell, in the order of the menu.
pub(super) fn designs() -> Vec<DesignRow> {
    Design::ALL.map(|design| DesignRow { name: design.name().to_owned(), swatch: design.swatch() }).into()
}

/// What lies on the desk: a pet, or a toy that lives elsewhere.
type OnDesk =
    (Option<&'static Toy>, Option<&'static Remote>, &'static Pace, Option<&'static Away>, Option<&'static Tape>);

/// What the model is made of.
#[derive(SystemParam)]
pub(super) struct Sources<'w, 's> {
    toys: Query<'w, 's, OnDesk, With<Shown>>,
    shelf: Res<'w, ShelfView>,
    settings: Res<'w, DeskSettings>,
    buzzer: Option<Res<'w, BuzzerSettings>>,
    speaker: Option<Res<'w, Speaker>>,
    home: Option<Res<'w, Home>>,
    pip: Res<'w, Pip>,
    job: Option<Res<'w, Job>>,
    link: LinkSources<'w, 's>,
    daycare: Res<'w, DeskDaycare>,
    friends: Res<'w, DeskFriends>,
}

impl Sources<'_, '_> {
    fn model(&self, view: &View) -> Option<Model> {
        let (toy, remote, pace, away, tape) = self.toys.single().ok()?;
        let machine = toy.map(|toy| &toy.0.machine);
        let name = toy.map(|toy| toy.0.name()).or(remote.map(|remote| remote.name.as_str()))?;
        let designs = designs();
        let (hours, minutes, _) = local_time();
        let busy = away.is_some_and(Away::is_away) || tape.is_some_and(|tape| tape.recording().is_some());
        Some(Model {
            pet: name.to_owned(),
            program: machine.filter(|machine| !self.pip.is(machine)).map(|_| name.to_owned()),
            design: designs.iter().position(|row| row.name == self.settings.design).unwrap_or(0),
            designs,
            sound: Sound {
                volume: self.settings.volume,
                muted: self.buzzer.as_ref().map_or(self.settings.muted, |buzzer| buzzer.muted),
                no_device: self.speaker.as_deref() == Some(&Speaker::Absent),
            },
            time: Time { speed: pace.speed, paused: pace.paused, fast_forward: pace.fast_forward },
            speeds: &SPEEDS,
            now: (hours, minutes),
            clock: match machine {
                Some(machine) if !busy => self.pip.clock(machine, self.job.as_deref()),
                _ => PetClock::No("The pet must be here, and not be catching up."),
            },
            tap: machine.is_some_and(|machine| machine.model().has(Button::Tap)),
            shelf: self.shelf.toys.iter().map(row).collect(),
            current: self.shelf.current.clone(),
            retired: self.shelf.retired.iter().map(row).collect(),
            read_only: self.shelf.read_only.clone(),
            folder: self.home.as_ref().map(|home| home.dir().path().display().to_string()).unwrap_or_default(),
            quality: self.settings.quality,
            less_motion: self.settings.less_motion,
            choice: toy.map(|toy| toy.0.choice()).unwrap_or_default(),
            absence: away.and_then(absence),
            tape: toy.zip(tape).and_then(|(toy, tape)| self::tape(toy, tape)),
            link: self.link.model(view.open && (view.form.link.open || view.form.friends.real)),
            daycare: self.daycare.model(view.open && view.form.daycare.open),
            friends: {
                let played = tape.is_some_and(|tape| tape.recording().is_some());
                let refusal = friends::refusal(toy, remote, played);
                let seen = view.open && view.form.friends.open;
                self.friends.model(seen, &self.settings, refusal, remote.is_some())
            },
            elsewhere: remote.map(super::daycare::elsewhere),
        })
    }

    /// Whether nothing of the toy itself is to be told.
    fn is_plain(&self) -> bool {
        self.toys.iter().all(|(toy, remote, pace, away, tape)| {
            let taped = toy.zip(tape).and_then(|(toy, tape)| self::tape(toy, tape));
            let here = remote.is_none_or(|remote| remote.is_live() && super::daycare::elsewhere(remote).running);
            *pace == Pace::default() && away.and_then(absence).is_none() && taped.is_none() && here
        })
    }
}

/// A pet of the shelf as the menu shows it.
fn row(entry: &Entry) -> PetRow {
    PetRow {
        slug: entry.slug.clone(),
        name: entry.name().to_owned(),
        detail: entry.meta.as_ref().map(|meta| lived(meta.tick / TICKS_PER_SECOND)).unwrap_or_default(),
        damaged: entry.meta.is_none().then(|| "All of its saves are damaged.".to_owned()),
        elsewhere: super::daycare::place(entry),
    }
}

/// A life's length for people.
fn lived(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60 % 60, seconds / 3600 % 24, seconds / 86_400);
    match (days, hours) {
        (0, 0) => format!("Lived for {minutes} min"),
        (0, _) => format!("Lived for {hours} h {minutes} min"),
        _ => format!("Lived for {days} d {hours} h"),
    }
}

/// Draws what there is to see; nothing is drawn while there is nothing.
pub(super) fn show(
    mut contexts: EguiContexts,
    sources: Sources,
    mut view: ResMut<View>,
    mut actions: MessageWriter<Action>,
    mut dressed: Local<Option<bool>>,
) {
    let still = sources.settings.less_motion;
    if sources.is_plain() && view.is_empty(still) && !sources.friends.at_table() {
        return;
    }
    // No camera yet.
    let Ok(ctx) = contexts.ctx_mut() else { return };
    if *dressed != Some(still) {
        look::dress(ctx, still);
        *dressed = Some(still);
    }
    if let Some(model) = sources.model(&view) {
        actions.write_batch(view::draw(ctx, &model, &mut view));
    }
}

/// The interface is drawn with the camera that draws to the window.
pub(super) fn attach(mut commands: Commands, cameras: Query<Entity, (With<LiveCamera>, Without<PrimaryEguiContext>)>) {
    if let Some(camera) = cameras.iter().next() {
        commands.entity(camera).insert(PrimaryEguiContext);
    }
}

/// Asks for a drawn frame if the interface looks different from the one before.
pub(super) fn refresh(
    outputs: Query<&EguiRenderOutput>,
    redraw: Option<ResMut<Redraw>>,
    mut last: Local<Vec<egui::ClippedPrimitive>>,
) {
    let (Some(mut redraw), Some(output)) = (redraw, outputs.iter().next()) else { return };
    let same = last.len() == output.paint_jobs.len() && last.iter().zip(&output.paint_jobs).all(|(a, b)| equal(a, b));
    // New glyphs are in the texture only when the picture after this one is drawn.
    if !output.textures_delta.is_empty() {
        redraw.request_frames(2);
    }
    if !same {
        last.clone_from(&output.paint_jobs);
        redraw.request();
    }
}

fn equal(a: &egui::ClippedPrimitive, b: &egui::ClippedPrimitive) -> bool {
    use egui::epaint::Primitive::Mesh;
    match (&a.primitive, &b.primitive) {
        (Mesh(one), Mesh(other)) => a.clip_rect == b.clip_rect && one == other,
        _ => false,
    }
}

/// Takes the unchanged modifier keys out of egui's input. bevy_egui 0.42 reports them every frame, and
/// egui answers each report by asking for another frame.
pub(super) fn calm(mut inputs: Query<&mut EguiInput>, mut last: Local<egui::Modifiers>) {
    for mut input in &mut inputs {
        input.0.events.retain(|event| match event {
            egui::Event::ModifiersChanged(modifiers) => *modifiers != std::mem::replace(&mut *last, *modifiers),
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_are_told_in_two_units() {
        assert_eq!(lived(59), "Lived for 0 min");
        assert_eq!(lived(3 * 3600 + 12 * 60 + 5), "Lived for 3 h 12 min");
        assert_eq!(lived(86_400 * 20 + 3600 * 23), "Lived for 20 d 23 h");
    }
}
