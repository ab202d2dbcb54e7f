//! Does what was asked for, each kind in its own system.

use super::clock::{Job, Pip};
use super::show::designs;
use crate::model::{Action, Program};
use crate::settings::DeskSettings;
use crate::view::{CARD_SECONDS, View};
use bevy::ecs::prelude::*;
use eggtooth_buzzer::face::BuzzerSettings;
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::Button;
use eggtooth_toy::face::{Pace, Press, SPEEDS, ShelfCommand, ShelfView, Shown, Toy};

/// Choices.
pub(super) fn settings(
    mut actions: MessageReader<Action>,
    buzzer: Option<ResMut<BuzzerSettings>>,
    mut settings: ResMut<DeskSettings>,
) {
    let mut buzzer = buzzer;
    for action in actions.read() {
        let mut next = settings.clone();
        match action {
            Action::Design(number) => {
                if let Some(design) = designs().into_iter().nth(*number) {
                    next.design = design.name;
                }
            }
            Action::Volume(volume) => next.volume = *volume.min(&100),
            Action::Mute(mute) => {
                next.muted = *mute;
                if let Some(buzzer) = &mut buzzer {
                    buzzer.muted = *mute;
                }
            }
            Action::Quality(quality) => next.quality = *quality,
            Action::LessMotion(less) => next.less_motion = *less,
            _ => continue,
        }
        settings.set_if_neq(next);
    }
}

/// How time passes.
pub(super) fn time(mut actions: MessageReader<Action>, mut shown: Query<&mut Pace, (With<Shown>, With<Toy>)>) {
    for action in actions.read() {
        let Ok(pace) = shown.single_mut() else { continue };
        let next = match action {
            Action::Speed(speed) if SPEEDS.contains(speed) => Pace { speed: *speed, fast_forward: false, ..*pace },
            Action::Pause(paused) => Pace { paused: *paused, ..*pace },
            // Who wants it fast wants it to move.
            Action::FastForward(fast) => Pace { fast_forward: *fast, paused: pace.paused && !fast, ..*pace },
            _ => continue,
        };
        pace.map_unchanged(|pace| pace).set_if_neq(next);
    }
}

/// The shelf.
pub(super) fn shelf(
    mut actions: MessageReader<Action>,
    shown: Query<&Toy, With<Shown>>,
    shelf: Res<ShelfView>,
    mut watches: ResMut<super::shelf::Watches>,
    mut commands: MessageWriter<ShelfCommand>,
    mut view: ResMut<View>,
) {
    for action in actions.read() {
        match action {
            Action::Switch(slug) => drop(commands.write(ShelfCommand::Open(slug.clone()))),
            Action::New { name, program: Program::Pip } => {
                commands.write(ShelfCommand::New { name: name.clone(), rom: None });
            }
            Action::New { name, program: Program::Same } => {
                let Ok(toy) = shown.single() else { continue };
                match Cartridge::from_words(toy.0.machine.words()) {
                    Ok(rom) => drop(commands.write(ShelfCommand::New { name: name.clone(), rom: Some(Box::new(rom)) })),
                    Err(error) => view.toasts.say(error.to_string()),
                }
            }
            Action::Rename(slug, name) => {
                commands.write(ShelfCommand::Rename(slug.clone(), name.clone()));
            }
            Action::Retire(slug) => {
                watches.retire(slug, &shelf);
                commands.write(ShelfCommand::Retire(slug.clone()));
            }
            Action::Restore(slug, play) => {
                watches.restore(*play, &shelf);
                commands.write(ShelfCommand::Restore(slug.clone()));
            }
            _ => {}
        }
    }
}

/// What hands do: tapping, and pressing the clock right.
pub(super) fn hands(
    mut actions: MessageReader<Action>,
    mut shown: Query<(Entity, &Toy, &mut Pace), With<Shown>>,
    pip: Res<Pip>,
    mut presses: MessageWriter<Press>,
    mut commands: Commands,
) {
    for action in actions.read() {
        let Ok((entity, toy, mut pace)) = shown.single_mut() else { continue };
        match action {
            Action::Tap if toy.0.machine.model().has(Button::Tap) => {
                presses.write_batch([true, false].map(|down| Press { toy: entity, button: Button::Tap, down }));
            }
            Action::SetClock if pip.refusal(&toy.0.machine).is_none() => {
                // Faster than it can be told, the clock would be wrong again at once.
                let calm = Pace { fast_forward: false, paused: false, ..*pace };
                pace.set_if_neq(calm);
                commands.insert_resource(Job::new(entity));
            }
            _ => {}
        }
    }
}

/// The interface itself.
pub(super) fn view(mut actions: MessageReader<Action>, mut view: ResMut<View>) {
    for action in actions.read() {
        match action {
            Action::Menu(open) => {
                view.open = *open;
                // The bar goes with the menu.
                view.still = if *open { 0.0 } else { crate::view::LINGER };
            }
            Action::ShowKeys => {
                view.open = false;
                view.card = CARD_SECONDS;
            }
            _ => {}
        }
    }
}
