//! The state of vpet-emu-zepp, version 1 (foreign_saves 3.9).

use super::fields::{Fields, FieldsMut};
use super::hardware::{
    ClockTimer, Cpu, DISPLAY_S46, Display, FACTOR_BITS, Hardware, IO_REGISTERS, MASK_BITS, ProgTimer, RAM_S48,
    Stopwatch, default_io,
};

/// Bytes of the file.
pub(super) const SIZE: usize = 1013;
/// Offsets of one-byte registers that are kept as they are.
const BYTES: [(usize, u16); 22] = [
    (14, 0xF60),
    (15, 0xF61),
    (16, 0xF62),
    (17, 0xF63),
    (37, 0xF41),
    (39, 0xF50),
    (40, 0xF51),
    (41, 0xF52),
    (42, 0xF53),
    (43, 0xF54),
    (48, 0xF70),
    (49, 0xF71),
    (50, 0xF72),
    (51, 0xF73),
    (52, 0xF74),
    (53, 0xF75),
    (54, 0xF77),
    (56, 0xF79),
    (57, 0xF7A),
    (58, 0xF7B),
    (59, 0xF7D),
    (60, 0xF7E),
];
const FLAGS: usize = 8;
const HALTED: usize = 12;
const FACTORS: usize = 18;
const MASKS: usize = 24;
const RUN: usize = 55;
const TIMER_COUNTER: usize = 73;
const PROG_COUNTER: usize = 77;
const STOPWATCH_COUNTER: usize = 81;
const RAM: usize = 85;
const DISPLAY: usize = 853;
/// 100 Hz in ticks, rounded down as the program does.
const STOPWATCH_PERIOD: u64 = 327;

/// The chip's state, or what the program cannot have stored.
pub(super) fn read(bytes: &[u8]) -> Result<Hardware, String> {
    let fields = Fields(bytes);
    if (5..7).chain(FLAGS..13).chain(14..30).chain(31..33).chain(36..61).any(|at| fields.byte(at) > 15) {
        return Err("a register of 4 bits has more".to_owned());
    }
    if (FLAGS..=HALTED).any(|at| fields.byte(at) > 1) {
        return Err("a flag is neither 0 nor 1".to_owned());
    }
    let to_go = fields.uint(TIMER_COUNTER, 4);
    if to_go > 128 {
        return Err(format!("the clock timer's next step is {to_go} ticks away, beyond 128"));
    }
    let mut io = default_io();
    for (at, address) in BYTES {
        let bits = IO_REGISTERS.iter().find(|row| row.0 == address).map_or(15, |row| row.1);
        io.insert(address, fields.byte(at) & bits);
    }
    let next = fields.short(67);
    if next > 0x1FFF {
        return Err(format!("the next program counter is {next:X} hex, beyond 1FFF"));
    }
    let hardware = Hardware {
        cpu: Cpu {
            pc: fields.short(65),
            np: (next >> 8) as u8,
            a: fields.byte(5),
            b: fields.byte(6),
            x: fields.short(61),
            y: fields.short(63),
            sp: fields.byte(7),
            flags: (0..4).map(|bit| fields.byte(FLAGS + bit) << bit).sum(),
            halted: Some(fields.byte(HALTED) != 0),
        },
        clock_timer: ClockTimer { tm: fields.byte(30), ticks_since_256hz_edge: ((128 - to_go) % 128) as u8 },
        masks: std::array::from_fn(|n| fields.byte(MASKS + n) & MASK_BITS[n]),
        factors: std::array::from_fn(|n| fields.byte(FACTORS + n) & FACTOR_BITS[n]),
        prog_timer: ProgTimer {
            count: fields.byte(33),
            reload: fields.byte(34),
            run: fields.byte(RUN) & 1 != 0,
            select: fields.byte(56) & 7,
        },
        stopwatch: Stopwatch { low: fields.byte(31), high: fields.byte(32), sub: 0, running: fields.byte(54) & 1 != 0 },
        serial_data: fields.byte(35),
        io,
        ram: fields.slice(RAM, RAM_S48).to_vec(),
        display: Some(Display {
            e00: fields.slice(DISPLAY, DISPLAY_S46).to_vec(),
            e80: fields.slice(DISPLAY + DISPLAY_S46, DISPLAY_S46).to_vec(),
        }),
    };
    hardware.check()?;
    Ok(hardware)
}

/// The file of a state with 768 nibbles of RAM and 80 in each display block.
pub(super) fn write(hardware: &Hardware) -> Vec<u8> {
    let cpu = &hardware.cpu;
    let timer = &hardware.prog_timer;
    let stopwatch = &hardware.stopwatch;
    let since = u64::from(hardware.clock_timer.ticks_since_256hz_edge);
    // Inputs 2 to 7 are 256 Hz to 8192 Hz; 0 and 1 are a pin.
    let period = if timer.select < 2 { 0 } else { 128 >> (timer.select - 2) };
    let mut file = FieldsMut::new(SIZE);
    file.bytes(0, b"VPET\x01");
    file.bytes(5, &[cpu.a, cpu.b, cpu.sp]);
    file.bytes(FLAGS, &[0, 1, 2, 3].map(|bit| cpu.flags >> bit & 1));
    file.bytes(HALTED, &[cpu.halted.unwrap_or(false).into()]);
    for (at, address) in BYTES {
        file.bytes(at, &[hardware.register(address)]);
    }
    file.bytes(FACTORS, &hardware.factors);
    file.bytes(MASKS, &hardware.masks);
    let counts = [hardware.clock_timer.tm, stopwatch.low, stopwatch.high, timer.count, timer.reload];
    file.bytes(30, &counts);
    file.bytes(35, &[hardware.serial_data]);
    // All pins released.
    for pin in [36, 38, 44, 45, 46, 47] {
        file.bytes(pin, &[15]);
    }
    file.bytes(54, &[stopwatch.running.into()]);
    file.bytes(RUN, &[timer.run.into()]);
    file.bytes(56, &[hardware.register(0xF79) & 8 | timer.select]);
    for (at, value) in [(61, cpu.x), (63, cpu.y), (65, cpu.pc), (67, u16::from(cpu.np) << 8)] {
        file.put(at, 2, value.into());
    }
    file.put(TIMER_COUNTER, 4, 128 - since);
    file.put(PROG_COUNTER, 4, if period == 0 { 0 } else { period - since % period });
    file.put(STOPWATCH_COUNTER, 4, STOPWATCH_PERIOD);
    file.bytes(RAM, &hardware.ram);
    if let Some(display) = &hardware.display {
        file.bytes(DISPLAY, &display.e00);
        file.bytes(DISPLAY + DISPLAY_S46, &display.e80);
    }
    file.0
}
