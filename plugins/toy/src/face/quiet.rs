//! How long nothing will be seen or heard: lets the program sleep until then instead of polling.

use super::{Clock, Pace, STEP, Toy};
use bevy_ecs::prelude::*;
use std::time::Duration;

/// How far ahead is looked, in fixed steps: one second.
const HORIZON: u32 = 64;
/// A fixed step's length.
const STEP_TIME: Duration = Duration::from_micros(15_625);

/// Real time during which no toy's picture or sound will change unless somebody presses something;
/// at most a second. Found by running copies of the chips ahead.
#[derive(Resource, Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Quiet(pub Duration);

/// Looks ahead for every toy.
pub(super) fn look_ahead(toys: Query<(&Toy, &Clock, &Pace)>, mut quiet: ResMut<Quiet>) {
    let steps = toys.iter().map(|(toy, clock, pace)| quiet_steps(toy, *clock, *pace)).min().unwrap_or(HORIZON);
    quiet.set_if_neq(Quiet(STEP_TIME * steps));
}

fn quiet_steps(toy: &Toy, clock: Clock, pace: Pace) -> u32 {
    let machine = &toy.0.machine;
    if pace.paused {
        return HORIZON;
    }
    if pace.fast_forward || pace.speed > 1 || !machine.is_idle() {
        return 0;
    }
    let mut ahead = machine.clone();
    let now = (ahead.frame(), ahead.tone());
    for step in 0..HORIZON {
        ahead.advance(clock.0 + STEP * u64::from(step + 1), &mut ());
        if (ahead.frame(), ahead.tone()) != now {
            return step;
        }
    }
    HORIZON
}
