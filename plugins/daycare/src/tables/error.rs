//! Why a toy does not sit down.

use super::{IN_ALL, OF_ONE};
use crate::host::HostError;
use crate::roms::RomsError;
use crate::seal::SealError;
use crate::store::StoreError;
use eggtooth_peer::{FriendsError, PeerError};
use eggtooth_playdate::keepsakes::KeepError;

/// Why a toy does not sit down at a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// One at a time.
    #[error("this toy sits at a table already; leave that one first")]
    Sits,
    /// [`OF_ONE`].
    #[error("{OF_ONE} toys of one owner may sit at tables; leave another table first")]
    TooManyOfOne,
    /// [`IN_ALL`].
    #[error("{IN_ALL} toys of this daycare may sit at tables; try again later")]
    TooMany,
    /// The daycare goes.
    #[error("the daycare is closing; try again when it is open")]
    Closing,
    /// No line can be made.
    #[error(transparent)]
    Line(#[from] PeerError),
    /// The pet's things cannot be read or written.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// The player's friends cannot be read.
    #[error(transparent)]
    Friends(#[from] FriendsError),
    /// What is sealed does not open, or no key can be made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The engine room refuses.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The ROM cannot be had.
    #[error(transparent)]
    Rom(#[from] RomsError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}
