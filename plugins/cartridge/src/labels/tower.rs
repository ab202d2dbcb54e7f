//! Mothra, Genjintch and the Digimon toys: one family of programs (`toys.md` §6.4), one source.

use super::Confidence::B;
use super::Meaning::{
    Asleep, Calling, CareMistakes, Character, ClockHours, ClockMinutes, ClockSeconds, Dead, Generation, Happiness,
    Hunger, Light, Mess, Other, Sick, Weight,
};
use super::{Encoding, Label, among, bit, digits, meter, nibble, noted, place};

const fn other(address: u16, nibbles: u8, name: &'static str) -> Label {
    place(address, nibbles, Encoding::Binary, Other(name), B)
}

const ILL: Label = bit(0x005, 0, Sick, B);
const SLEEPS: Label = bit(0x005, 2, Asleep, B);
const HEAPS: Label = nibble(0x007, Mess, B);
const CHARACTER: Label = noted(nibble(0x00b, Character, B), "0 egg, 15 dead");
const DEAD: Label = among(0x00b, 1 << 15, Dead, B);
const STATE: Label = other(0x00c, 1, "state");
const GENERATION: Label = nibble(0x016, Generation, B);
const SECONDS: Label = digits(0x01a, ClockSeconds, B);
const MINUTES: Label = digits(0x01c, ClockMinutes, B);
const HOURS: Label = place(0x01e, 2, Encoding::HalfDay, ClockHours, B);

/// Mothra and Genjintch.
pub(super) const TOWER: &[Label] = &[
    ILL,
    SLEEPS,
    noted(place(0x006, 1, Encoding::Bit(0), Other("light_left_on"), B), "the light is still on in its sleep"),
    bit(0x006, 3, Calling, B),
    HEAPS,
    other(0x00a, 1, "game_phase"),
    CHARACTER,
    DEAD,
    noted(STATE, "0 awake, 1 egg, 5 nap, 6 asleep, 8 and 9 tower or pottery, A and B ill"),
    GENERATION,
    SECONDS,
    MINUTES,
    HOURS,
    noted(other(0x023, 1, "food_arrow"), "1 or 2"),
    noted(nibble(0x037, CareMistakes, B), "as this character"),
    noted(other(0x03b, 1, "growth_meter"), "justice or evolution"),
    other(0x03c, 1, "snacks"),
    meter(0x03d, Happiness, 4, B),
    meter(0x03e, Hunger, 4, B),
    noted(digits(0x056, Weight, B), "tonnes or kilograms"),
    other(0x062, 1, "snacks_in_threes"),
    other(0x063, 1, "cocoon_becomes"),
    other(0x06b, 1, "proneness_to_illness"),
    noted(other(0x076, 1, "can_leave_egg"), "2 = old enough"),
    other(0x09b, 1, "game_rounds"),
];

/// Digimon, versions 1 to 4. Cells of the family that belong to another game are left out.
pub(super) const DIGIMON: &[Label] = &[
    ILL,
    SLEEPS,
    HEAPS,
    place(0x008, 1, Encoding::NotBit(3), Light, B),
    noted(other(0x00a, 1, "menu_arrow"), "or the phase of a training"),
    CHARACTER,
    DEAD,
    STATE,
    GENERATION,
    SECONDS,
    MINUTES,
    HOURS,
    noted(nibble(0x031, CareMistakes, B), "as this character"),
    other(0x032, 1, "overfeedings"),
    noted(other(0x034, 2, "trainings_twice"), "trainings times 2"),
    other(0x03d, 1, "strength"),
    noted(digits(0x03e, Hunger, B), "fullness in digits instead of a meter"),
    noted(digits(0x056, Weight, B), "grams"),
    place(0x090, 2, Encoding::Binary, Other("wins"), B),
    place(0x094, 2, Encoding::Binary, Other("fights"), B),
    noted(other(0x098, 1, "wins_that_count"), "towards growth"),
    noted(other(0x099, 1, "fights_that_count"), "towards growth"),
    other(0x09b, 1, "training_rounds"),
];
