//! A toy that lives here: its machine, its time, and what it waits for.

use super::fingers::Fingers;
use super::hours::ticks_in;
use super::keeper::Then;
use super::stage::{Ears, Stage};
use super::{Condition, HostError, Picture, Request, STEP};
use crate::id::{AccountId, Millis, RomKey, ToyId};
use crate::store::{Anchor, KeyChange, NewDiary, Snapshot, ToyState};
use bevy_ecs::component::Component;
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, TICKS_PER_SECOND, Watcher};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Ticks between two looks at the pet, counted from tick 0.
const LOOK: u64 = TICKS_PER_SECOND / 2;
/// A toy that is further behind catches up between the steps of others.
pub(super) const FAR: u64 = 2 * STEP;
/// A press happens so many ticks after its arrival: by then it is usually durable, and nobody has waited.
pub(super) const LEAD: u64 = 256;
/// Requests that wait for a toy; the next one is [`HostError::Busy`].
const WAITING: usize = 64;

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
    pub body: Option<Box<Body>>,
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
    /// The tick up to which its diary tells what it did. What is lived again up to there is not told again.
    pub told: Option<u64>,
    /// Until when it counts as watched, by the daycare's time.
    pub awake: Millis,
    pub hands: Option<Box<Fingers>>,
    pub stage: Option<Box<Stage>>,
    /// What waits until its work is done.
    #[expect(clippy::box_collection, reason = "a toy that nobody asks anything should be small")]
    pub waiting: Option<Box<VecDeque<Request>>>,
    /// What is tried again in the next second, because it could not be written down: one for each hand at most.
    #[expect(clippy::box_collection, reason = "a toy that nobody asks anything should be small")]
    pub later: Option<Box<Vec<Request>>>,
    /// Work is done for it: nothing else may begin.
    pub busy: bool,
    /// A clock that is being set.
    pub setting: Option<Box<super::setting::Setting>>,
}

/// What comes out of living, beside what is shown.
#[derive(Default)]
pub(super) struct Yield {
    pub diary: Vec<NewDiary>,
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
        self.guarded(moment, out, |toy, out| {
            while toy.lived < to {
                let look = (toy.lived / LOOK + 1) * LOOK;
                // What was told when it was lived before was looked at there.
                let look = toy.told.filter(|told| *told > toy.lived).map_or(look, |told| told.min(look));
                let next = to.min(look);
                let Some(body) = &mut toy.body else { return };
                match &toy.stage {
                    Some(stage) => body.machine.advance(next, &mut Ears { watcher: &mut body.watcher, stage }),
                    None => body.machine.advance(next, &mut body.watcher),
                }
                toy.lived = next;
                if next == look {
                    toy.look(moment, false, &mut out.diary);
                }
                #[cfg(test)]
                super::tests::fail(toy.id, next);
            }
        });
    }

    /// Does something to it. If that fails, the toy is broken; what it has left behind is dropped unseen.
    pub fn guarded<T>(
        &mut self,
        moment: &Moment,
        out: &mut Yield,
        work: impl FnOnce(&mut Toy, &mut Yield) -> T,
    ) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self, out)));
        if done.is_err() {
            self.fall(moment, out);
        }
        done.ok()
    }

    /// Its machine has failed.
    pub fn fall(&mut self, moment: &Moment, out: &mut Yield) {
        if self.body.take().is_some() {
            self.anchor = Anchor { tick: self.lived, at: moment.millis, ..self.anchor };
            self.state = ToyState::Broken;
            out.fallen.push(self.id);
        }
    }

    /// Shows those who watch what is new.
    pub fn show(&mut self, moment: &Moment) {
        if self.stage.is_some() {
            let condition = self.condition(moment);
            let machine = self.body.as_ref().map(|body| &body.machine);
            #[cfg(test)]
            super::tests::fail_to_show(self.id, machine.map_or(0, eggtooth_toy::Machine::tick));
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

    /// A request waits until the toy's work is done. Of many, the next is refused; but whoever goes is waited for: there
    /// are no more of them than there were live links.
    pub fn wait(&mut self, request: Request) {
        let waiting = self.waiting.get_or_insert_default();
        if waiting.len() < WAITING || matches!(request, Request::LetGo { .. }) {
            waiting.push_back(request);
        } else {
            request.refuse(HostError::Busy);
        }
    }

    /// What could not be written down is tried again, once however often it failed.
    pub fn try_later(&mut self, request: Request) {
        let later = self.later.get_or_insert_default();
        let same = |other: &Request| match (other, &request) {
            (Request::LetGo { client, .. }, Request::LetGo { client: other, .. }) => client == other,
            (other, request) => std::mem::discriminant(other) == std::mem::discriminant(request),
        };
        if !later.iter().any(same) {
            later.push(request);
        }
    }

    /// Its work is done.
    pub fn done(&mut self, then: Then, moment: &Moment) {
        self.busy = false;
        self.gate = u64::MAX;
        then(self, moment);
    }
}
