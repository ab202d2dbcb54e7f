//! What must never be lost, behind one trait: accounts, toys, journal, snapshots.
//!
//! *Journal first, apply second* (service §4.1): a toy's state is a snapshot and the journal after it. What an
//! implementation has returned `Ok` for is on the disk, also after the power fails; what it has returned an error
//! for has not happened at all. Every function blocks; callers that must not block call from another thread.

mod row;
pub mod sqlite;

pub use row::{
    Account, AccountRole, Anchor, AuditRow, DiaryKind, DiaryRow, Entry, Grant, GrantRole, Invitation, KeyChange, Looks,
    Move, MoveState, NewAudit, NewDiary, Numbers, RomRow, SessionRow, Snapshot, ToyRow, ToyState,
};
pub use sqlite::SqliteStore;

use crate::id::{AccountId, GrantId, Millis, MoveId, RomKey, ToyId};
use std::fmt;
use std::path::Path;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Nothing of that name is there.
    #[error("there is no such {0}; it may have been removed")]
    Missing(&'static str),
    /// Another one has that name, or the thing is no longer as the caller believes.
    #[error("{0}")]
    Conflict(String),
    /// The disk is full, was taken away or refuses; nothing was changed.
    #[error("the store cannot be written ({0}); make room or look at the disk, then try again")]
    Write(String),
    /// What is on the disk is not what was written.
    #[error("the store is damaged ({0}); restore a backup with `eggtooth serve restore`")]
    Damaged(String),
    /// A newer program has written it.
    #[error("the store was written by a newer Eggtooth (version {0}); update this one")]
    Newer(u32),
    /// Another process has it.
    #[error("the data folder is in use by another daycare{0}; stop that one, or choose another folder")]
    InUse(String),
}

/// The setting that says up to where the list of who did what was trimmed: the number of the newest row that is gone
/// and its time, 8 bytes each, little-endian, and its hash.
pub const AUDIT_TRIMMED: &str = "audit trimmed";

/// A place that keeps everything. See the [module](self) for what it promises.
pub trait Store: Send + Sync + fmt::Debug + 'static {
    // The house.

    /// A setting of the house; keys are chosen by their users.
    fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Sets it, durably.
    fn set_setting(&self, key: &str, value: &[u8]) -> Result<(), StoreError>;
    /// Writes something durably and removes it again: whether the store is ready.
    fn check(&self) -> Result<(), StoreError>;
    /// A whole and consistent copy in a new file, while everything runs.
    fn backup(&self, to: &Path) -> Result<(), StoreError>;
    /// How much there is.
    fn numbers(&self) -> Result<Numbers, StoreError>;

    // Toys.

    /// All toys, in order of their identifiers; `visit` is called for each. One that comes or goes meanwhile may be
    /// among them or not. `visit` may use the store.
    fn each_toy(&self, visit: &mut dyn FnMut(ToyRow)) -> Result<(), StoreError>;
    /// One toy.
    fn toy(&self, toy: ToyId) -> Result<ToyRow, StoreError>;
    /// An account's own toys, by name.
    fn toys_of(&self, account: AccountId) -> Result<Vec<ToyRow>, StoreError>;
    /// A new toy with its first snapshot; with `arrival` it came from elsewhere, and the same [`MoveId`] again is a
    /// [`StoreError::Conflict`]. All or nothing.
    fn create_toy(&self, toy: &ToyRow, snapshot: &Snapshot, arrival: Option<&Move>) -> Result<(), StoreError>;
    /// Replaces what can change of a toy (name, theme, sound, mercy, anchor, state, ROM, model); not its life. A toy
    /// that is leaving is a [`StoreError::Conflict`], and so is a row that says it does: [`Store::leave`],
    /// [`Store::finish_move`] and [`Store::abort_move`] alone change that. Only the engine room, which knows where a
    /// toy is in time, may call this while the toy lives; others call [`Store::set_looks`].
    fn update_toy(&self, toy: &ToyRow) -> Result<(), StoreError>;
    /// Changes what people say about a toy and nothing else, whatever the engine room writes at the same time. Returns
    /// the row as it is now.
    fn set_looks(&self, toy: ToyId, looks: &Looks) -> Result<ToyRow, StoreError> {
        let mut row = self.toy(toy)?;
        looks.apply(&mut row);
        self.update_toy(&row)?;
        Ok(row)
    }
    /// Begins another life (reset, loaded state, other ROM): the row with its new `life` and its first snapshot, at
    /// once. A life that is not the next one is a [`StoreError::Conflict`]. Older lives' journal and snapshots stay as
    /// long as snapshots do.
    fn begin_life(&self, toy: &ToyRow, snapshot: &Snapshot) -> Result<(), StoreError>;
    /// Removes a toy with everything of it. One that is leaving is a [`StoreError::Conflict`]: finish or abort first.
    fn delete_toy(&self, toy: ToyId) -> Result<(), StoreError>;

    // Journal and snapshots.

    /// Appends entries, of many toys, in one transaction: all or none. One of a toy that is not there is
    /// [`StoreError::Missing`]; one whose toy, life and number are there already, or that is no entry (no changes, more
    /// than 16, falling ticks), is a [`StoreError::Conflict`].
    fn append(&self, entries: &[Entry]) -> Result<(), StoreError>;
    /// A toy's journal of one life in order of `seq`: the entries with a change at `from_tick` or later, whole. An entry
    /// that is not as it was written is [`StoreError::Damaged`].
    fn journal(&self, toy: ToyId, life: u32, from_tick: u64) -> Result<Vec<Entry>, StoreError>;
    /// Adds snapshots, of many toys, in one transaction. Of each toy the newest two are kept, the last of each day (UTC)
    /// for a week and the last of each earlier life for a week (of seven lives at most), and the journal from the
    /// second newest on. The newest is the one of the latest life with the highest tick, the later one of equals.
    /// [`Snapshot::number`] is given by the store, whatever it is.
    fn snapshot(&self, snapshots: &[Snapshot]) -> Result<(), StoreError>;
    /// A toy's snapshots of all its lives, the newest first. Damaged ones are among them: see [`Snapshot::state`].
    fn snapshots(&self, toy: ToyId) -> Result<Vec<Snapshot>, StoreError>;
    /// Adds to diaries, all or none; a line whose toy, life, tick and kind are there already is left out. The newest
    /// 4,096 rows of each toy stay.
    fn write_diary(&self, lines: &[NewDiary]) -> Result<(), StoreError>;
    /// A toy's diary, the last written first, at most `limit` rows before row `before`.
    fn diary(&self, toy: ToyId, before: u64, limit: usize) -> Result<Vec<DiaryRow>, StoreError>;
    /// The tick up to which a toy's diary tells what the pet did in this life: that of its last line of
    /// [`DiaryKind::Pet`].
    fn told(&self, toy: ToyId, life: u32) -> Result<Option<u64>, StoreError>;

    // ROMs, sealed by their owner's key.

    /// Adds one. An owner's double (the same keyed hash) is a [`StoreError::Conflict`].
    fn add_rom(&self, rom: &RomRow) -> Result<(), StoreError>;
    /// One, with its sealed bytes.
    fn rom(&self, rom: RomKey) -> Result<RomRow, StoreError>;
    /// An account's, by name; [`RomRow::sealed`] is empty in lists.
    fn roms_of(&self, account: AccountId) -> Result<Vec<RomRow>, StoreError>;
    /// Removes one that no toy has; else a [`StoreError::Conflict`].
    fn delete_rom(&self, rom: RomKey) -> Result<(), StoreError>;

    // Moves between homes.

    /// A move that is known.
    fn find_move(&self, id: MoveId) -> Result<Option<Move>, StoreError>;
    /// Says that a move will never happen, also if its request arrives later: the row with [`MoveState::Cancelled`].
    /// A move that has happened, is happening or is another account's is a [`StoreError::Conflict`]; again: no error.
    fn cancel_move(&self, id: MoveId, account: AccountId, at: Millis) -> Result<(), StoreError>;
    /// A toy leaves: its row becomes [`ToyState::Leaving`], its last snapshot is kept, the move with the envelope is
    /// written; at once. The same move again is no error and changes nothing. A toy that is not alive, and a move that
    /// was cancelled, is another toy's or an arrival, are a [`StoreError::Conflict`].
    fn leave(&self, toy: &ToyRow, last: &Snapshot, departure: &Move) -> Result<(), StoreError>;
    /// It has arrived elsewhere: the toy is removed, the move is [`MoveState::Done`] and its envelope forgotten. Again:
    /// no error. A cancelled move and an arrival are a [`StoreError::Conflict`].
    fn finish_move(&self, id: MoveId) -> Result<(), StoreError>;
    /// It has not left after all: the toy is alive again, as the row says, and the move [`MoveState::Cancelled`]. Again:
    /// no error, and nothing changes. A finished move and an arrival are a [`StoreError::Conflict`].
    fn abort_move(&self, id: MoveId, toy: &ToyRow) -> Result<(), StoreError>;

    // People.

    /// A new account. Names are unique without regard to case. With `invitation` that invitation is used up in the
    /// same transaction; a used, expired or unknown one is a [`StoreError::Conflict`].
    fn add_account(&self, account: &Account, invitation: Option<[u8; 32]>, at: Millis) -> Result<(), StoreError>;
    /// By name, without regard to case.
    fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError>;
    /// By identifier.
    fn account(&self, id: AccountId) -> Result<Account, StoreError>;
    /// All, by name.
    fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// Replaces what can change of an account (password, role, disabled, toy quota).
    fn update_account(&self, account: &Account) -> Result<(), StoreError>;

    /// Adds a session.
    fn add_session(&self, session: &SessionRow) -> Result<(), StoreError>;
    /// By the SHA-256 of its cookie.
    fn session(&self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError>;
    /// Changes when it was seen, and until when its holder counts as freshly signed in.
    fn touch_session(&self, hash: &[u8; 32], seen: Millis, strong_until: Millis) -> Result<(), StoreError>;
    /// An account's, the newest first.
    fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionRow>, StoreError>;
    /// Ends one.
    fn end_session(&self, hash: &[u8; 32]) -> Result<(), StoreError>;
    /// Ends all of an account, but one if it is given.
    fn end_sessions(&self, account: AccountId, but: Option<&[u8; 32]>) -> Result<(), StoreError>;
    /// Forgets what has expired: invitations, grants, and sessions that began 30 days ago or were not seen for 7.
    /// Returns how many.
    fn forget_expired(&self, now: Millis) -> Result<usize, StoreError>;

    /// Adds an invitation.
    fn add_invitation(&self, invitation: &Invitation) -> Result<(), StoreError>;
    /// All that are not used, the newest first.
    fn invitations(&self) -> Result<Vec<Invitation>, StoreError>;
    /// Takes one back.
    fn delete_invitation(&self, hash: &[u8; 32]) -> Result<(), StoreError>;

    /// Adds a grant; one for the same toy and account is replaced.
    fn add_grant(&self, grant: &Grant) -> Result<(), StoreError>;
    /// What an account may do with a toy, if anything and not expired.
    fn grant(&self, toy: ToyId, account: AccountId, now: Millis) -> Result<Option<Grant>, StoreError>;
    /// A toy's grants, the oldest first; expired ones are among them until they are forgotten.
    fn grants_of_toy(&self, toy: ToyId) -> Result<Vec<Grant>, StoreError>;
    /// What an account was granted, in the same way.
    fn grants_to(&self, account: AccountId) -> Result<Vec<Grant>, StoreError>;
    /// Takes one back and returns it.
    fn delete_grant(&self, grant: GrantId) -> Result<Grant, StoreError>;

    /// Appends to the list of who did what. Each row's hash covers the one before.
    fn audit(&self, what: &NewAudit) -> Result<(), StoreError>;
    /// The newest first, at most `limit` rows before row `before`; of one account, or of all.
    fn audits(&self, account: Option<AccountId>, before: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
    /// Trims that list: rows from before `before`, and of the rest all but the newest `most`, are gone; returns how many.
    /// [`AUDIT_TRIMMED`] says up to where, in the same transaction, and the chain is verified from there on.
    fn trim_audit(&self, before: Millis, most: u64) -> Result<u64, StoreError>;
    /// Whether no row of that list was changed or removed, also at its end, but by [`Store::trim_audit`]: the number of
    /// the first one that was.
    fn verify_audit(&self) -> Result<Option<u64>, StoreError>;
}
