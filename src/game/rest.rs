//! Sleeping between pictures: the program wakes when something will change, not to look whether it did.

use bevy::app::{App, Last};
use bevy::ecs::prelude::*;
use bevy::winit::{UpdateMode, WinitSettings};
use eggtooth_toy::face::Quiet;
use std::time::Duration;

/// Between two looks at a toy that does nothing.
const LONGEST: Duration = Duration::from_secs(1);
/// Between two pictures of a toy that does something.
const SHORTEST: Duration = Duration::from_micros(15_625);

/// Sets the window loop's waiting time after every frame.
pub fn plugin(app: &mut App) {
    app.insert_resource(WinitSettings::desktop_app()).add_systems(Last, rest);
}

/// Input and redraw requests wake the loop earlier.
fn rest(quiet: Res<Quiet>, mut winit: ResMut<WinitSettings>) {
    let mode = UpdateMode::reactive_low_power(quiet.0.clamp(SHORTEST, LONGEST));
    if winit.focused_mode != mode {
        winit.focused_mode = mode;
        winit.unfocused_mode = mode;
    }
}
