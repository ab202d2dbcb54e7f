//! Choices: read at the start, put into effect, written when they settle.

use crate::model::Quality;
use crate::settings::{self, Debounce, DeskSettings};
use crate::view::View;
use bevy::app::AppExit;
use bevy::ecs::prelude::*;
use bevy::time::{Real, Time};
use bevy::window::WindowCloseRequested;
use eggtooth_buzzer::face::BuzzerSettings;
use eggtooth_shell::{Design, FollowShown, ShellDesign};
use eggtooth_toy::Home;

/// Reads the choices before anything else starts.
pub(super) fn load(
    home: Option<Res<Home>>,
    buzzer: Option<ResMut<BuzzerSettings>>,
    mut settings: ResMut<DeskSettings>,
    mut debounce: ResMut<Debounce>,
    mut view: ResMut<View>,
) {
    let Some(home) = home else { return };
    let (read, notice) = settings::load(&home);
    *settings = read;
    debounce.written(&settings);
    if let Some(notice) = notice {
        view.toasts.say(notice);
    }
    // `--mute` holds for one run: it is or has been put into the buzzer and does not become a choice.
    if let Some(mut buzzer) = buzzer {
        buzzer.volume = f32::from(settings.volume) / 100.0;
        buzzer.muted |= settings.muted;
    }
}

/// Puts the choices into effect, also on what appears later.
pub(super) fn apply(
    settings: Res<DeskSettings>,
    buzzer: Option<ResMut<BuzzerSettings>>,
    quality: Option<ResMut<eggtooth_shell::Quality>>,
    // Friends at the table have their own.
    mut shells: Query<&mut ShellDesign, With<FollowShown>>,
) {
    let volume = f32::from(settings.volume) / 100.0;
    if let Some(mut buzzer) = buzzer
        && buzzer.volume != volume
    {
        buzzer.volume = volume;
    }
    if let Some(mut quality) = quality {
        quality.set_if_neq(match settings.quality {
            Quality::Auto => eggtooth_shell::Quality::Auto,
            Quality::Low => eggtooth_shell::Quality::Low,
            Quality::Medium => eggtooth_shell::Quality::Medium,
            Quality::High => eggtooth_shell::Quality::High,
        });
    }
    let design = ShellDesign(Design::named(&settings.design).unwrap_or_default());
    for mut shell in &mut shells {
        shell.set_if_neq(design);
    }
}

/// Writes what has changed and settled; at once when the program ends.
pub(super) fn keep(
    time: Res<Time<Real>>,
    home: Option<Res<Home>>,
    settings: Res<DeskSettings>,
    mut debounce: ResMut<Debounce>,
    mut closing: MessageReader<WindowCloseRequested>,
    mut exits: MessageReader<AppExit>,
    mut view: ResMut<View>,
    mut failed: Local<bool>,
) {
    let hurry = closing.read().count() + exits.read().count() > 0;
    let Some(home) = home.filter(|home| home.dir().is_writer()) else { return };
    if !debounce.due(&settings, time.delta_secs(), hurry) {
        return;
    }
    // A failure is told once and not tried again until the next change.
    debounce.written(&settings);
    match settings::save(&home, &settings) {
        Ok(()) => *failed = false,
        Err(error) if !*failed => {
            *failed = true;
            view.toasts.say(error.to_string());
        }
        Err(_) => {}
    }
}
