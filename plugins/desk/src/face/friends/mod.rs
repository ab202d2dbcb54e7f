//! The friends of the desk, and the table at which their toys meet: actions go there, and what is told there becomes what
//! is shown. A pet that lives here sits at a table of this computer's own ([`own`]), which a browser cannot have; a toy of
//! a daycare sits there, seen and led from here ([`there`]).

mod own;
mod there;
mod toys;

use super::daycare::DeskDaycare;
use crate::face::DeskSystems;
use crate::friends::{self, FriendsAction, FriendsModel, InviteModel, SeatModel, TableModel};
use crate::model::Action;
use crate::settings::DeskSettings;
use crate::toasts::sentence;
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;
use bevy::time::{Real, Time};
use bevy::window::RequestRedraw;
use eggtooth_peer::{Invite, Name};
use eggtooth_playdate::message::Presence;
use eggtooth_playdate::net::{Command, Event, RealToyView};
use eggtooth_playdate::view::TableView;
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_shell::Prongs;
use eggtooth_toy::face::{Remote, Shown, Toy};
use eggtooth_toy::{Home, Id, now as unix};
use own::{Own, OwnTable, Way};
use std::sync::Arc;
use std::time::Duration;
use there::There;

/// The player's systems at a table.
pub fn plugin(app: &mut App) {
    app.init_resource::<DeskFriends>().add_systems(
        Update,
        (
            obey.in_set(DeskSystems::Obey),
            (look_there, own::portray, hear, own::cable, toys::lay, toys::frame, toys::sound)
                .chain()
                .in_set(DeskSystems::Tell),
        ),
    );
}

/// How long an invite is good, in seconds.
const GOOD: u64 = Invite::LONGEST_LIFE;
/// The page of links; nobody answers there, and what is after the # would not reach them.
const PAGE: &str = "https://eggtooth.invalid/";
/// A table in a daycare whose line broke so soon is not looked for again by itself.
const SOON: Duration = Duration::from_secs(10);

/// A table at which a toy of the player sits.
enum AtTable {
    Own(Box<OwnTable>),
    There(There),
}

impl AtTable {
    fn view(&self) -> Arc<TableView> {
        match self {
            AtTable::Own(table) => table.view(),
            AtTable::There(table) => table.view(),
        }
    }

    fn events(&self) -> Vec<Event> {
        match self {
            AtTable::Own(table) => table.events(),
            AtTable::There(table) => table.events(),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            AtTable::Own(table) => table.is_over(),
            AtTable::There(table) => table.is_over(),
        }
    }

    fn command(&self, command: Command) -> bool {
        match self {
            AtTable::Own(table) => table.command(command),
            AtTable::There(table) => table.command(command),
        }
    }

    /// Whether others are invited to it from here.
    fn host(&self) -> bool {
        match self {
            AtTable::Own(table) => table.host(),
            AtTable::There(table) => table.view().you == Some(Seat::HOST),
        }
    }

    fn real_toy(&self) -> RealToyView {
        match self {
            AtTable::Own(table) => table.real_toy(),
            AtTable::There(_) => RealToyView::default(),
        }
    }
}

/// An invite that is shown.
struct Shared {
    model: InviteModel,
    /// In seconds since 1970 UTC.
    expires: u64,
    /// How many sat there when it was made: who comes has used it.
    sat: usize,
}

/// The desk's friends, and the table.
#[derive(Resource, Default)]
pub struct DeskFriends {
    own: Own,
    table: Option<AtTable>,
    invite: Option<Shared>,
    toys: toys::Toys,
    /// The toy of a daycare whose table was looked for.
    sought: Option<Id>,
    /// A toy there is just sitting down.
    sitting: bool,
    told: String,
}

/// Why one cannot sit down at a table now.
pub(super) fn refusal(toy: Option<&Toy>, remote: Option<&Remote>, taped: bool) -> Option<&'static str> {
    match (toy, remote) {
        (_, Some(remote)) if !remote.is_live() => Some("The daycare must be reached first."),
        (_, Some(remote)) if !remote.may_press => Some("Only who may press its buttons leads this toy to a table."),
        (_, Some(_)) => None,
        _ if taped => Some("A recording is played; put the pet back first."),
        (None, None) => Some("There is no pet on the desk."),
        (Some(_), None) => Own::REFUSAL,
    }
}

impl DeskFriends {
    /// What is shown; the list of friends and the invite only while they are seen. `refusal`: why the player cannot sit
    /// down now; `there`: the toy on the desk lives in a daycare.
    #[must_use]
    pub fn model(
        &self,
        seen: bool,
        settings: &DeskSettings,
        refusal: Option<&'static str>,
        there: bool,
    ) -> FriendsModel {
        let nameless = there || Own::REFUSAL.is_some();
        FriendsModel {
            table: self
                .table
                .as_ref()
                .map(|table| TableModel { real: table.real_toy(), ..self.toys.model(&table.view(), table.host()) }),
            friends: if seen && !nameless { self.own.rows().to_vec() } else { Vec::new() },
            nameless,
            there,
            invite: self.invite.as_ref().filter(|_| seen).map(|invite| invite.model.clone()),
            name: settings.name.clone(),
            refusal: refusal.or(self.sitting.then_some("It is just sitting down.")),
            told: self.told.clone(),
        }
    }

    /// Who else is at the table with the toy on the desk, by name; `None` while it sits at none.
    #[must_use]
    pub fn company(&self) -> Option<Vec<String>> {
        let view = self.table.as_ref()?.view();
        let you = view.you?;
        let seats = Seat::all().filter(|seat| *seat != you).filter_map(|seat| seat_model(&view, seat, [0.0; 2]));
        Some(seats.filter(|seat| seat.here).map(|seat| seat.name).collect())
    }

    /// Whether the player sits at a table.
    pub(in crate::face) fn at_table(&self) -> bool {
        self.table.is_some()
    }

    fn command(&mut self, command: Command) {
        if let Some(table) = &self.table
            && !table.command(command)
            && !table.is_over()
        {
            self.told = "The table is busy; try that again.".into();
        }
    }

    /// Makes an invite, or asks the daycare for one.
    fn ask_invite(&mut self) {
        match &mut self.table {
            Some(AtTable::Own(table)) => {
                if let Some(made) = table.invite(unix(), GOOD) {
                    self.show_invite(made);
                }
            }
            Some(AtTable::There(table)) if !table.ask_invite(GOOD) => {
                self.told = "The table is busy; try that again.".into();
            }
            _ => {}
        }
    }

    fn show_invite(&mut self, made: Result<Invite, String>) {
        let sat = self.table.as_ref().map_or(0, |table| seated(&table.view()));
        let shown = made.and_then(|invite| {
            let link = invite.to_link(PAGE).map_err(|error| error.to_string())?;
            Ok((invite.expires(), link))
        });
        match shown {
            Ok((expires, link)) => {
                let model = InviteModel { code: code(&link), link, left: expires.saturating_sub(unix()) };
                self.invite = Some(Shared { model, expires, sat });
            }
            Err(why) => self.told = sentence(&why),
        }
    }

    /// Sits down with the pet of the desk.
    fn sit(
        &mut self,
        home: &Home,
        shown: (Option<&Toy>, Option<&Remote>),
        settings: &DeskSettings,
        daycare: &mut DeskDaycare,
        way: Way,
    ) -> Result<(), String> {
        if self.table.is_some() || self.sitting {
            return Err("you sit at a table already; leave it first".into());
        }
        let (_, Some(remote)) = shown else {
            let Some(toy) = shown.0 else { return Err("there is no pet on the desk that could go".into()) };
            self.table = Some(AtTable::Own(Box::new(self.own.sit(home, toy, settings, way)?)));
            self.told.clear();
            if self.table.as_ref().is_some_and(AtTable::host) {
                self.ask_invite();
            }
            return Ok(());
        };
        let invite = match way {
            Way::Open => None,
            Way::Invite(invite) => Some(invite.to_text()),
            Way::Friend(_) => return Err("a toy of a daycare finds a friend's table by an invite".into()),
        };
        match remote.toy {
            Some(toy) if daycare.sit(toy, invite) => {
                self.sitting = true;
                Ok(())
            }
            _ => Err("the daycare is being asked something else; try again".into()),
        }
    }
}

/// Who sits there, and has not gone.
fn seated(view: &TableView) -> usize {
    view.seats.iter().flatten().filter(|seat| !matches!(seat.presence, Presence::Gone(_))).count()
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
#[expect(clippy::too_many_arguments, reason = "a system asks for what it needs")]
fn obey(
    mut actions: MessageReader<Action>,
    mut prongs: MessageReader<Prongs>,
    home: Option<Res<Home>>,
    shown: Query<(Option<&Toy>, Option<&Remote>), With<Shown>>,
    mut settings: ResMut<DeskSettings>,
    mut desk: ResMut<DeskFriends>,
    mut daycare: ResMut<DeskDaycare>,
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
        let toy = shown.single().unwrap_or_default();
        let daycare = daycare.bypass_change_detection();
        let done = match action {
            FriendsAction::Show => {
                (view.open, view.form.friends.open) = (true, true);
                // Somebody may have led it to a table from elsewhere.
                desk.sought = None;
                desk.own.open(&home)
            }
            FriendsAction::Name(name) => {
                if Name::new(name).is_ok() && settings.name != *name {
                    settings.name.clone_from(name);
                }
                Ok(())
            }
            FriendsAction::Open => desk.sit(&home, toy, &settings, daycare, Way::Open),
            FriendsAction::Invite => {
                desk.ask_invite();
                Ok(())
            }
            FriendsAction::Join(text) => match Invite::parse(text) {
                Ok(invite) => desk.sit(&home, toy, &settings, daycare, Way::Invite(Box::new(invite))),
                Err(error) => Err(error.to_string()),
            },
            FriendsAction::Visit(key) => desk.sit(&home, toy, &settings, daycare, Way::Friend(*key)),
            FriendsAction::RealToy(port, secret) => match &desk.table {
                Some(AtTable::Own(table)) => table.real_toy_on(port, secret).map(|note| {
                    note.into_iter().for_each(|note| view.toasts.say(note));
                }),
                _ => Err("sit down at a table first".into()),
            },
            FriendsAction::NoRealToy => {
                if let Some(AtTable::Own(table)) = &desk.table {
                    table.real_toy_off();
                }
                Ok(())
            }
            FriendsAction::Rename(..) | FriendsAction::Block(..) | FriendsAction::Forget(_) => desk.own.change(action),
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

/// Looks at the table at which the daycare's toy on the desk sits, if it sits at one.
fn look_there(
    shown: Query<&Remote, With<Shown>>,
    mut desk: ResMut<DeskFriends>,
    mut daycare: ResMut<DeskDaycare>,
    time: Res<Time<Real>>,
) {
    let (desk, daycare) = (desk.bypass_change_detection(), daycare.bypass_change_detection());
    let toy = shown.single().ok().filter(|remote| remote.is_live()).and_then(|remote| remote.toy);
    while let Some((at, asked, answer)) = daycare.at_table() {
        desk.sitting &= !asked;
        match answer {
            Ok(Some(ticket)) if Some(at) == toy && desk.table.is_none() => {
                match There::open(at, ticket, asked, time.elapsed()) {
                    Ok(there) => desk.table = Some(AtTable::There(there)),
                    Err(error) => desk.told = sentence(&error.to_string()),
                }
            }
            Ok(_) => {}
            // Nobody has asked where it sits.
            Err(_) if !asked => {}
            Err(why) => desk.told = sentence(&why),
        }
    }
    if let Some(AtTable::There(there)) = &desk.table
        && toy != Some(there.toy)
    {
        // It sits on, and is seen again when it is on the desk again.
        (desk.table, desk.invite) = (None, None);
    }
    match toy {
        None => (desk.sought, desk.sitting) = (None, false),
        Some(toy) => {
            let seek = desk.table.is_none() && !desk.sitting && desk.sought != Some(toy);
            if seek && daycare.look_at_table(toy) {
                desk.sought = Some(toy);
            }
        }
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
    if seen && desk.own.look_around(time.elapsed()) {
        redraw.write(RequestRedraw);
    }
    let Some(table) = &mut desk.table else { return };
    // The loop sleeps otherwise, and friends would stand still.
    redraw.write(RequestRedraw);
    let over = table.is_over();
    let picture = table.view();
    let name_of = |seat: Seat| {
        let seat = picture.seats.get(seat.index()).and_then(Option::as_ref);
        seat.map_or_else(|| "A friend".to_owned(), |seat| seat.name.as_str().to_owned())
    };
    // Who only comes to look need not hear of a playdate that was over before.
    let before = matches!(&*table, AtTable::There(there) if over && there.was_over(time.elapsed()));
    let events = if before { Vec::new() } else { table.events() };
    let mut torn = false;
    for event in events {
        if let Event::Cable(bytes) = &event {
            desk.own.hear_chip(bytes);
        }
        torn |= matches!(event, Event::Failed(_));
        if let Some(text) = friends::told(&event, name_of) {
            match event {
                Event::Failed(_) | Event::Trouble(_) if seen => desk.told = text,
                _ => view.toasts.say(text),
            }
        }
    }
    let mut made = None;
    if let AtTable::There(there) = table {
        made = there.invited();
        if torn && there.stood(time.elapsed()) >= SOON {
            // It sits there still, and is looked for again.
            desk.sought = None;
        }
    }
    if let Some(invite) = &mut desk.invite {
        invite.model.left = invite.expires.saturating_sub(unix());
        let used = match table {
            AtTable::Own(table) => !table.is_invite_live(),
            AtTable::There(_) => seated(&picture) > invite.sat,
        };
        if invite.model.left == 0 || used || over {
            desk.invite = None;
        }
    }
    if let Some(made) = made {
        desk.show_invite(made);
    }
    if over {
        desk.table = None;
        view.form.friends.giving = false;
        desk.own.look(unix());
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
