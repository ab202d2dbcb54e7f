//! The task of a port: reads, writes, waits for it to come back, closes it.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use js_sys::{Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::super::page::{Timer, pause};
use super::super::{Arrival, BAUD};
use super::js::{self, Reader, Serial, SerialPort, Writer};
use super::{BUFFER, Shared, State, list};

/// Time between two attempts to open a lost port again, if the browser does not say that one was plugged in.
const RETRY: Duration = Duration::from_secs(1);
/// Pause after an error of the line, so that a line that makes nothing else does not keep the page busy.
const NOISE: Duration = Duration::from_millis(20);
/// How often, with pauses of 50 ms, a port is tried that this page has not closed yet.
const TRIES: usize = 20;
/// How long the browser has to let the last bytes leave.
const LETTING_GO: Duration = Duration::from_millis(500);
/// What is put into the inbox at once: of more than there is room for, the first is kept.
const PIECE: usize = 4096;

/// Opens a port with the settings of the prongs, DTR and RTS off: boards that reset themselves by them want that (§4).
///
/// # Errors
/// One clause.
pub(super) async fn open_port(port: &SerialPort) -> Result<(), String> {
    let options = js::object(&[
        ("baudRate", BAUD.into()),
        ("dataBits", 8.into()),
        ("stopBits", 1.into()),
        ("parity", "none".into()),
        ("flowControl", "none".into()),
        ("bufferSize", BUFFER.into()),
    ]);
    let mut tries = 1;
    while let Err(error) = js::done(port.open(&options)).await {
        match js::name(&error).as_str() {
            "InvalidStateError" if tries < TRIES => pause(Duration::from_millis(50)).await,
            "InvalidStateError" => return Err("this page has it open already: close that link first".into()),
            "NetworkError" => return Err("another program or page is using it, or it was unplugged".into()),
            _ => return Err(format!("the browser says: {}", js::message(&error))),
        }
        tries += 1;
    }
    let off = js::object(&[("dataTerminalReady", false.into()), ("requestToSend", false.into())]);
    // Some drivers have no such lines and work all the same.
    let _ = js::done(port.set_signals(&off)).await;
    Ok(())
}

/// Serves an open port until it is to be closed.
pub(super) async fn live(shared: Arc<Shared>, serial: Serial, mut port: SerialPort) {
    let usb = list::usb(&port);
    loop {
        let reason = serve(&shared, &port).await;
        // A port that is gone cannot be closed, and need not be.
        let _ = js::done(port.close()).await;
        let Some(reason) = reason else { return };
        let at = shared.clock.now();
        shared.tell(|state| {
            let task = state.task.take();
            *state = State { lost: Some(reason.clone()), stop: state.stop, task, ..State::default() };
        });
        shared.inbox.note(Arrival::Lost { at, reason });
        let Some(next) = wait_for(&shared, &serial, &port, usb).await else { return };
        port = next;
        shared.tell(|state| state.lost = None);
        shared.inbox.note(Arrival::Back { at: shared.clock.now() });
    }
}

/// Reads and writes until the port is lost, and says why; `None` when it is to be closed. The reader is there before
/// anything is written.
async fn serve(shared: &Shared, port: &SerialPort) -> Option<String> {
    let hands = Hands { port, reader: RefCell::default(), writer: RefCell::default() };
    let reading = async { Some(read(shared, &hands).await) };
    let writing = async { Some(write(shared, &hands).await) };
    let ending = async {
        changed(shared, |state| (state.stop || state.hang_up).then_some(())).await;
        (!shared.lock().stop).then(|| "it was hung up".to_owned())
    };
    let reason = first(reading, first(writing, ending)).await;
    let state = shared.lock();
    let whole = reason.is_none() && state.queue.is_empty() && state.writing == 0;
    drop(state);
    // What hangs here hangs in the browser; closing the port may end it.
    first(hands.let_go(whole), Timer::start(LETTING_GO)).await;
    reason
}

/// What holds the port's streams, whose locks must be released before it can be closed.
struct Hands<'a> {
    port: &'a SerialPort,
    reader: RefCell<Option<Reader>>,
    writer: RefCell<Option<Writer>>,
}

impl Hands<'_> {
    /// A promise of the next bytes, by a reader of the port's present stream.
    fn read(&self) -> Result<Promise, JsValue> {
        let mut reader = self.reader.borrow_mut();
        match &*reader {
            Some(reader) => reader.read(),
            None => {
                let readable = self.port.readable().ok_or(JsValue::NULL)?;
                reader.insert(readable.get_reader()?).read()
            }
        }
    }

    /// A promise that the browser has taken these bytes.
    fn write(&self, bytes: &[u8]) -> Result<Promise, JsValue> {
        let mut writer = self.writer.borrow_mut();
        let bytes = Uint8Array::from(bytes);
        match &*writer {
            Some(writer) => writer.write(&bytes),
            None => {
                let writable = self.port.writable().ok_or(JsValue::NULL)?;
                writer.insert(writable.get_writer()?).write(&bytes)
            }
        }
    }

    /// This stream is at its end; the port may have another one.
    fn end_stream(&self) {
        if let Some(reader) = self.reader.take() {
            let _ = reader.release_reader();
        }
    }

    /// Releases both locks; `whole`: once the last bytes are on the line. All of it fails where a stream has failed.
    async fn let_go(&self, whole: bool) {
        let writer = self.writer.take();
        if let Some(writer) = &writer {
            let _ = js::done(if whole { writer.close() } else { writer.abort() }).await;
            let _ = writer.release_writer();
        }
        let reader = self.reader.take();
        if let Some(reader) = &reader {
            let _ = js::done(reader.cancel()).await;
            let _ = reader.release_reader();
        }
    }
}

/// Noise, breaks and bytes that the browser has lost end a stream, not the line: the port has another one then.
async fn read(shared: &Shared, hands: &Hands<'_>) -> String {
    loop {
        match js::done(hands.read()).await {
            Ok(result) => {
                let at = shared.clock.now();
                let bytes = js::get(&result, "value").map(|bytes| Uint8Array::new(&bytes).to_vec());
                for piece in bytes.unwrap_or_default().chunks(PIECE) {
                    // What does not fit is counted there; the engine finds out by its check sums.
                    shared.inbox.bytes(at, piece);
                }
                if js::get(&result, "done").is_some_and(|done| done.is_truthy()) {
                    return why(&JsValue::NULL);
                }
            }
            Err(error) => {
                hands.end_stream();
                if hands.port.readable().is_none() {
                    return why(&error);
                }
                pause(NOISE).await;
            }
        }
    }
}

/// Writes what is queued, whole, as fast as the browser takes it, until that fails.
async fn write(shared: &Shared, hands: &Hands<'_>) -> String {
    loop {
        let bytes = changed(shared, |state| {
            state.writing = state.queue.len();
            (state.writing > 0).then(|| std::mem::take(&mut state.queue))
        })
        .await;
        if let Err(error) = js::done(hands.write(&bytes)).await {
            return why(&error);
        }
        shared.lock().writing = 0;
    }
}

/// One clause for a person.
fn why(error: &JsValue) -> String {
    if error.is_null() || js::name(error) == "NetworkError" {
        "the other side has closed it, or it was unplugged".into()
    } else {
        format!("it failed or was unplugged ({})", js::message(error))
    }
}

/// A lost port, or one with the same numbers in its place, open; `None` when none is wanted any more.
async fn wait_for(shared: &Shared, serial: &Serial, port: &SerialPort, usb: Option<(u16, u16)>) -> Option<SerialPort> {
    let plugged = Plugged::listen(serial);
    loop {
        let stopped = async {
            changed(shared, |state| state.stop.then_some(())).await;
            true
        };
        let due = async {
            first(Timer::start(RETRY), plugged.next()).await;
            false
        };
        if first(stopped, due).await {
            return None;
        }
        let there = js::granted(serial).await;
        let same = there.iter().filter(|there| Object::is(there, port));
        let alike = there.iter().filter(|there| !Object::is(there, port) && usb.is_some() && list::usb(there) == usb);
        for candidate in same.chain(alike) {
            if candidate.readable().is_none() && open_port(candidate).await.is_ok() {
                if shared.lock().stop {
                    let _ = js::done(candidate.close()).await;
                    return None;
                }
                return Some(candidate.clone());
            }
        }
    }
}

/// Hears that a port was plugged in.
struct Plugged<'a> {
    serial: &'a Serial,
    listener: Closure<dyn FnMut()>,
    heard: Rc<RefCell<(bool, Option<Waker>)>>,
}

const CONNECT: &str = "connect";

impl<'a> Plugged<'a> {
    fn listen(serial: &'a Serial) -> Self {
        let heard = Rc::<RefCell<(bool, Option<Waker>)>>::default();
        let told = heard.clone();
        let listener = Closure::new(move || {
            let waker = {
                let mut told = told.borrow_mut();
                told.0 = true;
                told.1.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        serial.add_event_listener(CONNECT, listener.as_ref().unchecked_ref());
        Self { serial, listener, heard }
    }

    async fn next(&self) {
        poll_fn(|context| {
            let mut heard = self.heard.borrow_mut();
            heard.1 = Some(context.waker().clone());
            if std::mem::take(&mut heard.0) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl Drop for Plugged<'_> {
    fn drop(&mut self) {
        self.serial.remove_event_listener(CONNECT, self.listener.as_ref().unchecked_ref());
    }
}

/// Waits until there is something in the state.
async fn changed<R>(shared: &Shared, mut look: impl FnMut(&mut State) -> Option<R>) -> R {
    poll_fn(|context| {
        let mut state = shared.lock();
        match look(&mut state) {
            Some(found) => Poll::Ready(found),
            None => {
                state.task = Some(context.waker().clone());
                Poll::Pending
            }
        }
    })
    .await
}

/// What comes first of two; the other one is dropped.
async fn first<R>(one: impl Future<Output = R>, two: impl Future<Output = R>) -> R {
    let (mut one, mut two) = (pin!(one), pin!(two));
    poll_fn(|context| match one.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(result),
        Poll::Pending => two.as_mut().poll(context),
    })
    .await
}
