//! Recordings: a first snapshot and every input at its tick. `BLOCKS.md` has the bytes.

use crate::home::ToyError;
use crate::machine::{Machine, STATE};
use eggtooth_chip::{Button, TICKS_PER_SECOND};
use eggtooth_vault::{Envelope, FORMAT_VERSION, MAX_FILE, Meta, ReadError, Tag};
use serde::{Deserialize, Serialize};

/// The block that makes a save a recording.
pub const PLAY: Tag = Tag(*b"PLAY");
/// Most inputs of a recording: hours of somebody who never stops pressing, and less than a block holds.
pub const MAX_EVENTS: usize = 200_000;
/// The longest recording in ticks: ten years.
pub const MAX_TICKS: u64 = 315_576_000 * TICKS_PER_SECOND;
/// A tick that no toy reaches: two million years.
const END_OF_TIME: u64 = 1 << 61;

/// Something that happens to a toy from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Exactly these buttons are down from now on: bit 0 A, 1 B, 2 C, 3 the tap sensor.
    Buttons(u8),
    /// The reset pin is pressed.
    Reset,
    /// The cable clocks this byte into the serial interface, and eight bits out of it.
    Byte(u8),
}

impl Input {
    /// The buttons that are down.
    pub(crate) fn buttons(held: &[Button]) -> Input {
        Input::Buttons(held.iter().fold(0, |all, button| all | 1 << *button as u8))
    }

    /// The buttons that are down from now on.
    pub(crate) fn held(self) -> Vec<Button> {
        let Input::Buttons(mask) = self else { return Vec::new() };
        Button::ALL.into_iter().filter(|button| mask >> *button as u8 & 1 != 0).collect()
    }

    fn is_valid(self) -> bool {
        !matches!(self, Input::Buttons(mask) if mask > 15)
    }
}

/// An input and the tick at which the chip met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, in ticks of the toy.
    pub tick: u64,
    /// What.
    pub input: Input,
}

/// The value of the block `PLAY`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Play {
    end: u64,
    hash: [u8; 32],
    events: Vec<Event>,
}

/// Why a file is no recording that can be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It is no save at all, or damaged.
    #[error("this is no recording that can be played: {0}; record it again")]
    Unreadable(String),
    /// It is a save.
    #[error("this is a saved pet and not a recording; `eggtooth save import` puts it on the shelf")]
    Save,
    /// It is from a newer program.
    #[error(
        "the recording was made by a newer Eggtooth (format {found}, this one reads up to {FORMAT_VERSION}); update Eggtooth"
    )]
    Newer {
        /// Its format.
        found: u16,
    },
}

/// A life, or a part of one, that can be lived again to the same last bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Name, ROM, model and first snapshot.
    start: Envelope,
    play: Play,
}

impl Recording {
    /// The toy as it was at the start: name, ROM, model, tick and snapshot.
    #[must_use]
    pub fn start(&self) -> &Envelope {
        &self.start
    }

    /// The inputs; ticks do not fall.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.play.events
    }

    /// The tick at which it ends.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.play.end
    }

    /// How many ticks it lasts.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.play.end - self.start.meta.tick
    }

    /// [`Machine::state_hash`] at the end.
    #[must_use]
    pub fn hash(&self) -> &[u8; 32] {
        &self.play.hash
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// When the name is none or there are more inputs than fit.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ToyError> {
        let mut envelope = self.start.clone();
        envelope.set_value(PLAY, &self.play)?;
        Ok(envelope.to_bytes(1)?)
    }

    /// Reads a file. Never panics, whatever the bytes; at most 16 MiB.
    ///
    /// # Errors
    /// A sentence about what the file is instead, or what is wrong in it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Recording, RecordingError> {
        let bad = |what: &str| RecordingError::Unreadable(what.to_owned());
        if bytes.len() as u64 > MAX_FILE {
            return Err(bad("it is larger than 16 MiB"));
        }
        let (mut start, _) = Envelope::from_bytes(bytes).map_err(|error| match error {
            ReadError::Newer(found) => RecordingError::Newer { found },
            ReadError::Damage(damage) => RecordingError::Unreadable(damage.to_string()),
        })?;
        if start.block(PLAY).is_none() {
            return Err(RecordingError::Save);
        }
        let play: Play = start.value(PLAY).map_err(|error| RecordingError::Unreadable(error.to_string()))?;
        start.remove_block(PLAY);
        if play.events.len() > MAX_EVENTS {
            return Err(bad("it has more inputs than a recording may have"));
        }
        let ticks: Vec<u64> =
            [start.meta.tick].into_iter().chain(play.events.iter().map(|event| event.tick)).chain([play.end]).collect();
        if !ticks.is_sorted() {
            return Err(bad("its inputs are not in order of time"));
        }
        if play.end > END_OF_TIME || play.end - start.meta.tick > MAX_TICKS {
            return Err(bad("it is longer than ten years"));
        }
        if !play.events.iter().all(|event| event.input.is_valid()) {
            return Err(bad("it presses a button that no toy has"));
        }
        Ok(Recording { start, play })
    }
}

/// Writes down a toy's inputs while it lives.
#[derive(Clone, Debug)]
pub struct Recorder {
    start: Envelope,
    events: Vec<Event>,
    /// The end and the hash there, if there were more inputs than fit.
    closed: Option<(u64, [u8; 32])>,
}

impl Recorder {
    pub(crate) fn new(machine: &Machine, name: &str) -> Result<Recorder, ToyError> {
        // No time of day: the same life gives the same file.
        let meta = Meta {
            name: eggtooth_vault::check_name(name)?,
            rom: *machine.identity(),
            model: machine.model().name.into(),
            saved_at: 0,
            tick: machine.tick(),
        };
        let mut start = Envelope::new(meta);
        start.set_value(STATE, machine.state())?;
        Ok(Recorder { start, events: Vec::new(), closed: None })
    }

    pub(crate) fn note(&mut self, tick: u64, input: Input) {
        if self.closed.is_none() {
            self.events.push(Event { tick, input });
        }
    }

    /// The tick at which it began.
    #[must_use]
    pub fn start_tick(&self) -> u64 {
        self.start.meta.tick
    }

    /// Whether there is no room for another input: the recording ends, or has ended, before it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.events.len() >= MAX_EVENTS
    }

    pub(crate) fn close(&mut self, tick: u64, hash: [u8; 32]) {
        self.closed.get_or_insert((tick, hash));
    }

    pub(crate) fn finish(self, tick: u64, hash: [u8; 32]) -> Recording {
        let (end, hash) = self.closed.unwrap_or((tick, hash));
        Recording { start: self.start, play: Play { end, hash, events: self.events } }
    }
}
