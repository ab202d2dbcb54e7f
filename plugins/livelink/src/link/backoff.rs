//! How long to wait before the next attempt.

use std::time::Duration;

/// The pause before the first attempt, without its random share.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause, without its random share: with it, 15 s.
const LONGEST: Duration = Duration::from_secs(10);

/// Pauses that double from 0.5 s to 10 s, each with up to half of itself on top by chance, so that the viewers of a
/// daycare that was started again do not come all at once.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    next: Duration,
    chance: u64,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Backoff {
        Backoff { next: FIRST, chance: seed }
    }

    /// The next pause, 0.5 to 15 s.
    pub(super) fn pause(&mut self) -> Duration {
        let base = self.next;
        self.next = (base * 2).min(LONGEST);
        base + base.mul_f64(self.fraction() / 2.0)
    }

    /// The last link was a good one.
    pub(super) fn reset(&mut self) {
        self.next = FIRST;
    }

    /// SplitMix64 (Steele, Lea, Flood 2014), 0 to 1: nothing secret depends on it.
    fn fraction(&mut self) -> f64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.chance ^ self.chance >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        f64::from((mixed ^ mixed >> 31) as u32) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_fifteen_seconds_and_differ_by_seed() {
        let pauses = |seed| {
            let mut backoff = Backoff::new(seed);
            [(); 8].map(|()| backoff.pause().as_secs_f64())
        };
        for seed in 0..200 {
            for (pause, base) in pauses(seed).into_iter().zip([0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]) {
                assert!((base..=1.5 * base).contains(&pause), "{seed}: {pause} of {base}");
            }
        }
        assert_eq!(pauses(7), pauses(7));
        assert_ne!(pauses(7), pauses(8));
        let mut backoff = Backoff::new(1);
        let _ = (backoff.pause(), backoff.pause());
        backoff.reset();
        assert!(backoff.pause() < Duration::from_secs(1));
    }
}
