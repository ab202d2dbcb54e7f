//! The engine room: where the toys live. [`Host`] is the handle that the rest of the house holds.
//!
//! The toys are entities of a Bevy app without a window, on a thread of its own; requests go there through a bounded
//! queue. Watched toys advance in steps of [`WATCHED_STEP`] ticks, others of [`STEP`]. A press is acknowledged when
//! its journal record is durable, and happens at exactly the tick that the record names (service §4.1).

mod begin;
mod clock;
mod engine;
mod fingers;
mod hand_over;
mod hours;
mod keep;
mod keeper;
mod lives;
mod moves;
mod plan;
mod presses;
mod request;
mod restore;
mod room;
mod serve;
mod setting;
mod spread;
mod stage;
mod terms;
#[cfg(test)]
mod tests;
mod toy;

pub use begin::{Engine, HostOptions, start};
pub use clock::{Clock, SteppedClock, SystemClock};
pub use lives::{arrive, hatch};
pub(crate) use request::{Reply, Request};
pub(crate) use terms::Counted;
pub use terms::{Ack, Condition, Fares, HostError, Keys, Picture, Press, Saved, Sound, Watching};

use crate::id::{AccountId, MoveId, RomKey, ToyId};
#[cfg(doc)]
use crate::store::StoreError;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Ticks that a watched toy advances at a time: 7.8 ms.
pub const WATCHED_STEP: u64 = 256;
/// Ticks that another toy advances at a time: a second.
pub const STEP: u64 = 32_768;
/// Buzzer changes that a viewer may be behind before some are lost to it.
pub const SOUNDS: usize = 256;
/// Requests that may wait; the next one is [`HostError::Busy`].
pub const REQUESTS: usize = 4096;
/// What must be asked for is tried again after so long while [`REQUESTS`] wait.
const AGAIN: Duration = Duration::from_millis(20);
/// The longest press that one request may ask for, in milliseconds.
pub const LONGEST_PRESS: u32 = 10_000;

/// The handle to the engine room; clones share it.
#[derive(Clone, Debug)]
pub struct Host {
    requests: Arc<SyncSender<Request>>,
}

impl Host {
    pub(crate) fn new(requests: SyncSender<Request>) -> Host {
        Host { requests: Arc::new(requests) }
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, HostError> {
        let (reply, answer) = oneshot::channel();
        match self.requests.try_send(request(reply)) {
            Ok(()) => answer.await.unwrap_or(Err(HostError::Closing)),
            Err(TrySendError::Full(_)) => Err(HostError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(HostError::Closing),
        }
    }

    /// A toy that the store has begins to live, from its newest snapshot and the journal after it.
    ///
    /// # Errors
    /// When the store does not have it, or it cannot be restored.
    pub async fn add(&self, toy: ToyId) -> Result<(), HostError> {
        self.ask(|reply| Request::Add { toy, reply }).await
    }

    /// A toy ends to live here; its rows are the caller's.
    ///
    /// # Errors
    /// When it does not live here.
    pub async fn remove(&self, toy: ToyId) -> Result<(), HostError> {
        self.ask(|reply| Request::Remove { toy, reply }).await
    }

    /// Somebody presses. Returns when the press is durable.
    ///
    /// # Errors
    /// When it cannot be written down: then it has not happened, and never will.
    pub async fn press(&self, toy: ToyId, press: Press) -> Result<Ack, HostError> {
        let arrived = Instant::now();
        self.ask(|reply| Request::Press { toy, press, arrived, reply }).await
    }

    /// A client has gone: what it held is released. Returns when that is asked for; a queue that is full is waited for,
    /// because a button must not stay down for ever.
    pub async fn let_go(&self, toy: ToyId, client: [u8; 16], by: AccountId) {
        while let Err(TrySendError::Full(_)) = self.requests.try_send(Request::LetGo { toy, client, by }) {
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Begins to watch a toy, which from now on advances in small steps.
    ///
    /// # Errors
    /// When it does not live here.
    pub async fn watch(&self, toy: ToyId) -> Result<Watching, HostError> {
        self.ask(|reply| Request::Watch { toy, reply }).await
    }

    /// A look at a toy as it is now.
    ///
    /// # Errors
    /// When it does not live here.
    pub async fn look(&self, toy: ToyId) -> Result<(Picture, Condition), HostError> {
        self.ask(|reply| Request::Look { toy, reply }).await
    }

    /// Starts or pauses a toy's time, durably.
    ///
    /// # Errors
    /// When it does not live here, or the store refuses.
    pub async fn run(&self, toy: ToyId, running: bool) -> Result<(), HostError> {
        self.ask(|reply| Request::Run { toy, running, reply }).await
    }

    /// Takes a toy's battery out and puts it in again: another life.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn reset(&self, toy: ToyId) -> Result<(), HostError> {
        self.ask(|reply| Request::Reset { toy, reply }).await
    }

    /// Puts a saved state into a toy: another life. The save must be of the toy's ROM.
    ///
    /// # Errors
    /// As [`Host::run`]; [`HostError::Refused`] says what is wrong with the save.
    pub async fn load(&self, toy: ToyId, envelope: Vec<u8>) -> Result<(), HostError> {
        self.ask(|reply| Request::Load { toy, envelope, reply }).await
    }

    /// Gives a toy another program: another life.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn swap_rom(&self, toy: ToyId, rom: RomKey) -> Result<(), HostError> {
        self.ask(|reply| Request::SwapRom { toy, rom, reply }).await
    }

    /// Takes a toy back to the snapshot with this [number](crate::store::Snapshot::number): another life, which goes on
    /// from now.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn undo(&self, toy: ToyId, to: u64) -> Result<(), HostError> {
        self.ask(|reply| Request::Undo { toy, to, reply }).await
    }

    /// A toy's state as it is now. Nothing is written down for it.
    ///
    /// # Errors
    /// When it does not live here, or could not be restored.
    pub async fn save(&self, toy: ToyId) -> Result<Saved, HostError> {
        self.ask(|reply| Request::Save { toy, keep: false, reply }).await
    }

    /// Writes a snapshot now, beside those that are written by themselves, and returns it.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn snapshot(&self, toy: ToyId) -> Result<Saved, HostError> {
        self.ask(|reply| Request::Save { toy, keep: true, reply }).await
    }

    /// Sets a Pip's clock from this computer's, by presses, journaled like all others. Returns when it is set.
    ///
    /// # Errors
    /// [`HostError::Refused`] where the ROM's clock is not known, or the pet is asleep or busy for too long.
    pub async fn set_clock(&self, toy: ToyId) -> Result<(), HostError> {
        self.ask(|reply| Request::SetClock { toy, reply }).await
    }

    /// Reads a toy's row again (name, theme, sound, mercy).
    ///
    /// # Errors
    /// When it does not live here.
    pub async fn refresh(&self, toy: ToyId) -> Result<(), HostError> {
        self.ask(|reply| Request::Refresh { toy, reply }).await
    }

    /// A toy is carried away: it stands still from now on, durably, and its state is handed over. The same move again
    /// gives the same bytes.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn leave(&self, toy: ToyId, id: MoveId, account: AccountId) -> Result<Saved, HostError> {
        self.ask(|reply| Request::Leave { toy, id, account, reply }).await
    }

    /// It was not carried away after all: it lives on from the tick at which it stood still.
    ///
    /// # Errors
    /// As [`Host::run`]; [`StoreError::Conflict`] when it has left.
    pub async fn come_back(&self, toy: ToyId, id: MoveId) -> Result<(), HostError> {
        self.ask(|reply| Request::Return { toy, id, reply }).await
    }

    /// How the engine room fares.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn fares(&self) -> Result<Fares, HostError> {
        self.ask(|reply| Request::Fares { reply }).await
    }

    /// Returns when every toy has lived up to now and everything that was asked for before is durable.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn settle(&self) -> Result<(), HostError> {
        self.ask(|reply| Request::Settle { reply }).await
    }

    /// Writes a snapshot of every toy and closes. Requests after it are [`HostError::Closing`].
    ///
    /// # Errors
    /// When the last snapshots could not be written; the journal has everything all the same.
    pub async fn drain(&self) -> Result<(), HostError> {
        self.ask(|reply| Request::Drain { reply }).await
    }
}
