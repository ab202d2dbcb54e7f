//! Long random programs, compared by CRC over a record of every instruction.

use crate::slow::{Slow, Stepped};
use crate::suite::{Verdict, expect, list, number, rom};
use crc::{CRC_32_ISO_HDLC, Crc};
use eggtooth_chip::S46;
use serde_json::Value;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

pub fn check(case: &Value) -> Verdict {
    let mut slow = Slow::new(&S46, &rom(case)?);
    slow.set_watchdog(false);
    let mut digest = CRC.digest();
    let mut step = 0;
    for point in list(case, "checkpoints")? {
        while step < number(point, "step")? {
            let start = slow.tick();
            expect("the step", slow.step(u64::MAX), Stepped::Instruction)?;
            let clocks = (slow.tick() - start) as u8;
            let r = slow.registers();
            let ([p, pp], [x, xx], [y, yy]) = (r.pc.to_le_bytes(), r.x.to_le_bytes(), r.y.to_le_bytes());
            digest.update(&[p, pp, r.np, r.a, r.b, x, xx, y, yy, r.sp, r.flags, clocks]);
            step += 1;
        }
        expect("the ticks", slow.tick(), number(point, "ticks")?)?;
        let crc = |key: &str| point.get(key).and_then(Value::as_str).map(str::to_owned).ok_or(format!("no {key}"));
        expect("the trace", format!("{:08x}", digest.clone().finalize()), crc("trace_crc32")?)?;
        expect("RAM", format!("{:08x}", CRC.checksum(slow.ram())), crc("ram_crc32")?)?;
    }
    expect("the steps", step, number(case, "steps")?)
}
