//! The shelf of pets in a data folder, and how a pet is taken from it.

use crate::lease::Lease;
use crate::machine::{Machine, STATE};
use crate::pip::{pip, pip_of};
use crate::recording::Recording;
use crate::session::{Session, now};
use crate::watch::Watch;
use eggtooth_cartridge::symbols::{self, Symbols};
use eggtooth_cartridge::{Cartridge, RomError};
use eggtooth_chip::InvalidState;
use eggtooth_vault::foreign::ForeignError;
use eggtooth_vault::{DataDir, Entry, Envelope, Meta, Slug, VaultError, check_name, hex};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a pet cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToyError {
    /// The file is no ROM.
    #[error(transparent)]
    Rom(#[from] RomError),
    /// The shelf refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Another program's file cannot be taken.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// The snapshot is impossible.
    #[error(transparent)]
    State(#[from] InvalidState),
    /// It lives elsewhere, or is on its way.
    #[error("{name} {lease}; the menu's \"Daycare\" leads there, takes it home, and finishes what was begun")]
    Elsewhere {
        /// What it is called.
        name: String,
        /// Where it is.
        lease: Lease,
    },
    /// The save names a wiring that this program does not know.
    #[error("the save is of the model \"{0}\", which this Eggtooth does not know; update Eggtooth to play it")]
    UnknownModel(String),
}

/// What somebody asked for on the command line or in the menu.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// A ROM they brought.
    pub rom: Option<Cartridge>,
    /// What a new pet with that ROM is called; usually the file's name without its ending.
    pub rom_name: Option<String>,
    /// The pet they named.
    pub toy: Option<String>,
}

/// What a pet is called after a file until somebody gives it a name: the file's name without its
/// ending, where that makes a name.
#[must_use]
pub fn name_of_file(path: &Path) -> Option<String> {
    check_name(path.file_stem()?.to_str()?).ok()
}

/// A pet was taken from the shelf.
#[derive(Debug)]
pub struct Started {
    /// The pet.
    pub session: Session,
    /// Sentences the player should read; usually none.
    pub notices: Vec<String>,
}

/// What is remembered between starts, beside other programs' keys in `settings.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    /// The folder of the pet that was played last.
    last_toy: Option<String>,
}

/// The data folder with its shelf. As a Bevy resource it is inserted by the root.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "bevy", derive(bevy_ecs::resource::Resource))]
pub struct Home {
    dir: Arc<DataDir>,
}

impl Home {
    /// Opens a data folder, the usual one when `path` is `None`. Read-only where another copy has
    /// it or nothing can be written; [`Home::read_only`] says so.
    ///
    /// # Errors
    /// When there is no such folder and none can be made.
    pub fn open(path: Option<PathBuf>) -> Result<Home, ToyError> {
        let path = match path {
            Some(path) => path,
            None => DataDir::default_location()?,
        };
        Ok(Home { dir: Arc::new(DataDir::open(path)?) })
    }

    /// The folder, for the shelf's other functions.
    #[must_use]
    pub fn dir(&self) -> &Arc<DataDir> {
        &self.dir
    }

    /// Why nothing will be saved, if so.
    #[must_use]
    pub fn read_only(&self) -> Option<String> {
        match self.dir.access() {
            eggtooth_vault::Access::Writer => None,
            eggtooth_vault::Access::ReadOnly(reason) => Some(reason.to_string()),
        }
    }

    /// Finds or hatches the pet that was asked for: the named one; else the last one with the ROM
    /// that was brought; else the last one played; else a new one. Remembers it.
    ///
    /// # Errors
    /// When the named pet's saves are all damaged, it belongs to another ROM, its ROM is gone, or it lives elsewhere.
    pub fn start(&self, request: Request) -> Result<Started, ToyError> {
        let mut notices = Vec::new();
        notices.extend(self.read_only().map(|reason| format!("Nothing will be saved: {reason}")));
        let session = match self.choose(&request)? {
            Some(entry) => self.open_toy(&entry.slug, request.rom.as_ref(), &mut notices)?,
            None => self.hatch(request.rom, request.toy.or(request.rom_name))?,
        };
        self.remember(&session);
        Ok(Started { session, notices })
    }

    /// The pet on the shelf that a request means, if it is there.
    fn choose(&self, request: &Request) -> Result<Option<Entry>, ToyError> {
        if let Some(name) = &request.toy {
            check_name(name)?;
            return match self.dir.find(name) {
                Ok(entry) => Ok(Some(entry)),
                Err(VaultError::NoSuchToy(_)) => Ok(None),
                Err(error) => Err(error.into()),
            };
        }
        // Those that live elsewhere are not meant by who names none.
        let entries: Vec<Entry> = self.dir.list()?.into_iter().filter(|entry| entry.home.is_none()).collect();
        if let Some(rom) = &request.rom {
            let newest = entries.into_iter().filter(|entry| entry.meta.as_ref().is_some_and(|m| m.rom == rom.identity));
            return Ok(newest.max_by_key(|entry| entry.meta.as_ref().map(|meta| meta.saved_at)));
        }
        let last = self.dir.load_settings::<Remembered>().value.last_toy;
        let remembered = entries.iter().find(|entry| Some(entry.slug.as_str()) == last.as_deref()).cloned();
        Ok(remembered.or_else(|| entries.into_iter().max_by_key(|entry| entry.meta.as_ref().map(|m| m.saved_at))))
    }

    /// Opens a pet of the shelf; `rom` is offered for it, else its own from the store is taken.
    ///
    /// # Errors
    /// As [`Home::start`].
    pub fn open_toy(
        &self,
        slug: &Slug,
        rom: Option<&Cartridge>,
        notices: &mut Vec<String>,
    ) -> Result<Session, ToyError> {
        let loaded = self.dir.load(slug)?;
        if let Some(lease) = Lease::of(&loaded.envelope) {
            return Err(ToyError::Elsewhere { name: loaded.envelope.meta.name, lease });
        }
        notices.extend(loaded.notice().map(|text| format!("{}: {text}.", loaded.envelope.meta.name)));
        let own;
        let cartridge = match rom {
            Some(rom) => rom,
            None => {
                own = self.rom_of(&loaded.envelope)?;
                &own
            }
        };
        let machine = Machine::resume(cartridge, &loaded.envelope)?;
        let watch = Watch::of(cartridge, self.symbols(&cartridge.identity).as_ref());
        Ok(Session::new(self.dir.clone(), Some(slug.clone()), loaded.envelope, machine).knowing(watch))
    }

    /// The player's symbol file for a ROM: `symbols/` in the data folder, named after the first twelve
    /// hexadecimal digits of its identity.
    #[must_use]
    pub fn symbols(&self, identity: &[u8; 32]) -> Option<Symbols> {
        let name = format!("{}.sym", &hex(identity)[..12]);
        let bytes = self.dir.given(Path::new("symbols").join(name), symbols::MAX_FILE as u64)?;
        Some(Symbols::parse(&bytes).0)
    }

    /// The ROM that a save was made with: built in, or from the store.
    pub(crate) fn rom_of(&self, envelope: &Envelope) -> Result<Cartridge, ToyError> {
        match pip_of(&envelope.meta.rom) {
            Some(pip) => Ok(pip),
            None => Ok(Cartridge::from_bytes(None, &self.dir.rom(&envelope.meta.rom)?)?),
        }
    }

    /// Puts a new pet on the shelf: with `rom`, else Pip. A taken name gets a number. Where nothing
    /// can be written the pet lives unsaved.
    ///
    /// # Errors
    /// When the name is no name, or writing fails.
    pub fn hatch(&self, rom: Option<Cartridge>, name: Option<String>) -> Result<Session, ToyError> {
        let brought = rom.is_some();
        let cartridge = match rom {
            Some(rom) => rom,
            None => pip()?,
        };
        let machine = Machine::new(&cartridge);
        let watch = Watch::of(&cartridge, self.symbols(&cartridge.identity).as_ref());
        let known = cartridge.known.as_ref().map(|known| known.toy.name.to_owned());
        let name = name.or(known).unwrap_or_else(|| if brought { "Toy".into() } else { "Pip".into() });
        let name = check_name(&name)?;
        let meta = Meta {
            name,
            rom: cartridge.identity,
            model: machine.model().name.into(),
            saved_at: now(),
            tick: machine.tick(),
        };
        let mut envelope = Envelope::new(meta);
        envelope.set_value(STATE, machine.state())?;
        if !self.dir.is_writer() {
            return Ok(Session::fresh(self.dir.clone(), None, envelope, machine).knowing(watch));
        }
        // Pip too: another version of the program brings another Pip, and this pet keeps its own.
        self.dir.store_rom(&cartridge.normalised())?;
        let entry = self.dir.create(envelope.clone())?;
        if let Some(meta) = entry.meta {
            envelope.meta = meta;
        }
        Ok(Session::fresh(self.dir.clone(), Some(entry.slug), envelope, machine).knowing(watch))
    }

    /// The pet of a recording, at its start: it lives its life again, and is on no shelf.
    ///
    /// # Errors
    /// When its ROM is neither built in nor in the store, or its snapshot is impossible.
    pub fn play(&self, recording: &Recording) -> Result<Session, ToyError> {
        let cartridge = self.rom_of(recording.start())?;
        let machine = Machine::play(&cartridge, recording)?;
        self.guest(machine, &recording.start().meta.name)
    }

    /// A pet that is on no shelf and is never saved.
    ///
    /// # Errors
    /// When the name is no name.
    pub fn guest(&self, machine: Machine, name: &str) -> Result<Session, ToyError> {
        let meta = Meta {
            name: check_name(name)?,
            rom: *machine.identity(),
            model: machine.model().name.into(),
            saved_at: 0,
            tick: machine.tick(),
        };
        Ok(Session::fresh(self.dir.clone(), None, Envelope::new(meta), machine))
    }

    /// Makes this pet the one that the next start opens. Failing to is no error: the next start then
    /// opens the pet that was saved last.
    pub fn remember(&self, session: &Session) {
        if let (Some(slug), true) = (session.slug(), self.dir.is_writer()) {
            let _ = self.dir.save_settings(&Remembered { last_toy: Some(slug.to_string()) });
        }
    }

    /// Makes a handle the one that the next start goes to ([`Home::last_handle`]).
    pub fn remember_handle(&self, slug: Option<&Slug>) {
        if let (Some(slug), true) = (slug, self.dir.is_writer()) {
            let _ = self.dir.save_settings(&Remembered { last_toy: Some(slug.to_string()) });
        }
    }

    /// The toy elsewhere that was on the desk last, if it was one, or one that is on its way: its entry and lease.
    #[must_use]
    pub fn last_handle(&self) -> Option<(Entry, Lease)> {
        let last = self.dir.load_settings::<Remembered>().value.last_toy?;
        let entry = self.dir.entry(&Slug::parse(&last)?).ok()?;
        let lease = Lease::of_entry(&entry)?;
        Some((entry, lease))
    }

    /// The pet of this name, if it lives elsewhere or is on its way: its entry and lease.
    #[must_use]
    pub fn elsewhere(&self, name: &str) -> Option<(Entry, Lease)> {
        let entry = self.dir.find(name).ok()?;
        let lease = Lease::of_entry(&entry)?;
        Some((entry, lease))
    }
}
