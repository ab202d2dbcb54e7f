//! `--state json`: everything that a chip knows, read without side effects.

use eggtooth_chip::flag;
use eggtooth_toy::Machine;
use serde::Serialize;
use std::collections::BTreeMap;

/// The fields in the order of the contract.
#[derive(Serialize)]
struct State<'a> {
    tick: u64,
    pc: u16,
    np: u8,
    a: u8,
    b: u8,
    x: u16,
    y: u16,
    sp: u8,
    flags: Flags,
    halted: bool,
    ram: &'a [u8],
    display: Vec<u8>,
    /// By address, three hexadecimal digits.
    io: BTreeMap<String, u8>,
}

/// 0 or 1 each.
#[derive(Serialize)]
struct Flags {
    c: u8,
    z: u8,
    d: u8,
    i: u8,
}

/// The state as one JSON object on one line.
pub fn json(machine: &Machine) -> anyhow::Result<String> {
    let registers = machine.registers();
    let set = |bit: u8| u8::from(registers.flags & bit != 0);
    let state = State {
        tick: machine.tick(),
        pc: registers.pc,
        np: registers.np(),
        a: registers.a,
        b: registers.b,
        x: registers.x,
        y: registers.y,
        sp: registers.sp,
        flags: Flags { c: set(flag::C), z: set(flag::Z), d: set(flag::D), i: set(flag::I) },
        halted: registers.halted,
        ram: machine.ram(),
        display: machine.display().collect(),
        io: machine.io().map(|(address, value)| (format!("{address:03X}"), value)).collect(),
    };
    Ok(serde_json::to_string(&state)? + "\n")
}
