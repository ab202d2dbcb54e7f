//! Autosave: as life passes, when asked to, and when the program ends.

use super::{Notice, Toy};
use bevy_app::AppExit;
use bevy_ecs::prelude::*;

/// Asks for a save now, for example because the window lost its focus.
#[derive(Message, Clone, Copy, Debug)]
pub struct SaveNow;

/// Saves what is due. A failure is told once, until a save succeeds again.
pub(super) fn save(
    mut toys: Query<&mut Toy>,
    mut asked: MessageReader<SaveNow>,
    mut exits: MessageReader<AppExit>,
    mut notices: MessageWriter<Notice>,
    mut failing: Local<bool>,
) {
    let now = asked.read().count() + exits.read().count() > 0;
    for mut toy in &mut toys {
        // Saving changes nothing that others watch the component for.
        let session = &mut toy.bypass_change_detection().0;
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
