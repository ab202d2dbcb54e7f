//! The game itself, in a window or on a page: puts a pet on the desk and the plugins together.

mod rest;

use bevy::app::{App, Startup};
use bevy::ecs::prelude::*;
use bevy::winit::{EventLoopProxyWrapper, WinitUserEvent};
use eggtooth_buzzer::{BuzzerPlugin, BuzzerSettings};
use eggtooth_cartridge::Cartridge;
use eggtooth_desk::{DaycareStart, DeskPlugin};
use eggtooth_prong::face::{ProngPlugin, ProngSettings, Wake};
use eggtooth_screen::ScreenPlugin;
use eggtooth_shell::ShellPlugin;
use eggtooth_toy::face::{Notice, Pace, Remote, ShelfCommand, Shown, Toy, ToyPlugin};
use eggtooth_toy::{Home, Request, Session};

/// Libraries whose warnings are about this computer, in words that help no player.
pub const LOUD_LIBRARIES: &str = "winit=error,bevy_render=error,wgpu=error,naga=error,calloop=error";

/// What the player has asked for.
#[derive(Default)]
pub struct Wanted {
    /// A daycare, as typed.
    pub daycare: Option<String>,
    /// A pet's name; with a daycare, a toy's there.
    pub toy: Option<String>,
    /// A ROM they brought.
    pub rom: Option<Cartridge>,
    /// What a new pet with it is called.
    pub rom_name: Option<String>,
}

impl Wanted {
    /// Where the desk goes to at first.
    pub fn daycare_start(&self) -> Option<DaycareStart> {
        let daycare = self.daycare.clone()?;
        Some(DaycareStart { daycare, toy: self.toy.clone() })
    }
}

/// What lies on the desk at first.
pub enum Start {
    /// A pet that lives here.
    Pet(Box<Session>),
    /// A toy that lives in a daycare, which the desk goes to.
    Elsewhere(Box<Remote>),
}

/// Finds the pet that was asked for; with it, sentences for the player. Nobody who means a toy in a daycare gets a
/// pet hatched here.
///
/// # Errors
/// When the ROM or the pet is not to be had; each says what to do.
pub fn begin(home: &Home, wanted: &Wanted) -> anyhow::Result<(Start, Vec<String>)> {
    let read_only = || home.read_only().map(|reason| format!("Nothing will be saved: {reason}")).into_iter().collect();
    if let Some(daycare) = &wanted.daycare {
        let name = wanted.toy.clone().unwrap_or_else(|| "Daycare".into());
        let remote = Remote { name, daycare: daycare.clone(), ..Remote::default() };
        return Ok((Start::Elsewhere(Box::new(remote)), read_only()));
    }
    let named = wanted.toy.as_deref().and_then(|name| home.elsewhere(name));
    let last = || home.last_handle().filter(|_| wanted.toy.is_none() && wanted.rom.is_none());
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
    let started =
        home.start(Request { rom: wanted.rom.clone(), rom_name: wanted.rom_name.clone(), toy: wanted.toy.clone() })?;
    Ok((Start::Pet(Box::new(started.session)), started.notices))
}

/// Adds everything that is ours to an app that has Bevy's own plugins.
pub fn put_together(
    app: &mut App,
    home: Home,
    daycare: Option<DaycareStart>,
    start: Start,
    notices: Vec<String>,
    pace: Pace,
    mute: bool,
) {
    app.add_plugins((ToyPlugin, ScreenPlugin, ShellPlugin, BuzzerPlugin, ProngPlugin, DeskPlugin, rest::plugin))
        .set_error_handler(bevy::ecs::error::error)
        .insert_resource(home)
        .add_systems(Startup, wake)
        .add_systems(Startup, move |mut settings: ResMut<BuzzerSettings>| settings.muted |= mute);
    if let Some(daycare) = daycare {
        app.insert_resource(daycare);
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
}

/// What a link tells wakes the loop, which sleeps between pictures.
fn wake(proxy: Res<EventLoopProxyWrapper>, mut links: ResMut<ProngSettings>) {
    let proxy = (**proxy).clone();
    links.wake = Wake::new(move || {
        // A loop that has ended needs no waking.
        let _ = proxy.send_event(WinitUserEvent::WakeUp);
    });
}
