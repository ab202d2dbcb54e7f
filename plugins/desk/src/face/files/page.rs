//! Files that come and go through the page.

use super::Takers;
use crate::face::DeskSystems;
use crate::intake::read_bytes;
use crate::model::Action;
use crate::page::{FromPage, Purpose, ToPage};
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;
use eggtooth_toy::Home;
use std::path::Path;

/// Chosen, dropped and downloaded files.
pub fn plugin(app: &mut App) {
    app.add_message::<FromPage>()
        .add_message::<ToPage>()
        .add_systems(Update, (obey, arrived).chain().in_set(DeskSystems::Obey));
}

/// Asks the page.
fn obey(
    mut actions: MessageReader<Action>,
    home: Option<Res<Home>>,
    mut view: ResMut<View>,
    mut page: MessageWriter<ToPage>,
) {
    for action in actions.read() {
        match action {
            Action::ChooseRom => drop(page.write(ToPage::Pick(Purpose::Open))),
            Action::ChooseRecording => drop(page.write(ToPage::Pick(Purpose::Recording))),
            Action::Copy(slug, name) => match home.as_ref().map(|home| home.dir().copy(slug)) {
                Some(Ok(bytes)) => drop(page.write(ToPage::Download(format!("{name}.egg"), bytes))),
                Some(Err(error)) => view.toasts.say(error.to_string()),
                None => {}
            },
            _ => {}
        }
    }
}

/// Reads what came.
fn arrived(mut page: MessageReader<FromPage>, home: Option<Res<Home>>, mut takers: Takers, mut view: ResMut<View>) {
    for told in page.read() {
        match told {
            FromPage::File(Purpose::Open | Purpose::Recording, name, bytes) => {
                let Some(home) = &home else { continue };
                let path = Path::new(name);
                takers.take(path, read_bytes(path, &bytes.0, home), &mut view);
            }
            FromPage::Tell(text) => view.toasts.say(text.as_str()),
            _ => {}
        }
    }
}
