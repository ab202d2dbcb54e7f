//! What is kept of a toy: its diary and its snapshots.

use super::toy::{Moment, Toy, Yield};
use crate::id::Millis;
use crate::store::{DiaryKind, NewDiary, Snapshot, ToyState};
use eggtooth_toy::{Machine, STATE, TICKS_PER_SECOND};
use eggtooth_vault::{Envelope, Meta, VaultError};

/// Between two lines of a diary about what the pet did, in ticks.
const QUIET: u64 = 60 * TICKS_PER_SECOND;
/// An hour in ticks.
const HOUR: u64 = 3600 * TICKS_PER_SECOND;
/// Between two snapshots of a toy that nobody presses, in milliseconds, and half of it for chance.
const SELDOM: Millis = 600_000;
/// From a press to the snapshot after it, and half of it for chance.
const SOON: Millis = 40_000;

impl Toy {
    /// Looks at the pet where it is, and adds to its diary what is new: if the last line is old enough, or `now`.
    pub fn look(&mut self, moment: &Moment, now: bool, diary: &mut Vec<NewDiary>) {
        let tick = self.lived;
        let owes = self.owes(moment);
        let Some(body) = &mut self.body else { return };
        body.watcher.look(&body.machine, tick);
        if !body.watcher.has_news() {
            return;
        }
        let again = self.told.is_some_and(|told| tick <= told);
        if !again && !now && self.told.is_some_and(|told| tick < told.saturating_add(QUIET)) {
            return;
        }
        let mut account = body.watcher.take();
        if again {
            return;
        }
        // That time passes without a meal is no news each minute.
        account.hungrier = false;
        if let Some(text) = account.sentences(&self.name, body.watcher.watch()).into_iter().next() {
            self.told = Some(tick);
            let at = moment.wall.saturating_sub(owes.saturating_mul(1000) / TICKS_PER_SECOND);
            let (toy, life, kind) = (self.id, self.life, DiaryKind::Pet);
            diary.push(NewDiary { toy, life, tick, kind, at, text });
        }
    }

    /// A line for its diary.
    pub fn line(&self, moment: &Moment, kind: DiaryKind, text: String) -> NewDiary {
        NewDiary { toy: self.id, life: self.life, tick: self.lived, kind, at: moment.wall, text }
    }

    /// Its whole state, to be kept; `None` while it has none, or a contact rattles. What its diary does not tell yet is
    /// told first: the toy that is made of the snapshot does not know it.
    pub fn snapshot(&mut self, moment: &Moment, diary: &mut Vec<NewDiary>) -> Option<Snapshot> {
        let snapshot = self.state(moment)?;
        self.look(moment, true, diary);
        self.snapped = snapshot.at;
        Some(snapshot)
    }

    /// Its whole state, as it would be kept.
    pub fn state(&mut self, moment: &Moment) -> Option<Snapshot> {
        let at = moment.wall.max(self.snapped.saturating_add(1));
        let body = self.body.as_mut()?;
        // What is due at this very tick happens first: what lies ahead is told by its tick.
        let tick = body.machine.tick();
        body.machine.advance(tick, &mut body.watcher);
        if !body.machine.is_at_rest() {
            return None;
        }
        let tick = body.machine.tick();
        let envelope = envelope(&self.name, &body.machine, at).ok()?;
        let (toy, life, seq, held) = (self.id, self.life, self.seq, body.machine.held());
        Some(sealed(Snapshot { number: 0, toy, life, tick, at, seq, held, envelope, hash: [0; 32] }))
    }

    /// Makes a snapshot if one is due.
    pub fn snapshot_if_due(&mut self, moment: &Moment, out: &mut Yield) {
        if moment.millis >= self.snap_due && moment.snapshots && !self.busy && self.state == ToyState::Alive {
            self.snap_due = self.later(SELDOM, moment);
            // Who has not pressed for an hour repeats no request.
            self.hands.take_if(|hands| hands.is_idle(self.lived.saturating_sub(HOUR)));
            match self.snapshot(moment, &mut out.diary) {
                Some(snapshot) => out.snapshots.push(snapshot),
                None => self.snap_due = moment.millis + 1000,
            }
        }
    }

    /// It was pressed: the next snapshot is due soon.
    pub fn touched(&mut self, moment: &Moment) {
        self.snap_due = self.snap_due.min(self.later(SOON, moment));
    }

    /// So long from now or up to half of that more, by chance that is the same each time.
    pub fn later(&self, millis: Millis, moment: &Moment) -> Millis {
        let chance = self.id.0.iter().fold(self.seq, |all, byte| all.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        moment.millis + millis + chance % (millis / 2 + 1)
    }
}

/// A save of a machine.
pub(super) fn envelope(name: &str, machine: &Machine, at: Millis) -> Result<Vec<u8>, VaultError> {
    let meta = Meta {
        name: eggtooth_vault::check_name(name).unwrap_or_else(|_| "Toy".into()),
        rom: *machine.identity(),
        model: machine.model().name.into(),
        saved_at: at / 1000,
        tick: machine.tick(),
    };
    let mut envelope = Envelope::new(meta);
    envelope.set_value(STATE, machine.state())?;
    envelope.to_bytes(1)
}

/// A snapshot with its digest.
pub(super) fn sealed(mut snapshot: Snapshot) -> Snapshot {
    snapshot.hash = snapshot.digest();
    snapshot
}
