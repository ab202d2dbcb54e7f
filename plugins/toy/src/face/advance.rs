//! Time: fixed steps, speed, and what slow frames owe.

use super::{Away, BuzzerTone, Clock, Clocks, LcdFrame, Pace, PetCalled, Press, Tape, Toy, ToyEdge, away};
use crate::clocks::Passed;
use bevy_ecs::prelude::*;
use bevy_time::{Fixed, Real, Time, Virtual};
use eggtooth_chip::Edge;
use std::time::Duration;

/// Ticks in one fixed step: 32,768 Hz over Bevy's 64 Hz.
pub const STEP: u64 = 512;
/// The speeds a player can choose.
pub const SPEEDS: [u32; 5] = [1, 2, 4, 16, 64];
/// Times real time while fast-forwarding: an hour in three and a half seconds.
pub const FAST_FORWARD: u32 = 1024;
/// Ticks between two looks at the attention icon.
const LOOK: u64 = 4096;
/// The attention icon (fact sheet §11.3).
const ATTENTION: u8 = 1 << 7;
/// A fixed step's length.
pub(super) const STEP_TIME: Duration = Duration::from_micros(15_625);
/// Extra steps paid back with each fixed step, at least; a debt is paid within sixteen.
const PAY: u32 = 64;
/// Into how many fixed steps a large debt is divided.
const PARTS: u32 = 16;

/// Real time that Bevy's clock does not know of, in whole fixed steps: it has dropped what made a frame
/// longer than its limit, and it stands still while the computer is suspended.
#[derive(Resource, Debug, Default)]
pub struct Owed(pub Duration);

/// What [`LcdFrame`] was made of: [`crate::Machine::drawings`] of that moment.
#[derive(Component, Debug, Default)]
pub(super) struct Drawn {
    drawings: Option<u64>,
    /// The attention icon was lit.
    called: bool,
}

impl Drawn {
    /// Another pet's counter has nothing to do with this one's.
    pub(super) fn forget(&mut self) {
        self.drawings = None;
    }
}

/// Collects what the virtual clock has not seen since the last frame. Long pieces are absences.
pub(super) fn owe(
    real: Res<Time<Real>>,
    time: Res<Time<Virtual>>,
    mut fixed: ResMut<Time<Fixed>>,
    mut clocks: ResMut<Clocks>,
    mut owed: ResMut<Owed>,
    mut toys: Query<away::Missing>,
) {
    let slept = clocks.slept();
    if time.is_paused() {
        return;
    }
    let passed = Passed { ran: real.delta().saturating_sub(time.max_delta()), slept };
    let mut whole = |time: Duration| {
        // What is less than a step goes where Bevy keeps such rests, so that they add up in one place.
        let rest = Duration::from_nanos((time.as_nanos() % STEP_TIME.as_nanos()) as u64);
        fixed.accumulate_overstep(rest);
        time - rest
    };
    owed.0 += whole(passed.stall());
    if !passed.away().is_zero() {
        let away = whole(passed.away());
        away::miss(&mut toys, away);
    }
}

/// Hands presses to the chips, at the tick that real time has reached: a program that slept has yet to
/// live what it slept through, and a press must not happen before that.
pub(super) fn latch(
    mut presses: MessageReader<Press>,
    mut toys: Query<(&mut Toy, &Clock, &Pace, &Away, &Tape)>,
    time: Res<Time<Virtual>>,
    fixed: Res<Time<Fixed>>,
    owed: Res<Owed>,
) {
    let behind = (time.delta() + fixed.overstep() + owed.0).saturating_sub(STEP_TIME);
    for press in presses.read() {
        // A pet that is away feels nothing, and a recording has its own presses.
        if let Ok((mut toy, clock, pace, away, tape)) = toys.get_mut(press.toy)
            && !away.is_away()
            && tape.recording().is_none()
        {
            let steps = if pace.paused { 0 } else { (behind.as_micros() / STEP_TIME.as_micros()) as u64 };
            let speed = u64::from(if pace.fast_forward { 1 } else { pace.speed });
            toy.0.machine.press_by(press.button, press.down, clock.0 + steps * speed * STEP);
        }
    }
}

/// One fixed step of every toy.
pub(super) fn advance(
    mut toys: Query<(
        Entity,
        &mut Toy,
        &mut Away,
        &mut Clock,
        &mut Pace,
        &mut LcdFrame,
        &mut BuzzerTone,
        &mut Drawn,
        &Tape,
    )>,
    mut owed: ResMut<Owed>,
    mut edges: MessageWriter<ToyEdge>,
    mut calls: MessageWriter<PetCalled>,
) {
    let debt = (owed.0.as_micros() / STEP_TIME.as_micros()) as u32;
    let paid = debt.min(PAY.max(debt.div_ceil(PARTS)));
    owed.0 -= STEP_TIME * paid;
    let mut heard: Vec<(u64, Edge)> = Vec::new();
    for (entity, mut toy, mut away, mut clock, mut pace, mut frame, mut tone, mut drawn, tape) in &mut toys {
        if pace.paused {
            continue;
        }
        if away.is_away() {
            away.owe(1 + paid);
            // Whoever is asked sees the pet as it was left.
            let machine = &toy.0.machine;
            if drawn.drawings != Some(machine.drawings()) {
                *drawn = Drawn { drawings: Some(machine.drawings()), called: machine.icons() & ATTENTION != 0 };
                frame.set_if_neq(LcdFrame(machine.frame()));
            }
            continue;
        }
        // That a toy lives is no news: what comes of it is in the other components.
        let machine = &mut toy.bypass_change_detection().0.machine;
        let speed = if pace.fast_forward { FAST_FORWARD } else { pace.speed };
        let start = if clock.0 == 0 { machine.tick() } else { clock.0 };
        let end = (start + STEP * u64::from(speed) * u64::from(1 + paid)).min(tape.end());
        let known = drawn.drawings == Some(machine.drawings());
        let mut called = if known { drawn.called } else { machine.icons() & ATTENTION != 0 };
        let mut now = start;
        while now < end {
            now = end.min(now + LOOK);
            let before = machine.drawings();
            machine.advance(now, &mut heard);
            if machine.drawings() == before {
                continue;
            }
            let calls_now = machine.icons() & ATTENTION != 0;
            let new = calls_now && !called;
            called = calls_now;
            if new {
                calls.write(PetCalled { toy: entity });
                if pace.fast_forward {
                    pace.fast_forward = false;
                    break;
                }
            }
        }
        clock.set_if_neq(Clock(now));
        if drawn.drawings != Some(machine.drawings()) {
            *drawn = Drawn { drawings: Some(machine.drawings()), called };
            frame.set_if_neq(LcdFrame(machine.frame()));
        }
        tone.set_if_neq(BuzzerTone(machine.tone()));
        if !heard.is_empty() {
            edges.write_batch(heard.drain(..).map(|(tick, edge)| ToyEdge { toy: entity, tick, edge }));
        }
    }
}
