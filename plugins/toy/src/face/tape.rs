//! Recording the toy on the desk, and playing a recording in its place.

use super::{Away, Clock, LcdFrame, Notice, Pace, Shown, Toy, ToySwapped};
use crate::recording::Recording;
use crate::session::now;
use crate::{Home, Session, ToyError};
use bevy_ecs::prelude::*;
use eggtooth_vault::Slug;
use std::sync::Arc;

/// What a player does with recordings, for the shown toy. Failures come back as [`Notice`]s.
#[derive(Message, Clone, Debug)]
pub enum TapeCommand {
    /// Begins to record.
    Record,
    /// Ends the recording and writes it to the data folder's `recordings`.
    StopRecording,
    /// Plays this in the pet's place; the pet's time stands still meanwhile.
    Play(Arc<Recording>),
    /// Puts the pet back in its place.
    StopPlaying,
}

/// A recording in the place of a pet.
#[derive(Component, Debug, Default)]
pub struct Tape(Option<Box<Playing>>);

#[derive(Debug)]
struct Playing {
    recording: Arc<Recording>,
    /// The pet whose place it is, and how far its time was.
    pet: Session,
    clock: Clock,
    ended: bool,
}

impl Tape {
    /// What is played.
    #[must_use]
    pub fn recording(&self) -> Option<&Recording> {
        self.0.as_deref().map(|playing| &*playing.recording)
    }

    /// Whether it is over: the last picture stays.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.0.as_deref().is_some_and(|playing| playing.ended)
    }

    /// The pet whose place is taken.
    pub(super) fn pet(&mut self) -> Option<&mut Session> {
        self.0.as_deref_mut().map(|playing| &mut playing.pet)
    }

    /// The folder of the pet whose place is taken.
    pub(super) fn slug(&self) -> Option<&Slug> {
        self.0.as_deref().and_then(|playing| playing.pet.slug())
    }

    /// The tick at which time ends.
    pub(super) fn end(&self) -> u64 {
        self.recording().map_or(u64::MAX, Recording::end)
    }

    /// Puts the pet back. Whether it was away.
    pub(super) fn stop(&mut self, toy: &mut Toy, clock: &mut Clock) -> bool {
        let Some(playing) = self.0.take() else { return false };
        (toy.0, *clock) = (playing.pet, playing.clock);
        true
    }

    /// Puts a recording in the pet's place.
    fn play(
        &mut self,
        toy: &mut Toy,
        clock: &mut Clock,
        recording: Arc<Recording>,
        home: &Home,
    ) -> Result<(), ToyError> {
        let guest = home.play(&recording)?;
        self.stop(toy, clock);
        toy.0.save()?;
        toy.0.machine.let_go();
        let pet = std::mem::replace(&mut toy.0, guest);
        self.0 = Some(Box::new(Playing { recording, pet, clock: std::mem::take(clock), ended: false }));
        Ok(())
    }
}

/// Does what players want.
pub(super) fn obey(
    mut commands: MessageReader<TapeCommand>,
    home: Option<Res<Home>>,
    mut toys: Query<
        (Entity, &mut Toy, &mut Tape, &Away, &mut Clock, &mut LcdFrame, &mut Pace, &mut super::advance::Drawn),
        With<Shown>,
    >,
    mut notices: MessageWriter<Notice>,
    mut swapped: MessageWriter<ToySwapped>,
) {
    let Some(home) = home else { return };
    let Ok((entity, mut toy, mut tape, away, mut clock, mut frame, mut pace, mut drawn)) = toys.single_mut() else {
        return;
    };
    for command in commands.read() {
        let result = match command {
            TapeCommand::Record => begin(&mut toy).map(|()| None),
            TapeCommand::StopRecording => end(&mut toy.0, &home),
            TapeCommand::Play(_) if away.is_away() => Ok(Some(format!(
                "{} has not caught up with its absence yet; play the recording after that.",
                toy.0.name()
            ))),
            TapeCommand::Play(recording) => {
                let saved = end(&mut toy.0, &home);
                tape.play(&mut toy, &mut clock, recording.clone(), &home).and(saved)
            }
            TapeCommand::StopPlaying => {
                tape.stop(&mut toy, &mut clock);
                Ok(None)
            }
        };
        if matches!(command, TapeCommand::Play(_) | TapeCommand::StopPlaying) {
            drawn.forget();
            frame.set_if_neq(LcdFrame(toy.0.machine.frame()));
            *pace = Pace { paused: false, fast_forward: false, ..*pace };
            swapped.write(ToySwapped { toy: entity });
        }
        match result {
            Ok(text) => drop(notices.write_batch(text.map(Notice))),
            Err(error) => drop(notices.write(Notice(format!("{error}.")))),
        }
    }
}

fn begin(toy: &mut Toy) -> Result<(), ToyError> {
    let name = toy.0.name().to_owned();
    toy.0.machine.record(&name)
}

/// Ends a session's recording, if there is one, writes it and says where.
pub(super) fn end(session: &mut Session, home: &Home) -> Result<Option<String>, ToyError> {
    let Some(recording) = session.machine.stop_recording()? else { return Ok(None) };
    let bytes = recording.to_bytes()?;
    let (home, stem) = (home.dir(), file_stem(session.name(), now()));
    Ok(Some(match home.keep("recordings", &stem, "eggplay", &bytes) {
        Ok(path) => format!("The recording was saved as {}.", path.display()),
        Err(error) => {
            let folder = home.path().join("recordings");
            format!("The recording could not be saved in {} ({error}).", folder.display())
        }
    }))
}

/// Tells once that a recording has ended, and ends one that is full.
pub(super) fn watch(
    mut toys: Query<(&mut Toy, &mut Tape, &Clock), With<Shown>>,
    home: Option<Res<Home>>,
    mut notices: MessageWriter<Notice>,
) {
    for (mut toy, mut tape, clock) in &mut toys {
        if let Some(playing) = tape.bypass_change_detection().0.as_deref_mut()
            && !playing.ended
            && clock.0 >= playing.recording.end()
        {
            playing.ended = true;
            let same = toy.0.machine.state_hash().is_ok_and(|hash| hash == *playing.recording.hash());
            let text = if same {
                "The recording has ended."
            } else {
                "The recording has ended in another state than it was recorded with; it or this Eggtooth is at fault."
            };
            notices.write(Notice(text.into()));
        }
        if let Some(home) = &home
            && toy.0.machine.recorder().is_some_and(crate::Recorder::is_full)
        {
            let told = end(&mut toy.bypass_change_detection().0, home);
            let text = told.unwrap_or_else(|error| Some(format!("{error}.")));
            notices.write_batch(text.map(|text| Notice(format!("There is no room for more presses. {text}"))));
        }
    }
}

/// `pip-2026-11-21-081530`, in UTC.
fn file_stem(name: &str, seconds: u64) -> String {
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    format!("{}-{year:04}-{month:02}-{day:02}-{hour:02}{minute:02}{second:02}", plain.to_lowercase())
}

/// The date of a day since 1970-01-01 in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years that begin in March: the leap day is the last.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (era * 400 + year, month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_the_pet_and_the_day() {
        for (seconds, stem) in [
            (0, "pip-1970-01-01-000000"),
            (951_782_399, "pip-2000-02-28-235959"),
            (951_782_400, "pip-2000-02-29-000000"),
            (1_893_456_000, "pip-2030-01-01-000000"),
            (4_107_542_399, "pip-2100-02-28-235959"),
            (4_107_542_400, "pip-2100-03-01-000000"),
        ] {
            assert_eq!(file_stem("Pip", seconds), stem);
        }
        assert!(!file_stem("../../x y", 0).contains(['/', ' ']));
    }
}
