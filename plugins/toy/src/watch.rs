//! What to look at in a toy's memory to tell what happens to the pet in it.

use crate::machine::Machine;
use crate::pip::{is_pip, pip_symbols};
use eggtooth_cartridge::symbols::Symbols;

/// The attention icon (fact sheet §11.3).
const ATTENTION: u8 = 1 << 7;

/// What a place in memory means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// The stage of life; another value is growth.
    Stage,
    /// How full it is: a meal raises it.
    Fullness,
    /// How happy it is: a treat or a game raises it.
    Happiness,
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

impl Meaning {
    /// All of them.
    pub const ALL: [Meaning; 9] = [
        Meaning::Stage,
        Meaning::Fullness,
        Meaning::Happiness,
        Meaning::Mess,
        Meaning::Sick,
        Meaning::Asleep,
        Meaning::Dead,
        Meaning::Calling,
        Meaning::Missed,
    ];

    /// What symbol files call it; the first is Pip's name.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Meaning::Stage => &["stage"],
            Meaning::Fullness => &["hunger", "fullness"],
            Meaning::Happiness => &["happy", "happiness"],
            Meaning::Mess => &["mess", "poop"],
            Meaning::Sick => &["sick"],
            Meaning::Asleep => &["asleep"],
            Meaning::Dead => &["dead"],
            Meaning::Calling => &["calling"],
            Meaning::Missed => &["care_miss", "missed_calls"],
        }
    }
}

/// How nibbles are a number; the low one comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// Base 16.
    #[default]
    Binary,
    /// Base 10.
    Decimal,
}

/// A place in memory with a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it means.
    pub meaning: Meaning,
    /// The address of the first nibble.
    pub address: u16,
    /// How many nibbles, 1 to 7.
    pub nibbles: u8,
    /// How they are a number.
    pub coding: Coding,
}

impl Label {
    /// The number that is there now.
    #[must_use]
    pub fn read(&self, machine: &Machine) -> u32 {
        let base = match self.coding {
            Coding::Binary => 16,
            Coding::Decimal => 10,
        };
        (0..u16::from(self.nibbles.min(7))).rev().fold(0, |number, n| {
            let nibble = u32::from(machine.peek(self.address.saturating_add(n)));
            number * base + nibble
        })
    }
}

/// Everything that is known of a ROM's memory. Without labels, icons and sound have to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    labels: Vec<Label>,
    growth: Vec<(u32, String)>,
}

impl Watch {
    /// From labels; a meaning that occurs twice counts once. `growth` says for a stage what the pet did
    /// to get there, such as (1, "hatched") or (2, "grew into a child").
    #[must_use]
    pub fn new(labels: impl IntoIterator<Item = Label>, growth: Vec<(u32, String)>) -> Watch {
        let mut watch = Watch { labels: Vec::new(), growth };
        for label in labels {
            if watch.label(label.meaning).is_none() {
                watch.labels.push(label);
            }
        }
        watch
    }

    /// From a symbol file that uses the names of [`Meaning::names`]. A number of two nibbles is
    /// decimal, as programs of this chip count what people read.
    #[must_use]
    pub fn of_symbols(symbols: &Symbols) -> Watch {
        let label = |meaning: Meaning| {
            let place = meaning.names().iter().find_map(|name| symbols.ram.get(*name))?;
            let nibbles = u8::try_from(place.length.min(7)).unwrap_or(1);
            let coding = if nibbles == 1 { Coding::Binary } else { Coding::Decimal };
            Some(Label { meaning, address: place.address, nibbles, coding })
        };
        Watch::new(Meaning::ALL.into_iter().filter_map(label), Vec::new())
    }

    /// What is known of the ROM that a machine runs.
    #[must_use]
    pub fn of(machine: &Machine) -> Watch {
        if is_pip(machine.identity()) {
            return Watch { growth: vec![(1, "hatched".into())], ..Watch::of_symbols(&pip_symbols()) };
        }
        Watch::default()
    }

    /// The place with this meaning.
    #[must_use]
    pub fn label(&self, meaning: Meaning) -> Option<&Label> {
        self.labels.iter().find(|label| label.meaning == meaning)
    }

    /// Whether anything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// What a pet did to reach a stage.
    #[must_use]
    pub fn growth(&self, stage: u32) -> Option<&str> {
        self.growth.iter().find(|(number, _)| *number == stage).map(|(_, words)| words.as_str())
    }

    /// The number with this meaning.
    #[must_use]
    pub fn read(&self, meaning: Meaning, machine: &Machine) -> Option<u32> {
        self.label(meaning).map(|label| label.read(machine))
    }

    /// Whether the pet calls: by its memory, else by the attention icon.
    #[must_use]
    pub fn calls(&self, machine: &Machine) -> bool {
        match self.read(Meaning::Calling, machine) {
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
        let machine = Machine::new(&pip().unwrap());
        let watch = Watch::of(&machine);
        for meaning in Meaning::ALL.into_iter().filter(|meaning| *meaning != Meaning::Dead) {
            assert!(watch.label(meaning).is_some(), "{meaning:?}");
        }
        assert_eq!(watch.growth(1), Some("hatched"));
        assert_eq!(watch.label(Meaning::Missed).unwrap().coding, Coding::Decimal);
    }

    #[test]
    fn numbers_have_the_low_nibble_first() {
        let mut machine = Machine::new(&pip().unwrap());
        machine.advance(32_768, &mut ());
        // Pip's clock says 12:00.
        let place = pip_symbols().ram["hours"];
        let label = |coding| Label { meaning: Meaning::Stage, address: place.address, nibbles: 2, coding };
        assert_eq!(label(Coding::Decimal).read(&machine), 12);
        assert_eq!(label(Coding::Binary).read(&machine), 0x12);
    }

    #[test]
    fn nothing_is_read_outside_memory() {
        let machine = Machine::new(&pip().unwrap());
        let label = Label { meaning: Meaning::Mess, address: u16::MAX, nibbles: 255, coding: Coding::Decimal };
        assert_eq!(label.read(&machine), 0);
    }
}
