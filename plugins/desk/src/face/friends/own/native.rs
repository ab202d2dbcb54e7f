//! The friends that this computer knows, and its tables: QUIC lines on a thread of their own.

use super::{Way, sit};
use crate::friends::{self, FriendRow, FriendsAction};
use crate::settings::DeskSettings;
use crate::toasts::sentence;
use eggtooth_peer::{Friend, Friends, Invite, Name, Nearby, PeerKey};
use eggtooth_playdate::net::{self, Command, Event, PlaydateHandle, RealToy, RealToyView};
use eggtooth_playdate::view::TableView;
use eggtooth_prong::bridge::Guarding;
use eggtooth_prong::face::{SecretFrom, secret_given};
use eggtooth_prong::transport::{Transport, uart};
use eggtooth_toy::cable::Plug;
use eggtooth_toy::face::Toy;
use eggtooth_toy::{Home, now as unix};
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub(in crate::face::friends) use super::sit::{cable, portray};

/// How often friends are looked for on the same network.
const LOOK: Duration = Duration::from_secs(2);
/// Friends who were seen on the same network so long ago may have gone.
const NOWHERE: &str = "Not seen on this network, and never reached elsewhere: ask for an invite.";

/// A table at which the player sits.
pub(in crate::face::friends) struct OwnTable {
    pub(super) handle: PlaydateHandle,
    host: bool,
    invite: Option<Invite>,
    /// Says to the same network that the table is there.
    _announced: Option<Nearby>,
    pub(super) sitter: sit::Sitter,
    /// The player leaves.
    pub(super) left: bool,
}

impl OwnTable {
    pub(in crate::face::friends) fn view(&self) -> Arc<TableView> {
        self.handle.view()
    }

    pub(in crate::face::friends) fn events(&self) -> Vec<Event> {
        self.handle.events()
    }

    pub(in crate::face::friends) fn is_over(&self) -> bool {
        self.handle.is_over()
    }

    pub(in crate::face::friends) fn command(&self, command: Command) -> bool {
        self.handle.command(command)
    }

    pub(in crate::face::friends) fn host(&self) -> bool {
        self.host
    }

    /// A new invite; `None` at a friend's table.
    pub(in crate::face::friends) fn invite(&mut self, now: u64, good: u64) -> Option<Result<Invite, String>> {
        let made = self.handle.invite(now, good, &[])?;
        if let Ok(invite) = &made {
            self.invite = Some(invite.clone());
        }
        Some(made.map_err(|error| error.to_string()))
    }

    /// Whether nobody has used the last invite.
    pub(in crate::face::friends) fn is_invite_live(&self) -> bool {
        self.invite.as_ref().is_some_and(|invite| self.handle.is_live(invite))
    }

    pub(in crate::face::friends) fn real_toy(&self) -> RealToyView {
        (*self.handle.real_toy()).clone()
    }

    /// Switches the real toy at a port on; a note for the player, if there is one.
    pub(in crate::face::friends) fn real_toy_on(
        &self,
        port: &str,
        secret: &SecretFrom,
    ) -> Result<Option<String>, String> {
        let (secret, note) = secret_given(secret).map_err(|trouble| trouble.what)?;
        let guarding = Arc::new(secret.map_or(Guarding::Blind, Guarding::Secret));
        let name = port.to_owned();
        let port = name.clone();
        let open = Box::new(move |clock| {
            let line: Box<dyn Transport> = Box::new(uart::open(&port, uart::Options::default(), clock)?);
            Ok(line)
        });
        match self.handle.switch_on(RealToy { name, guarding, open }) {
            true => Ok(note),
            false => Err("the table has no time for the real toy: try again".into()),
        }
    }

    pub(in crate::face::friends) fn real_toy_off(&self) {
        self.handle.switch_off();
    }
}

/// Whom the player knows, and the cable of the own toy.
#[derive(Default)]
pub(in crate::face::friends) struct Own {
    list: Option<Friends>,
    near: Option<(Nearby, Duration)>,
    neighbours: Vec<(PeerKey, Vec<SocketAddr>)>,
    rows: Vec<FriendRow>,
    /// The cable in the own toy, and what it brings.
    pub(super) plug: Plug,
    pub(super) said: Vec<u8>,
}

impl Own {
    /// Nothing keeps a pet of this computer from a table.
    pub(in crate::face::friends) const REFUSAL: Option<&'static str> = None;

    pub(in crate::face::friends) fn rows(&self) -> &[FriendRow] {
        &self.rows
    }

    /// Reads the list, and begins to look around on this network.
    pub(in crate::face::friends) fn open(&mut self, home: &Home) -> Result<(), String> {
        if self.list.is_none() {
            self.list = Some(Friends::open(home.dir().path()).map_err(|error| error.to_string())?);
        }
        if self.near.is_none() {
            // Without it friends are reached where they were before.
            self.near = Nearby::search().ok().map(|near| (near, Duration::ZERO));
        }
        self.look(unix());
        Ok(())
    }

    /// Reads the list anew.
    pub(in crate::face::friends) fn look(&mut self, now: u64) {
        let Some(list) = &self.list else { return };
        if let Some((near, _)) = &self.near {
            self.neighbours = near.friends(list).into_iter().map(|near| (near.key, near.addresses)).collect();
        }
        let mut friends = list.list();
        friends.sort_by_cached_key(|friend| friend.name.as_str().to_lowercase());
        self.rows = friends.iter().map(|friend| self.row(friend, now)).collect();
    }

    /// The same every two seconds; whether there is something to look for.
    pub(in crate::face::friends) fn look_around(&mut self, now: Duration) -> bool {
        let Some((_, last)) = &mut self.near else { return false };
        if now.saturating_sub(*last) >= LOOK {
            *last = now;
            self.look(unix());
        }
        true
    }

    fn row(&self, friend: &Friend, now: u64) -> FriendRow {
        let near = self.neighbours.iter().any(|(key, _)| *key == friend.key);
        let other = friend.their_name.as_str() != friend.name.as_str() && !friend.their_name.as_str().is_empty();
        let mut words = Vec::new();
        words.extend(other.then(|| format!("calls themselves {}", friend.their_name)));
        words.push(match (friend.blocked, near, friend.last_seen) {
            (true, ..) => "kept out".into(),
            (_, true, _) => "has a table open on this network".into(),
            (.., Some(seen)) => format!("met {}", friends::ago(now.saturating_sub(seen))),
            (.., None) => "not met yet".into(),
        });
        FriendRow {
            key: friend.key,
            name: friend.name.as_str().to_owned(),
            detail: sentence(&words.join(", ")),
            blocked: friend.blocked,
            unreachable: (!near && friend.addresses.is_empty()).then_some(NOWHERE),
        }
    }

    /// How a friend is reached: where they are now, then where they were.
    fn way(&self, key: PeerKey) -> Result<net::Way, String> {
        let friend = self.list.as_ref().and_then(|list| list.get(key)).ok_or("nobody of this key is known")?;
        let near = self.neighbours.iter().find(|(other, _)| *other == key).map(|(_, addresses)| addresses.clone());
        let mut addresses = near.unwrap_or_default();
        addresses.extend(friend.addresses.iter().filter(|addr| !addresses.contains(addr)).copied().collect::<Vec<_>>());
        Ok(net::Way::Friend(key, addresses))
    }

    /// Changes the list: what a friend is called, whether they are kept out, whether they are known.
    pub(in crate::face::friends) fn change(&mut self, action: &FriendsAction) -> Result<(), String> {
        let words = |error: eggtooth_peer::FriendsError| error.to_string();
        let done = match (&self.list, action) {
            (Some(list), FriendsAction::Rename(key, name)) => match Name::new(name) {
                Ok(name) => list.rename(*key, &name).map_err(words),
                Err(error) => Err(error.to_string()),
            },
            (Some(list), FriendsAction::Block(key, blocked)) => list.block(*key, *blocked).map_err(words),
            (Some(list), FriendsAction::Forget(key)) => list.forget(*key).map_err(words),
            _ => Ok(()),
        };
        self.look(unix());
        done
    }

    /// What the cable brings.
    pub(in crate::face::friends) fn hear_chip(&mut self, bytes: &[u8]) {
        self.said.extend_from_slice(bytes);
    }

    /// Sits down: at the own table, or where the way leads.
    pub(in crate::face::friends) fn sit(
        &mut self,
        home: &Home,
        toy: &Toy,
        settings: &DeskSettings,
        way: Way,
    ) -> Result<OwnTable, String> {
        self.open(home)?;
        let way = match way {
            Way::Open => None,
            Way::Invite(invite) => Some(net::Way::Invite(invite)),
            Way::Friend(key) => Some(self.way(key)?),
        };
        let list = self.list.clone().ok_or("the list of friends is not there")?;
        let (setup, sitter, key) = sit::setup(home, &toy.0, settings, list)?;
        let local = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let host = way.is_none();
        let opened = match way {
            None => PlaydateHandle::host(setup, local),
            Some(way) => PlaydateHandle::join(setup, local, way),
        };
        let handle = opened.map_err(|error| error.to_string())?;
        // Where that cannot be said an invite is needed.
        let _announced = if host { Nearby::announce(key, handle.local_addr()).ok() } else { None };
        Ok(OwnTable { handle, host, invite: None, _announced, sitter, left: false })
    }
}
