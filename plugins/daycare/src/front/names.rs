//! By which names and addresses a daycare is reached: for its certificate, for `Origin`, and to be printed.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// A name that a certificate is good for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A host's name, in lower case.
    Dns(String),
    /// An address.
    Ip(IpAddr),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Dns(name) => f.write_str(name),
            Name::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Name::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// A name given by `--name`: a host's name or an address, with a port where people reach it at another one than the
/// daycare listens on (a router or a proxy forwards it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicName {
    /// The name.
    pub name: Name,
    /// The port, if it is another one.
    pub port: Option<u16>,
}

/// A text that is no [`PublicName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give a host's name or an address, such as egg.example.org or egg.example.org:443")]
pub struct BadName;

impl FromStr for PublicName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<PublicName, BadName> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(PublicName { name: Name::Ip(address), port: None });
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(PublicName { name: Name::Ip(address.ip()), port: Some(address.port()) });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| BadName)?)),
            None => (text, None),
        };
        match host_name(host) {
            Some(name) if port != Some(0) => Ok(PublicName { name: Name::Dns(name), port }),
            _ => Err(BadName),
        }
    }
}

/// A host's name in lower case, if it is one (RFC 1123).
fn host_name(text: &str) -> Option<String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // Four numbers that are no address are a slip.
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (text.len() <= 253 && !numeric && text.split('.').all(label)).then(|| text.to_ascii_lowercase())
}

/// This computer: its name and its addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Computer {
    /// Its name, if it has one that others may use.
    pub name: Option<String>,
    /// Its addresses, without those that mean nothing elsewhere (loopback, link-local).
    pub addresses: BTreeSet<IpAddr>,
}

impl Computer {
    /// The one that this runs on. What cannot be learned is left out: it is reachable by the rest.
    #[must_use]
    pub fn this() -> Computer {
        let addresses = if_addrs::get_if_addrs()
            .unwrap_or_default()
            .into_iter()
            .filter(|interface| !interface.is_loopback() && !interface.is_link_local())
            .map(|interface| interface.ip())
            .collect();
        Computer { name: this_name().as_deref().and_then(host_name).filter(|name| name != "localhost"), addresses }
    }
}

#[cfg(unix)]
fn this_name() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

#[cfg(not(unix))]
fn this_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

/// How a daycare is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What its certificate must name, whoever listens: it stays good when `--listen` changes.
    pub certified: BTreeSet<Name>,
    /// Its addresses for a browser, the best one first, without a slash at the end: `https://egg.local:8443`.
    pub origins: Vec<String>,
}

impl Reach {
    /// Of a daycare that listens at `listen`.
    #[must_use]
    pub fn new(computer: &Computer, listen: SocketAddr, names: &[PublicName], plain: bool) -> Reach {
        let loopback =
            [Name::Dns("localhost".into()), Name::Ip(Ipv4Addr::LOCALHOST.into()), Name::Ip(Ipv6Addr::LOCALHOST.into())];
        let mut own = Vec::new();
        // An address is what a phone understands; private ones come before those that a provider gives.
        own.extend(computer.addresses.iter().copied().filter(is_private).map(Name::Ip));
        own.extend(computer.addresses.iter().copied().filter(|address| !is_private(address)).map(Name::Ip));
        if let Some(name) = &computer.name {
            own.push(Name::Dns(name.clone()));
            if !name.contains('.') {
                // What the computer is called on a network without a name server.
                own.push(Name::Dns(format!("{name}.local")));
            }
        }
        let certified = loopback.iter().chain(&own).chain(names.iter().map(|name| &name.name)).cloned().collect();

        let mut origins: Vec<String> = Vec::new();
        let mut add = |name: &Name, port: u16| {
            let origin = origin(name, port, plain);
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        };
        for name in names {
            add(&name.name, name.port.unwrap_or(listen.port()));
        }
        let at = listen.ip();
        let v4 = |name: &Name| !matches!(name, Name::Ip(IpAddr::V6(_)));
        if at.is_unspecified() {
            own.iter()
                .chain(&loopback)
                .filter(|name| at.is_ipv6() || v4(name))
                .for_each(|name| add(name, listen.port()));
        } else if at.is_loopback() {
            add(&loopback[0], listen.port());
            add(&Name::Ip(at), listen.port());
        } else {
            add(&Name::Ip(at), listen.port());
            own.iter().filter(|name| matches!(name, Name::Dns(_))).for_each(|name| add(name, listen.port()));
        }
        Reach { certified, origins }
    }
}

fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// As browsers write it: the usual port is left out.
fn origin(name: &Name, port: u16, plain: bool) -> String {
    match (plain, port) {
        (false, 443) => format!("https://{name}"),
        (true, 80) => format!("http://{name}"),
        (false, _) => format!("https://{name}:{port}"),
        (true, _) => format!("http://{name}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn computer() -> Computer {
        let addresses = ["203.0.113.9", "192.168.1.20", "2001:db8::7"].map(|address| address.parse().unwrap());
        Computer { name: Some("nest".into()), addresses: addresses.into() }
    }

    #[test]
    fn names_are_read() {
        let read = |text: &str| text.parse::<PublicName>().map(|name| (name.name.to_string(), name.port));
        assert_eq!(read("Egg.Example.org"), Ok(("egg.example.org".into(), None)));
        assert_eq!(read("egg.example.org:443"), Ok(("egg.example.org".into(), Some(443))));
        assert_eq!(read("192.0.2.1"), Ok(("192.0.2.1".into(), None)));
        assert_eq!(read("2001:db8::1"), Ok(("[2001:db8::1]".into(), None)));
        assert_eq!(read("[2001:db8::1]:443"), Ok(("[2001:db8::1]".into(), Some(443))));
        let long = "a".repeat(64);
        for bad in
            ["", ".", "a..b", "-a", "a-", "1.2.3", "1.2.3.4.5", "a:b", "a:0", "a:70000", "é", "a b", "a/b", &long]
        {
            assert_eq!(read(bad), Err(BadName), "{bad}");
        }
    }

    #[test]
    fn a_daycare_for_this_computer_alone_is_at_localhost() {
        let reach = Reach::new(&computer(), "127.0.0.1:8443".parse().unwrap(), &[], false);
        assert_eq!(reach.origins, ["https://localhost:8443", "https://127.0.0.1:8443"]);
        let reach = Reach::new(&computer(), "[::1]:80".parse().unwrap(), &[], true);
        assert_eq!(reach.origins, ["http://localhost", "http://[::1]"]);
    }

    #[test]
    fn a_daycare_for_the_network_is_at_its_private_address_first() {
        let reach = Reach::new(&computer(), "0.0.0.0:8443".parse().unwrap(), &[], false);
        let own = ["192.168.1.20", "203.0.113.9", "nest", "nest.local", "localhost", "127.0.0.1"];
        assert_eq!(reach.origins, own.map(|name| format!("https://{name}:8443")));
        let reach = Reach::new(&computer(), "[::]:443".parse().unwrap(), &[], false);
        assert!(reach.origins.contains(&"https://[2001:db8::7]".to_owned()));
        let reach = Reach::new(&computer(), "192.168.1.20:443".parse().unwrap(), &[], false);
        assert_eq!(reach.origins, ["https://192.168.1.20", "https://nest", "https://nest.local"]);
    }

    #[test]
    fn given_names_come_first_with_their_ports() {
        let names = ["egg.example.org:443", "other.example"].map(|name| name.parse().unwrap());
        let reach = Reach::new(&computer(), "127.0.0.1:8443".parse().unwrap(), &names, false);
        assert_eq!(reach.origins[..2], ["https://egg.example.org", "https://other.example:8443"]);
    }

    #[test]
    fn the_certificate_names_everything_wherever_it_listens() {
        let names = ["egg.example.org:443".parse().unwrap()];
        let here = Reach::new(&computer(), "127.0.0.1:8443".parse().unwrap(), &names, false);
        let everywhere = Reach::new(&computer(), "0.0.0.0:443".parse().unwrap(), &names, false);
        assert_eq!(here.certified, everywhere.certified);
        let all: Vec<String> = here.certified.iter().map(Name::to_string).collect();
        for name in
            ["localhost", "127.0.0.1", "[::1]", "192.168.1.20", "[2001:db8::7]", "nest.local", "egg.example.org"]
        {
            assert!(all.iter().any(|one| one == name), "{name}");
        }
    }

    #[test]
    fn this_computer_has_no_address_that_means_nothing_elsewhere() {
        assert!(Computer::this().addresses.iter().all(|address| !address.is_loopback() && !address.is_unspecified()));
    }
}
