//! Who may come to a host's table: friends, whoever proves a live invite, and guests on their way back.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::net::proof::Bond;
use crate::secret::Secret;
use crate::{Friends, Invite, PeerKey};

/// Wrong proofs that end an invite.
const WRONG: u8 = 3;
/// Invites that are over and still recognised, so that an honest guest is told what is wrong.
const OVER: usize = 16;

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// They are in the list of friends. On the calling side: the host was called as a friend.
    Friend,
    /// They had an invite, which is over now, or come back to the seat that they took with one.
    Invite,
}

/// Why a stranger did not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    /// Blocked, or unknown and without a proof.
    Stranger,
    /// The proof fits no live invite.
    Wrong,
    /// The proof fits an invite that is over.
    Over,
}

/// What a host knows of its guests, shared by its clones: the list of friends, the invites that are live, and who has
/// a seat. Invites are nowhere else: they end with the program.
#[derive(Clone)]
pub struct Guests(Arc<Inner>);

struct Inner {
    friends: Friends,
    /// Seconds since 1970 UTC.
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Time that has passed, which nobody sets back. It may stand still while the computer sleeps.
    passed: Box<dyn Fn() -> Duration + Send + Sync>,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    live: VecDeque<Live>,
    over: VecDeque<Secret>,
    kept: VecDeque<PeerKey>,
}

struct Live {
    secret: Secret,
    expires: u64,
    /// By the time that has passed.
    until: Duration,
    wrong: u8,
}

impl Guests {
    /// Invites that are live at once; of more the oldest ends.
    pub const INVITES: usize = 8;
    /// Seats that are kept at once; of more the oldest is given up.
    pub const SEATS: usize = 16;

    /// These friends, no invites yet, and the computer's clock.
    pub fn new(friends: Friends) -> Self {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let begun = Instant::now();
        Self::with_clocks(friends, clock, move || begun.elapsed())
    }

    /// The same with other clocks: seconds since 1970 UTC, and time that has passed. An invite ends by the first of them
    /// that says so: the one may be set back, the other stand still.
    pub fn with_clocks(
        friends: Friends,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
        passed: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner { friends, clock: Box::new(clock), passed: Box::new(passed), book: Mutex::default() }))
    }

    /// The list of friends.
    pub fn friends(&self) -> &Friends {
        &self.0.friends
    }

    /// From now on, whoever proves this invite comes in, once, until it expires.
    pub fn expect(&self, invite: &Invite) {
        let mut book = self.book();
        if book.live.len() >= Self::INVITES {
            book.end(0);
        }
        let expires = invite.expires();
        let left = Duration::from_secs(expires.saturating_sub((self.0.clock)()).min(Invite::LONGEST_LIFE));
        let until = (self.0.passed)().saturating_add(left);
        book.live.push_back(Live { secret: invite.secret.clone(), expires, until, wrong: 0 });
    }

    /// Ends an invite before its time; `false`: it was over already.
    pub fn withdraw(&self, invite: &Invite) -> bool {
        let mut book = self.book();
        let at = book.live.iter().position(|live| live.secret.is(&invite.secret));
        at.inspect(|&at| book.end(at)).is_some()
    }

    /// Invites that are live: neither used, nor expired, nor withdrawn, nor ended by wrong proofs.
    pub fn live(&self) -> usize {
        self.book().live.len()
    }

    /// Whether this invite is among them.
    pub fn is_live(&self, invite: &Invite) -> bool {
        self.book().live.iter().any(|live| live.secret.is(&invite.secret))
    }

    /// Somebody sits down: until [`Guests::release`], their key comes in again without an invite, because a line may be
    /// lost and theirs is used.
    pub fn keep(&self, key: PeerKey) {
        let mut book = self.book();
        book.kept.retain(|&kept| kept != key);
        if book.kept.len() >= Self::SEATS {
            book.kept.pop_front();
        }
        book.kept.push_back(key);
    }

    /// Somebody has left for good.
    pub fn release(&self, key: PeerKey) {
        self.book().kept.retain(|&kept| kept != key);
    }

    /// Whether a handshake with this key is worth finishing.
    pub(crate) fn admits(&self, key: PeerKey) -> bool {
        if self.0.friends.is_blocked(key) {
            return false;
        }
        let book = self.book();
        !book.live.is_empty() || book.kept.contains(&key) || self.0.friends.allows(key)
    }

    /// Decides about somebody whose key is proven. A proof that is right is used up in the same step: of two guests
    /// with one invite, one comes in.
    pub(crate) fn admit(&self, key: PeerKey, proof: Option<&[u8; 32]>, bond: &Bond) -> Result<Admitted, Turned> {
        if self.0.friends.is_blocked(key) {
            return Err(Turned::Stranger);
        }
        let friend = self.0.friends.allows(key);
        let mut book = self.book();
        let kept = book.kept.contains(&key);
        let redeemed = match proof {
            None => Err(Turned::Stranger),
            // Those who come in anyway use an invite up, but do no harm with a wrong one.
            Some(proof) => book.redeem(bond, proof, friend || kept),
        };
        match redeemed {
            _ if friend => Ok(Admitted::Friend),
            Ok(()) => Ok(Admitted::Invite),
            Err(_) if kept => Ok(Admitted::Invite),
            Err(turned) => Err(turned),
        }
    }

    /// Without the invites whose time is over.
    fn book(&self) -> MutexGuard<'_, Book> {
        let (now, passed) = ((self.0.clock)(), (self.0.passed)());
        let mut book = self.0.book.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(at) = book.live.iter().position(|live| live.expires <= now || live.until <= passed) {
            book.end(at);
        }
        book
    }
}

impl Book {
    fn end(&mut self, at: usize) {
        if let Some(ended) = self.live.remove(at) {
            if self.over.len() >= OVER {
                self.over.pop_front();
            }
            self.over.push_back(ended.secret);
        }
    }

    /// A proof does not say of which invite it is: a wrong one counts against all.
    fn redeem(&mut self, bond: &Bond, proof: &[u8; 32], harmless: bool) -> Result<(), Turned> {
        // All are looked at, so that the time does not tell which one fits.
        let fits: Vec<bool> = self.live.iter().map(|live| live.secret.proven(bond, proof)).collect();
        if let Some(at) = fits.iter().position(|&fits| fits) {
            self.end(at);
            return Ok(());
        }
        if self.over.iter().filter(|secret| secret.proven(bond, proof)).count() > 0 {
            return Err(Turned::Over);
        }
        if !harmless {
            self.live.iter_mut().for_each(|live| live.wrong = live.wrong.saturating_add(1));
            while let Some(at) = self.live.iter().position(|live| live.wrong >= WRONG) {
                self.end(at);
            }
        }
        Err(Turned::Wrong)
    }
}

impl fmt::Debug for Guests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let book = self.book();
        let mut f = f.debug_struct("Guests");
        f.field("friends", &self.0.friends).field("live", &book.live.len()).field("kept", &book.kept);
        f.finish_non_exhaustive()
    }
}
