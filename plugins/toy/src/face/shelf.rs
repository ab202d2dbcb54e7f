//! The shelf: other pets take the place on the desk, get names, retire and come back.

use super::advance::Drawn;
use super::{Away, Clock, LcdFrame, Notice, Pace, Tape, Toy, ToySwapped};
use crate::{Home, Session, ToyError};
use bevy_ecs::prelude::*;
use eggtooth_cartridge::Cartridge;
use eggtooth_vault::{Entry, Slug};

/// What a player does with the shelf. Failures come back as [`Notice`]s.
#[derive(Message, Clone, Debug)]
pub enum ShelfCommand {
    /// Play this pet.
    Open(Slug),
    /// Hatch a new one: Pip, or with a ROM.
    New {
        /// What it is called; otherwise after its ROM.
        name: Option<String>,
        /// The ROM, boxed because it is the rare case.
        rom: Option<Box<Cartridge>>,
    },
    /// Give a pet another name.
    Rename(Slug, String),
    /// Take a pet off the shelf; [`ShelfCommand::Restore`] undoes it.
    Retire(Slug),
    /// Put a retired pet back, by its name in [`ShelfView::retired`].
    Restore(Slug),
    /// Read the shelf again.
    Refresh,
}

/// What the shelf holds, as last read.
#[derive(Resource, Debug, Default)]
pub struct ShelfView {
    /// The pets, by name.
    pub toys: Vec<Entry>,
    /// Retired ones.
    pub retired: Vec<Entry>,
    /// The pet on the desk.
    pub current: Option<Slug>,
    /// Why nothing is saved, if so.
    pub read_only: Option<String>,
}

/// Serves commands, one after the other, and reads the shelf again after them.
pub(super) fn serve(
    mut commands: MessageReader<ShelfCommand>,
    home: Option<Res<Home>>,
    mut toys: Query<
        (Entity, &mut Toy, &mut Away, &mut Clock, &mut LcdFrame, &mut Pace, &mut Drawn, &mut Tape),
        With<super::Shown>,
    >,
    mut view: ResMut<ShelfView>,
    mut notices: MessageWriter<Notice>,
    mut swapped: MessageWriter<ToySwapped>,
) {
    let Some(home) = home else { return };
    let Ok((entity, mut toy, mut away, mut clock, mut frame, mut pace, mut drawn, mut tape)) = toys.single_mut() else {
        return;
    };
    let mut touched = false;
    for command in commands.read() {
        touched = true;
        let mut texts = Vec::new();
        if !matches!(command, ShelfCommand::Refresh) && tape.stop(&mut toy, &mut clock) {
            drawn.forget();
            swapped.write(ToySwapped { toy: entity });
        }
        match obey(command, &home, &mut toy.0, &mut texts) {
            Ok(Some(session)) => {
                match super::tape::end(&mut toy.0, &home) {
                    Ok(text) => texts.extend(text),
                    Err(error) => texts.push(format!("{error}.")),
                }
                home.remember(&session);
                toy.0 = session;
                *away = Away::default();
                *clock = Clock::default();
                drawn.forget();
                *frame = LcdFrame(toy.0.machine.frame());
                *pace = Pace { paused: false, fast_forward: false, ..*pace };
                swapped.write(ToySwapped { toy: entity });
            }
            Ok(None) => {}
            Err(error) => texts.push(format!("{error}.")),
        }
        notices.write_batch(texts.into_iter().map(Notice));
    }
    if touched {
        view.toys = home.dir().list().unwrap_or_default();
        view.retired = home.dir().retired().unwrap_or_default();
        view.current = tape.slug().or(toy.0.slug()).cloned();
        view.read_only = home.read_only();
    }
}

/// Does one thing; the result is the pet that takes the place, if another does.
fn obey(
    command: &ShelfCommand,
    home: &Home,
    current: &mut Session,
    notices: &mut Vec<String>,
) -> Result<Option<Session>, ToyError> {
    match command {
        ShelfCommand::Open(slug) if current.slug() == Some(slug) => Ok(None),
        ShelfCommand::Open(slug) => {
            current.save()?;
            home.open_toy(slug, None, notices).map(Some)
        }
        ShelfCommand::New { name, rom } => {
            current.save()?;
            home.hatch(rom.as_deref().cloned(), name.clone()).map(Some)
        }
        ShelfCommand::Rename(slug, name) => {
            let entry = home.dir().rename(slug, name)?;
            if current.slug() == Some(slug) {
                current.set_name(entry.name().to_owned());
            }
            Ok(None)
        }
        ShelfCommand::Retire(slug) if current.slug() == Some(slug) => {
            // The desk is never empty: the next pet of the shelf comes, or a new Pip.
            current.save()?;
            let next = home.dir().list()?.into_iter().find(|entry| entry.slug != *slug);
            let session = match next {
                Some(entry) => home.open_toy(&entry.slug, None, notices)?,
                None => home.hatch(None, None)?,
            };
            home.dir().retire(slug)?;
            Ok(Some(session))
        }
        ShelfCommand::Retire(slug) => {
            home.dir().retire(slug)?;
            Ok(None)
        }
        ShelfCommand::Restore(slug) => {
            home.dir().restore(slug)?;
            Ok(None)
        }
        ShelfCommand::Refresh => Ok(None),
    }
}
