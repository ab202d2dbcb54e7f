//! `meet`: a playdate without a window.

mod arguments;
mod around;
mod chip;
mod orders;
mod people;
mod pet;
mod plan;
mod realtoy;
mod tell;

use crate::output;
use anyhow::{Context, Result, bail};
use eggtooth_peer::{Identity, Invite, Limits, Name as PeerName};
use eggtooth_playdate::net::{Command, Event, PlaydateHandle, Setup, Way};
use eggtooth_playdate::{Look, Name};
use eggtooth_toy::{Home, now};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arguments::{CommonArguments, HostArguments, JoinArguments};
pub use arguments::{FriendsArguments, MeetCommand};
use around::Sign;
use orders::Order;
pub use people::friends;
use pet::Pet;
use plan::Plan;
use realtoy::Switch;
use tell::Voice;

/// How often the pet is looked at.
const LOOK: Duration = Duration::from_millis(33);
/// How long the last words may take.
const LAST: Duration = Duration::from_secs(10);

/// `eggtooth meet`.
pub fn meet(command: MeetCommand) -> Result<ExitCode> {
    match command {
        MeetCommand::Host(arguments) => host(&arguments),
        MeetCommand::Join(arguments) => join(&arguments),
    }
}

fn host(arguments: &HostArguments) -> Result<ExitCode> {
    let common = &arguments.common;
    let voice = Voice::new(common.json);
    let toy = Switch::new(&common.real_toy)?;
    let (pet, setup) = sit_down(common, &voice)?;
    let key = setup.identity.key();
    let table = PlaydateHandle::host(setup, arguments.listen)?;
    voice.listens(table.local_addr())?;
    let sign = if arguments.unseen { Sign::none() } else { Sign::show(key, table.local_addr(), &voice) };
    for _ in 0..arguments.invites {
        let invite = table.invite(now(), arguments.invite_for, &arguments.reached_at);
        let invite = invite.context("only a host has invites")??;
        voice.invites(&invite, arguments.qr)?;
    }
    play(&table, pet, toy.as_ref(), sign, common, &voice, arguments.until_empty)
}

fn join(arguments: &JoinArguments) -> Result<ExitCode> {
    let common = &arguments.common;
    let voice = Voice::new(common.json);
    let whom = arguments.whom.trim();
    let is_invite = whom.to_ascii_lowercase().contains("egg1");
    let invite = if is_invite { Some(Invite::parse(whom)?) } else { None };
    let toy = Switch::new(&common.real_toy)?;
    let (pet, setup) = sit_down(common, &voice)?;
    let way = match invite {
        Some(invite) => Way::Invite(Box::new(invite)),
        None => {
            let friend = people::find(&setup.friends, whom)?;
            let addresses = match arguments.at.as_slice() {
                [] => around::addresses_of(&friend, &setup.friends, &voice)?,
                at => at.to_vec(),
            };
            if addresses.is_empty() {
                bail!(
                    "{} was never reached from here, and is not seen on this network; ask for an invite, or say where \
                     with --at",
                    friend.name
                );
            }
            Way::Friend(friend.key, addresses)
        }
    };
    let table = PlaydateHandle::join(setup, arguments.from, way)?;
    play(&table, pet, toy.as_ref(), Sign::none(), common, &voice, false)
}

/// Takes the pet and what it needs at a table.
fn sit_down(common: &CommonArguments, voice: &Voice) -> Result<(Pet, Setup)> {
    let home = Home::open(common.data_dir.clone())?;
    let folder = home.dir().path().to_path_buf();
    let pet = Pet::take(&home, common.pet.clone(), voice)?;
    if common.link && !pet.has_link() {
        bail!("only today's Pip can be led to its cable: go without --link, and press the buttons with --commands");
    }
    let identity = Identity::load_or_create(folder.join("peer.key"))?;
    let friends = eggtooth_peer::Friends::open(&folder)?;
    let named = common.name.clone().or_else(|| std::env::var("USER").ok());
    let name = named.as_deref().and_then(PeerName::mended).map_or_else(|| PeerName::new("player"), Ok)?;
    let keepsakes = pet.keepsakes(&home).map_err(|error| voice.notice(&error.to_string())).ok().flatten();
    let toy = Name::cleaned(pet.name(), "toy");
    let pet_number = keepsakes.as_ref().map_or(0, eggtooth_playdate::Keepsakes::pet);
    let mut pet = pet;
    pet.is(u32::from_le_bytes(identity.key().0[..4].try_into().unwrap_or_default()), pet_number);
    let setup = Setup {
        portrait: pet.portrait(),
        identity,
        friends,
        name,
        toy,
        look: Look::default(),
        keepsakes,
        show: common.show,
        limits: Limits::default(),
    };
    Ok((pet, setup))
}

/// Plays until it is over. A table that never was is a failure.
fn play(
    table: &PlaydateHandle,
    mut pet: Pet,
    toy: Option<&Switch>,
    mut sign: Sign,
    common: &CommonArguments,
    voice: &Voice,
    until_empty: bool,
) -> Result<ExitCode> {
    let interrupted: Arc<AtomicBool> = crate::prong::interrupted()?;
    let orders = common.commands.then(orders::Orders::start).transpose()?;
    if let Some(toy) = toy {
        toy.turn(true, table, voice);
    }
    let begun = Instant::now();
    let mut plan = Plan::new(common, until_empty);
    let mut leaving: Option<Instant> = None;
    loop {
        pet.live()?;
        sign.look(voice);
        pet.show(table);
        // Asked before the events are fetched: after the last one nothing comes.
        let over = table.is_over();
        for event in table.events() {
            voice.tell(&event)?;
            plan.hear(&event);
            match event {
                Event::Cable(bytes) => pet.deliver(&bytes),
                Event::Failed(why) => {
                    pet.save()?;
                    bail!("{why}");
                }
                _ => {}
            }
        }
        if let Some(news) = pet.link(table) {
            voice.chip(news)?;
            plan.learn(news);
        }
        if over || leaving.is_some_and(|end| Instant::now() >= end) {
            break;
        }
        for order in orders.iter().flat_map(|orders| orders.next(&table.view(), voice)) {
            match order {
                Order::Table(command) => {
                    table.command(command);
                }
                Order::Press(buttons) if pet.press(&buttons) => {}
                Order::Press(_) => voice.notice("the toy has no time for so many presses: wait until they are made"),
                Order::Link if pet.lead() => {}
                Order::Link => voice.notice("only today's Pip can be led to its cable: press the buttons"),
                Order::RealToy(on) => match toy {
                    Some(toy) => toy.turn(on, table, voice),
                    None => voice.notice("no real toy was named: give --real-toy"),
                },
            }
        }
        if plan.leads() {
            pet.lead();
        }
        for command in plan.next(&table.view(), begun.elapsed()) {
            table.command(command);
        }
        let late = common.limit.is_some_and(|limit| begun.elapsed() >= limit);
        if leaving.is_none() && (interrupted.load(Ordering::Relaxed) || late || plan.is_done(begun.elapsed())) {
            leaving = Some(Instant::now() + LAST);
            table.command(Command::Leave);
        }
        std::thread::sleep(LOOK);
    }
    pet.save()?;
    Ok(ExitCode::SUCCESS)
}

/// Says something that is no event.
fn log(text: &str) {
    output::log(text);
}
