//! What the engine room and the rest of the house tell each other.

use super::Request;
#[cfg(doc)]
use super::{LONGEST_PRESS, SOUNDS};
use crate::id::{AccountId, ToyId};
use crate::store::StoreError;
use eggtooth_toy::{Frame, Tone};
use std::sync::mpsc::SyncSender;
use tokio::sync::{broadcast, watch};

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
