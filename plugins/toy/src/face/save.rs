//! Autosave: as life passes, when asked to, and when the program ends.

use super::{Notice, Tape, Toy};
use crate::Home;
use bevy_app::AppExit;
use bevy_ecs::prelude::*;

/// Asks for a save now, for example because the window lost its focus.
#[derive(Message, Clone, Copy, Debug)]
pub struct SaveNow;

/// Saves what is due. A failure is told once, until a save succeeds again.
pub(super) fn save(
    mut toys: Query<(&mut Toy, &mut Tape)>,
    home: Option<Res<Home>>,
    mut asked: MessageReader<SaveNow>,
    mut exits: MessageReader<AppExit>,
    mut notices: MessageWriter<Notice>,
    mut failing: Local<bool>,
) {
    let ends = exits.read().count() > 0;
    let now = asked.read().count() > 0 || ends;
    for (mut toy, mut tape) in &mut toys {
        // Saving changes nothing that others watch the component for.
        let playing = &mut toy.bypass_change_detection().0;
        if let (true, Some(home)) = (ends, &home) {
            // Nobody reads any more where it is.
            let _ = super::tape::end(playing, home);
        }
        // A pet whose place a recording has taken is saved in its stead.
        let session = tape.bypass_change_detection().pet().unwrap_or(playing);
        let result = if now { session.save().map(|()| true) } else { session.autosave() };
        match result {
            Ok(saved) => *failing &= !saved,
            Err(error) if !*failing => {
                *failing = true;
                notices.write(Notice(format!("{}: {error}.", session.name())));
            }
            Err(_) => {}
        }
    }
}
