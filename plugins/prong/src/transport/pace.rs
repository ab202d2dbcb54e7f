//! A line as slow as a real one: bytes leave when a UART would have sent them.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

use super::{Arrival, Clock, LONGEST, QUEUE, Transport, TransportError};

/// Bytes that leave together: the FIFO of a common UART, 0.35 ms at 460,800 baud.
const SLICE: usize = 16;
/// Bits of a byte on the line, 8-N-1.
const BITS: u64 = 10;

/// Slows down what is sent to `baud`. A byte leaves when its last bit would have been sent, never earlier; bytes wait
/// in a queue of 64 KiB, beyond which a send is refused. What arrives is left as it comes: wrap both ends.
///
/// Bytes move only while [`next`](Transport::next) or [`flush`](Transport::flush) runs, as a pump lets them all the
/// time; who does not call them gets a slower line, never a faster one.
#[derive(Debug)]
pub struct Paced<T> {
    inner: T,
    clock: Clock,
    baud: u32,
    queue: VecDeque<u8>,
    /// When the last byte that left had left completely.
    free_at: Duration,
}

impl<T: Transport> Paced<T> {
    /// A line of `baud` bits a second, at least 1.
    pub fn new(inner: T, baud: u32, clock: Clock) -> Self {
        Self { inner, clock, baud: baud.max(1), queue: VecDeque::new(), free_at: Duration::ZERO }
    }

    /// The line underneath.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn time(&self, bytes: usize) -> Duration {
        let bits = (bytes as u64).saturating_mul(BITS);
        Duration::from_nanos(bits.saturating_mul(1_000_000_000) / u64::from(self.baud))
    }

    /// When the next slice has left; `None`: nothing waits.
    fn due(&self) -> Option<Duration> {
        let slice = self.queue.len().min(SLICE);
        (slice > 0).then(|| self.free_at + self.time(slice))
    }

    /// Lets everything leave whose time has come.
    fn advance(&mut self) -> Result<(), TransportError> {
        let now = self.clock.now();
        let mut bytes = Vec::new();
        while let Some(due) = self.due().filter(|&due| due <= now) {
            let slice = self.queue.len().min(SLICE);
            bytes.extend(self.queue.drain(..slice));
            self.free_at = due;
        }
        if bytes.is_empty() { Ok(()) } else { self.inner.send(&bytes) }
    }
}

impl<T: Transport> Transport for Paced<T> {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.advance()?;
        if self.queue.len().saturating_add(bytes.len()) > QUEUE {
            return Err(TransportError::Clogged(self.queue.len()));
        }
        if self.queue.is_empty() {
            // The line was free: this byte starts now.
            self.free_at = self.free_at.max(self.clock.now());
        }
        self.queue.extend(bytes);
        Ok(())
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        let end = self.clock.now().saturating_add(wait.min(LONGEST));
        loop {
            // A line that is gone is told by the arrivals, which say more.
            let sent = self.advance();
            let now = self.clock.now();
            let left = end.saturating_sub(now);
            let until_due = self.due().map_or(left, |due| due.saturating_sub(now));
            match self.inner.next(left.min(until_due))? {
                Some(Arrival::Lost { at, reason }) => {
                    self.queue.clear();
                    return Ok(Some(Arrival::Lost { at, reason }));
                }
                Some(arrival) => return Ok(Some(arrival)),
                None => {
                    sent?;
                    if left.is_zero() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn purge(&mut self) {
        self.inner.purge();
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        let end = self.clock.now().saturating_add(wait.min(LONGEST));
        loop {
            self.advance()?;
            let now = self.clock.now();
            let left = end.saturating_sub(now);
            let Some(due) = self.due() else { return self.inner.flush(left) };
            if left.is_zero() {
                return Err(TransportError::Clogged(self.queue.len()));
            }
            std::thread::sleep(due.saturating_sub(now).min(left));
        }
    }

    fn watch(&mut self, waker: &Waker) {
        self.inner.watch(waker);
    }

    fn line_rate(&self) -> Option<u32> {
        Some(self.baud)
    }

    fn waiting(&self) -> usize {
        self.queue.len() + self.inner.waiting()
    }

    fn hang_up(&mut self) -> bool {
        self.inner.hang_up()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::memory;
    use super::*;

    #[test]
    fn bytes_keep_their_order_and_are_never_early() {
        let clock = Clock::start();
        let (near, mut far) = memory::pair(clock);
        let mut near = Paced::new(near, 460_800, clock);
        assert_eq!(near.line_rate(), Some(460_800));
        let sent: Vec<u8> = (0..3000_u32).map(|i| (i % 251) as u8).collect();
        let start = clock.now();
        for piece in sent.chunks(700) {
            near.send(piece).unwrap();
        }
        near.flush(Duration::from_secs(10)).unwrap();
        let mut got = Vec::new();
        while let Some(Arrival::Bytes { at, bytes }) = far.next(Duration::ZERO).unwrap() {
            got.extend(bytes);
            assert!(at - start >= Duration::from_nanos(got.len() as u64 * 10_000_000_000 / 460_800 - 1000));
        }
        assert_eq!(got, sent);
    }

    #[test]
    fn a_slow_line_clogs_and_a_lost_one_is_told() {
        let clock = Clock::start();
        let (near, far) = memory::pair(clock);
        let mut near = Paced::new(near, 300, clock);
        assert!((0..15).all(|_| near.send(&[0; 4112]).is_ok()));
        assert!(matches!(near.send(&[0; 4112]), Err(TransportError::Clogged(_))));
        assert!(matches!(near.flush(Duration::from_millis(5)), Err(TransportError::Clogged(_))));
        drop(far);
        assert!(matches!(near.next(Duration::ZERO).unwrap(), Some(Arrival::Lost { .. })));
    }
}
