//! A page's own clockwork: what sleeps elsewhere is a timer of the page here.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// Browsers have it in windows and workers alike; what it gives back is a number there and something else elsewhere.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timeout: &JsValue);
}

/// Ready after a while: some milliseconds later than asked for, in a page that is not shown up to a second or more.
/// Dropping it ends it.
#[derive(Debug)]
pub struct Timer {
    future: JsFuture,
    timeout: JsValue,
}

impl Timer {
    /// It runs from now on.
    pub fn start(time: Duration) -> Self {
        let mut timeout = JsValue::UNDEFINED;
        let promise = Promise::new(&mut |resolve, _| timeout = set_timeout(&resolve, time.as_secs_f64() * 1000.0));
        Self { future: JsFuture::from(promise), timeout }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.future).poll(context).map(drop)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.timeout);
    }
}

/// Lets so much time go by.
pub async fn pause(time: Duration) {
    Timer::start(time).await;
}
