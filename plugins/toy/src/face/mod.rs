//! The Bevy face: components, messages and the fixed-timestep system.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use eggtooth_chip::{Button, Edge, Frame, Tone};

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

/// The latest picture on a toy's LCD.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcdFrame(pub Frame);

/// What a toy's buzzer sounds at the moment.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuzzerTone(pub Option<Tone>);

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
    /// Autosave.
    Save,
}

/// Advances every toy.
pub struct ToyPlugin;

impl Plugin for ToyPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<Press>().add_message::<ToyEdge>();
    }
}
