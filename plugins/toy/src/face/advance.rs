//! Time: fixed steps, speed, and what slow frames owe.

use super::{BuzzerTone, Clock, LcdFrame, Pace, PetCalled, Press, Toy, ToyEdge};
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
const STEP_TIME: Duration = Duration::from_micros(15_625);
/// The longest stall that is paid back; a longer one is an absence.
const MOST_OWED: Duration = Duration::from_secs(60);
/// Extra steps paid back with each fixed step.
const PAY: u32 = 64;

/// Real time that Bevy's clock has dropped because a frame took longer than its limit.
#[derive(Resource, Debug, Default)]
pub struct Owed(pub Duration);

/// Collects what the virtual clock clamped away since the last frame.
pub(super) fn owe(real: Res<Time<Real>>, time: Res<Time<Virtual>>, mut owed: ResMut<Owed>) {
    if !time.is_paused() {
        let clamped = real.delta().saturating_sub(time.max_delta());
        owed.0 = (owed.0 + clamped).min(MOST_OWED);
    }
}

/// Hands presses to the chips, at the tick that real time has reached: a program that slept has yet to
/// live what it slept through, and a press must not happen before that.
pub(super) fn latch(
    mut presses: MessageReader<Press>,
    mut toys: Query<(&mut Toy, &Clock, &Pace)>,
    time: Res<Time<Virtual>>,
    fixed: Res<Time<Fixed>>,
    owed: Res<Owed>,
) {
    let behind = (time.delta() + fixed.overstep() + owed.0).saturating_sub(STEP_TIME);
    for press in presses.read() {
        if let Ok((mut toy, clock, pace)) = toys.get_mut(press.toy) {
            let steps = if pace.paused { 0 } else { (behind.as_micros() / STEP_TIME.as_micros()) as u64 };
            let speed = u64::from(if pace.fast_forward { 1 } else { pace.speed });
            toy.0.machine.press_by(press.button, press.down, clock.0 + steps * speed * STEP);
        }
    }
}

/// One fixed step of every toy.
pub(super) fn advance(
    mut toys: Query<(Entity, &mut Toy, &mut Clock, &mut Pace, &mut LcdFrame, &mut BuzzerTone)>,
    mut owed: ResMut<Owed>,
    mut edges: MessageWriter<ToyEdge>,
    mut calls: MessageWriter<PetCalled>,
) {
    let paid = ((owed.0.as_micros() / STEP_TIME.as_micros()) as u32).min(PAY);
    owed.0 -= STEP_TIME * paid;
    let mut heard: Vec<(u64, Edge)> = Vec::new();
    for (entity, mut toy, mut clock, mut pace, mut frame, mut tone) in &mut toys {
        if pace.paused {
            continue;
        }
        let machine = &mut toy.0.machine;
        let speed = if pace.fast_forward { FAST_FORWARD } else { pace.speed };
        let start = if clock.0 == 0 { machine.tick() } else { clock.0 };
        let end = start + STEP * u64::from(speed) * u64::from(1 + paid);
        let mut called = frame.0.icons & ATTENTION != 0;
        let mut now = start;
        while now < end {
            now = end.min(now + LOOK);
            machine.advance(now, &mut heard);
            let calls_now = machine.frame().icons & ATTENTION != 0;
            if calls_now && !called {
                calls.write(PetCalled { toy: entity });
                if pace.fast_forward {
                    pace.fast_forward = false;
                    break;
                }
            }
            called = calls_now;
        }
        clock.set_if_neq(Clock(now));
        frame.set_if_neq(LcdFrame(machine.frame()));
        tone.set_if_neq(BuzzerTone(machine.tone()));
        edges.write_batch(heard.drain(..).map(|(tick, edge)| ToyEdge { toy: entity, tick, edge }));
    }
}
