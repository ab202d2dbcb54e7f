//! A transport that is captured.

use std::collections::VecDeque;
use std::io::Write;
use std::task::Waker;
use std::time::Duration;

use crate::transport::{Arrival, Clock, Transport, TransportError};

use super::{Direction, Writer};

/// Arrivals fetched by one purge; a transport that has more is purged without its bytes being captured.
const PURGED: usize = 256;

/// A transport of which everything that passes is written to a capture.
///
/// Bytes are stamped when they are queued or when they came. Those that a purge throws away are captured as well: they
/// were on the line. When the capture cannot be written any more, it stops; the link goes on.
#[derive(Debug)]
pub struct Captured<T, W: Write> {
    inner: T,
    writer: Option<Writer<W>>,
    clock: Clock,
    warning: Option<String>,
    /// Losses and returns that a purge came upon: at most [`PURGED`].
    pending: VecDeque<Arrival>,
}

impl<T: Transport, W: Write + Send> Captured<T, W> {
    /// Captures what passes `inner`, whose arrivals are stamped by `clock` (the writer's time zero).
    pub fn new(inner: T, writer: Writer<W>, clock: Clock) -> Self {
        Self { inner, writer: Some(writer), clock, warning: None, pending: VecDeque::new() }
    }

    /// Once, why the capture stopped: one sentence for the user.
    pub fn take_warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// The transport beneath.
    pub fn inner(&mut self) -> &mut T {
        &mut self.inner
    }

    fn record(&mut self, direction: Direction, at: Duration, bytes: &[u8]) {
        let Some(writer) = &mut self.writer else { return };
        if let Err(error) = writer.write(direction, at, bytes) {
            self.writer = None;
            self.warning = Some(format!("the capture stops here, the link goes on: it cannot be written: {error}"));
        }
    }

    fn note(&mut self, arrival: &Arrival) {
        if let Arrival::Bytes { at, bytes } = arrival {
            self.record(Direction::Received, *at, bytes);
        }
    }
}

impl<T: Transport, W: Write + Send> Transport for Captured<T, W> {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        let at = self.clock.now();
        self.inner.send(bytes)?;
        self.record(Direction::Sent, at, bytes);
        Ok(())
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        if let Some(arrival) = self.pending.pop_front() {
            return Ok(Some(arrival));
        }
        let arrival = self.inner.next(wait)?;
        if let Some(arrival) = &arrival {
            self.note(arrival);
        }
        Ok(arrival)
    }

    fn purge(&mut self) {
        for _ in 0..PURGED.saturating_sub(self.pending.len()) {
            // An error is left to the next call of `next`, which meets it again.
            let Ok(Some(arrival)) = self.inner.next(Duration::ZERO) else { break };
            self.note(&arrival);
            if !matches!(arrival, Arrival::Bytes { .. }) {
                self.pending.push_back(arrival);
            }
        }
        self.inner.purge();
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        self.inner.flush(wait)
    }

    fn watch(&mut self, waker: &Waker) {
        self.inner.watch(waker);
    }

    fn line_rate(&self) -> Option<u32> {
        self.inner.line_rate()
    }

    fn waiting(&self) -> usize {
        self.inner.waiting()
    }

    fn hang_up(&mut self) -> bool {
        self.inner.hang_up()
    }
}
