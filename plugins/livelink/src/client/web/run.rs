//! How a socket's driver waits in a page: for a bell, which timers, sockets and the player ring.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use crate::client::ClientError;

#[derive(Default)]
struct Rung {
    rung: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

/// Wakes whoever waits for it, now or when they begin to.
#[derive(Clone, Default)]
pub(in crate::client) struct Bell(Arc<Rung>);

impl Bell {
    pub(in crate::client) fn ring(&self) {
        self.0.rung.store(true, Ordering::Release);
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        waiting.into_iter().for_each(Waker::wake);
    }

    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        *self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        if self.0.rung.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Rings a bell once after a while, unless it is dropped before.
struct Timer {
    number: Option<i32>,
    _ring: Closure<dyn FnMut()>,
}

impl Timer {
    fn new(bell: &Bell, time: Duration) -> Timer {
        let bell = bell.clone();
        let ring = Closure::<dyn FnMut()>::new(move || bell.ring());
        // Rounded up: a link that wakes before its time would only wait again.
        let time = i32::try_from(time.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        let function = ring.as_ref().unchecked_ref();
        let number = web_sys::window()
            .and_then(|window| window.set_timeout_with_callback_and_timeout_and_arguments_0(function, time).ok());
        Timer { number, _ring: ring }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let (Some(window), Some(number)) = (web_sys::window(), self.number) {
            window.clear_timeout_with_handle(number);
        }
    }
}

/// Waits so long; other things happen meanwhile. A hidden page waits a second at least, and later a minute.
pub async fn pause(time: Duration) {
    Ear::default().wait(Some(time)).await;
}

/// Hears the bell.
#[derive(Default)]
pub(in crate::client) struct Ear {
    bell: Bell,
}

impl Ear {
    pub(in crate::client) fn new() -> Result<(Ear, Bell), ClientError> {
        let bell = Bell::default();
        Ok((Ear { bell: bell.clone() }, bell))
    }

    /// For those who ring.
    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Until the bell rings, or for so long.
    pub(in crate::client) async fn wait(&mut self, pause: Option<Duration>) {
        let _timer = pause.map(|pause| Timer::new(&self.bell, pause));
        poll_fn(|context| self.bell.poll(context)).await;
    }
}

/// Drives a socket between the page's other events.
pub(in crate::client) fn start<W: Future<Output = ()> + 'static>(
    _: &str,
    work: impl FnOnce() -> W,
) -> Result<(), ClientError> {
    wasm_bindgen_futures::spawn_local(work());
    Ok(())
}
