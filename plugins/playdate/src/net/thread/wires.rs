//! Threads between lines and the one that drives the table: each waits for one thing, and none knows what it means.

use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use eggtooth_peer::{Line, Reader, Stream, Writer};

use super::driver::Input;
use crate::budget::Budget;
use crate::host::LineId;
use crate::message::Farewell;
use crate::party::StreamId;

/// How long a thread waits before it looks whether it is still needed.
const GLANCE: Duration = Duration::from_millis(500);
/// Messages that may wait for a line to take them; one that has more is closed.
const MESSAGES: usize = 256;
/// Datagrams a second that are looked at: those of three toys, and some.
const DATAGRAMS: u32 = 120;
/// Pieces, and bytes, that may wait for a stream to take them; one that has more is closed.
const PIECES: usize = 1024;
const BYTES: usize = 64 * 1024;
/// Added to a farewell's number to make a line's close code.
pub(super) const CODE: u32 = 100;

/// A line and its threads. Dropping it says what is to be said, then closes the line.
pub(super) struct LineWires {
    pub line: Line,
    control: Option<SyncSender<Vec<u8>>>,
    farewell: Arc<OnceLock<Farewell>>,
    writer: Option<JoinHandle<()>>,
}

impl LineWires {
    /// Starts the threads; `None`: there are none to be had, or the control stream is taken.
    pub fn attach(id: LineId, line: Line, inputs: &SyncSender<Input>) -> Option<LineWires> {
        let (reader, writer) = line.control()?;
        let (control, queue) = sync_channel(MESSAGES);
        let farewell = Arc::new(OnceLock::new());
        let to = inputs.clone();
        spawn("table-hears", move || hear(reader, id, &to))?;
        let (there, to) = (line.clone(), inputs.clone());
        spawn("table-looks", move || {
            let begun = Instant::now();
            let mut budget = Budget::new(DATAGRAMS, DATAGRAMS, Duration::ZERO);
            while let Ok(datagram) = there.recv_datagram(GLANCE) {
                // What is too much goes no further, so that it does not stand in the way of others.
                let datagram = datagram.filter(|_| budget.take(1, begun.elapsed()));
                if datagram.is_some_and(|bytes| to.send(Input::Datagram(id, bytes)).is_err()) {
                    break;
                }
            }
        })?;
        let (there, to) = (line.clone(), inputs.clone());
        spawn("table-opens", move || {
            while let Ok(stream) = there.accept(GLANCE) {
                if stream.is_some_and(|(kind, stream)| to.send(Input::Stream(id, kind, stream)).is_err()) {
                    break;
                }
            }
        })?;
        let (there, word) = (line.clone(), farewell.clone());
        let writer = spawn("table-says", move || {
            say(writer, &queue);
            let farewell = word.get().copied().unwrap_or(Farewell::Left);
            there.close(CODE + farewell as u32, &farewell.to_string());
        })?;
        Some(LineWires { line, control: Some(control), farewell, writer: Some(writer) })
    }

    /// Says something; false: the line takes nothing any more.
    pub fn say(&self, bytes: Vec<u8>) -> bool {
        self.control.as_ref().is_some_and(|control| control.try_send(bytes).is_ok())
    }

    /// Says what waits, then closes the line with this word; the thread that does so.
    pub fn hang(mut self, farewell: Farewell) -> Option<JoinHandle<()>> {
        // Set once: nobody else does.
        let _ = self.farewell.set(farewell);
        self.control = None;
        self.writer.take()
    }
}

fn hear(mut reader: Reader, id: LineId, to: &SyncSender<Input>) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        let bytes = buffer.get(..read).unwrap_or_default().to_vec();
        if to.send(Input::Control(id, bytes)).is_err() {
            return;
        }
    }
    // Nobody is there any more to hear it.
    let _ = to.send(Input::LineEnd(id));
}

fn say(mut writer: Writer, queue: &Receiver<Vec<u8>>) {
    for bytes in queue {
        if writer.write_all(&bytes).is_err() {
            return;
        }
    }
    // Who does not hear the last word hears that the line is closed.
    let _ = writer.finish();
}

/// A stream between two toys, and its threads. Dropping it writes what waits, then closes the stream.
pub(super) struct StreamWires {
    bytes: SyncSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
}

impl StreamWires {
    /// Starts the threads, of which one gets the stream; `None`: there are none to be had.
    pub fn attach(
        id: StreamId,
        open: impl FnOnce() -> Option<Stream> + Send + 'static,
        inputs: &SyncSender<Input>,
    ) -> Option<StreamWires> {
        let (bytes, queue) = sync_channel::<Vec<u8>>(PIECES);
        let (waiting, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (to, left, over) = (inputs.clone(), waiting.clone(), ended.clone());
        spawn("prongs-say", move || {
            let said = open().map(Stream::split).and_then(|(reader, writer)| {
                let to = to.clone();
                spawn("prongs-hear", move || hear_stream(reader, id, &over, &to))?;
                say_stream(writer, &queue, &left)
            });
            if said.is_none() {
                // Nobody is there any more to hear it.
                let _ = to.send(Input::StreamEnd(id));
            }
        })?;
        Some(StreamWires { bytes, waiting, ended })
    }

    /// Writes something; false: it takes too little, or nothing any more.
    pub fn write(&self, bytes: Vec<u8>) -> bool {
        let length = bytes.len();
        if self.waiting.load(Ordering::Relaxed).saturating_add(length) > BYTES {
            return false;
        }
        self.waiting.fetch_add(length, Ordering::Relaxed);
        match self.bytes.try_send(bytes) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }
}

impl Drop for StreamWires {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn hear_stream(mut reader: Reader, id: StreamId, over: &AtomicBool, to: &SyncSender<Input>) {
    reader.set_limit(Some(GLANCE));
    let mut buffer = [0; 4096];
    while !over.load(Ordering::Relaxed) {
        match reader.read(&mut buffer) {
            Ok(read @ 1..) => {
                let bytes = buffer.get(..read).unwrap_or_default().to_vec();
                if to.send(Input::Bytes(id, bytes)).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            Ok(_) | Err(_) => break,
        }
    }
    // Nobody is there any more to hear it.
    let _ = to.send(Input::StreamEnd(id));
}

/// `None`: the other side takes no more, before all was said.
fn say_stream(mut writer: Writer, queue: &Receiver<Vec<u8>>, left: &AtomicUsize) -> Option<()> {
    for bytes in queue {
        writer.write_all(&bytes).ok()?;
        left.fetch_sub(bytes.len(), Ordering::Relaxed);
    }
    // It is over either way.
    let _ = writer.finish();
    Some(())
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(run).ok()
}
