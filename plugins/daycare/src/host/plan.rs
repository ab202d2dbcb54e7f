//! When a toy's buttons go down and up, planned ahead: the hands of several people, as one hand.
//!
//! A button is down while anybody holds it. A press is at least as long as the firmware needs to see it, and so is the
//! pause before the next one. What has been planned is in the journal, exact to the tick, and stays: it is taken back
//! by planning the opposite at the same tick, where changes happen in the order in which they were planned.

use crate::store::KeyChange;
use eggtooth_toy::Button;

/// Ticks a button stays down at least, and up before it goes down again: three polls of firmware that reads its
/// buttons 32 times a second and believes what it saw twice.
pub(super) const HOLD: u64 = 3 * 1024;

/// One button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Line {
    /// How many hold it, as of the last change.
    holders: u32,
    /// When the presses end that end by themselves.
    until: u64,
    /// The last change that is planned; 0 for none.
    edge: u64,
    /// When it went down, before that.
    began: u64,
    /// What it is after the last change.
    down: bool,
}

/// What is planned for the buttons of a toy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan([Line; 4]);

/// The buttons of a mask: bit 0 A, 1 B, 2 C, 3 the tap sensor.
pub(super) fn buttons(mask: u8) -> impl Iterator<Item = Button> {
    Button::ALL.into_iter().filter(move |button| mask >> *button as u8 & 1 != 0)
}

impl Plan {
    /// What the journal has planned.
    pub fn of<'a>(held: u8, changes: impl IntoIterator<Item = &'a KeyChange>) -> Plan {
        let mut plan = Plan::default();
        for button in buttons(held) {
            let line = &mut plan.0[button as usize];
            (line.edge, line.began, line.down) = (1, 1, true);
        }
        for change in changes {
            let line = &mut plan.0[change.button as usize];
            if change.down {
                line.began = change.tick;
            }
            // Of changes at one tick the last holds.
            if change.tick >= line.edge {
                (line.edge, line.down) = (change.tick, change.down);
            }
        }
        plan
    }

    /// Somebody's mask changes at `tick`.
    pub fn hold(&mut self, before: u8, after: u8, tick: u64, changes: &mut Vec<KeyChange>) {
        for button in buttons(after & !before) {
            self.0[button as usize].hold(button, tick, changes);
        }
        for button in buttons(before & !after) {
            self.0[button as usize].let_go(button, tick, changes);
        }
    }

    /// These buttons go down at `tick` for so many ticks, or as soon after it as they can.
    pub fn press(&mut self, mask: u8, tick: u64, ticks: u64, changes: &mut Vec<KeyChange>) {
        for button in buttons(mask) {
            self.0[button as usize].press(button, tick, ticks, changes);
        }
    }

    /// Everything that is down for ever goes up at `tick`: nobody is known to hold it.
    pub fn release(&mut self, tick: u64, changes: &mut Vec<KeyChange>) {
        for button in Button::ALL {
            let line = &mut self.0[button as usize];
            if line.down {
                line.holders = 1;
                line.let_go(button, tick, changes);
            }
        }
    }

    /// The last tick at which something is planned.
    pub fn end(&self) -> u64 {
        self.0.iter().map(|line| line.edge).max().unwrap_or(0)
    }

    /// Whether a button stays down for ever.
    pub fn is_down(&self) -> bool {
        self.0.iter().any(|line| line.down)
    }
}

impl Line {
    fn turn(&mut self, button: Button, tick: u64, down: bool, changes: &mut Vec<KeyChange>) {
        changes.push(KeyChange { tick, button, down });
        (self.edge, self.down) = (tick, down);
    }

    fn go_down(&mut self, button: Button, tick: u64, changes: &mut Vec<KeyChange>) {
        let earliest = if self.edge == 0 { tick } else { self.edge.saturating_add(HOLD) };
        self.began = tick.max(earliest);
        self.turn(button, self.began, true, changes);
    }

    fn hold(&mut self, button: Button, tick: u64, changes: &mut Vec<KeyChange>) {
        self.holders += 1;
        if self.down {
            return;
        }
        if self.holders == 1 && tick < self.until {
            // It is down, and would have gone up by itself.
            self.turn(button, self.edge, true, changes);
        } else {
            self.go_down(button, tick, changes);
        }
    }

    fn let_go(&mut self, button: Button, tick: u64, changes: &mut Vec<KeyChange>) {
        self.holders = self.holders.saturating_sub(1);
        if self.holders == 0 && self.down {
            let end = tick.max(self.until).max(self.edge).max(self.began.saturating_add(HOLD));
            self.turn(button, end, false, changes);
        }
    }

    fn press(&mut self, button: Button, tick: u64, ticks: u64, changes: &mut Vec<KeyChange>) {
        if self.down {
            // Somebody holds it: the press is part of that, and may outlast it.
            self.until = self.until.max(tick.saturating_add(ticks));
            return;
        }
        self.go_down(button, tick, changes);
        self.until = self.began.saturating_add(ticks.max(HOLD));
        self.turn(button, self.until, false, changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ticks at which A is seen to change, if the changes are made in order.
    fn seen(changes: &[KeyChange]) -> Vec<(u64, bool)> {
        let mut sorted = changes.to_vec();
        sorted.sort_by_key(|change| change.tick);
        let mut seen: Vec<(u64, bool)> = Vec::new();
        for change in sorted {
            seen.pop_if(|last| last.0 == change.tick);
            if seen.last().is_none_or(|last| last.1 != change.down) {
                seen.push((change.tick, change.down));
            }
        }
        seen
    }

    #[test]
    fn a_tap_is_seen_and_two_stay_two() {
        let (mut plan, mut changes) = (Plan::default(), Vec::new());
        for tick in [10, 20] {
            plan.hold(0, 1, tick, &mut changes);
            plan.hold(1, 0, tick + 1, &mut changes);
        }
        let ticks = [(10, true), (10 + HOLD, false), (10 + 2 * HOLD, true), (10 + 3 * HOLD, false)];
        assert_eq!(seen(&changes), ticks);
    }

    #[test]
    fn two_hands_are_one() {
        let (mut plan, mut changes) = (Plan::default(), Vec::new());
        plan.hold(0, 1, 1000, &mut changes);
        plan.hold(0, 1, 50_000, &mut changes);
        plan.hold(1, 0, 60_000, &mut changes);
        assert_eq!(seen(&changes), [(1000, true)]);
        plan.hold(1, 0, 90_000, &mut changes);
        assert_eq!(seen(&changes), [(1000, true), (90_000, false)]);
    }

    #[test]
    fn a_press_that_ends_by_itself_and_a_hand_are_one() {
        for (release, end) in [(60_000, 101_000), (200_000, 200_000)] {
            let (mut plan, mut changes) = (Plan::default(), Vec::new());
            plan.press(1, 1000, 100_000, &mut changes);
            plan.hold(0, 1, 50_000, &mut changes);
            plan.hold(1, 0, release, &mut changes);
            assert_eq!(seen(&changes), [(1000, true), (end, false)], "{release}");
        }
        let (mut plan, mut changes) = (Plan::default(), Vec::new());
        plan.hold(0, 1, 1000, &mut changes);
        plan.press(1, 2000, 100_000, &mut changes);
        plan.hold(1, 0, 3000, &mut changes);
        assert_eq!(seen(&changes), [(1000, true), (102_000, false)]);
    }

    #[test]
    fn presses_that_end_by_themselves_come_one_after_the_other() {
        let (mut plan, mut changes) = (Plan::default(), Vec::new());
        plan.press(5, 1000, 100, &mut changes);
        plan.press(1, 1100, 10_000, &mut changes);
        let a: Vec<KeyChange> = changes.iter().filter(|change| change.button == Button::A).copied().collect();
        let ticks = [(1000, true), (1000 + HOLD, false), (1000 + 2 * HOLD, true), (11_000 + 2 * HOLD, false)];
        assert_eq!(seen(&a), ticks);
        assert_eq!((changes.len(), plan.end()), (6, 11_000 + 2 * HOLD));
    }

    #[test]
    fn a_plan_is_found_again_in_the_journal() {
        let (mut plan, mut changes) = (Plan::default(), Vec::new());
        plan.hold(0, 3, 1000, &mut changes);
        plan.hold(3, 2, 9000, &mut changes);
        let mut found = Plan::of(0, &changes);
        assert!(found.is_down() && found.end() == 9000);
        let mut more = Vec::new();
        found.release(9001, &mut more);
        assert_eq!(more, [KeyChange { tick: 9001, button: Button::B, down: false }]);
        assert!(!found.is_down());
        let mut held = Plan::of(1, []);
        held.release(5000, &mut more);
        assert_eq!(more[1], KeyChange { tick: 5000, button: Button::A, down: false });
    }
}
