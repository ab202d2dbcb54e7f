//! The link of the desk: actions become requests, news become sentences.

use crate::link::{self, LinkAction, LinkModel, LinkTold};
use crate::model::Action;
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::ecs::system::{NonSendMarker, SystemParam};
use bevy::tasks::futures::check_ready;
use bevy::tasks::{IoTaskPool, Task};
use eggtooth_prong::face::{
    Asked, LinkNews, LinkRequest, LinkState, Load, News, Offer, Order, Progress, ProngSettings, Traffic, Trouble,
};
use eggtooth_prong::packet::Item;
use eggtooth_prong::talk::Outcome;
use eggtooth_prong::transport::uart::{self, PortInfo};
use eggtooth_toy::Home;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A dialog that is gone sooner was never there: this system has none.
const NO_DIALOG: Duration = Duration::from_millis(700);

/// What a file is chosen for.
#[derive(Clone, Copy)]
enum Purpose {
    Secret,
    Item,
}

/// The desk's one link, and what was told of it.
#[derive(Resource, Default)]
pub(super) struct DeskLink {
    link: Option<Entity>,
    with: String,
    ports: Vec<PortInfo>,
    search: Option<Task<Vec<PortInfo>>>,
    dialog: Option<(Task<Option<PathBuf>>, Instant, Purpose)>,
    told: Option<LinkTold>,
}

/// What the panel's model is made of.
#[derive(SystemParam)]
pub(super) struct LinkSources<'w, 's> {
    desk: Res<'w, DeskLink>,
    links: Query<
        'w,
        's,
        (
            &'static LinkState,
            &'static Progress,
            &'static Traffic,
            &'static Offer,
            &'static Asked,
            &'static eggtooth_prong::face::Task,
        ),
    >,
}

impl LinkSources<'_, '_> {
    /// The whole of it while the panel is seen; else only how far the link is.
    pub(super) fn model(&self, seen: bool) -> LinkModel {
        let found = self.desk.link.and_then(|link| self.links.get(link).ok());
        let state = found.map(|(state, ..)| state.clone()).unwrap_or_default();
        if !seen {
            return LinkModel { state, ..LinkModel::default() };
        }
        let desk = &self.desk;
        let model = LinkModel {
            state,
            with: desk.with.clone(),
            ports: desk.ports.clone(),
            looking: desk.search.is_some(),
            told: desk.told.clone(),
            environment: std::env::var_os("EGGTOOTH_PRONG_SECRET").is_some(),
            ..LinkModel::default()
        };
        let Some((_, progress, traffic, offer, asked, task)) = found else { return model };
        LinkModel {
            traffic: traffic.0.iter().cloned().collect(),
            transfer: progress.0,
            job: task.0,
            asked: asked.0.clone(),
            offer: offer.0,
            ..model
        }
    }
}

/// Does what was asked for. A dialog must be begun on the main thread (macOS).
pub(super) fn obey(
    mut actions: MessageReader<Action>,
    home: Option<Res<Home>>,
    settings: Option<ResMut<ProngSettings>>,
    mut desk: ResMut<DeskLink>,
    mut view: ResMut<View>,
    mut requests: MessageWriter<LinkRequest>,
    mut commands: Commands,
    _main_thread: NonSendMarker,
) {
    let mut settings = settings;
    for action in actions.read() {
        let Action::Link(action) = action else { continue };
        match action {
            LinkAction::Show => {
                view.open = true;
                view.form.link.open = true;
            }
            LinkAction::Look if desk.search.is_none() => {
                desk.search = Some(IoTaskPool::get().spawn(async { uart::ports() }));
            }
            LinkAction::Look => {}
            LinkAction::Connect(line, secret) => {
                if let (Some(settings), Some(home)) = (&mut settings, &home) {
                    settings.identity = Some(home.dir().path().join("peer.key"));
                }
                desk.told = None;
                desk.with = link::with(line);
                let link = match desk.link {
                    Some(link) => commands.entity(link).insert(line.clone()).id(),
                    None => commands.spawn(line.clone()).id(),
                };
                desk.link = Some(link);
                requests.write(LinkRequest { link, order: Order::Open(secret.clone()) });
            }
            LinkAction::Disconnect => {
                desk.told = None;
                if let Some(link) = desk.link {
                    requests.write(LinkRequest { link, order: Order::Close });
                }
            }
            LinkAction::Do(order) => {
                desk.told = None;
                if let Some(link) = desk.link {
                    let order = match order {
                        Order::Send(Load::File(path)) => Order::Send(Load::File(typed(path))),
                        order => order.clone(),
                    };
                    requests.write(LinkRequest { link, order });
                }
            }
            LinkAction::ChooseSecret | LinkAction::ChooseItem if desk.dialog.is_some() => {
                view.toasts.say("The file dialog is open already, perhaps behind this window.");
            }
            LinkAction::ChooseSecret => {
                let dialog = rfd::AsyncFileDialog::new().set_title("The file with the toys' secret").pick_file();
                let task = IoTaskPool::get().spawn(async move { dialog.await.map(|file| file.path().to_owned()) });
                desk.dialog = Some((task, Instant::now(), Purpose::Secret));
            }
            LinkAction::ChooseItem => {
                let dialog = rfd::AsyncFileDialog::new()
                    .set_title("An item to send")
                    .add_filter("Items", &["arc2", "bin"])
                    .add_filter("All files", &["*"])
                    .pick_file();
                let task = IoTaskPool::get().spawn(async move { dialog.await.map(|file| file.path().to_owned()) });
                desk.dialog = Some((task, Instant::now(), Purpose::Item));
            }
        }
    }
}

/// A path as a player types it.
fn typed(path: &Path) -> PathBuf {
    crate::intake::typed_path(&path.to_string_lossy(), std::env::home_dir().as_deref())
}

/// What other threads have found out for the panel.
pub(super) fn found(
    mut desk: ResMut<DeskLink>,
    mut view: ResMut<View>,
    mut redraw: MessageWriter<bevy::window::RequestRedraw>,
) {
    let desk = desk.bypass_change_detection();
    if let Some(search) = &mut desk.search {
        redraw.write(bevy::window::RequestRedraw);
        if let Some(ports) = check_ready(search) {
            (desk.ports, desk.search) = (ports, None);
            let form = &mut view.form.link;
            if let (true, [only]) = (form.port.is_empty(), desk.ports.as_slice()) {
                form.port.clone_from(&only.name);
            }
        }
    }
    let Some((task, begun, purpose)) = &mut desk.dialog else { return };
    let Some(choice) = check_ready(task) else { return };
    let (at_once, purpose) = (begun.elapsed() < NO_DIALOG, *purpose);
    desk.dialog = None;
    match (choice, purpose) {
        (Some(path), Purpose::Secret) => view.form.link.secret = path.display().to_string(),
        (Some(path), Purpose::Item) => view.form.link.item = path.display().to_string(),
        (None, _) if at_once => view.toasts.say("This system has no file dialog: type the path."),
        _ => {}
    }
}

/// Turns news into sentences: in the panel, and where that is not seen also over the picture.
pub(super) fn hear(
    mut news: MessageReader<LinkNews>,
    home: Option<Res<Home>>,
    mut desk: ResMut<DeskLink>,
    mut view: ResMut<View>,
) {
    let link = desk.link;
    for news in news.read().filter(|news| Some(news.link) == link) {
        let seen = view.open && view.form.link.open;
        let told = match &news.news {
            News::Progress(_) => continue,
            News::Opened => {
                if !seen {
                    say(&mut view, format!("Connected with {}.", desk.with));
                }
                continue;
            }
            News::Closed => {
                if !seen {
                    say(&mut view, "The link is closed.".into());
                }
                continue;
            }
            News::Note(text) => {
                view.toasts.say(text.as_str());
                continue;
            }
            News::Asked(_) => {
                if !seen {
                    say(&mut view, "The other side waits for your answer.".into());
                }
                continue;
            }
            News::Done(outcome) => LinkTold::Well(match (outcome.as_ref(), &home) {
                (Outcome::Item(item), Some(home)) => keep(item, home.dir().path()),
                (outcome, _) => crate::link::outcome(outcome),
            }),
            News::Failed(trouble) => LinkTold::Ill(trouble.clone()),
        };
        if !seen {
            let (LinkTold::Well(text) | LinkTold::Ill(Trouble { what: text, .. })) = &told;
            say(&mut view, text.clone());
        }
        desk.told = Some(told);
    }
}

fn say(view: &mut View, text: String) {
    view.toasts.offer(text, "Show", Action::Link(LinkAction::Show));
}

/// Keeps an item that came, under the first name that is free; the sentence about it.
fn keep(item: &Item, folder: &Path) -> String {
    let folder = folder.join("items");
    let kept = std::fs::create_dir_all(&folder).and_then(|()| {
        for number in 1..=9999 {
            let path = folder.join(format!("item-{number:04}.arc2"));
            match std::fs::File::create_new(&path) {
                Ok(mut file) => return file.write_all(item.bytes()).and_then(|()| file.sync_all()).map(|()| path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::Error::other("there are too many of them"))
    });
    match kept {
        Ok(path) => format!("An item of {} bytes came and is kept as {}.", item.bytes().len(), path.display()),
        Err(error) => format!("An item came, but cannot be kept in {}: {error}.", folder.display()),
    }
}
