//! What the store keeps, as plain data.

use crate::id::{AccountId, GrantId, Millis, MoveId, RomKey, ToyId};
use eggtooth_toy::Button;
use sha2::{Digest, Sha256};

/// Which tick belongs to which moment: while it runs, `tick` was reached at `at`, and 32,768 more each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// A tick of the toy.
    pub tick: u64,
    /// The moment.
    pub at: Millis,
    /// False: the toy stands still at that tick.
    pub running: bool,
}

/// Whether a toy lives here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToyState {
    /// It lives, or is paused.
    Alive,
    /// It is being carried away; it stands still, and lives nowhere until the move is done or aborted.
    Leaving(MoveId),
    /// It cannot be run: neither snapshot could be restored. Its rows stay for a rescue.
    Broken,
}

/// A toy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToyRow {
    /// Its identifier.
    pub id: ToyId,
    /// Whose it is.
    pub owner: AccountId,
    /// What it is called, 1 to 40 characters; one owner's may share a name.
    pub name: String,
    /// Its program.
    pub rom: RomKey,
    /// The wiring, as in [`eggtooth_vault::Meta::model`].
    pub model: String,
    /// How its shell is painted: a word that the pages understand.
    pub theme: String,
    /// Whether it sounds at all.
    pub sound: bool,
    /// Hours of an outage of the daycare that the toy lives through; what is longer stood still.
    pub mercy_hours: u16,
    /// When it came.
    pub created: Millis,
    /// Where it is in time.
    pub anchor: Anchor,
    /// Whether it lives here.
    pub state: ToyState,
    /// Counts resets, loaded states and other ROMs: a journal belongs to one life.
    pub life: u32,
}

/// What people say about a toy; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// See [`ToyRow::name`].
    pub name: Option<String>,
    /// See [`ToyRow::theme`].
    pub theme: Option<String>,
    /// See [`ToyRow::sound`].
    pub sound: Option<bool>,
    /// See [`ToyRow::mercy_hours`].
    pub mercy_hours: Option<u16>,
}

impl Looks {
    /// Changes a row.
    pub fn apply(&self, row: &mut ToyRow) {
        if let Some(name) = &self.name {
            row.name.clone_from(name);
        }
        if let Some(theme) = &self.theme {
            row.theme.clone_from(theme);
        }
        row.sound = self.sound.unwrap_or(row.sound);
        row.mercy_hours = self.mercy_hours.unwrap_or(row.mercy_hours);
    }
}

/// A button went down or up at a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// When.
    pub tick: u64,
    /// Which.
    pub button: Button,
    /// Down.
    pub down: bool,
}

/// One record of the journal: what one request of a client made happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The toy.
    pub toy: ToyId,
    /// The life it belongs to.
    pub life: u32,
    /// Counts a toy's records, from 1, without holes.
    pub seq: u64,
    /// What happens, 1 to 16 changes; ticks do not fall.
    pub changes: Vec<KeyChange>,
    /// Which client asked; together with `client_seq` it tells a repeated request.
    pub client: [u8; 16],
    /// The client's number for it.
    pub client_seq: u32,
    /// Who.
    pub by: AccountId,
    /// When it arrived.
    pub at: Millis,
}

/// A toy's whole state at a tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number in the store, from 1, which tells it from all others that are there; 0 until it is written.
    pub number: u64,
    /// The toy.
    pub toy: ToyId,
    /// Its life.
    pub life: u32,
    /// The tick.
    pub tick: u64,
    /// When it was made.
    pub at: Millis,
    /// The last journal record that is in it; changes of it and of earlier ones may still lie ahead.
    pub seq: u64,
    /// Buttons that are down, bit n for [`Button::ALL`]'s n-th.
    pub held: u8,
    /// A save (see the vault's `FORMAT.md`), with its own checksum.
    pub envelope: Vec<u8>,
    /// [`Snapshot::digest`] when it was made.
    pub hash: [u8; 32],
}

impl Snapshot {
    /// SHA-256 over everything that a restored toy comes from.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.toy.0);
        hash.update(self.life.to_le_bytes());
        hash.update(self.tick.to_le_bytes());
        hash.update(self.seq.to_le_bytes());
        hash.update([self.held]);
        hash.update(&self.envelope);
        hash.finalize().into()
    }

    /// The envelope, if nothing of the row was damaged since it was written.
    #[must_use]
    pub fn state(&self) -> Option<&[u8]> {
        (self.digest() == self.hash).then_some(&self.envelope)
    }
}

/// What a line of a diary tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiaryKind {
    /// What the pet did.
    Pet,
    /// The daycare was away.
    Outage,
    /// Somebody began another life.
    Act,
    /// Its newest snapshots were damaged, and older ones did.
    Damage,
    /// It cannot be run any more.
    Broken,
    /// It can be run again.
    Mended,
}

/// A line for a toy's diary. Of one life, tick and kind there is one: what is lived again is not told again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDiary {
    /// The toy.
    pub toy: ToyId,
    /// Its life, from 1.
    pub life: u32,
    /// The toy's tick then.
    pub tick: u64,
    /// What it tells of.
    pub kind: DiaryKind,
    /// When, by the time of day.
    pub at: Millis,
    /// One sentence.
    pub text: String,
}

/// The same in the diary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiaryRow {
    /// Rises from line to line of a diary.
    pub number: u64,
    /// What was written.
    pub line: NewDiary,
}

/// A ROM that somebody brought, or the built-in pet's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RomRow {
    /// Its identifier.
    pub key: RomKey,
    /// Whose it is; `None` for the program's own Pip, which anybody may have.
    pub account: Option<AccountId>,
    /// What its owner calls it.
    pub name: String,
    /// Keyed hash of the words under the account's key: tells the owner's own doubles, and nobody anything else.
    pub keyed_hash: [u8; 32],
    /// The normalised words, sealed.
    pub sealed: Vec<u8>,
    /// When it came.
    pub created: Millis,
}

/// How far a move is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveState {
    /// A pet came; the toy lives here since.
    Arrived,
    /// A pet is being carried away; it lives nowhere.
    Leaving,
    /// It has left; it lives elsewhere.
    Done,
    /// It never happened and never will.
    Cancelled,
}

/// One attempt to carry a pet from one home to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Made up by the one who carries.
    pub id: MoveId,
    /// Who carries.
    pub account: AccountId,
    /// The toy here.
    pub toy: Option<ToyId>,
    /// How far it is.
    pub state: MoveState,
    /// What is handed over when a pet leaves; the same bytes each time they are asked for.
    pub envelope: Vec<u8>,
    /// When it began.
    pub at: Millis,
}

/// What an account may do in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRole {
    /// Invites, looks after the house. Has no rights on others' toys.
    Admin,
    /// Has toys.
    Member,
}

/// A person with a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// What they sign in with, 1 to 40 characters.
    pub name: String,
    /// Argon2id, as a PHC string.
    pub password: String,
    /// What they may do.
    pub role: AccountRole,
    /// May not sign in.
    pub disabled: bool,
    /// Most toys.
    pub toys: u32,
    /// The key of their ROMs, wrapped by the server's.
    pub wrapped_key: Vec<u8>,
    /// Since when.
    pub created: Millis,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
    /// Who.
    pub account: AccountId,
    /// Since when.
    pub created: Millis,
    /// When last seen.
    pub seen: Millis,
    /// Signed in so lately that the dangerous things are allowed until then.
    pub strong_until: Millis,
    /// From where, truncated, and with what.
    pub from: String,
}

/// A way in for somebody new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of its token.
    pub hash: [u8; 32],
    /// Who invited.
    pub by: AccountId,
    /// What the new account will be.
    pub role: AccountRole,
    /// A note for whom it is.
    pub note: String,
    /// Since when.
    pub created: Millis,
    /// Until when.
    pub expires: Millis,
}

/// What somebody may do with a toy that is not theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantRole {
    /// Looks and listens.
    Viewer,
    /// Presses its buttons, too.
    Caretaker,
}

/// A permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// Which toy.
    pub toy: ToyId,
    /// For whom.
    pub account: AccountId,
    /// What.
    pub role: GrantRole,
    /// Since when.
    pub created: Millis,
    /// Until when; `None` for ever.
    pub expires: Option<Millis>,
}

/// Somebody did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudit {
    /// When.
    pub at: Millis,
    /// Who; `None` for somebody unknown.
    pub account: Option<AccountId>,
    /// What, in a word or two: `sign in`, `toy rename`.
    pub what: String,
    /// With which toy.
    pub toy: Option<ToyId>,
    /// From where, truncated to /24 or /64.
    pub from: String,
}

/// The same in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Counts from 1.
    pub number: u64,
    /// What was done.
    pub what: NewAudit,
    /// SHA-256 over the row before and this one.
    pub hash: [u8; 32],
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Toys.
    pub toys: u64,
    /// Accounts.
    pub accounts: u64,
    /// Journal records.
    pub entries: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Transactions written since the store was opened.
    pub commits: u64,
}
