//! A toy that lives here: its machine, its time, and what it waits for.

use super::fingers::Fingers;
use super::hours::ticks_in;
use super::keeper::Then;
use super::stage::{Ears, Stage};
use super::{Condition, HostError, Picture, Request, STEP};
use crate::id::{AccountId, Millis, RomKey, ToyId};
use crate::store::{Anchor, DiaryRow, KeyChange, Snapshot, ToyState};
use bevy_ecs::component::Component;
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, STATE, TICKS_PER_SECOND, Watcher};
use eggtooth_vault::{Envelope, Meta, VaultError};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Ticks between two looks at the pet, counted from tick 0.
const LOOK: u64 = TICKS_PER_SECOND / 2;
/// A toy that is further behind catches up between the steps of others.
pub(super) const FAR: u64 = 2 * STEP;
/// A press happens so many ticks after its arrival: by then it is usually durable, and nobody has waited.
pub(super) const LEAD: u64 = 256;
/// Between two lines of a diary, in milliseconds.
const QUIET: Millis = 60_000;
/// Requests that wait for a toy; the next one is [`HostError::Busy`].
const WAITING: usize = 64;
/// An hour in ticks.
const HOUR: u64 = 3600 * TICKS_PER_SECOND;
/// Between two snapshots of a toy that nobody presses, in milliseconds, and half of it for chance.
const SELDOM: Millis = 600_000;
/// From a press to the snapshot after it, and half of it for chance.
const SOON: Millis = 40_000;

/// Now, as the engine room has read it for this round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment {
    /// The daycare's time in ticks.
    pub ticks: u64,
    /// The same in milliseconds.
    pub millis: Millis,
    /// The time of day.
    pub wall: Millis,
    /// Whether the writer has time for snapshots that are not urgent.
    pub snapshots: bool,
}

/// In which steps a toy lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Every small one.
    Watched,
    /// When its phase is due.
    Alone,
    /// Between the steps of others.
    Behind,
    /// It has nothing to live.
    Still,
}

/// What is looked at in every step, of every toy: kept apart, so that looking is cheap.
#[derive(Component, Clone, Copy, Debug)]
pub(super) struct Pace {
    pub mode: Mode,
    /// Which of the small steps of a second is its own.
    pub phase: u8,
}

/// The electronics, and what is known of them.
#[derive(Debug)]
pub(super) struct Body {
    /// Keeps it opened for the next toy that has it.
    pub _cartridge: Arc<Cartridge>,
    pub machine: Machine,
    pub watcher: Watcher,
}

/// A toy.
#[derive(Component)]
pub(super) struct Toy {
    pub id: ToyId,
    pub owner: AccountId,
    pub name: Box<str>,
    pub rom: RomKey,
    pub mercy_hours: u16,
    pub life: u32,
    pub state: ToyState,
    /// As in its row.
    pub anchor: Anchor,
    /// What its tick lies behind the daycare's while it runs.
    pub behind: i64,
    /// `None` for one that could not be restored, or whose machine has failed.
    pub body: Option<Body>,
    /// The tick its time has reached; the chip may be a few ticks ahead.
    pub lived: u64,
    /// The tick that it must not reach: something that is not durable yet happens there.
    pub gate: u64,
    /// Its last journal record.
    pub seq: u64,
    /// When its last snapshot was made, by the time of day: no two at one moment.
    pub snapped: Millis,
    /// When the next one is due, by the daycare's time.
    pub snap_due: Millis,
    /// When its diary was last written, by the daycare's time.
    pub told: Millis,
    /// Until when it counts as watched, by the daycare's time.
    pub awake: Millis,
    pub hands: Option<Box<Fingers>>,
    pub stage: Option<Box<Stage>>,
    /// What waits until its work is done.
    #[expect(clippy::box_collection, reason = "a toy that nobody asks anything should be small")]
    pub waiting: Option<Box<VecDeque<Request>>>,
    /// What is tried again in the next second, because it could not be written down.
    pub later: Option<Box<Request>>,
    /// Work is done for it: nothing else may begin.
    pub busy: bool,
    /// A clock that is being set.
    pub setting: Option<Box<super::setting::Setting>>,
}

/// What comes out of living, beside what is shown.
#[derive(Default)]
pub(super) struct Yield {
    pub diary: Vec<DiaryRow>,
    pub snapshots: Vec<Snapshot>,
    /// Toys whose machine has failed.
    pub fallen: Vec<ToyId>,
    /// What is tried again.
    pub again: Vec<Request>,
}

impl Toy {
    /// The tick that it should have reached.
    pub fn target(&self, moment: &Moment) -> u64 {
        if self.state != ToyState::Alive {
            return self.lived;
        }
        if !self.anchor.running {
            return self.anchor.tick.max(self.lived);
        }
        let target = i64::try_from(moment.ticks).unwrap_or(i64::MAX).saturating_sub(self.behind);
        u64::try_from(target).unwrap_or(0).max(self.lived)
    }

    /// How much it has not lived yet.
    pub fn owes(&self, moment: &Moment) -> u64 {
        self.target(moment) - self.lived
    }

    /// The tick before which nothing new can happen to it.
    pub fn earliest(&self, moment: &Moment) -> u64 {
        let reached = self.body.as_ref().map_or(0, |body| body.machine.tick());
        (self.target(moment) + LEAD).max(reached + 1)
    }

    /// In which steps it should live.
    pub fn mode(&self, moment: &Moment) -> Mode {
        let owes = self.owes(moment);
        if self.body.is_none() || (owes == 0 && (!self.anchor.running || self.state != ToyState::Alive)) {
            Mode::Still
        } else if owes.min(self.gate.saturating_sub(self.lived)) > FAR {
            Mode::Behind
        } else if self.stage.is_some() || self.awake > moment.millis {
            Mode::Watched
        } else {
            Mode::Alone
        }
    }

    /// Lives up to `to`, as far as it may. A machine that fails makes the toy broken, and nothing else.
    pub fn live(&mut self, to: u64, moment: &Moment, out: &mut Yield) {
        let to = to.min(self.gate.saturating_sub(1));
        let Some(body) = &mut self.body else { return };
        let (lived, stage) = (&mut self.lived, &self.stage);
        #[cfg(test)]
        let id = &self.id;
        // What a failed machine has left behind is dropped unseen.
        let alive = catch_unwind(AssertUnwindSafe(|| {
            while *lived < to {
                let look = (*lived / LOOK + 1) * LOOK;
                let next = to.min(look);
                match stage {
                    Some(stage) => body.machine.advance(next, &mut Ears { watcher: &mut body.watcher, stage }),
                    None => body.machine.advance(next, &mut body.watcher),
                }
                *lived = next;
                if next == look {
                    body.watcher.look(&body.machine, next);
                }
                #[cfg(test)]
                super::tests::fail(*id, body.machine.tick());
            }
        }));
        if alive.is_err() {
            self.body = None;
            self.anchor = Anchor { tick: self.lived, at: moment.millis, ..self.anchor };
            self.state = ToyState::Broken;
            out.fallen.push(self.id);
        }
        self.tell(moment, &mut out.diary);
    }

    /// Adds to its diary what is new, if the last line is old enough.
    fn tell(&mut self, moment: &Moment, diary: &mut Vec<DiaryRow>) {
        let Some(body) = &mut self.body else { return };
        if moment.millis < self.told.saturating_add(QUIET) || !body.watcher.has_news() {
            return;
        }
        let mut account = body.watcher.take();
        // That time passes without a meal is no news each minute.
        account.hungrier = false;
        if let Some(text) = account.sentences(&self.name, body.watcher.watch()).into_iter().next() {
            self.told = moment.millis;
            diary.push(DiaryRow { toy: self.id, at: moment.wall, tick: self.lived, text });
        }
    }

    /// A line for its diary.
    pub fn line(&self, moment: &Moment, text: String) -> DiaryRow {
        DiaryRow { toy: self.id, at: moment.wall, tick: self.lived, text }
    }

    /// Shows those who watch what is new.
    pub fn show(&mut self, moment: &Moment) {
        if self.stage.is_some() {
            let condition = self.condition(moment);
            let machine = self.body.as_ref().map(|body| &body.machine);
            if let Some(stage) = &mut self.stage {
                stage.show(machine, condition);
            }
        }
    }

    /// How it is.
    pub fn condition(&self, moment: &Moment) -> Condition {
        let watcher = self.body.as_ref().map(|body| &body.watcher);
        Condition {
            running: self.anchor.running && self.state == ToyState::Alive,
            catching_up: self.body.is_some() && self.owes(moment) > FAR,
            calling: watcher.is_some_and(Watcher::is_calling),
            asleep: watcher.is_some_and(Watcher::is_asleep),
            broken: self.body.is_none(),
            leaving: matches!(self.state, ToyState::Leaving(_)),
            watchers: self.stage.as_ref().map_or(0, |stage| u32::try_from(stage.watchers()).unwrap_or(u32::MAX)),
        }
    }

    /// What it shows.
    pub fn picture(&self) -> Picture {
        let machine = self.body.as_ref().map(|body| &body.machine);
        machine.map_or_else(Picture::default, |machine| Picture {
            seq: 0,
            tick: machine.tick(),
            frame: machine.frame(),
            tone: machine.tone(),
        })
    }

    /// Its whole state; `None` while it has none, or a contact rattles.
    pub fn snapshot(&mut self, moment: &Moment) -> Option<Snapshot> {
        let at = moment.wall.max(self.snapped.saturating_add(1));
        let body = self.body.as_mut()?;
        // What is due at this very tick happens first: what lies ahead is told by its tick.
        let tick = body.machine.tick();
        catch_unwind(AssertUnwindSafe(|| body.machine.advance(tick, &mut body.watcher))).ok()?;
        if !body.machine.is_at_rest() {
            return None;
        }
        let tick = body.machine.tick();
        let envelope = envelope(&self.name, &body.machine, at).ok()?;
        let held = body.machine.held();
        self.snapped = at;
        Some(sealed(Snapshot { toy: self.id, life: self.life, tick, at, seq: self.seq, held, envelope, hash: [0; 32] }))
    }

    /// Makes a snapshot if one is due.
    pub fn snapshot_if_due(&mut self, moment: &Moment, out: &mut Yield) {
        if moment.millis >= self.snap_due && moment.snapshots && !self.busy && self.state == ToyState::Alive {
            self.snap_due = self.later(SELDOM, moment);
            // Who has not pressed for an hour repeats no request.
            self.hands.take_if(|hands| hands.is_idle(self.lived.saturating_sub(HOUR)));
            match self.snapshot(moment) {
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

    /// From now on its time passes, or stands still, from this tick.
    pub fn anchor_at(&mut self, anchor: Anchor) {
        let ticks = |ticks: u64| i64::try_from(ticks).unwrap_or(i64::MAX);
        self.anchor = anchor;
        self.behind = ticks(ticks_in(anchor.at)).saturating_sub(ticks(anchor.tick));
    }

    /// Puts presses into its machine, at their ticks.
    pub fn happen<'a>(&mut self, changes: impl IntoIterator<Item = &'a KeyChange>) {
        let Some(body) = &mut self.body else { return };
        for change in changes {
            body.machine.press_at(change.button, change.down, change.tick);
        }
    }

    /// A request waits until the toy's work is done.
    pub fn wait(&mut self, request: Request) {
        let waiting = self.waiting.get_or_insert_default();
        if waiting.len() < WAITING {
            waiting.push_back(request);
        } else {
            request.refuse(HostError::Busy);
        }
    }

    /// Its work is done.
    pub fn done(&mut self, then: Then, moment: &Moment) {
        self.busy = false;
        self.gate = u64::MAX;
        then(self, moment);
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
