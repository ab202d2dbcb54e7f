//! States of other programs become machines, and machines states of other programs.

use crate::home::{Home, ToyError, name_of_file};
use crate::machine::{Machine, STATE};
use crate::session::now;
use eggtooth_cartridge::{Cartridge, ChipKind, models};
use eggtooth_chip::{Model, Parts, Registers};
use eggtooth_vault::foreign::{
    self, ClockTimer, Cpu, DISPLAY_S48, Details, Display, Format, Hardware, IO_REGISTERS, Imported, ProgTimer, RAM_S46,
    RAM_S48, Stopwatch,
};
use eggtooth_vault::{Entry, Envelope, Meta, check_name};

/// No PSET waits for its branch.
const NO_PSET: u8 = 0xFF;

/// What another program's file gave.
#[derive(Debug)]
pub struct Adopted {
    /// The machine, with nothing pressed.
    pub machine: Machine,
    /// What the file was.
    pub format: Format,
    /// What was lost or guessed, a sentence each.
    pub notes: Vec<String>,
}

/// Reads another program's state of `cartridge`; `name` is the file's name, `model` the wiring where
/// it is not the cartridge's usual one.
///
/// # Errors
/// When the file is no state that can be resumed, or is of another ROM as far as that can be seen.
pub fn adopt(
    cartridge: &Cartridge,
    model: Option<&'static Model>,
    bytes: &[u8],
    name: Option<&str>,
) -> Result<Adopted, ToyError> {
    let mut imported = foreign::import(bytes, name)?;
    imported.check_rom(&cartridge.words)?;
    let model = model.unwrap_or_else(|| models::model_for(cartridge));
    let parts = parts_of(&imported, model)?;
    let machine = Machine::assemble(cartridge, model, &parts)?;
    Ok(Adopted { machine, format: imported.format, notes: imported.notes })
}

/// Puts another program's state on the shelf, called `name` or else as its file.
///
/// # Errors
/// As [`adopt`], and when the shelf cannot be written.
pub fn take_in(
    home: &Home,
    cartridge: &Cartridge,
    model: Option<&'static Model>,
    bytes: &[u8],
    file: &str,
    name: Option<&str>,
) -> Result<(Entry, Adopted), ToyError> {
    let adopted = adopt(cartridge, model, bytes, Some(file))?;
    let name = match name {
        Some(name) => check_name(name)?,
        None => name_of_file(std::path::Path::new(file)).unwrap_or_else(|| "Toy".into()),
    };
    let machine = &adopted.machine;
    let model = machine.model().name.into();
    let meta = Meta { name, rom: cartridge.identity, model, saved_at: now(), tick: machine.tick() };
    let mut envelope = Envelope::new(meta);
    envelope.set_value(STATE, machine.state())?;
    home.dir().store_rom(&cartridge.normalised())?;
    Ok((home.dir().create(envelope)?, adopted))
}

/// Writes a machine's state as another program saves it; `saved_at_ms` in milliseconds since 1970.
///
/// # Errors
/// When that format cannot hold the state, or is not written.
pub fn give_away(machine: &Machine, saved_at_ms: u64, format: Format) -> Result<Vec<u8>, ToyError> {
    let cartridge = &Cartridge::from_words(machine.words())?;
    let hardware = hardware_of(machine, cartridge);
    let model = cartridge.known.as_ref().map(|known| known.toy.id);
    // The care-bot's own names, where they differ from ours.
    let model = model.map(|id| match id {
        "p1-japan" => "p1j",
        "genjintch" => "genjin",
        "digimon-1" => "digimon",
        other => other,
    });
    let details = Details { tick: machine.tick(), saved_at_ms, model };
    Ok(foreign::export_with(&hardware, details, format)?)
}

/// The chip's parts from a translated file.
fn parts_of(imported: &Imported, model: &Model) -> Result<Parts, ToyError> {
    let h = &imported.hardware;
    let mut parts = Parts {
        tick: imported.tick.unwrap_or(0).min(1 << 60),
        divider: h.clock_timer.ticks_since_256hz_edge,
        registers: Registers {
            pc: h.cpu.pc,
            pset: if u16::from(h.cpu.np) == h.cpu.pc >> 8 { NO_PSET } else { h.cpu.np },
            a: h.cpu.a,
            b: h.cpu.b,
            x: h.cpu.x,
            y: h.cpu.y,
            sp: h.cpu.sp,
            flags: h.cpu.flags,
            halted: h.cpu.halted == Some(true),
            ei_shadow: false,
        },
        ram: [0; RAM_S48],
        display: [0; 2 * DISPLAY_S48],
        clock: h.clock_timer.tm,
        // The FPGA core counts further than the chip does.
        stopwatch: [h.stopwatch.low, h.stopwatch.high, h.stopwatch.sub.min(1)],
        timer: h.prog_timer.count,
        io: [0; 128],
    };
    let ram = h.ram.len().min(usize::from(model.ram_nibbles));
    parts.ram[..ram].copy_from_slice(&h.ram[..ram]);
    if let Some(Display { e00, e80 }) = &h.display {
        let block = 2 * usize::from(model.segments);
        for (n, cells) in [e00, e80].into_iter().enumerate() {
            let len = cells.len().min(block);
            parts.display[n * DISPLAY_S48..][..len].copy_from_slice(&cells[..len]);
        }
    }
    for (at, value) in h.io.iter().filter(|(at, _)| (0xF00..0xF80).contains(*at)) {
        parts.io[usize::from(at & 0x7F)] = *value;
    }
    parts.io[0x00..0x06].copy_from_slice(&h.factors);
    parts.io[0x10..0x16].copy_from_slice(&h.masks);
    (parts.io[0x26], parts.io[0x27]) = (h.prog_timer.reload & 15, h.prog_timer.reload >> 4);
    (parts.io[0x30], parts.io[0x31]) = (h.serial_data & 15, h.serial_data >> 4);
    parts.io[0x77] = u8::from(h.stopwatch.running);
    parts.io[0x78] = u8::from(h.prog_timer.run);
    parts.io[0x79] = parts.io[0x79] & 8 | h.prog_timer.select & 7;
    Ok(parts)
}

/// The machine as files of other programs know it.
fn hardware_of(machine: &Machine, cartridge: &Cartridge) -> Hardware {
    let parts = machine.parts();
    let io = |register: usize| parts.io[register];
    let r = &parts.registers;
    let ram = if cartridge.chip == ChipKind::S46 { RAM_S46 } else { RAM_S48 };
    let block = 2 * usize::from(machine.model().segments);
    let display = |from: usize| parts.display[from..from + block].to_vec();
    Hardware {
        cpu: Cpu {
            pc: r.pc,
            np: r.np(),
            a: r.a,
            b: r.b,
            x: r.x,
            y: r.y,
            sp: r.sp,
            flags: r.flags,
            halted: Some(r.halted),
        },
        clock_timer: ClockTimer { tm: parts.clock, ticks_since_256hz_edge: parts.divider },
        masks: std::array::from_fn(|n| io(0x10 + n)),
        factors: std::array::from_fn(io),
        prog_timer: ProgTimer {
            count: parts.timer,
            reload: io(0x26) | io(0x27) << 4,
            run: io(0x78) & 1 != 0,
            select: io(0x79) & 7,
        },
        io: IO_REGISTERS.iter().map(|(at, bits, _)| (*at, io(usize::from(at & 0x7F)) & bits)).collect(),
        ram: parts.ram[..ram.min(usize::from(machine.model().ram_nibbles))].to_vec(),
        display: Some(Display { e00: display(0), e80: display(DISPLAY_S48) }),
        stopwatch: Stopwatch {
            low: parts.stopwatch[0],
            high: parts.stopwatch[1],
            sub: parts.stopwatch[2],
            running: io(0x77) & 1 != 0,
        },
        serial_data: io(0x30) | io(0x31) << 4,
    }
}
