//! A store that fails when it is told to, and remembers what it has promised.

use eggtooth_daycare::store::*;
use eggtooth_daycare::{AccountId, GrantId, Millis, MoveId, RomKey, ToyId};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The store under it does everything but what fails.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn Store>,
    /// Every record that is durable, in order.
    pub records: Mutex<Vec<Entry>>,
    /// Appending fails, as on a full disk.
    pub full: AtomicBool,
    /// Snapshots fail.
    pub no_snapshots: AtomicBool,
    /// Settings fail.
    pub no_settings: AtomicBool,
}

impl Faulty {
    pub fn over(inner: Arc<dyn Store>) -> Arc<Faulty> {
        let (full, no_snapshots, no_settings) = Default::default();
        Arc::new(Faulty { inner, records: Mutex::default(), full, no_snapshots, no_settings })
    }

    /// The durable records of a toy's life.
    pub fn of(&self, toy: ToyId, life: u32) -> Vec<Entry> {
        let records = self.records.lock().unwrap();
        records.iter().filter(|entry| entry.toy == toy && entry.life == life).cloned().collect()
    }
}

impl Store for Faulty {
    fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreError::Write("no space left on device".into()));
        }
        self.inner.append(entries)?;
        self.records.lock().unwrap().extend_from_slice(entries);
        Ok(())
    }
    fn snapshot(&self, snapshots: &[Snapshot]) -> Result<(), StoreError> {
        if self.no_snapshots.load(Ordering::Relaxed) {
            return Err(StoreError::Write("input/output error".into()));
        }
        self.inner.snapshot(snapshots)
    }
    fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.setting(key)
    }
    fn set_setting(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        if self.no_settings.load(Ordering::Relaxed) {
            return Err(StoreError::Write("input/output error".into()));
        }
        self.inner.set_setting(key, value)
    }
    fn check(&self) -> Result<(), StoreError> {
        self.inner.check()
    }
    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.inner.backup(to)
    }
    fn numbers(&self) -> Result<Numbers, StoreError> {
        self.inner.numbers()
    }
    fn each_toy(&self, visit: &mut dyn FnMut(ToyRow)) -> Result<(), StoreError> {
        self.inner.each_toy(visit)
    }
    fn toy(&self, toy: ToyId) -> Result<ToyRow, StoreError> {
        self.inner.toy(toy)
    }
    fn toys_of(&self, account: AccountId) -> Result<Vec<ToyRow>, StoreError> {
        self.inner.toys_of(account)
    }
    fn create_toy(&self, toy: &ToyRow, snapshot: &Snapshot, arrival: Option<&Move>) -> Result<(), StoreError> {
        self.inner.create_toy(toy, snapshot, arrival)
    }
    fn update_toy(&self, toy: &ToyRow) -> Result<(), StoreError> {
        self.inner.update_toy(toy)
    }
    fn set_looks(&self, toy: ToyId, looks: &Looks) -> Result<ToyRow, StoreError> {
        self.inner.set_looks(toy, looks)
    }
    fn begin_life(&self, toy: &ToyRow, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.inner.begin_life(toy, snapshot)
    }
    fn delete_toy(&self, toy: ToyId) -> Result<(), StoreError> {
        self.inner.delete_toy(toy)
    }
    fn journal(&self, toy: ToyId, life: u32, from_tick: u64) -> Result<Vec<Entry>, StoreError> {
        self.inner.journal(toy, life, from_tick)
    }
    fn snapshots(&self, toy: ToyId) -> Result<Vec<Snapshot>, StoreError> {
        self.inner.snapshots(toy)
    }
    fn write_diary(&self, lines: &[NewDiary]) -> Result<(), StoreError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreError::Write("no space left on device".into()));
        }
        self.inner.write_diary(lines)
    }
    fn diary(&self, toy: ToyId, before: u64, limit: usize) -> Result<Vec<DiaryRow>, StoreError> {
        self.inner.diary(toy, before, limit)
    }
    fn told(&self, toy: ToyId, life: u32) -> Result<Option<u64>, StoreError> {
        self.inner.told(toy, life)
    }
    fn add_rom(&self, rom: &RomRow) -> Result<(), StoreError> {
        self.inner.add_rom(rom)
    }
    fn rom(&self, rom: RomKey) -> Result<RomRow, StoreError> {
        self.inner.rom(rom)
    }
    fn roms_of(&self, account: AccountId) -> Result<Vec<RomRow>, StoreError> {
        self.inner.roms_of(account)
    }
    fn delete_rom(&self, rom: RomKey) -> Result<(), StoreError> {
        self.inner.delete_rom(rom)
    }
    fn find_move(&self, id: MoveId) -> Result<Option<Move>, StoreError> {
        self.inner.find_move(id)
    }
    fn cancel_move(&self, id: MoveId, account: AccountId, at: Millis) -> Result<(), StoreError> {
        self.inner.cancel_move(id, account, at)
    }
    fn leave(&self, toy: &ToyRow, last: &Snapshot, departure: &Move) -> Result<(), StoreError> {
        self.inner.leave(toy, last, departure)
    }
    fn finish_move(&self, id: MoveId) -> Result<(), StoreError> {
        self.inner.finish_move(id)
    }
    fn abort_move(&self, id: MoveId, toy: &ToyRow) -> Result<(), StoreError> {
        self.inner.abort_move(id, toy)
    }
    fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.inner.account_named(name)
    }
    fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        self.inner.account(id)
    }
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.inner.accounts()
    }
    fn update_account(&self, account: &Account) -> Result<(), StoreError> {
        self.inner.update_account(account)
    }
    fn add_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.inner.add_session(session)
    }
    fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
        self.inner.sessions_of(account)
    }
    fn forget_expired(&self, now: Millis) -> Result<usize, StoreError> {
        self.inner.forget_expired(now)
    }
    fn add_invitation(&self, invitation: &Invitation) -> Result<(), StoreError> {
        self.inner.add_invitation(invitation)
    }
    fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        self.inner.invitations()
    }
    fn add_grant(&self, grant: &Grant) -> Result<(), StoreError> {
        self.inner.add_grant(grant)
    }
    fn grant(&self, toy: ToyId, account: AccountId, now: Millis) -> Result<Option<Grant>, StoreError> {
        self.inner.grant(toy, account, now)
    }
    fn grants_of_toy(&self, toy: ToyId) -> Result<Vec<Grant>, StoreError> {
        self.inner.grants_of_toy(toy)
    }
    fn grants_to(&self, account: AccountId) -> Result<Vec<Grant>, StoreError> {
        self.inner.grants_to(account)
    }
    fn delete_grant(&self, grant: GrantId) -> Result<Grant, StoreError> {
        self.inner.delete_grant(grant)
    }
    fn audit(&self, what: &NewAudit) -> Result<(), StoreError> {
        self.inner.audit(what)
    }
    fn audits(&self, account: Option<AccountId>, before: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.inner.audits(account, before, limit)
    }
    fn trim_audit(&self, before: Millis, most: u64) -> Result<u64, StoreError> {
        self.inner.trim_audit(before, most)
    }
    fn verify_audit(&self) -> Result<Option<u64>, StoreError> {
        self.inner.verify_audit()
    }
    fn add_account(&self, account: &Account, invitation: Option<[u8; 32]>, at: Millis) -> Result<(), StoreError> {
        self.inner.add_account(account, invitation, at)
    }
    fn session(&self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        self.inner.session(hash)
    }
    fn touch_session(&self, hash: &[u8; 32], seen: Millis, strong_until: Millis) -> Result<(), StoreError> {
        self.inner.touch_session(hash, seen, strong_until)
    }
    fn end_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.inner.end_session(hash)
    }
    fn end_sessions(&self, account: AccountId, but: Option<&[u8; 32]>) -> Result<(), StoreError> {
        self.inner.end_sessions(account, but)
    }
    fn delete_invitation(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.inner.delete_invitation(hash)
    }
}
