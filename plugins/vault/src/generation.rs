//! The three files of one toy: which is newest, which may be overwritten.

use std::path::{Path, PathBuf};

use crate::disk::{ReadFailure, read_bounded};
use crate::envelope::{Envelope, FORMAT_VERSION, MAX_FILE, ReadError};
use crate::error::{Damage, VaultError};

/// File names of the three generations; their order means nothing, the sequence number inside does.
pub const GENERATIONS: [&str; 3] = ["a.egg", "b.egg", "c.egg"];

/// State of one generation, for the shelf and for `save show`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// No such file; normal for a young toy.
    Missing,
    /// Whole.
    Good {
        /// Rises by one with every save of the toy.
        sequence: u64,
        /// Seconds since 1970-01-01 UTC.
        saved_at: u64,
    },
    /// Damaged; the text says how.
    Damaged(String),
    /// Whole, but of a newer format version.
    Newer(u16),
}

/// What was found in one of the three places.
pub(crate) enum Slot {
    Missing,
    Good {
        envelope: Box<Envelope>,
        sequence: u64,
        bytes: Vec<u8>,
    },
    Damaged(Damage),
    Newer(u16),
    /// The system could not read it: maybe only now, so it is not thrown away.
    Unreadable(String),
}

impl Slot {
    fn read(path: &Path) -> Self {
        let bytes = match read_bounded(path, MAX_FILE) {
            Ok(bytes) => bytes,
            Err(ReadFailure::Missing) => return Self::Missing,
            Err(ReadFailure::TooLong(over)) => return Self::Damaged(Damage::TooLong(over)),
            Err(ReadFailure::NotAFile(what)) => return Self::Unreadable(format!("it is {what}")),
            Err(ReadFailure::Io(e)) => return Self::Unreadable(e.to_string()),
        };
        match Envelope::from_bytes(&bytes) {
            Ok((envelope, sequence)) => Self::Good { envelope: Box::new(envelope), sequence, bytes },
            Err(ReadError::Damage(damage)) => Self::Damaged(damage),
            Err(ReadError::Newer(version)) => Self::Newer(version),
        }
    }

    pub(crate) fn health(&self) -> Health {
        match self {
            Self::Missing => Health::Missing,
            Self::Good { envelope, sequence, .. } => {
                Health::Good { sequence: *sequence, saved_at: envelope.meta.saved_at }
            }
            Self::Damaged(damage) => Health::Damaged(damage.to_string()),
            Self::Newer(version) => Health::Newer(*version),
            Self::Unreadable(why) => Health::Damaged(why.clone()),
        }
    }

    /// Orders whole generations; `saved_at` decides only between files that a person copied about.
    fn age(&self) -> Option<(u64, u64)> {
        match self {
            Self::Good { envelope, sequence, .. } => Some((*sequence, envelope.meta.saved_at)),
            _ => None,
        }
    }
}

/// The three generations of one toy as they lie on the disk now.
pub(crate) struct Generations {
    folder: PathBuf,
    pub(crate) slots: [Slot; 3],
}

impl Generations {
    pub(crate) fn read(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), slots: GENERATIONS.map(|name| Slot::read(&folder.join(name))) }
    }

    /// No file at all: the folder of a toy that was never saved.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.iter().all(|s| matches!(s, Slot::Missing))
    }

    /// The newest whole generation.
    pub(crate) fn newest(&self) -> Option<(&Envelope, &[u8])> {
        let newest = self.slots.iter().max_by_key(|s| s.age())?;
        match newest {
            Slot::Good { envelope, bytes, .. } => Some((envelope, bytes)),
            _ => None,
        }
    }

    /// What is wrong with the first damaged generation, and how many are.
    pub(crate) fn damage(&self) -> Option<(String, usize)> {
        let mut all = self.slots.iter().filter_map(|s| match s.health() {
            Health::Damaged(what) => Some(what),
            _ => None,
        });
        let first = all.next()?;
        Some((first, 1 + all.count()))
    }

    /// Fails if one was written by a newer program: stepping back would lose what was lived there.
    pub(crate) fn refuse_newer(&self) -> Result<(), VaultError> {
        let newer = self.slots.iter().find_map(|s| match s {
            Slot::Newer(version) => Some(*version),
            _ => None,
        });
        match newer {
            Some(found) => Err(VaultError::NewerVersion { found, supported: FORMAT_VERSION }),
            None => Ok(()),
        }
    }

    /// Where the next save goes and its sequence number. Never the newest whole generation: an
    /// empty place first, then a damaged one, then the oldest.
    pub(crate) fn next(&self) -> Result<(PathBuf, u64), VaultError> {
        self.refuse_newer()?;
        let newest = self.slots.iter().filter_map(Slot::age).max();
        let rank = |slot: &Slot| match slot {
            Slot::Missing => (0, None),
            Slot::Damaged(_) => (1, None),
            Slot::Good { .. } if slot.age() != newest => (2, slot.age()),
            Slot::Unreadable(_) => (3, None),
            Slot::Good { .. } | Slot::Newer(_) => (4, slot.age()),
        };
        let (_, name) =
            self.slots.iter().zip(GENERATIONS).min_by_key(|(slot, _)| rank(slot)).ok_or(VaultError::NoHome)?;
        let sequence = newest.map_or(1, |(sequence, _)| sequence.saturating_add(1));
        Ok((self.folder.join(name), sequence))
    }
}
