//! The wiring of the toys known to use either chip: data for [`eggtooth_chip::Model`], one for each
//! kind of toy (`toys.md` §3, §4). What else is known of a kind, and from whom, is in [`crate::wiring`].

use crate::cartridge::{Cartridge, ChipKind};
use eggtooth_chip::{InputPin, Model, Rattle, S46, S48};

/// A SEG line without a dot.
const O: u8 = 255;

/// The SEG line of each column, from the column of each SEG line: the tables of `toys.md` §4.1.
const fn columns(of_segment: [u8; 40]) -> [u8; 32] {
    let mut out = [O; 32];
    let mut segment = 0;
    while segment < 40 {
        let column = of_segment[segment];
        if column != O {
            out[column as usize] = segment as u8;
        }
        segment += 1;
    }
    out
}

/// Families L1 and L2: the same columns, other icons; row = COM.
const PETS: [u8; 32] = columns([
    0, 1, 2, 3, 4, 5, 6, 7, //
    O, 8, 9, 10, 11, 12, 13, 14, //
    15, O, O, O, 31, 30, 29, 28, //
    27, 26, 25, 24, O, 23, 22, 21, //
    20, 19, 18, 17, 16, O, O, O,
]);

/// Family L3: row = 15 − COM.
const YASASHII_COLUMNS: [u8; 32] = columns([
    31, 30, 29, 28, 27, 26, 25, 24, //
    23, 22, 21, 20, 19, 18, 17, 16, //
    0, 1, 2, 3, 4, 5, 6, 7, //
    8, 9, 10, 11, 12, 13, 14, 15, //
    O, O, O, O, O, O, O, O,
]);

/// Family L4: row = 15 − COM.
const DIGIMON_COLUMNS: [u8; 32] = columns([
    O, 31, 30, 29, 28, 27, 26, 25, //
    24, O, O, O, 23, 22, 21, 20, //
    19, 18, 17, 16, 0, 1, 2, 3, //
    4, 5, 6, 7, O, 8, 9, 10, //
    11, 12, 13, 14, 15, O, O, O,
]);

/// Icons of family L1 (`toys.md` §4.2).
const L1_ICONS: [Option<(u8, u8)>; 8] =
    [at(8, 0), at(8, 1), at(8, 2), at(8, 3), at(28, 12), at(28, 13), at(28, 14), at(28, 15)];
/// Icons of family L2.
const L2_ICONS: [Option<(u8, u8)>; 8] =
    [at(8, 0), at(17, 0), at(18, 0), at(19, 0), at(39, 15), at(38, 15), at(37, 15), at(28, 15)];
/// Icons of family L4.
const L4_ICONS: [Option<(u8, u8)>; 8] =
    [at(28, 15), at(37, 15), at(38, 15), at(39, 15), at(11, 0), at(10, 0), at(9, 0), at(0, 0)];

const fn at(segment: u8, com: u8) -> Option<(u8, u8)> {
    Some((segment, com))
}

const fn k0(pin: u8) -> Option<InputPin> {
    Some(InputPin { port: 0, pin })
}

const fn k1(pin: u8) -> Option<InputPin> {
    Some(InputPin { port: 1, pin })
}

/// A, B, C without and with a sensor (`toys.md` §3.1).
const KEYS: [Option<InputPin>; 4] = [k0(2), k0(1), k0(0), None];
const KEYS_AND_TAP: [Option<InputPin>; 4] = [k0(2), k0(1), k0(0), k0(3)];

/// First and second generation toys: E0C6S46, family L1.
pub static P1: Model = Model { name: "p1", columns: PETS, icons: L1_ICONS, buttons: KEYS, ..S46 };

/// The picture and buttons of [`P1`], a tap sensor on K03.
pub static ANGEL: Model = Model { name: "angel", columns: PETS, icons: L1_ICONS, buttons: KEYS_AND_TAP, ..S48 };

/// Wired like [`ANGEL`]; its icons mean something else.
pub static MORINO: Model = Model { name: "morino", columns: PETS, icons: L1_ICONS, buttons: KEYS_AND_TAP, ..S48 };

/// Family L2 with a sensor.
pub static UMINO: Model = Model { name: "umino", columns: PETS, icons: L2_ICONS, buttons: KEYS_AND_TAP, ..S48 };

/// Family L2 without a sensor.
pub static MOTHRA: Model = Model { name: "mothra", columns: PETS, icons: L2_ICONS, buttons: KEYS, ..S48 };

/// Family L2; whether it has a sensor is disputed, and one that nobody taps does no harm.
pub static GENJINTCH: Model = Model { name: "genjintch", columns: PETS, icons: L2_ICONS, buttons: KEYS_AND_TAP, ..S48 };

/// Family L2 with a sensor that rattles: K03 changes every 2 ticks for 0.3 s (`toys.md` §3.3).
pub static TAMAOTCH: Model = Model {
    name: "tamaotch",
    columns: PETS,
    icons: L2_ICONS,
    buttons: KEYS_AND_TAP,
    rattle: Some(Rattle { every: 2, lasts: 9_830 }),
    ..S48
};

/// Family L3, eight keys, no icons. A is *select* (K01), C is *cancel* (K00); the six keys that
/// choose something stand beside each other without an order, so B is *food* (K13), the one that a
/// pet cannot live without. The other five are in [`crate::wiring`].
pub static YASASHII: Model =
    Model { name: "yasashii", columns: YASASHII_COLUMNS, flipped: true, buttons: [k0(1), k1(3), k0(0), None], ..S48 };

/// Family L4.
pub static DIGIMON: Model =
    Model { name: "digimon", columns: DIGIMON_COLUMNS, flipped: true, icons: L4_ICONS, buttons: KEYS, ..S48 };

/// SEG n is column n; the last seven of 39 columns are not seen. Runs on OSC3. A is *sound* (K02), B
/// *select* (K01), C *mode* (K00), the sensor's place is the *handle* (K03).
pub static ALIEN_FEVER: Model = Model { name: "alien-fever", osc3_hz: Some(1_000_000), buttons: KEYS_AND_TAP, ..S46 };

/// A, B, C on K10–K12; the picture is the raw lines of a 32×20 LCD that is wired crosswise.
pub static VENUS_DIET: Model = Model { name: "venus-diet", buttons: [k1(0), k1(1), k1(2), None], ..S46 };

/// A *left* (K00), B *down* (K01), C *right* (K02), in the sensor's place *rotate* (K03); the picture is
/// the raw lines of a 10×21 LCD.
pub static STACK_CHALLENGE: Model = Model { name: "stack-challenge", buttons: [k0(0), k0(1), k0(2), k0(3)], ..S46 };

/// Every model, by which saves are opened again.
pub static MODELS: [&Model; 12] = [
    &P1,
    &ANGEL,
    &MORINO,
    &UMINO,
    &MOTHRA,
    &GENJINTCH,
    &TAMAOTCH,
    &YASASHII,
    &DIGIMON,
    &ALIEN_FEVER,
    &VENUS_DIET,
    &STACK_CHALLENGE,
];

/// The model with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.into_iter().find(|model| model.name == name)
}

/// The wiring for a cartridge: what it is known for, else the common one of its chip.
#[must_use]
pub fn model_for(cartridge: &Cartridge) -> &'static Model {
    cartridge.known.map_or(common(cartridge.chip), |known| known.toy.wiring.model)
}

/// The wiring of a program that nobody knows: that of the toys whose picture and buttons most others
/// share (`e0c6s46.md` §13.4).
#[must_use]
pub fn common(chip: ChipKind) -> &'static Model {
    match chip {
        ChipKind::S46 => &P1,
        ChipKind::S48 => &ANGEL,
    }
}
