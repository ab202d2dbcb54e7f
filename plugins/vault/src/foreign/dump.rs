//! TamaLIB's variables, which most formats are a dump of, and their translation to and from the
//! chip (foreign_saves 2.1-2.4).

use super::fields::{Even, pack, unpack};
use super::hardware::{
    ClockTimer, Cpu, DISPLAY_S46, DISPLAY_S48, Display, FACTOR_BITS, Hardware, IO_REGISTERS, MASK_BITS, ProgTimer,
    RAM_S46, RAM_S48, Stopwatch, default_io,
};

/// Vectors of the six interrupt slots, in their order.
pub(super) const VECTORS: [u8; 6] = [0x0C, 0x0A, 0x08, 0x06, 0x04, 0x02];
/// F00-F05 and F10-F15 belong to these slots.
const SLOT_OF: [usize; 6] = [5, 4, 0, 1, 3, 2];
const K0: usize = 3;

/// One of TamaLIB's interrupt slots: programmable timer, serial, K1x, K0x, stopwatch, clock timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub factor: u8,
    pub mask: u8,
    pub triggered: u8,
}

/// The variables as they stand in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dump {
    pub pc: u16,
    pub x: u16,
    pub y: u16,
    pub a: u8,
    pub b: u8,
    pub np: u8,
    pub sp: u8,
    pub flags: u8,
    /// `None`: the format has no counter, and the phase of the clock timer is lost.
    pub tick: Option<u64>,
    /// One (of 1 Hz) or eight (2 Hz to 256 Hz) times of the clock timer.
    pub stamps: Vec<u64>,
    pub prog_stamp: u64,
    pub enabled: u8,
    pub data: u8,
    pub reload: u8,
    pub depth: u32,
    pub slots: [Slot; 6],
    pub halted: Option<u8>,
    /// One nibble a byte.
    pub ram: Vec<u8>,
    pub display: Option<Display>,
    /// F00-F7F, one nibble a byte.
    pub io: Option<Vec<u8>>,
}

/// Whose TamaLIB it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fork {
    /// Masks of F13 and F14 land in the wrong slots; F79 is ignored.
    Upstream,
    /// The care-bot's: neither.
    CareBot,
}

/// Ticks from `stamp` to `tick`: 32-bit counters wrap, JavaScript's do not.
fn since(tick: u64, stamp: u64) -> u64 {
    let difference = tick.wrapping_sub(stamp);
    if tick < 1 << 32 { difference & 0xFFFF_FFFF } else { difference }
}

impl Dump {
    /// Whether the I/O image of a TLST file is one: some writers of version 2 store unrelated memory
    /// there (foreign_saves 3.2). A real one is never all 0, since F54 and F71 are preset.
    pub fn image_is_real(&self) -> bool {
        let Some(io) = &self.io else { return false };
        let at = |n: usize| io.get(n).copied().unwrap_or(0);
        let nibbles = io.iter().all(|&byte| byte <= 15) && io.iter().any(|&byte| byte != 0);
        let masks = at(0x10) == self.slots[5].mask && at(0x12) & 1 == self.slots[0].mask & 1;
        nibbles && masks && at(0x26) == self.reload & 15 && at(0x27) == self.reload >> 4
    }

    /// Splits TamaLIB's packed buffer of 464 or 550 bytes into RAM, display and I/O.
    pub fn set_buffer(&mut self, buffer: &[u8]) {
        let small = buffer.len() == 464;
        let (ram, block) = if small { (RAM_S46, DISPLAY_S46) } else { (RAM_S48, DISPLAY_S48) };
        let nibbles = unpack(buffer, Even::Low);
        let mut rest = nibbles.into_iter();
        self.ram = rest.by_ref().take(ram).collect();
        self.display =
            Some(Display { e00: rest.by_ref().take(block).collect(), e80: rest.by_ref().take(block).collect() });
        self.io = Some(rest.collect());
    }

    /// The buffer again, of the size that the RAM has.
    pub fn buffer(&self) -> Vec<u8> {
        let block = if self.ram.len() == RAM_S46 { DISPLAY_S46 } else { DISPLAY_S48 };
        let mut nibbles = self.ram.clone();
        match &self.display {
            Some(display) => nibbles.extend(display.e00.iter().chain(&display.e80)),
            None => nibbles.extend(std::iter::repeat_n(0, 2 * block)),
        }
        nibbles.extend(self.io.iter().flatten());
        pack(&nibbles, Even::Low)
    }

    /// The chip's state, or what no program can have stored.
    pub fn to_hardware(&self, fork: Fork) -> Result<Hardware, String> {
        let eight = self.stamps.len() == 8;
        if self.io.iter().flatten().any(|&byte| byte > 15) {
            return Err("a byte of the I/O memory is no nibble".to_owned());
        }
        if self.slots.iter().any(|slot| slot.factor > 15 || slot.mask > 15) {
            return Err("an interrupt's factor or mask is no nibble".to_owned());
        }
        if self.enabled > 1 || self.halted.is_some_and(|halted| halted > 1) {
            return Err("a switch is neither 0 nor 1".to_owned());
        }
        let image = |address: u16| self.io.as_ref().and_then(|io| io.get(usize::from(address & 0x7F)).copied());
        let hardware = Hardware {
            cpu: Cpu {
                pc: self.pc,
                np: self.np,
                a: self.a,
                b: self.b,
                x: self.x,
                y: self.y,
                sp: self.sp,
                flags: self.flags,
                halted: self.halted.map(|halted| halted != 0),
            },
            clock_timer: self.clock_timer(image(0xF20), image(0xF21))?,
            masks: self.masks(),
            factors: self.factors(fork),
            prog_timer: ProgTimer {
                count: self.data,
                reload: self.reload,
                run: self.enabled != 0,
                select: match (image(0xF79).map(|f79| f79 & 7), fork) {
                    (Some(select), Fork::CareBot) => select,
                    (Some(select), Fork::Upstream) if select >= 2 => select,
                    _ => 2,
                },
            },
            io: match &self.io {
                None => default_io(),
                Some(_) => IO_REGISTERS
                    .iter()
                    .map(|&(address, bits, default)| match image(address).unwrap_or(default) & bits {
                        // Programs with one timestamp never preset F41, which is F after a reset.
                        0 if address == 0xF41 && !eight => (address, default),
                        value => (address, value),
                    })
                    .collect(),
            },
            ram: self.ram.clone(),
            display: self.display.clone(),
            stopwatch: Stopwatch { running: image(0xF77).unwrap_or(0) & 1 != 0, ..Stopwatch::default() },
            serial_data: image(0xF30).unwrap_or(0) | image(0xF31).unwrap_or(0) << 4,
        };
        hardware.check()?;
        Ok(hardware)
    }

    /// Foreign_saves 2.2.
    fn clock_timer(&self, f20: Option<u8>, f21: Option<u8>) -> Result<ClockTimer, String> {
        let stopped = ClockTimer { tm: 0, ticks_since_256hz_edge: 0 };
        let (Some(tick), Some(&stamp)) = (self.tick, self.stamps.last()) else { return Ok(stopped) };
        if self.stamps.len() == 1 {
            let phase = since(tick, stamp) % 32_768;
            return Ok(ClockTimer { tm: (phase / 128) as u8, ticks_since_256hz_edge: (phase % 128) as u8 });
        }
        let edge = since(tick, stamp);
        if edge > 127 {
            return Err(format!("the clock timer's last step was {edge} ticks ago, beyond 127"));
        }
        let tm = f20.unwrap_or(0) | f21.unwrap_or(0) << 4;
        Ok(ClockTimer { tm, ticks_since_256hz_edge: edge as u8 })
    }

    /// F10-F15. Without an image, the mask of K0x stands in the serial slot: TamaLIB mixes them up.
    fn masks(&self) -> [u8; 6] {
        std::array::from_fn(|n| match &self.io {
            Some(io) => io.get(0x10 + n).copied().unwrap_or(0) & MASK_BITS[n],
            None if n == 3 => 0,
            None if n == 4 => self.slots[1].mask,
            None => self.slots[SLOT_OF[n]].mask & MASK_BITS[n],
        })
    }

    /// F00-F05. Upstream keeps a bit per pin for the inputs, also of masked pins; the care-bot's fork
    /// one bit, which stands for any pin.
    fn factors(&self, fork: Fork) -> [u8; 6] {
        let masks = self.masks();
        std::array::from_fn(|n| {
            let factor = self.slots[SLOT_OF[n]].factor;
            match n {
                4 | 5 if fork == Fork::CareBot && factor == 1 => 1,
                4 | 5 => u8::from(factor & masks[n] != 0),
                _ => factor & FACTOR_BITS[n],
            }
        })
    }

    /// The variables that a program would have, at tick `tick`, with `stamps` (1 or 8) timestamps.
    pub fn from_hardware(hardware: &Hardware, tick: u64, stamps: usize, fork: Fork) -> Dump {
        let cpu = &hardware.cpu;
        let phase = hardware.clock_timer.phase();
        let back = |ticks: u64| tick.wrapping_sub(ticks) & 0xFFFF_FFFF;
        let mut dump = Dump {
            pc: cpu.pc,
            x: cpu.x,
            y: cpu.y,
            a: cpu.a,
            b: cpu.b,
            np: cpu.np,
            sp: cpu.sp,
            flags: cpu.flags,
            tick: Some(tick & 0xFFFF_FFFF),
            stamps: match stamps {
                8 => (0..8).rev().map(|bit| back(phase % (128 << bit))).collect(),
                _ => vec![back(phase)],
            },
            prog_stamp: back(hardware.clock_timer.ticks_since_256hz_edge.into()),
            enabled: hardware.prog_timer.run.into(),
            data: hardware.prog_timer.count,
            reload: hardware.prog_timer.reload,
            depth: 0,
            slots: [Slot::default(); 6],
            halted: Some(cpu.halted.unwrap_or(false).into()),
            ram: hardware.ram.clone(),
            display: hardware.display.clone(),
            io: Some(image(hardware, stamps == 8)),
        };
        for (n, slot) in SLOT_OF.into_iter().enumerate() {
            let mask = hardware.masks[n];
            let factor = hardware.factors[n];
            let slot = &mut dump.slots[slot];
            slot.mask = mask;
            // An input's flag needs a bit under its mask, or TamaLIB and our import do not count it.
            slot.factor = match n {
                4 | 5 if fork == Fork::Upstream && factor != 0 => 1 | mask & mask.wrapping_neg(),
                _ => factor,
            };
            slot.triggered = u8::from(slot.factor & mask != 0);
        }
        if fork == Fork::Upstream {
            dump.slots[1].mask = hardware.masks[4];
            dump.slots[K0] = Slot { mask: 0, triggered: 0, ..dump.slots[K0] };
        }
        dump
    }
}

/// The image F00-F7F: what a program would have written last.
fn image(hardware: &Hardware, counter: bool) -> Vec<u8> {
    let mut io = vec![0; 128];
    let mut set = |address: u16, value: u8| {
        if let Some(place) = io.get_mut(usize::from(address & 0x7F)) {
            *place = value & 15;
        }
    };
    for (&mask, n) in hardware.masks.iter().zip(0x10..) {
        set(n, mask);
    }
    for (&address, &value) in &hardware.io {
        set(address, value);
    }
    let timer = &hardware.prog_timer;
    set(0xF26, timer.reload);
    set(0xF27, timer.reload >> 4);
    set(0xF30, hardware.serial_data);
    set(0xF31, hardware.serial_data >> 4);
    set(0xF77, hardware.stopwatch.running.into());
    set(0xF78, timer.run.into());
    set(0xF79, hardware.register(0xF79) & 8 | timer.select);
    // Programs with eight timestamps keep the counter here; the others leave 0.
    if counter {
        set(0xF20, hardware.clock_timer.tm);
        set(0xF21, hardware.clock_timer.tm >> 4);
    }
    io
}
