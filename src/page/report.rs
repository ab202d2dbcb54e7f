//! How the game is: in words for whoever does not see it, and in JSON for tests.

use super::host::Host;
use bevy::ecs::prelude::*;
use bevy::math::URect;
use eggtooth_desk::DeskFriends;
use eggtooth_desk::settings::DeskSettings;
use eggtooth_desk::view::View;
use eggtooth_shell::{Redraw, Step};
use eggtooth_toy::face::{Away, AwayView, Pace, Remote, Shown, Toy};
use serde_json::{Value, json};
use std::cell::RefCell;

thread_local! {
    static STATE: RefCell<Value> = const { RefCell::new(Value::Null) };
}

/// The last frame's state.
pub fn state() -> String {
    let memory = wasm_bindgen::memory();
    let buffer = js_sys::Reflect::get(&memory, &"buffer".into()).unwrap_or_default();
    let length = js_sys::Reflect::get(&buffer, &"byteLength".into()).ok().and_then(|length| length.as_f64());
    STATE.with_borrow_mut(|state| {
        if let Value::Object(state) = state {
            state.insert("wasm_bytes".into(), json!(length));
        }
        state.to_string()
    })
}

/// What was told the page already.
#[derive(Default)]
pub struct Told {
    words: String,
    ready: bool,
    asks: bool,
    tick: Option<u64>,
    part: Option<URect>,
}

/// Looks at the game after a frame.
pub fn look(
    host: NonSend<Host>,
    toys: Query<(Option<&Toy>, Option<&Remote>, Option<&Pace>, Option<&Away>), With<Shown>>,
    friends: Res<DeskFriends>,
    (view, settings): (Res<View>, Res<DeskSettings>),
    redraw: Res<Redraw>,
    step: Res<Step>,
    mut told: Local<Told>,
) {
    let Ok((toy, remote, pace, away)) = toys.single() else { return };
    let company = friends.company();
    let words = match (toy, remote) {
        (Some(toy), _) => {
            let session = &toy.0;
            let (name, away) = (session.name(), away.and_then(Away::view));
            match away {
                Some(AwayView::Asked(_)) => format!("{name} was away. Shall it live that time now, or was it held?"),
                Some(AwayView::Living(..)) => format!("{name} lives what it has missed."),
                None => eggtooth_toy::words(name, &session.machine, session.watch()),
            }
        }
        (None, Some(remote)) => match company.as_deref() {
            None => format!("{} lives in a daycare.", remote.name),
            Some([]) => format!("{} lives in a daycare, and sits alone at a table.", remote.name),
            Some(others) => {
                format!("{} lives in a daycare, and sits at a table with {}.", remote.name, others.join(", "))
            }
        },
        (None, None) => return,
    };
    if told.words != words {
        host.say(&words);
        told.words = words;
    }
    let asks = away.is_some_and(|away| matches!(away.view(), Some(AwayView::Asked(_))));
    if told.asks != asks {
        host.ask(asks);
        told.asks = asks;
    }
    if !told.ready && redraw.is_whole() {
        told.ready = true;
        host.ready();
    }
    if told.part != redraw.part() {
        told.part = redraw.part();
        let part = redraw.part().unwrap_or_default();
        host.part(part.min.x, part.min.y, part.width(), part.height());
    }
    let (drawn, skipped) = redraw.counts();
    STATE.with_borrow_mut(|state| {
        let session = toy.map(|toy| &toy.0);
        let tick = session.map(|session| session.machine.tick());
        // The hash costs most of it.
        if told.tick != tick || tick.is_none() || state.is_null() {
            told.tick = tick;
            let machine = session.map(|session| &session.machine);
            *state = json!({
                "pet": session.map(|session| session.name()).or(remote.map(|remote| remote.name.as_str())),
                "tick": tick,
                "hash": machine.and_then(|machine| machine.state_hash().ok()).map(|hash| eggtooth_vault::hex(&hash)),
                "rom": machine.map(|machine| eggtooth_vault::hex(machine.identity())),
                "slug": session.and_then(|session| session.slug()).map(ToString::to_string),
                "fullness": session.and_then(|session| session.watch().fullness(&session.machine)),
                "icons": machine.map(|machine| machine.icons()),
                "elsewhere": remote.map(|remote| remote.is_live()),
            });
        }
        if let Value::Object(state) = state {
            state.insert("words".into(), json!(told.words));
            state.insert("away".into(), json!(away.is_some_and(Away::is_away)));
            state.insert("table".into(), json!(company));
            state.insert("speed".into(), json!(pace.map(|pace| pace.speed)));
            state.insert("quality".into(), json!(format!("{:?}", *step).to_lowercase()));
            // Nothing lies over the toy but perhaps how its time runs, and nothing will come or go by itself.
            state.insert("clear".into(), json!(view.is_empty(settings.less_motion)));
            state.insert("drawn".into(), json!(drawn));
            state.insert("updates".into(), json!(drawn + skipped));
        }
    });
}
