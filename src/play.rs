//! The game: opens the shelf, puts a pet on the desk and composes the plugins.

mod preflight;
mod rest;

use crate::cli::PlayArguments;
use bevy::app::{App, AppExit, PluginGroup, Startup};
use bevy::ecs::prelude::*;
use bevy::log::{Level, LogPlugin, error};
use bevy::prelude::DefaultPlugins;
use bevy::window::{Window, WindowPlugin, WindowResolution};
use bevy::winit::{EventLoopProxyWrapper, WinitUserEvent};
use eggtooth_buzzer::{BuzzerPlugin, BuzzerSettings};
use eggtooth_cartridge::Cartridge;
use eggtooth_desk::DeskPlugin;
use eggtooth_prong::face::{ProngPlugin, ProngSettings, Wake};
use eggtooth_screen::ScreenPlugin;
use eggtooth_shell::ShellPlugin;
use eggtooth_toy::face::{Notice, Pace, ShelfCommand, Shown, Toy, ToyPlugin};
use eggtooth_toy::{Home, Request, Session, name_of_file};
use std::process::ExitCode;

/// The window at first start: the size all screenshots are judged at.
const WINDOW: (u32, u32) = (1280, 720);

/// Libraries whose warnings are about this computer, in words that help no player.
const LOUD_LIBRARIES: &str = "winit=error,bevy_render=error,wgpu=error,naga=error,calloop=error";

/// Opens the window and plays until it is closed.
///
/// # Errors
/// When the ROM, the pet or the data folder is not to be had, or there is no display or graphics
/// driver; each says what to do.
pub fn play(arguments: PlayArguments) -> anyhow::Result<ExitCode> {
    let rom = arguments.rom.as_deref().map(Cartridge::open).transpose()?;
    let rom_name = arguments.rom.as_deref().and_then(name_of_file);
    preflight::check()?;
    let home = Home::open(arguments.data_dir)?;
    let started = home.start(Request { rom, rom_name, toy: arguments.toy })?;
    let pace = Pace { speed: arguments.speed, ..Pace::default() };
    let mut app = App::new();
    preflight::guarded(|| {
        app.add_plugins(
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
        );
    })?;
    app.add_plugins((ToyPlugin, ScreenPlugin, ShellPlugin, BuzzerPlugin, ProngPlugin, DeskPlugin, rest::plugin))
        .set_error_handler(bevy::ecs::error::error)
        .insert_resource(home)
        .add_systems(Startup, wake)
        .add_systems(Startup, move |mut settings: ResMut<BuzzerSettings>| settings.muted |= arguments.mute);
    let mut place = Some((started.session, started.notices));
    app.add_systems(
        Startup,
        move |mut commands: Commands, mut notices: MessageWriter<Notice>, mut shelf: MessageWriter<ShelfCommand>| {
            let Some((session, texts)) = place.take() else { return };
            put_on_desk(&mut commands, session, pace);
            notices.write_batch(texts.into_iter().map(Notice));
            shelf.write(ShelfCommand::Refresh);
        },
    );
    match app.run() {
        AppExit::Success => Ok(ExitCode::SUCCESS),
        AppExit::Error(code) => {
            error!("the game ended with status {code}");
            Ok(ExitCode::from(1))
        }
    }
}

/// What a link tells wakes the loop, which sleeps between pictures.
fn wake(proxy: Res<EventLoopProxyWrapper>, mut links: ResMut<ProngSettings>) {
    let proxy = (**proxy).clone();
    links.wake = Wake::new(move || {
        // A loop that has ended needs no waking.
        let _ = proxy.send_event(WinitUserEvent::WakeUp);
    });
}

fn put_on_desk(commands: &mut Commands, session: Session, pace: Pace) {
    commands.spawn((Toy(session), Shown, pace));
}
