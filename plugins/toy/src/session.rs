//! One pet being played: its machine, and when it is saved.

use crate::absence::{Absence, Choice, LEFT, Left, left};
use crate::clocks::wall;
use crate::machine::{Machine, STATE};
use crate::watch::Watch;
use eggtooth_chip::TICKS_PER_SECOND;
use eggtooth_vault::{DataDir, Envelope, Slug, VaultError};
use std::sync::Arc;
use std::time::Duration;
use web_time::Instant;

/// Life after which a pet is saved: a little less than the 30 s that a crash may cost.
const LIFE_BETWEEN_SAVES: u64 = 28 * TICKS_PER_SECOND;
/// However fast a pet lives, the disk is not written more often than this.
const REST_BETWEEN_SAVES: Duration = Duration::from_secs(1);
/// A pet that stood still is written again when it was left so much later, in milliseconds.
const STANDSTILL: u64 = 1000;

/// Seconds since 1970-01-01 UTC by this computer's clock; 0 before that.
#[must_use]
pub fn now() -> u64 {
    wall().as_secs()
}

/// The same in milliseconds.
#[must_use]
pub fn now_millis() -> u64 {
    u64::try_from(wall().as_millis()).unwrap_or(u64::MAX)
}

/// A pet taken from the shelf.
#[derive(Debug)]
pub struct Session {
    dir: Arc<DataDir>,
    /// Its folder; `None` for a pet that cannot be saved.
    slug: Option<Slug>,
    /// What was loaded, with blocks that this program does not know.
    envelope: Envelope,
    /// What is known of its memory.
    watch: Watch,
    /// The electronics.
    pub machine: Machine,
    saved_tick: u64,
    saved_when: Instant,
    /// What `LEFT` says in the last save, in milliseconds since 1970.
    saved_left: u64,
    /// When it was left, until somebody decides what becomes of the absence.
    left: Option<u64>,
    /// Time that the pet has still to live, or that nobody has decided about.
    behind: Duration,
    /// Something beside the pet's life is to be saved.
    changed: bool,
}

impl Session {
    /// A pet that was on the shelf.
    pub(crate) fn new(dir: Arc<DataDir>, slug: Option<Slug>, envelope: Envelope, machine: Machine) -> Session {
        let left = left(&envelope);
        Session { left, saved_left: left.unwrap_or(0), ..Session::fresh(dir, slug, envelope, machine) }
    }

    /// A pet that was nowhere before.
    pub(crate) fn fresh(dir: Arc<DataDir>, slug: Option<Slug>, envelope: Envelope, machine: Machine) -> Session {
        Session {
            dir,
            slug,
            envelope,
            watch: Watch::default(),
            saved_tick: machine.tick(),
            saved_when: Instant::now(),
            saved_left: now_millis(),
            left: None,
            behind: Duration::ZERO,
            changed: false,
            machine,
        }
    }

    pub(crate) fn knowing(self, watch: Watch) -> Session {
        Session { watch, ..self }
    }

    /// What is known of its memory.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Whether [`Session::take_absence`] has something to say.
    #[must_use]
    pub fn was_away(&self) -> bool {
        self.left.is_some()
    }

    /// How long the pet was away when it was taken from the shelf, if `now` (milliseconds since 1970
    /// UTC) is the moment from which on it lives again. Says so once; until [`Session::set_behind`] says
    /// otherwise, a save keeps the absence.
    pub fn take_absence(&mut self, now: u64) -> Absence {
        let absence = self.left.take().map_or_else(Absence::default, |left| Absence::between(left, now));
        self.behind = absence.time;
        absence
    }

    /// Says how much of the time until now the pet has not lived yet: a save made now is one of then.
    pub fn set_behind(&mut self, behind: Duration) {
        self.behind = behind;
    }

    /// What becomes of absences.
    #[must_use]
    pub fn choice(&self) -> Choice {
        Choice::of(&self.envelope)
    }

    /// Changes that, from the next save on also for later.
    ///
    /// # Errors
    /// None that a single byte can cause.
    pub fn set_choice(&mut self, choice: Choice) -> Result<(), VaultError> {
        if self.choice() != choice {
            choice.put(&mut self.envelope)?;
            self.changed = true;
        }
        Ok(())
    }

    /// The pet's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.envelope.meta.name
    }

    /// Takes over a new name that the shelf has accepted.
    pub fn set_name(&mut self, name: String) {
        self.envelope.meta.name = name;
    }

    /// Its folder on the shelf; `None` for a pet that cannot be saved.
    #[must_use]
    pub fn slug(&self) -> Option<&Slug> {
        self.slug.as_ref()
    }

    /// Saves now if anything was lived since the last save, or time stood still.
    ///
    /// # Errors
    /// When the shelf cannot write; the older saves are untouched.
    pub fn save(&mut self) -> Result<(), VaultError> {
        let (Some(slug), true) = (&self.slug, self.dir.is_writer()) else {
            return Ok(());
        };
        let behind = u64::try_from(self.behind.as_millis()).unwrap_or(u64::MAX);
        let at = now_millis().saturating_sub(behind);
        let tick = self.machine.tick();
        // Nothing is decided yet about the time since it was left.
        let stood_still = self.left.is_none() && at.abs_diff(self.saved_left) >= STANDSTILL;
        if tick == self.saved_tick && !stood_still && !self.changed {
            return Ok(());
        }
        // A failure counts as a try: the next one comes after the usual time, not at once.
        self.saved_when = Instant::now();
        self.envelope.meta.saved_at = now();
        self.envelope.meta.tick = tick;
        let at = if tick == self.saved_tick { self.left.unwrap_or(at) } else { at };
        self.envelope.set_value(LEFT, &Left { tick, at })?;
        self.envelope.set_value(STATE, self.machine.state())?;
        self.dir.save(slug, &self.envelope)?;
        (self.saved_tick, self.saved_left, self.changed) = (tick, at, false);
        Ok(())
    }

    /// Saves if enough has been lived since the last time. Returns whether it did.
    ///
    /// # Errors
    /// As [`Session::save`].
    pub fn autosave(&mut self) -> Result<bool, VaultError> {
        let due = self.machine.tick() - self.saved_tick >= LIFE_BETWEEN_SAVES
            && self.saved_when.elapsed() >= REST_BETWEEN_SAVES;
        if due {
            self.save()?;
        }
        Ok(due)
    }
}
