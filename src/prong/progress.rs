//! How far a transfer has come, on a terminal: chunks, rate, time left.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

/// A line on standard error that is written over; silent where nobody looks.
pub struct Progress {
    began: Option<(Instant, u16)>,
    shown: bool,
    terminal: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new() -> Self {
        Self { began: None, shown: false, terminal: stderr().is_terminal() }
    }

    /// `done` of `chunks` chunks of a packet of `size` bytes are through.
    pub fn show(&mut self, done: u16, chunks: u16, size: usize) {
        let (began, first) = match self.began {
            Some((began, first)) if done >= first => (began, first),
            _ => *self.began.insert((Instant::now(), done)),
        };
        if !self.terminal {
            return;
        }
        let seconds = began.elapsed().as_secs_f64();
        let bytes = |chunks: u16| (usize::from(chunks) * eggtooth_prong::CHUNK).min(size);
        let through = bytes(done) - bytes(first).min(bytes(done));
        let rate = if seconds > 0.05 { through as f64 / seconds } else { 0.0 };
        let left = if rate > 0.0 { format!("{:.0} s left", (size - bytes(done)) as f64 / rate) } else { String::new() };
        let line = format!("chunk {done} of {chunks}, {:.1} kB/s  {left}", rate / 1000.0);
        let _ = write!(stderr(), "\r{line:<60}");
        let _ = stderr().flush();
        self.shown = true;
    }

    /// Seconds since the first chunk was due.
    pub fn seconds(&self) -> f64 {
        self.began.map_or(0.0, |(began, _)| began.elapsed().as_secs_f64())
    }

    /// The line is done with; what follows takes its place.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(stderr(), "\r{:<60}\r", "");
            let _ = stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
