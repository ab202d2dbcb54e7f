//! Rights that end: tickets and live sockets that stand on them end at once.

use super::{Door, Seat, lock};
use crate::id::{AccountId, Millis, ToyId};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::broadcast;

/// Between two sweeps.
const SWEEP: Duration = Duration::from_secs(1);
/// Sweeps between two of the thorough ones.
const THOROUGH: u32 = 600;
/// How long it is kept who did what: 400 days, in milliseconds.
pub(super) const AUDIT_AGE: Millis = 400 * 24 * HOUR;
/// And how many rows of that.
pub(super) const AUDIT_MOST: u64 = 100_000;
/// How old the last use of a session with a live socket may be in the store, in milliseconds.
const HOUR: Millis = 3_600_000;

/// What has ended. The one who ends something changes the store first and calls [`Door::revoke`] then.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// A session.
    Session([u8; 32]),
    /// Everything of an account: it was disabled, or its role changed.
    Account(AccountId),
    /// What an account might do with a toy: taken back, changed or expired.
    Grant {
        /// Which toy.
        toy: ToyId,
        /// Whose grant.
        account: AccountId,
    },
    /// A toy is gone.
    Toy(ToyId),
    /// Nothing has ended: a session has a new cookie, what stood on the old one stands on the new one.
    Renewed {
        /// The hash of the cookie until now.
        old: [u8; 32],
        /// From now on.
        new: [u8; 32],
    },
}

impl std::fmt::Debug for Revoked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Revoked::Session(_) => f.write_str("Session"),
            Revoked::Account(account) => write!(f, "{account:?}"),
            Revoked::Grant { toy, account } => write!(f, "Grant({toy:?}, {account:?})"),
            Revoked::Toy(toy) => write!(f, "{toy:?}"),
            Revoked::Renewed { .. } => f.write_str("Renewed"),
        }
    }
}

impl Door {
    /// What ends from now on. Prefer [`Seat::ended`], which knows what concerns it.
    #[must_use]
    pub fn revoked(&self) -> broadcast::Receiver<Revoked> {
        self.inner.revoked.subscribe()
    }

    /// Ends tickets and tells live sockets, at once.
    pub fn revoke(&self, what: Revoked) {
        lock(&self.inner.tickets).revoke(what);
        lock(&self.inner.seats).revoke(what);
        // Without live sockets nobody listens.
        let _ = self.inner.revoked.send(what);
    }

    /// Ends what has expired: grants and sessions under live sockets, tickets. The layer [`super::guard`] lets it run
    /// every second.
    pub async fn sweep(&self) {
        let now = self.wall();
        lock(&self.inner.tickets).sweep(self.inner.clock.real());
        let expired = lock(&self.inner.seats).expired(now);
        for what in expired {
            self.revoke(what);
        }
    }

    /// Forgets what has expired in the store, and who did what too long ago, tidies the limits, and keeps the sessions of live sockets from growing
    /// idle.
    pub(super) async fn sweep_thoroughly(&self) {
        self.inner.limiters.tidy();
        self.inner.slow.tidy(self.inner.clock.real());
        let now = self.wall();
        let sessions = lock(&self.inner.seats).sessions();
        let done = self.blocking(move |store| {
            for hash in sessions {
                if let Some(row) = store.session(&hash)?.filter(|row| now >= row.seen.saturating_add(HOUR)) {
                    store.touch_session(&hash, now, row.strong_until)?;
                }
            }
            store.forget_expired(now)?;
            store.trim_audit(now.saturating_sub(AUDIT_AGE), AUDIT_MOST)
        });
        if let Err(error) = done.await {
            tracing::warn!("what has expired could not be forgotten: {error}");
        }
    }

    /// Lets the sweeper run on this runtime, once, until the last door is dropped.
    pub(super) fn keep_sweeping(&self) {
        if self.inner.swept.swap(true, Ordering::Relaxed) {
            return;
        }
        let weak = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(SWEEP);
            for count in 0u32.. {
                ticks.tick().await;
                let Some(inner) = weak.upgrade() else { return };
                let door = Door { inner };
                door.sweep().await;
                if count % THOROUGH == 0 {
                    door.sweep_thoroughly().await;
                }
            }
        });
    }
}

impl Seat {
    /// Whether this concerns the seat; a renewed session is taken over.
    pub(super) fn concerned(&mut self, what: Revoked) -> Option<super::Ended> {
        use super::Ended;
        match what {
            Revoked::Session(session) => (session == self.session).then_some(Ended::Session),
            Revoked::Account(account) => (account == self.account).then_some(Ended::Session),
            Revoked::Grant { toy, account } => (toy == self.toy && account == self.account).then_some(Ended::Grant),
            Revoked::Toy(toy) => (toy == self.toy).then_some(Ended::Toy),
            Revoked::Renewed { old, new } => {
                if self.session == old {
                    self.session = new;
                }
                None
            }
        }
    }
}
