//! Being asked to end by the system: the terminal closes, or somebody sends a signal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Notes that a signal came.
pub struct Signals {
    asked: Arc<AtomicBool>,
}

impl Signals {
    /// From now on signals that would end the program are noted instead.
    pub fn new() -> std::io::Result<Signals> {
        let asked = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
            for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
                signal_hook::flag::register(signal, asked.clone())?;
            }
        }
        Ok(Signals { asked })
    }

    /// Whether one came.
    pub fn is_asked_to_end(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}
