//! Events of the terminal, read by a thread of their own.
//!
//! When a terminal goes away, crossterm's reader spins and never comes back; and a terminal that
//! does not answer questions keeps it waiting. Neither may keep a pet from being saved.

use crossterm::event::{self, Event};
use crossterm::terminal::supports_keyboard_enhancement;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Events that wait to be handled; more wait in the terminal.
const WAITING: usize = 64;

/// What comes from the terminal.
#[derive(Debug)]
pub enum Input {
    /// It can tell when a key is let go, if it is asked to.
    HasReleases,
    /// A key, another size, or such.
    Event(Event),
}

/// The reading end.
pub struct Inputs {
    from: Receiver<io::Result<Input>>,
}

impl Inputs {
    /// Starts to read; the terminal must be in raw mode. The thread ends with the process.
    pub fn start() -> io::Result<Inputs> {
        let (to, from) = sync_channel(WAITING);
        thread::Builder::new().name("terminal".into()).spawn(move || read(&to))?;
        Ok(Inputs { from })
    }

    /// The next input within `wait`, if there is one.
    ///
    /// # Errors
    /// When the terminal cannot be read any more.
    pub fn next(&self, wait: Duration) -> io::Result<Option<Input>> {
        match self.from.recv_timeout(wait) {
            Ok(input) => input.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

fn read(to: &SyncSender<io::Result<Input>>) {
    if supports_keyboard_enhancement().unwrap_or(false) && to.send(Ok(Input::HasReleases)).is_err() {
        return;
    }
    loop {
        let event = event::read().map(Input::Event);
        let failed = event.is_err();
        if to.send(event).is_err() || failed {
            return;
        }
    }
}
