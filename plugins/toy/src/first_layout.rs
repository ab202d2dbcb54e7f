//! Snapshots as the first version of this program wrote them, before the chip had a serial interface: read, never
//! written, so that no pet is lost.

use eggtooth_chip::{Parts, Registers, Tone};
use eggtooth_vault::foreign::{DISPLAY_S48, RAM_S48};
use serde::Deserialize;
use serde_big_array::BigArray;

/// The whole snapshot; fields in the order of the bytes.
#[derive(Deserialize)]
pub struct FirstState {
    tick: u64,
    _phase: u32,
    registers: Registers,
    #[serde(with = "BigArray")]
    ram: [u8; RAM_S48],
    #[serde(with = "BigArray")]
    display: [u8; 2 * DISPLAY_S48],
    clock: Clock,
    stopwatch: Stopwatch,
    timer: Timer,
    buzzer: Buzzer,
    k0: Port,
    k1: Port,
    latches: Latches,
    _driven: [Option<u8>; 4],
    _battery_mv: u16,
    _synced: u64,
    _watchdog_on: bool,
}

#[derive(Deserialize)]
struct Clock {
    count: u64,
    _origin: u64,
    factor: u8,
    mask: u8,
    _watchdog: u8,
}

#[derive(Deserialize)]
struct Stopwatch {
    _edges: u64,
    low: u8,
    high: u8,
    sub: u8,
    running: bool,
    factor: u8,
    mask: u8,
}

#[derive(Deserialize)]
struct Timer {
    _at: u64,
    value: u8,
    reload: u8,
    running: bool,
    select: u8,
    factor: u8,
    mask: u8,
    _filter: [bool; 3],
}

#[derive(Deserialize)]
struct Buzzer {
    tone: u8,
    envelope: u8,
    _level: u8,
    _next_level: u64,
    _shot: Shot,
    _r43: bool,
    _told: Option<Tone>,
}

#[derive(Deserialize)]
enum Shot {
    Off,
    Waiting { _start: u64, _end: u64 },
    Sounding { _end: u64 },
}

#[derive(Deserialize)]
struct Port {
    _pins: u8,
    mask: u8,
    relation: u8,
    factor: u8,
    _mismatch: bool,
    _since: u64,
}

#[derive(Deserialize)]
struct Latches {
    outputs: [u8; 5],
    ports: [u8; 4],
    clock: u8,
    lcd: u8,
    contrast: u8,
    supply: u8,
    drive: u8,
    direction: u8,
    pull_up: u8,
    serial_data: [u8; 2],
    serial_control: u8,
    serial_mask: u8,
    serial_factor: u8,
}

impl FirstState {
    /// The same chip in parts; a sound that was on its way fades at once.
    pub fn parts(&self) -> Parts {
        let (latches, timer) = (&self.latches, &self.timer);
        let mut io = [0; 128];
        let mut put = |from: usize, values: &[u8]| io[from..from + values.len()].copy_from_slice(values);
        put(0x00, &[self.clock.factor, self.stopwatch.factor, timer.factor]);
        put(0x03, &[latches.serial_factor, self.k0.factor, self.k1.factor]);
        put(0x10, &[self.clock.mask, self.stopwatch.mask, timer.mask]);
        put(0x13, &[latches.serial_mask, self.k0.mask, self.k1.mask]);
        put(0x26, &[timer.reload & 15, timer.reload >> 4]);
        put(0x30, &latches.serial_data);
        put(0x41, &[self.k0.relation]);
        put(0x50, &latches.outputs);
        put(0x60, &latches.ports);
        put(0x70, &[latches.clock, latches.lcd, latches.contrast, latches.supply]);
        put(0x74, &[self.buzzer.tone, self.buzzer.envelope]);
        put(0x77, &[u8::from(self.stopwatch.running), u8::from(timer.running), timer.select]);
        put(0x7A, &[latches.serial_control, latches.drive]);
        put(0x7D, &[latches.direction, latches.pull_up]);
        Parts {
            tick: self.tick,
            divider: (self.tick % 128) as u8,
            registers: self.registers,
            ram: self.ram,
            display: self.display,
            clock: self.clock.count as u8,
            stopwatch: [self.stopwatch.low, self.stopwatch.high, self.stopwatch.sub],
            timer: timer.value,
            io,
        }
    }
}
