//! Recordings: read for `--replay`, written for `--record`.

use crate::output;
use anyhow::{Context, Result, bail};
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, Recording};
use eggtooth_vault::{MAX_FILE, hex};
use std::path::{Path, PathBuf};

/// A recording that is played.
pub struct Replay {
    /// What is played.
    pub recording: Recording,
    path: PathBuf,
}

impl Replay {
    /// Reads a recording that was made with this ROM.
    ///
    /// # Errors
    /// When it is none, or was made with another ROM.
    pub fn read(path: &Path, cartridge: &Cartridge, rom: &Path) -> Result<Replay> {
        let bytes = output::read(path, MAX_FILE)?;
        let recording = Recording::from_bytes(&bytes).with_context(|| path.display().to_string())?;
        let (wanted, given) = (&recording.start().meta.rom, &cartridge.identity);
        if wanted != given {
            bail!(
                "{} was recorded with another ROM ({}), not with {} ({}); give that one",
                path.display(),
                &hex(wanted)[..12],
                rom.display(),
                &hex(given)[..12]
            );
        }
        Ok(Replay { recording, path: path.to_path_buf() })
    }

    /// What is to be said if the machine, at the end, is in another state than the recorded one was.
    pub fn check(&self, machine: &Machine) -> Result<Option<String>> {
        let same = machine.state_hash()? == *self.recording.hash();
        Ok((!same).then(|| {
            format!(
                "{} ends at tick {} in another state than it was recorded with; the recording or this Eggtooth is at fault",
                self.path.display(),
                self.recording.end()
            )
        }))
    }
}

/// Ends the recording of a machine and writes it.
pub fn write(path: &Path, machine: &mut Machine) -> Result<()> {
    let now = machine.tick();
    let Some(recording) = machine.stop_recording()? else { return Ok(()) };
    if recording.end() < now {
        output::log(&format!(
            "the recording is full: it ends at tick {} with its {} presses",
            recording.end(),
            recording.events().len()
        ));
    }
    output::write(path, &recording.to_bytes()?)
}
