//! Files of this computer, read beside the frame.

use super::{Takers, name};
use crate::face::DeskSystems;
use crate::intake::{Read, read, typed_path};
use crate::model::Action;
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;
use bevy::ecs::system::NonSendMarker;
use bevy::tasks::futures::check_ready;
use bevy::tasks::{IoTaskPool, Task};
use bevy::window::{FileDragAndDrop, RequestRedraw};
use eggtooth_toy::Home;
use eggtooth_vault::Slug;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Files that are read at once; more are refused.
const MOST: usize = 4;
/// A dialog that is gone sooner was never there: this system has none.
const NO_DIALOG: Duration = Duration::from_millis(700);

/// Dialogs, paths and drops.
pub fn plugin(app: &mut App) {
    app.init_resource::<Files>()
        .add_systems(Update, (obey, dropped, chosen, arrived).chain().in_set(DeskSystems::Obey));
}

/// What a dialog's path is for.
#[derive(Clone, Debug)]
enum Purpose {
    Open,
    /// A copy of this pet is written there.
    Copy(Slug),
}

/// What is under way.
#[derive(Resource, Default)]
struct Files {
    dialog: Option<(Task<Option<PathBuf>>, Instant, Purpose)>,
    reading: Vec<(PathBuf, Task<Result<Read, String>>)>,
}

impl Files {
    fn open(&mut self, path: PathBuf, home: &Home, view: &mut View) {
        if self.reading.len() == MOST {
            view.toasts.say("Other files are still being read; try again in a moment.");
            return;
        }
        let task = {
            let (path, home) = (path.clone(), home.clone());
            IoTaskPool::get().spawn(async move { read(&path, &home) })
        };
        self.reading.push((path, task));
    }
}

/// Opens what was asked for. The dialog must be begun on the main thread (macOS).
fn obey(
    mut actions: MessageReader<Action>,
    home: Option<Res<Home>>,
    mut files: ResMut<Files>,
    mut view: ResMut<View>,
    _main_thread: NonSendMarker,
) {
    for action in actions.read() {
        match action {
            Action::ChooseRom if files.dialog.is_none() => {
                let dialog = rfd::AsyncFileDialog::new()
                    .set_title("Open a ROM or a saved pet")
                    .add_filter("ROMs and pets", &["b", "bin", "rom", "zip", "gz", "h", "c", "hex", "txt", "egg"])
                    .add_filter("All files", &["*"])
                    .pick_file();
                let task = IoTaskPool::get().spawn(async move { dialog.await.map(|file| file.path().to_owned()) });
                files.dialog = Some((task, Instant::now(), Purpose::Open));
            }
            Action::ChooseRecording if files.dialog.is_none() => {
                let folder = home.as_ref().map(|home| home.dir().path().join("recordings"));
                let mut dialog = rfd::AsyncFileDialog::new()
                    .set_title("Play a recording")
                    .add_filter("Recordings", &["eggplay"])
                    .add_filter("All files", &["*"]);
                if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
                    dialog = dialog.set_directory(folder);
                }
                let dialog = dialog.pick_file();
                let task = IoTaskPool::get().spawn(async move { dialog.await.map(|file| file.path().to_owned()) });
                files.dialog = Some((task, Instant::now(), Purpose::Open));
            }
            Action::Copy(slug, name) if files.dialog.is_none() => {
                let dialog = rfd::AsyncFileDialog::new()
                    .set_title("A copy of this pet")
                    .add_filter("Pets", &["egg"])
                    .set_file_name(format!("{name}.egg"))
                    .save_file();
                let task = IoTaskPool::get().spawn(async move { dialog.await.map(|file| file.path().to_owned()) });
                files.dialog = Some((task, Instant::now(), Purpose::Copy(slug.clone())));
            }
            Action::ChooseRom | Action::ChooseRecording | Action::Copy(..) => {
                view.toasts.say("The file dialog is open already, perhaps behind this window.")
            }
            Action::OpenRom(text) => {
                let Some(home) = &home else { continue };
                files.open(typed_path(text, std::env::home_dir().as_deref()), home, &mut view);
            }
            _ => {}
        }
    }
}

/// Files on the window.
fn dropped(
    mut drops: MessageReader<FileDragAndDrop>,
    home: Option<Res<Home>>,
    mut files: ResMut<Files>,
    mut view: ResMut<View>,
) {
    let mut first: Option<PathBuf> = None;
    let mut others = 0;
    for drop in drops.read() {
        match drop {
            FileDragAndDrop::HoveredFile { .. } => view.hovering = true,
            FileDragAndDrop::HoveredFileCanceled { .. } => view.hovering = false,
            FileDragAndDrop::DroppedFile { path_buf, .. } => {
                view.hovering = false;
                // Half of an Epson pair finds the other half by itself.
                match &first {
                    Some(_) => others += 1,
                    None => first = Some(path_buf.clone()),
                }
            }
        }
    }
    if let (Some(path), Some(home)) = (first, home) {
        if others > 0 {
            view.toasts.say(format!("One at a time, please: {} was taken.", name(&path)));
        }
        files.open(path, &home, &mut view);
    }
}

/// The dialog was closed.
fn chosen(home: Option<Res<Home>>, mut files: ResMut<Files>, mut view: ResMut<View>) {
    let Some((task, begun, purpose)) = &mut files.dialog else { return };
    let Some(choice) = check_ready(task) else { return };
    let (at_once, purpose) = (begun.elapsed() < NO_DIALOG, purpose.clone());
    files.dialog = None;
    match (choice, home, purpose) {
        (Some(path), Some(home), Purpose::Open) => files.open(path, &home, &mut view),
        (Some(path), Some(home), Purpose::Copy(slug)) => match home.dir().export(&slug, &path) {
            Ok(()) => view.toasts.say(format!("The copy is {}.", path.display())),
            Err(error) => view.toasts.say(error.to_string()),
        },
        (None, _, Purpose::Open) if at_once => {
            view.toasts.say("This system has no file dialog: drop the file on the window or type its path.");
        }
        (None, _, Purpose::Copy(_)) if at_once => {
            view.toasts.say("This system has no file dialog: `eggtooth save export` in a terminal writes a copy.");
        }
        _ => {}
    }
}

/// Files were read.
fn arrived(
    mut files: ResMut<Files>,
    mut takers: Takers,
    mut redraw: MessageWriter<RequestRedraw>,
    mut view: ResMut<View>,
) {
    if files.reading.is_empty() {
        return;
    }
    // The loop sleeps otherwise, and the answer would come late.
    redraw.write(RequestRedraw);
    let mut done = Vec::new();
    files.reading.retain_mut(|(path, task)| match check_ready(task) {
        Some(result) => {
            done.push((path.clone(), result));
            false
        }
        None => true,
    });
    for (path, result) in done {
        takers.take(&path, result, &mut view);
    }
}
