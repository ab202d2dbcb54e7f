//! One instruction, or a few: registers, flags, RAM and clocks before and after.

use crate::suite::{Verdict, expect, hex, list, number};
use eggtooth_chip::{Chip, Program, Registers, S46, Step, flag};
use serde_json::Value;

pub fn check(case: &Value) -> Verdict {
    let name = case.get("mnemonic").and_then(Value::as_str).unwrap_or("?");
    run(case).map_err(|reason| format!("{name}: {reason}"))
}

fn run(case: &Value) -> Verdict {
    let (before, after) = (&case["initial"], &case["final"]);
    let mut words = vec![0xFFB; 8192];
    let mut place = |at: u64, word: u64| -> Verdict {
        let cell = words.get_mut(at as usize).ok_or("a program word beyond the ROM")?;
        *cell = u16::try_from(word).map_err(|error| error.to_string())?;
        Ok(())
    };
    let steps = if let Some(op) = case.get("op").and_then(Value::as_str) {
        place(number(before, "pc")?, hex(op)?.into())?;
        1
    } else {
        for pair in list(case, "program")? {
            let pair = pair.as_array().ok_or("a program word is no pair")?;
            let [Some(at), Some(word)] = [0, 1].map(|n| pair.get(n).and_then(Value::as_u64)) else {
                return Err("a program word is no pair of numbers".into());
            };
            place(at, word)?;
        }
        number(case, "steps")?
    };
    let mut chip = Chip::new(&S46, Program::new(&words));
    chip.set_watchdog(false);
    chip.set_registers(registers(before)?);
    let mut ram = chip.ram().to_vec();
    for (address, value) in cells(before)? {
        *ram.get_mut(address).ok_or("a RAM cell outside RAM")? = value;
        chip.poke(address as u16, value);
    }
    for _ in 0..steps {
        expect("the step", chip.step(u64::MAX, &mut ()), Step::Instruction)?;
    }
    let wanted = registers(after)?;
    let found = chip.registers();
    expect("pc", found.pc, wanted.pc)?;
    expect("np", u64::from(found.np()), number(after, "np")?)?;
    expect("a", found.a, wanted.a)?;
    expect("b", found.b, wanted.b)?;
    expect("x", found.x, wanted.x)?;
    expect("y", found.y, wanted.y)?;
    expect("sp", found.sp, wanted.sp)?;
    expect("flags", found.flags, wanted.flags)?;
    expect("halted", found.halted, after.get("halted").and_then(Value::as_bool).unwrap_or(false))?;
    expect("cycles", chip.tick(), number(case, "cycles")?)?;
    for (address, value) in cells(after)? {
        *ram.get_mut(address).ok_or("a RAM cell outside RAM")? = value;
    }
    match chip.ram().iter().zip(&ram).position(|(found, wanted)| found != wanted) {
        None => Ok(()),
        Some(at) => expect(&format!("RAM {at:03X}"), chip.ram()[at], ram[at]),
    }
}

fn registers(state: &Value) -> Result<Registers, String> {
    let flags = state.get("flags").ok_or("no flags")?;
    let bit = |key, bit| number(flags, key).map(|on| if on != 0 { bit } else { 0 });
    let pc = number(state, "pc")? as u16;
    let np = number(state, "np")? as u8;
    Ok(Registers {
        pc,
        pset: if u16::from(np) == pc >> 8 { 0xFF } else { np },
        a: number(state, "a")? as u8,
        b: number(state, "b")? as u8,
        x: number(state, "x")? as u16,
        y: number(state, "y")? as u16,
        sp: number(state, "sp")? as u8,
        flags: bit("c", flag::C)? | bit("z", flag::Z)? | bit("d", flag::D)? | bit("i", flag::I)?,
        halted: false,
        ei_shadow: false,
    })
}

fn cells(state: &Value) -> Result<Vec<(usize, u8)>, String> {
    list(state, "ram")?
        .iter()
        .map(|cell| {
            let number = |n: usize| cell.get(n).and_then(Value::as_u64);
            number(0).zip(number(1)).map(|(at, value)| (at as usize, value as u8)).ok_or("a RAM cell is no pair".into())
        })
        .collect()
}
