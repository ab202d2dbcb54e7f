//! Hosts and guests on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use eggtooth_peer::{Friends, Guests, Identity, Invite, Limits, Line, Meeting, Name, PeerError, Refusal, Whom};
use tempfile::TempDir;

use super::{LONG, LOOPBACK};

/// When every table begins, by its own clock.
pub const START: u64 = 1_700_000_000;

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// As many handshakes as a test wants.
pub fn patient() -> Limits {
    Limits { handshakes: 1000, ..Limits::default() }
}

/// A host with a list of friends and a clock that stands still.
pub struct Table {
    pub host: Meeting,
    pub guests: Guests,
    pub friends: Friends,
    clock: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
    _folder: TempDir,
}

impl Table {
    pub fn new() -> Self {
        Self::with(patient())
    }

    pub fn with(limits: Limits) -> Self {
        Self::at(LOOPBACK, limits).unwrap()
    }

    pub fn at(addr: SocketAddr, limits: Limits) -> Result<Self, PeerError> {
        let folder = tempfile::tempdir().unwrap();
        let friends = Friends::open(folder.path()).unwrap();
        let clock = Arc::new(AtomicU64::new(START));
        let passed = Arc::new(AtomicU64::new(0));
        let (read, count) = (clock.clone(), passed.clone());
        let wall = move || read.load(Ordering::Relaxed);
        let guests =
            Guests::with_clocks(friends.clone(), wall, move || Duration::from_secs(count.load(Ordering::Relaxed)));
        let identity = Identity::generate().unwrap();
        let host = Meeting::open(addr, &identity, &name("Host"), Some(&guests), limits)?;
        Ok(Self { host, guests, friends, clock, passed, _folder: folder })
    }

    /// Lets seconds pass.
    pub fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
        self.passed.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Sets the clock; no time passes.
    pub fn set_clock(&self, clock: u64) {
        self.clock.store(clock, Ordering::Relaxed);
    }

    /// An invite that nobody expects.
    pub fn strange_invite(&self) -> Invite {
        let now = self.clock.load(Ordering::Relaxed);
        Invite::new(self.host.key(), &[self.host.local_addr()], now, 600).unwrap()
    }

    pub fn invite(&self) -> Invite {
        let invite = self.strange_invite();
        self.guests.expect(&invite);
        invite
    }

    pub fn befriend(&self, guest: &Meeting) {
        self.friends.befriend(guest.key(), &name("Friend"), &[], START).unwrap();
    }

    /// As a friend would.
    pub fn call(&self, guest: &Meeting) -> Result<Line, PeerError> {
        guest.join(Whom::Friend { key: self.host.key(), addresses: &[self.host.local_addr()] }, LONG)
    }

    /// A line, at the guest and at the host.
    pub fn line(&self, guest: &Meeting) -> (Line, Line) {
        let at_guest = guest.join(&self.invite(), LONG).unwrap();
        (at_guest, self.host.accept(LONG).unwrap().unwrap())
    }

    /// The one refusal; the host may still be about to note it.
    pub fn refusal(&self) -> Refusal {
        let deadline = Instant::now() + LONG;
        loop {
            match self.host.refusals().as_slice() {
                [one] => return one.clone(),
                [] if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Nobody has come in.
    pub fn is_empty(&self) -> bool {
        self.host.accept(Duration::ZERO).unwrap().is_none()
    }
}

/// A guest with a new key.
pub fn guest() -> Meeting {
    guest_with(patient())
}

pub fn guest_with(limits: Limits) -> Meeting {
    Meeting::open(LOOPBACK, &Identity::generate().unwrap(), &name("Guest"), None, limits).unwrap()
}
