//! `run`: a ROM without a window, the same way every time.

mod ears;
mod picture;
mod replay;
mod state;
mod trace;

use crate::cli::{FrameOutput, RunArguments};
use crate::{output, rom};
use anyhow::{Context, Result, bail};
use ears::Ears;
use eggtooth_cartridge::Cartridge;
use eggtooth_chip::{Registers, Step, flag};
use eggtooth_toy::{Button, Machine, STATE, TICKS_PER_SECOND, name_of_file, script};
use eggtooth_vault::{Envelope, Meta, read_egg};
use replay::Replay;
use std::path::Path;
use std::process::ExitCode;
use trace::Trace;

pub use picture::ICONS;

/// Ticks between two looks at whether a recording still succeeds.
const SPAN: u64 = 60 * TICKS_PER_SECOND;
/// A chip that nothing wakes for a day will sleep for ever.
const DAY: u64 = 86_400 * TICKS_PER_SECOND;

/// `eggtooth run`.
pub fn run(arguments: &RunArguments) -> Result<ExitCode> {
    let cartridge = rom::open(&arguments.rom)?;
    let loaded = arguments.load.as_deref().map(read_egg).transpose()?;
    let replay = arguments.replay.as_deref().map(|path| Replay::read(path, &cartridge, &arguments.rom)).transpose()?;
    let mut machine = match &replay {
        Some(replay) => Machine::play(&cartridge, &replay.recording)?,
        None => machine(arguments, &cartridge, loaded.as_ref())?,
    };
    if let Some(path) = &arguments.script {
        read_script(path, &mut machine)?;
    }
    if arguments.record.is_some() {
        machine.record(&name(&arguments.rom, loaded.as_ref()))?;
    }
    let mut ears = Ears::new(arguments.audio.as_deref(), &machine)?;
    let mut other = None;
    let traced = live(arguments, &mut machine, &mut ears, replay.as_ref(), &mut other);
    let wants_files = arguments.save.is_some()
        || arguments.record.is_some()
        || arguments.audio.is_some()
        || matches!(arguments.frame, Some(FrameOutput::Png(_)));
    // Files are wanted even if nobody reads the trace to its end.
    if let Err(error) = &traced
        && !(wants_files && output::is_closed_pipe(error))
    {
        return traced.map(|()| ExitCode::SUCCESS);
    }
    ears.finish(machine.tick())?;
    if let Some(path) = &arguments.record {
        replay::write(path, &mut machine)?;
    }
    if let Some(path) = &arguments.save {
        save(path, &arguments.rom, &machine, loaded)?;
    }
    if let Some(FrameOutput::Png(path)) = &arguments.frame {
        output::write(path, &picture::png(&machine.frame())?)?;
    }
    traced?;
    if let Some(FrameOutput::Text) = &arguments.frame {
        output::print(&picture::text(&machine.frame()))?;
    }
    if arguments.state.is_some() {
        output::print(&state::json(&machine)?)?;
    }
    // Told last, so that whoever looks for the reason has the state.
    match other {
        Some(sentence) => bail!("{sentence}"),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// What a toy is called: as in the save, else after its ROM.
fn name(rom: &Path, loaded: Option<&Envelope>) -> String {
    let saved = loaded.map(|envelope| envelope.meta.name.clone());
    saved.or_else(|| name_of_file(rom)).unwrap_or_else(|| "Toy".into())
}

/// The machine at the start: as saved, or with a fresh battery.
fn machine(arguments: &RunArguments, cartridge: &Cartridge, loaded: Option<&Envelope>) -> Result<Machine> {
    match (loaded, arguments.model) {
        (Some(envelope), Some(model)) if envelope.meta.model != model.name => {
            bail!("the save is of the model {}, not {}; leave --model out", envelope.meta.model, model.name)
        }
        (Some(envelope), _) => Ok(Machine::resume(cartridge, envelope)?),
        (None, Some(model)) => Ok(Machine::with_model(cartridge, model)),
        (None, None) => Ok(Machine::new(cartridge)),
    }
}

/// Queues every press of a script.
fn read_script(path: &Path, machine: &mut Machine) -> Result<()> {
    let file = || path.display().to_string();
    let events = script::parse(&output::read(path, script::MAX_SCRIPT)?).with_context(file)?;
    if let Some(early) = events.first().filter(|event| event.tick < machine.tick()) {
        let (wanted, now) = (early.tick, machine.tick());
        bail!("{}: tick {wanted} has passed, the save is at tick {now}; let the script begin there", file());
    }
    if !machine.model().has(Button::Tap) && events.iter().any(|event| event.button == Button::Tap) {
        output::log(&format!("the model {} has no tap sensor; TAP does nothing", machine.model().name));
    }
    for event in events {
        machine.press_at(event.button, event.down, event.tick);
    }
    Ok(())
}

/// Lets time pass. A recording that is played to its end and ends in another state than it did is told in
/// `other`.
fn live(
    arguments: &RunArguments,
    machine: &mut Machine,
    ears: &mut Ears,
    replay: Option<&Replay>,
    other: &mut Option<String>,
) -> Result<()> {
    let start = machine.tick();
    let mut trace = arguments.trace.then(Trace::new);
    let mut to = |machine: &mut Machine, end: u64| match trace.as_mut() {
        Some(trace) => step(machine, u64::MAX, end, ears, Some(trace)),
        None => advance(machine, end, ears),
    };
    let result = match (arguments.length.steps, arguments.length.ticks, replay) {
        (Some(steps), ..) => step(machine, steps, u64::MAX, ears, trace.as_mut()),
        (None, ticks, None) => to(machine, start.saturating_add(ticks.unwrap_or(0))),
        (None, ticks, Some(replay)) => {
            let last = replay.recording.end();
            let end = ticks.map_or(last, |ticks| start.saturating_add(ticks));
            let lived = to(machine, end.min(last));
            if end >= last {
                // Inputs at the very last tick.
                machine.advance(last, &mut ());
                *other = replay.check(machine)?;
            }
            lived.and_then(|()| to(machine, end))
        }
    };
    let traced = trace.map_or(Ok(()), |trace| output::told(trace.finish()));
    result.and(traced)
}

fn advance(machine: &mut Machine, end: u64, ears: &mut Ears) -> Result<()> {
    while machine.tick() < end {
        machine.advance(end.min(machine.tick() + SPAN), ears);
        ears.check()?;
    }
    Ok(())
}

/// Executes `steps` instructions or interrupts, or until tick `end`; traces them.
fn step(machine: &mut Machine, steps: u64, end: u64, ears: &mut Ears, mut trace: Option<&mut Trace>) -> Result<()> {
    let mut left = steps;
    let mut awake = machine.tick();
    // Whoever closed the trace may still want files, and those are of the whole run.
    let mut closed = None;
    while left > 0 && machine.tick() < end {
        let (tick, mut registers) = (machine.tick(), *machine.registers());
        let what = machine.step(end.min(tick.saturating_add(DAY)), ears);
        ears.check()?;
        let reset = ears.take_reset();
        match what {
            Step::Nothing if end == u64::MAX && machine.tick() - awake >= DAY => {
                let done = steps - left;
                bail!("nothing wakes the chip, which halted at tick {awake} after {done} steps; use --ticks");
            }
            Step::Nothing => {}
            Step::Instruction | Step::Interrupt(_) => {
                left -= 1;
                awake = machine.tick();
            }
        }
        let Some(out) = trace.as_deref_mut() else {
            continue;
        };
        let written = (|| {
            let mut started = tick;
            if let Some(at) = reset {
                out.reset(at)?;
                started = at;
                registers = after_reset(registers);
            }
            match what {
                Step::Nothing => Ok(()),
                Step::Interrupt(_) => out.interrupt(machine.tick(), machine.registers().pc),
                Step::Instruction => {
                    let word = machine.words().get(usize::from(registers.pc)).copied();
                    out.instruction(started, &registers, word.unwrap_or(0xFFF))
                }
            }
        })();
        if let Err(error) = output::told(written) {
            closed = Some(error);
            trace = None;
        }
    }
    closed.map_or(Ok(()), Err)
}

/// The registers as a reset leaves them (TM 4.1).
fn after_reset(r: Registers) -> Registers {
    let flags = r.flags & (flag::C | flag::Z);
    // FFH: no PSET waits for its branch.
    Registers { pc: 0x100, pset: 0xFF, flags, halted: false, ei_shadow: false, ..r }
}

/// Writes a save that holds nothing of this computer, so that equal runs write equal files.
fn save(path: &Path, rom: &Path, machine: &Machine, loaded: Option<Envelope>) -> Result<()> {
    let mut envelope = match loaded {
        Some(envelope) => envelope,
        None => {
            let name = name(rom, None);
            let model = machine.model().name.into();
            Envelope::new(Meta { name, rom: *machine.identity(), model, saved_at: 0, tick: 0 })
        }
    };
    envelope.meta.tick = machine.tick();
    envelope.set_value(STATE, machine.state())?;
    output::write(path, &envelope.to_bytes(1)?)
}
