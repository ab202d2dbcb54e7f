//! A toy that sits down: what it brings along, and how it is shown to friends.

use super::{NEWS, Table, TableError, Tables, kept, lock};
use crate::store::ToyRow;
use eggtooth_cartridge::Cartridge;
use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::Lcd;
use eggtooth_peer::{Invite, Limits, Name as PeerName};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::Keepsakes;
use eggtooth_playdate::net::{PlaydateHandle, Setup, Way};
use eggtooth_playdate::{Look, Name};
use eggtooth_prong::packet::Exchange;
use eggtooth_toy::{Machine, is_pip, pip_symbols_of};
use eggtooth_vault::Envelope;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::broadcast;

/// Pictures that are remembered for a portrait.
const PICTURES: usize = 16;
/// How long the animation of a visit takes on the side that comes.
const SHOW: Duration = Duration::from_secs(8);

/// What is remembered of the toy that sits there.
pub(super) struct Sitter {
    pub cartridge: Arc<Cartridge>,
    labels: Labels,
    ram: Vec<u8>,
    pictures: VecDeque<Lcd>,
    device: u32,
    pet: u32,
    pub name: Name,
    pub look: Look,
}

impl Sitter {
    /// What the pet's memory is now, in a save.
    pub fn remember(&mut self, envelope: &[u8]) {
        if let Some(ram) = ram(&self.cartridge, envelope) {
            self.ram = ram;
        }
    }

    /// What the toy shows; true if that is new.
    pub fn see(&mut self, lcd: Lcd) -> bool {
        let new = self.pictures.back() != Some(&lcd);
        if new {
            if self.pictures.len() >= PICTURES {
                self.pictures.pop_front();
            }
            self.pictures.push_back(lcd);
        }
        new
    }

    /// How the pet goes to a visit.
    pub fn portrait(&mut self) -> Exchange {
        let pictures = self.pictures.make_contiguous();
        portrait(&self.name, self.device, self.pet, &self.labels, &self.ram, pictures)
    }
}

/// How a toy is called at a table, and its shell.
pub(super) fn looks(row: &ToyRow) -> (Name, Look) {
    (Name::cleaned(&row.name, "toy"), Look::new(&row.theme).unwrap_or_default())
}

/// The memory in a save.
fn ram(cartridge: &Cartridge, envelope: &[u8]) -> Option<Vec<u8>> {
    let (envelope, _) = Envelope::from_bytes(envelope).ok()?;
    Some(Machine::resume(cartridge, &envelope).ok()?.ram().to_vec())
}

/// Sits down. Blocks: the store and the operating system are asked.
pub(super) fn sit(
    tables: &Tables,
    row: ToyRow,
    envelope: &[u8],
    invite: Option<Invite>,
) -> Result<(Table, Sitter), TableError> {
    let (store, roms, owner) = (&tables.0.store, &tables.0.roms, row.owner);
    // One after the other, so that a player has one key and one list.
    let (identity, friends) = {
        let _making = lock(&tables.0.making);
        let identity = kept::identity(store, roms, owner)?;
        let known = lock(&tables.0.open).friends.get(&owner).cloned();
        let friends = match known {
            Some(known) => known,
            None => kept::friends(store, roms, owner)?,
        };
        lock(&tables.0.open).friends.insert(owner, friends.clone());
        (identity, friends)
    };
    let cartridge = roms.cartridge(row.rom)?;
    let machine = Machine::new(&cartridge);
    let labels = if is_pip(machine.identity()) {
        pip_symbols_of(machine.identity()).map(|symbols| Labels::from_symbols(&symbols)).unwrap_or_default()
    } else {
        Labels::of(&cartridge, None)
    };
    let number = getrandom::u32().map_err(|_| crate::seal::SealError::Random)?;
    let keepsakes = Keepsakes::open(Box::new(kept::Kept::keepsakes(store, roms, owner, row.id)?), number)?;
    let (name, look) = looks(&row);
    let mut sitter = Sitter {
        ram: ram(&cartridge, envelope).unwrap_or_default(),
        cartridge,
        labels,
        pictures: VecDeque::new(),
        device: identity.key().0.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)),
        pet: keepsakes.pet(),
        name: name.clone(),
        look: look.clone(),
    };
    let player = store.account(owner)?.name;
    let setup = Setup {
        portrait: sitter.portrait(),
        identity,
        friends,
        // An account's name may have what no player's name has.
        name: PeerName::mended(&player).or_else(|| PeerName::new("player").ok()).ok_or(TableError::Closing)?,
        toy: name,
        look,
        keepsakes: Some(keepsakes),
        show: SHOW,
        limits: Limits::default(),
    };
    let hosts = invite.is_none();
    let handle = match invite {
        None => PlaydateHandle::host(setup, SocketAddr::new(tables.0.options.listen, 0))?,
        Some(invite) => {
            let any: IpAddr = match invite.addresses().first() {
                Some(SocketAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
                _ => Ipv4Addr::UNSPECIFIED.into(),
            };
            PlaydateHandle::join(setup, SocketAddr::new(any, 0), Way::Invite(Box::new(invite)))?
        }
    };
    let table = Table {
        toy: row.id,
        owner,
        hosts,
        handle,
        news: broadcast::Sender::new(NEWS),
        last: Mutex::default(),
        pages: Default::default(),
    };
    Ok((table, sitter))
}
