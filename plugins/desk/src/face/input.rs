//! Keys, gamepads and the window's focus.

use crate::keys::{Change, KEYS, Latch, PAD, Shortcut, Source, shortcut, step, written};
use crate::model::Action;
use crate::settings::DeskSettings;
use crate::view::{CARD_SECONDS, View};
use bevy::ecs::prelude::*;
use bevy::input::ButtonInput;
use bevy::input::gamepad::{Gamepad, GamepadButton};
use bevy::input::keyboard::{Key, KeyCode};
use bevy::input::mouse::MouseButtonInput;
use bevy::input::touch::TouchInput;
use bevy::time::{Real, Time};
use bevy::window::{CursorMoved, Window, WindowCloseRequested, WindowFocused};
use bevy_egui::input::EguiWantsInput;
use eggtooth_buzzer::face::BuzzerSettings;
use eggtooth_toy::face::{Pace, Press, SPEEDS, SaveNow, Shown, ToySwapped};

/// The longest frame that the interface's timers believe: after a stall nothing vanishes unseen.
const LONGEST: f32 = 1.0;
/// Keys that make a letter mean something else.
const MODIFIERS: [KeyCode; 6] = [
    KeyCode::ControlLeft,
    KeyCode::ControlRight,
    KeyCode::AltLeft,
    KeyCode::AltRight,
    KeyCode::SuperLeft,
    KeyCode::SuperRight,
];

/// Whether the interface has the keyboard at the moment, because a field or a button is in focus.
fn taken(wants: Option<Res<EguiWantsInput>>) -> bool {
    wants.is_some_and(|wants| wants.wants_any_keyboard_input())
}

/// Lets the interface's time pass, and notices the pointer.
pub(super) fn watch(
    time: Res<Time<Real>>,
    mut view: ResMut<View>,
    mut settings: ResMut<DeskSettings>,
    mut moved: MessageReader<CursorMoved>,
    mut clicked: MessageReader<MouseButtonInput>,
    mut touched: MessageReader<TouchInput>,
    mut begun: Local<bool>,
) {
    if !std::mem::replace(&mut *begun, true) && !settings.keys_shown {
        view.card = CARD_SECONDS;
    }
    let card = view.card;
    view.pass(time.delta_secs().min(LONGEST));
    // A movement without a distance is the pointer entering, or the window appearing under it.
    let moves = moved.read().filter(|moved| moved.delta.is_some_and(|delta| delta.length() > 0.0)).count();
    if moves + clicked.read().count() + touched.read().count() > 0 {
        view.still = 0.0;
    }
    if card > 0.0 && view.card == 0.0 {
        settings.keys_shown = true;
    }
}

/// Keys and gamepads press the buttons of the shown toy.
pub(super) fn press(
    keys: Res<ButtonInput<KeyCode>>,
    pads: Query<(Entity, &Gamepad)>,
    windows: Query<&Window>,
    wants: Option<Res<EguiWantsInput>>,
    shown: Query<Entity, With<Shown>>,
    mut swapped: MessageReader<ToySwapped>,
    mut latch: ResMut<Latch>,
    mut presses: MessageWriter<Press>,
) {
    let Ok(toy) = shown.single() else { return };
    let away = !windows.is_empty() && windows.iter().all(|window| !window.focused);
    let changes = if away || taken(wants) || swapped.read().count() > 0 {
        latch.release()
    } else {
        let modified = keys.any_pressed(MODIFIERS);
        let key = |(key, buttons)| {
            let pressed = keys.just_pressed(key) && !modified;
            let change = Change { pressed, released: keys.just_released(key), down: keys.pressed(key) };
            (Source::Key(key), buttons, change)
        };
        let pads = pads.iter().flat_map(|(entity, pad)| {
            PAD.into_iter().map(move |(button, buttons)| {
                let change = Change {
                    pressed: pad.just_pressed(button),
                    released: pad.just_released(button),
                    down: pad.pressed(button),
                };
                (Source::Pad(entity, button), buttons, change)
            })
        });
        latch.frame(KEYS.into_iter().map(key).chain(pads))
    };
    presses.write_batch(changes.into_iter().map(|(button, down)| Press { toy, button, down }));
}

/// Keys that mean the program.
pub(super) fn shortcuts(
    keys: Res<ButtonInput<KeyCode>>,
    characters: Option<Res<ButtonInput<Key>>>,
    pads: Query<&Gamepad>,
    wants: Option<Res<EguiWantsInput>>,
    view: Res<View>,
    buzzer: Option<Res<BuzzerSettings>>,
    shown: Query<&Pace, With<Shown>>,
    mut actions: MessageWriter<Action>,
) {
    if taken(wants) || keys.any_pressed(MODIFIERS) {
        return;
    }
    let by_place = keys.get_just_pressed().filter_map(|key| shortcut(*key));
    let characters = characters.iter().flat_map(|keys| keys.get_just_pressed()).filter_map(written);
    let start = pads.iter().filter(|pad| pad.just_pressed(GamepadButton::Start)).map(|_| Shortcut::Pause);
    let pace = shown.single().copied().unwrap_or_default();
    let muted = buzzer.is_some_and(|buzzer| buzzer.muted);
    for shortcut in by_place.chain(characters).chain(start) {
        actions.write(match shortcut {
            Shortcut::Menu => Action::Menu(!view.open),
            Shortcut::Pause => Action::Pause(!pace.paused),
            Shortcut::FastForward => Action::FastForward(!pace.fast_forward),
            Shortcut::Mute => Action::Mute(!muted),
            Shortcut::Faster => Action::Speed(step(&SPEEDS, pace.speed, true)),
            Shortcut::Slower => Action::Speed(step(&SPEEDS, pace.speed, false)),
        });
    }
}

/// A window that is left or closed is a moment to save.
pub(super) fn focus(
    mut focused: MessageReader<WindowFocused>,
    mut closing: MessageReader<WindowCloseRequested>,
    mut save: MessageWriter<SaveNow>,
) {
    let left = focused.read().filter(|focused| !focused.focused).count();
    if left + closing.read().count() > 0 {
        save.write(SaveNow);
    }
}
