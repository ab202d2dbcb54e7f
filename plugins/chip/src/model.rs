//! A model: which chip a toy has and how its pins are wired (fact sheet §11, data only).

use crate::output::Button;

/// Levels on the chip's pins, given from outside; bit n is pin n, 1 is high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pins {
    /// Input port K00–K03.
    pub k0: u8,
    /// Input port K10–K13.
    pub k1: u8,
    /// I/O ports P0x–P3x, as far as something outside drives them: `None` for an open group.
    pub p: [Option<u8>; 4],
    /// Supply voltage in millivolts, for the supply check.
    pub battery_mv: u16,
}

impl Pins {
    /// Nothing pressed, nothing connected, a fresh 3 V cell.
    pub const IDLE: Pins = Pins { k0: 15, k1: 15, p: [None; 4], battery_mv: 3000 };
}

/// A pin of an input port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputPin {
    /// 0 for K0x, 1 for K1x.
    pub port: u8,
    /// 0–3.
    pub pin: u8,
}

/// The chip variant and wiring of a kind of toy.
#[derive(Debug)]
pub struct Model {
    /// A short name, such as `p1`; saves carry it.
    pub name: &'static str,
    /// RAM nibbles: 640 on the E0C6S46, 768 on the E0C6S48.
    pub ram_nibbles: u16,
    /// SEG lines: 40 or 51.
    pub segments: usize,
    /// OSC3 in hertz; `None` where nothing is fitted and CLKCHG has no effect.
    pub osc3_hz: Option<u32>,
    /// The SEG line of each LCD column, left to right.
    pub columns: [u8; 32],
    /// (SEG, COM) of each icon.
    pub icons: [(u8, u8); 8],
    /// Where A, B, C and the tap sensor are; pressed is low.
    pub buttons: [Option<InputPin>; 4],
}

const fn k0(pin: u8) -> Option<InputPin> {
    Some(InputPin { port: 0, pin })
}

/// First and second generation toys: E0C6S46, A on K02, B on K01, C on K00 (fact sheet §11.1–11.3).
pub static P1: Model = Model {
    name: "p1",
    ram_nibbles: 640,
    segments: 40,
    osc3_hz: None,
    columns: [
        0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 36, 35, 34, 33, 32, 31, 30, 29, 27, 26, 25, 24, 23, 22,
        21, 20,
    ],
    icons: [(8, 0), (8, 1), (8, 2), (8, 3), (28, 12), (28, 13), (28, 14), (28, 15)],
    buttons: [k0(2), k0(1), k0(0), None],
};

/// Toys on the E0C6S48 as far as one source describes them (fact sheet §11.4, unverified): the
/// picture and buttons of [`P1`], a tap sensor on K03, OSC3 at 1 MHz.
pub static ANGEL: Model = Model {
    name: "angel",
    ram_nibbles: 768,
    segments: 51,
    osc3_hz: Some(1_000_000),
    columns: P1.columns,
    icons: P1.icons,
    buttons: [k0(2), k0(1), k0(0), k0(3)],
};

/// Every model, by which saves are opened again.
pub static MODELS: [&Model; 2] = [&P1, &ANGEL];

impl Model {
    /// The model with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Model> {
        MODELS.into_iter().find(|model| model.name == name)
    }

    /// The pin levels while exactly the buttons in `held` are down; everything else idle.
    #[must_use]
    pub fn pins(&self, held: &[Button]) -> Pins {
        let mut pins = Pins::IDLE;
        for button in held {
            if let Some(pin) = self.buttons[*button as usize] {
                let port = if pin.port == 0 { &mut pins.k0 } else { &mut pins.k1 };
                *port &= !(1 << pin.pin);
            }
        }
        pins
    }

    /// Whether the toy has this button or sensor.
    #[must_use]
    pub fn has(&self, button: Button) -> bool {
        self.buttons[button as usize].is_some()
    }
}
