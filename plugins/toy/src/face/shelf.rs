//! The shelf: other pets take the place on the desk, get names, retire and come back.

use super::advance::Drawn;
use super::{Away, BuzzerTone, Clock, LcdFrame, Notice, Pace, Remote, Tape, Toy, ToySwapped};
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
    /// Put a toy that lives elsewhere in the place on the desk; the pet there is saved and let go.
    Attach(Box<Remote>),
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

/// What takes the place on the desk.
enum Next {
    Pet(Box<Session>),
    Remote(Box<Remote>),
}

/// Serves commands, one after the other, and reads the shelf again after them.
pub(super) fn serve(
    mut received: MessageReader<ShelfCommand>,
    home: Option<Res<Home>>,
    mut toys: Query<
        (
            Entity,
            Option<&mut Toy>,
            Option<&Remote>,
            Option<&mut Away>,
            Option<&mut Tape>,
            Option<&mut Drawn>,
            (&mut Clock, &mut LcdFrame, &mut BuzzerTone, &mut Pace),
        ),
        (With<super::Shown>, Or<(With<Toy>, With<Remote>)>),
    >,
    mut view: ResMut<ShelfView>,
    mut notices: MessageWriter<Notice>,
    mut swapped: MessageWriter<ToySwapped>,
    mut commands: Commands,
) {
    let Some(home) = home else { return };
    let Ok((entity, mut toy, remote, mut away, mut tape, mut drawn, parts)) = toys.single_mut() else { return };
    let (mut clock, mut frame, mut tone, mut pace) = parts;
    let mut touched = false;
    let mut next: Option<Next> = None;
    for command in received.read() {
        touched = true;
        let mut texts = Vec::new();
        if let (Some(toy), Some(tape)) = (&mut toy, &mut tape)
            && !matches!(command, ShelfCommand::Refresh)
            && tape.stop(toy, &mut clock)
        {
            drawn.iter_mut().for_each(|drawn| drawn.forget());
            swapped.write(ToySwapped { toy: entity });
        }
        let current = match &mut next {
            Some(Next::Pet(session)) => Some(&mut **session),
            Some(Next::Remote(_)) => None,
            None => toy.as_mut().map(|toy| &mut toy.0),
        };
        match obey(command, &home, current, &mut texts) {
            Ok(Some(found)) => {
                if let (Some(toy), None) = (&mut toy, &next) {
                    match super::tape::end(&mut toy.0, &home) {
                        Ok(text) => texts.extend(text),
                        Err(error) => texts.push(format!("{error}.")),
                    }
                }
                match &found {
                    Next::Pet(session) => home.remember(session),
                    Next::Remote(remote) => home.remember_handle(remote.handle.as_ref()),
                }
                next = Some(found);
            }
            Ok(None) => {}
            Err(error) => texts.push(format!("{error}.")),
        }
        notices.write_batch(texts.into_iter().map(Notice));
    }
    let mut current = match &next {
        Some(Next::Pet(session)) => session.slug().cloned(),
        Some(Next::Remote(remote)) => remote.handle.clone(),
        None => {
            let pet = toy.as_ref().and_then(|toy| tape.as_ref().and_then(|tape| tape.slug()).or(toy.0.slug()));
            pet.or(remote.and_then(|remote| remote.handle.as_ref())).cloned()
        }
    };
    if let Some(next) = next {
        away.iter_mut().for_each(|away| **away = Away::default());
        drawn.iter_mut().for_each(|drawn| drawn.forget());
        *clock = Clock::default();
        *tone = BuzzerTone::default();
        *pace = Pace { paused: false, fast_forward: false, ..*pace };
        match next {
            Next::Pet(session) => {
                *frame = LcdFrame(session.machine.frame());
                match &mut toy {
                    Some(toy) => toy.0 = *session,
                    None => drop(commands.entity(entity).remove::<Remote>().insert(Toy(*session))),
                }
            }
            Next::Remote(remote) => {
                // The last picture of a pet that sets out stays until another comes.
                let remote = if remote.toy.is_none() { remote.looking_like(frame.0) } else { *remote };
                pace.speed = 1;
                commands.entity(entity).remove::<Toy>().insert(remote);
            }
        }
        swapped.write(ToySwapped { toy: entity });
    }
    if touched {
        view.toys = home.dir().list().unwrap_or_default();
        view.retired = home.dir().retired().unwrap_or_default();
        view.current = current.take();
        view.read_only = home.read_only();
    }
}

/// Does one thing; the result is what takes the place, if something does. `current` is the pet there.
fn obey(
    command: &ShelfCommand,
    home: &Home,
    mut current: Option<&mut Session>,
    notices: &mut Vec<String>,
) -> Result<Option<Next>, ToyError> {
    let is_here = |slug: &Slug, current: &Option<&mut Session>| {
        current.as_ref().is_some_and(|session| session.slug() == Some(slug))
    };
    let pet = |session| Some(Next::Pet(Box::new(session)));
    match command {
        ShelfCommand::Open(slug) if is_here(slug, &current) => Ok(None),
        ShelfCommand::Open(slug) => {
            save(&mut current)?;
            home.open_toy(slug, None, notices).map(pet)
        }
        ShelfCommand::New { name, rom } => {
            save(&mut current)?;
            home.hatch(rom.as_deref().cloned(), name.clone()).map(pet)
        }
        ShelfCommand::Rename(slug, name) => {
            let entry = home.dir().rename(slug, name)?;
            if let Some(session) = current.filter(|session| session.slug() == Some(slug)) {
                session.set_name(entry.name().to_owned());
            }
            Ok(None)
        }
        ShelfCommand::Retire(slug) if is_here(slug, &current) => {
            // The desk is never empty: the next pet of the shelf comes, or a new Pip.
            save(&mut current)?;
            let next = home.dir().list()?.into_iter().find(|entry| entry.slug != *slug && entry.home.is_none());
            let session = match next {
                Some(entry) => home.open_toy(&entry.slug, None, notices)?,
                None => home.hatch(None, None)?,
            };
            home.dir().retire(slug)?;
            Ok(pet(session))
        }
        ShelfCommand::Retire(slug) => {
            home.dir().retire(slug)?;
            Ok(None)
        }
        ShelfCommand::Restore(slug) => {
            home.dir().restore(slug)?;
            Ok(None)
        }
        ShelfCommand::Attach(remote) => {
            save(&mut current)?;
            Ok(Some(Next::Remote(remote.clone())))
        }
        ShelfCommand::Refresh => Ok(None),
    }
}

fn save(current: &mut Option<&mut Session>) -> Result<(), ToyError> {
    if let Some(session) = current {
        session.save()?;
    }
    Ok(())
}
