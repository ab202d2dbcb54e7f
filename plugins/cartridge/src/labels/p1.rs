//! The P1 and those that share its cells (`toys.md` §6.1, §6.2). One source says that P1, P1 Japan and P2
//! have identical cells.

use super::Confidence::{A, B, C};
use super::Meaning::{
    Age, Asleep, CareMistakes, Character, ClockHours, ClockMinutes, ClockSeconds, Dead, Discipline, Happiness, Hunger,
    Light, Mess, MissedCalls, Other, Sick, Weight,
};
use super::{Confidence, Encoding, Label, among, digits, meter, nibble, noted, place};

const SECONDS: Label = digits(0x010, ClockSeconds, A);
const MINUTES: Label = digits(0x012, ClockMinutes, A);
const HOURS: Label = noted(place(0x014, 2, Encoding::Binary, ClockHours, A), "32 before the clock is set");
const HUNGER: Label = meter(0x040, Hunger, 15, A);
const HAPPINESS: Label = meter(0x041, Happiness, 15, A);
const MISTAKES: Label = noted(nibble(0x042, CareMistakes, B), "stays at 15; counts from the child on");
const WEIGHT: Label = noted(digits(0x046, Weight, A), "ounces");
const LIGHT: Label = nibble(0x04b, Light, C);
const MESS: Label = nibble(0x04d, Mess, B);
const CHARACTER: Label =
    noted(nibble(0x05d, Character, A), "0 egg or dead, 1 baby, 2 child, 3 and 4 teenagers, 5 to 10 adults, 11 secret");

const fn other(address: u16, nibbles: u8, name: &'static str, confidence: Confidence) -> Label {
    place(address, nibbles, Encoding::Binary, Other(name), confidence)
}

/// P1 and P1 Japan.
pub(super) const P1: &[Label] = &[
    noted(other(0x000, 3, "draw_pointer", A), "low, high, page AND 7"),
    SECONDS,
    MINUTES,
    HOURS,
    other(0x022, 2, "timer_steps", B),
    other(0x026, 1, "last_keys", B),
    other(0x02f, 3, "battery_seconds", B),
    other(0x032, 2, "note_ticks", B),
    other(0x034, 1, "buzzer_f74", B),
    other(0x035, 1, "buzzer_f75", B),
    other(0x036, 2, "next_note", B),
    other(0x03c, 1, "clock_runs", B),
    other(0x03d, 1, "last_keys_2", B),
    HUNGER,
    HAPPINESS,
    MISTAKES,
    meter(0x043, Discipline, 15, B),
    WEIGHT,
    LIGHT,
    MESS,
    other(0x050, 1, "teenager_kind", B),
    noted(nibble(0x051, MissedCalls, B), "calls for discipline"),
    noted(nibble(0x054, Age, C), "low digit of the years, perhaps"),
    other(0x057, 1, "countdown_seconds", B),
    CHARACTER,
    other(0x07d, 1, "picture_ready", B),
    other(0x084, 1, "game_won", B),
];

/// P2.
pub(super) const P2: &[Label] = &[
    SECONDS,
    MINUTES,
    HOURS,
    HUNGER,
    HAPPINESS,
    MISTAKES,
    meter(0x043, Discipline, 15, B),
    WEIGHT,
    LIGHT,
    MESS,
    other(0x050, 1, "teenager_kind", B),
    noted(nibble(0x051, MissedCalls, B), "calls for discipline"),
    noted(nibble(0x054, Age, C), "low digit of the years, perhaps"),
    CHARACTER,
    noted(other(0x071, 1, "game_number", B), "the number shown less one"),
];

/// A cell that a relative of the P1 shares with it according to one source.
const fn shared(label: Label) -> Label {
    Label { confidence: B, ..label }
}

/// Angel.
pub(super) const ANGEL: &[Label] = &[
    shared(SECONDS),
    shared(MINUTES),
    shared(HOURS),
    shared(HUNGER),
    shared(HAPPINESS),
    shared(MISTAKES),
    meter(0x043, Discipline, 15, B),
    noted(place(0x046, 2, Encoding::Bcd, Other("angel_power"), B), "instead of the weight"),
    noted(other(0x049, 1, "illnesses", B), "as this character; at 3 it is lost"),
    LIGHT,
    shared(MESS),
    shared(CHARACTER),
    among(0x05e, 1 << 3, Asleep, B),
    among(0x05e, 1 << 9, Sick, B),
    noted(
        other(0x05e, 1, "state", B),
        "1 awake, 2 eating, 3 asleep, 4 dropping, 9 sick, A praying, B out, C leaving, D bat",
    ),
    other(0x081, 1, "game_obstacle", B),
    other(0x085, 1, "game_rounds", B),
];

/// Morino.
pub(super) const MORINO: &[Label] = &[
    shared(SECONDS),
    shared(MINUTES),
    shared(HOURS),
    other(0x01a, 1, "sweetness", B),
    noted(other(0x01d, 1, "friendship", B), "hidden"),
    shared(HUNGER),
    shared(HAPPINESS),
    shared(MISTAKES),
    other(0x043, 1, "cocoon_warmth", B),
    noted(digits(0x046, Weight, B), "milligrams"),
    shared(LIGHT),
    shared(MESS),
    noted(other(0x050, 1, "weighings", B), "or the kind of cocoon"),
    noted(other(0x051, 1, "came_back", B), "15 = came back out of a cocoon"),
    shared(CHARACTER),
    among(0x05e, 1 << 6, Asleep, B),
    among(0x05e, 1 << 8, Sick, B),
    among(0x05e, 1 << 0xc, Dead, B),
    noted(other(0x05e, 1, "state", B), "1 and 2 awake, 6 asleep, 7 attacked, 8 injured, C dead"),
    other(0x075, 1, "menu_cursor", B),
    noted(other(0x076, 1, "egg_chosen", B), "0 = an egg waits to be chosen"),
    other(0x080, 1, "game_answer", B),
];
