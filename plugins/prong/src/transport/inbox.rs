//! What has arrived and was not fetched yet.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use web_time::Instant;

use super::{Arrival, LONGEST, TransportError};

/// The most that waits in an inbox, in bytes: sixteen times the longest thing that is ever sent at once.
pub(super) const LIMIT: usize = 64 * 1024;
/// What an arrival costs beside its bytes, so that single bytes cannot pile up without end either.
const ENTRY: usize = 32;

/// Arrivals in order, at most [`LIMIT`] bytes of them; more are lost and counted, newest first, as a UART whose buffer
/// is full loses them. Losses and returns of the line are always kept.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    arrivals: VecDeque<Arrival>,
    cost: usize,
    overrun: u64,
    closed: Option<String>,
    watcher: Option<Waker>,
}

impl Inbox {
    /// Adds bytes that came at that time; `false` if there was no room and they are lost.
    pub(super) fn bytes(&self, at: Duration, bytes: &[u8]) -> bool {
        let mut state = self.lock();
        let cost = bytes.len() + ENTRY;
        if state.cost + cost > LIMIT {
            state.overrun = state.overrun.saturating_add(bytes.len() as u64);
            return false;
        }
        state.cost += cost;
        state.arrivals.push_back(Arrival::Bytes { at, bytes: bytes.to_vec() });
        self.tell(state);
        true
    }

    /// Adds a loss or a return.
    pub(super) fn note(&self, arrival: Arrival) {
        let mut state = self.lock();
        state.arrivals.push_back(arrival);
        self.tell(state);
    }

    /// Nothing comes any more: who has fetched the rest is told why.
    pub(super) fn close(&self, reason: String) {
        let mut state = self.lock();
        state.closed.get_or_insert(reason);
        self.tell(state);
    }

    /// Wakes this, too, whenever something was added.
    pub(super) fn watch(&self, waker: &Waker) {
        let mut state = self.lock();
        match &mut state.watcher {
            Some(watcher) => watcher.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    fn tell(&self, state: MutexGuard<'_, State>) {
        self.changed.notify_all();
        let watcher = state.watcher.clone();
        // Whoever is woken may look at once.
        drop(state);
        if let Some(watcher) = watcher {
            watcher.wake();
        }
    }

    /// The next arrival, waiting at most so long.
    pub(super) fn next(&self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        let start = Instant::now();
        let mut state = self.lock();
        loop {
            if let Some(arrival) = state.arrivals.pop_front() {
                if let Arrival::Bytes { bytes, .. } = &arrival {
                    state.cost = state.cost.saturating_sub(bytes.len() + ENTRY);
                }
                return Ok(Some(arrival));
            }
            if let Some(reason) = &state.closed {
                return Err(TransportError::Gone(reason.clone()));
            }
            let left = wait.min(LONGEST).saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Throws the bytes away and keeps the rest.
    pub(super) fn purge(&self) {
        let mut state = self.lock();
        state.arrivals.retain(|arrival| !matches!(arrival, Arrival::Bytes { .. }));
        state.cost = 0;
    }

    /// Bytes that were not fetched.
    pub(super) fn waiting(&self) -> usize {
        let state = self.lock();
        let bytes = |arrival: &Arrival| if let Arrival::Bytes { bytes, .. } = arrival { bytes.len() } else { 0 };
        state.arrivals.iter().map(bytes).sum()
    }

    /// Bytes lost so far because nobody fetched.
    pub(super) fn overrun(&self) -> u64 {
        self.lock().overrun
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    const NONE: Duration = Duration::ZERO;

    #[test]
    fn keeps_order_and_losses_and_forgets_bytes_when_purged() {
        let inbox = Inbox::default();
        let lost = Arrival::Lost { at: NONE, reason: "pulled".into() };
        inbox.bytes(NONE, b"one");
        inbox.note(lost.clone());
        inbox.bytes(NONE, b"two");
        inbox.purge();
        assert_eq!(inbox.next(NONE).unwrap(), Some(lost));
        assert_eq!(inbox.next(NONE).unwrap(), None);
    }

    #[test]
    fn has_a_limit_in_bytes_and_in_pieces() {
        for piece in [1, 100, 4112] {
            let inbox = Inbox::default();
            let taken = (0..100_000).take_while(|_| inbox.bytes(NONE, &vec![0; piece])).count();
            assert!(taken * piece <= LIMIT && taken >= LIMIT / (piece + ENTRY));
            assert_eq!(inbox.overrun(), piece as u64);
            assert!(inbox.next(NONE).unwrap().is_some());
            assert!(inbox.bytes(NONE, &vec![0; piece]));
        }
    }

    #[test]
    fn a_watcher_is_woken_by_everything_that_comes() {
        struct Count(AtomicUsize);
        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let (inbox, count) = (Inbox::default(), Arc::new(Count(AtomicUsize::new(0))));
        inbox.bytes(NONE, b"unwatched");
        inbox.watch(&count.clone().into());
        inbox.bytes(NONE, b"bytes");
        inbox.note(Arrival::Back { at: NONE });
        inbox.close("over".into());
        assert_eq!(count.0.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn the_rest_can_be_fetched_after_the_end() {
        let inbox = Inbox::default();
        inbox.bytes(NONE, b"rest");
        inbox.close("over".into());
        assert!(inbox.next(NONE).unwrap().is_some());
        assert!(matches!(inbox.next(Duration::from_secs(9)), Err(TransportError::Gone(reason)) if reason == "over"));
    }
}
