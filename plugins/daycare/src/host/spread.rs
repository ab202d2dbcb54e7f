//! How long things took lately: a histogram that many threads write to.

use std::array;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// Buckets for each doubling.
const FINE: u32 = 8;
/// Buckets in all: up to 2^28 µs, four and a half minutes; what is longer counts as that.
const BUCKETS: usize = (28 * FINE) as usize;

#[derive(Debug)]
struct Counts([AtomicU32; BUCKETS]);

impl Default for Counts {
    fn default() -> Counts {
        Counts(array::from_fn(|_| AtomicU32::new(0)))
    }
}

/// Times of this window and the one before.
#[derive(Debug, Default)]
pub(super) struct Spread {
    windows: [Counts; 2],
    now: AtomicUsize,
}

/// The bucket of a time in microseconds.
fn bucket(micros: u64) -> usize {
    let doublings = micros.max(1).ilog2();
    // The first doublings have fewer values than buckets.
    let within = (u128::from(micros.max(1) - (1 << doublings)) * u128::from(FINE)) >> doublings;
    ((doublings * FINE) as usize + within as usize).min(BUCKETS - 1)
}

/// The longest time that falls into a bucket, in milliseconds.
fn millis(bucket: usize) -> f64 {
    let (doublings, within) = (bucket as u32 / FINE, bucket as u32 % FINE);
    f64::from(1_u32 << doublings) * (1.0 + f64::from(within + 1) / f64::from(FINE)) / 1000.0
}

impl Spread {
    /// Counts one.
    pub fn note(&self, micros: u64) {
        let window = self.windows.get(self.now.load(Ordering::Relaxed));
        if let Some(count) = window.and_then(|window| window.0.get(bucket(micros))) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Begins another window; the one before the last is forgotten.
    pub fn turn(&self) {
        let next = 1 - self.now.load(Ordering::Relaxed).min(1);
        if let Some(window) = self.windows.get(next) {
            window.0.iter().for_each(|count| count.store(0, Ordering::Relaxed));
        }
        self.now.store(next, Ordering::Relaxed);
    }

    /// Median, 99th of a hundred and worst in milliseconds, at most an eighth too long; zeros if there is none.
    pub fn quantiles(&self) -> [f64; 3] {
        let [one, other] = &self.windows;
        let both = one.0.iter().zip(&other.0);
        let counts: Vec<u64> = both
            .map(|(one, other)| u64::from(one.load(Ordering::Relaxed)) + u64::from(other.load(Ordering::Relaxed)))
            .collect();
        let all: u64 = counts.iter().sum();
        let at = |rank: u64| {
            let mut seen = 0;
            let found = counts.iter().position(|count| {
                seen += count;
                seen >= rank.max(1)
            });
            found.map_or(0.0, millis)
        };
        [at(all.div_ceil(2)), at((all * 99).div_ceil(100)), at(all)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_an_eighth_wide() {
        for micros in [1, 2, 3, 7, 8, 100, 1000, 12_345, 250_000_000] {
            let top = millis(bucket(micros)) * 1000.0;
            let micros = micros as f64;
            assert!(micros <= top && top <= micros * 1.126 + 1.0, "{micros} {top}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_of_two_windows() {
        let spread = Spread::default();
        assert_eq!(spread.quantiles(), [0.0; 3]);
        for _ in 0..980 {
            spread.note(1000);
        }
        spread.turn();
        for _ in 0..20 {
            spread.note(50_000);
        }
        let [half, most, worst] = spread.quantiles();
        assert!((1.0..1.2).contains(&half) && (50.0..57.0).contains(&most) && most == worst, "{half} {most} {worst}");
        spread.turn();
        spread.turn();
        assert_eq!(spread.quantiles(), [0.0; 3]);
    }
}
