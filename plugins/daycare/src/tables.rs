//! Tables at which toys of this daycare sit (service §3): each a [`PlaydateHandle`], a task that shows it the toy, and
//! pages that look at it.
//!
//! A toy sits at one table at most, as the player who owns it: an account has one key and one list of friends, and each
//! pet its keepsakes, all sealed in the store ([`kept`]). Nobody here touches a chip: a table gets the pictures that live
//! viewers get, and what a chip says over a cable goes nowhere. After a restart no toy sits anywhere; gifts that were on
//! their way are settled when the two meet again.

mod error;
mod feed;
mod kept;
mod sit;

pub use error::TableError;

use crate::host::Host;
use crate::id::{AccountId, ToyId};
use crate::roms::Roms;
use crate::store::Store;
use eggtooth_peer::{Friends, Invite};
use eggtooth_playdate::net::{Command, Event, PlaydateHandle};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// Tables of one account's toys at the same time.
pub const OF_ONE: usize = 4;
/// Tables of the whole daycare at the same time.
pub const IN_ALL: usize = 32;
/// How long the last words to friends may take when the daycare closes.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Events that a page may be behind; of more, the oldest are lost to it.
const NEWS: usize = 256;

/// What can be chosen about tables.
#[derive(Clone, Copy, Debug)]
pub struct TablesOptions {
    /// Where hosts listen, each on a port of its own; one that is no special address is told in invites.
    pub listen: IpAddr,
    /// A table at which no page looks is left after so long.
    pub idle: Duration,
}

impl Default for TablesOptions {
    fn default() -> TablesOptions {
        TablesOptions { listen: Ipv4Addr::LOCALHOST.into(), idle: Duration::from_secs(600) }
    }
}

/// All tables of a daycare. Cheap to clone; clones are of the same ones.
#[derive(Clone)]
pub struct Tables(Arc<Shared>);

struct Shared {
    store: Arc<dyn Store>,
    roms: Arc<Roms>,
    host: Host,
    options: TablesOptions,
    /// Held while a player's key or list is made.
    making: Mutex<()>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    tables: HashMap<ToyId, Arc<Table>>,
    /// One list for all tables of an account, so that they see each other's changes.
    friends: HashMap<AccountId, Friends>,
    /// Toys that are just sitting down, and whose they are.
    sitting: HashMap<ToyId, AccountId>,
    closed: bool,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables").field("options", &self.0.options).finish_non_exhaustive()
    }
}

/// A table at which a toy sits, or sat.
pub struct Table {
    /// Which toy.
    pub toy: ToyId,
    /// Whose it is, and as whom it sits.
    pub owner: AccountId,
    /// Whether the table is its own.
    pub hosts: bool,
    handle: PlaydateHandle,
    news: broadcast::Sender<Event>,
    /// The last word, for who comes later.
    last: Mutex<Option<Event>>,
    pages: AtomicUsize,
}

/// A page that looks at a table, until it is dropped.
pub struct Looking {
    /// What happens from now on.
    pub news: broadcast::Receiver<Event>,
    table: Arc<Table>,
}

impl std::ops::Deref for Looking {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.table.pages.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Table {
    /// The table's own end: what it looks like, invites, commands.
    #[must_use]
    pub fn handle(&self) -> &PlaydateHandle {
        &self.handle
    }

    /// The last word, once it was said.
    #[must_use]
    pub fn last(&self) -> Option<Event> {
        lock(&self.last).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tables {
    /// None is open yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, roms: Arc<Roms>, host: Host, options: TablesOptions) -> Tables {
        Tables(Arc::new(Shared { store, roms, host, options, making: Mutex::default(), open: Mutex::default() }))
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.0.open).tables.values().filter(|table| !table.handle.is_over()).count()
    }

    /// The table of a toy, also one that is over and not forgotten.
    #[must_use]
    pub fn of(&self, toy: ToyId) -> Option<Arc<Table>> {
        lock(&self.0.open).tables.get(&toy).cloned()
    }

    /// Looks at the table of a toy, from a page.
    #[must_use]
    pub fn look(&self, toy: ToyId) -> Option<Looking> {
        let table = self.of(toy)?;
        table.pages.fetch_add(1, Ordering::Relaxed);
        Some(Looking { news: table.news.subscribe(), table })
    }

    /// A toy opens a table, or with an invite joins somebody's; whether that works is told by events. Must be called
    /// within a runtime.
    ///
    /// # Errors
    /// [`TableError`]; then it sits nowhere, or where it sat.
    pub async fn sit(&self, toy: ToyId, invite: Option<Invite>) -> Result<Arc<Table>, TableError> {
        let store = Arc::clone(&self.0.store);
        let row = blocking(move || store.toy(toy)).await??;
        // Counted from here on, so that nobody comes in between.
        let place = Sitting::new(self, toy, row.owner)?;
        let watching = self.0.host.watch(toy).await?;
        let saved = self.0.host.save(toy).await?;
        let tables = self.clone();
        let (table, sitter) = blocking(move || sit::sit(&tables, row, &saved.envelope, invite)).await??;
        let table = Arc::new(table);
        let mut open = lock(&self.0.open);
        if open.closed {
            return Err(TableError::Closing);
        }
        let old = open.tables.insert(toy, Arc::clone(&table));
        drop(open);
        drop(place);
        tokio::spawn(feed::feed(self.clone(), Arc::clone(&table), sitter, watching));
        if let Some(old) = old {
            // It is over; its thread is waited for elsewhere.
            drop(tokio::task::spawn_blocking(move || drop(old)));
        }
        Ok(table)
    }

    /// A toy leaves its table, if it sits at one.
    pub fn leave(&self, toy: ToyId) {
        if let Some(table) = self.of(toy) {
            table.handle.command(Command::Leave);
        }
    }

    /// Everybody leaves, and nobody sits down any more; returns when all lines have said so, or after
    /// two seconds.
    pub fn close(&self) {
        let tables = {
            let mut open = lock(&self.0.open);
            open.closed = true;
            std::mem::take(&mut open.tables)
        };
        for table in tables.values() {
            table.handle.command(Command::Leave);
        }
        let until = Instant::now() + LAST_WORDS;
        while tables.values().any(|table| !table.handle.is_over()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A table is over and was long enough there for everybody to see why.
    fn forget(&self, table: &Arc<Table>) {
        let mut open = lock(&self.0.open);
        if open.tables.get(&table.toy).is_some_and(|known| Arc::ptr_eq(known, table)) {
            open.tables.remove(&table.toy);
        }
        if !open.tables.values().any(|other| other.owner == table.owner)
            && !open.sitting.values().any(|a| *a == table.owner)
        {
            open.friends.remove(&table.owner);
        }
    }
}

/// A toy that is just sitting down.
struct Sitting<'a> {
    tables: &'a Tables,
    toy: ToyId,
}

impl<'a> Sitting<'a> {
    fn new(tables: &'a Tables, toy: ToyId, owner: AccountId) -> Result<Sitting<'a>, TableError> {
        let mut open = lock(&tables.0.open);
        let live = || open.tables.values().filter(|table| !table.handle.is_over());
        if open.closed {
            return Err(TableError::Closing);
        }
        if open.sitting.contains_key(&toy) || live().any(|table| table.toy == toy) {
            return Err(TableError::Sits);
        }
        let of_owner = live().filter(|table| table.owner == owner).count();
        if of_owner + open.sitting.values().filter(|other| **other == owner).count() >= OF_ONE {
            return Err(TableError::TooManyOfOne);
        }
        if live().count() + open.sitting.len() >= IN_ALL {
            return Err(TableError::TooMany);
        }
        open.sitting.insert(toy, owner);
        Ok(Sitting { tables, toy })
    }
}

impl Drop for Sitting<'_> {
    fn drop(&mut self) {
        lock(&self.tables.0.open).sitting.remove(&self.toy);
    }
}

/// Does what may block on another thread.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, TableError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| TableError::Closing)
}
