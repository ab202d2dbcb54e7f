//! Friends on the same network: a table that shows itself to them, and a look for one of them.

use super::tell::Voice;
use anyhow::Result;
use eggtooth_peer::{Friend, Friends, Nearby, Neighbour, PeerKey};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long a friend is looked for who may be reached elsewhere, and one of whom no address is known. Who is there
/// answers at once.
const SHORT: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(5);
/// How often is looked.
const GLANCE: Duration = Duration::from_millis(50);

/// What shows a table on the network while it is there, or nothing.
pub struct Sign {
    nearby: Option<Nearby>,
    complained: bool,
}

impl Sign {
    /// Shows the table of `key` that listens there; at an address of this computer alone nobody could call. What cannot
    /// be done is said, and the table stands nevertheless.
    pub fn show(key: PeerKey, listens: SocketAddr, voice: &Voice) -> Sign {
        let wanted = !listens.ip().to_canonical().is_loopback();
        let nearby = wanted.then(|| Nearby::announce(key, listens)).and_then(|shown| match shown {
            Ok(nearby) => Some(nearby),
            Err(error) => {
                voice.notice(&error.to_string());
                None
            }
        });
        Sign { nearby, complained: false }
    }

    /// No sign.
    pub fn none() -> Sign {
        Sign { nearby: None, complained: false }
    }

    /// Says once what goes wrong with it.
    pub fn look(&mut self, voice: &Voice) {
        if !self.complained
            && let Some(trouble) = self.nearby.as_ref().and_then(Nearby::trouble)
        {
            self.complained = true;
            voice.notice(&unseen(&trouble));
        }
    }
}

/// Where to call a friend: where they are on this network, then where they were reached before.
pub fn addresses_of(friend: &Friend, friends: &Friends, voice: &Voice) -> Result<Vec<SocketAddr>> {
    let limit = if friend.addresses.is_empty() { LONG } else { SHORT };
    let found = look(friends, voice, limit, |there| there.iter().any(|one| one.key == friend.key));
    let here = found.into_iter().find(|one| one.key == friend.key).map(|one| one.addresses).unwrap_or_default();
    voice.nearby(friend.name.as_str(), &here)?;
    let elsewhere = friend.addresses.iter().filter(|addr| !here.contains(addr)).copied().collect::<Vec<_>>();
    Ok([here, elsewhere].concat())
}

/// All friends who show themselves on this network; takes a few seconds.
pub fn everybody(friends: &Friends, voice: &Voice) -> Vec<Neighbour> {
    look(friends, voice, SHORT, |_| false)
}

/// Looks around until it is enough, or so long. Where that is not possible, it says so and finds nobody.
fn look(friends: &Friends, voice: &Voice, limit: Duration, enough: impl Fn(&[Neighbour]) -> bool) -> Vec<Neighbour> {
    let nearby = match Nearby::search() {
        Ok(nearby) => nearby,
        Err(error) => {
            voice.notice(&error.to_string());
            return Vec::new();
        }
    };
    let end = Instant::now() + limit;
    loop {
        let there = nearby.friends(friends);
        if enough(&there) || Instant::now() >= end {
            if let Some(trouble) = nearby.trouble().filter(|_| there.is_empty()) {
                voice.notice(&unseen(&trouble));
            }
            return there;
        }
        std::thread::sleep(GLANCE);
    }
}

fn unseen(trouble: &str) -> String {
    format!("friends on this network may not be seen ({trouble}): invites and known addresses work nevertheless")
}
