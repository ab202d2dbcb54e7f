//! Attempts on one name: whoever keeps guessing waits longer and longer, from however many addresses, and nobody is
//! ever locked out by that. Addresses from which somebody has been let in do not wait for what others do.
//!
//! What one address may do at all is the limit of [`super::limit`].

use super::lock;
use crate::id::AccountId;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

/// Attempts on a name that wait for nothing, and then one in each [`EVERY`]: as one address may (service §1.3).
const FREE: u32 = 5;
const EVERY: Duration = Duration::from_secs(12);
/// The first wait; each further attempt doubles it.
const FIRST: Duration = Duration::from_millis(500);
/// No more attempts than this are remembered of a name: it is quiet again after as many times [`EVERY`].
const MOST: u32 = 16;
/// Names are hashed into so many, with a secret: their number bounds the memory whatever is tried.
const NAMES: u64 = 1 << 16;
/// Addresses that are known at least; twice as many at most.
const KNOWN: usize = 1 << 13;

/// How often which name was tried, and who is known where.
pub(crate) struct Slow {
    slowest: Duration,
    secret: RandomState,
    /// When the attempts on a name would be worked off, one in each [`EVERY`].
    until: Mutex<HashMap<u64, Duration>>,
    known: Mutex<Known>,
}

/// The younger and the older ones.
#[derive(Default)]
struct Known([HashSet<u64>; 2]);

impl Slow {
    /// Nobody waits longer than `slowest`.
    pub(crate) fn new(slowest: Duration) -> Slow {
        Slow { slowest, secret: RandomState::new(), until: Mutex::default(), known: Mutex::default() }
    }

    /// Counts an attempt on a name at `now` and says how long it is to wait.
    pub(crate) fn wait(&self, name: &str, now: Duration) -> Duration {
        let name = self.secret.hash_one(name) % NAMES;
        let mut until = lock(&self.until);
        let until = until.entry(name).or_default();
        *until = ((*until).max(now) + EVERY).min(now + EVERY * MOST);
        let ahead = (*until - now).as_millis().div_ceil(EVERY.as_millis());
        match u32::try_from(ahead).unwrap_or(MOST).checked_sub(FREE + 1) {
            None => Duration::ZERO,
            Some(over) => FIRST.saturating_mul(1 << over.min(MOST)).min(self.slowest),
        }
    }

    /// An account was let in from an address, see [`super::limit::network`]. This computer's own says nothing: a proxy
    /// there speaks for everybody.
    pub(crate) fn remember(&self, account: AccountId, from: IpAddr) {
        // The /64 of `::1` is `::`.
        if from.is_loopback() || from.is_unspecified() {
            return;
        }
        let one = self.secret.hash_one((account, from));
        let Known([young, old]) = &mut *lock(&self.known);
        if young.insert(one) && young.len() >= KNOWN {
            *old = std::mem::take(young);
        }
    }

    /// Whether it was.
    pub(crate) fn knows(&self, account: AccountId, from: IpAddr) -> bool {
        let one = self.secret.hash_one((account, from));
        lock(&self.known).0.iter().any(|some| some.contains(&one))
    }

    /// Forgets names that are quiet again.
    pub(crate) fn tidy(&self, now: Duration) {
        let mut until = lock(&self.until);
        until.retain(|_, until| *until > now);
        until.shrink_to_fit();
    }
}

impl fmt::Debug for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slow").field("names", &lock(&self.until).len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// When an attempt is made, and how long it waits, in seconds.
    #[test]
    fn each_attempt_waits_longer_and_none_for_ever() {
        let slow = Slow::new(seconds(4.0));
        let table = [
            (0.0, 0.0),
            (0.0, 0.0),
            (0.0, 0.0),
            (0.0, 0.0),
            (0.0, 0.0),
            (0.0, 0.5),
            (0.0, 1.0),
            (0.0, 2.0),
            (0.0, 4.0),
            (0.0, 4.0),
            // Fifty seconds later four of the ten are worked off.
            (50.0, 1.0),
            (50.0, 2.0),
        ];
        for (at, wait) in table {
            assert_eq!(slow.wait("ada", seconds(at)), seconds(wait), "at {at}");
        }
        assert_eq!(slow.wait("bob", seconds(50.0)), Duration::ZERO, "another name");
        for _ in 0..100_000 {
            assert!(slow.wait("ada", seconds(60.0)) <= seconds(4.0));
        }
        let quiet = seconds(60.0) + EVERY * MOST;
        assert_eq!(slow.wait("ada", quiet), Duration::ZERO, "however many there were");
    }

    #[test]
    fn memory_is_bounded() {
        let slow = Slow::new(seconds(4.0));
        for n in 0..200_000_u32 {
            slow.wait(&n.to_string(), Duration::ZERO);
            slow.remember(AccountId([0; 16]), IpAddr::V4(n.into()));
        }
        assert!(lock(&slow.until).len() as u64 <= NAMES);
        let known = lock(&slow.known).0.iter().map(HashSet::len).sum::<usize>();
        assert!((KNOWN..2 * KNOWN).contains(&known), "{known}");
        let of = |n: u32| slow.knows(AccountId([0; 16]), IpAddr::V4(n.into()));
        assert!(of(199_999) && !of(0) && !slow.knows(AccountId([1; 16]), IpAddr::V4(199_999.into())));
        for here in ["127.0.0.1", "::1"].into_iter().filter_map(|ip| ip.parse().ok()).map(super::super::limit::network)
        {
            slow.remember(AccountId([0; 16]), here);
            assert!(!slow.knows(AccountId([0; 16]), here), "{here}");
        }
        slow.tidy(EVERY * MOST);
        assert!(lock(&slow.until).is_empty());
    }
}
