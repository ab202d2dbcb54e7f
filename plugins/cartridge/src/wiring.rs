//! What is soldered into each kind of toy beside the chip: keys, lamps, sensor, link, and what the icons
//! mean (`toys.md` §3, §4.2). One entry for each of [`crate::models::MODELS`].

use crate::models;
use crate::source::Source::{
    BrickEmuPy as BE, CareBot as CB, Disassembly as DA, Fpga as FP, Mame as MA, PebbleApi as SB, TamaLib as TL,
};
use crate::source::{Proof, doubtful, said};
use eggtooth_chip::{Button, InputPin, Model};

/// A kind of toy.
#[derive(Debug)]
pub struct Wiring {
    /// Chip, LCD and the four buttons, as the emulator takes them.
    pub model: &'static Model,
    /// Short meanings of the icons, 0–3 above the dots, 4–7 below; empty where there is none. Words of
    /// our own.
    pub icons: [&'static str; 8],
    /// What the sensor in the place of the fourth button is.
    pub sensor: Sensor,
    /// Every key, those on the four buttons included.
    pub keys: &'static [Key],
    /// The pin that a cable or contact to another toy is on.
    pub link: Option<PortBit>,
    /// Lamps, lit while their bit is 1.
    pub lamps: &'static [Lamp],
    /// Why the LCD is not shown as it is, as a clause without a full stop.
    pub lcd_note: Option<&'static str>,
    /// Who states what.
    pub proofs: &'static [Proof],
}

/// What a toy feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sensor {
    /// Nothing.
    None,
    /// A contact that closes when the toy is tapped; one short closing is enough.
    Tap,
    /// A contact that rattles when the toy hears a noise; the program wants a train of pulses.
    Rattle,
    /// No sensor, but a fourth key is in its place.
    Key,
}

/// A key and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// What is written on it or what it does.
    pub name: &'static str,
    /// Its pin, low while pressed.
    pub pin: Pin,
    /// The button of the emulator that is this key, if any.
    pub button: Option<Button>,
}

/// A pin that a key can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// An input port.
    Input(InputPin),
    /// RESET.
    Reset,
}

/// One bit of a port's register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortBit {
    /// The register, F50–F54 or F60–F63.
    pub register: u16,
    /// 0–3.
    pub bit: u8,
}

/// A lamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lamp {
    /// Where it is.
    pub name: &'static str,
    /// The output that lights it.
    pub output: PortBit,
}

const fn key(name: &'static str, port: u8, pin: u8, button: Option<Button>) -> Key {
    Key { name, pin: Pin::Input(InputPin { port, pin }), button }
}

const fn lamp(name: &'static str, register: u16, bit: u8) -> Lamp {
    Lamp { name, output: PortBit { register, bit } }
}

const A: Option<Button> = Some(Button::A);
const B: Option<Button> = Some(Button::B);
const C: Option<Button> = Some(Button::C);
const FOURTH: Option<Button> = Some(Button::Tap);

const LEFT: Key = key("left", 0, 2, A);
const MIDDLE: Key = key("middle", 0, 1, B);
const RIGHT: Key = key("right", 0, 0, C);
const RESET: Key = Key { name: "reset", pin: Pin::Reset, button: None };
const THREE: &[Key] = &[LEFT, MIDDLE, RIGHT];

const BUTTONS: Proof = said("buttons", &[MA, BE, TL, CB, SB]);
/// 1 MHz in two programs, 1.06 MHz in a third: a free-running oscillator has no exact value.
const OSC3: Proof = doubtful("OSC3 frequency", &[MA, TL]);
const MEANINGS: Proof = said("icon meanings", &[CB]);

const PET: Wiring = Wiring {
    model: &models::P1,
    icons: ["food", "light", "game", "medicine", "toilet", "status", "discipline", "attention"],
    sensor: Sensor::None,
    keys: THREE,
    link: None,
    lamps: &[],
    lcd_note: None,
    proofs: &[],
};

const GAME: Wiring = Wiring { icons: [""; 8], ..PET };

/// All of them, in the order of [`models::MODELS`].
pub static WIRINGS: [&Wiring; 12] = [
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

/// P1, P1 Japan, P2.
pub static P1: Wiring = Wiring {
    proofs: &[
        BUTTONS,
        said("LCD", &[BE, TL, FP, CB, SB]),
        said("icon pins", &[BE, TL, FP]),
        said("icon meanings", &[TL, FP]),
        said("OSC3 not used", &[DA, FP]),
    ],
    ..PET
};

/// Tenshitchi.
pub static ANGEL: Wiring = Wiring {
    model: &models::ANGEL,
    icons: ["status", "food", "game", "toilet", "praise", "medicine", "light", "attention"],
    sensor: Sensor::Tap,
    proofs: &[
        BUTTONS,
        said("LCD", &[BE, TL, FP, CB, SB]),
        said("icon pins", &[BE, TL, FP]),
        MEANINGS,
        said("sensor", &[BE, TL]),
        OSC3,
    ],
    ..PET
};

/// Forest, insects.
pub static MORINO: Wiring = Wiring {
    model: &models::MORINO,
    icons: ["status", "food", "game", "toilet", "alarm", "medicine", "light", "attention"],
    sensor: Sensor::Tap,
    proofs: &[BUTTONS, said("LCD", &[BE, CB]), said("icon pins", &[BE, CB]), MEANINGS, said("sensor", &[BE, CB]), OSC3],
    ..PET
};

/// Ocean.
pub static UMINO: Wiring = Wiring {
    model: &models::UMINO,
    icons: ["status", "food", "game", "toilet", "scold", "medicine", "light", "attention"],
    sensor: Sensor::Tap,
    proofs: MORINO.proofs,
    ..PET
};

/// No sensor in any source.
pub static MOTHRA: Wiring = Wiring {
    model: &models::MOTHRA,
    icons: UMINO.icons,
    proofs: &[
        BUTTONS,
        said("LCD", &[BE, CB, SB]),
        said("icon pins", &[BE, CB, SB]),
        MEANINGS,
        said("sensor", &[BE, MA, CB]),
        OSC3,
    ],
    ..PET
};

/// Caveman. One source has a sensor, the other none.
pub static GENJINTCH: Wiring = Wiring {
    model: &models::GENJINTCH,
    icons: ANGEL.icons,
    sensor: Sensor::Tap,
    proofs: &[BUTTONS, said("LCD", &[BE, CB]), said("icon pins", &[BE, CB]), MEANINGS, doubtful("sensor", &[BE]), OSC3],
    ..PET
};

/// With a sensor for noise. Keys must be held for 0.35 s.
pub static TAMAOTCH: Wiring = Wiring {
    model: &models::TAMAOTCH,
    icons: ["status", "food", "game", "training", "toilet", "medicine", "light", "scold"],
    sensor: Sensor::Rattle,
    proofs: &[
        said("buttons", &[CB]),
        said("LCD", &[CB]),
        said("icon pins", &[CB]),
        MEANINGS,
        said("sensor", &[CB]),
        OSC3,
    ],
    ..PET
};

/// Eight keys and six lamps instead of icons.
pub static YASASHII: Wiring = Wiring {
    model: &models::YASASHII,
    icons: [""; 8],
    keys: &[
        key("select", 0, 1, A),
        key("food", 1, 3, B),
        key("cancel", 0, 0, C),
        key("smile", 1, 2, None),
        key("heart", 1, 1, None),
        key("clean", 1, 0, None),
        key("bulb", 0, 3, None),
        key("weight", 0, 2, None),
        RESET,
    ],
    lamps: &[
        lamp("top left", 0xf60, 0),
        lamp("top middle", 0xf61, 0),
        lamp("top right", 0xf62, 0),
        lamp("bottom left", 0xf52, 0),
        lamp("bottom middle", 0xf51, 0),
        lamp("bottom right", 0xf50, 0),
    ],
    proofs: &[
        said("buttons", &[BE]),
        said("LCD", &[BE]),
        said("lamps", &[BE]),
        said("reset key", &[BE]),
        doubtful("OSC3 frequency", &[BE]),
    ],
    ..PET
};

/// Versions 1 to 4: keys top, middle, bottom; a contact to another toy.
pub static DIGIMON: Wiring = Wiring {
    model: &models::DIGIMON,
    icons: ["status", "food", "training", "battle", "toilet", "light", "medicine", "attention"],
    keys: &[Key { name: "top", ..LEFT }, MIDDLE, Key { name: "bottom", ..RIGHT }, RESET],
    link: Some(PortBit { register: 0xf62, bit: 0 }),
    proofs: &[
        BUTTONS,
        said("LCD", &[BE, CB, SB]),
        said("icon pins", &[BE, CB, SB]),
        MEANINGS,
        said("link", &[MA, BE, CB]),
        said("reset key", &[MA, BE]),
        OSC3,
    ],
    ..PET
};

/// A game, not a pet.
pub static ALIEN_FEVER: Wiring = Wiring {
    model: &models::ALIEN_FEVER,
    sensor: Sensor::Key,
    keys: &[key("sound", 0, 2, A), key("select", 0, 1, B), key("mode", 0, 0, C), key("handle", 0, 3, FOURTH)],
    lcd_note: Some("its LCD has 39 columns, of which this program shows the first 32"),
    proofs: &[said("buttons", &[MA]), said("LCD", &[MA, BE]), said("OSC3 frequency", &[MA])],
    ..GAME
};

/// A game, not a pet.
pub static VENUS_DIET: Wiring = Wiring {
    model: &models::VENUS_DIET,
    keys: &[key("first", 1, 0, A), key("second", 1, 1, B), key("third", 1, 2, C)],
    lcd_note: Some("its LCD of 32 x 20 dots is one that this program cannot show; it runs all the same"),
    proofs: &[said("buttons", &[MA]), said("LCD", &[MA, BE])],
    ..GAME
};

/// A game, not a pet.
pub static STACK_CHALLENGE: Wiring = Wiring {
    model: &models::STACK_CHALLENGE,
    sensor: Sensor::Key,
    keys: &[
        key("left", 0, 0, A),
        key("down", 0, 1, B),
        key("right", 0, 2, C),
        key("rotate", 0, 3, FOURTH),
        key("power", 1, 0, None),
        key("pause", 1, 1, None),
        key("sound", 1, 2, None),
    ],
    lcd_note: Some("its LCD of 10 x 21 dots with digits is one that this program cannot show; it runs all the same"),
    proofs: &[said("buttons", &[MA]), said("LCD", &[MA, BE])],
    ..GAME
};

/// The kind of toy that a model is.
#[must_use]
pub fn wiring_of(model: &str) -> Option<&'static Wiring> {
    WIRINGS.into_iter().find(|wiring| wiring.model.name == model)
}

/// What the icons of a model mean: one word each, 0–3 above the dots from left to right, 4–7 below
/// them; empty for those it does not have, and for a model that is not in [`models::MODELS`].
#[must_use]
pub fn icon_names(model: &str) -> [&'static str; 8] {
    wiring_of(model).map_or([""; 8], |wiring| wiring.icons)
}
