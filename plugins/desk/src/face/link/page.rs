//! Ports and files of a page: the browser lets the player choose them.

use super::{DeskLink, Purpose};
use crate::link::Ground;
use crate::page::{self, FromPage, ToPage};
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use eggtooth_prong::face::{LinkNews, News};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::talk::Outcome;
use eggtooth_prong::transport::web_serial;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the browser has said which ports there are.
#[derive(Resource, Default)]
pub(super) struct Looked(Arc<AtomicBool>);

/// Looks for ports and files.
#[derive(SystemParam)]
pub(super) struct Hands<'w> {
    looked: Res<'w, Looked>,
    page: MessageWriter<'w, ToPage>,
}

/// What only a page needs.
pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Looked>().add_systems(Update, hand_over.in_set(super::DeskSystems::Tell));
}

/// On a page.
pub(super) fn here() -> Ground {
    Ground::Page { missing: web_serial::missing() }
}

/// What is said of an item that is kept.
pub(super) fn kept(len: usize, _path: &Path) -> String {
    format!("An item of {len} bytes came. It is kept with your pets, and goes to your downloads.")
}

impl Hands<'_> {
    /// Looks which ports the page may use.
    pub(super) fn look(&mut self) {
        let looked = self.looked.0.clone();
        web_serial::look(move || looked.store(true, Ordering::Relaxed));
    }

    /// Has the page show its file dialog.
    pub(super) fn choose(&mut self, purpose: Purpose, _view: &mut View) {
        self.page.write(ToPage::Pick(match purpose {
            Purpose::Secret => page::Purpose::Secret,
            Purpose::Item => page::Purpose::Item,
        }));
    }
}

/// What the browser has found, and what the player has chosen.
pub(super) fn found(
    looked: Res<Looked>,
    mut desk: ResMut<DeskLink>,
    mut view: ResMut<View>,
    mut page: MessageReader<FromPage>,
    mut redraw: MessageWriter<bevy::window::RequestRedraw>,
) {
    if desk.looking {
        redraw.write(bevy::window::RequestRedraw);
    }
    if looked.0.swap(false, Ordering::Relaxed) {
        let desk = desk.bypass_change_detection();
        (desk.ports, desk.looking) = (web_serial::ports(), false);
        let form = &mut view.form.link;
        if let (true, [only]) = (form.port.is_empty(), desk.ports.as_slice()) {
            form.port.clone_from(&only.name);
        }
    }
    for told in page.read() {
        match told {
            FromPage::File(page::Purpose::Secret, name, bytes) => match Secret::new(bytes.0.to_vec()) {
                Ok(secret) => {
                    let form = &mut view.form.link;
                    (form.secret, form.given) = (name.clone(), Some(Arc::new(secret)));
                }
                Err(error) => view.toasts.say(error.to_string()),
            },
            FromPage::File(page::Purpose::Item, name, bytes) => {
                let form = &mut view.form.link;
                (form.item, form.bytes) = (name.clone(), Some(bytes.0.to_vec()));
            }
            _ => {}
        }
    }
}

/// An item that came goes to the player as a file, too; a port that was chosen is one that the page may use.
fn hand_over(mut news: MessageReader<LinkNews>, mut desk: ResMut<DeskLink>, mut hands: Hands) {
    for news in news.read() {
        match &news.news {
            News::Done(outcome) => {
                if let Outcome::Item(item) = outcome.as_ref() {
                    hands.page.write(ToPage::Download("item.arc2".into(), item.bytes().to_vec()));
                }
            }
            News::Closed => {
                desk.bypass_change_detection().looking = true;
                hands.look();
            }
            _ => {}
        }
    }
}
