//! Absences: what becomes of the time in which nobody played, and living it a piece a frame.

use super::{BuzzerTone, Clock, LcdFrame, Notice, STEP, SaveNow, Toy, ToySwapped};
use crate::absence::{Choice, SHORTEST, span, ticks};
use crate::catch_up::{CHUNK, CatchUp, Progress};
use crate::clocks::{Reading, SystemClocks, Timekeeper};
use crate::session::now_millis;
use bevy_ecs::prelude::*;
use std::time::Duration;
use web_time::Instant;

/// How long a frame may be kept busy with living what was missed.
const BUDGET: Duration = Duration::from_millis(12);
/// The shortest absence from a shelf.
const LEAST: Duration = Duration::from_secs(1);

/// The clocks that absences are measured by.
#[derive(Resource, Debug, Default)]
pub struct Clocks {
    keeper: Timekeeper,
    system: SystemClocks,
    /// Told instead of the computer's: both clocks, and milliseconds since 1970.
    told: Option<(Reading, u64)>,
}

impl Clocks {
    /// Shows these from now on instead of the computer's own.
    pub fn tell(&mut self, reading: Reading, wall: u64) {
        self.told = Some((reading, wall));
    }

    /// Time since the last call, without what Bevy's clock knows of, which is all but suspensions.
    pub(super) fn slept(&mut self) -> Duration {
        let reading = self.told.map_or_else(|| self.system.read(), |told| told.0);
        self.keeper.pass(reading).slept
    }

    fn wall(&self) -> u64 {
        self.told.map_or_else(now_millis, |told| told.1)
    }
}

/// Whether a toy's time is behind because of an absence; if so it neither lives nor is pressed, and
/// the time that passes is added to the absence.
#[derive(Component, Debug, Default)]
pub struct Away(Option<Box<State>>);

#[derive(Debug)]
enum State {
    /// Somebody must say what becomes of it.
    Asked(Duration),
    /// It is being lived, since then.
    Living(Box<CatchUp>, Instant),
}

/// What a player sees of an absence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AwayView {
    /// The question, and how long the pet has been away so far.
    Asked(Duration),
    /// How far it is, and how long the rest will take at this speed, as far as that can be said.
    Living(Progress, Option<Duration>),
}

impl Away {
    /// Whether there is an absence.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it is being lived: frames are wanted, one after the other.
    #[must_use]
    pub fn is_living(&self) -> bool {
        matches!(self.0.as_deref(), Some(State::Living(..)))
    }

    /// What to show of it.
    #[must_use]
    pub fn view(&self) -> Option<AwayView> {
        self.0.as_deref().map(|state| match state {
            State::Asked(time) => AwayView::Asked(*time),
            State::Living(catch_up, since) => {
                let progress = catch_up.progress();
                AwayView::Living(progress, progress.left(since.elapsed()))
            }
        })
    }

    /// More time passes while it lasts.
    pub(super) fn owe(&mut self, steps: u32) {
        match self.0.as_deref_mut() {
            Some(State::Asked(time)) => *time += super::advance::STEP_TIME * steps,
            Some(State::Living(catch_up, _)) => catch_up.owe(STEP * u64::from(steps)),
            None => {}
        }
    }

    fn add(&mut self, more: Duration) {
        match self.0.as_deref_mut() {
            Some(State::Asked(time)) => *time += more,
            Some(State::Living(catch_up, _)) => catch_up.owe(ticks(more)),
            None => {}
        }
    }
}

/// What a player wants done.
#[derive(Message, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwayCommand {
    /// Answers the question, and every later one of this pet.
    Decide {
        /// The toy.
        toy: Entity,
        /// Live it or hold it.
        choice: Choice,
    },
    /// Stops living it: what is lived is kept, for the rest time stood still.
    Stop {
        /// The toy.
        toy: Entity,
    },
    /// Changes what becomes of later absences.
    Choose {
        /// The toy.
        toy: Entity,
        /// What.
        choice: Choice,
    },
}

/// An absence was lived.
#[derive(Message, Clone, Debug, PartialEq, Eq)]
pub struct WhileAway {
    /// The toy.
    pub toy: Entity,
    /// How long it was.
    pub time: Duration,
    /// What happened, in sentences.
    pub sentences: Vec<String>,
}

/// What an absence touches of a toy.
type Parts =
    (Entity, &'static mut Toy, &'static mut Away, &'static mut Clock, &'static mut LcdFrame, &'static mut BuzzerTone);

/// Begins an absence of a toy, or makes one longer.
fn begin(toy: &mut Toy, away: &mut Away, clock: &mut Clock, time: Duration) {
    if away.is_away() {
        away.add(time);
        return;
    }
    if clock.0 == 0 {
        clock.0 = toy.0.machine.tick();
    }
    // Nobody holds a button for so long.
    toy.0.machine.let_go();
    away.0 = match toy.0.choice() {
        Choice::Hold if time >= SHORTEST => None,
        Choice::Ask if time >= SHORTEST => Some(Box::new(State::Asked(time))),
        _ => Some(Box::new(living(toy, clock, time))),
    };
    if !away.is_away() {
        toy.0.set_behind(Duration::ZERO);
    }
}

fn living(toy: &Toy, clock: &Clock, time: Duration) -> State {
    let machine = &toy.0.machine;
    State::Living(Box::new(CatchUp::new(machine, clock.0, ticks(time), toy.0.watch().clone())), Instant::now())
}

/// Toys that were taken from the shelf have been away.
pub(super) fn arrive(
    mut toys: Query<(&mut Toy, &mut Away, &mut Clock)>,
    clocks: Res<Clocks>,
    mut notices: MessageWriter<Notice>,
) {
    for (mut toy, mut away, mut clock) in &mut toys {
        if !toy.0.was_away() {
            continue;
        }
        let toy = toy.bypass_change_detection();
        let absence = toy.0.take_absence(clocks.wall());
        // That a clock was set back is told when the save is opened.
        if let Some(oddity @ crate::Oddity::Capped) = absence.oddity {
            notices.write(Notice(format!("{}: {oddity}", toy.0.name())));
        }
        if absence.time >= LEAST {
            begin(toy, &mut away, &mut clock, absence.time);
        } else {
            toy.0.set_behind(Duration::ZERO);
        }
    }
}

/// What an absence of all toys at once touches.
pub(super) type Missing =
    (&'static mut Toy, &'static mut Away, &'static mut Clock, &'static super::Pace, &'static super::Tape);

/// The computer was suspended, or the program stood still, for long. A recording goes on where it was.
pub(super) fn miss(toys: &mut Query<Missing>, time: Duration) {
    for (mut toy, mut away, mut clock, pace, tape) in toys {
        if !pace.paused && tape.recording().is_none() {
            begin(toy.bypass_change_detection(), &mut away, &mut clock, time);
        }
    }
}

/// Does what players want.
pub(super) fn obey(
    mut commands: MessageReader<AwayCommand>,
    mut toys: Query<(&mut Toy, &mut Away, &mut Clock)>,
    mut finished: MessageWriter<WhileAway>,
    mut swapped: MessageWriter<ToySwapped>,
    mut notices: MessageWriter<Notice>,
    mut save: MessageWriter<SaveNow>,
) {
    for command in commands.read() {
        let (AwayCommand::Decide { toy: entity, .. }
        | AwayCommand::Stop { toy: entity }
        | AwayCommand::Choose { toy: entity, .. }) = *command;
        let Ok((mut toy, mut away, mut clock)) = toys.get_mut(entity) else { continue };
        let toy = toy.bypass_change_detection();
        if let AwayCommand::Decide { choice, .. } | AwayCommand::Choose { choice, .. } = *command
            && let Err(error) = toy.0.set_choice(choice)
        {
            notices.write(Notice(error.to_string()));
        }
        match (*command, away.0.take().map(|state| *state)) {
            (AwayCommand::Decide { choice: Choice::Live, .. }, Some(State::Asked(time))) => {
                away.0 = Some(Box::new(living(toy, &clock, time)));
            }
            (AwayCommand::Decide { choice: Choice::Hold, .. }, Some(State::Asked(_))) => {
                toy.0.set_behind(Duration::ZERO)
            }
            (AwayCommand::Stop { .. }, Some(State::Living(catch_up, _))) => {
                swapped.write(ToySwapped { toy: entity });
                finished.write(end(entity, toy, &mut clock, *catch_up));
            }
            (_, state) => away.0 = state.map(Box::new),
        }
        save.write(SaveNow);
    }
}

/// The absence is over: the clock goes on from what was lived.
fn end(entity: Entity, toy: &mut Toy, clock: &mut Clock, catch_up: CatchUp) -> WhileAway {
    clock.0 = catch_up.now();
    toy.0.set_behind(Duration::ZERO);
    let name = toy.0.name().to_owned();
    let time = crate::time(catch_up.progress().lived);
    let (_, sentences) = catch_up.finish(&toy.0.machine, &name);
    WhileAway { toy: entity, time, sentences }
}

/// Lives a piece of every absence, all together no longer than [`BUDGET`] and a few milliseconds.
pub(super) fn live(
    mut toys: Query<Parts>,
    mut finished: MessageWriter<WhileAway>,
    mut swapped: MessageWriter<ToySwapped>,
) {
    let begun = Instant::now();
    for (entity, mut toy, mut away, mut clock, mut frame, mut tone) in &mut toys {
        if !away.is_away() {
            continue;
        }
        // A sound that the suspension cut off is over.
        tone.set_if_neq(BuzzerTone(None));
        let toy = toy.bypass_change_detection();
        let Some(mut state) = away.0.take() else { continue };
        let done = match &mut *state {
            State::Asked(time) => {
                toy.0.set_behind(*time);
                false
            }
            State::Living(catch_up, _) => {
                let mut done = catch_up.advance(&mut toy.0.machine, CHUNK);
                while !done && begun.elapsed() < BUDGET {
                    done = catch_up.advance(&mut toy.0.machine, CHUNK);
                }
                toy.0.set_behind(catch_up.rest());
                done
            }
        };
        match *state {
            State::Living(catch_up, _) if done => {
                let told = end(entity, toy, &mut clock, *catch_up);
                frame.set_if_neq(LcdFrame(toy.0.machine.frame()));
                tone.set_if_neq(BuzzerTone(toy.0.machine.tone()));
                swapped.write(ToySwapped { toy: entity });
                if told.time >= SHORTEST {
                    finished.write(told);
                }
            }
            _ => away.0 = Some(state),
        }
    }
}

/// The question about an absence, for people.
#[must_use]
pub fn question(name: &str, time: Duration) -> String {
    format!("{name} was away for {}.", span(time.as_secs()))
}
