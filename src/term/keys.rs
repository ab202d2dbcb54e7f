//! Keys to buttons. Most terminals do not tell when a key is let go: there a key is a short tap.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use eggtooth_toy::{Button, Machine};

/// Ticks that a tap takes, down and up again, until the toy is ready for the next (`Presses` holds
/// each for 3 × 1024).
const TAP: u64 = 6 * 1024;

/// What a key asks for besides buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The end.
    Quit,
    /// The bell on or off.
    Mute,
}

/// The keyboard's hold on the buttons.
#[derive(Debug, Default)]
pub struct Keys {
    /// Key releases are reported.
    releases: bool,
    /// For A, B and C the tick at which the last tap is over.
    busy: [u64; 3],
}

/// The buttons of a key.
fn buttons(code: KeyCode) -> &'static [Button] {
    let code = match code {
        KeyCode::Char(c) => KeyCode::Char(c.to_ascii_lowercase()),
        other => other,
    };
    match code {
        KeyCode::Char('z' | '1') | KeyCode::Left => &[Button::A],
        KeyCode::Char('x' | '2') | KeyCode::Down => &[Button::B],
        KeyCode::Char('c' | '3') | KeyCode::Right => &[Button::C],
        KeyCode::Char('v' | '4') => &[Button::A, Button::C],
        _ => &[],
    }
}

/// The other meanings of keys.
fn action(key: &KeyEvent) -> Option<Action> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return (key.code == KeyCode::Char('c')).then_some(Action::Quit);
    }
    match key.code {
        KeyCode::Char('q' | 'Q') | KeyCode::Esc => Some(Action::Quit),
        KeyCode::Char('m' | 'M') => Some(Action::Mute),
        _ => None,
    }
}

/// Whether a key asks for something besides buttons.
pub fn is_action(key: &KeyEvent) -> bool {
    key.kind == KeyEventKind::Press && action(key).is_some()
}

impl Keys {
    /// Says whether key releases are reported.
    pub fn set_releases(&mut self, releases: bool) {
        self.releases = releases;
    }

    /// Presses the buttons of a key, or returns what else it asks for.
    pub fn take(&mut self, key: &KeyEvent, machine: &mut Machine) -> Option<Action> {
        if key.kind == KeyEventKind::Press
            && let Some(action) = action(key)
        {
            return Some(action);
        }
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER) {
            return None;
        }
        for button in buttons(key.code) {
            match key.kind {
                KeyEventKind::Release => machine.press(*button, false),
                KeyEventKind::Press if self.releases => machine.press(*button, true),
                KeyEventKind::Press => self.tap(*button, machine),
                // The button is down already.
                KeyEventKind::Repeat => {}
            }
        }
        None
    }

    /// A tap; while one is waiting for its turn, more are dropped, so that a key that repeats does
    /// not go on pressing after it was let go.
    fn tap(&mut self, button: Button, machine: &mut Machine) {
        let now = machine.tick();
        let Some(busy) = self.busy.get_mut(button as usize).filter(|busy| **busy <= now + TAP) else {
            return;
        };
        *busy = now.max(*busy) + TAP;
        machine.press(button, true);
        machine.press(button, false);
    }

    /// Lets every button go: key releases go elsewhere now.
    pub fn let_go(&mut self, machine: &mut Machine) {
        for button in Button::ALL {
            machine.press(button, false);
        }
    }

    /// Which of A, B and C to show as pressed.
    pub fn down(&self, machine: &Machine) -> [bool; 3] {
        let down = |button: Button| machine.is_down(button) || self.busy[button as usize] > machine.tick();
        [Button::A, Button::B, Button::C].map(down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine::new(&eggtooth_toy::pip().unwrap())
    }

    fn key(code: KeyCode, kind: KeyEventKind) -> KeyEvent {
        KeyEvent::new_with_kind(code, KeyModifiers::NONE, kind)
    }

    #[test]
    fn a_key_without_release_is_a_tap() {
        let (mut keys, mut machine) = (Keys::default(), machine());
        let z = key(KeyCode::Char('Z'), KeyEventKind::Press);
        assert_eq!(keys.take(&z, &mut machine), None);
        assert!(!machine.is_idle() && !machine.is_down(Button::A));
        assert_eq!(keys.down(&machine), [true, false, false]);
        machine.advance(TAP, &mut ());
        assert!(machine.is_idle());
        assert_eq!(keys.down(&machine), [false; 3]);
    }

    #[test]
    fn a_repeating_key_leaves_no_backlog() {
        let (mut keys, mut machine) = (Keys::default(), machine());
        for _ in 0..100 {
            keys.take(&key(KeyCode::Left, KeyEventKind::Press), &mut machine);
        }
        machine.advance(2 * TAP, &mut ());
        assert!(machine.is_idle());
    }

    #[test]
    fn a_key_with_release_holds_its_buttons() {
        let (mut keys, mut machine) = (Keys::default(), machine());
        keys.set_releases(true);
        keys.take(&key(KeyCode::Char('v'), KeyEventKind::Press), &mut machine);
        keys.take(&key(KeyCode::Char('v'), KeyEventKind::Repeat), &mut machine);
        machine.advance(50_000, &mut ());
        assert_eq!(keys.down(&machine), [true, false, true]);
        keys.take(&key(KeyCode::Char('v'), KeyEventKind::Release), &mut machine);
        assert_eq!(keys.down(&machine), [false; 3]);
        keys.take(&key(KeyCode::Right, KeyEventKind::Press), &mut machine);
        machine.advance(100_000, &mut ());
        keys.let_go(&mut machine);
        assert_eq!(keys.down(&machine), [false; 3]);
    }

    #[test]
    fn control_c_quits_and_c_does_not() {
        let (mut keys, mut machine) = (Keys::default(), machine());
        let control = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(keys.take(&control, &mut machine), Some(Action::Quit));
        let other = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
        assert_eq!(keys.take(&other, &mut machine), None);
        assert!(machine.is_idle());
        for (code, expected) in [
            (KeyCode::Char('q'), Some(Action::Quit)),
            (KeyCode::Esc, Some(Action::Quit)),
            (KeyCode::Char('m'), Some(Action::Mute)),
            (KeyCode::Char('c'), None),
            (KeyCode::Enter, None),
        ] {
            assert_eq!(keys.take(&key(code, KeyEventKind::Press), &mut machine), expected, "{code:?}");
        }
        assert_eq!(keys.down(&machine), [false, false, true]);
    }
}
