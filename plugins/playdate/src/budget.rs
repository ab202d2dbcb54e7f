//! How much may come.

use std::time::Duration;

/// A bucket that fills by `rate` a second, up to `burst`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    rate: u32,
    burst: u32,
    /// What is left, in thousandths.
    left: u64,
    at: Duration,
}

impl Budget {
    pub(crate) fn new(rate: u32, burst: u32, now: Duration) -> Budget {
        Budget { rate, burst, left: u64::from(burst) * 1000, at: now }
    }

    /// What is there.
    pub(crate) fn left(&mut self, now: Duration) -> u32 {
        self.fill(now);
        u32::try_from(self.left / 1000).unwrap_or(u32::MAX)
    }

    /// How long until so much is there; more than the burst never is.
    pub(crate) fn until(&self, cost: u32) -> Duration {
        let missing = (u64::from(cost) * 1000).saturating_sub(self.left);
        Duration::from_millis(missing.div_ceil(u64::from(self.rate).max(1)))
    }

    /// Takes so much; false, and nothing is taken, if it is not there.
    pub(crate) fn take(&mut self, cost: u32, now: Duration) -> bool {
        self.fill(now);
        let Some(left) = self.left.checked_sub(u64::from(cost) * 1000) else { return false };
        self.left = left;
        true
    }

    fn fill(&mut self, now: Duration) {
        let passed = u64::try_from(now.saturating_sub(self.at).as_millis()).unwrap_or(u64::MAX);
        if passed > 0 {
            self.at = now;
            let filled = self.left.saturating_add(passed.saturating_mul(self.rate.into()));
            self.left = filled.min(u64::from(self.burst) * 1000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let mut budget = Budget::new(10, 20, Duration::ZERO);
        let taken = (0..30_000_u64).filter(|ms| budget.take(1, Duration::from_millis(*ms))).count();
        assert_eq!(taken, 20 + 299);
        assert!(!budget.take(21, Duration::from_secs(3600)) && budget.take(20, Duration::from_secs(3600)));
        let later = Duration::from_secs(3600) + budget.until(5);
        assert_eq!((budget.left(later - Duration::from_millis(1)), budget.left(later)), (4, 5));
    }
}
