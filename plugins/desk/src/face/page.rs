//! The page's buttons, and what its being hidden means.

use super::DeskSystems;
use crate::model::Action;
use crate::page::FromPage;
use bevy::app::{App, PreUpdate};
use bevy::ecs::prelude::*;
use eggtooth_toy::Choice;
use eggtooth_toy::face::{Press, SaveNow, Shown};

/// Presses, and saving.
pub fn plugin(app: &mut App) {
    app.add_systems(PreUpdate, hear.in_set(DeskSystems::Input));
}

fn hear(
    mut page: MessageReader<FromPage>,
    shown: Query<Entity, With<Shown>>,
    mut presses: MessageWriter<Press>,
    mut save: MessageWriter<SaveNow>,
    mut actions: MessageWriter<Action>,
) {
    for told in page.read() {
        match told {
            FromPage::Press(button, down) => {
                if let Ok(toy) = shown.single() {
                    presses.write(Press { toy, button: *button, down: *down });
                }
            }
            FromPage::Decide(live) => {
                actions.write(Action::Decide(if *live { Choice::Live } else { Choice::Hold }));
            }
            // A tab that is hidden may never be seen again.
            FromPage::Hidden(true) => drop(save.write(SaveNow)),
            _ => {}
        }
    }
}
