//! Tamaotch (`toys.md` §6.5): one source.

use super::Confidence::B;
use super::Meaning::{
    Asleep, CareMistakes, Character, ClockHours, ClockMinutes, Happiness, Hunger, Mess, MissedCalls, Other, Sick,
    Training, Weight,
};
use super::{Encoding, Label, among, bit, digits, meter, nibble, noted, place};

const fn other(address: u16, nibbles: u8, name: &'static str) -> Label {
    place(address, nibbles, Encoding::Binary, Other(name), B)
}

pub(super) const TAMAOTCH: &[Label] = &[
    noted(other(0x102, 1, "seconds_digit"), "one digit of the seconds"),
    digits(0x104, ClockMinutes, B),
    place(0x106, 2, Encoding::HalfDayDigits, ClockHours, B),
    among(0x120, 1 << 15, Asleep, B),
    noted(
        other(0x120, 1, "screen"),
        "0 boot, 1 setting, 3 hatching, 4 home, 6 clock, 7 food, 8 medicine, A slot machine, B toilet, D status, E training, F asleep",
    ),
    digits(0x154, Weight, B),
    nibble(0x1d8, Character, B),
    other(0x1dc, 2, "hours_to_change"),
    meter(0x1e0, Hunger, 4, B),
    meter(0x1e1, Happiness, 4, B),
    meter(0x1e3, Training, 4, B),
    other(0x1e5, 1, "games_won_today"),
    noted(other(0x1e6, 3, "games_won_by_kind"), "one nibble a kind"),
    other(0x1e9, 1, "popularity"),
    other(0x1ea, 2, "hours_to_illness"),
    noted(nibble(0x1ed, Sick, B), "how much of the cure is left; 0 = well"),
    nibble(0x1f2, MissedCalls, B),
    nibble(0x1f7, CareMistakes, B),
    bit(0x1fa, 3, Other("wants_scolding"), B),
    noted(other(0x1fa, 1, "wants"), "D3 scolding; D1 or D0 the light off"),
    nibble(0x1fd, Mess, B),
];
