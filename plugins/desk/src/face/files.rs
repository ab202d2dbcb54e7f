//! ROMs and saved pets from outside: dialog, path, drop; read beside the frame.

use crate::intake::{Read, newest_with, read, typed_path};
use crate::model::{Action, Program};
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::ecs::system::NonSendMarker;
use bevy::tasks::futures::check_ready;
use bevy::tasks::{IoTaskPool, Task};
use bevy::window::{FileDragAndDrop, RequestRedraw};
use eggtooth_toy::Home;
use eggtooth_toy::face::{ShelfCommand, ShelfView, TapeCommand};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files that are read at once; more are refused.
const MOST: usize = 4;
/// A dialog that is gone sooner was never there: this system has none.
const NO_DIALOG: Duration = Duration::from_millis(700);

/// What is under way.
#[derive(Resource, Default)]
pub(super) struct Files {
    dialog: Option<(Task<Option<PathBuf>>, Instant)>,
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
pub(super) fn obey(
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
                files.dialog = Some((task, Instant::now()));
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
                files.dialog = Some((task, Instant::now()));
            }
            Action::ChooseRom | Action::ChooseRecording => {
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
pub(super) fn dropped(
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
pub(super) fn chosen(home: Option<Res<Home>>, mut files: ResMut<Files>, mut view: ResMut<View>) {
    let Some((task, begun)) = &mut files.dialog else { return };
    let Some(choice) = check_ready(task) else { return };
    let at_once = begun.elapsed() < NO_DIALOG;
    files.dialog = None;
    match (choice, home) {
        (Some(path), Some(home)) => files.open(path, &home, &mut view),
        (None, _) if at_once => {
            view.toasts.say("This system has no file dialog: drop the file on the window or type its path.");
        }
        _ => {}
    }
}

/// Files were read.
pub(super) fn arrived(
    mut files: ResMut<Files>,
    shelf: Res<ShelfView>,
    mut commands: MessageWriter<ShelfCommand>,
    mut tape: MessageWriter<TapeCommand>,
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
        match result {
            Ok(Read::Recording(recording)) => drop(tape.write(TapeCommand::Play(recording))),
            Ok(found) => take(&path, found, &shelf, &mut commands, &mut view),
            Err(error) => view.toasts.say(format!("{} was not opened: {error}", name(&path))),
        }
    }
}

/// Puts what was read on the desk. A ROM that a pet on the shelf runs means that pet: nobody who opens
/// the file again wants to begin again.
fn take(path: &Path, found: Read, shelf: &ShelfView, commands: &mut MessageWriter<ShelfCommand>, view: &mut View) {
    match found {
        Read::Recording(_) => {}
        Read::Pet(entry) => {
            view.toasts.say(format!("{} came to the shelf.", entry.name()));
            commands.write(ShelfCommand::Open(entry.slug));
        }
        Read::Rom(cartridge, own_name) => match newest_with(&shelf.toys, &cartridge.identity) {
            Some(entry) => {
                let here = shelf.current.as_ref() == Some(&entry.slug);
                let does = if here { "is on the desk already" } else { "was put on the desk" };
                let text = format!("{} runs this ROM and {does}.", entry.name());
                view.toasts.offer(text, "New pet", Action::New { name: own_name, program: Program::Same });
                commands.write(ShelfCommand::Open(entry.slug.clone()));
            }
            None => {
                view.toasts.say(format!("{}: {}", name(path), cartridge.explain()));
                commands.write(ShelfCommand::New { name: own_name, rom: Some(cartridge) });
            }
        },
    }
}

/// A file's name for people.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
