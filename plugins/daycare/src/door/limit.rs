//! How often somebody may: token buckets by account and by address (service §1.3).

use super::DoorError;
use crate::host::Clock;
use crate::id::{AccountId, ToyId};
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// Buckets of one limit. Keys are hashed into them with a secret, so that their number bounds the memory whoever
/// comes; two who meet in one bucket share its limit, which one in 65,536 pairs do.
const BUCKETS: u64 = 1 << 16;

/// One limit: `burst` at once, then one every `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// Then one in this time.
    pub every: Duration,
}

/// All limits; [`Default`] are those of service §1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts to sign in, by address, and to give the password again, by account: 5, then 5 a minute.
    pub login: Rate,
    /// The longest that an attempt to sign in waits because others have tried the same name: 4 s. Less than a client's
    /// patience.
    pub slowest: Duration,
    /// Attempts to join, by address: 5, then 5 a minute.
    pub join: Rate,
    /// Requests, by address and by account: 60, then 20 a second.
    pub api: Rate,
    /// Presses, by account and toy: 20, then 20 a second.
    pub press: Rate,
    /// Uploads, by address and by account: 6, then one in 10 seconds.
    pub upload: Rate,
    /// Live sockets of one account.
    pub sockets_account: usize,
    /// Live sockets from one address.
    pub sockets_ip: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        let often = |burst, milliseconds| Rate { burst, every: Duration::from_millis(milliseconds) };
        Limits {
            login: often(5, 12_000),
            slowest: Duration::from_secs(4),
            join: often(5, 12_000),
            api: often(60, 50),
            press: often(20, 50),
            upload: often(6, 10_000),
            sockets_account: 8,
            sockets_ip: 32,
        }
    }
}

/// Whose limit it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// An address, see [`network`].
    Ip(IpAddr),
    Account(AccountId),
    /// An account at an address where it is known, whatever others try from there.
    Known(IpAddr, AccountId),
    Press(AccountId, ToyId),
}

/// What counts as one address: an IPv4 address, also inside an IPv6 one; the /64 of another.
#[must_use]
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

/// The daycare's clock for the buckets.
#[derive(Clone)]
struct Real(Arc<dyn Clock>);

impl governor::clock::Clock for Real {
    type Instant = Duration;
    fn now(&self) -> Duration {
        self.0.real()
    }
}

/// The buckets of one limit.
pub(crate) struct Limiter {
    buckets: RateLimiter<u64, DashMapStateStore<u64>, Real, NoOpMiddleware<Duration>>,
    clock: Real,
    secret: RandomState,
}

impl Limiter {
    pub(crate) fn new(rate: Rate, clock: Arc<dyn Clock>) -> Limiter {
        let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
        let every = rate.every.max(Duration::from_nanos(1));
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        let clock = Real(clock);
        Limiter { buckets: RateLimiter::dashmap_with_clock(quota, clock.clone()), clock, secret: RandomState::new() }
    }

    /// Takes one out of the key's bucket.
    pub(crate) fn take(&self, key: &Key) -> Result<(), DoorError> {
        let bucket = self.secret.hash_one(key) % BUCKETS;
        self.buckets.check_key(&bucket).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            DoorError::TooMany { seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) }
        })
    }

    /// Forgets buckets that are full again.
    pub(crate) fn tidy(&self) {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("buckets", &self.buckets.len()).finish_non_exhaustive()
    }
}

/// The limiters of the door.
#[derive(Debug)]
pub(crate) struct Limiters {
    pub(crate) login: Limiter,
    pub(crate) join: Limiter,
    pub(crate) api: Limiter,
    pub(crate) press: Limiter,
    pub(crate) upload: Limiter,
}

impl Limiters {
    pub(crate) fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Limiters {
        let limiter = |rate| Limiter::new(rate, Arc::clone(clock));
        Limiters {
            login: limiter(limits.login),
            join: limiter(limits.join),
            api: limiter(limits.api),
            press: limiter(limits.press),
            upload: limiter(limits.upload),
        }
    }

    pub(crate) fn tidy(&self) {
        for limiter in [&self.login, &self.join, &self.api, &self.press, &self.upload] {
            limiter.tidy();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::host::SteppedClock;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn five_a_minute() {
        let clock = Arc::new(SteppedClock::at(0));
        let limiter = Limiter::new(Limits::default().login, Arc::clone(&clock) as Arc<dyn Clock>);
        let key = Key::Ip(ip("203.0.113.5"));
        for _ in 0..5 {
            limiter.take(&key).unwrap();
        }
        assert!(matches!(limiter.take(&key), Err(DoorError::TooMany { seconds: 12 })));
        clock.step(Duration::from_millis(11_999));
        assert!(matches!(limiter.take(&key), Err(DoorError::TooMany { seconds: 1 })));
        clock.step(Duration::from_millis(1));
        limiter.take(&key).unwrap();
        assert!(limiter.take(&key).is_err());
        clock.step(Duration::from_secs(60));
        assert_eq!((0..10).filter(|_| limiter.take(&key).is_ok()).count(), 5, "after a minute 5 again");
    }

    #[test]
    fn an_address_is_a_v4_address_or_a_64() {
        assert_eq!(network(ip("203.0.113.5")), ip("203.0.113.5"));
        assert_eq!(network(ip("::ffff:203.0.113.5")), ip("203.0.113.5"));
        assert_eq!(network(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
        assert_ne!(network(ip("2001:db8:1:2::1")), network(ip("2001:db8:1:3::1")));
    }

    #[test]
    fn keys_of_different_kinds_do_not_meet_and_memory_is_bounded() {
        let clock = Arc::new(SteppedClock::at(0));
        let limiter =
            Limiter::new(Rate { burst: 1, every: Duration::from_secs(1) }, Arc::clone(&clock) as Arc<dyn Clock>);
        for n in 0..200_000u32 {
            let _ = limiter.take(&Key::Ip(IpAddr::V4(n.into())));
        }
        assert!(limiter.buckets.len() as u64 <= BUCKETS, "{}", limiter.buckets.len());
        assert!(limiter.buckets.len() as u64 > BUCKETS / 2, "they spread over the buckets");
        clock.step(Duration::from_secs(2));
        limiter.tidy();
        assert_eq!(limiter.buckets.len(), 0);
    }
}
