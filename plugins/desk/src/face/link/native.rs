//! Ports and files of a computer.

use super::{DeskLink, Purpose};
use crate::link::Ground;
use crate::view::View;
use bevy::app::App;
use bevy::ecs::prelude::*;
use bevy::ecs::system::{NonSendMarker, SystemParam};
use bevy::tasks::futures::check_ready;
use bevy::tasks::{IoTaskPool, Task};
use eggtooth_prong::transport::adapters::PortInfo;
use eggtooth_prong::transport::uart;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A dialog that is gone sooner was never there: this system has none.
const NO_DIALOG: Duration = Duration::from_millis(700);

/// What other threads are at.
#[derive(Resource, Default)]
pub(super) struct Waiting {
    search: Option<Task<Vec<PortInfo>>>,
    dialog: Option<(Task<Option<PathBuf>>, Instant, Purpose)>,
}

/// Looks for ports and files. A dialog must be begun on the main thread (macOS).
#[derive(SystemParam)]
pub(super) struct Hands<'w> {
    waiting: ResMut<'w, Waiting>,
    _main_thread: NonSendMarker,
}

/// What only a computer needs.
pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Waiting>();
}

/// On a computer.
pub(super) fn here() -> Ground {
    Ground::Computer
}

/// What is said of an item that is kept.
pub(super) fn kept(len: usize, path: &Path) -> String {
    format!("An item of {len} bytes came and is kept as {}.", path.display())
}

impl Hands<'_> {
    /// Looks which ports there are.
    pub(super) fn look(&mut self) {
        self.waiting.search = Some(IoTaskPool::get().spawn(async { uart::ports() }));
    }

    /// Shows the system's file dialog.
    pub(super) fn choose(&mut self, purpose: Purpose, view: &mut View) {
        if self.waiting.dialog.is_some() {
            view.toasts.say("The file dialog is open already, perhaps behind this window.");
            return;
        }
        let dialog = rfd::AsyncFileDialog::new();
        let dialog = match purpose {
            Purpose::Secret => dialog.set_title("The file with the toys' secret"),
            Purpose::Item => dialog
                .set_title("An item to send")
                .add_filter("Items", &["arc2", "bin"])
                .add_filter("All files", &["*"]),
        };
        let dialog = dialog.pick_file();
        let task = IoTaskPool::get().spawn(async move { dialog.await.map(|file| file.path().to_owned()) });
        self.waiting.dialog = Some((task, Instant::now(), purpose));
    }
}

/// What other threads have found out for the panel.
pub(super) fn found(
    mut waiting: ResMut<Waiting>,
    mut desk: ResMut<DeskLink>,
    mut view: ResMut<View>,
    mut redraw: MessageWriter<bevy::window::RequestRedraw>,
) {
    let (waiting, desk) = (waiting.bypass_change_detection(), desk.bypass_change_detection());
    if let Some(search) = &mut waiting.search {
        redraw.write(bevy::window::RequestRedraw);
        if let Some(ports) = check_ready(search) {
            (desk.ports, desk.looking, waiting.search) = (ports, false, None);
            let form = &mut view.form.link;
            if let (true, [only]) = (form.port.is_empty(), desk.ports.as_slice()) {
                form.port.clone_from(&only.name);
            }
        }
    }
    let Some((task, begun, purpose)) = &mut waiting.dialog else { return };
    let Some(choice) = check_ready(task) else { return };
    let (at_once, purpose) = (begun.elapsed() < NO_DIALOG, *purpose);
    waiting.dialog = None;
    match (choice, purpose) {
        (Some(path), Purpose::Secret) => view.form.link.secret = path.display().to_string(),
        (Some(path), Purpose::Item) => view.form.link.item = path.display().to_string(),
        (None, _) if at_once => view.toasts.say("This system has no file dialog: type the path."),
        _ => {}
    }
}
