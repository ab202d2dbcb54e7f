//! The engine room: where the toys live. [`Host`] is the handle that the rest of the house holds.
//!
//! The toys are entities of a Bevy app without a window, on a thread of its own; requests go there through a bounded
//! queue. Watched toys advance in steps of [`WATCHED_STEP`] ticks, others of [`STEP`]. A press is acknowledged when
//! its journal record is durable, and happens at exactly the tick that the record names (service §4.1).

mod begin;
mod clock;
mod engine;
mod fingers;
mod hours;
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
#[cfg(test)]
mod tests;
mod toy;

pub use begin::{Engine, HostOptions, start};
pub use clock::{Clock, SteppedClock, SystemClock};
pub use lives::{arrive, hatch};
pub(crate) use request::{Reply, Request};

use crate::id::{AccountId, Millis, MoveId, RomKey, ToyId};
use crate::store::StoreError;
use eggtooth_toy::{Frame, Tone};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Instant;
use tokio::sync::{broadcast, oneshot, watch};

/// Ticks that a watched toy advances at a time: 7.8 ms.
pub const WATCHED_STEP: u64 = 256;
/// Ticks that another toy advances at a time: a second.
pub const STEP: u64 = 32_768;
/// Buzzer changes that a viewer may be behind before some are lost to it.
pub const SOUNDS: usize = 256;
/// Requests that may wait; the next one is [`HostError::Busy`].
pub const REQUESTS: usize = 4096;
/// The longest press that one request may ask for, in milliseconds.
pub const LONGEST_PRESS: u32 = 10_000;

/// Why the engine room did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// No such toy lives here.
    #[error("this toy does not live here; look at the shelf again")]
    NoSuchToy,
    /// It is being carried away, or could not be restored.
    #[error("this toy cannot be touched: {0}")]
    Untouchable(String),
    /// Something is asked of a paused toy.
    #[error("this toy is paused; start it first")]
    Paused,
    /// More requests than can be served.
    #[error("the daycare is busy; try again in a moment")]
    Busy,
    /// The engine room is being closed.
    #[error("the daycare is closing; try again when it is back")]
    Closing,
    /// What was brought does not fit.
    #[error("{0}")]
    Refused(String),
    /// It could not be written down, so it has not happened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the LCD and the buzzer are at a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Counts changes since somebody began to watch.
    pub seq: u32,
    /// When.
    pub tick: u64,
    /// The LCD.
    pub frame: Frame,
    /// The buzzer.
    pub tone: Option<Tone>,
}

/// The buzzer started, changed or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    /// When.
    pub tick: u64,
    /// What it sounds from then on.
    pub tone: Option<Tone>,
}

/// How a toy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Its time passes.
    pub running: bool,
    /// It is living what it missed.
    pub catching_up: bool,
    /// It calls for somebody.
    pub calling: bool,
    /// It sleeps, as far as its memory is known.
    pub asleep: bool,
    /// It could not be restored.
    pub broken: bool,
    /// It is being carried away.
    pub leaving: bool,
    /// How many watch.
    pub watchers: u32,
}

/// A toy that somebody watches. Dropping it ends the watching.
#[derive(Debug)]
pub struct Watching {
    /// The latest picture; older ones are skipped.
    pub pictures: watch::Receiver<Picture>,
    /// Every change of the buzzer, while the receiver is at most [`SOUNDS`] behind.
    pub sounds: broadcast::Receiver<Sound>,
    /// How it is.
    pub condition: watch::Receiver<Condition>,
    /// Counts this watcher until it is dropped.
    pub(crate) _counted: Counted,
}

/// Tells the engine room that a watcher has gone.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) toy: ToyId,
    pub(crate) requests: SyncSender<Request>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        // A queue that is full keeps the toy in small steps a little longer; one that is closed needs nothing.
        let _ = self.requests.try_send(Request::Unwatch { toy: self.toy });
    }
}

/// What fingers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// This client now holds exactly these buttons (bit 0 A, 1 B, 2 C, 3 TAP), since its last change this many
    /// milliseconds have passed at the client; `None` where that is unknown.
    Held {
        /// Buttons.
        mask: u8,
        /// Milliseconds, so that a press lasts as long as it did, however the network hurried.
        since: Option<u16>,
    },
    /// These buttons go down now and up after so long, at most [`LONGEST_PRESS`].
    Timed {
        /// Buttons.
        mask: u8,
        /// Milliseconds.
        milliseconds: u32,
    },
}

/// A press that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    /// The client: a number it made up, the same when it connects again.
    pub client: [u8; 16],
    /// Its number for this press: repeated, it is acknowledged again and does not happen again.
    pub client_seq: u32,
    /// Who.
    pub by: AccountId,
    /// What.
    pub keys: Keys,
}

/// A press is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The client's number for it.
    pub client_seq: u32,
    /// The tick at which it happens.
    pub tick: u64,
}

/// A toy's state, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The tick.
    pub tick: u64,
    /// A save as the vault writes it.
    pub envelope: Vec<u8>,
    /// SHA-256 of the chip's snapshot, as [`eggtooth_toy::Machine::state_hash`].
    pub state: [u8; 32],
}

/// How the engine room fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fares {
    /// Toys that live here.
    pub toys: usize,
    /// Toys that are watched.
    pub watched: usize,
    /// Watchers.
    pub watchers: usize,
    /// Toys that live what they missed.
    pub catching_up: usize,
    /// Toys that could not be restored.
    pub broken: usize,
    /// By how many milliseconds watched toys were late lately: the median, the 99th of a hundred, the worst.
    pub watched_late: [f64; 3],
    /// The same of the others.
    pub late: [f64; 3],
    /// Milliseconds from a press's arrival to its acknowledgement lately.
    pub acknowledged: [f64; 3],
    /// The share of the time in which the engine room worked, 0 to 1 for each core.
    pub load: f64,
    /// Presses since the start.
    pub presses: u64,
}

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

    /// A client has gone: what it held is released.
    pub fn let_go(&self, toy: ToyId, client: [u8; 16], by: AccountId) {
        let _ = self.requests.try_send(Request::LetGo { toy, client, by });
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

    /// Takes a toy back to the snapshot that was made at `to`: another life, which goes on from now.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn undo(&self, toy: ToyId, to: Millis) -> Result<(), HostError> {
        self.ask(|reply| Request::Undo { toy, to, reply }).await
    }

    /// Writes a snapshot now and returns it.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub async fn save(&self, toy: ToyId) -> Result<Saved, HostError> {
        self.ask(|reply| Request::Save { toy, reply }).await
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
