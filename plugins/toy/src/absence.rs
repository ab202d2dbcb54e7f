//! How long a pet was alone, and what its owner wants done about it.

use eggtooth_chip::TICKS_PER_SECOND;
use eggtooth_vault::{Envelope, Tag, VaultError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The block with a pet's [`Choice`].
pub const CHOICE: Tag = Tag(*b"AWAY");
/// The block that says up to when a pet has lived.
pub const LEFT: Tag = Tag(*b"LEFT");
/// Absences shorter than this are lived without a question, as stalls are.
pub const SHORTEST: Duration = Duration::from_secs(10);
/// A program that stood still for longer than this was away.
pub const LONGEST_STALL: Duration = Duration::from_secs(60);
/// No absence is longer: ten years of 365.25 days.
pub const LONGEST: Duration = Duration::from_secs(315_576_000);

/// What becomes of the time in which nobody played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The player is asked.
    #[default]
    Ask,
    /// It is lived, every tick of it.
    Live,
    /// It stood still.
    Hold,
}

impl Choice {
    /// All of them, in the order of menus.
    pub const ALL: [Choice; 3] = [Choice::Ask, Choice::Live, Choice::Hold];

    /// One word: `ask`, `live` or `hold`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Choice::Ask => "ask",
            Choice::Live => "live",
            Choice::Hold => "hold",
        }
    }

    /// What a save says; [`Choice::Ask`] where it says nothing that this program knows.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Choice {
        match envelope.value::<u8>(CHOICE) {
            Ok(1) => Choice::Live,
            Ok(2) => Choice::Hold,
            _ => Choice::Ask,
        }
    }

    /// Puts it into a save.
    ///
    /// # Errors
    /// None that a single byte can cause.
    pub fn put(self, envelope: &mut Envelope) -> Result<(), VaultError> {
        envelope.set_value(CHOICE, &(self as u8))
    }
}

/// The value of the block `LEFT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The tick of the snapshot that this is said of. Another one: somebody else has played since.
    pub tick: u64,
    /// Up to when the pet has lived, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
}

/// When the pet in a save was left, in milliseconds since 1970-01-01 UTC; `None` where that is not known.
#[must_use]
pub fn left(envelope: &Envelope) -> Option<u64> {
    let meta = &envelope.meta;
    match envelope.value::<Left>(LEFT) {
        Ok(left) if left.tick == meta.tick => Some(left.at),
        // What `run` saves has no date.
        _ => (meta.saved_at > 0).then(|| meta.saved_at.saturating_mul(1000)),
    }
}

/// Time in which nobody played. Counted in UTC: time zones and summer time play no part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absence {
    /// How long.
    pub time: Duration,
    /// What is strange about it.
    pub oddity: Option<Oddity>,
}

/// A computer's clock that cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// It was set back to before the pet was left: no time has passed.
    SetBack(Duration),
    /// It says more than ten years: ten have passed.
    Capped,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Oddity::SetBack(by) => write!(
                f,
                "this computer's clock was set back by {}, so no time has passed; check the clock",
                span(by.as_secs())
            ),
            Oddity::Capped => f.write_str(
                "more than ten years have passed by this computer's clock; ten are counted, check the clock",
            ),
        }
    }
}

impl Absence {
    /// From `left` to `now`, both in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn between(left: u64, now: u64) -> Absence {
        let Some(passed) = now.checked_sub(left) else {
            let back = Oddity::SetBack(Duration::from_millis(left - now));
            return Absence { time: Duration::ZERO, oddity: Some(back) };
        };
        let time = Duration::from_millis(passed);
        if time > LONGEST {
            return Absence { time: LONGEST, oddity: Some(Oddity::Capped) };
        }
        Absence { time, oddity: None }
    }
}

/// Whole ticks in a length of time.
#[must_use]
pub fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos() * u128::from(TICKS_PER_SECOND) / 1_000_000_000).unwrap_or(u64::MAX)
}

/// The time that ticks take.
#[must_use]
pub fn time(ticks: u64) -> Duration {
    let nanos = (ticks % TICKS_PER_SECOND) * 1_000_000_000 / TICKS_PER_SECOND;
    Duration::from_secs(ticks / TICKS_PER_SECOND) + Duration::from_nanos(nanos)
}

/// A length of time for people, in its largest unit.
#[must_use]
pub fn span(seconds: u64) -> String {
    let (n, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        172_800..63_115_200 => (seconds / 86_400, "day"),
        _ => (seconds / 31_557_600, "year"),
    };
    count(n, unit)
}

/// `1 day`, `2 days`.
pub(crate) fn count(n: u64, unit: &str) -> String {
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use eggtooth_vault::Meta;

    const YEAR: u64 = 31_557_600_000;

    #[test]
    fn absences_are_counted_from_a_second_to_ten_years() {
        let left = 1_893_456_000_000;
        for (passed, seconds, oddity) in [
            (0, 0, None),
            (1000, 1, None),
            (86_400_000, 86_400, None),
            (10 * YEAR, 315_576_000, None),
            (10 * YEAR + 1, 315_576_000, Some(Oddity::Capped)),
            (u64::MAX - left, 315_576_000, Some(Oddity::Capped)),
        ] {
            let absence = Absence::between(left, left + passed);
            assert_eq!((absence.time.as_secs(), absence.oddity), (seconds, oddity), "{passed}");
        }
    }

    #[test]
    fn a_clock_set_back_costs_nothing_and_is_told() {
        let absence = Absence::between(1_893_456_000_000, 1_893_455_000_000);
        assert_eq!(absence.time, Duration::ZERO);
        let text = absence.oddity.unwrap().to_string();
        assert_eq!(text, "this computer's clock was set back by 16 minutes, so no time has passed; check the clock");
        assert_eq!(Absence::between(u64::MAX, 0).time, Duration::ZERO);
    }

    #[test]
    fn the_moment_of_leaving_is_that_of_this_snapshot() {
        let meta = Meta { name: "Pip".into(), rom: [0; 32], model: "p1".into(), saved_at: 100, tick: 7 };
        let mut envelope = Envelope::new(meta);
        assert_eq!(left(&envelope), Some(100_000));
        envelope.set_value(LEFT, &Left { tick: 7, at: 42_500 }).unwrap();
        assert_eq!(left(&envelope), Some(42_500));
        // An older program has played since and kept the block.
        envelope.meta.tick = 8;
        assert_eq!(left(&envelope), Some(100_000));
        envelope.meta.saved_at = 0;
        assert_eq!(left(&envelope), None);
    }

    #[test]
    fn a_choice_is_kept_and_an_unknown_one_asks() {
        let mut envelope =
            Envelope::new(Meta { name: "Pip".into(), rom: [0; 32], model: "p1".into(), saved_at: 1, tick: 1 });
        assert_eq!(Choice::of(&envelope), Choice::Ask);
        for choice in Choice::ALL {
            choice.put(&mut envelope).unwrap();
            assert_eq!(Choice::of(&envelope), choice);
        }
        envelope.set_value(CHOICE, &9_u8).unwrap();
        assert_eq!(Choice::of(&envelope), Choice::Ask);
        envelope.set_block(CHOICE, vec![1, 2, 3]).unwrap();
        assert_eq!(Choice::of(&envelope), Choice::Ask);
    }

    #[test]
    fn ticks_and_time() {
        assert_eq!(ticks(Duration::from_micros(15_625)), 512);
        assert_eq!(ticks(LONGEST), 315_576_000 * TICKS_PER_SECOND);
        assert_eq!(time(512), Duration::from_micros(15_625));
        assert_eq!(ticks(time(u64::from(u32::MAX))), u64::from(u32::MAX) - 1, "ticks are no whole nanoseconds");
    }

    #[test]
    fn spans_for_people() {
        for (seconds, text) in
            [(1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (259_200, "3 days"), (315_576_000, "10 years")]
        {
            assert_eq!(span(seconds), text);
        }
    }
}
