//! From rows to a living machine: the newest snapshot that is whole, and the journal after it.

use super::fingers::Fingers;
use super::hours::{Hours, ticks_in};
use super::keep::sealed;
use super::keeper::Shelves;
use super::plan::Plan;
use super::toy::{Body, LEAD, Toy};
use super::{HostError, LONGEST_PRESS};
use crate::id::Millis;
use crate::store::{Anchor, DiaryKind, Entry, KeyChange, Snapshot, StoreError, ToyRow, ToyState};
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, Watch, Watcher};
use eggtooth_vault::Envelope;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Records that began so many ticks before a snapshot may have changes after it: the longest press, and those that
/// wait for it.
const REACH: u64 = 4 * LONGEST_PRESS as u64 * 33;

/// What became of a toy's rows.
pub(super) struct Restored {
    pub row: ToyRow,
    pub body: Option<Box<Body>>,
    /// Its last journal record.
    pub seq: u64,
    /// When its newest snapshot was made.
    pub snapped: Millis,
    pub hands: Option<Box<Fingers>>,
    /// The tick that it has surely reached.
    pub proof: u64,
    /// Its time goes on from there, whatever its row says.
    pub stood_still: bool,
    /// The tick up to which its diary tells what it did.
    pub told: Option<u64>,
    /// What its diary should say.
    pub notes: Vec<(DiaryKind, String)>,
}

impl Restored {
    /// The toy, at this moment of the daycare's time.
    pub fn into_toy(self, hours: &Hours) -> Toy {
        let Restored { row, body, seq, snapped, hands, told, .. } = self;
        Toy {
            behind: hours.behind(row.anchor, row.mercy_hours),
            id: row.id,
            owner: row.owner,
            name: row.name.into(),
            rom: row.rom,
            mercy_hours: row.mercy_hours,
            life: row.life,
            state: row.state,
            anchor: row.anchor,
            lived: body.as_ref().map_or(row.anchor.tick, |body| body.machine.tick()),
            body,
            gate: u64::MAX,
            seq,
            snapped,
            snap_due: 0,
            told,
            awake: 0,
            hands,
            stage: None,
            waiting: None,
            later: None,
            busy: false,
            setting: None,
        }
    }
}

/// What is known of ROMs, shared by all toys that have them.
#[derive(Clone, Debug, Default)]
pub(super) struct Watches(Arc<Mutex<HashMap<[u8; 32], Watch>>>);

impl Watches {
    fn of(&self, cartridge: &Cartridge) -> Watch {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(cartridge.identity).or_insert_with(|| Watch::of(cartridge, None)).clone()
    }
}

/// A machine with what is known of it. It has a place of its own: tables that grow move everything that is in them, and
/// what they leave behind is as large.
pub(super) fn body(watches: &Watches, cartridge: Arc<Cartridge>, machine: Machine) -> Box<Body> {
    let watcher = Watcher::new(&machine, watches.of(&cartridge));
    Box::new(Body { _cartridge: cartridge, machine, watcher })
}

/// Whether these records follow a snapshot without a hole, and reach as far as newer snapshots say.
fn is_whole(after: &Snapshot, entries: &[Entry], claimed: u64) -> bool {
    let later = entries.iter().filter(|entry| entry.seq > after.seq);
    let mut next = after.seq;
    for entry in later {
        next += 1;
        if entry.seq != next {
            return false;
        }
    }
    next >= claimed
}

/// The machine of a snapshot, its buttons down as they were.
pub(super) fn resume(cartridge: &Cartridge, snapshot: &Snapshot) -> Result<Machine, String> {
    let bytes = snapshot.state().ok_or("its digest does not fit")?;
    let (envelope, _) = Envelope::from_bytes(bytes).map_err(|error| error.to_string())?;
    Machine::resume_held(cartridge, &envelope, snapshot.held).map_err(|error| error.to_string())
}

/// What is still ahead of a snapshot.
fn ahead<'a>(snapshot: &Snapshot, entries: &'a [Entry]) -> Vec<&'a KeyChange> {
    let of = |entry: &'a Entry| {
        let new = entry.seq > snapshot.seq;
        entry.changes.iter().filter(move |change| new || change.tick > snapshot.tick)
    };
    entries.iter().flat_map(of).collect()
}

/// What the store says; `None`, with the reason, where it is damaged: that is the fault of one toy.
fn undamaged<T>(read: Result<T, StoreError>, why: &mut String) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged(what)) => {
            *why = what;
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// Restores a toy. What cannot be restored is an answer, too: a toy without a body.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn restore(shelves: &Shelves, row: ToyRow, wall: Millis) -> Result<Restored, StoreError> {
    let again = row.clone();
    let fault = |_| Ok(broken(again, 0, 0, "this program has a fault there; its log says where"));
    catch_unwind(AssertUnwindSafe(|| try_restore(shelves, row, wall))).unwrap_or_else(fault)
}

fn broken(row: ToyRow, seq: u64, snapped: Millis, why: &str) -> Restored {
    Restored {
        row: ToyRow { state: if row.state == ToyState::Alive { ToyState::Broken } else { row.state }, ..row },
        body: None,
        seq,
        snapped,
        hands: None,
        proof: 0,
        stood_still: false,
        told: None,
        notes: vec![(DiaryKind::Broken, format!("It could not be restored: {why}."))],
    }
}

fn try_restore(shelves: &Shelves, mut row: ToyRow, wall: Millis) -> Result<Restored, StoreError> {
    let store = &shelves.store;
    let mut why = "it has no snapshot".to_owned();
    let Some(snapshots) = undamaged(store.snapshots(row.id), &mut why)? else { return Ok(broken(row, 0, 0, &why)) };
    let snapped = snapshots.iter().map(|one| one.at).max().unwrap_or(0);
    let highest = snapshots.iter().filter(|one| one.state().is_some()).map(|one| one.seq).max().unwrap_or(0);
    let mut notes = Vec::new();
    let cartridge = match shelves.roms.cartridge(row.rom) {
        Ok(cartridge) => cartridge,
        Err(error) => return Ok(broken(row, highest, snapped, &error.to_string())),
    };
    let current: Vec<&Snapshot> = snapshots.iter().filter(|one| one.life == row.life).collect();
    let from = current.iter().take(2).map(|one| one.tick).min().unwrap_or(0).saturating_sub(REACH);
    let entries = undamaged(store.journal(row.id, row.life, from), &mut why)?;
    let last = entries.iter().flatten().map(|entry| entry.seq).max().unwrap_or(0).max(highest);
    let mut claimed = 0;
    for (n, snapshot) in current.iter().enumerate() {
        let own;
        let entries = match &entries {
            Some(entries) if n < 2 => entries,
            // A record that is damaged may lie before this snapshot: then it is needed no more.
            read => {
                let from = if read.is_some() { snapshot.tick.saturating_sub(REACH) } else { snapshot.tick };
                let Some(read) = undamaged(store.journal(row.id, row.life, from), &mut why)? else { continue };
                own = read;
                &own
            }
        };
        let whole = is_whole(snapshot, entries, claimed);
        claimed = claimed.max(snapshot.seq);
        let mut machine = match resume(&cartridge, snapshot) {
            Ok(machine) if whole => machine,
            Ok(_) => continue,
            Err(error) => {
                why = error;
                continue;
            }
        };
        if n > 0 {
            let text = "Its newest snapshot was damaged; an older one and the journal after it gave the same.";
            notes.push((DiaryKind::Damage, text.into()));
        }
        let changes = ahead(snapshot, entries);
        for change in &changes {
            machine.press_at(change.button, change.down, change.tick);
        }
        let plan = Plan::of(snapshot.held, changes);
        let first = entries.last().and_then(|entry| entry.changes.first()).map_or(0, |change| change.tick);
        let proof = machine.tick().max(first.saturating_sub(LEAD));
        let pressed = !entries.is_empty() || plan.is_down();
        let hands = pressed.then(|| Box::new(Fingers::restored(plan, entries)));
        let seq = entries.iter().map(|entry| entry.seq).max().unwrap_or(0).max(snapshot.seq);
        let stood_still = row.state == ToyState::Broken;
        if stood_still {
            // What made it broken is gone. Its time stood still meanwhile.
            row.state = ToyState::Alive;
            notes.push((DiaryKind::Mended, "It could be restored again.".into()));
        }
        let told = undamaged(store.told(row.id, row.life), &mut why)?.flatten();
        let body = Some(body(&shelves.watches, cartridge, machine));
        return Ok(Restored { row, body, seq, snapped, hands, proof, stood_still, told, notes });
    }
    // No snapshot leads to now: the newest whole one begins another life.
    for snapshot in &snapshots {
        let Ok(machine) = resume(&cartridge, snapshot) else { continue };
        let at = wall.max(snapped + 1);
        let anchor = Anchor { tick: machine.tick(), ..row.anchor };
        let state = if row.state == ToyState::Broken { ToyState::Alive } else { row.state };
        let next = ToyRow { life: row.life + 1, anchor, state, ..row.clone() };
        let (life, seq, tick) = (next.life, last, machine.tick());
        let first = sealed(Snapshot { life, seq, tick, at, ..snapshot.clone() });
        match store.begin_life(&next, &first) {
            // It is being carried away, for instance: there is no other life for it here.
            Err(StoreError::Conflict(_) | StoreError::Damaged(_)) => return Ok(broken(row, last, snapped, &why)),
            begun => begun?,
        }
        let (row, plan) = (next, Plan::of(first.held, []));
        let hands = plan.is_down().then(|| Box::new(Fingers::restored(plan, &[])));
        let text = format!("Its newest snapshots were damaged ({why}); it lives on from an older one.");
        notes.push((DiaryKind::Damage, text));
        let body = Some(body(&shelves.watches, cartridge, machine));
        let (snapped, stood_still, told) = (at, true, None);
        return Ok(Restored { row, body, seq, snapped, hands, proof: tick, stood_still, told, notes });
    }
    Ok(broken(row, last, snapped, &why))
}

/// The anchor of a running toy whose row is wrong: the daycare's time knows less than the journal does, or the toy's
/// time stood still. `None` where the row is right.
pub(super) fn right_anchor(restored: &Restored, hours: &Hours) -> Option<Anchor> {
    let Restored { row, body, .. } = restored;
    let lived = body.as_ref().filter(|_| row.anchor.running && row.state == ToyState::Alive)?.machine.tick();
    let target = i64::try_from(hours.ticks()).ok()? - hours.behind(row.anchor, row.mercy_hours);
    let target = u64::try_from(target).unwrap_or(0);
    let tick = if restored.stood_still { lived } else { restored.proof };
    (restored.stood_still || target < tick).then(|| Anchor { tick, at: hours.millis(), running: true })
}

/// Ticks of an outage that were lived and that were not, for a running toy.
pub(super) fn parts(outage: Millis, mercy_hours: u16) -> (u64, u64) {
    let still = super::hours::held(outage, mercy_hours);
    (ticks_in(outage - still), ticks_in(still))
}

impl From<eggtooth_vault::VaultError> for HostError {
    fn from(error: eggtooth_vault::VaultError) -> HostError {
        HostError::Refused(error.to_string())
    }
}
