//! The link of the desk: actions become requests, news become sentences.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod page;

#[cfg(not(target_family = "wasm"))]
use native as ground;
#[cfg(target_family = "wasm")]
use page as ground;

use super::DeskSystems;
use crate::link::{self, LinkAction, LinkModel, LinkTold};
use crate::model::Action;
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use eggtooth_prong::face::{
    Asked, LinkNews, LinkRequest, LinkState, Load, News, Offer, Order, Progress, ProngSettings, Traffic, Trouble,
};
use eggtooth_prong::packet::Item;
use eggtooth_prong::talk::Outcome;
use eggtooth_prong::transport::adapters::PortInfo;
use eggtooth_toy::Home;
use std::path::{Path, PathBuf};

/// What a file is chosen for.
#[derive(Clone, Copy, Debug)]
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
    looking: bool,
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
            looking: desk.looking,
            told: desk.told.clone(),
            environment: std::env::var_os("EGGTOOTH_PRONG_SECRET").is_some(),
            ground: ground::here(),
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

/// The whole of it.
pub(super) fn plugin(app: &mut App) {
    app.init_resource::<DeskLink>()
        .add_plugins(ground::plugin)
        .add_systems(Update, (obey, ground::found).chain().in_set(DeskSystems::Obey))
        .add_systems(Update, hear.in_set(DeskSystems::Tell));
}

/// Does what was asked for.
fn obey(
    mut actions: MessageReader<Action>,
    home: Option<Res<Home>>,
    settings: Option<ResMut<ProngSettings>>,
    mut desk: ResMut<DeskLink>,
    mut view: ResMut<View>,
    mut requests: MessageWriter<LinkRequest>,
    mut commands: Commands,
    mut hands: ground::Hands,
) {
    let mut settings = settings;
    for action in actions.read() {
        let Action::Link(action) = action else { continue };
        match action {
            LinkAction::Show => {
                view.open = true;
                view.form.link.open = true;
            }
            LinkAction::Look if !desk.looking => {
                desk.looking = true;
                hands.look();
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
            LinkAction::ChooseSecret => hands.choose(Purpose::Secret, &mut view),
            LinkAction::ChooseItem => hands.choose(Purpose::Item, &mut view),
        }
    }
}

/// A path as a player types it.
fn typed(path: &Path) -> PathBuf {
    crate::intake::typed_path(&path.to_string_lossy(), std::env::home_dir().as_deref())
}

/// Turns news into sentences: in the panel, and where that is not seen also over the picture.
fn hear(
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
                (Outcome::Item(item), Some(home)) => keep(item, home),
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

/// Keeps an item that came; the sentence about it.
fn keep(item: &Item, home: &Home) -> String {
    let len = item.bytes().len();
    match home.dir().keep("items", "item", "arc2", item.bytes()) {
        Ok(path) => ground::kept(len, &path),
        Err(error) => format!("An item of {len} bytes came, but cannot be kept: {error}."),
    }
}
