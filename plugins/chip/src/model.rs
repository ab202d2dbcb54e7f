//! A model: which chip a toy has, its mask options and how its pins are wired. Data only; the
//! tables of known toys are in `cartridge`.

use crate::output::{Button, Group};

/// Levels on the chip's input pins, given from outside; bit n is pin n, 1 (or true) is high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pins {
    /// Input port K00–K03.
    pub k0: u8,
    /// Input port K10–K13.
    pub k1: u8,
    /// I/O ports P0x–P3x, as far as something outside drives them.
    pub p: [Group; 4],
    /// SIN of the serial interface.
    pub serial_in: bool,
    /// SCLK, which matters while the serial interface is a slave.
    pub serial_clock: bool,
    /// RESET: low for 2 ms or longer resets the chip and holds it there.
    pub reset: bool,
    /// Supply voltage in millivolts, for the supply check.
    pub battery_mv: u16,
}

impl Pins {
    /// Nothing pressed, nothing connected, a fresh 3 V cell.
    pub const IDLE: Pins = Pins {
        k0: 15,
        k1: 15,
        p: [Group::OPEN; 4],
        serial_in: true,
        serial_clock: true,
        reset: true,
        battery_mv: 3000,
    };
}

/// A pin of an input port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputPin {
    /// 0 for K0x, 1 for K1x.
    pub port: u8,
    /// 0–3.
    pub pin: u8,
}

/// What pin R33 is (mask option, TM 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum R33 {
    /// An output port like its neighbours.
    Port,
    /// The programmable timer's clock while PTCOUT is 1 and the register bit is 0.
    TimerClock,
    /// SRDY of the serial interface.
    SerialReady,
}

/// Mask options: chosen by the maker of a toy, fixed in the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The serial interface sends and receives the most significant bit first (TM 7.3).
    pub serial_msb_first: bool,
    /// What R33 is.
    pub r33: R33,
    /// The K0x pins that together, held low for 2 s, reset the chip (TM 4.1.2): 0 for none, else
    /// 0011, 0111 or 1111.
    pub reset_keys: u8,
}

impl Options {
    /// The least of everything.
    pub const PLAIN: Options = Options { serial_msb_first: false, r33: R33::Port, reset_keys: 0 };
}

/// The chip variant and wiring of a kind of toy.
#[derive(Debug)]
pub struct Model {
    /// A short name, such as `p1`; saves carry it.
    pub name: &'static str,
    /// RAM nibbles: 640 on the E0C6S46, 768 on the E0C6S48.
    pub ram_nibbles: u16,
    /// SEG lines: 40 or 51.
    pub segments: u8,
    /// OSC3 in hertz; `None` where nothing is fitted and CLKCHG has no effect.
    pub osc3_hz: Option<u32>,
    /// Mask options.
    pub options: Options,
    /// The SEG line of each LCD column, left to right.
    pub columns: [u8; 32],
    /// COM15 is the top row instead of COM0.
    pub flipped: bool,
    /// (SEG, COM) of each icon.
    pub icons: [Option<(u8, u8)>; 8],
    /// Where A, B, C and the tap sensor are; pressed is low.
    pub buttons: [Option<InputPin>; 4],
    /// What the tap sensor does when somebody taps: the contact closes and stays closed, or
    /// rattles, changing every so many ticks for so many ticks.
    pub rattle: Option<Rattle>,
}

/// A sensor that rattles when tapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rattle {
    /// Ticks between two changes of the contact.
    pub every: u32,
    /// Ticks from the first change to the last.
    pub lasts: u32,
}

const STRAIGHT: [u8; 32] = {
    let mut columns = [0; 32];
    let mut at = 0;
    while at < 32 {
        columns[at] = at as u8;
        at += 1;
    }
    columns
};

/// An E0C6S46 on a bench: SEG0–31 are the columns, no buttons, icons or OSC3.
pub static S46: Model = Model {
    name: "e0c6s46",
    ram_nibbles: 640,
    segments: 40,
    osc3_hz: None,
    options: Options::PLAIN,
    columns: STRAIGHT,
    flipped: false,
    icons: [None; 8],
    buttons: [None; 4],
    rattle: None,
};

/// An E0C6S48 on a bench, OSC3 at 1 MHz.
pub static S48: Model = Model {
    name: "e0c6s48",
    ram_nibbles: 768,
    segments: 51,
    osc3_hz: Some(1_000_000),
    options: Options::PLAIN,
    columns: STRAIGHT,
    flipped: false,
    icons: [None; 8],
    buttons: [None; 4],
    rattle: None,
};

impl Model {
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
