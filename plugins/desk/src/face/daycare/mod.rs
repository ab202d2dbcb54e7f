//! The daycare of the desk: actions become tasks of a worker, its answers become what is shown.

mod gate;
mod live;
mod worker;

use crate::daycare::{DaycareAction, DaycareModel, DaycareTold, Door, Elsewhere, ElsewhereModel};
use crate::model::Action;
use crate::view::View;
use bevy::ecs::prelude::*;
use bevy::window::RequestRedraw;
use eggtooth_livelink::client::TableTicket;
use eggtooth_toy::face::{Remote, ShelfCommand, ShelfView, Shown, Wire};
use eggtooth_toy::{End, Home, Id, Lease};
use eggtooth_vault::{Entry, Slug};
use live::Live;
use std::collections::VecDeque;
use worker::{Said, Task, Worker};

pub(super) use live::{live, press};

/// Frames that a pet on the desk has to get out of the way before it is carried.
const PATIENCE: u8 = 8;

/// Where the game begins, if not with a pet here: inserted by the root before the app runs.
#[derive(Resource, Clone, Debug, PartialEq, Eq)]
pub struct DaycareStart {
    /// The daycare's address, as typed.
    pub daycare: String,
    /// The toy there that is wanted; `None`: the only one, or the player chooses.
    pub toy: Option<String>,
}

/// The daycare that a page came from, its origin: offered at once. Inserted by the root before the app runs.
#[derive(Resource, Clone, Debug, PartialEq, Eq)]
pub struct DaycareHere(pub String);

/// The desk's daycare: the worker, and what was told of it.
#[derive(Resource, Default)]
pub(super) struct DeskDaycare {
    worker: Option<Worker>,
    model: DaycareModel,
    /// Tasks that are not over.
    tasks: usize,
    live: Option<Live>,
    asked_live: Option<Id>,
    /// A pet that gets off the desk before it is carried; and frames to wait for that.
    leaving: Option<(Slug, u8)>,
    /// The toy that is taken home.
    taking: Option<Id>,
    /// A toy to be shown once the toys are known; an empty name means the only one.
    wish: Option<String>,
    /// The daycare was gone to because a toy of it lies on the desk.
    begun: bool,
    /// The panel is open.
    seen: bool,
    /// Where toys sit, for the friends of the desk.
    tables: VecDeque<(Id, bool, Result<Option<TableTicket>, String>)>,
}

impl DeskDaycare {
    /// What the panel shows; without the toys while nobody sees it.
    pub(super) fn model(&self, seen: bool) -> DaycareModel {
        if seen {
            return self.model.clone();
        }
        let (door, carrying) = (self.model.door.clone(), self.model.carrying.clone());
        DaycareModel { door, carrying, ..DaycareModel::default() }
    }

    /// Leads a toy to a table of its own, or with an invite to somebody's; false where too much is asked already.
    pub(super) fn sit(&mut self, toy: Id, invite: Option<String>) -> bool {
        self.ask(Task::Sit(toy, invite))
    }

    /// Asks where a toy sits; false as above.
    pub(super) fn look_at_table(&mut self, toy: Id) -> bool {
        self.ask(Task::LookAtTable(toy))
    }

    /// Where a toy sits, if it does, and whether it was asked to sit down; or why it did not.
    pub(super) fn at_table(&mut self) -> Option<(Id, bool, Result<Option<TableTicket>, String>)> {
        self.tables.pop_front()
    }

    fn ask(&mut self, task: Task) -> bool {
        let asked = self.worker.as_ref().is_some_and(|worker| worker.ask(task));
        self.tasks += usize::from(asked);
        asked
    }

    fn request(&mut self, busy: &str, task: Task) {
        self.model.told = None;
        if self.ask(task) {
            self.model.busy = busy.to_owned();
        } else {
            self.ill("The daycare is being asked something else; wait a moment.");
        }
    }

    fn ill(&mut self, text: &str) {
        self.model.told = Some(DaycareTold::Ill(text.into()));
    }

    /// The daycare has ended the session.
    fn signed_out(&mut self) {
        if let Door::In { url, name, account } = &self.model.door {
            self.model.door = Door::SignedOut { url: url.clone(), name: name.clone(), account: account.clone() };
        }
    }
}

/// Where a pet of the shelf is, if not here.
pub(super) fn place(entry: &Entry) -> Option<Elsewhere> {
    let lease = Lease::of_entry(entry)?;
    Some(Elsewhere { unfinished: lease.carriage().is_some(), words: lease.to_string() })
}

/// What is shown of the toy on the desk.
pub(super) fn elsewhere(remote: &Remote) -> ElsewhereModel {
    let (waiting, ended) = match &remote.wire {
        Wire::Live => (None, false),
        Wire::Off => (Some("Not connected.".to_owned()), false),
        Wire::Waiting(text) => (Some(text.clone()), false),
        Wire::Ended(text) => (Some(text.clone()), true),
    };
    ElsewhereModel {
        daycare: remote.daycare.clone(),
        waiting,
        ended,
        round_trip: remote.round_trip.map(|time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX)),
        running: remote.condition.is_none_or(|condition| condition.running),
        may_press: remote.may_press,
        own: remote.own,
        watchers: remote.condition.map_or(0, |condition| condition.watchers),
    }
}

/// Goes to the daycare of the toy that the game begins with.
pub(super) fn begin(
    start: Option<Res<DaycareStart>>,
    shown: Query<&Remote, With<Shown>>,
    mut desk: ResMut<DeskDaycare>,
    mut actions: MessageWriter<Action>,
) {
    if desk.begun {
        return;
    }
    if desk.model.door != Door::Outside {
        desk.begun = true;
        return;
    }
    if let Some(start) = start {
        desk.begun = true;
        desk.wish = Some(start.toy.clone().unwrap_or_default());
        actions.write(Action::Daycare(DaycareAction::Meet(start.daycare.clone())));
    } else if let Ok(remote) = shown.single() {
        desk.begun = true;
        actions.write(Action::Daycare(DaycareAction::Meet(remote.daycare.clone())));
    }
}

/// Does what was asked for.
pub(super) fn obey(
    mut actions: MessageReader<Action>,
    home: Option<Res<Home>>,
    here: Option<Res<DaycareHere>>,
    shelf: Res<ShelfView>,
    shown: Query<&Remote, With<Shown>>,
    mut desk: ResMut<DeskDaycare>,
    mut view: ResMut<View>,
    mut commands: MessageWriter<ShelfCommand>,
) {
    let Some(home) = home else { return };
    for action in actions.read() {
        let remote = shown.single().ok();
        let action = match (action, remote) {
            (Action::Daycare(action), _) => action.clone(),
            // The keys mean the toy on the desk, wherever it lives.
            (Action::Pause(_), Some(remote)) if remote.own => DaycareAction::Run(!elsewhere(remote).running),
            (Action::Pause(_) | Action::Speed(_) | Action::FastForward(_), Some(_)) => {
                view.toasts.say("A toy in a daycare lives at its own pace.");
                continue;
            }
            _ => continue,
        };
        if desk.worker.is_none() {
            desk.worker = Worker::start(&home);
        }
        let desk = &mut *desk;
        let toy = remote.and_then(|remote| remote.toy);
        match action {
            DaycareAction::Show => {
                (view.open, view.form.daycare.open) = (true, true);
                desk.ask(Task::Known);
                match (&desk.model.door, &here) {
                    (Door::In { .. }, _) => {
                        desk.ask(Task::Toys);
                    }
                    (Door::Outside, Some(here)) => desk.request("Going there", Task::Meet(here.0.clone())),
                    _ => {}
                }
            }
            DaycareAction::Meet(url) => desk.request("Going there", Task::Meet(url)),
            DaycareAction::Confirm => desk.request("Going in", Task::Confirm),
            DaycareAction::Leave => {
                desk.request("Going away", Task::Leave);
                desk.ask(Task::Known);
            }
            DaycareAction::SignIn(name, password) => desk.request("Signing in", Task::SignIn(name, password)),
            DaycareAction::SignOut => desk.request("Signing out", Task::SignOut),
            DaycareAction::Look => desk.request("Looking", Task::Toys),
            DaycareAction::Create(name) => desk.request("A pet hatches there", Task::Create(name)),
            DaycareAction::Open(id, name) => {
                attach(desk, &home, id, &name, &mut commands);
                view.open = false;
            }
            DaycareAction::Visit(slug) => visit(desk, &home, &slug, &mut view, &mut commands),
            DaycareAction::Carry(slug) => carry(desk, &shelf, slug, remote.is_some(), &mut commands),
            DaycareAction::TakeHome(id, name) => {
                desk.taking = Some(id);
                desk.request("Taking it home", Task::TakeHome(id, name));
            }
            DaycareAction::Again(password) => {
                if let (Some((toy, name)), Some(password)) = (desk.model.again.take(), password) {
                    desk.taking = Some(toy);
                    desk.request("Taking it home", Task::Again(password, toy, name));
                }
            }
            DaycareAction::GoOn(slug) => desk.request("Going on", Task::GoOn(slug)),
            DaycareAction::GiveUp(slug) => desk.request("Turning back", Task::GiveUp(slug)),
            DaycareAction::TurnBack => {
                desk.worker.iter().for_each(Worker::turn_back);
                desk.model.carrying.iter_mut().for_each(|carrying| carrying.stopping = true);
            }
            DaycareAction::Run(running) => {
                if let Some(toy) = toy {
                    desk.request("", Task::Run(toy, running));
                }
            }
            DaycareAction::SetClock => {
                if let Some(toy) = toy {
                    desk.request("", Task::SetClock(toy));
                }
            }
            DaycareAction::Retry => match (&desk.live, remote) {
                (Some(live), _) => live.handle.retry(),
                (None, Some(remote)) => {
                    desk.asked_live = None;
                    desk.request("Going there", Task::Meet(remote.daycare.clone()));
                }
                _ => {}
            },
        }
    }
}

/// Puts a toy there on the desk.
fn attach(desk: &mut DeskDaycare, home: &Home, toy: Id, name: &str, commands: &mut MessageWriter<ShelfCommand>) {
    let Some(url) = desk.model.door.url() else { return };
    let handle = home.handle(url, &toy).ok().flatten().map(|entry| entry.slug);
    let own = desk.model.toys.iter().any(|row| row.id == toy && row.own);
    let (name, daycare) = (name.to_owned(), url.to_owned());
    let remote = Remote { name, daycare, toy: Some(toy), handle, own, ..Remote::default() };
    desk.asked_live = None;
    commands.write(ShelfCommand::Attach(Box::new(remote)));
}

/// Goes to where a pet of the shelf lives, or to the panel that brings it to an end.
fn visit(
    desk: &mut DeskDaycare,
    home: &Home,
    slug: &Slug,
    view: &mut View,
    commands: &mut MessageWriter<ShelfCommand>,
) {
    let Ok(entry) = home.dir().entry(slug) else { return };
    let Some(lease) = Lease::of_entry(&entry) else { return };
    let Some(url) = lease.daycare() else {
        view.toasts.say(format!("{} {lease}; update Eggtooth.", entry.name()));
        return;
    };
    let there = desk.model.door.url() == Some(url) && desk.model.door.is_in();
    if let (Lease::Handle { toy, .. }, true) = (&lease, there) {
        attach(desk, home, *toy, entry.name(), commands);
        return;
    }
    if let Lease::Handle { toy, .. } = &lease {
        let remote = Remote {
            name: entry.name().to_owned(),
            daycare: url.to_owned(),
            toy: Some(*toy),
            handle: Some(slug.clone()),
            ..Remote::default()
        };
        commands.write(ShelfCommand::Attach(Box::new(remote)));
    } else {
        (view.open, view.form.daycare.open) = (true, true);
    }
    if !there {
        desk.request("Going there", Task::Meet(url.to_owned()));
    }
}

/// Carries a pet of the shelf; the one on the desk is saved and put down first.
fn carry(
    desk: &mut DeskDaycare,
    shelf: &ShelfView,
    slug: Slug,
    remote: bool,
    commands: &mut MessageWriter<ShelfCommand>,
) {
    let Some(url) = desk.model.door.url().map(str::to_owned) else { return };
    if shelf.current.as_ref() != Some(&slug) || remote {
        desk.request("Setting out", Task::Carry(slug));
        return;
    }
    let name = shelf.toys.iter().find(|entry| entry.slug == slug).map(|entry| entry.name().to_owned());
    let remote = Remote {
        name: name.unwrap_or_default(),
        daycare: url,
        handle: Some(slug.clone()),
        own: true,
        wire: Wire::Waiting("It is being carried there.".into()),
        ..Remote::default()
    };
    commands.write(ShelfCommand::Attach(Box::new(remote)));
    desk.model.told = None;
    desk.model.busy = "Setting out".into();
    desk.leaving = Some((slug, PATIENCE));
}

/// Takes in what the worker has found out.
pub(super) fn hear(
    mut desk: ResMut<DeskDaycare>,
    home: Option<Res<Home>>,
    here: Option<Res<DaycareHere>>,
    mut shown: Query<&mut Remote, With<Shown>>,
    mut view: ResMut<View>,
    mut commands: MessageWriter<ShelfCommand>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let Some(home) = home else { return };
    let desk = desk.bypass_change_detection();
    set_out(desk, &shown);
    let seen = view.open && view.form.daycare.open;
    if seen && !desk.seen && desk.tasks == 0 && desk.model.door.is_in() {
        // What was known when the panel was closed may be old.
        desk.ask(Task::Toys);
    }
    desk.seen = seen;
    if desk.tasks > 0 || desk.leaving.is_some() {
        // The loop sleeps otherwise, and the answer would come late.
        redraw.write(RequestRedraw);
    }
    while let Some(said) = desk.worker.as_ref().and_then(Worker::heard) {
        match said {
            Said::Known(known) => {
                desk.model.known = known;
                if let Some(here) = here.as_ref().filter(|_| desk.model.known.is_empty()) {
                    desk.model.known.push((here.0.clone(), None));
                }
            }
            Said::Door(door) => {
                if door != desk.model.door {
                    desk.asked_live = None;
                }
                let stopped = matches!(door, Door::New { .. } | Door::SignedOut { .. });
                desk.model.door = door;
                desk.model.again = None;
                desk.model.toys.clear();
                if stopped && (desk.wish.is_some() || shown.single().is_ok()) {
                    // Nothing goes on without the player.
                    (view.open, view.form.daycare.open) = (true, true);
                    if let Ok(mut remote) = shown.single_mut() {
                        remote.wire = Wire::Ended("Sign in at the daycare to be with it.".into());
                    }
                }
            }
            Said::Toys(toys) => {
                desk.model.toys = toys;
                wished(desk, &home, &mut view, &mut commands);
            }
            Said::Made(row) => attach(desk, &home, row.id, &row.name, &mut commands),
            Said::Live(toy, handle) => desk.live = Some(Live::new(toy, handle)),
            Said::NotLive(toy, why) => {
                if let Ok(mut remote) = shown.single_mut()
                    && remote.toy == Some(toy)
                {
                    remote.wire = Wire::Ended(why);
                }
            }
            Said::Table(toy, asked, sits) => desk.tables.push_back((toy, asked, sits)),
            Said::Way(carrying) => desk.model.carrying = Some(carrying),
            Said::Carried { slug, name, end, why } => {
                desk.model.carrying = None;
                carried(desk, (&slug, &name), end, why, &mut shown, &mut commands);
            }
            Said::Again(toy, name) => {
                desk.model.again = Some((toy, name));
                (view.open, view.form.daycare.open) = (true, true);
            }
            Said::Stuck(slug) => {
                desk.model.carrying = None;
                stuck(&home, &slug, &mut shown, &mut commands);
            }
            Said::Told(told) => {
                if let (DaycareTold::Ill(text), Ok(mut remote)) = (&told, shown.single_mut())
                    && desk.live.is_none()
                    && !desk.model.door.is_in()
                {
                    remote.wire = Wire::Ended(text.clone());
                }
                desk.model.told = Some(told);
            }
            Said::Idle => desk.tasks = desk.tasks.saturating_sub(1),
        }
        let seen = view.open && view.form.daycare.open;
        if let (Some(DaycareTold::Well(text) | DaycareTold::Ill(text)), false) = (&desk.model.told, seen) {
            view.toasts.offer(text.clone(), "Show", Action::Daycare(DaycareAction::Show));
            desk.model.told = None;
        }
    }
    if desk.tasks == 0 && desk.leaving.is_none() {
        desk.model.busy.clear();
    }
    desk.model.shown = shown.single().ok().and_then(|remote| remote.toy);
}

/// A pet that was on the desk is carried once it has got off it.
fn set_out(desk: &mut DeskDaycare, shown: &Query<&mut Remote, With<Shown>>) {
    let Some((slug, left)) = desk.leaving.take() else { return };
    let down = shown.single().is_ok_and(|remote| remote.handle.as_ref() == Some(&slug));
    if down {
        desk.request("Setting out", Task::Carry(slug));
    } else if left == 0 {
        desk.ill("The pet could not be saved, so it was not carried.");
    } else {
        desk.leaving = Some((slug, left - 1));
    }
}

/// The toy that somebody wanted to begin with.
fn wished(desk: &mut DeskDaycare, home: &Home, view: &mut View, commands: &mut MessageWriter<ShelfCommand>) {
    let Some(wish) = desk.wish.take() else { return };
    let named = |name: &str| name.to_lowercase() == wish.to_lowercase();
    let found = match (wish.is_empty(), desk.model.toys.as_slice()) {
        (true, [only]) => Some(only.clone()),
        (true, _) => None,
        (false, toys) => toys.iter().find(|row| named(&row.name)).cloned(),
    };
    match found {
        Some(row) => attach(desk, home, row.id, &row.name, commands),
        None => {
            (view.open, view.form.daycare.open) = (true, true);
            if !wish.is_empty() {
                desk.ill(&format!("No toy there is called {wish}. Choose one, or hatch it."));
            }
        }
    }
}

/// A pet has come to an end of its way.
fn carried(
    desk: &mut DeskDaycare,
    (slug, name): (&Slug, &str),
    end: End,
    why: Option<String>,
    shown: &mut Query<&mut Remote, With<Shown>>,
    commands: &mut MessageWriter<ShelfCommand>,
) {
    let there = desk.model.door.url().unwrap_or("the daycare").to_owned();
    let on_desk = shown.single_mut().ok().filter(|remote| remote.handle.as_ref() == Some(slug));
    match end {
        End::There(toy) => {
            desk.model.told = Some(match &why {
                Some(why) => DaycareTold::Ill(format!("{name} stays at {there}. {why}")),
                None => DaycareTold::Well(format!("{name} lives at {there} now.")),
            });
            if let Some(mut remote) = on_desk {
                remote.toy = Some(toy);
                desk.asked_live = None;
            }
            commands.write(ShelfCommand::Refresh);
        }
        End::Here => {
            desk.model.told = Some(match &why {
                Some(why) => DaycareTold::Ill(format!("{name} stays here. {why}")),
                None => DaycareTold::Well(format!("{name} lives here.")),
            });
            let taken = desk.taking.take();
            let shown_there = taken.is_some() && taken == desk.model.shown;
            match on_desk {
                Some(_) => drop(commands.write(ShelfCommand::Open(slug.clone()))),
                // It was watched without a handle, which it has now.
                None if shown_there => drop(commands.write(ShelfCommand::Open(slug.clone()))),
                None => drop(commands.write(ShelfCommand::Refresh)),
            }
        }
    }
}

/// A pet has not come to an end of its way; or has never set out, and lives here as before.
fn stuck(
    home: &Home,
    slug: &Slug,
    shown: &mut Query<&mut Remote, With<Shown>>,
    commands: &mut MessageWriter<ShelfCommand>,
) {
    let lease = home.dir().entry(slug).ok().and_then(|entry| Lease::of_entry(&entry));
    let on_desk = shown.single_mut().ok().filter(|remote| remote.handle.as_ref() == Some(slug));
    match (lease, on_desk) {
        (None, Some(_)) => drop(commands.write(ShelfCommand::Open(slug.clone()))),
        (Some(lease), Some(mut remote)) if lease.carriage().is_some() => {
            remote.wire = Wire::Ended("It is on its way; the daycare's page goes on with it.".into());
            commands.write(ShelfCommand::Refresh);
        }
        _ => drop(commands.write(ShelfCommand::Refresh)),
    }
}
