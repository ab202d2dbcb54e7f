//! ROMs and saved pets from outside: on a computer by dialog, path and drop, in a browser through the page.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod page;

#[cfg(not(target_family = "wasm"))]
pub(super) use native::plugin;
#[cfg(target_family = "wasm")]
pub(super) use page::plugin;

use crate::intake::{Read, newest_with};
use crate::model::{Action, Program};
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use eggtooth_toy::face::{ShelfCommand, ShelfView, TapeCommand};
use std::path::Path;

/// Who hears of a file that was read.
#[derive(SystemParam)]
struct Takers<'w> {
    shelf: Res<'w, ShelfView>,
    commands: MessageWriter<'w, ShelfCommand>,
    tape: MessageWriter<'w, TapeCommand>,
}

impl Takers<'_> {
    /// Puts what was read on the desk, or says why not.
    fn take(&mut self, path: &Path, result: Result<Read, String>, view: &mut View) {
        match result {
            Ok(Read::Recording(recording)) => drop(self.tape.write(TapeCommand::Play(recording))),
            Ok(found) => take(path, found, &self.shelf, &mut self.commands, view),
            Err(error) => view.toasts.say(format!("{} was not opened: {error}", name(path))),
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
