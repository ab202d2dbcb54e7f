//! What is asked of the engine room.

use super::{Ack, Condition, Fares, HostError, Picture, Press, Saved, Watching};
use crate::id::{AccountId, MoveId, RomKey, ToyId};
use std::time::Instant;
use tokio::sync::oneshot;

/// A request with the place for its answer.
#[derive(Debug)]
pub(crate) enum Request {
    Add {
        toy: ToyId,
        reply: Reply<()>,
    },
    Remove {
        toy: ToyId,
        reply: Reply<()>,
    },
    Press {
        toy: ToyId,
        press: Press,
        arrived: Instant,
        reply: Reply<Ack>,
    },
    LetGo {
        toy: ToyId,
        client: [u8; 16],
        by: AccountId,
    },
    /// Nobody is known to hold what the journal holds.
    Release {
        toy: ToyId,
    },
    Watch {
        toy: ToyId,
        reply: Reply<Watching>,
    },
    Unwatch {
        toy: ToyId,
    },
    Look {
        toy: ToyId,
        reply: Reply<(Picture, Condition)>,
    },
    Run {
        toy: ToyId,
        running: bool,
        reply: Reply<()>,
    },
    Reset {
        toy: ToyId,
        reply: Reply<()>,
    },
    Load {
        toy: ToyId,
        envelope: Vec<u8>,
        reply: Reply<()>,
    },
    SwapRom {
        toy: ToyId,
        rom: RomKey,
        reply: Reply<()>,
    },
    Undo {
        toy: ToyId,
        /// The snapshot's number.
        to: u64,
        reply: Reply<()>,
    },
    Save {
        toy: ToyId,
        /// It is written down as a snapshot, too.
        keep: bool,
        reply: Reply<Saved>,
    },
    SetClock {
        toy: ToyId,
        reply: Reply<()>,
    },
    Refresh {
        toy: ToyId,
        reply: Reply<()>,
    },
    Leave {
        toy: ToyId,
        id: MoveId,
        account: AccountId,
        reply: Reply<Saved>,
    },
    Return {
        toy: ToyId,
        id: MoveId,
        reply: Reply<()>,
    },
    Fares {
        reply: Reply<Fares>,
    },
    Settle {
        reply: Reply<()>,
    },
    Drain {
        reply: Reply<()>,
    },
    /// Something has come back from the threads.
    Wake,
}

/// Where an answer goes. An asker who has gone is no error.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, HostError>>;

/// Answers.
pub(super) fn answer<T>(reply: Reply<T>, result: Result<T, HostError>) {
    let _ = reply.send(result);
}

impl Request {
    /// The toy that it is about, if it is about one.
    pub fn toy(&self) -> Option<ToyId> {
        match self {
            Request::Fares { .. } | Request::Settle { .. } | Request::Drain { .. } | Request::Wake => None,
            Request::Add { toy, .. }
            | Request::Remove { toy, .. }
            | Request::Press { toy, .. }
            | Request::LetGo { toy, .. }
            | Request::Release { toy }
            | Request::Watch { toy, .. }
            | Request::Unwatch { toy }
            | Request::Look { toy, .. }
            | Request::Run { toy, .. }
            | Request::Reset { toy, .. }
            | Request::Load { toy, .. }
            | Request::SwapRom { toy, .. }
            | Request::Undo { toy, .. }
            | Request::Save { toy, .. }
            | Request::SetClock { toy, .. }
            | Request::Refresh { toy, .. }
            | Request::Leave { toy, .. }
            | Request::Return { toy, .. } => Some(*toy),
        }
    }

    /// Whether it can be answered while something else is being done for the toy.
    pub fn is_look(&self) -> bool {
        matches!(self, Request::Watch { .. } | Request::Unwatch { .. } | Request::Look { .. } | Request::Add { .. })
    }

    /// Whether it leaves the toy as it is.
    pub fn only_reads(&self) -> bool {
        matches!(self, Request::Save { .. })
    }

    /// Says no.
    pub fn refuse(self, error: HostError) {
        match self {
            Request::Add { reply, .. }
            | Request::Remove { reply, .. }
            | Request::Run { reply, .. }
            | Request::Reset { reply, .. }
            | Request::Load { reply, .. }
            | Request::SwapRom { reply, .. }
            | Request::Undo { reply, .. }
            | Request::SetClock { reply, .. }
            | Request::Refresh { reply, .. }
            | Request::Return { reply, .. }
            | Request::Settle { reply }
            | Request::Drain { reply } => answer(reply, Err(error)),
            Request::Press { reply, .. } => answer(reply, Err(error)),
            Request::Watch { reply, .. } => answer(reply, Err(error)),
            Request::Look { reply, .. } => answer(reply, Err(error)),
            Request::Save { reply, .. } | Request::Leave { reply, .. } => answer(reply, Err(error)),
            Request::Fares { reply } => answer(reply, Err(error)),
            Request::LetGo { .. } | Request::Release { .. } | Request::Unwatch { .. } | Request::Wake => {}
        }
    }
}
