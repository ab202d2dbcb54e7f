//! Buttons between a person and the pins: a tap shorter than a frame is still seen.

use eggtooth_chip::Button;
use std::collections::VecDeque;

/// Ticks a button stays down at least, and up at least before it goes down again: three polls of
/// firmware that reads its buttons 32 times a second and believes what it saw twice.
const HOLD: u64 = 3 * 1024;

/// When each button goes down or up, in ticks.
#[derive(Clone, Debug, Default)]
pub struct Presses {
    /// Ticks never fall.
    queue: VecDeque<(u64, Button, bool)>,
    /// For each button the tick and direction of the last change that was queued.
    last: [(u64, bool); 4],
    /// Buttons that are down as of the last [`Presses::take`].
    held: [bool; 4],
}

impl Presses {
    /// These buttons are down since tick `since`, and nothing waits.
    #[must_use]
    pub fn holding(buttons: &[Button], since: u64) -> Presses {
        let mut presses = Presses::default();
        for button in buttons {
            presses.last[*button as usize] = (since.max(1), true);
            presses.held[*button as usize] = true;
        }
        presses
    }

    /// A person's button goes down or up at tick `now`, or as soon after it as the last change has
    /// been held long enough. A repeated direction is ignored.
    pub fn press(&mut self, button: Button, down: bool, now: u64) {
        let (at, was_down) = self.last[button as usize];
        if was_down != down {
            let earliest = if at == 0 { now } else { at + HOLD };
            self.exact(button, down, now.max(earliest));
        }
    }

    /// A button changes at exactly `tick`, as a script says.
    pub fn exact(&mut self, button: Button, down: bool, tick: u64) {
        self.last[button as usize] = (tick.max(1), down);
        let at = self.queue.partition_point(|change| change.0 <= tick);
        self.queue.insert(at, (tick, button, down));
    }

    /// The tick of the next change.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.queue.front().map(|change| change.0)
    }

    /// Takes every change up to `tick` and returns the buttons that are down then.
    pub fn take(&mut self, tick: u64) -> Vec<Button> {
        while let Some((_, button, down)) = self.queue.pop_front_if(|change| change.0 <= tick) {
            self.held[button as usize] = down;
        }
        self.held()
    }

    /// The buttons that are down as of the last [`Presses::take`].
    #[must_use]
    pub fn held(&self) -> Vec<Button> {
        Button::ALL.into_iter().filter(|button| self.held[*button as usize]).collect()
    }

    /// Whether the button is down, or on its way there.
    #[must_use]
    pub fn is_down(&self, button: Button) -> bool {
        self.last[button as usize].1
    }

    /// Whether changes are waiting.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_within_one_tick_is_held() {
        let mut presses = Presses::default();
        presses.press(Button::A, true, 1000);
        presses.press(Button::A, false, 1000);
        assert_eq!(presses.take(1000), [Button::A]);
        assert_eq!(presses.next(), Some(1000 + HOLD));
        assert_eq!(presses.take(1000 + HOLD), []);
    }

    #[test]
    fn two_quick_taps_stay_two() {
        let mut presses = Presses::default();
        for now in [10, 20] {
            presses.press(Button::B, true, now);
            presses.press(Button::B, false, now);
        }
        let mut changes = Vec::new();
        while let Some(tick) = presses.next() {
            changes.push((tick, presses.take(tick).len()));
        }
        assert_eq!(changes, [(10, 1), (10 + HOLD, 0), (10 + 2 * HOLD, 1), (10 + 3 * HOLD, 0)]);
    }

    #[test]
    fn a_long_press_ends_when_it_ends() {
        let mut presses = Presses::default();
        presses.press(Button::C, true, 5);
        presses.press(Button::C, false, 90_000);
        presses.take(5);
        assert_eq!(presses.next(), Some(90_000));
    }
}
