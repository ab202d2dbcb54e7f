//! The toy on the desk that lives elsewhere: what comes over its wire goes into the components of a toy.

use super::DeskDaycare;
use super::worker::Task;
use crate::view::View;
use bevy::ecs::prelude::*;
use eggtooth_livelink::client::LiveHandle;
use eggtooth_livelink::close::Then;
use eggtooth_livelink::link::{Event, State};
use eggtooth_livelink::message::{Standing, Tone as WireTone};
use eggtooth_toy::face::{
    BuzzerTone, Clock, Condition, Fed, LcdFrame, PetCalled, Press, Remote, Shown, ToyEdge, ToySwapped, Wire, play,
};
use eggtooth_toy::{Frame, Id, Tone};
use std::time::Duration;

/// Events taken in one frame; the rest waits for the next.
const MOST_EVENTS: usize = 512;

/// A live link, and what is held down on it.
pub(super) struct Live {
    pub(super) toy: Id,
    pub(super) handle: Box<LiveHandle>,
    mask: u8,
}

impl Live {
    pub(super) fn new(toy: Id, handle: Box<LiveHandle>) -> Live {
        Live { toy, handle, mask: 0 }
    }
}

/// Keeps the right wire to the shown toy, and plays what comes over it.
pub(in crate::face) fn live(
    mut desk: ResMut<DeskDaycare>,
    mut shown: Query<(Entity, &mut Remote, &mut LcdFrame, &mut BuzzerTone, &mut Clock), With<Shown>>,
    mut view: ResMut<View>,
    mut edges: MessageWriter<ToyEdge>,
    mut calls: MessageWriter<PetCalled>,
) {
    let desk = desk.bypass_change_detection();
    let Ok((entity, mut remote, frame, tone, clock)) = shown.single_mut() else {
        // Another pet lies here: whoever watched does no more.
        desk.live = None;
        return;
    };
    let remote = remote.bypass_change_detection();
    let wanted = remote.toy.filter(|_| desk.model.door.url() == Some(&remote.daycare) && desk.model.door.is_in());
    if desk.live.as_ref().is_some_and(|live| Some(live.toy) != remote.toy) {
        desk.live = None;
    }
    let mut now = Duration::ZERO;
    match (&desk.live, wanted) {
        (Some(_), _) => {}
        (None, Some(toy)) => {
            if desk.asked_live != Some(toy) && desk.ask(Task::Live(toy)) {
                desk.asked_live = Some(toy);
                remote.wire = Wire::Waiting("Connecting.".into());
            }
        }
        (None, None) => {}
    }
    if let Some(live) = &desk.live {
        for _ in 0..MOST_EVENTS {
            let Some(event) = live.handle.try_recv() else { break };
            hear(event, remote, &mut view);
        }
        remote.wire = match live.handle.state() {
            State::Live => Wire::Live,
            State::Connecting => Wire::Waiting("Connecting.".into()),
            State::Silent => Wire::Waiting("The daycare is silent.".into()),
            State::Waiting { sentence, .. } => Wire::Waiting(sentence.into()),
            State::Ended { sentence, .. } => Wire::Ended(sentence.into()),
        };
        if let State::Ended { then: Then::SignIn, .. } = live.handle.state() {
            // Over and over again would not help: after signing in there is another one.
            desk.live = None;
            desk.asked_live = None;
            desk.signed_out();
        } else {
            remote.round_trip = live.handle.round_trip();
            now = live.handle.now();
        }
    }
    play((entity, remote), (frame, tone, clock), now, &mut edges, &mut calls);
}

fn tone(tone: WireTone) -> Option<Tone> {
    (!tone.is_silent()).then_some(Tone { divisor: tone.divisor, high_half_ticks: tone.high_half_ticks })
}

fn hear(event: Event, remote: &mut Remote, view: &mut View) {
    match event {
        Event::Welcome(welcome) => {
            remote.name = welcome.name.to_string();
            remote.may_press = welcome.standing != Standing::Viewer;
            remote.own = welcome.standing == Standing::Owner;
        }
        Event::Frame(frame) => {
            let picture = Frame { rows: frame.lcd.rows(), icons: frame.lcd.icons(), contrast: frame.contrast & 15 };
            remote.feed(Fed::Picture(picture, tone(frame.tone)));
        }
        Event::Sound { at, tone: sound } => remote.feed(Fed::Sound(at, tone(sound))),
        Event::Status(status) => {
            remote.condition = Some(Condition {
                running: status.running,
                catching_up: status.catching_up,
                broken: status.broken,
                leaving: status.leaving,
                watchers: status.watchers,
            });
        }
        Event::Refused { text, .. } => {
            let text = text.to_string();
            view.toasts.say(if text.is_empty() { "The daycare refused that press.".into() } else { text });
        }
        Event::Forgotten { .. } => view.toasts.say("A press may have got lost: the link broke meanwhile."),
        Event::Misunderstood(error) => view.toasts.say(format!("The daycare says something strange: {error}.")),
        Event::State(_) | Event::Done { .. } | Event::RoundTrip(_) => {}
    }
}

/// Presses of the shown toy go over its wire.
pub(in crate::face) fn press(
    mut presses: MessageReader<Press>,
    mut swapped: MessageReader<ToySwapped>,
    shown: Query<(Entity, &Remote), With<Shown>>,
    mut desk: ResMut<DeskDaycare>,
    mut view: ResMut<View>,
) {
    let swapped = swapped.read().count() > 0;
    let Ok((entity, remote)) = shown.single() else {
        presses.clear();
        return;
    };
    let Some(live) = &mut desk.bypass_change_detection().live else {
        presses.clear();
        return;
    };
    if swapped && live.mask != 0 {
        live.mask = 0;
        live.handle.keys(0);
    }
    for press in presses.read().filter(|press| press.toy == entity) {
        if !remote.may_press {
            if press.down {
                view.toasts.say("You may only watch this toy; its owner can let you press its buttons.");
            }
            continue;
        }
        let bit = 1 << press.button as u8;
        let mask = if press.down { live.mask | bit } else { live.mask & !bit };
        if mask != live.mask {
            live.mask = mask;
            live.handle.keys(mask);
        }
    }
}
