//! The trait, function by function.

use super::{SqliteStore, backup, house, journal, moves, people, roms, snapshots, toys};
use crate::id::{AccountId, GrantId, Millis, MoveId, RomKey, ToyId};
use crate::store::{
    Account, AuditRow, DiaryRow, Entry, Grant, Invitation, Looks, Move, NewAudit, NewDiary, Numbers, RomRow,
    SessionRow, Snapshot, Store, StoreError, ToyRow,
};
use std::path::Path;
use std::sync::PoisonError;

impl Store for SqliteStore {
    fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| house::setting(db, key))
    }

    fn set_setting(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.write(|db| house::set_setting(db, key, value))
    }

    fn check(&self) -> Result<(), StoreError> {
        self.write(|db| house::probe(db, true))?;
        self.write(|db| house::probe(db, false))
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup::backup(&self.path, to)
    }

    fn numbers(&self) -> Result<Numbers, StoreError> {
        let mut numbers = self.read(house::numbers)?;
        let log = format!("{}-wal", self.path.display());
        let length = |path: &Path| path.metadata().map_or(0, |file| file.len());
        numbers.bytes = length(&self.path) + length(Path::new(&log));
        numbers.commits = self.writer.lock().unwrap_or_else(PoisonError::into_inner).commits;
        Ok(numbers)
    }

    fn each_toy(&self, visit: &mut dyn FnMut(ToyRow)) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.read(|db| toys::page(db, after))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            page.into_iter().for_each(&mut *visit);
        }
    }

    fn toy(&self, toy: ToyId) -> Result<ToyRow, StoreError> {
        self.read(|db| toys::find(db, toy))
    }

    fn toys_of(&self, account: AccountId) -> Result<Vec<ToyRow>, StoreError> {
        self.read(|db| toys::of(db, account))
    }

    fn create_toy(&self, toy: &ToyRow, snapshot: &Snapshot, arrival: Option<&Move>) -> Result<(), StoreError> {
        self.write(|db| toys::create(db, toy, snapshot, arrival))
    }

    fn update_toy(&self, toy: &ToyRow) -> Result<(), StoreError> {
        self.write(|db| toys::update(db, toy))
    }

    fn set_looks(&self, toy: ToyId, looks: &Looks) -> Result<ToyRow, StoreError> {
        self.write(|db| toys::set_looks(db, toy, looks))
    }

    fn begin_life(&self, toy: &ToyRow, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.write(|db| toys::begin_life(db, toy, snapshot))
    }

    fn delete_toy(&self, toy: ToyId) -> Result<(), StoreError> {
        self.write(|db| toys::delete(db, toy))
    }

    fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.write(|db| journal::append(db, entries))
    }

    fn journal(&self, toy: ToyId, life: u32, from_tick: u64) -> Result<Vec<Entry>, StoreError> {
        self.read(|db| journal::read(db, toy, life, from_tick))
    }

    fn snapshot(&self, snapshots: &[Snapshot]) -> Result<(), StoreError> {
        self.write(|db| snapshots.iter().try_for_each(|snapshot| snapshots::add(db, snapshot)))
    }

    fn snapshots(&self, toy: ToyId) -> Result<Vec<Snapshot>, StoreError> {
        self.read(|db| snapshots::of(db, toy))
    }

    fn write_diary(&self, lines: &[NewDiary]) -> Result<(), StoreError> {
        self.write(|db| journal::write_diary(db, lines))
    }

    fn diary(&self, toy: ToyId, before: u64, limit: usize) -> Result<Vec<DiaryRow>, StoreError> {
        self.read(|db| journal::diary(db, toy, before, limit))
    }

    fn told(&self, toy: ToyId, life: u32) -> Result<Option<u64>, StoreError> {
        self.read(|db| journal::told(db, toy, life))
    }

    fn add_rom(&self, rom: &RomRow) -> Result<(), StoreError> {
        self.write(|db| roms::add(db, rom))
    }

    fn rom(&self, rom: RomKey) -> Result<RomRow, StoreError> {
        self.read(|db| roms::find(db, rom))
    }

    fn roms_of(&self, account: AccountId) -> Result<Vec<RomRow>, StoreError> {
        self.read(|db| roms::of(db, account))
    }

    fn delete_rom(&self, rom: RomKey) -> Result<(), StoreError> {
        self.write(|db| roms::delete(db, rom))
    }

    fn find_move(&self, id: MoveId) -> Result<Option<Move>, StoreError> {
        self.read(|db| moves::find(db, id))
    }

    fn cancel_move(&self, id: MoveId, account: AccountId, at: Millis) -> Result<(), StoreError> {
        self.write(|db| moves::cancel(db, id, account, at))
    }

    fn leave(&self, toy: &ToyRow, last: &Snapshot, departure: &Move) -> Result<(), StoreError> {
        self.write(|db| moves::leave(db, toy, last, departure))
    }

    fn finish_move(&self, id: MoveId) -> Result<(), StoreError> {
        self.write(|db| moves::finish(db, id))
    }

    fn abort_move(&self, id: MoveId, toy: &ToyRow) -> Result<(), StoreError> {
        self.write(|db| moves::abort(db, id, toy))
    }

    fn add_account(&self, account: &Account, invitation: Option<[u8; 32]>, at: Millis) -> Result<(), StoreError> {
        self.write(|db| people::add_account(db, account, invitation, at))
    }

    fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.read(|db| people::account_named(db, name))
    }

    fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        self.read(|db| people::account(db, id))
    }

    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(people::accounts)
    }

    fn update_account(&self, account: &Account) -> Result<(), StoreError> {
        self.write(|db| people::update_account(db, account))
    }

    fn add_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.write(|db| people::add_session(db, session))
    }

    fn session(&self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        self.read(|db| people::session(db, hash))
    }

    fn touch_session(&self, hash: &[u8; 32], seen: Millis, strong_until: Millis) -> Result<(), StoreError> {
        self.write(|db| people::touch_session(db, hash, seen, strong_until))
    }

    fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
        self.read(|db| people::sessions_of(db, account))
    }

    fn end_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.write(|db| people::end_session(db, hash))
    }

    fn end_sessions(&self, account: AccountId, but: Option<&[u8; 32]>) -> Result<(), StoreError> {
        self.write(|db| people::end_sessions(db, account, but))
    }

    fn forget_expired(&self, now: Millis) -> Result<usize, StoreError> {
        self.write(|db| people::forget_expired(db, now))
    }

    fn add_invitation(&self, invitation: &Invitation) -> Result<(), StoreError> {
        self.write(|db| people::add_invitation(db, invitation))
    }

    fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        self.read(people::invitations)
    }

    fn delete_invitation(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.write(|db| people::delete_invitation(db, hash))
    }

    fn add_grant(&self, grant: &Grant) -> Result<(), StoreError> {
        self.write(|db| people::add_grant(db, grant))
    }

    fn grant(&self, toy: ToyId, account: AccountId, now: Millis) -> Result<Option<Grant>, StoreError> {
        self.read(|db| people::grant(db, toy, account, now))
    }

    fn grants_of_toy(&self, toy: ToyId) -> Result<Vec<Grant>, StoreError> {
        self.read(|db| people::grants_of_toy(db, toy))
    }

    fn grants_to(&self, account: AccountId) -> Result<Vec<Grant>, StoreError> {
        self.read(|db| people::grants_to(db, account))
    }

    fn delete_grant(&self, grant: GrantId) -> Result<Grant, StoreError> {
        self.write(|db| people::delete_grant(db, grant))
    }

    fn audit(&self, what: &NewAudit) -> Result<(), StoreError> {
        self.write(|db| house::audit(db, what))
    }

    fn audits(&self, account: Option<AccountId>, before: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|db| house::audits(db, account, before, limit))
    }

    fn trim_audit(&self, before: Millis, most: u64) -> Result<u64, StoreError> {
        self.write(move |db| house::trim_audit(db, before, most))
    }

    fn verify_audit(&self) -> Result<Option<u64>, StoreError> {
        self.read(house::verify_audit)
    }
}
