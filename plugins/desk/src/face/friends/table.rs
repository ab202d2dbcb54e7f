//! The friends of the desk: actions go to the table's thread, and what it tells becomes what is shown.

mod sit;
mod toys;

use crate::face::DeskSystems;
use crate::friends::{self, FriendRow, FriendsAction, FriendsModel, InviteModel, SeatModel, TableModel};
use crate::model::Action;
use crate::settings::DeskSettings;
use crate::toasts::sentence;
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;
use bevy::time::{Real, Time};
use bevy::window::RequestRedraw;
use eggtooth_peer::{Friend, Friends, Invite, Name, Nearby, PeerKey};
use eggtooth_playdate::message::Presence;
use eggtooth_playdate::net::{Command, Event, PlaydateHandle, RealToy, RealToyView, Way};
use eggtooth_playdate::view::TableView;
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_prong::bridge::Guarding;
use eggtooth_prong::face::{SecretFrom, secret_given};
use eggtooth_prong::transport::{Transport, uart};
use eggtooth_shell::Prongs;
use eggtooth_toy::cable::Plug;
use eggtooth_toy::face::{Shown, Toy};
use eggtooth_toy::{Home, now as unix};
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The player's systems at a table.
pub fn plugin(app: &mut App) {
    app.init_resource::<DeskFriends>().add_systems(
        Update,
        (
            obey.in_set(DeskSystems::Obey),
            (sit::portray, hear, sit::cable, toys::lay, toys::frame, toys::sound).chain().in_set(DeskSystems::Tell),
        ),
    );
}

/// How long an invite is good, in seconds.
const GOOD: u64 = Invite::LONGEST_LIFE;
/// The page of links; nobody answers there, and what is after the # would not reach them.
const PAGE: &str = "https://eggtooth.invalid/";
/// How often friends are looked for on the same network.
const LOOK: Duration = Duration::from_secs(2);
/// Friends who were seen on the same network so long ago may have gone.
const NOWHERE: &str = "Not seen on this network, and never reached elsewhere: ask for an invite.";

/// A table at which the player sits.
struct AtTable {
    handle: PlaydateHandle,
    host: bool,
    invite: Option<(Invite, InviteModel)>,
    /// Says to the same network that the table is there.
    _announced: Option<Nearby>,
    sitter: sit::Sitter,
    /// The player leaves.
    left: bool,
}

/// The desk's friends, and the table.
#[derive(Resource, Default)]
pub struct DeskFriends {
    list: Option<Friends>,
    near: Option<(Nearby, Duration)>,
    neighbours: Vec<(PeerKey, Vec<SocketAddr>)>,
    table: Option<AtTable>,
    toys: toys::Toys,
    /// The cable in the own toy, and what it brings.
    plug: Plug,
    said: Vec<u8>,
    told: String,
    rows: Vec<FriendRow>,
}

impl DeskFriends {
    /// What is shown; the list of friends and the invite only while they are seen. `refusal`: why the player cannot sit
    /// down now.
    #[must_use]
    pub fn model(&self, seen: bool, settings: &DeskSettings, refusal: Option<&'static str>) -> FriendsModel {
        let invite = self.table.as_ref().and_then(|table| table.invite.as_ref());
        FriendsModel {
            table: self.table.as_ref().map(|table| TableModel {
                real: (*table.handle.real_toy()).clone(),
                ..self.toys.model(&table.handle.view(), table.host)
            }),
            friends: if seen { self.rows.clone() } else { Vec::new() },
            invite: invite.filter(|_| seen).map(|(_, invite)| invite.clone()),
            name: settings.name.clone(),
            refusal,
            told: self.told.clone(),
        }
    }

    /// Whether the player sits at a table.
    pub(in crate::face) fn at_table(&self) -> bool {
        self.table.is_some()
    }

    fn command(&mut self, command: Command) {
        if let Some(table) = &self.table
            && !table.handle.command(command)
            && !table.handle.is_over()
        {
            self.told = "The table is busy; try that again.".into();
        }
    }

    fn invite(&mut self, now: u64) {
        let Some(table) = &mut self.table else { return };
        match table.handle.invite(now, GOOD, &[]) {
            None => {}
            Some(Err(error)) => self.told = sentence(&error.to_string()),
            Some(Ok(invite)) => match invite.to_link(PAGE) {
                Ok(link) => {
                    let model = InviteModel { code: code(&link), link, left: GOOD };
                    table.invite = Some((invite, model));
                }
                Err(error) => self.told = sentence(&error.to_string()),
            },
        }
    }
}

/// A QR code's dots; none where it cannot be made.
fn code(text: &str) -> Vec<Vec<bool>> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::L);
    code.map(|code| {
        let side = code.width();
        code.to_colors().chunks(side).map(|row| row.iter().map(|dot| *dot == qrcode::Color::Dark).collect()).collect()
    })
    .unwrap_or_default()
}

/// Does what was asked for.
fn obey(
    mut actions: MessageReader<Action>,
    mut prongs: MessageReader<Prongs>,
    home: Option<Res<Home>>,
    shown: Query<&Toy, With<Shown>>,
    mut settings: ResMut<DeskSettings>,
    mut desk: ResMut<DeskFriends>,
    mut view: ResMut<View>,
) {
    let desk = desk.bypass_change_detection();
    for prongs in prongs.read() {
        match prongs {
            Prongs::Met(place) => {
                if let Some(seat) = desk.toys.seat(*place) {
                    desk.command(Command::Touch(seat));
                }
            }
            Prongs::Parted => desk.command(Command::Part),
        }
    }
    let Some(home) = home else { return };
    for action in actions.read() {
        let Action::Friends(action) = action else { continue };
        desk.told.clear();
        let done = match action {
            FriendsAction::Show => {
                (view.open, view.form.friends.open) = (true, true);
                desk.open(&home)
            }
            FriendsAction::Name(name) => {
                if Name::new(name).is_ok() && settings.name != *name {
                    settings.name.clone_from(name);
                }
                Ok(())
            }
            FriendsAction::Open => desk.sit(&home, shown.single().ok(), &settings, None),
            FriendsAction::Invite => {
                desk.invite(unix());
                Ok(())
            }
            FriendsAction::Join(text) => match Invite::parse(text) {
                Ok(invite) => desk.sit(&home, shown.single().ok(), &settings, Some(Way::Invite(Box::new(invite)))),
                Err(error) => Err(error.to_string()),
            },
            FriendsAction::Visit(key) => {
                let way = desk.way(*key);
                way.and_then(|way| desk.sit(&home, shown.single().ok(), &settings, Some(way)))
            }
            FriendsAction::RealToy(port, secret) => desk.real_toy(port, secret, &mut view),
            FriendsAction::NoRealToy => {
                if let Some(table) = &desk.table {
                    table.handle.switch_off();
                }
                Ok(())
            }
            FriendsAction::Rename(key, name) => desk.change(|friends| match Name::new(name) {
                Ok(name) => friends.rename(*key, &name).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            }),
            FriendsAction::Block(key, blocked) => {
                desk.change(|friends| friends.block(*key, *blocked).map_err(|error| error.to_string()))
            }
            FriendsAction::Forget(key) => {
                desk.change(|friends| friends.forget(*key).map_err(|error| error.to_string()))
            }
            other => {
                match other {
                    FriendsAction::Emote(emote) => desk.command(Command::Emote(*emote)),
                    FriendsAction::Touch(seat) => desk.command(Command::Touch(*seat)),
                    FriendsAction::Part => desk.command(Command::Part),
                    FriendsAction::Gift(decoration) => desk.command(Command::Gift(*decoration)),
                    FriendsAction::Kick(seat) => desk.command(Command::Kick(*seat)),
                    FriendsAction::Leave => desk.command(Command::Leave),
                    _ => {}
                }
                Ok(())
            }
        };
        if let Err(why) = done {
            desk.told = sentence(&why);
        }
    }
}

impl DeskFriends {
    /// Reads the list, and begins to look around on this network.
    fn open(&mut self, home: &Home) -> Result<(), String> {
        if self.list.is_none() {
            self.list = Some(Friends::open(home.dir().path()).map_err(|error| error.to_string())?);
        }
        if self.near.is_none() {
            // Without it friends are reached where they were before.
            self.near = Nearby::search().ok().map(|near| (near, Duration::ZERO));
        }
        self.look(unix());
        Ok(())
    }

    /// Reads the list anew.
    fn look(&mut self, now: u64) {
        let Some(list) = &self.list else { return };
        if let Some((near, _)) = &self.near {
            self.neighbours = near.friends(list).into_iter().map(|near| (near.key, near.addresses)).collect();
        }
        let mut friends = list.list();
        friends.sort_by_cached_key(|friend| friend.name.as_str().to_lowercase());
        self.rows = friends.iter().map(|friend| self.row(friend, now)).collect();
    }

    fn row(&self, friend: &Friend, now: u64) -> FriendRow {
        let near = self.neighbours.iter().any(|(key, _)| *key == friend.key);
        let other = friend.their_name.as_str() != friend.name.as_str() && !friend.their_name.as_str().is_empty();
        let mut words = Vec::new();
        words.extend(other.then(|| format!("calls themselves {}", friend.their_name)));
        words.push(match (friend.blocked, near, friend.last_seen) {
            (true, ..) => "kept out".into(),
            (_, true, _) => "has a table open on this network".into(),
            (.., Some(seen)) => format!("met {}", friends::ago(now.saturating_sub(seen))),
            (.., None) => "not met yet".into(),
        });
        FriendRow {
            key: friend.key,
            name: friend.name.as_str().to_owned(),
            detail: sentence(&words.join(", ")),
            blocked: friend.blocked,
            unreachable: (!near && friend.addresses.is_empty()).then_some(NOWHERE),
        }
    }

    /// How a friend is reached: where they are now, then where they were.
    fn way(&self, key: PeerKey) -> Result<Way, String> {
        let friend = self.list.as_ref().and_then(|list| list.get(key)).ok_or("nobody of this key is known")?;
        let near = self.neighbours.iter().find(|(other, _)| *other == key).map(|(_, addresses)| addresses.clone());
        let mut addresses = near.unwrap_or_default();
        addresses.extend(friend.addresses.iter().filter(|addr| !addresses.contains(addr)).copied().collect::<Vec<_>>());
        Ok(Way::Friend(key, addresses))
    }

    fn change(&mut self, change: impl FnOnce(&Friends) -> Result<(), String>) -> Result<(), String> {
        let done = self.list.as_ref().map_or(Ok(()), change);
        self.look(unix());
        done
    }

    /// Switches the real toy at a port on.
    fn real_toy(&mut self, port: &str, secret: &SecretFrom, view: &mut View) -> Result<(), String> {
        let Some(table) = &self.table else { return Err("sit down at a table first".into()) };
        let (secret, note) = secret_given(secret).map_err(|trouble| trouble.what)?;
        if let Some(note) = note {
            view.toasts.say(note);
        }
        let guarding = Arc::new(secret.map_or(Guarding::Blind, Guarding::Secret));
        let name = port.to_owned();
        let port = name.clone();
        let open = Box::new(move |clock| {
            let line: Box<dyn Transport> = Box::new(uart::open(&port, uart::Options::default(), clock)?);
            Ok(line)
        });
        match table.handle.switch_on(RealToy { name, guarding, open }) {
            true => Ok(()),
            false => Err("the table has no time for the real toy: try again".into()),
        }
    }

    /// Sits down: at the own table, or where the way leads.
    fn sit(&mut self, home: &Home, toy: Option<&Toy>, settings: &DeskSettings, way: Option<Way>) -> Result<(), String> {
        if self.table.is_some() {
            return Err("you sit at a table already; leave it first".into());
        }
        self.open(home)?;
        let list = self.list.clone().ok_or("the list of friends is not there")?;
        let Some(toy) = toy else { return Err("there is no pet on the desk that could go".into()) };
        let (setup, sitter, key) = sit::setup(home, &toy.0, settings, list)?;
        let local = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let host = way.is_none();
        let opened = match way {
            None => PlaydateHandle::host(setup, local),
            Some(way) => PlaydateHandle::join(setup, local, way),
        };
        let handle = opened.map_err(|error| error.to_string())?;
        // Where that cannot be said an invite is needed.
        let _announced = if host { Nearby::announce(key, handle.local_addr()).ok() } else { None };
        self.table = Some(AtTable { handle, host, invite: None, _announced, sitter, left: false });
        if host {
            self.invite(unix());
        }
        Ok(())
    }
}

/// Takes in what the table has told.
fn hear(
    mut desk: ResMut<DeskFriends>,
    time: Res<Time<Real>>,
    mut view: ResMut<View>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let desk = desk.bypass_change_detection();
    let seen = view.open && view.form.friends.open;
    if let (true, Some((_, last))) = (seen, &mut desk.near)
        && time.elapsed().saturating_sub(*last) >= LOOK
    {
        *last = time.elapsed();
        desk.look(unix());
    }
    if seen && desk.near.is_some() {
        redraw.write(RequestRedraw);
    }
    let Some(table) = &mut desk.table else { return };
    // The loop sleeps otherwise, and friends would stand still.
    redraw.write(RequestRedraw);
    let over = table.handle.is_over();
    let picture = table.handle.view();
    let name_of = |seat: Seat| {
        let seat = picture.seats.get(seat.index()).and_then(Option::as_ref);
        seat.map_or_else(|| "A friend".to_owned(), |seat| seat.name.as_str().to_owned())
    };
    for event in table.handle.events() {
        if let Event::Cable(bytes) = &event {
            desk.said.extend_from_slice(bytes);
        }
        if let Some(text) = friends::told(&event, name_of) {
            match event {
                Event::Failed(_) | Event::Trouble(_) if seen => desk.told = text,
                _ => view.toasts.say(text),
            }
        }
    }
    if let Some((invite, model)) = &mut table.invite {
        model.left = invite.expires().saturating_sub(unix());
        // Whoever came has used it.
        if model.left == 0 || !table.handle.is_live(invite) {
            table.invite = None;
        }
    }
    if over {
        desk.table = None;
        view.form.friends.giving = false;
        desk.look(unix());
    }
}

/// Which decorations can be given: each kind in the box once.
fn box_of(view: &TableView) -> Vec<Decoration> {
    Decoration::all().filter(|decoration| view.pieces.contains(decoration)).collect()
}

/// A seat as the panel and the names show it.
fn seat_model(view: &TableView, seat: Seat, at: [f32; 2]) -> Option<SeatModel> {
    let there = view.seats.get(seat.index())?.as_ref()?;
    Some(SeatModel {
        seat,
        name: there.name.as_str().to_owned(),
        toy: there.toy.as_str().to_owned(),
        words: friends::presence(there.presence, &there.words),
        here: matches!(there.presence, Presence::Here | Presence::Late),
        own: view.you == Some(seat),
        at,
    })
}

/// What is told of the table as a whole.
fn table_model(view: &TableView, host: bool, seats: Vec<SeatModel>) -> TableModel {
    let you = view.you;
    let with = view.touching.iter().find_map(|pair| you.and_then(|you| pair.partner(you)));
    TableModel {
        host,
        words: sentence(&view.words),
        seats,
        with,
        box_: box_of(view),
        on_its_way: view.onway.len(),
        real: RealToyView::default(),
    }
}
