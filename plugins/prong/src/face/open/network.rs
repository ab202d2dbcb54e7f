//! Friends, called and waited for.

use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::path::Path;
use std::time::Duration;

use eggtooth_peer::{Allow, Endpoint, Identity, KeyTextError, PeerKey, Stream};

use super::super::advice::{self, Trouble};
use super::Opened;
use crate::engine::Glare;
use crate::secret::Secret;
use crate::transport::{Clock, quic};

/// How long a friend has to answer a call.
const CALL: Duration = Duration::from_secs(10);
/// How often is looked whether a friend is still waited for.
const GLANCE: Duration = Duration::from_millis(100);

fn own(identity: Option<&Path>) -> Result<Identity, Trouble> {
    let identity = match identity {
        Some(path) => Identity::load_or_create(path),
        None => Identity::generate(),
    };
    identity.map_err(|error| Trouble::plain(error.to_string()))
}

fn over(stream: Stream, clock: Clock) -> Result<Opened, Trouble> {
    let line = quic::over(stream, clock).map_err(|error| Trouble::plain(error.to_string()))?;
    Ok(Opened::new(Box::new(line), Secret::own()))
}

/// Calls a friend.
pub(super) fn call(addr: &str, key: &str, identity: Option<&Path>, clock: Clock) -> Result<Opened, Trouble> {
    let key: PeerKey = key.parse().map_err(|error: KeyTextError| Trouble::plain(error.to_string()))?;
    let addr = resolved(addr)?;
    let here: SocketAddr = if addr.is_ipv6() { ([0_u16; 8], 0).into() } else { ([0; 4], 0).into() };
    let endpoint = Endpoint::bind(here, &own(identity)?, Allow::Only(Vec::new()));
    let stream = endpoint.and_then(|endpoint| endpoint.connect(addr, key, CALL));
    over(stream.map_err(|error| advice::of_call(&error))?, clock)
}

/// Waits for a friend; `waits` is told what they need.
pub(super) fn listen(
    addr: &str,
    identity: Option<&Path>,
    clock: Clock,
    stopped: &mut dyn FnMut() -> bool,
    waits: &mut dyn FnMut(String, String),
) -> Result<Option<Opened>, Trouble> {
    let endpoint = Endpoint::bind(resolved(addr)?, &own(identity)?, Allow::Anyone);
    let endpoint = endpoint.map_err(|error| Trouble::plain(error.to_string()))?;
    waits(seen_from_outside(endpoint.local_addr()).to_string(), endpoint.key().to_string());
    while !stopped() {
        let caller = endpoint.accept(GLANCE).map_err(|error| Trouble::plain(error.to_string()))?;
        if let Some(stream) = caller {
            let opened = over(stream, clock)?;
            // Of two programs that both give way neither would get through.
            return Ok(Some(Opened { glare: Glare::Hold, ..opened }));
        }
    }
    Ok(None)
}

fn resolved(addr: &str) -> Result<SocketAddr, Trouble> {
    let found = addr.to_socket_addrs().ok().and_then(|mut all| all.next());
    let wrong = || Trouble::plain(format!("{addr:?} is no address: write it with its port, like 192.168.1.5:7777"));
    found.ok_or_else(wrong)
}

/// The address under which others on the network may find this socket. Nothing is sent to find out.
fn seen_from_outside(local: SocketAddr) -> SocketAddr {
    if !local.ip().is_unspecified() {
        return local;
    }
    // An address that documents use: only the route to it is asked for.
    let route = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    let ip = route.map_or_else(|_| [127, 0, 0, 1].into(), |route| route.ip());
    SocketAddr::new(ip, local.port())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn addresses_are_addresses() {
        assert_eq!(resolved("127.0.0.1:7777").unwrap(), ([127, 0, 0, 1], 7777).into());
        assert!(resolved("nonsense").unwrap_err().what.contains("write it with its port"));
        assert!(!seen_from_outside("0.0.0.0:5".parse().unwrap()).ip().is_unspecified());
    }
}
