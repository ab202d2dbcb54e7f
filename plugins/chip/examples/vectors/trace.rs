//! Long random programs, compared by CRC over a record of every instruction.

use crate::suite::{Verdict, expect, list, number, rom};
use crc::{CRC_32_ISO_HDLC, Crc};
use eggtooth_chip::{Chip, Program, S46, Step, flag};
use serde_json::Value;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
/// Nibbles that `ram_crc32` covers.
const RAM: usize = 640;

pub fn check(case: &Value) -> Verdict {
    let name = case.get("name").and_then(Value::as_str).unwrap_or("?");
    run(case).map_err(|reason| format!("{name}: {reason}"))
}

fn run(case: &Value) -> Verdict {
    let mut chip = Chip::new(&S46, Program::new(&rom(case)?));
    chip.set_watchdog(false);
    let mut digest = CRC.digest();
    let mut step = 0;
    for point in list(case, "checkpoints")? {
        let until = number(point, "step")?;
        while step < until {
            let start = chip.tick();
            expect("the step", chip.step(u64::MAX, &mut ()), Step::Instruction)?;
            let r = chip.registers();
            let mut record = [0; 12];
            record[..2].copy_from_slice(&r.pc.to_le_bytes());
            record[2..5].copy_from_slice(&[r.np(), r.a, r.b]);
            record[5..7].copy_from_slice(&r.x.to_le_bytes());
            record[7..9].copy_from_slice(&r.y.to_le_bytes());
            record[9..].copy_from_slice(&[r.sp, r.flags, (chip.tick() - start) as u8]);
            digest.update(&record);
            step += 1;
        }
        let r = chip.registers();
        let at = |what: &str| format!("{what} at step {step}");
        let found = [
            ("ticks", chip.tick()),
            ("pc", r.pc.into()),
            ("np", r.np().into()),
            ("a", r.a.into()),
            ("b", r.b.into()),
            ("x", r.x.into()),
            ("y", r.y.into()),
            ("sp", r.sp.into()),
            ("f", (r.flags & (flag::C | flag::Z | flag::D | flag::I)).into()),
        ];
        for (key, value) in found {
            expect(&at(key), value, number(point, key)?)?;
        }
        let crc = |key: &str| point.get(key).and_then(Value::as_str).map(str::to_owned).ok_or(format!("no {key}"));
        expect(&at("ram_crc32"), format!("{:08x}", CRC.checksum(&chip.ram()[..RAM])), crc("ram_crc32")?)?;
        expect(&at("trace_crc32"), format!("{:08x}", digest.clone().finalize()), crc("trace_crc32")?)?;
    }
    expect("steps", step, number(case, "steps")?)
}
