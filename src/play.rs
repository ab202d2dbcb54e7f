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
use eggtooth_desk::{DaycareStart, DeskPlugin};
use eggtooth_prong::face::{ProngPlugin, ProngSettings, Wake};
use eggtooth_screen::ScreenPlugin;
use eggtooth_shell::ShellPlugin;
use eggtooth_toy::face::{Notice, Pace, Remote, ShelfCommand, Shown, Toy, ToyPlugin};
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
    let home = Home::open(arguments.data_dir.clone())?;
    let (start, notices) = begin(&home, &arguments, rom, rom_name)?;
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
    if let Some(daycare) = arguments.daycare {
        app.insert_resource(DaycareStart { daycare, toy: arguments.toy });
    }
    let mut place = Some((start, notices));
    app.add_systems(
        Startup,
        move |mut commands: Commands, mut notices: MessageWriter<Notice>, mut shelf: MessageWriter<ShelfCommand>| {
            let Some((start, texts)) = place.take() else { return };
            match start {
                Start::Pet(session) => drop(commands.spawn((Toy(*session), Shown, pace))),
                Start::Elsewhere(remote) => drop(commands.spawn((*remote, Shown))),
            }
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

/// What lies on the desk at first.
enum Start {
    Pet(Box<Session>),
    /// A toy that lives in a daycare, which the desk goes to.
    Elsewhere(Box<Remote>),
}

/// Finds the pet that was asked for; with it, sentences for the player. Nobody who means a toy in a daycare gets a
/// pet hatched here.
fn begin(
    home: &Home,
    arguments: &PlayArguments,
    rom: Option<Cartridge>,
    rom_name: Option<String>,
) -> anyhow::Result<(Start, Vec<String>)> {
    let read_only = || home.read_only().map(|reason| format!("Nothing will be saved: {reason}")).into_iter().collect();
    if let Some(daycare) = &arguments.daycare {
        let name = arguments.toy.clone().unwrap_or_else(|| "Daycare".into());
        let remote = Remote { name, daycare: daycare.clone(), ..Remote::default() };
        return Ok((Start::Elsewhere(Box::new(remote)), read_only()));
    }
    let named = arguments.toy.as_deref().and_then(|name| home.elsewhere(name));
    let last = || home.last_handle().filter(|_| arguments.toy.is_none() && arguments.rom.is_none());
    if let Some((entry, lease)) = named.or_else(last)
        && let Some(daycare) = lease.daycare()
    {
        let remote = Remote {
            name: entry.name().to_owned(),
            daycare: daycare.to_owned(),
            toy: lease.carriage().is_none().then(|| lease.toy()).flatten(),
            handle: Some(entry.slug),
            ..Remote::default()
        };
        return Ok((Start::Elsewhere(Box::new(remote)), read_only()));
    }
    let started = home.start(Request { rom, rom_name, toy: arguments.toy.clone() })?;
    Ok((Start::Pet(Box::new(started.session)), started.notices))
}
