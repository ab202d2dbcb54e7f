//! The Bevy face: from input to messages, from the toy to what the menu shows.

mod away;
mod clock;
mod daycare;
mod files;
mod friends;
mod input;
mod keep;
mod link;
mod obey;
#[cfg(target_family = "wasm")]
mod page;
mod shelf;
mod show;

pub use daycare::{DaycareHere, DaycareStart};
pub use friends::DeskFriends;

use crate::keys::Latch;
use crate::model::Action;
use crate::settings::{Debounce, DeskSettings};
use crate::view::View;
use bevy::app::{App, First, Last, Plugin, PostUpdate, PreStartup, PreUpdate, Update};
use bevy::ecs::prelude::*;
use bevy::input::InputSystems;
use bevy::window::RequestRedraw;
use bevy_egui::{EguiGlobalSettings, EguiPlugin, EguiPostUpdateSet, EguiPreUpdateSet, EguiPrimaryContextPass};
use eggtooth_prong::face::ProngPlugin;
use eggtooth_shell::ShellSystems;
use eggtooth_toy::face::ToySystems;

/// When the desk works.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeskSystems {
    /// Keys and gamepads become presses and actions (in `PreUpdate`).
    Input,
    /// Actions are obeyed (in `Update`, before the shelf).
    Obey,
    /// What came of them is told (in `Update`, after the shelf).
    Tell,
    /// Choices are written (in `Last`).
    Keep,
}

/// Menus, keys, settings and first start. Add it after Bevy's own plugins and the toy's; the data
/// folder ([`eggtooth_toy::Home`]) is inserted by the root before the app runs. Sound and shell are served where
/// their plugins are there.
#[derive(Debug, Default)]
pub struct DeskPlugin;

impl Plugin for DeskPlugin {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<EguiPlugin>() {
            app.add_plugins(EguiPlugin::default());
        }
        // There are several cameras; which one is the interface's is decided here.
        app.world_mut().resource_mut::<EguiGlobalSettings>().auto_create_primary_context = false;
        app.add_plugins(logic)
            .configure_sets(PostUpdate, ShellSystems::Decide.after(EguiPostUpdateSet::ProcessOutput))
            .add_systems(First, show::attach)
            .add_systems(PreUpdate, show::calm.after(EguiPreUpdateSet::ProcessInput))
            .add_systems(EguiPrimaryContextPass, show::show)
            .add_systems(
                PostUpdate,
                show::refresh.after(EguiPostUpdateSet::ProcessOutput).before(ShellSystems::Decide),
            );
    }
}

/// Everything but the drawing: runs without a window, too.
pub fn logic(app: &mut App) {
    if !app.is_plugin_added::<ProngPlugin>() {
        app.add_plugins(ProngPlugin);
    }
    app.add_plugins((files::plugin, friends::plugin, link::plugin));
    #[cfg(target_family = "wasm")]
    app.add_plugins(page::plugin);
    app.add_message::<Action>()
        .add_message::<RequestRedraw>()
        .init_resource::<DeskSettings>()
        .init_resource::<Debounce>()
        .init_resource::<Latch>()
        .insert_resource(View::new())
        .init_resource::<daycare::DeskDaycare>()
        .add_message::<eggtooth_shell::Prongs>()
        .init_resource::<shelf::Watches>()
        .insert_resource(clock::Pip::new())
        .configure_sets(PreUpdate, DeskSystems::Input.after(InputSystems))
        .configure_sets(
            Update,
            (DeskSystems::Obey.before(ToySystems::Shelf), DeskSystems::Tell.after(ToySystems::Shelf)),
        )
        .add_systems(PreStartup, keep::load)
        .add_systems(
            PreUpdate,
            (input::watch, input::press, input::shortcuts, input::focus).chain().in_set(DeskSystems::Input),
        )
        .add_systems(
            Update,
            (
                (
                    obey::settings,
                    obey::time,
                    obey::shelf,
                    obey::hands,
                    obey::view,
                    away::obey,
                    (daycare::begin, daycare::obey, daycare::press).chain(),
                )
                    .in_set(DeskSystems::Obey),
                (
                    shelf::watch,
                    shelf::told,
                    clock::work,
                    keep::apply,
                    away::tell,
                    (daycare::hear, daycare::live).chain(),
                )
                    .in_set(DeskSystems::Tell),
            ),
        )
        .add_systems(Last, keep::keep.in_set(DeskSystems::Keep));
}
