//! What those who watch a toy see and hear.

use super::{Condition, Counted, Picture, SOUNDS, Sound, Watching};
use eggtooth_toy::{Edge, Machine, Sink, Watcher};
use tokio::sync::{broadcast, watch};

/// The senders; there while somebody watches.
#[derive(Debug)]
pub(super) struct Stage {
    pictures: watch::Sender<Picture>,
    sounds: broadcast::Sender<Sound>,
    condition: watch::Sender<Condition>,
    watchers: usize,
    /// [`Machine::drawings`] of the picture.
    drawn: Option<u64>,
}

impl Stage {
    /// Nobody watches yet.
    pub fn new() -> Stage {
        Stage {
            pictures: watch::Sender::new(Picture::default()),
            sounds: broadcast::Sender::new(SOUNDS),
            condition: watch::Sender::new(Condition::default()),
            watchers: 0,
            drawn: None,
        }
    }

    /// One more watches.
    pub fn join(&mut self, counted: Counted) -> Watching {
        self.watchers += 1;
        Watching {
            pictures: self.pictures.subscribe(),
            sounds: self.sounds.subscribe(),
            condition: self.condition.subscribe(),
            _counted: counted,
        }
    }

    /// One less watches.
    pub fn leave(&mut self) {
        self.watchers = self.watchers.saturating_sub(1);
    }

    /// How many watch. Of those whose leaving could not be told, nothing is left to receive.
    pub fn watchers(&self) -> usize {
        self.watchers.min(self.pictures.receiver_count())
    }

    /// Another machine's counter of drawings has nothing to do with the one before.
    pub fn forget(&mut self) {
        self.drawn = None;
    }

    /// Shows what is new.
    pub fn show(&mut self, machine: Option<&Machine>, condition: Condition) {
        self.condition.send_if_modified(|shown| {
            let new = *shown != condition;
            *shown = condition;
            new
        });
        let Some(machine) = machine else { return };
        let (drawings, tone) = (machine.drawings(), machine.tone());
        if self.drawn == Some(drawings) && self.pictures.borrow().tone == tone {
            return;
        }
        let frame = machine.frame();
        let first = self.drawn.replace(drawings).is_none();
        self.pictures.send_if_modified(|picture| {
            let new = first || picture.frame != frame || picture.tone != tone;
            if new {
                *picture = Picture { seq: picture.seq.wrapping_add(1), tick: machine.tick(), frame, tone };
            }
            new
        });
    }
}

/// Hears the buzzer for the diary and for those who watch.
pub(super) struct Ears<'a> {
    pub watcher: &'a mut Watcher,
    pub stage: &'a Stage,
}

impl Sink for Ears<'_> {
    fn edge(&mut self, tick: u64, edge: Edge) {
        self.watcher.edge(tick, edge);
        if let Edge::Tone(tone) = edge {
            let _ = self.stage.sounds.send(Sound { tick, tone });
        }
    }
}
