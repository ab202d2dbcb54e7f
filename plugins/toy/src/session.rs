//! One pet being played: its machine, and when it is saved.

use crate::machine::{Machine, STATE};
use eggtooth_chip::TICKS_PER_SECOND;
use eggtooth_vault::{DataDir, Envelope, Slug, VaultError};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Life after which a pet is saved: a little less than the 30 s that a crash may cost.
const LIFE_BETWEEN_SAVES: u64 = 28 * TICKS_PER_SECOND;
/// However fast a pet lives, the disk is not written more often than this.
const REST_BETWEEN_SAVES: Duration = Duration::from_secs(1);

/// Seconds since 1970-01-01 UTC by this computer's clock; 0 before that.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |span| span.as_secs())
}

/// A pet taken from the shelf.
#[derive(Debug)]
pub struct Session {
    dir: Arc<DataDir>,
    /// Its folder; `None` for a pet that cannot be saved.
    slug: Option<Slug>,
    /// What was loaded, with blocks that this program does not know.
    envelope: Envelope,
    /// The electronics.
    pub machine: Machine,
    saved_tick: u64,
    saved_when: Instant,
}

impl Session {
    pub(crate) fn new(dir: Arc<DataDir>, slug: Option<Slug>, envelope: Envelope, machine: Machine) -> Session {
        let saved_tick = machine.tick();
        Session { dir, slug, envelope, machine, saved_tick, saved_when: Instant::now() }
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

    /// Saves now if anything was lived since the last save.
    ///
    /// # Errors
    /// When the shelf cannot write; the older saves are untouched.
    pub fn save(&mut self) -> Result<(), VaultError> {
        let (Some(slug), true) = (&self.slug, self.dir.is_writer()) else {
            return Ok(());
        };
        if self.machine.tick() == self.saved_tick {
            return Ok(());
        }
        // A failure counts as a try: the next one comes after the usual time, not at once.
        self.saved_when = Instant::now();
        self.envelope.meta.saved_at = now();
        self.envelope.meta.tick = self.machine.tick();
        self.envelope.set_value(STATE, self.machine.state())?;
        self.dir.save(slug, &self.envelope)?;
        self.saved_tick = self.machine.tick();
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
