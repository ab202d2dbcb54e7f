//! Which keys press which buttons, and when a button counts as down.

use bevy::ecs::entity::Entity;
use bevy::ecs::resource::Resource;
use bevy::input::gamepad::GamepadButton;
use bevy::input::keyboard::{Key, KeyCode};
use eggtooth_toy::Button;
use std::collections::{BTreeMap, BTreeSet};

/// Something that can hold a button down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A key, by its place on the keyboard.
    Key(KeyCode),
    /// A button of a gamepad.
    Pad(Entity, GamepadButton),
}

use Button::{A, B, C, Tap};

/// The keys of the toy's buttons.
pub const KEYS: [(KeyCode, &[Button]); 16] = [
    (KeyCode::KeyZ, &[A]),
    (KeyCode::Digit1, &[A]),
    (KeyCode::Numpad1, &[A]),
    (KeyCode::ArrowLeft, &[A]),
    (KeyCode::KeyX, &[B]),
    (KeyCode::Digit2, &[B]),
    (KeyCode::Numpad2, &[B]),
    (KeyCode::ArrowDown, &[B]),
    (KeyCode::KeyC, &[C]),
    (KeyCode::Digit3, &[C]),
    (KeyCode::Numpad3, &[C]),
    (KeyCode::ArrowRight, &[C]),
    (KeyCode::KeyV, &[A, C]),
    (KeyCode::Digit4, &[A, C]),
    (KeyCode::Numpad4, &[A, C]),
    (KeyCode::KeyT, &[Tap]),
];

/// The same on a gamepad: the right hand's buttons as they lie, or the left hand's cross.
pub const PAD: [(GamepadButton, &[Button]); 8] = [
    (GamepadButton::West, &[A]),
    (GamepadButton::DPadLeft, &[A]),
    (GamepadButton::South, &[B]),
    (GamepadButton::DPadDown, &[B]),
    (GamepadButton::East, &[C]),
    (GamepadButton::DPadRight, &[C]),
    (GamepadButton::North, &[A, C]),
    (GamepadButton::RightTrigger, &[Tap]),
];

/// Keys that mean the program and not the toy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Opens or closes the menu.
    Menu,
    /// Stops or starts time.
    Pause,
    /// Fast-forward until the pet calls.
    FastForward,
    /// Sound off or on.
    Mute,
    /// A step faster.
    Faster,
    /// A step slower.
    Slower,
}

/// What a key means for the program.
#[must_use]
pub fn shortcut(key: KeyCode) -> Option<Shortcut> {
    Some(match key {
        KeyCode::Escape => Shortcut::Menu,
        KeyCode::Space => Shortcut::Pause,
        KeyCode::KeyF => Shortcut::FastForward,
        KeyCode::KeyM => Shortcut::Mute,
        KeyCode::NumpadAdd => Shortcut::Faster,
        KeyCode::NumpadSubtract => Shortcut::Slower,
        _ => return None,
    })
}

/// What a written character means: plus and minus lie elsewhere on every keyboard.
#[must_use]
pub fn written(key: &Key) -> Option<Shortcut> {
    match key {
        Key::Character(text) if text == "+" || text == "=" => Some(Shortcut::Faster),
        Key::Character(text) if text == "-" || text == "−" => Some(Shortcut::Slower),
        _ => None,
    }
}

/// The speed one step away from `speed`, in `speeds`, which rise.
#[must_use]
pub fn step(speeds: &[u32], speed: u32, faster: bool) -> u32 {
    let next = if faster {
        speeds.iter().copied().find(|other| *other > speed)
    } else {
        speeds.iter().rev().copied().find(|other| *other < speed)
    };
    next.unwrap_or(speed)
}

/// What happened to a source since the last frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Went down, even if it is up again.
    pub pressed: bool,
    /// Went up, even if it is down again.
    pub released: bool,
    /// Is down now.
    pub down: bool,
}

/// What holds the buttons down. A source counts from the moment it goes down, so that a key which was
/// held before it meant anything (while text was typed, in another window) presses nothing.
#[derive(Resource, Clone, Debug, Default)]
pub struct Latch {
    held: BTreeMap<Source, &'static [Button]>,
}

impl Latch {
    fn is_down(&self, button: Button) -> bool {
        self.held.values().any(|buttons| buttons.contains(&button))
    }

    /// Takes in what every source did in a frame and returns what the buttons do, in order: a tap
    /// within the frame goes down and up. A source that is not mentioned, such as a gamepad that was
    /// unplugged, is up.
    pub fn frame(
        &mut self,
        changes: impl IntoIterator<Item = (Source, &'static [Button], Change)>,
    ) -> Vec<(Button, bool)> {
        let mut out = Vec::new();
        let mut there = BTreeSet::new();
        for (source, buttons, change) in changes {
            there.insert(source);
            if self.held.contains_key(&source) && (change.released || !change.down) {
                self.set(source, None, &mut out);
            }
            if change.pressed {
                self.set(source, Some(buttons), &mut out);
                if !change.down {
                    self.set(source, None, &mut out);
                }
            }
        }
        let gone: Vec<Source> = self.held.keys().filter(|source| !there.contains(source)).copied().collect();
        for source in gone {
            self.set(source, None, &mut out);
        }
        out
    }

    /// Lets go of everything.
    pub fn release(&mut self) -> Vec<(Button, bool)> {
        let held = std::mem::take(&mut self.held);
        Button::ALL
            .into_iter()
            .filter(|button| held.values().any(|buttons| buttons.contains(button)))
            .map(|button| (button, false))
            .collect()
    }

    fn set(&mut self, source: Source, buttons: Option<&'static [Button]>, out: &mut Vec<(Button, bool)>) {
        let before = Button::ALL.map(|button| self.is_down(button));
        match buttons {
            Some(buttons) => self.held.insert(source, buttons),
            None => self.held.remove(&source),
        };
        for (button, was) in Button::ALL.into_iter().zip(before) {
            let is = self.is_down(button);
            if is != was {
                out.push((button, is));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Z: Source = Source::Key(KeyCode::KeyZ);
    const LEFT: Source = Source::Key(KeyCode::ArrowLeft);
    const V: Source = Source::Key(KeyCode::KeyV);
    const DOWN: Change = Change { pressed: true, released: false, down: true };
    const HELD: Change = Change { pressed: false, released: false, down: true };
    const UP: Change = Change { pressed: false, released: true, down: false };
    const TAPPED: Change = Change { pressed: true, released: true, down: false };
    const AGAIN: Change = Change { pressed: true, released: true, down: true };

    #[test]
    fn a_tap_within_a_frame_is_seen() {
        let mut latch = Latch::default();
        assert_eq!(latch.frame([(Z, &[A][..], TAPPED)]), [(A, true), (A, false)]);
        assert_eq!(latch.frame([]), []);
    }

    #[test]
    fn two_keys_of_one_button_are_one_press() {
        let mut latch = Latch::default();
        assert_eq!(latch.frame([(Z, &[A][..], DOWN)]), [(A, true)]);
        assert_eq!(latch.frame([(Z, &[A][..], HELD), (LEFT, &[A][..], DOWN)]), []);
        assert_eq!(latch.frame([(Z, &[A][..], UP), (LEFT, &[A][..], HELD)]), []);
        assert_eq!(latch.frame([(LEFT, &[A][..], UP)]), [(A, false)]);
    }

    #[test]
    fn one_key_presses_two_buttons() {
        let mut latch = Latch::default();
        assert_eq!(latch.frame([(V, &[A, C][..], DOWN)]), [(A, true), (C, true)]);
        assert_eq!(latch.frame([(V, &[A, C][..], UP)]), [(A, false), (C, false)]);
    }

    #[test]
    fn down_up_down_in_a_frame_is_two_presses() {
        let mut latch = Latch::default();
        latch.frame([(Z, &[A][..], DOWN)]);
        assert_eq!(latch.frame([(Z, &[A][..], AGAIN)]), [(A, false), (A, true)]);
    }

    #[test]
    fn what_was_held_before_presses_nothing() {
        let mut latch = Latch::default();
        assert_eq!(latch.frame([(Z, &[A][..], HELD)]), []);
        latch.frame([(V, &[A, C][..], DOWN)]);
        assert_eq!(latch.release(), [(A, false), (C, false)]);
        assert_eq!(latch.frame([(V, &[A, C][..], HELD)]), []);
        assert_eq!(latch.frame([(V, &[A, C][..], UP)]), []);
    }

    #[test]
    fn an_unplugged_gamepad_lets_go() {
        let mut latch = Latch::default();
        latch.frame([(Source::Pad(Entity::PLACEHOLDER, GamepadButton::South), &[B][..], DOWN)]);
        assert_eq!(latch.frame([(Z, &[A][..], Change::default())]), [(B, false)]);
    }

    #[test]
    fn every_button_has_keys_and_no_key_has_two_meanings() {
        for button in [A, B, C, Tap] {
            assert!(KEYS.iter().any(|(_, buttons)| **buttons == [button]));
            assert!(PAD.iter().any(|(_, buttons)| **buttons == [button]));
        }
        for (n, (key, _)) in KEYS.iter().enumerate() {
            assert!(KEYS[..n].iter().all(|(other, _)| other != key));
            assert_eq!(shortcut(*key), None);
        }
    }

    #[test]
    fn speeds_go_step_by_step() {
        let speeds = [1, 2, 4, 16];
        assert_eq!((step(&speeds, 1, true), step(&speeds, 16, true)), (2, 16));
        assert_eq!((step(&speeds, 16, false), step(&speeds, 1, false), step(&speeds, 3, false)), (4, 1, 2));
    }
}
