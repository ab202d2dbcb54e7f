//! What is between a real toy's bridge, which has a thread of its own, and the thread that drives the table.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eggtooth_prong::transport::{Arrival, Clock, Transport, TransportError};

use crate::bridge::Stop;

/// The most that waits to be sent, in bytes; a send beyond it is refused whole. A bridge stops listening long before.
const QUEUE: usize = 64 * 1024;
/// The most that comes at once.
const AT_ONCE: usize = 4096;
/// News that wait; of more, the oldest are lost.
const NEWS: usize = 64;

/// What the toy's thread tells the table's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The toy's line is open.
    Open,
    /// It cannot be opened or used: the last news.
    Failed(String),
    /// It is lost for now: why.
    Unplugged(String),
    /// It is back.
    Back,
    /// The guard let something not through to the toy here, or to the friend's: what, and the same in words.
    Stopped { own: bool, why: Stop, words: String },
}

#[derive(Default)]
struct State {
    joined: bool,
    /// Why it is not.
    reason: String,
    /// The toy's thread is to be told of a loss.
    lost: Option<String>,
    /// And then that the far toy is there again.
    back: bool,
    /// The toy's thread has hung up.
    hung: bool,
    closed: bool,
    outbox: Vec<u8>,
    /// No more than the bridge's window.
    inbox: VecDeque<u8>,
    came: Duration,
    /// Bytes that were fetched from the inbox.
    taken: usize,
    news: VecDeque<News>,
    /// Bytes that the own toy was given, and that it gave.
    passed: [u64; 2],
    /// The table's thread knows that there is something to do.
    called: bool,
}

struct Shared {
    clock: Clock,
    state: Mutex<State>,
    changed: Condvar,
    /// Calls the table's thread; false: it could not be called, and will look by itself.
    call: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, mut state: MutexGuard<'_, State>) {
        if !state.called {
            state.called = true;
            drop(state);
            if !(self.call)() {
                self.lock().called = false;
            }
        }
    }
}

impl State {
    fn lose(&mut self, reason: String) {
        (self.joined, self.back, self.taken) = (false, false, 0);
        self.inbox.clear();
        self.outbox.clear();
        self.reason.clone_from(&reason);
        self.lost = Some(reason);
    }
}

/// Both ends. `call` wakes the thread that has the [`Plug`], and must not wait.
pub(super) fn pipe(clock: Clock, call: Box<dyn Fn() -> bool + Send + Sync>) -> (Pipe, Plug) {
    let state = State { reason: "no real toy is joined with it".into(), ..State::default() };
    let shared = Arc::new(Shared { clock, state: Mutex::new(state), changed: Condvar::new(), call });
    (Pipe(shared.clone()), Plug(shared))
}

/// The toy's end: a line to the friend's toy, which is lost and comes back as the bridge does.
pub(super) struct Pipe(Arc<Shared>);

impl Pipe {
    /// A place for news that outlives the pipe.
    pub fn post(&self) -> Post {
        Post(self.0.clone())
    }
}

impl Transport for Pipe {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        let mut state = self.0.lock();
        if !state.joined {
            return Err(TransportError::Gone(state.reason.clone()));
        }
        let waiting = state.outbox.len();
        if waiting.saturating_add(bytes.len()) > QUEUE {
            return Err(TransportError::Clogged(waiting));
        }
        state.outbox.extend_from_slice(bytes);
        self.0.call(state);
        Ok(())
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        let start = Instant::now();
        let mut state = self.0.lock();
        loop {
            let at = self.0.clock.now();
            if let Some(reason) = state.lost.take() {
                return Ok(Some(Arrival::Lost { at, reason }));
            }
            if std::mem::take(&mut state.back) {
                return Ok(Some(Arrival::Back { at }));
            }
            if !state.inbox.is_empty() {
                let count = state.inbox.len().min(AT_ONCE);
                let (at, bytes) = (state.came, state.inbox.drain(..count).collect());
                state.taken += count;
                self.0.call(state);
                return Ok(Some(Arrival::Bytes { at, bytes }));
            }
            if state.closed {
                return Err(TransportError::Gone(state.reason.clone()));
            }
            let left = wait.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Bytes that wait behind a return of the line are of the new one, and stay.
    fn purge(&mut self) {
        let mut state = self.0.lock();
        if !state.back {
            state.taken += state.inbox.len();
            state.inbox.clear();
            self.0.call(state);
        }
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        let start = Instant::now();
        let mut state = self.0.lock();
        loop {
            if !state.joined {
                return Err(TransportError::Gone(state.reason.clone()));
            }
            if state.outbox.is_empty() {
                return Ok(());
            }
            let left = wait.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(TransportError::Clogged(state.outbox.len()));
            }
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn waiting(&self) -> usize {
        self.0.lock().outbox.len()
    }

    fn hang_up(&mut self) -> bool {
        let mut state = self.0.lock();
        if !state.joined {
            return false;
        }
        state.lose("it was hung up here".into());
        state.hung = true;
        self.0.call(state);
        true
    }
}

/// Where the toy's thread leaves its news.
pub(super) struct Post(Arc<Shared>);

impl Post {
    pub fn tell(&self, news: News) {
        let mut state = self.0.lock();
        if state.news.len() >= NEWS {
            state.news.pop_front();
        }
        state.news.push_back(news);
        self.0.call(state);
    }

    /// The own toy was given bytes, or gave them.
    pub fn passed(&self, given: bool, count: usize) {
        let mut state = self.0.lock();
        let [to, from] = &mut state.passed;
        *(if given { to } else { from }) += count as u64;
    }

    /// Whether the table's thread wants no more.
    pub fn is_closed(&self) -> bool {
        self.0.lock().closed
    }
}

/// The table's end. Dropping it closes the pipe.
pub(super) struct Plug(Arc<Shared>);

impl Plug {
    /// Looks what there is to do: from now on a call comes again.
    pub fn look(&self) -> Vec<News> {
        let mut state = self.0.lock();
        state.called = false;
        state.news.drain(..).collect()
    }

    /// Whether the toy's thread has hung up since the last time.
    pub fn hung(&self) -> bool {
        std::mem::take(&mut self.0.lock().hung)
    }

    /// Bytes that have reached the toy's thread since the last time.
    pub fn taken(&self) -> usize {
        std::mem::take(&mut self.0.lock().taken)
    }

    /// Bytes of the toy, at most so many, and whether there are more.
    pub fn fetch(&self, room: usize) -> (Vec<u8>, bool) {
        let mut state = self.0.lock();
        let count = room.min(state.outbox.len());
        let bytes = state.outbox.drain(..count).collect();
        let more = !state.outbox.is_empty();
        if count > 0 {
            self.0.changed.notify_all();
        }
        (bytes, more)
    }

    /// Bytes that the own toy was given, and that it gave.
    pub fn passed(&self) -> [u64; 2] {
        self.0.lock().passed
    }

    pub fn join(&self) {
        let mut state = self.0.lock();
        state.back |= !state.joined;
        state.joined = true;
        self.0.changed.notify_all();
    }

    pub fn lose(&self, reason: String) {
        let mut state = self.0.lock();
        if state.joined {
            state.lose(reason);
            self.0.changed.notify_all();
        }
    }

    /// Bytes for the toy; the bridge's window bounds them.
    pub fn give(&self, bytes: &[u8]) {
        let mut state = self.0.lock();
        if state.joined {
            state.came = self.0.clock.now();
            state.inbox.extend(bytes);
            self.0.changed.notify_all();
        }
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.joined {
            state.lose("the real toy was switched off here".into());
        }
        state.closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests;
