//! WAV files of a buzzer, for `eggtooth run --audio wav:FILE`: mono, 16 bits, 48 kHz.
//!
//! Samples are streamed, so memory does not grow with the length. The file appears under its name
//! only when it is whole; a run that fails leaves what was there before.

use crate::synth::{Colour, Renderer, SynthError};
use atomic_write_file::AtomicWriteFile;
use eggtooth_toy::{TICKS_PER_SECOND, Tone};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// Samples a second of the file.
pub const SAMPLE_RATE: u32 = 48_000;

/// The most samples a file can hold: RIFF counts bytes in 32 bits (44 of them are the header).
/// A little over twelve hours.
pub const MAX_SAMPLES: u64 = (u32::MAX as u64 - 44) / 2;

/// Ticks rendered at a time.
const CHUNK: u64 = TICKS_PER_SECOND;

/// Why a WAV file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// The name belongs to something that a rename would destroy: a device, a pipe, a folder.
    #[error("{path} exists and is not an ordinary file; give the name of a new file", path = .0.display())]
    NotAFile(PathBuf),
    /// The file cannot be made.
    #[error("cannot create {path}: {source}; check that its folder exists and may be written", path = .path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Writing stopped half-way; nothing was left behind.
    #[error("cannot write {path}: {source}; check the space on its disk", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The recording is longer than the format can say.
    #[error("the recording is longer than a WAV file can hold (12 hours); use fewer ticks")]
    TooLong,
    /// An edge or the end lies before one that was given already.
    #[error("tick {tick} comes after tick {last}; give edges in order")]
    OutOfOrder {
        /// The tick that was given.
        tick: u64,
        /// The last one before.
        last: u64,
    },
    /// The renderer refused; cannot happen at [`SAMPLE_RATE`].
    #[error(transparent)]
    Synth(#[from] SynthError),
}

/// A WAV file being written.
pub struct WavWriter {
    path: PathBuf,
    file: AtomicWriteFile,
    samples: hound::WavWriter<BufWriter<File>>,
    written: u64,
    renderer: Renderer,
    last: u64,
    chunk: Vec<f32>,
}

impl WavWriter {
    /// Starts the recording `path` at `start_tick`, in silence. A file of that name stays until
    /// [`Self::finish`] replaces it.
    ///
    /// # Errors
    /// If the name is taken by something that is not a file, or its folder cannot be written.
    pub fn create(path: &Path, start_tick: u64) -> Result<Self, WavError> {
        // Through links, so that the file they point to is replaced and not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return Err(WavError::NotAFile(path));
        }
        let create = |source| WavError::Create { path: path.clone(), source };
        let file = AtomicWriteFile::open(&path).map_err(create)?;
        let handle = file.as_file().try_clone().map_err(create)?;
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let samples = hound::WavWriter::new(BufWriter::new(handle), spec).map_err(|error| create(reason(error)))?;
        let mut renderer = Renderer::with(SAMPLE_RATE, Colour::default(), 1)?;
        renderer.seek(start_tick);
        Ok(Self { path, file, samples, written: 0, renderer, last: start_tick, chunk: Vec::new() })
    }

    /// From `tick` on the buzzer sounds `tone`. Ticks must not fall.
    ///
    /// # Errors
    /// If the tick is out of order, the recording too long or the disk full.
    pub fn tone(&mut self, tick: u64, tone: Option<Tone>) -> Result<(), WavError> {
        self.advance(tick)?;
        self.renderer.push(tick, tone);
        Ok(())
    }

    /// Writes all samples before `tick`.
    ///
    /// # Errors
    /// As [`Self::tone`].
    pub fn advance(&mut self, tick: u64) -> Result<(), WavError> {
        if tick < self.last {
            return Err(WavError::OutOfOrder { tick, last: self.last });
        }
        while self.last < tick {
            self.last = tick.min(self.last.saturating_add(CHUNK));
            self.chunk.clear();
            self.renderer.render(self.last, &mut self.chunk);
            self.written += self.chunk.len() as u64;
            if self.written > MAX_SAMPLES {
                return Err(WavError::TooLong);
            }
            for sample in &self.chunk {
                let scaled = (sample * f32::from(i16::MAX)).round();
                // `as` saturates; a renderer never passes full scale anyway.
                self.samples.write_sample(scaled as i16).map_err(|error| failed(&self.path, error))?;
            }
        }
        Ok(())
    }

    /// Writes what is left before `end_tick` (or the last edge, if that is later: an instruction may
    /// reach over the end) and puts the file in its place. Returns how many samples it holds: 48,000
    /// for every 32,768 ticks.
    ///
    /// # Errors
    /// As [`Self::tone`], or if the file cannot be renamed.
    pub fn finish(mut self, end_tick: u64) -> Result<u64, WavError> {
        self.advance(end_tick.max(self.last))?;
        self.samples.finalize().map_err(|error| failed(&self.path, error))?;
        let path = self.path;
        self.file.commit().map_err(|source| WavError::Write { path, source })?;
        Ok(self.written)
    }
}

fn failed(path: &Path, error: hound::Error) -> WavError {
    WavError::Write { path: path.to_path_buf(), source: reason(error) }
}

fn reason(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests;
