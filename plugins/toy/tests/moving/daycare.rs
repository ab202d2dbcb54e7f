//! A daycare in memory that keeps the rules, behind a network that loses requests and answers.

use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Daycare, Id, Known, Luggage, Machine, Parcel, STATE, Trouble};
use eggtooth_vault::Envelope;
use std::collections::BTreeMap;

/// Numbers from a seed (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    pub fn id(&mut self) -> Id {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.roll(u64::MAX).to_le_bytes());
        id[8..].copy_from_slice(&self.roll(u64::MAX).to_le_bytes());
        id
    }
}

/// A toy there.
pub struct Toy {
    pub machine: Machine,
    rom: Vec<u8>,
    leaving: Option<(Id, Vec<u8>)>,
}

/// The daycare, and the network before it.
pub struct House {
    pub toys: BTreeMap<Id, Toy>,
    moves: BTreeMap<Id, Known>,
    /// Which toy an attempt takes home.
    takes: BTreeMap<Id, Id>,
    dice: Dice,
    /// Of a hundred requests so many get lost, half of them after they took effect.
    pub losses: u64,
    pub full: bool,
    /// It hands nothing over before the password was given once more.
    pub strict: bool,
    pub requests: usize,
}

impl House {
    pub fn new(seed: u64, losses: u64) -> House {
        House {
            toys: BTreeMap::new(),
            moves: BTreeMap::new(),
            takes: BTreeMap::new(),
            dice: Dice(seed),
            losses,
            full: false,
            strict: false,
            requests: 0,
        }
    }

    /// The toys that live there.
    pub fn living(&self) -> Vec<Id> {
        self.toys.iter().filter(|(_, toy)| toy.leaving.is_none()).map(|(id, _)| *id).collect()
    }

    fn through<T>(&mut self, deed: impl FnOnce(&mut House) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.requests += 1;
        let lost = || Trouble::Lost("the line is dead".into());
        let fate = self.dice.roll(200);
        if fate < self.losses {
            return Err(lost());
        }
        let answer = deed(self);
        if fate < 2 * self.losses { Err(lost()) } else { answer }
    }
}

impl Daycare for House {
    fn address(&self) -> &str {
        "https://egg.example:7433"
    }

    fn account(&self) -> Id {
        [5; 16]
    }

    async fn arrive(&mut self, id: Id, luggage: &Luggage) -> Result<Id, Trouble> {
        self.through(|house| match house.moves.get(&id) {
            Some(Known::Arrived(toy)) => Ok(*toy),
            Some(_) => Err(Trouble::Conflict),
            None if house.full => Err(Trouble::Refused("the daycare is full".into())),
            None => {
                let rom = Cartridge::from_bytes(None, &luggage.rom).unwrap();
                let (envelope, _) = Envelope::from_bytes(&luggage.envelope).unwrap();
                let machine = Machine::resume(&rom, &envelope).unwrap();
                let toy = house.dice.id();
                house.toys.insert(toy, Toy { machine, rom: luggage.rom.clone(), leaving: None });
                house.moves.insert(id, Known::Arrived(toy));
                Ok(toy)
            }
        })
    }

    async fn ask(&mut self, id: Id) -> Result<Option<Known>, Trouble> {
        self.through(|house| Ok(house.moves.get(&id).copied()))
    }

    async fn cancel(&mut self, id: Id) -> Result<(), Trouble> {
        self.through(|house| match house.moves.get(&id) {
            Some(Known::Cancelled) | None => {
                house.moves.insert(id, Known::Cancelled);
                Ok(())
            }
            Some(_) => Err(Trouble::Conflict),
        })
    }

    async fn leave(&mut self, toy: Id, id: Id) -> Result<Parcel, Trouble> {
        self.through(|house| {
            if house.strict {
                return Err(Trouble::Again("the password once more".into()));
            }
            let known = house.moves.get(&id).copied();
            let found = house.toys.get_mut(&toy).ok_or(Trouble::Gone)?;
            match (&found.leaving, known) {
                (None, None) => {
                    let mut envelope = luggage_of(&found.machine);
                    envelope.set_value(STATE, found.machine.state()).unwrap();
                    found.leaving = Some((id, envelope.to_bytes(1).unwrap()));
                    house.moves.insert(id, Known::Leaving);
                    house.takes.insert(id, toy);
                }
                (Some((leaving, _)), _) if *leaving == id => {}
                _ => return Err(Trouble::Conflict),
            }
            let (_, envelope) = found.leaving.clone().unwrap();
            Ok(Parcel { tick: found.machine.tick(), envelope, rom: Some(found.rom.clone()) })
        })
    }

    async fn done(&mut self, id: Id) -> Result<(), Trouble> {
        self.through(|house| match house.moves.get(&id) {
            Some(Known::Leaving) => {
                house.moves.insert(id, Known::Done);
                house.toys.remove(&house.takes[&id]);
                Ok(())
            }
            Some(Known::Done) => Ok(()),
            Some(_) => Err(Trouble::Conflict),
            None => Err(Trouble::Gone),
        })
    }

    async fn abort(&mut self, id: Id) -> Result<(), Trouble> {
        self.through(|house| match house.moves.get(&id) {
            Some(Known::Leaving) => {
                house.moves.insert(id, Known::Cancelled);
                house.toys.get_mut(&house.takes[&id]).unwrap().leaving = None;
                Ok(())
            }
            Some(Known::Cancelled) => Ok(()),
            Some(_) => Err(Trouble::Conflict),
            None => Err(Trouble::Gone),
        })
    }
}

fn luggage_of(machine: &Machine) -> Envelope {
    Envelope::new(eggtooth_vault::Meta {
        name: "Whatever".into(),
        rom: *machine.identity(),
        model: machine.model().name.into(),
        saved_at: 7,
        tick: machine.tick(),
    })
}
