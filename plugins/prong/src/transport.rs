//! What carries bytes: a real port, a terminal pair, memory, QUIC, and wrappers around any of them.
//!
//! A transport only moves bytes and stamps their arrival; a pump joins it to an engine.

pub mod adapters;
mod inbox;

pub mod faults;
pub mod memory;
pub mod pace;
#[cfg(target_family = "wasm")]
pub mod page;
#[cfg(unix)]
pub mod pty;
#[cfg(all(feature = "quic", not(target_family = "wasm")))]
pub mod quic;
#[cfg(all(feature = "quic", not(target_family = "wasm")))]
pub mod recall;
#[cfg(not(target_family = "wasm"))]
pub mod threaded;
#[cfg(all(feature = "uart", not(target_family = "wasm")))]
pub mod uart;
#[cfg(all(feature = "web-serial", target_family = "wasm"))]
pub mod web_serial;

use std::task::Waker;
use std::time::Duration;

use web_time::Instant;

/// The most that waits to be written to a line, in bytes; a send beyond it is refused whole.
pub const QUEUE: usize = 64 * 1024;
/// Bits a second of the prongs (§4).
pub const BAUD: u32 = 460_800;
/// The longest that anything here waits, whatever it was told: a page has no thread that could.
pub(crate) const LONGEST: Duration = if cfg!(target_family = "wasm") { Duration::ZERO } else { Duration::MAX };

/// Time since the link was opened, the same for transport and engine.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Zero is now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Something that came off the line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrival {
    /// Bytes, in order.
    Bytes {
        /// When they came.
        at: Duration,
        /// At least one.
        bytes: Vec<u8>,
    },
    /// The port or connection is gone. Some transports come back: see [`Arrival::Back`].
    Lost {
        /// When it was noticed.
        at: Duration,
        /// One sentence.
        reason: String,
    },
    /// A lost port is there again.
    Back {
        /// When it was opened again.
        at: Duration,
    },
}

/// A line of bytes in both directions. In a page nothing waits: there every `wait` counts as zero, and whoever has a
/// line is told by [`watch`](Transport::watch) when to look again.
pub trait Transport: Send {
    /// Queues bytes for the far side, all of them, after those queued before; does not wait until they have left.
    ///
    /// # Errors
    /// The queue is full because the far side takes nothing, or the line is gone.
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError>;

    /// The next arrival, waiting at most so long. `None`: nothing came.
    ///
    /// # Errors
    /// The line is gone for good.
    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError>;

    /// Throws away bytes that arrived and were not fetched. [`Arrival::Lost`] and [`Arrival::Back`] stay.
    fn purge(&mut self);

    /// Waits, at most so long, until everything queued has left.
    ///
    /// # Errors
    /// It did not leave in time, or the line is gone.
    fn flush(&mut self, wait: Duration) -> Result<(), TransportError>;

    /// Wakes this from now on whenever there is something to fetch by [`next`](Transport::next). Lines that are never
    /// in a page need not.
    fn watch(&mut self, _waker: &Waker) {}

    /// Bits a second where bytes take their time (ten bits each), for [`Config::line_rate`](crate::engine::Config).
    fn line_rate(&self) -> Option<u32> {
        None
    }

    /// Bytes that were sent and have not left, as far as that is known.
    fn waiting(&self) -> usize {
        0
    }

    /// Breaks the line as if its plug were pulled, and tells whether there was one to break: [`Arrival::Lost`] follows,
    /// and the far side is told if it can be. A line that comes back by itself does so after this, too.
    fn hang_up(&mut self) -> bool {
        false
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        (**self).send(bytes)
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        (**self).next(wait)
    }

    fn purge(&mut self) {
        (**self).purge();
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        (**self).flush(wait)
    }

    fn watch(&mut self, waker: &Waker) {
        (**self).watch(waker);
    }

    fn line_rate(&self) -> Option<u32> {
        (**self).line_rate()
    }

    fn waiting(&self) -> usize {
        (**self).waiting()
    }

    fn hang_up(&mut self) -> bool {
        (**self).hang_up()
    }
}

/// Why a line cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Nobody reads at the other end.
    #[error("the other side takes no bytes: {0} are waiting; is it switched on and connected?")]
    Clogged(usize),
    /// The far end or the port is gone.
    #[error("the line is gone: {0}")]
    Gone(String),
    /// The port cannot be opened.
    #[error("{port} cannot be opened: {reason}")]
    Open {
        /// As the user named it.
        port: String,
        /// One clause: what is wrong and what to do.
        reason: String,
    },
}
