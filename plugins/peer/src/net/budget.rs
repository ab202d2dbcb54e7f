//! How often one address may begin a handshake.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// The time over which is counted, from an address's first handshake on.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are remembered. While so many have called within a minute, new ones have to wait.
const ADDRESSES: usize = 1024;

/// Counts handshakes by address; of IPv6 the first 64 bits are one, because who has one has them all.
pub(crate) struct Budget {
    each: u32,
    since: HashMap<IpAddr, (Instant, u32)>,
}

/// Whether a handshake may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Go,
    /// No, and this is the first time within the window.
    Enough,
    /// Not yet.
    Still,
}

impl Budget {
    /// So many a minute.
    pub(crate) fn new(each: u32) -> Self {
        Self { each, since: HashMap::new() }
    }

    pub(crate) fn take(&mut self, ip: IpAddr, now: Instant) -> Verdict {
        let ip = network(ip);
        if !self.since.contains_key(&ip) && self.since.len() >= ADDRESSES {
            self.since.retain(|_, (since, _)| now.saturating_duration_since(*since) < WINDOW);
            if self.since.len() >= ADDRESSES {
                return Verdict::Still;
            }
        }
        let (since, count) = self.since.entry(ip).or_insert((now, 0));
        if now.saturating_duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        match count.checked_sub(self.each) {
            None | Some(0) => Verdict::Go,
            Some(1) => Verdict::Enough,
            Some(_) => Verdict::Still,
        }
    }
}

fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn ten_a_minute() {
        let (mut budget, began) = (Budget::new(10), Instant::now());
        let [a, b]: [IpAddr; 2] = ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse().unwrap());
        assert!((0..10).all(|second| budget.take(a, began + Duration::from_secs(second)) == Verdict::Go));
        let late = began + WINDOW - Duration::from_millis(1);
        assert_eq!([budget.take(a, late), budget.take(a, late)], [Verdict::Enough, Verdict::Still]);
        assert_eq!(budget.take(b, late), Verdict::Go);
        assert_eq!(budget.take("::ffff:192.0.2.1".parse().unwrap(), late), Verdict::Still);
        assert_eq!(budget.take(a, began + WINDOW), Verdict::Go);
    }

    #[test]
    fn a_network_is_one_address() {
        let (mut budget, now) = (Budget::new(1), Instant::now());
        assert_eq!(budget.take("2001:db8:1:2::1".parse().unwrap(), now), Verdict::Go);
        assert_eq!(budget.take("2001:db8:1:2:ffff::9".parse().unwrap(), now), Verdict::Enough);
        assert_eq!(budget.take("2001:db8:1:3::1".parse().unwrap(), now), Verdict::Go);
    }

    #[test]
    fn remembers_no_more_than_it_says() {
        let (mut budget, now) = (Budget::new(1), Instant::now());
        let ip = |index: u32| IpAddr::from((index + 1).to_be_bytes());
        assert!((0..ADDRESSES as u32).all(|index| budget.take(ip(index), now) == Verdict::Go));
        assert_eq!(budget.take(ip(5000), now), Verdict::Still);
        assert_eq!(budget.since.len(), ADDRESSES);
        assert_eq!(budget.take(ip(5000), now + WINDOW), Verdict::Go);
        assert_eq!(budget.since.len(), 1);
    }
}
