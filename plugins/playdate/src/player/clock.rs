//! The time that a visit lives: it stands still while one of the two sides does, so that no time runs out there which
//! nobody could use, and nothing is said twice that was heard once.

use std::time::Duration;

/// What one look adds at most, four times what lies between two looks: a program that was stopped has lived no more.
const STEP: Duration = Duration::from_secs(1);
/// How long a visit may stand still altogether: whoever never comes back ends it.
const REST: Duration = Duration::from_secs(60);

/// The time of one visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The last look.
    at: Duration,
    lived: Duration,
    rested: Duration,
}

impl Clock {
    /// It has lived as long as the player.
    pub fn new(now: Duration) -> Clock {
        Clock { at: now, lived: now, rested: Duration::ZERO }
    }

    /// How long it has lived; `rests`: nothing was heard of the other side since the last look.
    pub fn look(&mut self, now: Duration, rests: bool) -> Duration {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        if rests && self.rested < REST {
            self.rested = self.rested.saturating_add(passed);
        } else {
            self.lived = self.lived.saturating_add(passed.min(STEP));
        }
        self.lived
    }

    /// When it will have lived so long.
    pub fn when(&self, lived: Duration) -> Duration {
        self.at.saturating_add(lived.saturating_sub(self.lived))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_still_with_either_side() {
        let at = Duration::from_secs;
        let mut clock = Clock::new(at(10));
        assert_eq!(clock.look(at(11), false), at(11));
        assert_eq!(clock.when(at(14)), at(14));
        // This program was stopped.
        assert_eq!(clock.look(at(31), false), at(12));
        assert_eq!(clock.when(at(14)), at(33));
        // The other one is.
        assert_eq!(clock.look(at(51), true), at(12));
        assert_eq!(clock.look(at(51), false), at(12));
        // Not for ever; and time never goes back.
        assert_eq!(clock.look(at(111), true), at(12));
        assert_eq!(clock.look(at(112), true), at(13));
        assert_eq!(clock.look(at(100), false), at(13));
        assert_eq!(clock.look(at(113), false), at(14));
    }
}
