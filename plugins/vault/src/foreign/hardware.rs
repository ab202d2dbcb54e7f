//! The state of the real chip, free of any program's habits: what every import gives and every
//! export takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Nibbles of RAM of the E0C6S46 (000-27F).
pub const RAM_S46: usize = 640;
/// Nibbles of RAM of the E0C6S48 (000-2FF).
pub const RAM_S48: usize = 768;
/// Nibbles of each display block of the E0C6S46 (E00-E4F, E80-ECF).
pub const DISPLAY_S46: usize = 80;
/// Nibbles of each display block of the E0C6S48 (E00-E65, E80-EE5).
pub const DISPLAY_S48: usize = 102;

/// The registers kept in [`Hardware::io`]: address, readable and stored bits, value where a format
/// has no I/O image (foreign_saves 2.4).
pub const IO_REGISTERS: [(u16, u8, u8); 22] = [
    (0xF41, 15, 15),
    (0xF50, 15, 0),
    (0xF51, 15, 0),
    (0xF52, 15, 0),
    (0xF53, 15, 0),
    (0xF54, 15, 15),
    (0xF60, 15, 0),
    (0xF61, 15, 0),
    (0xF62, 15, 0),
    (0xF63, 15, 0),
    (0xF70, 15, 0),
    (0xF71, 15, 0),
    (0xF72, 15, 8),
    (0xF73, 7, 0),
    (0xF74, 15, 0),
    (0xF75, 3, 0),
    (0xF77, 1, 0),
    (0xF79, 15, 2),
    (0xF7A, 7, 0),
    (0xF7B, 15, 0),
    (0xF7D, 15, 0),
    (0xF7E, 15, 0),
];

/// Bits that exist in F00-F05 and in F10-F13; F14 and F15 are full nibbles.
pub(super) const FACTOR_BITS: [u8; 6] = [15, 3, 1, 1, 1, 1];
pub(super) const MASK_BITS: [u8; 6] = [15, 3, 1, 1, 15, 15];

/// A chip between two instructions. Pins are not part of it: an import leaves all released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hardware {
    /// Registers of the CPU.
    pub cpu: Cpu,
    /// The clock timer and its phase.
    pub clock_timer: ClockTimer,
    /// F10-F15: EIT, EISW, EIPT, EISIO, EIK0x, EIK1x.
    pub masks: [u8; 6],
    /// F00-F05: IT, ISW, IPT, ISIO, IK0, IK1.
    pub factors: [u8; 6],
    /// The programmable timer.
    pub prog_timer: ProgTimer,
    /// The registers of [`IO_REGISTERS`] by address, all 22 of them; defaults where the file had none.
    /// F77 repeats [`Stopwatch::running`]; D2-D0 of F79 give way to [`ProgTimer::select`].
    pub io: BTreeMap<u16, u8>,
    /// One nibble a byte from 000: [`RAM_S46`] or [`RAM_S48`] of them.
    pub ram: Vec<u8>,
    /// The display RAM, if the format stores it; else dark until the program draws.
    pub display: Option<Display>,
    /// The stopwatch; zero in formats of programs that have none.
    pub stopwatch: Stopwatch,
    /// F31:F30; 0 if the file does not say.
    pub serial_data: u8,
}

/// Registers of the CPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// PCB:PCP:PCS, 13 bits.
    pub pc: u16,
    /// NBP:NPP, 5 bits.
    pub np: u8,
    /// 4 bits.
    pub a: u8,
    /// 4 bits.
    pub b: u8,
    /// 12 bits.
    pub x: u16,
    /// 12 bits.
    pub y: u16,
    /// 8 bits.
    pub sp: u8,
    /// D0 carry, D1 zero, D2 decimal, D3 interrupt.
    pub flags: u8,
    /// In HALT; `None` if the file does not say (see `Imported::check_rom`).
    pub halted: Option<bool>,
}

/// The clock timer and its phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockTimer {
    /// F21:F20.
    pub tm: u8,
    /// Ticks since the last falling 256 Hz edge, 0-127.
    pub ticks_since_256hz_edge: u8,
}

impl ClockTimer {
    /// Ticks since the counter was 0: 128 TM + D, below 32,768.
    pub(super) fn phase(&self) -> u64 {
        128 * u64::from(self.tm) + u64::from(self.ticks_since_256hz_edge)
    }
}

/// The programmable timer. Its input's phase is the chip's divider, so no format's own is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgTimer {
    /// F25:F24.
    pub count: u8,
    /// F27:F26.
    pub reload: u8,
    /// F78 D0.
    pub run: bool,
    /// F79 D2-D0, the input clock.
    pub select: u8,
}

/// The display RAM, one nibble a byte; [`DISPLAY_S46`] or [`DISPLAY_S48`] in each block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    /// From E00.
    pub e00: Vec<u8>,
    /// From E80.
    pub e80: Vec<u8>,
}

/// The stopwatch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopwatch {
    /// F22, 1/100 s, 0-9.
    pub low: u8,
    /// F23, 1/10 s, 0-9.
    pub high: u8,
    /// 256 Hz periods spent in the present step, as the FPGA core counts them (4 bits); else 0.
    pub sub: u8,
    /// F77 D0.
    pub running: bool,
}

/// The registers of [`Hardware::io`] for a format without an I/O image.
pub fn default_io() -> BTreeMap<u16, u8> {
    IO_REGISTERS.iter().map(|&(address, _, default)| (address, default)).collect()
}

impl Hardware {
    /// A register of [`Hardware::io`].
    pub(super) fn register(&self, address: u16) -> u8 {
        self.io.get(&address).copied().unwrap_or(0)
    }

    /// Says what the chip cannot hold (foreign_saves 2.5, the rules that need no ROM).
    pub(super) fn check(&self) -> Result<(), String> {
        let cpu = &self.cpu;
        let words = if self.ram.len() == RAM_S46 { 6144 } else { 8192 };
        let limit = |what: &str, value: u16, most: u16| {
            if value > most { Err(format!("{what} is {value:X} hex, beyond {most:X}")) } else { Ok(()) }
        };
        limit("the program counter", cpu.pc, words - 1)?;
        limit("the page register", cpu.np.into(), 31)?;
        limit("index X", cpu.x, 0xFFF)?;
        limit("index Y", cpu.y, 0xFFF)?;
        limit("register A", cpu.a.into(), 15)?;
        limit("register B", cpu.b.into(), 15)?;
        limit("the flags nibble", cpu.flags.into(), 15)?;
        limit("the clock timer's phase", self.clock_timer.ticks_since_256hz_edge.into(), 127)?;
        limit("the timer's clock choice", self.prog_timer.select.into(), 7)?;
        limit("the stopwatch's 1/100 s", self.stopwatch.low.into(), 9)?;
        limit("the stopwatch's 1/10 s", self.stopwatch.high.into(), 9)?;
        limit("the stopwatch's step", self.stopwatch.sub.into(), 15)?;
        for (n, (&mask, &factor)) in self.masks.iter().zip(&self.factors).enumerate() {
            limit(&format!("register F1{n}"), mask.into(), MASK_BITS[n].into())?;
            limit(&format!("register F0{n}"), factor.into(), FACTOR_BITS[n].into())?;
        }
        for (address, bits, _) in IO_REGISTERS {
            limit(&format!("register {address:03X}"), self.register(address).into(), bits.into())?;
        }
        let display = self.display.iter().flat_map(|d| d.e00.iter().chain(&d.e80));
        if self.ram.iter().chain(display).any(|&nibble| nibble > 15) {
            return Err("a byte of the memory is no nibble".to_owned());
        }
        let ram_fits = [RAM_S46, RAM_S48].contains(&self.ram.len());
        let display_fits = self
            .display
            .as_ref()
            .is_none_or(|d| d.e00.len() == d.e80.len() && [DISPLAY_S46, DISPLAY_S48].contains(&d.e00.len()));
        if ram_fits && display_fits { Ok(()) } else { Err("the memory has not the size of either chip".to_owned()) }
    }

    /// The same state with memories of `ram` and `display` nibbles, filled up with 0.
    ///
    /// `None` if what would be cut off is not 0, or the program counter lies beyond the smaller
    /// chip's ROM: then the state is an E0C6S48's.
    pub fn sized(&self, ram: usize, display: usize) -> Option<Hardware> {
        let fit = |block: &[u8], len: usize| {
            let cut_is_empty = block.iter().skip(len).all(|&nibble| nibble == 0);
            cut_is_empty.then(|| block.iter().copied().chain(std::iter::repeat(0)).take(len).collect::<Vec<u8>>())
        };
        if ram == RAM_S46 && self.cpu.pc >= 6144 {
            return None;
        }
        let mut sized = Hardware { ram: fit(&self.ram, ram)?, ..self.clone() };
        if let Some(shown) = &self.display {
            sized.display = Some(Display { e00: fit(&shown.e00, display)?, e80: fit(&shown.e80, display)? });
        }
        Some(sized)
    }
}
