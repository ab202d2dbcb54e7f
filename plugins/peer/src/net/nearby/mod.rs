//! Friends on the same network, found by multicast DNS (RFC 6762, RFC 6763).

pub(crate) mod sign;

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mdns_sd::{
    DaemonEvent, HostnameResolutionEvent, IfKind, Receiver, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo,
};

use crate::invite::is_callable;
use crate::net::addresses::likely;
use crate::{Friend, Friends, Neighbour, PeerKey};
use sign::Sign;

const SERVICE: &str = "_eggtooth._udp.local.";
/// The port of multicast DNS.
const PORT: u16 = 5353;
/// How long a sign is shown before it is replaced.
const ROTATE: Duration = Duration::from_secs(15 * 60);
/// Signs that are remembered; of more, the later ones are not seen.
const SIGNS: usize = 64;
/// How often the thread looks at what else there is than signs.
const GLANCE: Duration = Duration::from_millis(250);
/// How long the goodbyes may take at the end.
const GOODBYE: Duration = Duration::from_secs(1);

/// Looks for friends on the same network, and lets them find us while it announces; see `MEETING.md` for what others
/// can tell from it. It works on threads of its own, which end when it is dropped.
pub struct Nearby {
    daemon: ServiceDaemon,
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

/// There is no looking around.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("friends on this network cannot be looked for ({0}): use an invite or a known address")]
pub struct NearbyError(String);

#[derive(Default)]
struct Shared {
    /// Where each sign leads, by its full name.
    seen: HashMap<String, (Sign, Vec<SocketAddr>)>,
    trouble: Option<String>,
}

impl Nearby {
    /// Looks for friends, and shows nothing but that somebody looks for Eggtooth.
    ///
    /// # Errors
    /// [`NearbyError`].
    pub fn search() -> Result<Self, NearbyError> {
        Self::start(None, PORT, None, ROTATE)
    }

    /// The same, and lets friends find the owner of `key` at `listens`, the address of a host's socket: at all of this
    /// computer's if that is unspecified. The sign changes every quarter of an hour.
    ///
    /// # Errors
    /// [`NearbyError`].
    pub fn announce(key: PeerKey, listens: SocketAddr) -> Result<Self, NearbyError> {
        Self::start(Some((key, listens)), PORT, None, ROTATE)
    }

    /// `only`: on these network cards.
    fn start(
        shows: Option<(PeerKey, SocketAddr)>,
        port: u16,
        only: Option<IfKind>,
        rotate: Duration,
    ) -> Result<Self, NearbyError> {
        let daemon = ServiceDaemon::new_with_port(port).map_err(said)?;
        if let Some(only) = only {
            daemon.disable_interface(IfKind::All).map_err(said)?;
            daemon.enable_interface(only).map_err(said)?;
        }
        let (signs, events) = (daemon.browse(SERVICE).map_err(said)?, daemon.monitor().map_err(said)?);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let mut shown = Shown { daemon: daemon.clone(), shows, rotate, name: None, until: Instant::now() };
        shown.renew(Instant::now())?;
        let watched = shared.clone();
        let mut asked = Asked { daemon: daemon.clone(), hosts: HashMap::new() };
        let look = move || look(&mut shown, &mut asked, &signs, &events, &watched);
        let thread = std::thread::Builder::new().name("nearby".into()).spawn(look);
        let thread = Some(thread.map_err(|error| NearbyError(error.to_string()))?);
        Ok(Self { daemon, shared, thread })
    }

    /// Those of one's friends, the blocked ones left out, who are on the same network now, sorted by key. Hashes each sign
    /// with each key (up to 64,000 times): for once a second, not for every frame.
    pub fn friends(&self, friends: &Friends) -> Vec<Neighbour> {
        let wanted = |friend: &&Friend| friend.added.is_some() && !friend.blocked;
        let keys: Vec<_> = friends.list().iter().filter(wanted).map(|friend| friend.key).collect();
        let shared = lock(&self.shared);
        let whose = |sign: Sign| keys.iter().copied().find(|&key| sign.is_of(key));
        let mut found: Vec<_> = shared.seen.values().filter_map(|(sign, at)| Some((whose(*sign)?, at))).collect();
        // Of two signs of one friend, the old one goes soon; until then their addresses are the same.
        found.sort();
        found.dedup_by_key(|(key, _)| *key);
        found.into_iter().map(|(key, addresses)| Neighbour { key, addresses: addresses.clone() }).collect()
    }

    /// What went wrong last, in the words of the system; the search goes on regardless.
    pub fn trouble(&self) -> Option<String> {
        lock(&self.shared).trouble.clone()
    }
}

impl Drop for Nearby {
    fn drop(&mut self) {
        // Its end closes the channels, which ends the thread.
        if let Ok(done) = self.daemon.shutdown() {
            let _ = done.recv_timeout(GOODBYE);
            if let Some(thread) = self.thread.take() {
                // It ends by itself; a panic there has been reported by the thread.
                let _ = thread.join();
            }
        }
    }
}

impl fmt::Debug for Nearby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nearby").field("signs", &lock(&self.shared).seen.len()).finish_non_exhaustive()
    }
}

/// The sign that is shown, and until when.
struct Shown {
    daemon: ServiceDaemon,
    shows: Option<(PeerKey, SocketAddr)>,
    rotate: Duration,
    name: Option<String>,
    until: Instant,
}

impl Shown {
    fn renew(&mut self, now: Instant) -> Result<(), NearbyError> {
        let Some((key, listens)) = self.shows.filter(|_| now >= self.until) else { return Ok(()) };
        self.until = now.checked_add(self.rotate).unwrap_or(now);
        let sign = Sign::random(key).ok_or_else(no_random)?;
        let (host, sign) = (host(sign), sign.to_string());
        let version = [("v", "1")];
        let info = if listens.ip().is_unspecified() {
            ServiceInfo::new(SERVICE, &sign, &host, "", listens.port(), &version[..]).map(ServiceInfo::enable_addr_auto)
        } else {
            let ip = listens.ip().to_canonical();
            ServiceInfo::new(SERVICE, &sign, &host, ip, listens.port(), &version[..])
        };
        let mut info = info.map_err(said)?;
        // The name is random: nobody else has it.
        info.set_requires_probe(false);
        let name = info.get_fullname().to_owned();
        self.daemon.register(info).map_err(said)?;
        if let Some(old) = self.name.replace(name) {
            self.daemon.unregister(&old).map_err(said)?;
        }
        Ok(())
    }
}

/// Hosts that are asked for their addresses by name, at most [`SIGNS`].
///
/// A host answers over IPv4 and over IPv6, each time with the addresses of that kind. Where the one answer is lost or was
/// given to somebody else less than a second ago (RFC 6762 §6), there may be none but a link-local IPv6 address, and
/// who repeats the question gets no more, since it says that it knows the sign (§7.1).
struct Asked {
    daemon: ServiceDaemon,
    hosts: HashMap<String, Receiver<HostnameResolutionEvent>>,
}

impl Asked {
    /// Asks the host of this sign until it is [`Self::done`].
    fn ask(&mut self, sign: Sign) -> Result<(), NearbyError> {
        let host = host(sign);
        if self.hosts.len() < SIGNS && !self.hosts.contains_key(&host) {
            let answers = self.daemon.resolve_hostname(&host, None).map_err(said)?;
            self.hosts.insert(host, answers);
        }
        Ok(())
    }

    fn done(&mut self, sign: Sign) -> Result<(), NearbyError> {
        let host = host(sign);
        self.hosts.remove(&host).map_or(Ok(()), |_| self.daemon.stop_resolve_hostname(&host).map_err(said))
    }

    /// What is answered comes as news of the sign, too.
    fn forget_answers(&self) {
        self.hosts.values().for_each(|answers| answers.try_iter().for_each(drop));
    }
}

/// Not the computer's name, by which it would be known again.
fn host(sign: Sign) -> String {
    format!("eggtooth-{sign}.local.")
}

/// Keeps the list of signs until the daemon ends.
fn look(
    shown: &mut Shown,
    asked: &mut Asked,
    signs: &Receiver<ServiceEvent>,
    events: &Receiver<DaemonEvent>,
    shared: &Mutex<Shared>,
) {
    loop {
        let done = match signs.recv_timeout(GLANCE) {
            Ok(ServiceEvent::ServiceResolved(service)) => match Sign::parse(&service.fullname) {
                Some(sign) if lock(shared).saw(sign, &service) => asked.done(sign),
                Some(sign) => asked.ask(sign),
                None => Ok(()),
            },
            Ok(ServiceEvent::ServiceRemoved(_, name)) => {
                lock(shared).seen.remove(&name);
                Sign::parse(&name).map_or(Ok(()), |sign| asked.done(sign))
            }
            Err(_) if signs.is_disconnected() => return,
            Ok(_) | Err(_) => Ok(()),
        };
        asked.forget_answers();
        for event in events.try_iter() {
            if let DaemonEvent::Error(error) = event {
                lock(shared).trouble = Some(error.to_string());
            }
        }
        if let Err(NearbyError(reason)) = done.and_then(|()| shown.renew(Instant::now())) {
            lock(shared).trouble = Some(reason);
        }
    }
}

impl Shared {
    /// `false`: it is not said where to call, which is worth a question.
    fn saw(&mut self, sign: Sign, service: &ResolvedService) -> bool {
        if self.seen.len() >= SIGNS && !self.seen.contains_key(&service.fullname) {
            return true;
        }
        let at = |ip| SocketAddr::new(ip, service.port);
        let mut addresses: Vec<_> = service.addresses.iter().map(|ip| at(ip.to_ip_addr())).collect();
        addresses.retain(|&addr| is_callable(addr));
        addresses.sort_by_key(|addr| (likely(addr.ip()), addr.ip()));
        addresses.truncate(Friends::ADDRESSES);
        let callable = !addresses.is_empty();
        if callable {
            self.seen.insert(service.fullname.clone(), (sign, addresses));
        }
        callable
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn no_random() -> NearbyError {
    NearbyError("the operating system gives no random numbers".into())
}

fn said(error: mdns_sd::Error) -> NearbyError {
    NearbyError(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    use super::*;
    use crate::{Identity, Name};

    /// Longer than anything here should take.
    const LONG: Duration = Duration::from_secs(30);
    const LISTENS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7777);

    /// On loopback, and on a port of its own so that no other program on this computer sees it.
    fn on_loopback(shows: Option<PeerKey>, port: u16, rotate: Duration) -> Nearby {
        Nearby::start(shows.map(|key| (key, LISTENS)), port, Some(IfKind::LoopbackV4), rotate).unwrap()
    }

    fn free_port() -> u16 {
        std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    fn friends(of: PeerKey) -> (tempfile::TempDir, Friends) {
        let folder = tempfile::tempdir().unwrap();
        let friends = Friends::open(folder.path()).unwrap();
        friends.befriend(of, &Name::new("Anna").unwrap(), &[], 0).unwrap();
        (folder, friends)
    }

    fn until(nearby: &Nearby, what: impl Fn() -> bool) {
        let deadline = Instant::now() + LONG;
        while !what() {
            assert!(Instant::now() < deadline, "{nearby:?} {:?}", nearby.trouble());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_friend_is_found_and_goes() {
        let (host, port) = (Identity::generate().unwrap().key(), free_port());
        let announces = on_loopback(Some(host), port, ROTATE);
        let searches = on_loopback(None, port, ROTATE);
        let (_folder, knows) = friends(host);
        let (_other, knows_not) = friends(PeerKey([9; 32]));
        until(&searches, || !searches.friends(&knows).is_empty());
        assert_eq!(searches.friends(&knows), [Neighbour { key: host, addresses: vec![LISTENS] }]);
        assert_eq!(searches.friends(&knows_not), []);
        knows.block(host, true).unwrap();
        assert_eq!(searches.friends(&knows), []);
        knows.block(host, false).unwrap();
        // Who only searches is not found.
        assert_eq!(lock(&searches.shared).seen.len(), 1);
        drop(announces);
        until(&searches, || searches.friends(&knows).is_empty());
    }

    #[test]
    fn the_sign_changes_and_is_known_again() {
        let (host, port) = (Identity::generate().unwrap().key(), free_port());
        let searches = on_loopback(None, port, ROTATE);
        let _announces = on_loopback(Some(host), port, Duration::from_millis(500));
        let (_folder, knows) = friends(host);
        let names = Mutex::new(std::collections::HashSet::new());
        until(&searches, || {
            let signs: Vec<_> = lock(&searches.shared).seen.values().map(|(sign, _)| *sign).collect();
            assert!(signs.iter().all(|sign| sign.is_of(host)) && searches.friends(&knows).len() <= 1);
            names.lock().unwrap().extend(signs.iter().map(ToString::to_string));
            names.lock().unwrap().len() >= 3
        });
    }

    /// A DNS name: labels, each after its length.
    fn name(dotted: &str) -> Vec<u8> {
        dotted.split('.').flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat()).collect()
    }

    fn record(of: &str, kind: u16, data: &[u8]) -> Vec<u8> {
        let (class, ttl) = (1_u16.to_be_bytes(), 120_u32.to_be_bytes());
        let len = u16::try_from(data.len()).unwrap().to_be_bytes();
        [&name(of), &kind.to_be_bytes()[..], &class, &ttl, &len, data].concat()
    }

    #[test]
    fn a_host_that_answered_over_link_local_ipv6_alone_is_asked_for_its_other_addresses() {
        let (key, port) = (Identity::generate().unwrap().key(), free_port());
        let sign = Sign::new(key, 1);
        let (full, host) = (format!("{sign}.{SERVICE}"), host(sign));
        // Its name leads to 127.0.0.1 for who asks; its announcements are over when the search begins.
        let named = ServiceDaemon::new_with_port(port).unwrap();
        named.disable_interface(IfKind::All).unwrap();
        named.enable_interface(IfKind::LoopbackV4).unwrap();
        let events = named.monitor().unwrap();
        let mut info = ServiceInfo::new("_other._udp.local.", "it", &host, LISTENS.ip(), 1, &[("v", "1")][..]).unwrap();
        info.set_requires_probe(false);
        named.register(info).unwrap();
        let announced = std::iter::from_fn(|| events.recv_timeout(LONG).ok());
        assert_eq!(announced.filter(|event| matches!(event, DaemonEvent::Announce(..))).take(2).count(), 2);
        let searches = on_loopback(None, port, ROTATE);
        let (_folder, knows) = friends(key);
        // The half answer: PTR, SRV, TXT, and as its only address fe80::1.
        let srv = [&[0; 4], &LISTENS.port().to_be_bytes()[..], &name(&host)].concat();
        let link_local = "fe80::1".parse::<std::net::Ipv6Addr>().unwrap().octets();
        let records = [
            record(SERVICE, 12, &name(&full)),
            record(&full, 33, &srv),
            record(&full, 16, b"\x03v=1"),
            record(&host, 28, &link_local),
        ];
        let half = [&[0, 0, 0x84, 0, 0, 0, 0, 4, 0, 0, 0, 0], &records.concat()[..]].concat();
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        socket.set_multicast_if_v4(&std::net::Ipv4Addr::LOCALHOST).unwrap();
        let everybody = SocketAddr::from(([224, 0, 0, 251], port));
        until(&searches, || {
            socket.send_to(&half, &everybody.into()).unwrap();
            !searches.friends(&knows).is_empty()
        });
        assert_eq!(searches.friends(&knows), [Neighbour { key, addresses: vec![LISTENS] }]);
        named.shutdown().unwrap();
    }

    #[test]
    fn strangers_fill_no_memory() {
        let mut shared = Shared::default();
        let saw = |shared: &mut Shared, number: u64, ips: &str, port| {
            let sign = Sign::new(PeerKey([1; 32]), number);
            let info = ServiceInfo::new(SERVICE, &sign.to_string(), &host(sign), ips, port, &[("v", "1")][..]).unwrap();
            shared.saw(sign, &info.as_resolved_service())
        };
        assert!(!saw(&mut shared, 0, "0.0.0.0,224.0.0.1,fe80::1", 9));
        assert!(!saw(&mut shared, 0, "192.0.2.1", 0));
        assert!(shared.seen.is_empty());
        let many: Vec<_> = (1..100).map(|last| format!("192.0.2.{last}")).collect();
        (0..200).for_each(|number| assert!(saw(&mut shared, number, &many.join(","), 9)));
        assert_eq!(shared.seen.len(), SIGNS);
        assert!(shared.seen.values().all(|(_, addresses)| addresses.len() == Friends::ADDRESSES));
    }
}
