//! The Bevy face: components, messages and the fixed-timestep system.
//!
//! `desk` and `shell` write [`Press`] and [`ShelfCommand`]; `screen` and `buzzer` read what comes
//! out. The root spawns one entity with a [`Toy`]; everything else it needs comes with it.

mod advance;
mod away;
mod quiet;
mod remote;
mod save;
mod shelf;
mod tape;

use bevy_app::{App, FixedUpdate, Last, Plugin, RunFixedMainLoop, RunFixedMainLoopSystems, Update};
use bevy_ecs::prelude::*;
use eggtooth_chip::{Button, Edge, Frame, Tone};

use crate::Session;
pub use advance::{FAST_FORWARD, Owed, SPEEDS, STEP};
pub use away::{Away, AwayCommand, AwayView, Clocks, WhileAway, question};
pub use quiet::Quiet;
pub use remote::{Came, Condition, Fed, Remote, Wire, play};
pub use save::SaveNow;
pub use shelf::{ShelfCommand, ShelfView};
pub use tape::{Tape, TapeCommand};

/// A pet that is being played. One entity is one place on the desk: another pet from the shelf
/// takes the place of the one before.
#[derive(Component, Debug)]
#[require(LcdFrame, BuzzerTone, Pace, Clock, Away, Tape, advance::Drawn)]
pub struct Toy(pub Session);

/// A button of a toy goes down or up.
#[derive(Message, Clone, Copy, Debug)]
pub struct Press {
    /// The toy.
    pub toy: Entity,
    /// Which button.
    pub button: Button,
    /// True for down.
    pub down: bool,
}

/// An output of a toy's chip changed at an exact tick; written in order.
#[derive(Message, Clone, Copy, Debug)]
pub struct ToyEdge {
    /// The toy.
    pub toy: Entity,
    /// When, in ticks of the chip.
    pub tick: u64,
    /// What.
    pub edge: Edge,
}

/// The attention icon of a toy went on.
#[derive(Message, Clone, Copy, Debug)]
pub struct PetCalled {
    /// The toy.
    pub toy: Entity,
}

/// Another pet took a toy's place, or the same one lived without being watched: its tick counter and
/// outputs have nothing to do with what was.
#[derive(Message, Clone, Copy, Debug)]
pub struct ToySwapped {
    /// The toy.
    pub toy: Entity,
}

/// A sentence for the player.
#[derive(Message, Clone, Debug)]
pub struct Notice(pub String);

/// The latest picture on a toy's LCD.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcdFrame(pub Frame);

/// What a toy's buzzer sounds at the moment.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuzzerTone(pub Option<Tone>);

/// How fast a toy's time passes.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Times real time, one of [`SPEEDS`].
    pub speed: u32,
    /// Time stands still.
    pub paused: bool,
    /// As [`FAST_FORWARD`], until the pet calls.
    pub fast_forward: bool,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { speed: 1, paused: false, fast_forward: false }
    }
}

/// The tick a toy's time has reached; its chip may be a few ticks ahead.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock(pub u64);

/// Marks the toy that lies on the desk, the one that keys and menus mean.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Shown;

/// The steps of a toy's frame, in order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToySystems {
    /// Presses are latched (before the fixed steps).
    Input,
    /// The chip advances (in `FixedUpdate`).
    Advance,
    /// The shelf's commands, and recordings (in `Update`).
    Shelf,
    /// Absences are decided about and lived (in `Update`, after the shelf).
    Away,
    /// Autosave (in `Last`).
    Save,
}

/// Advances and saves every toy, and serves the shelf.
#[derive(Debug)]
pub struct ToyPlugin;

impl Plugin for ToyPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<Press>()
            .add_message::<ToyEdge>()
            .add_message::<PetCalled>()
            .add_message::<ToySwapped>()
            .add_message::<Notice>()
            .add_message::<SaveNow>()
            .add_message::<ShelfCommand>()
            .add_message::<AwayCommand>()
            .add_message::<WhileAway>()
            .add_message::<TapeCommand>()
            .init_resource::<Clocks>()
            .init_resource::<Owed>()
            .init_resource::<ShelfView>()
            .init_resource::<Quiet>()
            .add_systems(
                RunFixedMainLoop,
                (away::arrive, advance::owe, advance::latch)
                    .chain()
                    .in_set(ToySystems::Input)
                    .in_set(RunFixedMainLoopSystems::BeforeFixedMainLoop),
            )
            .add_systems(FixedUpdate, advance::advance.in_set(ToySystems::Advance))
            .add_systems(
                Update,
                (
                    (shelf::serve, tape::obey, tape::watch).chain().in_set(ToySystems::Shelf),
                    (away::obey, away::live).chain().in_set(ToySystems::Away),
                )
                    .chain(),
            )
            .add_systems(Last, (quiet::look_ahead, save::save.in_set(ToySystems::Save)));
    }
}
