//! The game in a window.

mod preflight;

use crate::cli::PlayArguments;
use bevy::app::{App, AppExit, PluginGroup};
use bevy::log::{Level, LogPlugin, error};
use bevy::prelude::DefaultPlugins;
use bevy::window::{Window, WindowPlugin, WindowResolution};
use eggtooth::game::{self, LOUD_LIBRARIES, Wanted};
use eggtooth_cartridge::Cartridge;
use eggtooth_screen::stage::without_sprites;
use eggtooth_toy::face::Pace;
use eggtooth_toy::{Home, name_of_file};
use std::process::ExitCode;

/// The window at first start: the size all screenshots are judged at.
const WINDOW: (u32, u32) = (1280, 720);

/// Opens the window and plays until it is closed.
///
/// # Errors
/// When the ROM, the pet or the data folder is not to be had, or there is no display or graphics
/// driver; each says what to do.
pub fn play(arguments: PlayArguments) -> anyhow::Result<ExitCode> {
    let rom = arguments.rom.as_deref().map(Cartridge::open).transpose()?;
    let rom_name = arguments.rom.as_deref().and_then(name_of_file);
    preflight::check()?;
    let home = Home::open(arguments.data_dir.clone())?;
    let wanted = Wanted { daycare: arguments.daycare, toy: arguments.toy, rom, rom_name };
    let (start, notices) = game::begin(&home, &wanted)?;
    let pace = Pace { speed: arguments.speed, ..Pace::default() };
    let mut app = App::new();
    preflight::guarded(|| {
        app.add_plugins(without_sprites(
            DefaultPlugins
                .set(WindowPlugin {
                    primary_window: Some(Window {
                        title: "Eggtooth".into(),
                        name: Some("eggtooth".into()),
                        resolution: WindowResolution::new(WINDOW.0, WINDOW.1),
                        ..Window::default()
                    }),
                    ..WindowPlugin::default()
                })
                .set(LogPlugin { level: Level::WARN, filter: LOUD_LIBRARIES.into(), ..LogPlugin::default() }),
        ));
    })?;
    game::put_together(&mut app, home, wanted.daycare_start(), start, notices, pace, arguments.mute);
    match app.run() {
        AppExit::Success => Ok(ExitCode::SUCCESS),
        AppExit::Error(code) => {
            error!("the game ended with status {code}");
            Ok(ExitCode::from(1))
        }
    }
}
