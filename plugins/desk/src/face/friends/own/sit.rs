//! The pet that sits at the table: what it brings along, and how it is shown to friends.

use crate::settings::DeskSettings;
use crate::view::View;
use bevy::ecs::prelude::*;
use eggtooth_cartridge::Cartridge;
use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_peer::{Friends, Identity, Limits, Name as PeerName, PeerKey};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::{FileKeep, Keepsakes};
use eggtooth_playdate::net::{Command, Setup};
use eggtooth_playdate::{Look, Name};
use eggtooth_shell::Design;
use eggtooth_toy::face::{BuzzerTone, Clock, LcdFrame, Shown, Tape, Toy};
use eggtooth_toy::{Home, Session, is_pip, pip_symbols_of};
use eggtooth_vault::Slug;
use std::collections::VecDeque;
use std::time::Duration;

use crate::face::friends::{AtTable, DeskFriends};

/// Pictures that are remembered for a portrait.
const PICTURES: usize = 16;
/// How long the animation of a visit takes on the side that comes.
const SHOW: Duration = Duration::from_secs(8);

/// What is remembered of the pet that sits there.
pub(super) struct Sitter {
    /// Its folder; another pet has other things.
    slug: Option<Slug>,
    labels: Labels,
    pictures: VecDeque<Lcd>,
    device: u32,
    pet: u32,
    name: Name,
    look: Look,
}

/// Everything that is needed to sit down; and the player's key.
pub(super) fn setup(
    home: &Home,
    session: &Session,
    settings: &DeskSettings,
    friends: Friends,
) -> Result<(Setup, Sitter, PeerKey), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let identity = Identity::load_or_create(home.dir().path().join("peer.key")).map_err(|error| words(&error))?;
    let name = PeerName::new(&settings.name).map_err(|error| words(&error))?;
    let machine = &session.machine;
    let labels = if is_pip(machine.identity()) {
        pip_symbols_of(machine.identity()).map(|symbols| Labels::from_symbols(&symbols)).unwrap_or_default()
    } else {
        let symbols = home.symbols(machine.identity());
        Cartridge::from_words(machine.words()).map(|rom| Labels::of(&rom, symbols.as_ref())).unwrap_or_default()
    };
    // Nothing can be given or taken where nothing can be written down.
    let keepsakes = match session.slug().filter(|_| home.dir().is_writer()) {
        None => None,
        Some(slug) => {
            let path = home.dir().folder(slug).join("keepsakes.json");
            let number = getrandom::u32().map_err(|error| words(&error))?;
            Some(Keepsakes::open(Box::new(FileKeep::new(path)), number).map_err(|error| words(&error))?)
        }
    };
    let key = identity.key();
    let device = key.0.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let pet = keepsakes.as_ref().map_or(0, Keepsakes::pet);
    let toy = Name::cleaned(session.name(), "toy");
    let slug = session.slug().cloned();
    let mut sitter =
        Sitter { slug, labels, pictures: VecDeque::new(), device, pet, name: toy.clone(), look: look(settings) };
    let frame = machine.frame();
    sitter.pictures.push_back(Lcd::from_rows(frame.rows, frame.icons));
    let setup = Setup {
        portrait: sitter.portrait(machine.ram()),
        identity,
        friends,
        name,
        toy,
        look: look(settings),
        keepsakes,
        show: SHOW,
        limits: Limits::default(),
    };
    Ok((setup, sitter, key))
}

/// The own shell, as others see it.
pub(super) fn look(settings: &DeskSettings) -> Look {
    Look::new(Design::named(&settings.design).unwrap_or_default().name()).unwrap_or_default()
}

impl Sitter {
    fn portrait(&mut self, ram: &[u8]) -> eggtooth_prong::packet::Exchange {
        let pictures = self.pictures.make_contiguous();
        portrait(&self.name, self.device, self.pet, &self.labels, ram, pictures)
    }
}

/// Plugs the cable into the own chip while its prongs hold another toy's, and sends what the chip says.
pub(in crate::face::friends) fn cable(mut desk: ResMut<DeskFriends>, mut shown: Query<&mut Toy, With<Shown>>) {
    let Ok(mut toy) = shown.single_mut() else { return };
    let (desk, machine) = (desk.bypass_change_detection(), &mut toy.bypass_change_detection().0.machine);
    let (own, table) = (&mut desk.own, desk.table.as_ref());
    own.plug.follow(table.and_then(|table| table.view().touch()).map(|pair| pair.number), machine);
    own.plug.deliver(&std::mem::take(&mut own.said), machine);
    let said = own.plug.poll(machine);
    if let Some(table) = table.filter(|_| !said.is_empty()) {
        // Where too much waits it is lost, as on a bad cable.
        table.command(Command::Cable(said));
    }
}

/// Shows the own toy to the table.
pub(in crate::face::friends) fn portray(
    mut desk: ResMut<DeskFriends>,
    shown: Query<(&Toy, &LcdFrame, &BuzzerTone, &Clock, Option<&Tape>), With<Shown>>,
    settings: Res<DeskSettings>,
    mut view: ResMut<View>,
) {
    let Some(AtTable::Own(table)) = &mut desk.bypass_change_detection().table else { return };
    let there = shown.single().ok().filter(|(toy, .., tape)| {
        toy.0.slug() == table.sitter.slug.as_ref() && tape.is_none_or(|tape| tape.recording().is_none())
    });
    let Some((toy, frame, tone, clock, _)) = there else {
        if !std::mem::replace(&mut table.left, true) {
            table.handle.command(Command::Leave);
            view.toasts.say("The pet that sat at the table is not on the desk any more, so it has left.");
        }
        return;
    };
    let lcd = Lcd::from_rows(frame.0.rows, frame.0.icons);
    let tone =
        tone.0.map_or(Tone::SILENT, |tone| Tone { divisor: tone.divisor, high_half_ticks: tone.high_half_ticks });
    table.handle.show(clock.0, lcd, frame.0.contrast, tone);
    let sitter = &mut table.sitter;
    let (name, look) = (Name::cleaned(toy.0.name(), "toy"), look(&settings));
    if (&sitter.name, &sitter.look) != (&name, &look)
        && table.handle.command(Command::Profile(name.clone(), look.clone()))
    {
        (sitter.name, sitter.look) = (name, look);
    }
    if sitter.pictures.back() != Some(&lcd) {
        if sitter.pictures.len() >= PICTURES {
            sitter.pictures.pop_front();
        }
        sitter.pictures.push_back(lcd);
        let portrait = sitter.portrait(toy.0.machine.ram());
        table.handle.set_portrait(portrait);
    }
}
