//! A line that is watched: what passes is told in words.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::Duration;

use super::parts::{Row, TRAFFIC};
use crate::capture::Direction;
use crate::decode::{Entry, Observer, What};
use crate::line::Line;
use crate::transport::{Arrival, Clock, Transport, TransportError};

/// What was seen, until it is fetched.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The last [`TRAFFIC`] rows; older ones are forgotten.
    pub rows: Vec<Row>,
    /// Size of the packet that was offered from here last.
    pub offered: u32,
    /// Why the line was lost last.
    pub lost: Option<String>,
}

/// The same, shared between the line and who tells of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Eyes(Arc<Mutex<Seen>>);

impl Eyes {
    pub fn with<R>(&self, look: impl FnOnce(&mut Seen) -> R) -> R {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A line with eyes on it.
pub(super) struct Tap {
    inner: Box<dyn Transport>,
    // Without a secret: chunks are told by their places.
    observer: Observer<'static>,
    clock: Clock,
    latest: Duration,
    eyes: Eyes,
}

impl Tap {
    pub fn new(inner: Box<dyn Transport>, clock: Clock, eyes: Eyes) -> Self {
        Self { inner, observer: Observer::new(None), clock, latest: Duration::ZERO, eyes }
    }

    fn note(&mut self, direction: Direction, at: Duration, bytes: &[u8]) {
        self.latest = self.latest.max(at);
        let entries = self.observer.feed(direction, self.latest, bytes);
        self.eyes.with(|seen| {
            for entry in &entries {
                if let (Direction::Sent, What::Line { line: Line::Pkt(size), .. }) = (entry.direction, &entry.what) {
                    seen.offered = *size;
                }
            }
            seen.rows.extend(entries.iter().filter_map(row));
            let over = seen.rows.len().saturating_sub(TRAFFIC);
            seen.rows.drain(..over);
        });
    }
}

/// A few words that fit a narrow column; `None`: not worth a row.
fn row(entry: &Entry) -> Option<Row> {
    let (words, bytes) = match &entry.what {
        what @ What::Line { .. } => {
            let text = what.text()?;
            let bytes = text.len() + 2;
            (text, bytes)
        }
        What::Chunk { index, of, len, .. } => {
            let number = |number: Option<u16>| number.map_or_else(|| "?".into(), |number| number.to_string());
            (format!("chunk {}/{}", number(index.map(|index| index.saturating_add(1))), number(*of)), *len)
        }
        What::Cut { got, of } => (format!("cut off at {got} of {of}"), *got),
        What::Noise { len } => (format!("noise, {len} bytes"), *len),
        What::Unexplained { len } => (format!("{len} odd bytes"), *len),
        What::Silence { time, .. } => (format!("silence, {:.0} s", time.as_secs_f64()), 0),
        What::Packet { .. } => return None,
    };
    Some(Row { at: entry.at, sent: entry.direction == Direction::Sent, words, bytes })
}

impl Transport for Tap {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        let sent = self.inner.send(bytes);
        if sent.is_ok() {
            self.note(Direction::Sent, self.clock.now(), bytes);
        }
        sent
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        let next = self.inner.next(wait);
        match &next {
            Ok(Some(Arrival::Bytes { at, bytes })) => self.note(Direction::Received, *at, bytes),
            Ok(Some(Arrival::Lost { reason, .. })) => self.eyes.with(|seen| seen.lost = Some(reason.clone())),
            _ => {}
        }
        next
    }

    fn purge(&mut self) {
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
