//! Presses the pet's clock right, one button after the other.

use crate::clock::{HOLD, Next, PipClock, Places, Setter, local_time};
use crate::model::PetClock;
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::window::RequestRedraw;
use eggtooth_toy::face::{Away, Pace, Press, Shown, Toy, ToySwapped};
use eggtooth_toy::{Machine, is_pip};

/// Where Pip keeps its clock.
#[derive(Resource, Debug)]
pub(super) struct Pip {
    places: Option<Places>,
}

impl Pip {
    pub(super) fn new() -> Pip {
        Pip { places: Places::of_pip() }
    }

    /// Whether a machine runs it.
    pub(super) fn is(&self, machine: &Machine) -> bool {
        is_pip(machine.identity())
    }

    /// Why the clock of this machine cannot be set, if so.
    pub(super) fn refusal(&self, machine: &Machine) -> Option<&'static str> {
        (!self.is(machine) || self.places.is_none()).then_some("Only Pip's clock can be set from here so far.")
    }

    /// What the menu says about the clock of this machine.
    pub(super) fn clock(&self, machine: &Machine, job: Option<&Job>) -> PetClock {
        match (self.refusal(machine), &self.places) {
            (Some(reason), _) => PetClock::No(reason),
            (None, _) if job.is_some() => PetClock::Busy,
            (None, Some(places)) => {
                let clock = PipClock::read(machine, places);
                PetClock::Ready { shows: (clock.hours, clock.minutes) }
            }
            (None, None) => PetClock::No(""),
        }
    }
}

/// A clock that is being set.
#[derive(Resource, Debug)]
pub(super) struct Job {
    toy: Entity,
    setter: Setter,
    /// The tick of the next look; 0 for now.
    due: u64,
}

impl Job {
    pub(super) fn new(toy: Entity) -> Job {
        Job { toy, setter: Setter::default(), due: 0 }
    }
}

/// Makes the next press when the last one is over.
pub(super) fn work(
    job: Option<ResMut<Job>>,
    pip: Res<Pip>,
    mut toys: Query<(&mut Toy, &Pace, &Away), With<Shown>>,
    mut presses: MessageReader<Press>,
    mut swapped: MessageReader<ToySwapped>,
    mut view: ResMut<View>,
    mut redraw: MessageWriter<RequestRedraw>,
    mut commands: Commands,
) {
    let touched = presses.read().count() + swapped.read().count() > 0;
    let (Some(mut job), Some(places)) = (job, pip.places) else { return };
    let Some((mut toy, pace, _)) = toys.get_mut(job.toy).ok().filter(|(.., away)| !away.is_away()) else {
        commands.remove_resource::<Job>();
        return;
    };
    if touched {
        view.toasts.say("The clock was not set: a button was pressed.");
        commands.remove_resource::<Job>();
        return;
    }
    // The loop would sleep through the pauses between presses.
    redraw.write(RequestRedraw);
    // Presses are no news to those who watch for another pet.
    let machine = &mut toy.bypass_change_detection().0.machine;
    let tick = machine.tick();
    if tick < job.due || !machine.is_idle() {
        return;
    }
    match job.setter.next(PipClock::read(machine, &places), local_time(), pace.speed) {
        Next::Press(button) => {
            machine.press_at(button, true, tick);
            machine.press_at(button, false, tick + HOLD);
            job.due = tick + 2 * HOLD;
        }
        Next::Wait => job.due = tick + 2 * HOLD,
        Next::Done => {
            let clock = PipClock::read(machine, &places);
            view.toasts.say(format!("The clock is set: {:02}:{:02}.", clock.hours, clock.minutes));
            commands.remove_resource::<Job>();
        }
        Next::Failed => {
            view.toasts.say("The clock could not be set; try again when the pet is not busy.");
            commands.remove_resource::<Job>();
        }
    }
}
