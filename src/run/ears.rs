//! What a run hears: the buzzer for a recording, the watchdog, opcodes that do not exist.

use crate::output;
use anyhow::Result;
use eggtooth_buzzer::wav::{WavError, WavWriter};
use eggtooth_toy::{Edge, Machine, Sink};
use std::path::Path;

/// Takes the edges of a run.
pub struct Ears {
    wav: Option<WavWriter>,
    /// The first thing that went wrong with the recording.
    failed: Option<WavError>,
    /// Tick of the last reset that was not taken.
    reset: Option<u64>,
    resets: u64,
    /// Where an undefined opcode was met first, and how often.
    undefined: Option<u16>,
    undefined_count: u64,
}

impl Ears {
    /// Ears for a machine about to run; with `audio`, they record.
    pub fn new(audio: Option<&Path>, machine: &Machine) -> Result<Ears> {
        let mut wav = audio.map(|path| WavWriter::create(path, machine.tick())).transpose()?;
        if let Some(wav) = &mut wav {
            wav.tone(machine.tick(), machine.tone())?;
        }
        Ok(Ears { wav, failed: None, reset: None, resets: 0, undefined: None, undefined_count: 0 })
    }

    /// Whether the recording still succeeds.
    pub fn check(&mut self) -> Result<()> {
        self.failed.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// The tick of a reset since the last call.
    pub fn take_reset(&mut self) -> Option<u64> {
        self.reset.take()
    }

    /// Finishes the recording at the end of the run, and tells what was odd.
    pub fn finish(mut self, tick: u64) -> Result<()> {
        self.check()?;
        if let Some(wav) = self.wav {
            wav.finish(tick)?;
        }
        if self.resets > 0 {
            output::log(&format!("the watchdog reset the chip {}", times(self.resets)));
        }
        if let Some(address) = self.undefined {
            let count = times(self.undefined_count);
            output::log(&format!("an opcode that does not exist was met {count}, first at {address:04X}"));
        }
        Ok(())
    }
}

fn times(n: u64) -> String {
    if n == 1 { "once".into() } else { format!("{n} times") }
}

impl Sink for Ears {
    fn edge(&mut self, tick: u64, edge: Edge) {
        match edge {
            Edge::Tone(tone) => {
                if let Some(wav) = &mut self.wav
                    && self.failed.is_none()
                {
                    self.failed = wav.tone(tick, tone).err();
                }
            }
            Edge::WatchdogReset | Edge::PinReset => {
                self.reset = Some(tick);
                self.resets += 1;
            }
            Edge::UndefinedOpcode(address) => {
                self.undefined.get_or_insert(address);
                self.undefined_count += 1;
            }
            Edge::R(..) | Edge::P(..) | Edge::Serial(_) | Edge::TimerClock(_) => {}
        }
    }
}
