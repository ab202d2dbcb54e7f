//! What to look at in a toy's memory to tell what happens to the pet in it.

use crate::machine::Machine;
use crate::pip::{is_pip, pip_symbols};
use eggtooth_cartridge::Cartridge;
use eggtooth_cartridge::labels::{Label, Labels, Meaning};
use eggtooth_cartridge::symbols::Symbols;
use std::sync::Arc;

/// The attention icon (fact sheet §11.3).
const ATTENTION: u8 = 1 << 7;

/// What an account is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The stage of life, or who it is; another value is growth.
    Growth,
    /// How full it is: a meal raises it.
    Fullness,
    /// How much there is to clean.
    Mess,
    /// It is ill unless 0.
    Sick,
    /// It sleeps unless 0.
    Asleep,
    /// It is dead unless 0.
    Dead,
    /// It calls unless 0.
    Calling,
    /// Calls that nobody answered.
    Missed,
}

impl Fact {
    /// All of them.
    pub const ALL: [Fact; 8] =
        [Fact::Growth, Fact::Fullness, Fact::Mess, Fact::Sick, Fact::Asleep, Fact::Dead, Fact::Calling, Fact::Missed];

    /// The labels that say so, the best first.
    fn meanings(self) -> &'static [Meaning] {
        match self {
            Fact::Growth => &[Meaning::Stage, Meaning::Character],
            Fact::Fullness => &[Meaning::Hunger],
            Fact::Mess => &[Meaning::Mess],
            Fact::Sick => &[Meaning::Sick],
            Fact::Asleep => &[Meaning::Asleep],
            Fact::Dead => &[Meaning::Dead],
            Fact::Calling => &[Meaning::Calling],
            Fact::Missed => &[Meaning::MissedCalls, Meaning::CareMistakes],
        }
    }
}

/// Everything that is known of a ROM's memory. Without labels, icons and sound have to do. Clones share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch(Arc<Known>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Known {
    places: [Option<Label>; Fact::ALL.len()],
    growth: Vec<(u16, String)>,
}

impl Watch {
    /// From labels. `growth` says of a stage what the pet did to get there, such as (1, "hatched") or
    /// (2, "grew into a child"); of others it is said that it grew.
    #[must_use]
    pub fn new(labels: &Labels, growth: Vec<(u16, String)>) -> Watch {
        let place = |fact: Fact| fact.meanings().iter().find_map(|meaning| labels.find(*meaning)).copied();
        Watch(Arc::new(Known { places: Fact::ALL.map(place), growth }))
    }

    /// What is known of a ROM: from a symbol file, if there is one, and the tables of known toys.
    #[must_use]
    pub fn of(cartridge: &Cartridge, symbols: Option<&Symbols>) -> Watch {
        if is_pip(&cartridge.identity) {
            return Watch::of_pip();
        }
        Watch::new(&Labels::of(cartridge, symbols), Vec::new())
    }

    /// What is known of Pip: every version keeps this in the same places.
    #[must_use]
    pub fn of_pip() -> Watch {
        Watch::new(&Labels::from_symbols(&pip_symbols()), vec![(1, "hatched".into())])
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.places.iter().all(Option::is_none)
    }

    /// What a pet did to reach a stage.
    #[must_use]
    pub fn growth(&self, stage: u16) -> Option<&str> {
        self.0.growth.iter().find(|(number, _)| *number == stage).map(|(_, words)| words.as_str())
    }

    /// What a fact is now; `None` where it is not known.
    pub(crate) fn read(&self, fact: Fact, machine: &Machine) -> Option<u16> {
        self.0.places[fact as usize]?.read(machine.ram())
    }

    /// How full the pet is; `None` where that is not known. A meal raises it.
    #[must_use]
    pub fn fullness(&self, machine: &Machine) -> Option<u16> {
        self.read(Fact::Fullness, machine)
    }

    /// Whether the pet calls: by its memory, else by the attention icon.
    #[must_use]
    pub fn calls(&self, machine: &Machine) -> bool {
        match self.read(Fact::Calling, machine) {
            Some(calling) => calling != 0,
            None => machine.icons() & ATTENTION != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pip;

    #[test]
    fn pip_is_known_by_its_symbols() {
        let pip = pip().unwrap();
        let watch = Watch::of(&pip, None);
        let machine = Machine::new(&pip);
        for fact in Fact::ALL {
            assert_eq!(watch.read(fact, &machine).is_some(), fact != Fact::Dead, "{fact:?}");
        }
        assert_eq!(watch.growth(1), Some("hatched"));
        assert!(watch.fullness(&machine).is_some() && Watch::default().fullness(&machine).is_none());
    }

    #[test]
    fn a_symbol_file_says_what_is_where() {
        let mut words = pip().unwrap().words.to_vec();
        words[6143] ^= 0x555;
        let cartridge = Cartridge::from_words(&words).unwrap();
        assert!(Watch::of(&cartridge, None).is_empty());
        let (symbols, faults) = Symbols::parse(b"ram 01F 1 stage\nram 03F 2 missed_calls\nram 041 4 rng\n");
        assert!(faults.is_empty());
        let watch = Watch::of(&cartridge, Some(&symbols));
        let mut machine = Machine::new(&cartridge);
        machine.advance(60 * 32_768, &mut ());
        assert_eq!((watch.read(Fact::Growth, &machine), watch.read(Fact::Missed, &machine)), (Some(1), Some(0)));
        assert_eq!(watch.read(Fact::Mess, &machine), None);
    }

    #[test]
    fn facts_are_where_they_are_counted() {
        for (n, fact) in Fact::ALL.into_iter().enumerate() {
            assert_eq!(fact as usize, n);
        }
    }
}
