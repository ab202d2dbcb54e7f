//! Real serial ports from a page, by Web Serial: 460,800 baud, 8-N-1, no flow control, DTR and RTS off.
//!
//! Not tried on hardware: what is known about adapters comes from others' reports (§4). A page is let to a port only by
//! its player, in the browser's own dialog; from then on the port is among [`ports`], also after the page was loaded
//! anew, as long as the player does not take the leave back.

mod js;
mod life;
mod list;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use super::inbox::Inbox;
use super::{Arrival, BAUD, Clock, QUEUE, Transport, TransportError};

pub use list::{look, ports};

/// Bytes that the browser keeps while the page is busy: 1.4 s of a full line. By default it keeps 255, 5.5 ms (§4).
pub const BUFFER: u32 = 64 * 1024;

const NONE: &str = "this browser has no Web Serial, so no real toy can be reached from here: Chrome, Edge, Opera, and \
    Firefox from version 151 on have it on computers; Safari and most browsers of phones do not";
const INSECURE: &str = "the browser keeps serial ports from this page because it did not come safely: open it by https, \
    or from this very computer as localhost";

/// Why no port can be opened from this page, a clause that names browsers in which one can; `None`: they can.
pub fn missing() -> Option<&'static str> {
    match js::serial() {
        Some(_) => None,
        None if js::is_secure() => Some(NONE),
        None => Some(INSECURE),
    }
}

/// Opens the port of that name in [`ports`], or without a name lets the player choose one. The browser's dialog opens
/// only within seconds of a click or key.
///
/// A port that vanishes is opened again when it is back, or when a port with the same USB numbers is plugged in that
/// the page may use: a browser tells no serial numbers. What the browser had received before an answer is sent cannot
/// be thrown away, and is judged by the engine like any other noise.
///
/// # Errors
/// Nothing was chosen, the port is gone or held by somebody else, or the browser has no Web Serial.
pub async fn open(name: Option<&str>, clock: Clock) -> Result<WebSerial, TransportError> {
    let failed = |reason| TransportError::Open { port: name.unwrap_or("the port").to_owned(), reason };
    let serial = js::serial().ok_or_else(|| failed(missing().unwrap_or(NONE).to_owned()))?;
    let port = match name {
        Some(name) => list::find(&serial, name).await.ok_or_else(|| failed("there is no such port any more".into()))?,
        None => list::choose(&serial).await.map_err(failed)?,
    };
    life::open_port(&port).await.map_err(failed)?;
    let shared = Arc::new(Shared { clock, inbox: Inbox::default(), state: Mutex::default() });
    spawn_local(life::live(shared.clone(), serial, port));
    Ok(WebSerial { shared })
}

/// An open port, served by a task of the page. Dropping it closes it and throws away what has not left:
/// [`flush`](Transport::flush) comes first where that matters.
pub struct WebSerial {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    inbox: Inbox,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: Vec<u8>,
    /// Bytes that the task has taken from the queue and the browser has not.
    writing: usize,
    /// Why there is no line.
    lost: Option<String>,
    /// The port is to be closed for good.
    stop: bool,
    /// The port is to be lost, as if unplugged.
    hang_up: bool,
    /// The task.
    task: Option<Waker>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something that the task looks at.
    fn tell<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        let task = state.task.take();
        drop(state);
        if let Some(task) = task {
            task.wake();
        }
        result
    }
}

impl WebSerial {
    /// Bytes that arrived and were lost because more than 64 KiB of them were not fetched.
    pub fn overrun(&self) -> u64 {
        self.shared.inbox.overrun()
    }
}

impl Transport for WebSerial {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.shared.tell(|state| {
            if let Some(reason) = &state.lost {
                return Err(TransportError::Gone(reason.clone()));
            }
            let waiting = state.queue.len() + state.writing;
            if waiting.saturating_add(bytes.len()) > QUEUE {
                return Err(TransportError::Clogged(waiting));
            }
            state.queue.extend_from_slice(bytes);
            Ok(())
        })
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        self.shared.inbox.next(wait)
    }

    fn purge(&mut self) {
        self.shared.inbox.purge();
    }

    fn flush(&mut self, _wait: Duration) -> Result<(), TransportError> {
        let state = self.shared.lock();
        match (&state.lost, state.queue.len() + state.writing) {
            (Some(reason), _) => Err(TransportError::Gone(reason.clone())),
            (None, 0) => Ok(()),
            (None, waiting) => Err(TransportError::Clogged(waiting)),
        }
    }

    fn watch(&mut self, waker: &Waker) {
        self.shared.inbox.watch(waker);
    }

    fn line_rate(&self) -> Option<u32> {
        Some(BAUD)
    }

    fn waiting(&self) -> usize {
        let state = self.shared.lock();
        state.queue.len() + state.writing
    }

    fn hang_up(&mut self) -> bool {
        self.shared.tell(|state| {
            state.hang_up |= state.lost.is_none();
            state.lost.is_none()
        })
    }
}

impl Drop for WebSerial {
    fn drop(&mut self) {
        self.shared.tell(|state| state.stop = true);
    }
}

impl std::fmt::Debug for WebSerial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebSerial").finish_non_exhaustive()
    }
}
