//! The core of every line that blocks: a thread that reads and stamps, and a thread that writes whole.
//!
//! The reader is running before anything can be sent, so that no answer meets a port that nobody reads.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::inbox::Inbox;
use super::{Arrival, Clock, QUEUE, Transport, TransportError};

/// Time between two attempts to open a lost line again.
const RETRY: Duration = Duration::from_millis(200);
/// The most that is read at once: more than a whole chunk.
const READ: usize = 8192;

/// An open line. `reader` and `writer` should return [`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`] at least ten
/// times a second when there is nothing to do, or else return soon after `hang_up`.
pub struct Halves {
    /// Blocks until at least one byte came; 0 bytes are the end of the line.
    pub reader: Box<dyn Read + Send>,
    /// May take only a part of what it is given; its `flush` drains, see `drains`.
    pub writer: Box<dyn Write + Send>,
    /// Whether every write is drained. If not, only [`Transport::flush`] drains: for lines where it takes a round trip.
    pub drains: bool,
    /// Throws away what the operating system received and nobody has read.
    pub discard: Box<dyn FnMut() + Send>,
    /// Makes both halves return for good.
    pub hang_up: Box<dyn FnMut() + Send>,
}

/// Tries to open a lost line again: `None` while it is not there. Must not block for long.
pub type Reopen = Box<dyn FnMut() -> Option<Halves> + Send>;

/// A line with its two threads. Dropping it ends them and throws away what has not left:
/// [`flush`](Transport::flush) comes first where that matters.
pub struct Threaded {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    line_rate: Option<u32>,
}

struct Shared {
    clock: Clock,
    inbox: Inbox,
    stop: AtomicBool,
    line: Mutex<Line>,
    changed: Condvar,
}

#[derive(Default)]
struct Line {
    queue: Vec<u8>,
    /// Bytes that the writer has taken from the queue and not yet written.
    writing: usize,
    /// The writer is at work, its drain included.
    busy: bool,
    /// [`Halves::drains`]
    drains: bool,
    /// Something was written and not drained.
    undrained: bool,
    /// Somebody waits for a drain.
    flushing: bool,
    /// Counts openings: what belongs to an older one is void.
    opening: u64,
    writer: Option<Box<dyn Write + Send>>,
    discard: Option<Box<dyn FnMut() + Send>>,
    hang_up: Option<Box<dyn FnMut() + Send>>,
    /// Why a write failed, for the reader to tell.
    broken: Option<String>,
    /// Why there is no line.
    lost: Option<String>,
}

impl Threaded {
    /// Starts the threads. Without `reopen` a lost line is gone for good.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(
        halves: Halves,
        reopen: Option<Reopen>,
        line_rate: Option<u32>,
        clock: Clock,
    ) -> Result<Self, TransportError> {
        let shared = Arc::new(Shared {
            clock,
            inbox: Inbox::default(),
            stop: AtomicBool::new(false),
            line: Mutex::default(),
            changed: Condvar::new(),
        });
        let reader = shared.install(halves);
        // Made first, so that dropping it ends the first thread if there is no second.
        let mut this = Self { shared: shared.clone(), threads: Vec::with_capacity(2), line_rate };
        let reading = shared.clone();
        this.spawn("prong reader", move || reading.read_all(reader, reopen))?;
        this.spawn("prong writer", move || shared.write_all())?;
        Ok(this)
    }

    /// Bytes that arrived and were lost because more than 64 KiB of them were not fetched.
    pub fn overrun(&self) -> u64 {
        self.shared.inbox.overrun()
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), TransportError> {
        let thread = std::thread::Builder::new().name(name.into()).spawn(work);
        self.threads.push(thread.map_err(|error| TransportError::Gone(format!("no thread for it ({error})")))?);
        Ok(())
    }
}

impl Transport for Threaded {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        let mut line = self.shared.lock();
        if let Some(reason) = &line.lost {
            return Err(TransportError::Gone(reason.clone()));
        }
        let waiting = line.queue.len() + line.writing;
        if waiting.saturating_add(bytes.len()) > QUEUE {
            return Err(TransportError::Clogged(waiting));
        }
        line.queue.extend_from_slice(bytes);
        self.shared.changed.notify_all();
        Ok(())
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        self.shared.inbox.next(wait)
    }

    fn purge(&mut self) {
        if let Some(discard) = &mut self.shared.lock().discard {
            discard();
        }
        self.shared.inbox.purge();
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        let start = Instant::now();
        let mut line = self.shared.lock();
        loop {
            if let Some(reason) = &line.lost {
                return Err(TransportError::Gone(reason.clone()));
            }
            if line.queue.is_empty() && !line.busy && !line.undrained {
                return Ok(());
            }
            line.flushing = true;
            self.shared.changed.notify_all();
            let left = wait.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(TransportError::Clogged(line.queue.len() + line.writing));
            }
            line = self.shared.changed.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn watch(&mut self, waker: &Waker) {
        self.shared.inbox.watch(waker);
    }

    fn line_rate(&self) -> Option<u32> {
        self.line_rate
    }

    fn waiting(&self) -> usize {
        let line = self.shared.lock();
        line.queue.len() + line.writing
    }

    fn hang_up(&mut self) -> bool {
        // The reading thread notices, and tells the loss.
        self.shared.lock().hang_up.as_mut().map(|hang_up| hang_up()).is_some()
    }
}

impl Drop for Threaded {
    fn drop(&mut self) {
        {
            let mut line = self.shared.lock();
            self.shared.stop.store(true, Ordering::Release);
            if let Some(hang_up) = &mut line.hang_up {
                hang_up();
            }
        }
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to tell.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Threaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Threaded").field("line_rate", &self.line_rate).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Puts an open line in place and gives back the half that the reading thread keeps.
    fn install(&self, halves: Halves) -> Box<dyn Read + Send> {
        let Halves { reader, writer, drains, discard, hang_up } = halves;
        let mut line = self.lock();
        let opening = line.opening + 1;
        let (writer, discard, hang_up) = (Some(writer), Some(discard), Some(hang_up));
        // What the last line's writer still does shows in `busy` until it notices.
        *line = Line { opening, busy: line.busy, drains, writer, discard, hang_up, ..Line::default() };
        reader
    }

    fn read_all(&self, mut reader: Box<dyn Read + Send>, mut reopen: Option<Reopen>) {
        loop {
            let Some(reason) = self.read(&mut *reader) else { return };
            drop(reader);
            let at = self.clock.now();
            self.lose(&reason);
            self.inbox.note(Arrival::Lost { at, reason: reason.clone() });
            let Some(reopen) = &mut reopen else { return self.inbox.close(reason) };
            let Some(halves) = self.wait_for(reopen) else { return };
            reader = self.install(halves);
            self.inbox.note(Arrival::Back { at: self.clock.now() });
        }
    }

    /// Reads until the line is lost, and says why; `None` when it is to stop.
    fn read(&self, reader: &mut dyn Read) -> Option<String> {
        let mut buffer = vec![0; READ];
        loop {
            let result = reader.read(&mut buffer);
            let at = self.clock.now();
            if self.stopped() {
                return None;
            }
            match result {
                Ok(0) => return Some(CLOSED.into()),
                Ok(len) => {
                    self.inbox.bytes(at, buffer.get(..len).unwrap_or_default());
                }
                Err(error) if is_pause(&error) => {}
                Err(error) => return Some(why(&error)),
            }
            if let Some(reason) = self.lock().broken.take() {
                return Some(reason);
            }
        }
    }

    fn lose(&self, reason: &str) {
        let mut line = self.lock();
        if let Some(hang_up) = &mut line.hang_up {
            hang_up();
        }
        *line = Line { opening: line.opening + 1, busy: line.busy, lost: Some(reason.to_owned()), ..Line::default() };
        self.changed.notify_all();
    }

    fn wait_for(&self, reopen: &mut Reopen) -> Option<Halves> {
        let mut line = self.lock();
        while !self.stopped() {
            line = self.changed.wait_timeout(line, RETRY).unwrap_or_else(PoisonError::into_inner).0;
            drop(line);
            if let Some(halves) = reopen() {
                return Some(halves);
            }
            line = self.lock();
        }
        None
    }

    fn write_all(&self) {
        let mut line = self.lock();
        while !self.stopped() {
            let work = !line.queue.is_empty() || (line.flushing && line.undrained);
            let Some(mut writer) = (if work { line.writer.take() } else { None }) else {
                line = self.changed.wait(line).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let bytes = std::mem::take(&mut line.queue);
            let (opening, drain) = (line.opening, line.drains || line.flushing);
            (line.writing, line.busy) = (bytes.len(), true);
            drop(line);
            let mut result = self.write(&mut *writer, &bytes, opening);
            if drain && result.is_ok() {
                result = self.insist(opening, || writer.flush());
            }
            line = self.lock();
            line.busy = false;
            if line.opening == opening {
                (line.writing, line.undrained) = (0, !drain);
                line.flushing &= !drain;
                match result {
                    Ok(()) => line.writer = Some(writer),
                    Err(error) => {
                        line.broken = Some(why(&error));
                        if let Some(hang_up) = &mut line.hang_up {
                            hang_up();
                        }
                    }
                }
            }
            self.changed.notify_all();
        }
    }

    /// Writes all bytes, in as many steps as it takes.
    fn write(&self, writer: &mut dyn Write, bytes: &[u8], opening: u64) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.insist(opening, || writer.write(rest))? {
                0 => return Err(ErrorKind::WriteZero.into()),
                len => rest = rest.get(len..).unwrap_or_default(),
            }
            let mut line = self.lock();
            if line.opening == opening {
                line.writing = rest.len();
            }
        }
        Ok(())
    }

    /// Tries until it is done, or the line is another or to be closed.
    fn insist<R>(&self, opening: u64, mut step: impl FnMut() -> io::Result<R>) -> io::Result<R> {
        loop {
            let result = step();
            if self.stopped() || self.lock().opening != opening {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            match result {
                Err(error) if is_pause(&error) => {}
                result => return result,
            }
        }
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// One clause for a person. A terminal whose device is gone reports an input/output error.
fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::NotConnected | ErrorKind::UnexpectedEof => CLOSED.into(),
        _ if error.raw_os_error() == Some(EIO) => CLOSED.into(),
        // Said in words by whoever made the halves.
        ErrorKind::ConnectionAborted => error.to_string(),
        _ => format!("it failed or was unplugged ({error})"),
    }
}

const CLOSED: &str = "the other side has closed it, or it was unplugged";
/// What a terminal says whose other side is gone, on every Unix.
const EIO: i32 = 5;
