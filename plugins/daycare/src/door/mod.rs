//! The door: who comes in, and what they may do (service §1.3).
//!
//! [`Door`] knows accounts, sessions, invitations and tickets; [`can`] is the one function that says who may do what;
//! [`guard`] is the layer that every request passes. What is not allowed is refused. Times come from a [`Clock`].

mod account;
mod audit;
mod can;
mod cookie;
mod error;
mod guard;
mod invite;
mod limit;
mod may;
mod password;
mod revoke;
mod seat;
mod secret;
mod session;
mod setup;
mod slow;
mod ticket;
mod who;

pub use account::AccountChange;
pub use can::{Action, Standing, can};
pub use cookie::{Cookie, cookie_name};
pub use error::DoorError;
pub use guard::guard;
pub use invite::Invited;
pub use limit::{Limits, Rate};
pub use password::{Cost, Password};
pub use revoke::Revoked;
pub use seat::{Ended, NoSeat, Seat};
pub use secret::{TOKEN_LENGTH, Token};
pub use session::{ABSOLUTE, Entered, IDLE, STRONG};
pub use setup::SET_UP_MINUTES;
pub use ticket::{Redeemed, TICKET_SECONDS};
pub use who::{Caller, Who, truncated};

use crate::host::{Clock, SystemClock};
use crate::id::Millis;
use crate::seal::ServerKey;
use crate::store::{Store, StoreError};
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Revocations that a live socket may be behind before it has to look whether it is still allowed.
const REVOCATIONS: usize = 256;

/// What can be chosen about a door.
#[derive(Clone, Debug)]
pub struct DoorOptions {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How often somebody may.
    pub limits: Limits,
    /// What a password costs.
    pub cost: Cost,
    /// Most toys of a new account.
    pub toys: u32,
}

impl Default for DoorOptions {
    fn default() -> DoorOptions {
        DoorOptions {
            clock: Arc::new(SystemClock::default()),
            limits: Limits::default(),
            cost: Cost::default(),
            toys: 16,
        }
    }
}

/// The door of one daycare; clones share it.
#[derive(Clone)]
pub struct Door {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    key: Arc<ServerKey>,
    clock: Arc<dyn Clock>,
    options: DoorOptions,
    limiters: limit::Limiters,
    slow: slow::Slow,
    hasher: password::Hasher,
    set_up: Mutex<setup::SetUp>,
    tickets: Mutex<ticket::Tickets>,
    seats: Mutex<seat::Seats>,
    revoked: broadcast::Sender<Revoked>,
    /// Held while an account is read, changed and written: two changes at once must not undo each other.
    changing: tokio::sync::Mutex<()>,
    /// The sweeper runs.
    swept: AtomicBool,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl Door {
    /// The door to what `store` keeps. With no account in it, a new set-up token is made: [`Door::set_up_token`].
    /// Blocks.
    ///
    /// # Errors
    /// When the store cannot be read, or the operating system has no randomness.
    pub fn new(store: Arc<dyn Store>, key: Arc<ServerKey>, options: DoorOptions) -> Result<Door, DoorError> {
        let empty = store.accounts()?.is_empty();
        let clock = Arc::clone(&options.clock);
        Ok(Door {
            inner: Arc::new(Inner {
                store,
                key,
                limiters: limit::Limiters::new(&options.limits, &clock),
                slow: slow::Slow::new(options.limits.slowest),
                hasher: password::Hasher::new(options.cost)?,
                set_up: Mutex::new(setup::SetUp::new(empty, clock.real())?),
                tickets: Mutex::default(),
                seats: Mutex::default(),
                revoked: broadcast::Sender::new(REVOCATIONS),
                changing: tokio::sync::Mutex::default(),
                swept: AtomicBool::new(false),
                clock,
                options,
            }),
        })
    }

    /// The time of day by the door's clock.
    #[must_use]
    pub fn wall(&self) -> Millis {
        self.inner.clock.wall()
    }

    /// Calls the store on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, DoorError> {
        let store = Arc::clone(&self.inner.store);
        let done = tokio::task::spawn_blocking(move || work(&*store)).await;
        done.map_err(|error| {
            tracing::error!("a call of the store did not come back: {error}");
            DoorError::Inside
        })?
        .map_err(DoorError::from)
    }
}

/// A lock of plain data, which stays usable when a holder panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
