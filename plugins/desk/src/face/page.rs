//! The page's buttons, what its being hidden means, and what it says of the menu.

use super::DeskSystems;
use crate::model::Action;
use crate::page::{FromPage, ToPage};
use crate::view::View;
use bevy::app::{App, PostUpdate, PreUpdate};
use bevy::ecs::prelude::*;
use bevy_egui::egui::output::OutputEvent;
use bevy_egui::{EguiOutput, EguiPostUpdateSet};
use eggtooth_toy::Choice;
use eggtooth_toy::face::{Notice, Press, SaveNow, Shown, Toy};

/// Presses, and saving.
pub fn plugin(app: &mut App) {
    app.add_systems(PreUpdate, hear.in_set(DeskSystems::Input))
        .add_systems(PostUpdate, tell.after(EguiPostUpdateSet::ProcessOutput));
}

/// Tells the page of the menu: whether it is open, and what has the focus.
fn tell(
    view: Res<View>,
    outputs: Query<Ref<EguiOutput>>,
    mut page: MessageWriter<ToPage>,
    mut told: Local<(bool, String)>,
) {
    let (open, words) = &mut *told;
    if *open != view.open {
        *open = view.open;
        page.write(ToPage::Menu(view.open));
    }
    for output in outputs.iter().filter(|output| output.is_changed()) {
        for event in &output.platform_output.events {
            if let OutputEvent::FocusGained(info) = event {
                *words = info.description();
                page.write(ToPage::Focus(words.clone()));
            }
        }
    }
    if !view.open && !words.is_empty() {
        words.clear();
        page.write(ToPage::Focus(String::new()));
    }
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
