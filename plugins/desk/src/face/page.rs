//! The page's buttons, and what its being hidden means.

use super::DeskSystems;
use crate::model::Action;
use crate::page::FromPage;
use bevy::app::{App, PreUpdate};
use bevy::ecs::prelude::*;
use eggtooth_toy::Choice;
use eggtooth_toy::face::{Notice, Press, SaveNow, Shown, Toy};

/// Presses, and saving.
pub fn plugin(app: &mut App) {
    app.add_systems(PreUpdate, hear.in_set(DeskSystems::Input));
}

fn hear(
    mut page: MessageReader<FromPage>,
    shown: Query<(Entity, Option<&Toy>), With<Shown>>,
    mut presses: MessageWriter<Press>,
    mut save: MessageWriter<SaveNow>,
    mut actions: MessageWriter<Action>,
    mut tell: MessageWriter<Notice>,
) {
    for told in page.read() {
        match told {
            FromPage::Press(button, down) => {
                if let Ok((toy, _)) = shown.single() {
                    presses.write(Press { toy, button: *button, down: *down });
                }
            }
            FromPage::Copy => {
                let pet = shown.single().ok().and_then(|(_, toy)| toy);
                if let Some((pet, slug)) = pet.and_then(|pet| Some((pet, pet.0.slug()?))) {
                    save.write(SaveNow);
                    actions.write(Action::Copy(slug.clone(), pet.0.name().to_owned()));
                } else {
                    tell.write(Notice("There is no pet on the desk that is kept here.".into()));
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
