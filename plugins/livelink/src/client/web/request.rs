//! One request and its answer, by `fetch`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, DomException, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response,
};
use zeroize::Zeroizing;

use super::Address;
use crate::client::ClientError;
use crate::client::ask::{Body, LONGEST, Method, PATIENCE, enters, refusal};

/// The daycare of the page, for requests.
pub(in crate::client) struct Web {
    pub(in crate::client) address: Address,
    pub(in crate::client) patience: Duration,
    /// The daycare has known us; the cookie itself is the browser's.
    known: AtomicBool,
}

impl Web {
    pub(super) fn open(address: Address) -> Web {
        Web { address, patience: PATIENCE, known: AtomicBool::new(false) }
    }

    /// Somebody has signed in: the browser keeps the session, and nothing here keeps the name.
    pub(in crate::client) fn entered(&self, _account: &str) -> Result<(), ClientError> {
        Ok(())
    }

    /// The session has ended.
    pub(in crate::client) fn end_session(&self) -> Result<(), ClientError> {
        self.known.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// One request: what is answered.
    pub(in crate::client) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
        limit: Duration,
    ) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let answer = self.send(method, path, body, limit).await.map_err(|error| self.fault(&error))?;
        let status = answer.status();
        let after = answer.headers().get("Retry-After").ok().flatten().and_then(|after| after.parse().ok());
        let bytes = self.read(&answer).await?;
        match status {
            200..=299 => {
                if path.starts_with("/session") || path == "/join" {
                    self.known.store(true, Ordering::Relaxed);
                }
                Ok(bytes)
            }
            401 if self.known.load(Ordering::Relaxed) && !enters(method, path) => {
                self.end_session()?;
                Err(ClientError::SignedOut { url: self.address.url() })
            }
            _ => Err(refusal(status, &bytes, after)),
        }
    }

    async fn send(&self, method: Method, path: &str, body: Body<'_>, limit: Duration) -> Result<Response, JsValue> {
        let headers = Headers::new()?;
        headers.set("X-Eggtooth", "1")?;
        let init = RequestInit::new();
        init.set_method(match method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        });
        init.set_credentials(RequestCredentials::SameOrigin);
        init.set_cache(RequestCache::NoStore);
        init.set_redirect(RequestRedirect::Error);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(u32::try_from(limit.as_millis()).unwrap_or(u32::MAX))));
        let (kind, bytes) = match &body {
            Body::None => (None, None),
            Body::Json(bytes) => (Some("application/json"), Some(Uint8Array::from(bytes.as_slice()))),
            Body::Bytes(bytes) => (Some("application/octet-stream"), Some(Uint8Array::from(*bytes))),
        };
        if let (Some(kind), Some(bytes)) = (kind, &bytes) {
            headers.set("Content-Type", kind)?;
            init.set_body(bytes);
        }
        init.set_headers(&headers);
        let window = web_sys::window().ok_or(JsValue::NULL)?;
        let answer = window.fetch_with_str_and_init(&format!("{}/api/v1{path}", self.address.url()), &init);
        // The browser has its own copy by now; a password may be in ours.
        if let Some(bytes) = bytes {
            bytes.fill(0, 0, bytes.length());
        }
        JsFuture::from(answer).await?.dyn_into()
    }

    /// The answer's body, piece by piece: of one that is too long no more is taken.
    async fn read(&self, answer: &Response) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let mut bytes = Zeroizing::new(Vec::new());
        let Some(body) = answer.body() else { return Ok(bytes) };
        let strange = || ClientError::Answer { url: self.address.url() };
        let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into().map_err(|_| strange())?;
        loop {
            let piece = JsFuture::from(reader.read()).await.map_err(|error| self.fault(&error))?;
            if Reflect::get(&piece, &"done".into()).is_ok_and(|done| done.is_truthy()) {
                return Ok(bytes);
            }
            let piece =
                Reflect::get(&piece, &"value".into()).ok().and_then(|value| value.dyn_into::<Uint8Array>().ok());
            let piece = piece.ok_or_else(strange)?;
            let (from, more) = (bytes.len(), piece.length() as usize);
            if from + more > LONGEST {
                // What the browser still has of it is its own affair.
                let _ = reader.cancel();
                return Err(strange());
            }
            bytes.resize(from + more, 0);
            if let Some(place) = bytes.get_mut(from..) {
                piece.copy_to(place);
            }
        }
    }

    /// What the browser says of it is in its own words and tells nothing; its name does.
    fn fault(&self, error: &JsValue) -> ClientError {
        let late = error.dyn_ref::<DomException>().is_some_and(|error| error.name() == "TimeoutError");
        let reason = if late { "no answer in time" } else { "there is no connection" };
        ClientError::Unreachable { url: self.address.url(), reason: reason.to_owned() }
    }
}
