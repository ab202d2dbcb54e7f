//! Where others may find this computer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::invite::{Invite, is_callable};

/// The addresses under which a socket may be reached, the likeliest first, at most 4: its own, or if it listens on all
/// those of the network cards; of one computer alone only if there is no other. Nothing is sent to find out, and what
/// a router makes of them is not known.
pub fn addresses_of(local: SocketAddr) -> Vec<SocketAddr> {
    let local = SocketAddr::new(local.ip().to_canonical(), local.port());
    if !local.ip().is_unspecified() {
        return vec![local];
    }
    let cards = if_addrs::get_if_addrs().unwrap_or_default();
    sorted(cards.iter().map(if_addrs::Interface::ip), local)
}

fn sorted(ips: impl Iterator<Item = IpAddr>, local: SocketAddr) -> Vec<SocketAddr> {
    let fits = |ip: &IpAddr| local.is_ipv6() || ip.is_ipv4();
    let callable = |&addr: &SocketAddr| is_callable(addr);
    let mut found: Vec<_> = ips.filter(fits).map(|ip| SocketAddr::new(ip, local.port())).filter(callable).collect();
    found.sort_by_key(|addr| (likely(addr.ip()), addr.ip()));
    found.dedup();
    if found.iter().any(|addr| !addr.ip().is_loopback()) {
        found.retain(|addr| !addr.ip().is_loopback());
    }
    found.truncate(Invite::ADDRESSES);
    found
}

/// The smaller, the sooner tried: at home most friends are on the same network; from outside IPv6 needs no router's
/// help.
pub(crate) fn likely(ip: IpAddr) -> u8 {
    let link_local = |ip: Ipv4Addr| ip.is_link_local();
    let unique_local = |ip: Ipv6Addr| ip.is_unique_local();
    match ip {
        ip if ip.is_loopback() => 9,
        IpAddr::V4(ip) if link_local(ip) => 5,
        IpAddr::V4(ip) if ip.is_private() => 0,
        IpAddr::V4(_) => 1,
        IpAddr::V6(ip) if unique_local(ip) => 3,
        IpAddr::V6(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn found(ips: &[&str], local: &str) -> Vec<String> {
        let ips = ips.iter().map(|ip| ip.parse().unwrap());
        sorted(ips, local.parse().unwrap()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_likeliest_come_first() {
        let all = ["::1", "fe80::1", "fd00::5", "2001:db8::5", "127.0.0.1", "169.254.1.1", "203.0.113.9", "10.0.0.5"];
        let v6 = ["10.0.0.5:7", "203.0.113.9:7", "[2001:db8::5]:7", "[fd00::5]:7"];
        assert_eq!(found(&all, "[::]:7"), v6);
        assert_eq!(found(&all, "0.0.0.0:7"), ["10.0.0.5:7", "203.0.113.9:7", "169.254.1.1:7"]);
        assert_eq!(found(&["127.0.0.1", "::1"], "0.0.0.0:7"), ["127.0.0.1:7"]);
        assert_eq!(addresses_of("192.0.2.1:9".parse().unwrap()), ["192.0.2.1:9".parse().unwrap()]);
        assert!(!addresses_of("0.0.0.0:9".parse().unwrap()).is_empty());
    }
}
