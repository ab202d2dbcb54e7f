//! The FPGA core's state: 116 words of 32 bits (foreign_saves 3.8).

use super::fields::{Even, Fields, FieldsMut, pack, unpack};
use super::hardware::{ClockTimer, Cpu, DISPLAY_S46, Display, Hardware, ProgTimer, RAM_S46, Stopwatch, default_io};

/// Bytes of the block.
pub(super) const BLOCK: usize = 464;
/// Words of the block.
pub(super) const WORDS: u64 = 116;
const RAM_AT: usize = 64;
const DISPLAY_AT: usize = 384;

/// Reads a word's fields from its low end.
struct Bits(u32);

impl Bits {
    fn take(&mut self, bits: u32) -> u16 {
        let value = self.0 & ((1 << bits) - 1);
        self.0 >>= bits;
        value as u16
    }

    fn nibble(&mut self) -> u8 {
        self.take(4) as u8
    }

    fn byte(&mut self) -> u8 {
        self.take(8) as u8
    }

    fn bit(&mut self) -> u8 {
        self.take(1) as u8
    }
}

/// Builds a word from fields of `(value, bits)`, the lowest first.
fn word(fields: &[(u16, u32)]) -> u64 {
    let mut shift = 0;
    let mut word = 0;
    for &(value, bits) in fields {
        word |= u64::from(value) << shift;
        shift += bits;
    }
    word
}

/// The chip's state, or what the core cannot have stored.
pub(super) fn read(block: &[u8]) -> Result<Hardware, String> {
    if block.iter().all(|&byte| byte == 0) {
        return Err("it is empty".to_owned());
    }
    let fields = Fields(block);
    let mut words: [Bits; 10] = std::array::from_fn(|n| Bits(fields.uint(4 * n, 4) as u32));
    if (10..16).any(|n| fields.uint(4 * n, 4) != 0) {
        return Err("words that the core leaves 0 are not".to_owned());
    }
    let mut io = default_io();
    let mut masks = [0; 6];

    let [w0, w1, w2, w3, w4, w5, w6, w7, w8, w9] = &mut words;
    let flags = w0.nibble();
    let (b, a, pc, np) = (w0.nibble(), w0.nibble(), w0.take(13), w0.take(5) as u8);
    let (sp, y, x) = (w1.byte(), w1.take(12), w1.take(12));
    let cpu = Cpu { pc, np, a, b, x, y, sp, flags, halted: None };

    // The core counts in the tick after its divider wraps.
    let (tm, divider, _pulse) = (w2.byte(), w2.take(7) as u8, w2.bit());
    let clock_timer = ClockTimer { tm, ticks_since_256hz_edge: (divider + 127) % 128 };
    let (low, high, sub, isw) = (w3.nibble(), w3.nibble(), w3.nibble(), w3.take(2) as u8);
    let (_prescaler, count, ipt) = (w4.take(7), w4.byte(), w4.bit());
    let (it, _levels) = (w5.nibble(), w5.nibble());
    let (ik0, ik1) = (w6.bit(), w6.bit());

    io.insert(0xF41, w7.nibble());
    for (mask, bits) in [(5, 4), (4, 4), (2, 1), (1, 2), (0, 4)] {
        masks[mask] = w7.take(bits) as u8;
    }
    let (reload, select, run, running) = (w7.byte(), w7.take(3) as u8, w7.bit() != 0, w7.bit());

    let (f75, f79) = (w8.take(2) as u8, w8.bit());
    io.insert(0xF75, f75);
    io.insert(0xF79, f79 << 3 | select);
    io.insert(0xF70, w8.nibble());
    let serial_data = w8.byte();
    masks[3] = w8.bit();
    let all_dots = w8.bit();
    io.insert(0xF73, w8.take(3) as u8);
    io.insert(0xF71, (w8.take(3) as u8) << 1 | all_dots);
    io.insert(0xF74, w8.nibble());
    io.insert(0xF54, w8.nibble());
    io.insert(0xF72, w9.nibble());
    io.insert(0xF77, running);
    if words.iter().any(|word| word.0 != 0) {
        return Err("bits that the core leaves 0 are not".to_owned());
    }

    let display = unpack(fields.slice(DISPLAY_AT, DISPLAY_S46), Even::Low);
    let (e00, e80) = display.split_at(DISPLAY_S46.min(display.len()));
    let hardware = Hardware {
        cpu,
        clock_timer,
        masks,
        factors: [it, isw, ipt, 0, ik0, ik1],
        prog_timer: ProgTimer { count, reload, run, select },
        io,
        ram: unpack(fields.slice(RAM_AT, RAM_S46 / 2), Even::Low),
        display: Some(Display { e00: e00.to_vec(), e80: e80.to_vec() }),
        stopwatch: Stopwatch { low, high, sub, running: running != 0 },
        serial_data,
    };
    hardware.check()?;
    Ok(hardware)
}

/// The 464 bytes of a state that fits the E0C6S46.
pub(super) fn write(hardware: &Hardware) -> Vec<u8> {
    let cpu = &hardware.cpu;
    let register = |address| u16::from(hardware.register(address));
    let mask = |n: usize| u16::from(hardware.masks[n]);
    let factor = |n: usize| u16::from(hardware.factors[n]);
    let tm = u16::from(hardware.clock_timer.tm);
    let timer = &hardware.prog_timer;
    let stopwatch = &hardware.stopwatch;
    let divider = (u16::from(hardware.clock_timer.ticks_since_256hz_edge) + 1) % 128;
    // Previous levels of TM7, TM6, TM4, TM2, from the low end.
    let levels = (tm >> 7 & 1) | (tm >> 6 & 1) << 1 | (tm >> 4 & 1) << 2 | (tm >> 2 & 1) << 3;
    let words = [
        word(&[(cpu.flags.into(), 4), (cpu.b.into(), 4), (cpu.a.into(), 4), (cpu.pc, 13), (cpu.np.into(), 5)]),
        word(&[(cpu.sp.into(), 8), (cpu.y, 12), (cpu.x, 12)]),
        word(&[(tm, 8), (divider, 7)]),
        word(&[(stopwatch.low.into(), 4), (stopwatch.high.into(), 4), (stopwatch.sub.into(), 4), (factor(1), 2)]),
        word(&[(0, 7), (timer.count.into(), 8), (factor(2), 1)]),
        word(&[(factor(0), 4), (levels, 4)]),
        word(&[(factor(4), 1), (factor(5), 1)]),
        word(&[
            (register(0xF41), 4),
            (mask(5), 4),
            (mask(4), 4),
            (mask(2), 1),
            (mask(1), 2),
            (mask(0), 4),
            (timer.reload.into(), 8),
            (timer.select.into(), 3),
            (timer.run.into(), 1),
            (stopwatch.running.into(), 1),
        ]),
        word(&[
            (register(0xF75), 2),
            (register(0xF79) >> 3, 1),
            (register(0xF70), 4),
            (hardware.serial_data.into(), 8),
            (mask(3), 1),
            (register(0xF71) & 1, 1),
            (register(0xF73), 3),
            (register(0xF71) >> 1, 3),
            (register(0xF74), 4),
            (register(0xF54), 4),
        ]),
        word(&[(register(0xF72), 4)]),
    ];
    let mut file = FieldsMut::new(BLOCK);
    for (n, word) in words.into_iter().enumerate() {
        file.put(4 * n, 4, word);
    }
    file.bytes(RAM_AT, &pack(&hardware.ram, Even::Low));
    if let Some(display) = &hardware.display {
        let nibbles: Vec<u8> = display.e00.iter().chain(&display.e80).copied().collect();
        file.bytes(DISPLAY_AT, &pack(&nibbles, Even::Low));
    }
    file.0
}
