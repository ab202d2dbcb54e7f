//! Umino (`toys.md` §6.3): one source.

use super::Confidence::B;
use super::Meaning::{
    Age, Asleep, CareMistakes, Character, ClockHours, ClockMinutes, ClockSeconds, Dead, Discipline, Happiness, Hunger,
    Light, Mess, MissedCalls, Other, Sick, Weight,
};
use super::{Encoding, Label, among, bit, digits, meter, nibble, noted, place};

const fn other(address: u16, nibbles: u8, name: &'static str) -> Label {
    place(address, nibbles, Encoding::Binary, Other(name), B)
}

pub(super) const UMINO: &[Label] = &[
    digits(0x011, ClockSeconds, B),
    digits(0x013, ClockMinutes, B),
    noted(place(0x015, 2, Encoding::Bcd, Other("hour_shown"), B), "12 hours; 0 before the clock is set"),
    digits(0x017, ClockHours, B),
    noted(other(0x06b, 1, "hunter"), "5 while 0C5 is 7: a hunter lies in wait"),
    noted(other(0x06e, 1, "menu_arrow"), "0 or 4"),
    among(0x070, 1 << 1, Dead, B),
    bit(0x070, 2, Sick, B),
    bit(0x070, 3, Asleep, B),
    noted(other(0x071, 1, "naughty_calls"), "calls without a reason: scold"),
    noted(other(0x072, 1, "menu_cursor"), "15 none"),
    other(0x074, 1, "food_entry"),
    other(0x075, 1, "game_phase"),
    among(0x078, 1, Light, B),
    nibble(0x079, Age, B),
    noted(digits(0x07b, Weight, B), "grams; 0 in the egg"),
    meter(0x07d, Discipline, 7, B),
    meter(0x07e, Hunger, 4, B),
    meter(0x07f, Happiness, 4, B),
    noted(nibble(0x080, Mess, B), "the water: 0 clean to 4 black"),
    other(0x08e, 2, "snacks"),
    noted(other(0x092, 1, "game_luck"), "a press wins while it is even"),
    noted(nibble(0x0c6, Character, B), "0 baby"),
    noted(nibble(0x165, CareMistakes, B), "as this character"),
    nibble(0x166, MissedCalls, B),
];
