//! How long nothing will be seen or heard: lets the program sleep until then instead of polling.

use super::{Away, Clock, Pace, Remote, STEP, Shown, Toy};
use bevy_ecs::prelude::*;
use std::time::Duration;

/// How far ahead is looked, in fixed steps: one second.
const HORIZON: u32 = 64;
/// Fixed steps between two looks at the wire of a remote toy: what comes in between waits so long.
const REMOTE: u32 = 2;
/// The same while nothing can come.
const REMOTE_OFF: u32 = 16;
/// A fixed step's length.
const STEP_TIME: Duration = Duration::from_micros(15_625);

/// Real time during which the picture and sound of the shown toy will not change unless somebody presses
/// something; at most a second. Found by running a copy of its chip ahead.
#[derive(Resource, Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Quiet(pub Duration);

/// Looks ahead for what is shown; a toy that nobody sees keeps nobody awake, unless it lives an absence.
pub(super) fn look_ahead(
    shown: Query<(&Toy, &Clock, &Pace, &Away), With<Shown>>,
    remote: Query<&Remote, With<Shown>>,
    others: Query<&Away, Without<Shown>>,
    mut quiet: ResMut<Quiet>,
) {
    let shown = shown.iter().map(|(toy, clock, pace, away)| quiet_steps(toy, *clock, *pace, away));
    let remote = remote.iter().map(|remote| if remote.is_live() { REMOTE } else { REMOTE_OFF });
    let steps = shown.chain(remote).min().unwrap_or(HORIZON);
    let steps = if others.iter().any(Away::is_living) { 0 } else { steps };
    quiet.set_if_neq(Quiet(STEP_TIME * steps));
}

fn quiet_steps(toy: &Toy, clock: Clock, pace: Pace, away: &Away) -> u32 {
    let machine = &toy.0.machine;
    if away.is_living() {
        return 0;
    }
    if pace.paused || away.is_away() {
        return HORIZON;
    }
    if pace.fast_forward || pace.speed > 1 || !machine.is_idle() {
        return 0;
    }
    let mut ahead = machine.ahead();
    let now = (ahead.frame(), ahead.tone());
    let mut drawn = ahead.drawings();
    for step in 0..HORIZON {
        ahead.advance(clock.0 + STEP * u64::from(step + 1), &mut ());
        let same = ahead.drawings() == drawn || ahead.frame() == now.0;
        if !same || ahead.tone() != now.1 {
            return step;
        }
        drawn = ahead.drawings();
    }
    HORIZON
}
