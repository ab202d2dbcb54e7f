//! What became of retired and restored pets, and the sentences of others.

use crate::model::Action;
use crate::view::View;
use bevy::ecs::prelude::*;
use eggtooth_toy::face::{Notice, Pace, PetCalled, ShelfCommand, ShelfView, Shown, Toy};
use eggtooth_vault::{Entry, Slug};
use std::collections::BTreeSet;

/// What was asked of the shelf, until the shelf was read again. A folder that moves may get a number,
/// so what came of it is found by comparing.
#[derive(Resource, Debug, Default)]
pub(super) struct Watches(Vec<Watch>);

#[derive(Debug)]
enum Watch {
    /// A pet retires: the retired ones before, and whether it was on the desk.
    Retire(BTreeSet<Slug>, bool),
    /// A pet comes back: the ones on the shelf before, and whether it is to be put on the desk.
    Restore(BTreeSet<Slug>, bool),
}

/// As many as fit a frame; more are not watched, which costs only the way to undo.
const MOST: usize = 8;

fn slugs(entries: &[Entry]) -> BTreeSet<Slug> {
    entries.iter().map(|entry| entry.slug.clone()).collect()
}

impl Watches {
    pub(super) fn retire(&mut self, slug: &Slug, shelf: &ShelfView) {
        self.add(Watch::Retire(slugs(&shelf.retired), shelf.current.as_ref() == Some(slug)));
    }

    pub(super) fn restore(&mut self, play: bool, shelf: &ShelfView) {
        self.add(Watch::Restore(slugs(&shelf.toys), play));
    }

    fn add(&mut self, watch: Watch) {
        if self.0.len() < MOST {
            self.0.push(watch);
        }
    }
}

/// Offers to undo what was done, and finishes undoing.
pub(super) fn watch(
    mut watches: ResMut<Watches>,
    shelf: Res<ShelfView>,
    mut view: ResMut<View>,
    mut commands: MessageWriter<ShelfCommand>,
) {
    if watches.0.is_empty() || !shelf.is_changed() {
        return;
    }
    for watch in watches.0.drain(..) {
        match watch {
            Watch::Retire(before, was_here) => {
                for entry in shelf.retired.iter().filter(|entry| !before.contains(&entry.slug)) {
                    let text = format!("{} has retired. Nothing of it is lost.", entry.name());
                    view.toasts.offer(text, "Undo", Action::Restore(entry.slug.clone(), was_here));
                }
            }
            Watch::Restore(before, play) => {
                for entry in shelf.toys.iter().filter(|entry| !before.contains(&entry.slug)) {
                    view.toasts.say(format!("{} is back.", entry.name()));
                    if play {
                        commands.write(ShelfCommand::Open(entry.slug.clone()));
                    }
                }
            }
        }
    }
}

/// Shows the sentences of others, and says why fast-forward has stopped.
pub(super) fn told(
    mut notices: MessageReader<Notice>,
    mut calls: MessageReader<PetCalled>,
    shown: Query<(Entity, &Toy, &Pace), With<Shown>>,
    mut view: ResMut<View>,
    mut was_fast: Local<bool>,
) {
    for notice in notices.read() {
        view.toasts.say(notice.0.as_str());
    }
    let Ok((entity, toy, pace)) = shown.single() else { return };
    let called = calls.read().any(|call| call.toy == entity);
    if *was_fast && called && !pace.fast_forward {
        view.toasts.say(format!("{} calls.", toy.0.name()));
    }
    *was_fast = pace.fast_forward;
}
