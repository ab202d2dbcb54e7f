//! One instruction, or a few: registers, flags, RAM and clocks before and after.

use crate::slow::{Slow, Stepped};
use crate::suite::{Verdict, expect, hex, list, number};
use eggtooth_chip::S46;
use serde_json::Value;

pub fn check(case: &Value) -> Verdict {
    let name = case.get("mnemonic").and_then(Value::as_str).unwrap_or("?");
    run(case).map_err(|reason| format!("{name}: {reason}"))
}

fn run(case: &Value) -> Verdict {
    let (before, after) = (&case["initial"], &case["final"]);
    let mut words = vec![0xFFB; 8192];
    let steps = if let Some(op) = case.get("op").and_then(Value::as_str) {
        words[number(before, "pc")? as usize] = hex(op)?;
        1
    } else {
        for (at, word) in pairs(case, "program")? {
            words[at] = word;
        }
        number(case, "steps")?
    };
    let mut slow = Slow::new(&S46, &words);
    slow.set_watchdog(false);
    set(&mut slow, before)?;
    let mut ram = vec![0; 640];
    for (at, value) in pairs(before, "ram")? {
        ram[at] = value as u8;
        slow.ram()[at] = value as u8;
    }
    for _ in 0..steps {
        expect("the step", slow.step(u64::MAX), Stepped::Instruction)?;
    }
    let found = slow.observe();
    let values = [
        ("pc", found.pc),
        ("np", found.np.into()),
        ("a", found.a.into()),
        ("b", found.b.into()),
        ("x", found.x),
        ("y", found.y),
        ("sp", found.sp.into()),
    ];
    for (name, value) in values {
        expect(name, u64::from(value), number(after, name)?)?;
    }
    expect("flags", found.flags, flags(after)?)?;
    expect("halted", found.halted, after.get("halted").and_then(Value::as_bool).unwrap_or(false))?;
    expect("cycles", found.tick, number(case, "cycles")?)?;
    for (at, value) in pairs(after, "ram")? {
        ram[at] = value as u8;
    }
    expect("RAM", found.ram, ram)
}

fn set(slow: &mut Slow, state: &Value) -> Verdict {
    let r = slow.registers();
    r.pc = number(state, "pc")? as u16;
    r.np = number(state, "np")? as u8;
    r.a = number(state, "a")? as u8;
    r.b = number(state, "b")? as u8;
    r.x = number(state, "x")? as u16;
    r.y = number(state, "y")? as u16;
    r.sp = number(state, "sp")? as u8;
    r.flags = flags(state)?;
    Ok(())
}

fn flags(state: &Value) -> Result<u8, String> {
    let flags = state.get("flags").ok_or("no flags")?;
    ["i", "d", "z", "c"].iter().try_fold(0, |bits, key| Ok(bits << 1 | number(flags, key)? as u8))
}

/// A list of pairs of an address and a value.
fn pairs(case: &Value, key: &str) -> Result<Vec<(usize, u16)>, String> {
    let pair = |pair: &Value| {
        let half = |n: usize| pair.get(n).and_then(Value::as_u64).ok_or(format!("{key} has something else than pairs"));
        Ok((half(0)? as usize, half(1)? as u16))
    };
    list(case, key)?.iter().map(pair).collect()
}
