//! A Pip with a cable, and the pictures it can show.

use eggtooth_cartridge::Cartridge;
use eggtooth_cartridge::symbols::Symbols;
use eggtooth_toy::{Button, Frame, Machine, TICKS_PER_SECOND as SECOND, pip, pip_symbols};

/// A press as the firmware's README says: 4/32 s down, 4/32 s up.
const PRESS: u64 = SECOND / 8;

/// One half of the LCD, bit 0 leftmost.
pub type Half = [u16; 16];

/// A Pip with names for its memory.
pub struct Pet {
    pub machine: Machine,
    symbols: Symbols,
}

impl Pet {
    /// A minute old, at home, with the cable plugged in.
    pub fn new() -> Pet {
        Pet::on(&pip().unwrap())
    }

    /// The same on another ROM with the same places.
    pub fn on(rom: &Cartridge) -> Pet {
        let mut pet = Pet { machine: Machine::new(rom), symbols: pip_symbols() };
        pet.run(60 * SECOND);
        assert_eq!(pet.get("stage"), 1);
        pet.machine.plug_in();
        pet
    }

    pub fn run(&mut self, ticks: u64) {
        self.machine.advance(self.machine.tick() + ticks, &mut ());
    }

    /// A named number: nibbles, the low one first.
    pub fn get(&self, name: &str) -> u32 {
        let place = self.symbols.ram.get(name).unwrap_or_else(|| panic!("{name} is not in pip.sym"));
        (0..place.length).rev().fold(0, |n, i| n << 4 | u32::from(self.machine.peek(place.address + i)))
    }

    pub fn press(&mut self, button: Button) {
        let now = self.machine.tick();
        self.machine.press_at(button, true, now);
        self.machine.press_at(button, false, now + PRESS);
        self.run(2 * PRESS);
    }

    /// C until it is at home and no icon is lit.
    pub fn home(&mut self) {
        for _ in 0..8 {
            if self.is_home() {
                return;
            }
            self.press(Button::C);
            self.run(SECOND);
        }
        assert!(self.is_home());
    }

    pub fn is_home(&self) -> bool {
        (self.get("at_home"), self.get("icon")) == (1, 7)
    }

    /// Icon 2, the right picture: from here on it looks for a friend.
    pub fn look_for_a_friend(&mut self) {
        self.home();
        for button in [Button::A, Button::A, Button::A, Button::B, Button::A, Button::B] {
            self.press(button);
        }
        assert!(self.is_looking(), "the cable is not driven");
    }

    /// Whether the firmware drives R33.
    pub fn is_looking(&self) -> bool {
        self.machine.outputs().r[3].driven & 8 != 0
    }

    /// It is at home, the wires are at rest, and a press is heard: its life goes on.
    pub fn lives_on(&mut self) {
        assert_eq!((self.is_looking(), self.get("at_home"), self.machine.peek(0xF13)), (false, 1, 0));
        self.home();
        self.press(Button::A);
        assert_eq!(self.get("icon"), 0);
        let second = self.get("seconds");
        self.run(SECOND);
        assert_ne!(self.get("seconds"), second);
        self.home();
    }

    /// The left and the right half of the LCD.
    pub fn halves(&self) -> [Half; 2] {
        let Frame { rows, .. } = self.machine.frame();
        [rows.map(|row| row as u16), rows.map(|row| (row >> 16) as u16)]
    }
}

/// A sprite as the source draws it.
pub fn sprite(name: &str) -> Half {
    let source = include_str!("../../../../assets/firmware/pip/sprites.s");
    let (_, after) = source.split_once(&format!("\n{name}:")).unwrap_or_else(|| panic!("no sprite {name}"));
    let dots = after.lines().map(str::trim).filter(|line| line.len() == 16 && line.trim_matches(['#', '.']).is_empty());
    let rows: Vec<u16> =
        dots.take(16).map(|line| line.bytes().rev().fold(0, |row, dot| row << 1 | u16::from(dot == b'#'))).collect();
    rows.try_into().unwrap()
}

/// The same, looking left.
pub fn mirrored(name: &str) -> Half {
    sprite(name).map(u16::reverse_bits)
}
